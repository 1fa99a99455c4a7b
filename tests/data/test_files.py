"""Opening files: formats told by their content, and files that are none."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pellucid.data.files import read_table
from pellucid.data.kinds import Kind
from pellucid.errors import DataError


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "t.csv")
    assert read_table(tmp_path / "t.csv")["a"].values.tolist() == [1.0, 2.0]
    (tmp_path / "t.data").write_text("a\n5\n")
    assert read_table(str(tmp_path / "t.data"))["a"].values.tolist() == [5.0]


def test_the_source_is_the_path_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.csv").write_text("a\n5\n")
    monkeypatch.chdir(tmp_path)
    assert read_table("t.csv").source == "t.csv"


def test_kinds_are_passed_on(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n007\n")
    assert read_table(tmp_path / "t.csv", kinds={"a": Kind.TEXT})["a"].values.tolist() == ["007"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (gzip.compress(b"a\n1\n", mtime=0), "compressed with gzip"),
        (b"PK\x03\x04rest", "a zip archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel workbook"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"ARROW1\0\0", "an Arrow file"),
        (b"\x89HDF\r\n", "an HDF5 file"),
        (b"%PDF-1.4", "a PDF"),
    ],
)
def test_other_formats(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"t.csv is {what}: a CSV or Parquet file is needed"):
        read_table(path)


def test_a_parquet_name_on_something_else(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("a\n1\n")
    with pytest.raises(DataError, match=r"t\.parquet is not a Parquet file, or it is damaged"):
        read_table(tmp_path / "t.parquet")


def test_only_the_first_bytes_of_a_parquet_file(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"t\.parquet cannot be read as a Parquet file"):
        read_table(tmp_path / "t.parquet")


def test_no_file(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("a\n1\n")
    with pytest.raises(DataError, match=r"no file .*poeple\.csv \(did you mean 'people\.csv'\?\)"):
        read_table(tmp_path / "poeple.csv")
    with pytest.raises(DataError, match=r"there is no file .*t\.csv$"):
        read_table(tmp_path / "nowhere" / "t.csv")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder: a CSV or Parquet file is needed"):
        read_table(tmp_path)


def test_no_ordinary_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="pipe is no ordinary file"):
        read_table(tmp_path / "pipe")


def test_a_name_with_a_zero_byte() -> None:
    with pytest.raises(DataError, match="there is no file"):
        read_table("a\0b")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"t\.csv cannot be read: Permission denied"):
        read_table(path)
