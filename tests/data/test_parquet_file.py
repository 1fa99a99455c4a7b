"""Parquet files, written by pyarrow and read without it."""

from __future__ import annotations

import contextlib
import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.data.files import read_table
from pellucid.data.parquet_file import read_parquet
from pellucid.data.reading import Reading
from pellucid.data.storage import Storage
from pellucid.data.table import Table
from pellucid.errors import DataError


def write(path: Path, table: Any) -> Path:
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), path)
    return path


def read(path: Path) -> Table:
    return read_parquet(path, path.name)


@pytest.mark.parametrize(
    "type_",
    [
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float32", "float64"),
    ],
)
def test_numbers_of_every_width(tmp_path: Path, type_: str) -> None:
    array = pa.array([1, None, 3], type=type_)
    column = read(write(tmp_path / "t.parquet", {"a": array}))["a"]
    assert column.storage is Storage.NUMBER
    np.testing.assert_array_equal(column.values, [1.0, np.nan, 3.0])


def test_decimals_booleans_texts_and_categories(tmp_path: Path) -> None:
    table = read(
        write(
            tmp_path / "t.parquet",
            {
                "decimal": [Decimal("1.50"), None],
                "boolean": [True, None],
                "text": [" 01 ", "NA"],
                "category": pa.array(["u", "v"]).dictionary_encode(),
                "nothing": pa.nulls(2),
                "nan": [float("nan"), 1.0],
            },
        )
    )
    np.testing.assert_array_equal(table["decimal"].values, [1.5, np.nan])
    assert table["boolean"].texts().tolist() == ["True", None]
    assert table["text"].texts().tolist() == ["01", None]
    assert table["category"].texts().tolist() == ["u", "v"]
    assert table["nothing"].missing().all()
    assert table["nan"].missing().tolist() == [True, False]


def test_booleans_that_are_false(tmp_path: Path) -> None:
    table = read(write(tmp_path / "t.parquet", {"a": [False, True]}))
    assert table["a"].texts().tolist() == ["False", "True"]
    assert table["a"].labels == {"False": False, "True": True}


def test_names_that_need_care(tmp_path: Path) -> None:
    columns = {'say "a"': [1], "A": [2], "a": [3], "select, from": ["x"], "größe": [5]}
    table = read(write(tmp_path / "odd [1]*?'.parquet", columns))
    assert table.names == tuple(columns)
    assert table["A"].values.tolist() == [2.0]
    assert table["a"].values.tolist() == [3.0]


def test_a_pattern_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "a1.parquet", {"a": [1]})
    write(tmp_path / "a[1].parquet", {"a": [2]})
    assert read(tmp_path / "a[1].parquet")["a"].values.tolist() == [2.0]


@pytest.mark.parametrize(
    ("array", "type_"),
    [
        (pa.array([[1, 2]]), "BIGINT[]"),
        (pa.array([{"x": 1, "y": 2}]), "STRUCT"),
        (pa.array([b"x"]), "BLOB"),
    ],
)
def test_values_that_cannot_be_used(tmp_path: Path, array: Any, type_: str) -> None:
    path = write(tmp_path / "t.parquet", {"before": [1], "when": array, "after": [2]})
    table = read(path)
    assert table.names == ("before", "when", "after")
    assert str(table["when"].unusable).startswith(type_)
    assert (table["before"].values.tolist(), table["after"].values.tolist()) == ([1.0], [2.0])


def test_times_of_day_and_durations_are_seconds(tmp_path: Path) -> None:
    columns = {
        "at": pa.array([datetime.time(1, 2, 3, 500_000), None]),
        "short": pa.array([datetime.time(0, 0, 5), None], pa.time32("ms")),
    }
    table = read(write(tmp_path / "t.parquet", columns))
    np.testing.assert_array_equal(table["at"].values, [3723.5, np.nan])
    np.testing.assert_array_equal(table["short"].values, [5.0, np.nan])
    assert [str(note) for note in table.notes] == [
        f"t.parquet: column {name!r} holds durations or times of day: they are taken as seconds"
        for name in columns
    ]


@pytest.mark.parametrize(
    ("type_", "unit"),
    [
        *((pa.timestamp(unit), "%Y-%m-%d %H:%M:%S") for unit in ("s", "ms", "us", "ns")),
        (pa.timestamp("us", tz="Europe/Berlin"), "%Y-%m-%d %H:%M:%S"),
        (pa.date32(), "%Y-%m-%d"),
        (pa.date64(), "%Y-%m-%d"),
    ],
    ids=str,
)
def test_dates_and_times(tmp_path: Path, type_: Any, unit: str) -> None:
    moment = datetime.datetime(2020, 2, 29, 13, 14, 15)
    value = moment.date() if "date" in str(type_) else moment
    if getattr(type_, "tz", None):
        value = moment.replace(tzinfo=datetime.UTC)
    column = read(write(tmp_path / "t.parquet", {"a": pa.array([value, None], type=type_)}))["a"]
    assert column.storage is Storage.TIME
    assert column.texts().tolist() == [moment.strftime(unit), None]


def test_fractions_of_seconds(tmp_path: Path) -> None:
    array = pa.array([1_500_000_000_250_000], type=pa.timestamp("us"))
    assert read(write(tmp_path / "t.parquet", {"a": array}))["a"].values.tolist() == [1.5e9 + 0.25]


def test_dates_that_are_written_as_text(tmp_path: Path) -> None:
    table = read(write(tmp_path / "t.parquet", {"a": ["2020-01-01", None], "b": ["1", "2"]}))
    assert table.storages == {"a": "time", "b": "words"}


def test_what_the_reader_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", {"a": [1.0, -999.0], "b": ["1", "nothing"], "c": [7, 8]})
    storages = {"b": Storage.NUMBER, "c": Storage.WORDS}
    reading = Reading(missing=("-999", "nothing"), storages=storages)
    table = read_parquet(path, "t.parquet", reading)
    np.testing.assert_array_equal(table["a"].values, [1.0, np.nan])
    np.testing.assert_array_equal(table["b"].values, [1.0, np.nan])
    assert table["c"].texts().tolist() == ["7", "8"]
    assert table.understood == {"format": "parquet"}
    with pytest.raises(
        DataError, match="row 2, column 'b' is 'nothing', but the column is to hold"
    ):
        read_parquet(path, "t.parquet", Reading(storages=storages))


def test_repeated_names(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", pa.table([[1], [2]], names=["a", "a"]))
    with pytest.raises(DataError, match=r"t\.parquet: the column name 'a' occurs 2 times"):
        read(path)


def test_no_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", {"a": pa.array([], type="int64")})
    with pytest.raises(DataError, match=r"t\.parquet has the columns 'a' but no rows"):
        read(path)


def test_infinite_number(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", {"a": [1.0, float("inf")]})
    with pytest.raises(DataError, match=r"t\.parquet: row 2, column 'a' is inf"):
        read(path)


def test_truncated_file(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", {"a": list(range(1000))})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"t\.parquet cannot be read as a Parquet file: Invalid"):
        read(path)


@settings(max_examples=30)
@given(st.data())
def test_damaged_files_give_a_table_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "t.parquet"
    write(path, {"a": [1.0, 2.0, None], "b": ["x", "yy", None]})
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(4, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with contextlib.suppress(DataError):
        assert len(read_table(path)) > 0


def test_times_beyond_the_calendar(tmp_path: Path) -> None:
    array = pa.array([0, 300_000_000_000], type=pa.timestamp("s"))
    path = write(tmp_path / "t.parquet", {"a": array})
    with pytest.raises(DataError, match="row 2, column 'a' is a time beyond the years 1 to 9999"):
        read(path)


def test_categories_of_narrow_numbers_are_spelled_as_they_are_written(tmp_path: Path) -> None:
    values = pa.array([0.1, None, 2.5, 7.0], pa.float32())
    pq.write_table(pa.table({"c": values}), tmp_path / "t.parquet")
    told = Reading(storages={"c": Storage.WORDS})
    column = read_parquet(tmp_path / "t.parquet", "t.parquet", told)["c"]
    assert column.texts().tolist() == ["0.1", None, "2.5", "7"]
    column = read_parquet(tmp_path / "t.parquet", "t.parquet")["c"]
    assert column.values[0] == np.float64(np.float32(0.1))
