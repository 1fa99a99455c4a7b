"""Splits by time: nothing in the test comes before what was learned from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.time_split import split_by_time
from pellucid.errors import DataError, OptionError
from pellucid.language import say
from tests.data.made_tables import table


@given(
    st.lists(st.none() | st.integers(-20, 20), min_size=1, max_size=60),
    st.sampled_from([0.0, 0.1, 0.3]),
    st.sampled_from([0.0, 0.2, 0.5]),
)
def test_parts_are_in_order_and_whole(
    times: list[int | None], validation: float, test: float
) -> None:
    column = table({"t": [*times, None]})["t"]
    parts = 1 + (validation > 0) + (test > 0)
    different = len(set(times) - {None})
    if different < parts:
        with pytest.raises(DataError, match=f"but at least {parts} are needed, one for each part"):
            split_by_time(column, validation=validation, test=test)
        return
    result = split_by_time(column, validation=validation, test=test)
    assert (len(result.validation) > 0, len(result.test) > 0) == (validation > 0, test > 0)
    together = np.concatenate([*result.parts().values(), result.left_out])
    np.testing.assert_array_equal(np.sort(together), np.arange(len(times) + 1))
    assert np.isnan(column.values[result.left_out]).all()
    last = -np.inf
    for rows in result.parts().values():
        assert (np.diff(rows) > 0).all()
        if len(rows):
            # Rows of the same time are never in two parts.
            assert column.values[rows].min() > last
            last = float(column.values[rows].max())


def test_sizes_are_as_wanted_where_times_differ() -> None:
    times = np.random.default_rng(0).permutation(1000)
    result = split_by_time(table({"t": times})["t"], validation=0.1, test=0.25)
    assert [len(rows) for rows in result.parts().values()] == [650, 100, 250]
    assert sorted(times[result.test].tolist()) == list(range(750, 1000))
    assert sorted(times[result.validation].tolist()) == list(range(650, 750))


def test_sizes_are_near_where_rows_stay_together() -> None:
    times = np.repeat([1, 2, 3, 4], [10, 10, 70, 10])
    result = split_by_time(table({"t": times})["t"], validation=0.0, test=0.3)
    # 10 are nearer to 30 than 80.
    assert len(result.test) == 10


def test_what_is_said_of_it() -> None:
    days = [datetime(2012, 1, 1) + timedelta(days=i) for i in range(10)]
    column = table({"day": days})["day"]
    both = split_by_time(column, validation=0.2, test=0.2).sentence
    assert say(both) == (
        "split by time: validation from 'day' 2012-01-07 on, test from 2012-01-09 on"
    )
    assert say(split_by_time(column, validation=0.0, test=0.2).sentence) == (
        "split by time: test from 'day' 2012-01-09 on"
    )
    assert say(split_by_time(column, validation=0.2, test=0.0).sentence) == (
        "split by time: validation from 'day' 2012-01-09 on"
    )
    assert say(split_by_time(column, validation=0.0, test=0.0).sentence) == (
        "in order of 'day', all for training"
    )
    years = table({"year": range(2000, 2010)})["year"]
    assert "from 'year' 2006 on, test from 2008" in say(split_by_time(years).sentence)
    assert "2008" in say(split_by_time(years).sentence, "zh")


@pytest.mark.parametrize(
    ("lacking", "notes"),
    [
        (0, []),
        (1, ["1 row has no 't' and cannot be placed in time: it is left out"]),
        (2, ["2 rows have no 't' and cannot be placed in time: they are left out"]),
    ],
)
def test_rows_without_time_are_counted(lacking: int, notes: list[str]) -> None:
    result = split_by_time(table({"t": [None] * lacking + [1, 2, 3]})["t"])
    assert [say(note) for note in result.notes[1:]] == notes
    assert result.left_out.tolist() == list(range(lacking))
    assert result.train.tolist() == [lacking]


def test_it_is_said_up_to_when_the_network_has_learned() -> None:
    days = [datetime(2020, 1, 1) + timedelta(days=day) for day in range(10)]
    column = table({"t": days[::-1]})["t"]
    [note] = split_by_time(column, validation=0.2, test=0.2).notes
    assert say(note).startswith(
        "the network that is kept has learned from rows up to 't' 2020-01-06 and from none after"
    )
    [note] = split_by_time(column, validation=0.0, test=0.1).notes
    assert "2020-01-09" in say(note, "zh")
    assert split_by_time(column, validation=0.0, test=0.0).notes == ()


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (
            ["x", "y"],
            "t.csv: rows cannot be split by the time in column 't', which holds words such",
        ),
        ([1, 1, None], "t.csv: column 't' has 1 different time, but at least 3 are needed"),
        ([None, None], "has 0 different times, but"),
    ],
)
def test_columns_without_time(values: list[Any], complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        split_by_time(table({"t": values})["t"])


def test_impossible_fractions() -> None:
    with pytest.raises(OptionError, match="together take all rows"):
        split_by_time(table({"t": [1, 2]})["t"], validation=0.5, test=0.5)
