"""Opens a file that holds a table, whichever of the known formats it is written in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pellucid.data.csv_file import read_csv
from pellucid.data.kinds import Kind
from pellucid.data.parquet_file import read_parquet
from pellucid.data.table import Table, did_you_mean
from pellucid.errors import DataError

__all__ = ["read_table"]

# The first bytes of files that people take for tables, and what they are.
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"SQLite format 3": "an SQLite database",
    b"ARROW1": "an Arrow file",
    b"\x89HDF": "an HDF5 file",
    b"%PDF": "a PDF",
}


def read_table(path: str | os.PathLike[str], *, kinds: Mapping[str, Kind] | None = None) -> Table:
    """The table in a CSV file (UTF-8, header, commas) or a Parquet file.

    A column whose values are all numbers is NUMBER, any other is TEXT, with the blanks around its
    values stripped; empty fields, NA, NaN, nan, null and ? are missing. `kinds` says of
    columns of a CSV file what they are, whatever they look like: give the kinds of the training
    table when reading rows to predict, so that codes such as '007' keep their spelling.

    Raises DataError, naming the file and the line or row, for a file that is missing, empty,
    damaged or in another format, for ragged lines, open quotes, repeated or empty
    column names, and infinite numbers.
    """
    source = os.fspath(path)
    content = _read(Path(path), source)
    if content.startswith(b"PAR1"):
        return read_parquet(Path(path), source)
    for start, what in _FOREIGN.items():
        if content.startswith(start):
            raise DataError(f"{source} is {what}: a CSV or Parquet file is needed")
    if Path(path).suffix.lower() in (".parquet", ".pq"):
        raise DataError(f"{source} is not a Parquet file, or it is damaged: its first bytes differ")
    return read_csv(content, source, kinds=kinds)


def _read(path: Path, source: str) -> bytes:
    try:
        if path.is_dir():
            raise DataError(f"{source} is a folder: a CSV or Parquet file is needed")
        if not path.exists():
            raise DataError(f"there is no file {source}{_closest_file(path)}")
        if not path.is_file():
            raise DataError(f"{source} is no ordinary file: a CSV or Parquet file is needed")
        with path.open("rb") as file:
            start = file.read(4)
            # DuckDB opens a Parquet file itself: its bytes are not needed here.
            return start if start == b"PAR1" else start + file.read()
    except OSError as error:
        raise DataError(f"{source} cannot be read: {error.strerror}") from None


def _closest_file(path: Path) -> str:
    try:
        return did_you_mean(path.name, os.listdir(path.parent))
    except OSError:
        return ""
