"""Dates as numbers: against Python's own calendar."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from math import cos, pi, sin
from typing import Any

import numpy as np
import pytest

from pellucid.data.calendar_cycles import CYCLES, WEEKDAYS, weekday
from pellucid.data.date_encoding import DateEncoding
from pellucid.data.encoding import Encoding
from pellucid.data.scaling import Scaling
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from pellucid.errors import DataError, ModelFileError
from pellucid.language import say
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
        *(f"day: {name}" for name in WEEKDAYS),
    )
    assert encoding.storages == {"day": Storage.TIME}
    encoded = encoding.transform(table({"day": [datetime(2024, 3, 1, 18), None]}))
    numbers = np.arange(800.0)
    trend = (
        (datetime(2024, 3, 1, 18) - START) / timedelta(days=1) - numbers.mean()
    ) / numbers.std()
    year = 2 * pi * 60 / 366
    friday = [0, 0, 0, 0, 1, 0, 0]
    np.testing.assert_allclose(encoded[0], [trend, sin(year), cos(year), *friday], atol=1e-5)
    assert encoded[1].tolist() == [0.0] * 10


def test_weekdays_are_those_of_the_calendar() -> None:
    random = np.random.default_rng(1)
    seconds = np.floor(random.uniform(-3e9, 5e9, 500))
    moments = [datetime(1970, 1, 1) + timedelta(seconds=second) for second in seconds.tolist()]
    assert [WEEKDAYS[day] for day in weekday(seconds)] == [f"{m:%A}" for m in moments]


def test_any_pattern_of_weekdays_is_a_sum_of_columns() -> None:
    days = times(timedelta(days=1), 70)
    encoded = Encoding.fit(table({"t": days})).transform(table({"t": days}))
    wanted = np.array([5.0, 1, 4, -2, 8, 0, 3])[[day.weekday() for day in days]]
    weights, *_ = np.linalg.lstsq(encoded, wanted, rcond=None)
    np.testing.assert_allclose(encoded @ weights, wanted, atol=1e-4)


def test_a_weekday_that_training_did_not_have_is_none_of_those_it_had() -> None:
    working = [day for day in times(timedelta(days=1), 100) if day.weekday() < 5]
    encoding = Encoding.fit(table({"t": working}))
    assert encoding.names == ("t", *(f"t: {name}" for name in WEEKDAYS[:5]))
    sunday = encoding.transform(table({"t": [datetime(2020, 3, 1)]}))[0]
    assert sunday[1:].tolist() == [0.0] * 5


def test_the_description_keeps_weekdays_and_reads_what_earlier_versions_wrote() -> None:
    encoding = Encoding.fit(table({"t": [*times(timedelta(hours=5), 300), None]}))
    rows = table({"t": [*times(timedelta(hours=7), 50), None]})
    again = Encoding.from_description(json.loads(json.dumps(encoding.description())))
    assert again == encoding
    np.testing.assert_array_equal(again.transform(rows), encoding.transform(rows))
    earlier = {
        "encoding": "date",
        "name": "t",
        "mean": 0.0,
        "scale": 1.0,
        "cycles": ["week"],
        "indicator": False,
    }
    old = Encoding.from_description({"columns": [earlier]})
    assert old.names == ("t", "t: sine of the week", "t: cosine of the week")
    week = 2 * pi * 4 / 7
    friday = old.transform(table({"t": [datetime(2024, 3, 1)]}))[0]
    np.testing.assert_allclose(friday, [19783, sin(week), cos(week)], atol=1e-5)


@pytest.mark.parametrize("weekdays", [[7], [-1], [1, 1], [2, 1], ["Monday"], "x", [True]])
def test_impossible_weekdays_are_refused(weekdays: Any) -> None:
    described = Encoding.fit(table({"t": times(timedelta(days=1), 30)})).description()
    described["columns"][0]["weekdays"] = weekdays
    with pytest.raises(ModelFileError, match="weekdays"):
        Encoding.from_description(described)


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
    seen = {day.weekday() for day in times(step, count)} if "week" in cycles else set()
    waves = [cycle for cycle in cycles if cycle != "week"]
    assert encoding.width == 1 + 2 * len(waves) + len(seen)
    assert all(f"t: sine of the {cycle}" in encoding.names for cycle in waves)
    assert all(f"t: {WEEKDAYS[day]}" in encoding.names for day in seen)


def test_what_a_date_becomes_is_said() -> None:
    def told(step: timedelta, count: int) -> str:
        return str(Encoding.fit(table({"t": times(step, count)})).columns[0].becomes)

    assert told(timedelta(days=1), 5) == "becomes a trend"
    assert told(timedelta(hours=1), 9000) == (
        "becomes a trend, the place in the year, the time of day, the weekday"
    )
    old = DateEncoding("t", Scaling(0.0, 1.0), ("week",), False)
    assert say(old.becomes, "zh") == "转化为趋势、在一周中的位置"


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
