"""Opening files: formats told by their content, and files that are none."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pellucid.data.files import read_table
from pellucid.data.reading import Reading
from pellucid.data.storage import Storage
from pellucid.errors import DataError, OptionError


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "t.csv")
    assert read_table(tmp_path / "t.csv")["a"].values.tolist() == [1.0, 2.0]
    (tmp_path / "t.data").write_text("a\n5\n")
    assert read_table(str(tmp_path / "t.data"))["a"].values.tolist() == [5.0]


def test_the_source_is_the_path_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.csv").write_text("a\n5\n")
    monkeypatch.chdir(tmp_path)
    assert read_table("t.csv").source == "t.csv"


def test_what_is_told_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n7\n")
    reading = Reading(storages={"a": Storage.WORDS}, header=True)
    assert read_table(tmp_path / "t.csv", reading)["a"].texts().tolist() == ["7"]
    with pytest.raises(
        OptionError, match=r"a query needs an SQLite or DuckDB file, but .*t\.csv is"
    ):
        read_table(tmp_path / "t.csv", Reading(query="SELECT 1"))


def test_a_packed_file_needs_no_name_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(gzip.compress(b"a\n5\n", mtime=0))
    assert read_table(tmp_path / "t.csv")["a"].values.tolist() == [5.0]
    (tmp_path / "t.jsonl.gz").write_bytes(gzip.compress(b'{"a": 5}\n', mtime=0))
    assert read_table(tmp_path / "t.jsonl.gz")["a"].values.tolist() == [5.0]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04rest", "a zip archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel workbook"),
        (b"\x89HDF\r\n", "an HDF5 file"),
        (b"%PDF-1.4", "a PDF"),
        (b"\x80\x04\x95\x00", "a pickle, which could run any program when it is opened,"),
        (b"<!DOCTYPE html>", "a web page"),
        (b"\x93NUMPY\x01", r"a NumPy array \(load it, and give the array\)"),
        (b"\x89PNG\r\n", "a picture"),
    ],
)
def test_other_formats(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"t.csv is {what}: a CSV, Parquet, Arrow, JSON, "):
        read_table(path)


def test_a_parquet_name_on_something_else(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("a\n1\n")
    with pytest.raises(DataError, match=r"t\.parquet is not a Parquet file, or it is damaged"):
        read_table(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"x" * 257 + b"ustar" + b"\0" * 300, r"is an archive of files \(tar\): unpack it first"),
        (b"PAR1\0\0", "is compressed with gzip, and what is in it is no text: unpack it first"),
        (gzip.compress(b"a", mtime=0), "is compressed with gzip, and what is in it is no text"),
        (b"a,b\n\0", "is not a text file"),
    ],
)
def test_what_is_packed_is_no_text(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "t.gz").write_bytes(gzip.compress(content, mtime=0))
    with pytest.raises(DataError, match=complaint):
        read_table(tmp_path / "t.gz")


def test_zstd_needs_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("pellucid.data.text_file.import_module", missing)
    (tmp_path / "t.csv.zst").write_bytes(b"\x28\xb5\x2f\xfd0000")
    with pytest.raises(DataError, match=r"compressed with zstd, which needs Python 3\.14: unpack"):
        read_table(tmp_path / "t.csv.zst")


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
    with pytest.raises(DataError, match="is a folder: a CSV, Parquet"):
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

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"t\.csv cannot be read: Permission denied"):
        read_table(path)


def test_a_query_that_was_interrupted_is_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")

    def interrupted(*_: object) -> None:
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr("pellucid.data.files.read_csv", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read_table(tmp_path / "t.csv")
