"""Reads a CSV file: UTF-8, a header line, commas, double quotes.

Everything that can be wrong with the text is looked for here, with line numbers, before any
value is interpreted: a reader that guesses would take a ragged file for one wide column and
rename repeated headers without a word.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping

import numpy as np

from pellucid.data.kinds import (
    MISSING,
    Kind,
    Values,
    first_code,
    number_labels,
    parse_numbers,
    parse_texts,
    stray_text,
)
from pellucid.data.table import Column, Table, counted, name_list, repeated_names
from pellucid.errors import DataError

__all__ = ["read_csv"]


def read_csv(
    content: bytes,
    source: str,
    *,
    kinds: Mapping[str, Kind] | None = None,
    missing: Collection[str] = MISSING,
) -> Table:
    r"""The table that the bytes of a CSV file spell.

    A byte-order mark, CRLF line ends, blank lines, blanks around fields, and line breaks or
    commas inside quoted fields are fine. `kinds` says which columns are to stay text (or be
    numbers) whatever their fields look like. A column of numbers remembers how the file
    spells them where Python would do so otherwise. Raises DataError with the number of the line.

    >>> read_csv(b"a,b\n1,x\n2,y\n", "small.csv").kinds
    {'a': <Kind.NUMBER: 'number'>, 'b': <Kind.TEXT: 'text'>}
    """
    kinds = kinds or {}
    header, records, lines = _records(_decode(content, source), source)
    columns: list[Column] = []
    notes: list[str] = []
    for position, (name, texts) in enumerate(zip(header, zip(*records, strict=True), strict=True)):
        kind, values = parse_texts(texts, kinds.get(name), missing)
        if kind is Kind.NUMBER and np.isinf(values).any():
            index = int(np.flatnonzero(np.isinf(values))[0])
            raise DataError(
                f"{source}: row {index + 1} (line {lines[index]}), column {name!r} is "
                f"{records[index][position].strip()}: every number must be finite; "
                "correct it or leave it empty (missing)"
            )
        if kind is Kind.TEXT and name not in kinds:
            notes += [f"{source}: column {name!r} {note}" for note in _text_notes(values, lines)]
        labels = number_labels(texts) if kind is Kind.NUMBER else {}
        columns.append(Column(name, kind, values, labels=labels))
    return Table(columns, source=source, notes=[*_header_notes(columns, source), *notes])


def _decode(content: bytes, source: str) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError(f"{source} is written in UTF-16: save it as CSV in UTF-8")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise DataError(
            f"{source} is not a text file (line {line} holds a zero byte): "
            "a CSV or Parquet file is needed"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(
            f"{source}: line {line} is not UTF-8 (byte 0x{content[error.start]:02x}): "
            "save the file in UTF-8"
        ) from None


def _records(text: str, source: str) -> tuple[list[str], list[list[str]], list[int]]:
    """The header, the records below it, and the line on which each record begins."""
    # An initial blank is skipped so that a quote after ', ' opens a quoted field.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    header: list[str] | None = None
    records: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        for record in reader:
            if header is None:
                if any(field.strip() for field in record):
                    header = _check_header(record, source, line)
            elif len(record) == len(header):
                records.append(record)
                lines.append(line)
            elif record and not (len(record) == 1 and not record[0].strip()):
                raise DataError(
                    f"{source}: line {line} has {counted(len(record), 'field')}, but the header "
                    f"names {counted(len(header), 'column')}: add or remove commas there, or put "
                    'text that contains commas in double quotes (")'
                )
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{source}: {_quote_complaint(error, line, reader.line_num)}") from None
    if header is None:
        raise DataError(f"{source} is empty: a header line and at least one row are needed")
    if not records:
        raise DataError(
            f"{source} has only a header line ({counted(len(header), 'column')}), no rows below it"
        )
    return header, records, lines


def _check_header(record: list[str], source: str, line: int) -> list[str]:
    names = [field.strip() for field in record]
    if len(names) == 1:
        for separator, spoken in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if separator in names[0]:
                raise DataError(
                    f"{source}: the header {names[0]!r} seems to be separated by {spoken}: "
                    "separate the columns by commas"
                )
    if "" in names:
        raise DataError(
            f"{source}: column {names.index('') + 1} of {len(names)} has no name in the header "
            f"(line {line}): each column needs one (an index saved with a frame has none: save "
            "without it), and commas at the end of the header must go"
        )
    if len(set(names)) != len(names):
        raise DataError(
            f"{source}: in the header (line {line}) {repeated_names(names)}"
            " (if the file has no header line, add one)"
        )
    return names


def _header_notes(columns: list[Column], source: str) -> list[str]:
    """Says so when the header looks like a row: every number column is named by a number."""
    names = [column.name for column in columns if column.kind is Kind.NUMBER]
    numbers = parse_numbers(np.array(names, dtype=object))
    # Numbered columns (0, 1, 2, ..) and years in a row are names that people do give.
    if not names or numbers is None or (len(names) > 1 and (np.diff(numbers) == 1.0).all()):
        return []
    return [
        f"{source}: the first line was taken for the header, but it looks like a row: its number "
        f"columns are called {name_list(names, 3)}. If the file has no header line, add one"
    ]


def _text_notes(values: Values, lines: list[int]) -> list[str]:
    """Why a column that looks like numbers was taken for text, at the end of a sentence."""
    index = stray_text(values)
    if index is not None:
        reason = "though nearly all its values are numbers"
    elif parse_numbers(values) is not None:
        index = first_code(values)
        reason = "which begins with a superfluous zero as codes do: each code is a category"
    if index is None:
        return []
    where = f"row {index + 1} (line {lines[index]})"
    return [f"is text because of {values[index]!r} in {where}, {reason}"]


def _quote_complaint(error: csv.Error, line: int, last_line: int) -> str:
    if "unexpected end of data" in str(error):
        return f"a double quote in line {line} is opened and never closed"
    if "field larger than field limit" in str(error):
        return (
            f"a field that begins in line {line} has more than {csv.field_size_limit()} "
            "characters: is a double quote opened there and never closed?"
        )
    reached = f" (noticed in line {last_line})" if last_line > line else ""
    return (
        f"the double quotes in line {line} do not match{reached}: "
        'a quoted field must end before the next comma, and a quote inside it is written ""'
    )
