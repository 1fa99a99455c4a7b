"""Opens a file that holds a table, whichever of the known formats it is written in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pellucid.data.arrow_file import read_arrow
from pellucid.data.csv_file import read_csv
from pellucid.data.database import read_duckdb, read_sqlite
from pellucid.data.json_lines import looks_like_json, read_json
from pellucid.data.memory import Memory
from pellucid.data.parquet_file import read_parquet
from pellucid.data.reading import Reading
from pellucid.data.table import Table, did_you_mean
from pellucid.data.text_file import TextFile, find_compression
from pellucid.errors import DataError, OptionError

__all__ = ["is_database", "read_table"]

_NEEDED = "a CSV, Parquet, Arrow, JSON, SQLite or DuckDB file is needed"

# The first bytes of files that people take for tables, and what they are.
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"PK\x05\x06": "an empty zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x89HDF": "an HDF5 file",
    b"%PDF": "a PDF",
    b"FEA1": "a Feather file of the first version",
    b"ORC": "an ORC file",
    b"\x93NUMPY": "a NumPy array (load it, and give the array)",
    b"\x80\x02": "a pickle, which could run any program when it is opened,",
    b"\x80\x03": "a pickle, which could run any program when it is opened,",
    b"\x80\x04": "a pickle, which could run any program when it is opened,",
    b"\x80\x05": "a pickle, which could run any program when it is opened,",
    b"<!DOCTYPE": "a web page",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<?xml": "an XML file",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"$FL2": "an SPSS file",
    b"<stata_dta>": "a Stata file",
}

_SUFFIXES = {
    ".parquet": "a Parquet",
    ".pq": "a Parquet",
    ".feather": "an Arrow",
    ".arrow": "an Arrow",
    ".sqlite": "an SQLite",
    ".sqlite3": "an SQLite",
    ".duckdb": "a DuckDB",
}
_ARROW_STREAM = b"\xff\xff\xff\xff"

_Reader = Callable[[Path, str, Reading, Memory], Table]


def read_table(
    path: str | os.PathLike[str], reading: Reading | None = None, memory: Memory | None = None
) -> Table:
    """The table in a CSV, Parquet, Arrow, JSON (lines), SQLite or DuckDB file.

    The content says which it is, not the name. Text files may be compressed with gzip, bzip2 or xz.
    Empty fields, NA, NaN, nan, null and ? are missing, and what `reading` adds; `reading` also
    says what is not to be found out. What was found out is in the table's `understood` and
    `notes`. `memory` gives the columns: beyond its budget they lie in mapped files.

    Raises:
        DataError: the file is missing, empty, damaged or in another format; the message names
            the file and the line or row, and the column.
        OptionError: `reading` does not fit the file.
    """
    source = os.fspath(path)
    reading, memory = reading or Reading(), memory or Memory()
    try:
        reader = _reader(Path(path), source, reading)
        return reader(Path(path), source, reading, memory)
    except OSError as error:
        raise DataError(f"{source} cannot be read: {error.strerror or error}") from None
    except (MemoryError, OverflowError):
        raise DataError(f"{source} cannot be read: it needs more memory than there is") from None
    except RuntimeError as error:
        # So DuckDB says that Ctrl-C ended a query.
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise


def _reader(path: Path, source: str, reading: Reading) -> _Reader:
    start = _start(path, source)
    if (database := _database_reader(start)) is not None:
        return database
    if reading.query is not None:
        raise OptionError(f"a query needs an SQLite or DuckDB file, but {source} is none")
    if start.startswith(b"PAR1"):
        return read_parquet
    if start.startswith((b"ARROW1", _ARROW_STREAM)):
        return read_arrow
    for first, what in _FOREIGN.items():
        if start.startswith(first):
            raise DataError(f"{source} is {what}: {_NEEDED}")
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES and start:
        raise DataError(
            f"{source} is not {_SUFFIXES[suffix]} file, or it is damaged: its first bytes differ"
        )
    file = TextFile(path, source, reading.encoding)
    inner = path.with_suffix("").suffix if file.compression else suffix
    if file.compression:
        _refuse_packed(file, source)
    text = next(file.blocks(), "")
    return read_json if looks_like_json(text[: 1 << 16], inner) else read_csv


def is_database(data: Any) -> bool:
    """Whether data is the path of an SQLite or DuckDB file, of which a query can be asked."""
    if not isinstance(data, str | os.PathLike) or not os.path.isfile(data):
        return False
    return _database_reader(_start(Path(data), os.fspath(data))) is not None


def _database_reader(start: bytes) -> _Reader | None:
    if start.startswith(b"SQLite format 3\0"):
        return read_sqlite
    return read_duckdb if start[8:12] == b"DUCK" else None


def _refuse_packed(file: TextFile, source: str) -> None:
    """Complain about a compressed file that holds no text but an archive or another format."""
    if file.start[257:262] == b"ustar":
        raise DataError(f"{source} is an archive of files (tar): unpack it first")
    if file.start.startswith((b"PAR1", b"ARROW1", b"SQLite format 3")) or (
        find_compression(file.start) is not None
    ):
        raise DataError(
            f"{source} is compressed with {file.compression}, and what is in it is no text: "
            "unpack it first"
        )


def _start(path: Path, source: str) -> bytes:
    """The first bytes of a file that is there."""
    try:
        if path.is_dir():
            raise DataError(f"{source} is a folder: {_NEEDED}")
        if not path.exists():
            raise DataError(f"there is no file {source}{_closest_file(path)}")
        if not path.is_file():
            raise DataError(f"{source} is no ordinary file: {_NEEDED}")
        with path.open("rb") as file:
            return file.read(64)
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"there is no file {source!r}") from None
    except OSError as error:
        raise DataError(f"{source} cannot be read: {error.strerror}") from None


def _closest_file(path: Path) -> str:
    try:
        return did_you_mean(path.name, os.listdir(path.parent))
    except OSError:
        return ""
