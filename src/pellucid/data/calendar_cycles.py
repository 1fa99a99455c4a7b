"""Where a time stands in the year, the week and the day, and which weekday it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

__all__ = ["CYCLES", "DAY", "LENGTHS", "WEEKDAYS", "Seconds", "weekday"]

Seconds = npt.NDArray[np.float64]
"""Seconds since 1970-01-01 UTC, of shape (rows,), finite."""

DAY = 86400.0

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Times that no calendar reaches would not fit into NumPy's dates.
_FARTHEST_DAY = 1e8


def _of_year(seconds: Seconds) -> Seconds:
    days = np.clip(np.floor(seconds / DAY), -_FARTHEST_DAY, _FARTHEST_DAY).astype(np.int64)
    first = int(days.min(initial=0))
    if int(days.max(initial=0)) - first > 2**17:
        return _of_year_days(days)
    # The days of a few centuries are fewer than the rows of a large table.
    return _of_year_days(np.arange(first, int(days.max(initial=0)) + 1))[days - first]


def _of_year_days(days: npt.NDArray[np.int64]) -> Seconds:
    dates = days.astype("datetime64[D]")
    years = dates.astype("datetime64[Y]")
    start = years.astype("datetime64[D]")
    end = (years + 1).astype("datetime64[D]")
    return (dates - start).astype(np.float64) / (end - start).astype(np.float64)


def weekday(seconds: Seconds) -> npt.NDArray[np.int64]:
    """Return the place of each time in `WEEKDAYS`, int64 (rows,).

    >>> WEEKDAYS[weekday(np.zeros(1))[0]]
    'Thursday'
    """
    # The first of January 1970 was a Thursday.
    return np.mod(np.floor(seconds / DAY) + 3.0, 7.0).astype(np.int64)


def _of_week(seconds: Seconds) -> Seconds:
    return weekday(seconds) / 7.0


def _of_day(seconds: Seconds) -> Seconds:
    return np.mod(seconds, DAY) / DAY


CYCLES: Mapping[str, Callable[[Seconds], Seconds]] = MappingProxyType(
    {"year": _of_year, "week": _of_week, "day": _of_day}
)
"""The share of the year (by whole days), the week (by whole days) and the day that is over."""

LENGTHS: Mapping[str, float] = MappingProxyType({"year": 365 * DAY, "week": 7 * DAY, "day": DAY})
"""How long each cycle is, in seconds."""
