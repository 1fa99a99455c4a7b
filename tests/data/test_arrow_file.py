"""Arrow IPC files and streams, with either of the libraries that read them."""

from __future__ import annotations

import datetime
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


def test_nested_values(tmp_path: Path) -> None:
    path = write(tmp_path / "t.arrow", pa.table({"a": [[1]]}))
    with pytest.raises(DataError, match="column 'a' holds values of type BIGINT\\[\\], but"):
        read_table(path)


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
