"""Whether the test rows are drawn from the same place as the training rows, column by column.

Numbers are compared by the largest distance of their distribution functions (Kolmogorov-Smirnov),
categories by half the sum of the differences of their shares (total variation), and of both the
share that is missing. With many rows any difference is beyond chance, with few a large one is not;
with many columns some are by chance alone. So a column counts as shifted only if the distance
reaches a threshold that matters and chance, adjusted for the number of columns, does not explain
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import DataError
from pellucid.evaluation.discoveries import adjusted
from pellucid.evaluation.feature import CATEGORY, Feature, sample_rows

Array = np.ndarray[Any, Any]

VALUES_THRESHOLD = 0.1
"""The distance, from 0 to 1, that matters. A shift of a normal column by a quarter of its standard
deviation has 0.1; below it, importance and error of the column's slices move little."""
MISSING_THRESHOLD = 0.05
LEVEL = 0.01
"""How often something may be found where nothing is, over all columns of a table."""
ROWS = 20_000
"""Rows of each part that are compared: a distance of 0.03 is then far beyond chance."""
FEWEST_EXPECTED = 5.0
"""Rows of a category that the chi-squared law needs; rarer ones are put together (Cochran 1954)."""

KOLMOGOROV, VARIATION, MISSING_SHARE = "kolmogorov_smirnov", "total_variation", "missing_share"


def column_drift(
    train: Sequence[Feature], test: Sequence[Feature], *, rows: int = ROWS, seed: int = 0
) -> list[dict[str, Any]]:
    """Return how far each column differs between training and test rows, shifted ones first.

    Args:
        train: columns of training rows.
        test: the same columns of test rows; the codes of categories mean the same.
        rows: how many rows of each part are compared, at most.
        seed: of the samples.

    Returns:
        For each column "column", "measure" ("kolmogorov_smirnov", "total_variation" or
        "missing_share", whichever stands out more), "statistic" (0 to 1), "threshold", "p"
        (adjusted for the number of comparisons) and "shifted".

    Raises:
        DataError: the columns of the two parts are not the same.
    """
    found = []
    for before, after in zip(train, test, strict=True):
        if before.name != after.name or before.kind != after.kind:
            raise DataError(
                f"column '{before.name}' of the training rows cannot be compared with column "
                f"'{after.name}' of the test rows: the columns must be the same, in one order"
            )
        # One sample of rows for values and missing: pairs of columns need not be compared.
        pair = (
            before.take(sample_rows(len(before), rows, seed)),
            after.take(sample_rows(len(after), rows, seed)),
        )
        found += [(before.name, *_values(*pair)), (before.name, *_missing(*pair))]
    chances = adjusted(np.array([chance for *_, chance in found]))
    compared = [
        {
            "column": name,
            "measure": measure,
            "statistic": statistic,
            "threshold": threshold,
            "p": chance,
            "shifted": bool(statistic >= threshold and chance <= LEVEL),
        }
        for (name, measure, statistic, threshold, _), chance in zip(
            found, chances.tolist(), strict=True
        )
    ]
    pairs = zip(compared[::2], compared[1::2], strict=True)
    kept = [max(pair, key=_prominence) for pair in pairs]
    return sorted(kept, key=_prominence, reverse=True)


def _prominence(entry: dict[str, Any]) -> tuple[bool, float]:
    return entry["shifted"], entry["statistic"] / entry["threshold"]


def _values(train: Feature, test: Feature) -> tuple[str, float, float, float]:
    """Return measure, distance, threshold and p-value of the values that are not missing."""
    before, after = (part.values[~part.missing] for part in (train, test))
    category = train.kind == CATEGORY
    measure = VARIATION if category else KOLMOGOROV
    if not before.size or not after.size:
        return measure, 0.0, VALUES_THRESHOLD, 1.0
    distance, chance = (_variation if category else _kolmogorov)(before, after)
    return measure, distance, VALUES_THRESHOLD, chance


def _kolmogorov(before: Array, after: Array) -> tuple[float, float]:
    """Return the Kolmogorov-Smirnov distance and its p-value, too large where values repeat."""
    from scipy.stats import kstwo

    first, second = np.sort(before), np.sort(after)
    places = np.concatenate([first, second])
    below = [np.searchsorted(part, places, side="right") / len(part) for part in (first, second)]
    distance = float(np.abs(below[0] - below[1]).max())
    together = round(len(first) * len(second) / (len(first) + len(second)))
    # The law of one sample of that size: close to that of two samples, in the far tail too.
    return distance, float(kstwo.sf(distance, max(together, 1)))


def _variation(before: Array, after: Array) -> tuple[float, float]:
    """Return the total variation of codes, and the p-value of the chi-squared test."""
    from scipy.stats import chi2

    size = int(max(before.max(), after.max())) + 1
    counts = np.stack([np.bincount(part, minlength=size) for part in (before, after)])
    sums = counts.sum(1, keepdims=True)
    rare = counts.sum(0) * sums.min() / sums.sum() < FEWEST_EXPECTED
    counts = np.concatenate([counts[:, ~rare], counts[:, rare].sum(1, keepdims=True)], 1)
    counts = counts[:, counts.sum(0) > 0]
    shares = counts / sums
    distance = float(np.abs(shares[0] - shares[1]).sum() / 2.0)
    expected = sums * counts.sum(0) / sums.sum()
    statistic = float(((counts - expected) ** 2 / expected).sum())
    freedom = counts.shape[1] - 1
    return distance, float(chi2.sf(statistic, freedom)) if freedom else 1.0


def _missing(train: Feature, test: Feature) -> tuple[str, float, float, float]:
    """Return measure, difference, threshold and p-value of the shares that are missing."""
    from scipy.stats import fisher_exact

    counts = np.array([[part.missing.sum(), len(part)] for part in (train, test)])
    if not counts[:, 1].all() or not counts[:, 0].any():
        return MISSING_SHARE, 0.0, MISSING_THRESHOLD, 1.0
    shares = counts[:, 0] / counts[:, 1]
    table = np.stack([counts[:, 0], counts[:, 1] - counts[:, 0]])
    chance = float(fisher_exact(table)[1])
    return MISSING_SHARE, float(abs(shares[0] - shares[1])), MISSING_THRESHOLD, chance
