"""Dates as numbers: against Python's own calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import cos, pi, sin
from typing import Any

import numpy as np
import pytest

from pellucid.data.calendar_cycles import CYCLES
from pellucid.data.encoding import Encoding
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from pellucid.errors import DataError
from tests.data.made_tables import table

START = datetime(2019, 12, 30)


def times(step: timedelta, count: int) -> list[datetime]:
    return [START + i * step for i in range(count)]


def year_length(year: int) -> int:
    return (datetime(year + 1, 1, 1) - datetime(year, 1, 1)).days


def test_places_in_the_cycles() -> None:
    random = np.random.default_rng(0)
    seconds = np.floor(random.uniform(-3e9, 5e9, 500))
    moments = [datetime(1970, 1, 1) + timedelta(seconds=second) for second in seconds.tolist()]
    expected = {
        "year": [(m.timetuple().tm_yday - 1) / year_length(m.year) for m in moments],
        "week": [m.weekday() / 7 for m in moments],
        "day": [(m - m.replace(hour=0, minute=0, second=0)).seconds / 86400 for m in moments],
    }
    for name, place in CYCLES.items():
        np.testing.assert_allclose(place(seconds), expected[name], atol=1e-12)
        assert place(np.zeros(0)).shape == (0,)


def test_days_that_no_calendar_has_are_finite() -> None:
    for place in CYCLES.values():
        assert np.isfinite(place(np.array([1e300, -1e300, 0.0]))).all()


def test_a_date_is_a_trend_and_cycles() -> None:
    days = times(timedelta(days=1), 800)
    encoding = Encoding.fit(table({"day": days}))
    assert encoding.names == (
        "day",
        *("day: sine of the year", "day: cosine of the year"),
        *("day: sine of the week", "day: cosine of the week"),
    )
    assert encoding.storages == {"day": Storage.TIME}
    encoded = encoding.transform(table({"day": [datetime(2024, 3, 1, 18), None]}))
    numbers = np.arange(800.0)
    trend = (
        (datetime(2024, 3, 1, 18) - START) / timedelta(days=1) - numbers.mean()
    ) / numbers.std()
    year, week = 2 * pi * 60 / 366, 2 * pi * 4 / 7
    np.testing.assert_allclose(
        encoded[0], [trend, sin(year), cos(year), sin(week), cos(week)], atol=1e-5
    )
    assert encoded[1].tolist() == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("step", "count", "cycles"),
    [
        (timedelta(hours=1), 100 * 24, ("week", "day")),
        (timedelta(hours=1), 30, ("day",)),
        (timedelta(hours=1), 12, ()),
        (timedelta(days=1), 6, ()),
        (timedelta(days=1), 100, ("week",)),
        (timedelta(days=7), 100, ("year",)),
        (timedelta(days=30), 40, ("year",)),
        (timedelta(days=366), 40, ()),
    ],
)
def test_cycles_that_can_be_seen(step: timedelta, count: int, cycles: tuple[str, ...]) -> None:
    encoding = Encoding.fit(table({"t": times(step, count)}))
    assert encoding.width == 1 + 2 * len(cycles)
    assert all(f"t: sine of the {cycle}" in encoding.names for cycle in cycles)


def test_missing_dates() -> None:
    encoding = Encoding.fit(table({"t": [START, None, START + timedelta(days=1)]}))
    assert encoding.names == ("t", "t is missing")
    encoded = encoding.transform(table({"t": [None, START]}))
    assert encoded.tolist() == [[0, 1], [-1, 0]]
    # A column of an empty table, or without values, holds no dates, and needs none.
    assert encoding.transform(table({"t": [None, None]})).tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize(("values", "shown"), [([None, "soon"], "soon"), ([None, 3], "3")])
def test_what_is_no_date(values: list[Any], shown: str) -> None:
    encoding = Encoding.fit(table({"t": times(timedelta(days=1), 3)}))
    with pytest.raises(
        DataError, match=f"t.csv: row 2, column 't' is '{shown}', but a date is nee"
    ):
        encoding.transform(table({"t": values}))


def test_a_date_far_away_stays_finite() -> None:
    encoding = Encoding.fit(table({"t": times(timedelta(hours=5), 5000)}))
    far = Table([Column("t", Storage.TIME, np.array([2.5e11, -6.2e10]))])
    assert np.isfinite(encoding.transform(far)).all()
