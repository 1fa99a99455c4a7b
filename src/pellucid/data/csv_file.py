"""Reads a CSV file, and whatever else has a record on each line and a character between fields.

Receives a path; gives the table, with what was found out about the file in `understood`. A small
file is read by the standard library. A large one is read by DuckDB, told exactly how: it is looked
over first, and written anew in a plain form where readers could differ about it. So both ways
give the same table, and every complaint comes from the standard library's reader, with its line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from pellucid.data.column_names import ColumnNames
from pellucid.data.csv_engine import Sheet, load_sheet
from pellucid.data.csv_records import Records
from pellucid.data.dialect import Dialect, find_dialect, header_note, sample_records
from pellucid.data.engine import temporary_folder
from pellucid.data.fields import Fields
from pellucid.data.layout import Layout, survey
from pellucid.data.memory import Memory
from pellucid.data.odd_rows import name_odd_rows
from pellucid.data.preamble import find_preamble
from pellucid.data.reading import Reading
from pellucid.data.storage import Storage, encode_words
from pellucid.data.table import Column, Table
from pellucid.data.text_file import TextFile
from pellucid.errors import DataError
from pellucid.language import Sentence

__all__ = ["read_csv"]

SMALL = 4 << 20
"""Files of up to so many characters are read by the standard library alone."""


def read_csv(
    path: Path,
    source: str,
    reading: Reading | None = None,
    memory: Memory | None = None,
    *,
    small: int = SMALL,
) -> Table:
    r"""The table that a CSV file spells.

    A byte-order mark, LF, CRLF and CR as line ends, blank lines, blanks around fields, and line
    breaks or separators inside quoted fields are fine. A column of numbers remembers how the
    file spells them where Python would do so otherwise.

    Raises:
        DataError: the file is no such table; the message has the line.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "t.csv")
    ...     _ = path.write_text("a;b\n1,5;x\n2;y\n")
    ...     read_csv(path, "t.csv")["a"].values.tolist()
    [1.5, 2.0]
    """
    reading = reading or Reading()
    file = TextFile(path, source, reading.encoding)
    start, is_all = _start(file.lines(), small)
    before = find_preamble(start, reading)
    options = replace(reading, separator=before.separator or reading.separator)
    found = find_dialect(start[before.lines :], options, is_all=is_all, source=source)
    dialect = replace(found, skipped=before.lines)
    if is_all:
        columns, notes, names = _small(start, dialect, reading, source)
    else:
        columns, notes, names = _large(file, start, dialect, reading, memory or Memory())
    columns, name_notes = names.finish(columns, source, reading)
    return Table(
        columns,
        source=source,
        notes=[
            *before.notes(source),
            *header_note(dialect, source, names.names),
            *name_notes,
            *notes,
        ],
        understood={
            "format": "csv",
            "separator": dialect.separator,
            "decimal": dialect.decimal,
            "header": dialect.header,
            **({"skipped lines": dialect.skipped} if dialect.skipped else {}),
            "encoding": file.encoding,
            "compression": file.compression,
        },
    )


def _start(lines: Iterator[str], most: int) -> tuple[list[str], bool]:
    """The first lines, up to a number of characters, and whether these are all."""
    start: list[str] = []
    size = 0
    for line in lines:
        if size >= most:
            return start, False
        start.append(line)
        size += len(line)
    return start, True


def _small(
    lines: Sequence[str], dialect: Dialect, reading: Reading, source: str
) -> tuple[list[Column], list[Sentence], ColumnNames]:
    records = Records(lines, dialect, source)
    places, rows = zip(*records, strict=True)
    fields = Fields(source, reading, dialect.decimal, line=lambda index: places[index])
    columns: list[Column] = []
    notes: list[Sentence] = []
    for name, texts in zip(records.names, zip(*rows, strict=True), strict=True):
        column, new_notes = fields.column(name, *encode_words(texts))
        columns.append(column)
        notes += new_notes
    columns, new_notes = name_odd_rows(columns, fields)
    return columns, [*_repeated(records, source), *new_notes, *notes], records.column_names


def _repeated(records: Records, source: str) -> list[Sentence]:
    """What is to be said of lines that repeat the header."""
    if not records.repeated:
        return []
    lines = ", ".join(map(str, records.repeated[:5]))
    more = len(records.repeated) - 5
    values = {"source": source, "lines": lines + (f", .. ({more} more)" if more > 0 else "")}
    return [Sentence("data.read_repeated_header", values)]


def _repeats_header(columns: Sequence[Column], names: Sequence[str]) -> bool:
    """Whether all words of some row may be the names of their columns."""
    words = [c for c in zip(columns, names, strict=True) if c[0].storage is Storage.WORDS]
    if not words or any(name not in column.words for column, name in words):
        return False
    codes = [(column.values, column.words.index(name)) for column, name in words]
    return bool(np.logical_and.reduce([values == code for values, code in codes]).any())


def _large(
    file: TextFile, start: Sequence[str], dialect: Dialect, reading: Reading, memory: Memory
) -> tuple[list[Column], list[Sentence], ColumnNames]:
    lines = file.lines()
    records = Records(lines, dialect, file.source)
    lines.close()
    names = records.names
    width = len(names)
    below = start[dialect.skipped :]
    found = sample_records(below, dialect.separator, is_all=False)[dialect.header :]
    sample = [record for record in found if len(record) == width]

    def line(index: int) -> int | None:
        again = Records(file.lines(), dialect, file.source)
        return next((line for line, _ in islice(again, index, None)), None)

    fields = Fields(file.source, reading, dialect.decimal, line=line)
    with temporary_folder() as folder:
        path = file.path if file.plain else file.utf8_copy(folder / "unpacked.csv")
        columns = None
        layout = survey(path, dialect.separator, len(records.names))
        begin_plain = records.first_line == records.first_end == 1
        if layout is not None and (begin_plain or not (dialect.header or dialect.skipped)):
            rows = layout.rows - dialect.header
            sheet = Sheet(path, dialect.separator, int(dialect.header), rows, layout)
            columns = load_sheet(sheet, records.names, sample, fields, memory, folder)
            if dialect.header and columns and _repeats_header([c for c, _ in columns], names):
                columns = None
        all_records = Records(file.lines(), dialect, file.source)
        if columns is None:
            # Whatever is wrong with the file is found now, or it is but written in an odd way.
            sheet = _rewritten(all_records, folder / "rewritten.csv")
            columns = load_sheet(sheet, records.names, sample, fields, memory, folder)
        if columns is None:
            raise DataError(f"{file.source} cannot be read: it changed meanwhile")
    notes = [note for _, new_notes in columns for note in new_notes]
    named, new_notes = name_odd_rows([column for column, _ in columns], fields)
    return named, [*_repeated(all_records, file.source), *new_notes, *notes], records.column_names


def _rewritten(records: Records, path: Path) -> Sheet:
    """The records in a file that no two readers take differently."""
    layout = Layout(quotes=True, underscores=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for _, record in records:
            writer.writerow(record)
            layout.rows += 1
            # No character takes more than four bytes, a quote two.
            size = sum(4 * len(field) + 3 for field in record)
            layout.longest = max(layout.longest, size)
            layout.breaks |= any("\n" in field or "\r" in field for field in record)
    return Sheet(path, ",", 0, layout.rows, layout)
