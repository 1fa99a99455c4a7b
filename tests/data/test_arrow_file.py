"""Arrow IPC files and streams, with either of the libraries that read them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest

from pellucid.data import arrow_file
from pellucid.data.files import read_table
from pellucid.errors import DataError

COLUMNS = {
    "n": [1.5, None],
    "i": pa.array([1, 2], type=pa.uint16()),
    "s": [" x ", None],
    "c": pa.array(["u", "v"]).dictionary_encode(),
    "b": [True, None],
    "d": [datetime.date(2020, 1, 2), None],
    "t": pa.array([datetime.datetime(2020, 1, 2, 3), None], type=pa.timestamp("us")),
}


def write(path: Path, table: pa.Table, *, stream: bool = False) -> Path:
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with new(str(path), table.schema) as writer:
        writer.write_table(table)
    return path


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    known = arrow_file._module

    def module(name: str) -> ModuleType | None:
        return None if name in names else known(name)

    monkeypatch.setattr(arrow_file, "_module", module)


@pytest.mark.parametrize("library", ["pyarrow", "polars"])
def test_either_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    if library == "polars":
        without(monkeypatch, "pyarrow")
    table = read_table(write(tmp_path / "t.feather", pa.table(COLUMNS)))
    assert [column.texts().tolist() for column in table.columns] == [
        *(["1.5", None], ["1", "2"], ["x", None], ["u", "v"], ["True", None]),
        *(["2020-01-02", None], ["2020-01-02 03:00:00", None]),
    ]
    kinds = ["number", "number", "words", "words", "words", "time", "time"]
    assert list(table.storages.values()) == kinds
    assert table.understood == {"format": "arrow"}


def test_a_stream(tmp_path: Path) -> None:
    path = write(tmp_path / "t.arrow", pa.table({"a": [1.0, 2.0]}), stream=True)
    np.testing.assert_array_equal(read_table(path)["a"].values, [1.0, 2.0])


def test_names_that_need_care(tmp_path: Path) -> None:
    table = pa.table([[1], [2], [3]], names=["a", "A", 'say "a"'])
    assert read_table(write(tmp_path / "t.arrow", table)).names == ("a", "A", 'say "a"')
    table = pa.table([[1], [2]], names=["a", "a"])
    with pytest.raises(DataError, match="the column name 'a' occurs 2 times"):
        read_table(write(tmp_path / "t.arrow", table))


def test_types_that_the_engine_does_not_know(tmp_path: Path) -> None:
    union = pa.UnionArray.from_dense(
        pa.array([0, 0], pa.int8()), pa.array([0, 1], pa.int32()), [pa.array([1, 2])]
    )
    columns = {
        "half": pa.array([1.5, None], pa.float16()),
        "wide": pa.array([Decimal("2.25"), None], pa.decimal256(50, 2)),
        "union": union,
        "a": [1, 2],
    }
    table = read_table(write(tmp_path / "t.arrow", pa.table(columns)))
    np.testing.assert_array_equal(table["half"].values, [1.5, np.nan])
    np.testing.assert_array_equal(table["wide"].values, [2.25, np.nan])
    assert str(table["union"].unusable).startswith("dense_union")
    assert table["a"].values.tolist() == [1.0, 2.0]


def test_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "pyarrow", "polars")
    path = write(tmp_path / "t.arrow", pa.table({"a": [1]}))
    with pytest.raises(DataError, match="which needs pyarrow or polars: pip install pyarrow"):
        read_table(path)


@pytest.mark.parametrize("library", ["pyarrow", "polars"])
def test_damaged_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    if library == "polars":
        without(monkeypatch, "pyarrow")
    path = write(tmp_path / "t.arrow", pa.table(COLUMNS))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DataError, match=r"t\.arrow cannot be read as an Arrow file: \S"):
        read_table(path)
