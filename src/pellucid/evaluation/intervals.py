"""Intervals with a closed form, and the levels that make percentiles honest for few rows.

Receives counts; gives 95 % intervals of a share, of the difference of two shares on the same rows,
and the tail that is cut off a bootstrap distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["LEVEL", "Interval", "mean_of_intervals", "paired_interval", "tail", "wilson_interval"]

Array = npt.NDArray[Any]

LEVEL = 0.95
"""The level of every interval."""


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None

    def with_zero(self) -> Interval:
        """Return this interval, wide enough to hold 0.

        Example:
            >>> Interval(2.0, 1.0, 3.0).with_zero()
            Interval(value=2.0, low=0.0, high=3.0)
        """
        if self.low is None or self.high is None:
            return self
        return Interval(self.value, min(self.low, 0.0), max(self.high, 0.0))

    def description(self) -> dict[str, float | None]:
        """Return this interval as plain JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}


def wilson_interval(hits: Any, rows: Any) -> tuple[Array, Array]:
    """Return the score interval of a share (Wilson 1927, JASA 22).

    (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)

    It does not shrink to a point where all or none are hits.

    Args:
        hits: how many of the rows are hits, 0 to `rows`; whole or not, of any shape.
        rows: how many rows there are, above 0, likewise.

    Returns:
        The low and the high ends.

    Example:
        >>> low, high = wilson_interval(12, 12)
        >>> round(float(low), 3), float(high)
        (0.758, 1.0)
    """
    z = _normal_quantile()
    share = np.asarray(hits) / rows
    middle = share + z * z / (2.0 * rows)
    half = z * np.sqrt(share * (1.0 - share) / rows + z * z / (4.0 * np.square(rows)))
    width = 1.0 + z * z / rows
    low = np.where(share == 0.0, 0.0, (middle - half) / width)
    high = np.where(share == 1.0, 1.0, (middle + half) / width)
    return low, high


def paired_interval(only_first: Any, only_second: Any, rows: Any) -> tuple[Array, Array]:
    """Return the interval of the difference of two shares of the same rows.

    One row is added to either kind of disagreement (Bonett and Price 2012, "Adjusted Wald
    confidence interval for a difference of binomial proportions based on paired data", Journal of
    Educational and Behavioral Statistics 37), so that two that never disagree are not taken for
    equal: with a = (only_first + 1) / (rows + 2), and b likewise,

    a - b -+ z sqrt((a + b - (a - b)^2) / (rows + 2))

    Args:
        only_first: the rows that only the first has right, whole or not, of any shape.
        only_second: the rows that only the second has right, likewise.
        rows: all rows, likewise.

    Returns:
        The ends for the share of the first less that of the second, within -1 and 1.
    """
    first, second = (only_first + 1.0) / (rows + 2.0), (only_second + 1.0) / (rows + 2.0)
    difference = first - second
    half = _normal_quantile() * np.sqrt((first + second - difference**2) / (rows + 2.0))
    return np.maximum(difference - half, -1.0), np.minimum(difference + half, 1.0)


def mean_of_intervals(values: Array, low: Array, high: Array) -> Interval:
    """Return the interval of the mean of values whose intervals are known and that vary apart.

    m - sqrt(sum (v - low)^2) / n to m + sqrt(sum (high - v)^2) / n

    Source: Zou, Donner, "Construction of confidence limits about effect measures: a general
    approach", Statistics in Medicine 27 (2008).

    Args:
        values: float64 (n,), at least one.
        low: the low ends, likewise.
        high: the high ends, likewise.
    """
    mean = float(values.mean())
    below, above = (
        float(np.sqrt(np.square(np.maximum(gaps, 0.0)).sum())) / len(values)
        for gaps in (values - low, high - values)
    )
    return Interval(mean, mean - below, mean + above)


def tail(units: int) -> float:
    """Return the share that is cut off at either end of a bootstrap distribution.

    Percentiles are too narrow by the factor sqrt((n - 1) / n) and for want of Student's t; they
    are taken further out to make up for both (Hesterberg 2015, "What teachers should know about
    the bootstrap", The American Statistician 69).

    Args:
        units: what was resampled: rows or groups, at least 2.
    """
    from scipy.special import ndtr, stdtrit

    outer = stdtrit(units - 1, (1.0 + LEVEL) / 2.0)
    return float(ndtr(-np.sqrt(units / (units - 1.0)) * outer))


def _normal_quantile() -> float:
    from scipy.special import ndtri

    return float(ndtri((1.0 + LEVEL) / 2.0))
