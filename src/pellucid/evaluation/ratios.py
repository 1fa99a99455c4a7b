"""Intervals of means, and of other ratios of sums over rows, by the studentized bootstrap.

Receives what each row adds to the sum above and to the sum below, and how often each unit is drawn;
gives 95 % intervals. A sample without the rare rows that carry much of an error shows a smaller
error and a smaller spread at once. Percentiles of resamples take both as they are, and end too
low; how far a resample is off in units of its own standard error takes them together (Hall 1988,
"Theoretical comparison of bootstrap confidence intervals", The Annals of Statistics 16).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.evaluation.intervals import LEVEL

__all__ = ["Ratio", "RatioBootstrap"]

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Ratio:
    """A sum over rows divided by another.

    Attributes:
        parts: what each row adds to the sum above, float64 (rows,).
        wholes: what it adds to that below, at least 0, float64 (rows,); 1 of a mean.
    """

    parts: Array
    wholes: Array


class RatioBootstrap:
    """The sums that the intervals of several ratios need of each resample.

    Args:
        ratios: of the same rows.
        owners: the unit that each row belongs to, int (rows,).
        units: the number of units.
    """

    def __init__(self, ratios: Iterable[Ratio], owners: Array, units: int) -> None:
        """Sum by unit."""
        self.values, self.errors, columns = [], [], []
        for ratio in ratios:
            below = np.bincount(owners, ratio.wholes, units)
            value = float(ratio.parts.sum() / below.sum())
            # What is above is counted from where the ratio lies, which keeps digits.
            above = np.bincount(owners, ratio.parts - value * ratio.wholes, units)
            columns += [above, below, above * above, above * below, below * below]
            self.values.append(value)
            self.errors.append(float(np.sqrt(np.square(above).sum()) / below.sum()))
        self.table = np.stack(columns, axis=1) if columns else np.zeros((units, 0))

    def sums(self, counts: Array) -> Array:
        """Return the sums of resamples, (resamples, 5 ratios), of counts (resamples, units)."""
        return counts @ self.table

    def intervals(self, sums: Array) -> list[tuple[float, float] | None]:
        """Return the ends of each ratio; None where most resamples have no spread."""
        return [
            _ends(value, error, sums[:, 5 * place : 5 * place + 5])
            for place, (value, error) in enumerate(zip(self.values, self.errors, strict=True))
        ]


def _ends(value: float, error: float, sums: Array) -> tuple[float, float] | None:
    if error == 0.0:
        return value, value
    above, below, squares, products, wholes = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        off = above / below
        spread = np.sqrt(squares - 2.0 * off * products + off * off * wholes) / below
        pivots = off / spread
    # What rounding left of no spread is none.
    pivots = pivots[(spread > 1e-9 * error) & np.isfinite(pivots)]
    if 2 * len(pivots) < len(sums):
        return None
    least, most = np.quantile(pivots, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0])
    return value - float(most) * error, value - float(least) * error
