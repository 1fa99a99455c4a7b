"""Whether few rows can tell two models apart: their predictions change places, row by row.

If two models are equally good, it is chance which of them said which of two predictions of a row.
So the difference that was seen is held against those for every way to let predictions change
places, or for many ways drawn by chance. That is exact however few rows there are and whatever the
errors look like, where percentiles of resamples trust that rows are enough to show it. Of six rows
the one model must win every one.

Source: Fisher, "The design of experiments", 1935, section 21; Good, "Permutation, parametric and
bootstrap tests of hypotheses", 2005, section 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.evaluation.aim import Aim
from pellucid.evaluation.metrics import scores_of

__all__ = ["swap_chances"]

Array = npt.NDArray[Any]

EVERY = 11
"""Units up to which every way is tried: 1024 of them, as a way and its opposite tell the same."""
DRAWN = 999


def swap_chances(
    aim: Aim,
    name: str,
    truth: Array,
    first: Array,
    second: Array,
    *,
    owners: Array,
    generator: np.random.Philox,
    positive: int = 1,
) -> dict[str, float]:
    """Return how often a metric's difference is as large as the one seen, to either side.

    Args:
        aim: what is predicted.
        name: the target's name, for messages.
        truth: codes or numbers, (rows,).
        first: the predictions of a model, as `score` takes them.
        second: those of the other model.
        owners: to which unit each row belongs, whole numbers from 0, (rows,): the predictions of
            a unit's rows change places together.
        generator: what draws.
        positive: of two classes, the code of the one that is looked for.

    Returns:
        The probability by metric; 1 where the difference is not defined.
    """
    both = scores_of(
        aim, name, np.concatenate([truth] * 2), np.concatenate([first, second]), positive=positive
    )
    swapped = _ways(int(owners.max()) + 1, generator)[:, owners]
    counts = np.concatenate([~swapped, swapped], axis=1).astype(np.float64)
    one, other = both.resampled(counts), both.resampled(1.0 - counts)
    with np.errstate(invalid="ignore"):
        return {metric: _chance(one[metric] - other[metric]) for metric in one}


def _ways(units: int, generator: np.random.Philox) -> Array:
    """Return which units change places, bool (ways, units); in the first way none does."""
    if units <= EVERY:
        ways = np.arange(2 ** (units - 1))
        return np.asarray(ways[:, None] >> np.arange(units) & 1, bool)
    words = generator.random_raw(DRAWN * units).reshape(DRAWN, units)
    drawn = (words >> np.uint64(63)).astype(bool)
    return np.concatenate([np.zeros((1, units), bool), drawn])


def _chance(gaps: Array) -> float:
    if not np.isfinite(gaps[0]):
        return 1.0
    # What is equal but for rounding is as far off.
    return float(np.mean(~(np.abs(gaps) < abs(gaps[0]) * (1.0 - 1e-9))))
