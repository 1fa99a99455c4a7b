"""Columns from arrays, lists, and pandas and polars series."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from pellucid.data.reading import Reading
from pellucid.data.storage import Storage
from pellucid.data.table import Column
from pellucid.data.values import column_of, table_of_columns
from pellucid.errors import DataError

NAN = float("nan")


def column(values: Any) -> Column:
    return column_of("c", values, "the data")


NUMBERS = [
    np.array([1, 0, 3], dtype=np.uint8),
    np.array([1, 0, 3], dtype=np.int64),
    np.array([1, 0, 3], dtype=np.float16),
    np.array([1, 0, 3], dtype=object),
    [1, 0, 3],
    (1.0, 0, np.float32(3)),
    [Decimal(1), Fraction(0), 3],
    range(1, 4),
    pd.Series([1, 0, 3]),
    pd.Series([1, 0, 3], dtype="Int16"),
    pd.Series([1, 0, 3], dtype="Float64"),
    pd.Series([1, 0, 3], dtype="int64[pyarrow]"),
    pd.Index([1, 0, 3]),
    pl.Series([1, 0, 3]),
    pl.Series([1, 0, 3], dtype=pl.UInt8),
    pl.Series([Decimal(1), Decimal(0), Decimal(3)]),
]


@pytest.mark.parametrize("values", NUMBERS, ids=lambda values: str(type(values)))
def test_numbers(values: Any) -> None:
    result = column(values)
    assert result.storage is Storage.NUMBER
    assert result.values.dtype == np.float64
    expected = [1.0, 2.0, 3.0] if isinstance(values, range) else [1.0, 0.0, 3.0]
    assert result.values.tolist() == expected


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.0, np.nan]),
        [1, None],
        [1, NAN],
        [1, pd.NA],
        [1, Decimal("NaN")],
        np.ma.masked_array([1, 7], mask=[False, True]),
        pd.Series([1, None]),
        pd.Series([1, None], dtype="Int64"),
        pd.Series([1, None], dtype="double[pyarrow]"),
        pd.Series([1, None], dtype=object),
        pl.Series([1, None]),
        pl.Series([1.0, NAN]),
    ],
    ids=str,
)
def test_missing_numbers(values: Any) -> None:
    result = column(values)
    assert result.storage is Storage.NUMBER
    np.testing.assert_array_equal(result.values, [1.0, np.nan])


@pytest.mark.parametrize(
    "values",
    [
        np.array(["x", " 1 ", ""]),
        np.array(["x", "1", None], dtype=object),
        ["x", " 1", None],
        ["x", 1, NAN],
        ["x", 1.0, pd.NA],
        pd.Series(["x", "1", None]),
        pd.Series(["x", "1", None], dtype=object),
        pd.Series(["x", "1", None], dtype="string"),
        pd.Series(["x", "1", None], dtype="string[pyarrow]"),
        pd.Series(["x", "1", None], dtype="category"),
        pl.Series(["x", "1", None]),
        pl.Series(["x", "1", None], dtype=pl.Categorical),
        pl.Series(["x", "1", None], dtype=pl.Enum(["x", "1"])),
    ],
    ids=str,
)
def test_texts(values: Any) -> None:
    result = column(values)
    assert result.storage is Storage.WORDS
    assert result.texts().tolist() == ["x", "1", None]


@pytest.mark.parametrize(
    "values",
    [
        [True, False, None],
        [np.True_, np.False_, None],
        np.ma.masked_array([True, False, True], mask=[False, False, True]),
        pd.Series([True, False, None], dtype="boolean"),
        pd.Series([True, False, None], dtype=object),
        pd.Series([True, False, None], dtype="bool[pyarrow]"),
        pl.Series([True, False, None]),
    ],
    ids=str,
)
def test_booleans(values: Any) -> None:
    result = column(values)
    assert result.storage is Storage.WORDS
    assert result.texts().tolist() == ["True", "False", None]


def test_numpy_booleans() -> None:
    assert column(np.array([True, False])).texts().tolist() == ["True", "False"]


def test_a_category_of_numbers_is_text() -> None:
    result = column(pd.Series([3, 1, None], dtype="category"))
    assert result.texts().tolist() == ["3", "1", None]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (np.array([True, False]), {"True": True, "False": False}),
        (pd.Series([True, None], dtype="boolean"), {"True": True}),
        (pl.Series([True, None, False]), {"True": True, "False": False}),
        (pd.Series(["x", "y"], dtype="category"), {}),
        (pd.Series([2.0, 0.5], dtype="category"), {"2": 2.0, "0.5": 0.5}),
        (["True", "False"], {}),
        ([True, "x"], {}),
        ([1, 2], {}),
        ([None, None], {}),
    ],
    ids=str,
)
def test_what_was_no_text_is_kept_as_label(values: Any, labels: dict[str, Any]) -> None:
    kept = column(values).labels
    assert kept == labels
    assert [type(label) for label in kept.values()] == [type(label) for label in labels.values()]


@pytest.mark.parametrize("values", [[None, None], pl.Series([None, None]), np.array([NAN, NAN])])
def test_nothing_at_all_is_number(values: Any) -> None:
    result = column(values)
    assert result.storage is Storage.NUMBER
    assert result.missing().all()


MOMENT = datetime.datetime(2020, 2, 29, 13, 14, 15)


@pytest.mark.parametrize(
    "values",
    [
        np.array([MOMENT, None], dtype="datetime64[s]"),
        np.array([MOMENT, None], dtype="datetime64[ns]"),
        np.array([MOMENT, None], dtype=object),
        [MOMENT, None],
        [MOMENT.replace(tzinfo=datetime.UTC), None],
        ["2020-02-29 13:14:15", None],
        pd.Series([MOMENT, None]),
        pd.Series([MOMENT, pd.NaT], dtype=object),
        pd.Series([MOMENT, None]).dt.tz_localize("UTC").dt.tz_convert("Asia/Shanghai"),
        pd.Series(["2020-02-29T13:14:15", None]),
        pd.Series([MOMENT, None], dtype="timestamp[us][pyarrow]"),
        pl.Series([MOMENT, None]),
        pl.Series([MOMENT, None]).dt.cast_time_unit("ms"),
        pl.Series([MOMENT, None]).dt.replace_time_zone("UTC"),
        pl.Series(["2020-02-29 13:14:15", None]),
    ],
    ids=lambda values: f"{type(values)} {getattr(values, 'dtype', '')}",
)
def test_times(values: Any) -> None:
    result = column(values)
    assert result.storage is Storage.TIME
    expected = MOMENT.replace(tzinfo=datetime.UTC).timestamp()
    np.testing.assert_array_equal(result.values, [expected, np.nan])


@pytest.mark.parametrize(
    "values",
    [
        np.array(["2020-02-29", "NaT"], dtype="datetime64[D]"),
        [datetime.date(2020, 2, 29), None],
        pl.Series([datetime.date(2020, 2, 29), None]),
        pd.Series([datetime.date(2020, 2, 29), None]),
        pd.Series([datetime.date(2020, 2, 29), None], dtype="date32[pyarrow]"),
    ],
    ids=lambda values: f"{type(values)} {getattr(values, 'dtype', '')}",
)
def test_dates(values: Any) -> None:
    assert column(values).texts().tolist() == ["2020-02-29", None]
    assert column(values).storage is Storage.TIME


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["2020-01-01", None], dtype="category"),
        pl.Series(["2020-01-01", None], dtype=pl.Categorical),
        pl.Series(["2020-01-01", None], dtype=pl.Enum(["2020-01-01"])),
    ],
    ids=str,
)
def test_declared_categories_stay_words(values: Any) -> None:
    assert column(values).storage is Storage.WORDS


def test_what_the_reader_is_told() -> None:
    def told(values: Any, storage: str, *missing: str) -> Column:
        return column_of(
            "c", values, "the data", Reading(missing=missing, storages={"c": Storage(storage)})
        )

    assert told([1, 2], "words").texts().tolist() == ["1", "2"]
    np.testing.assert_array_equal(told(["1", "-9"], "number", "-9").values, [1.0, np.nan])
    assert told([20200131], "time").texts().tolist() == ["2020-01-31"]
    assert told(["2020-01-01"], "words").texts().tolist() == ["2020-01-01"]
    assert told([True, False], "words").labels == {"True": True, "False": False}
    with pytest.raises(DataError, match="row 2, column 'c' is 'x', but the column is to hold num"):
        told(["1", "x"], "number")


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (np.array([1 + 2j]), "complex128"),
        (np.array([b"x"]), r"\|S1"),
        (np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), r"\[\('a'"),
        (pd.Series(pd.arrays.IntervalArray.from_breaks([0, 1])), "Interval"),
        (pd.Series([[1, 2]]), "list"),
        (pd.Series([b"x"], dtype=pd.ArrowDtype(pa.binary())), "bytes"),
        (pl.Series([[1, 2]]), "List"),
        (pl.Series([{"a": 1}]), "Struct"),
        (pl.Series([b"x"]), "Binary"),
    ],
    ids=str,
)
def test_types_that_cannot_be_used(values: Any, type_: str) -> None:
    found = column(values)
    assert len(found) == len(values)
    assert found.missing().all()
    with pytest.raises(DataError, match=f"column 'c' holds values of type {type_}.*, but numbers"):
        found.require_usable()


@pytest.mark.parametrize(
    "values",
    [
        [datetime.timedelta(minutes=1, microseconds=500_000), None],
        [datetime.time(0, 1, 0, 500_000), None],
        np.array([60_500, "NaT"], dtype="timedelta64[ms]"),
        pd.Series(pd.to_timedelta(["60.5s", None])),
        pd.Series([datetime.time(0, 1, 0, 500_000), None]),
        pd.Series([datetime.timedelta(seconds=60.5), None], dtype="duration[us][pyarrow]"),
        pd.Series([datetime.time(0, 1, 0, 500_000), None], dtype="time64[us][pyarrow]"),
        pl.Series([datetime.timedelta(seconds=60.5), None]),
        pl.Series([datetime.time(0, 1, 0, 500_000), None]),
    ],
    ids=lambda values: f"{type(values).__module__} {getattr(values, 'dtype', '')}",
)
def test_durations_and_times_of_day_are_seconds(values: Any) -> None:
    found = column(values)
    assert found.storage is Storage.NUMBER
    np.testing.assert_array_equal(found.values, [60.5, np.nan])
    table = table_of_columns([("c", values)], "the data")
    (note,) = table.notes
    assert str(note) == (
        "the data: column 'c' holds durations or times of day: they are taken as seconds"
    )


def test_periods_are_the_time_of_their_start() -> None:
    found = column(pd.Series(pd.period_range("2020-02", periods=2, freq="M")))
    assert found.texts().tolist() == ["2020-02-01", "2020-03-01"]


@pytest.mark.parametrize(
    ("value", "type_"),
    [([1], "list"), (b"x", "bytes"), (datetime.date(2020, 1, 1), "date"), (1j, "complex")],
)
def test_single_values_that_cannot_be_used(value: object, type_: str) -> None:
    assert column(["x", value]).unusable == f"{type_} (row 2)"


def test_an_integer_beyond_float64() -> None:
    assert column([2**70, 1]).values.tolist() == [2.0**70, 1.0]
    with pytest.raises(DataError, match="row 2, column 'c' holds an integer too large"):
        column([None, 10**400])
    with pytest.raises(DataError, match="row 2, column 'c' holds an integer too large"):
        column(["x", 10**400])


@pytest.mark.parametrize("values", [np.zeros((2, 1)), np.float64(1.0), 5, "text", {1, 2}])
def test_what_is_no_column(values: Any) -> None:
    with pytest.raises(DataError, match="column 'c' needs a 1-d array or a list, but it is a"):
        column(values)


def test_the_order_that_a_categorical_declares() -> None:
    listed = pd.Categorical(["b", None], ["b", "a", "NA"], ordered=True)
    assert column_of("t", pd.Series(listed), "t").levels == ("b", "a")
    assert column_of("t", pd.Series(listed.as_unordered()), "t").levels == ()
    numbered = pd.Categorical([2, 10], [2, 10], ordered=True)
    assert column_of("t", pd.Series(numbered), "t").levels == ("2", "10")
    alike = pd.Categorical(["a"], ["a", "A"], ordered=True)
    assert column_of("t", pd.Series(alike), "t").levels == ()


@pytest.mark.parametrize("number", [np.inf, -np.inf])
def test_an_infinite_number_is_refused_with_the_option_that_mends_it(number: float) -> None:
    frame = pd.DataFrame({"a": [1.0, number, 2.5]})
    message = rf"row 2, column 'a' is {number}: .* that it means no value \(--missing {number}\)"
    with pytest.raises(DataError, match=message):
        table_of_columns(frame.items(), "it")
    table = table_of_columns(frame.items(), "it", Reading(missing=(str(number),)))
    assert table["a"].missing().tolist() == [False, True, False]


@pytest.mark.parametrize(
    "make",
    [
        lambda numbers: np.array(numbers, dtype=np.float32),
        lambda numbers: pd.Series(numbers, dtype="float32"),
        lambda numbers: pd.Series(numbers, dtype="Float32"),
        lambda numbers: pd.Series(numbers, dtype="float[pyarrow]"),
        lambda numbers: pl.Series(numbers, dtype=pl.Float32),
        lambda numbers: np.array(numbers, dtype=np.float64),
        list,
    ],
)
def test_categories_of_narrow_numbers_are_spelled_as_they_are_written(make: Any) -> None:
    reading = Reading(storages={"c": Storage.WORDS})
    numbers = [0.1, 2.5, 100000008.0, 1e-7, 3.0, 0.1]
    spelled = column_of("c", make(numbers), "s", reading)
    assert spelled.texts().tolist() == ["0.1", "2.5", "100000008", "1e-07", "3", "0.1"]
    held = column_of("c", make(numbers), "s")
    assert held.values.tolist() == np.array(make(numbers)).astype(np.float64).tolist()
