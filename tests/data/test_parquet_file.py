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
from pellucid.data.kinds import Kind
from pellucid.data.parquet_file import read_parquet
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
    assert column.kind is Kind.NUMBER
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
    assert table["boolean"].values.tolist() == ["True", None]
    assert table["text"].values.tolist() == ["01", None]
    assert table["category"].values.tolist() == ["u", "v"]
    assert table["nothing"].missing().all()
    assert table["nan"].missing().tolist() == [True, False]


def test_booleans_that_are_false(tmp_path: Path) -> None:
    table = read(write(tmp_path / "t.parquet", {"a": [False, True]}))
    assert table["a"].values.tolist() == ["False", "True"]
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
        (pa.array([datetime.date(2020, 1, 1)]), "DATE"),
        (pa.array([datetime.datetime(2020, 1, 1)]), "TIMESTAMP"),
        (pa.array([[1, 2]]), r"BIGINT\[\]"),
        (pa.array([{"x": 1, "y": 2}]), "STRUCT"),
        (pa.array([b"x"]), "BLOB"),
    ],
)
def test_values_that_cannot_be_used(tmp_path: Path, array: Any, type_: str) -> None:
    path = write(tmp_path / "t.parquet", {"before": [1], "when": array, "after": [2]})
    with pytest.raises(DataError, match=rf"t\.parquet: column 'when' holds values of type {type_}"):
        read(path)


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


@settings(deadline=None, max_examples=30)
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
