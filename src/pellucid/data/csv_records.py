"""Goes through the records of a CSV file, and says what is wrong with which line.

Receives the lines of a file and its dialect; gives the names of the columns and records of one
width. The standard library's reader decides what a record is; what it accepts is what pellucid
accepts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice

from pellucid.data.column_names import ColumnNames
from pellucid.data.dialect import Dialect, split_lines
from pellucid.data.table import counted, repeated_names
from pellucid.errors import DataError

__all__ = ["MOST_COLUMNS", "Records"]

MOST_COLUMNS = 50_000
"""No table is wider than this."""

_SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank"}


class Records:
    """The records below the header, each with the line that it begins on.

    Iterating raises DataError at the first line that does not fit. Lines with nothing but blanks
    are passed over, and so are those that repeat the header, as in files that were put together;
    `repeated` has the lines of these.

    >>> records = Records(["a,b\\n", "1,x\\n"], Dialect(","), "t.csv")
    >>> records.names, list(records)
    (['a', 'b'], [(2, ['1', 'x'])])
    """

    def __init__(self, lines: Iterable[str], dialect: Dialect, source: str) -> None:
        """Read the header.

        Raises:
            DataError: there is none, or its names are repeated.
        """
        self._dialect = dialect
        self._source = source
        self.repeated: list[int] = []
        self._records = self._read(islice(lines, dialect.skipped, None))
        first = next(self._records, None)
        if first is None:
            raise DataError(
                f"{source} is empty: a header line and at least one row are needed"
                if dialect.header
                else f"{source} is empty: at least one row is needed"
            )
        self.first_line, record, self.first_end = first
        if len(record) > MOST_COLUMNS:
            raise DataError(
                f"{source}: line {self.first_line} has {len(record)} fields, but a table has at "
                f"most {MOST_COLUMNS} columns"
            )
        self._first = None if dialect.header else (self.first_line, record)
        if dialect.header:
            self.column_names = self._header(record, self.first_line)
        else:
            self.column_names = ColumnNames.of([""] * len(record))
        self.names = list(self.column_names.names)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Give the line and the fields of each record; DataError at the end if there was none."""
        width = len(self.names)
        count = 0
        if self._first is not None:
            yield self._first
            count = 1
        for line, record, _ in self._records:
            if len(record) != width:
                raise self._ragged(line, len(record), first=not count)
            if record[0].strip() == self.names[0] and self._repeats(record):
                self.repeated.append(line)
                continue
            yield line, record
            count += 1
        if not count:
            raise DataError(
                f"{self._source} has only a header line ({counted(width, 'column')}), "
                "no rows below it"
            )

    def _repeats(self, record: list[str]) -> bool:
        """Whether a record is the header once more."""
        several = self._dialect.header and len(record) > 1
        return several and [field.strip() for field in record] == self.names

    def _read(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str], int]]:
        reader: Iterator[list[str]] = split_lines(lines, self._dialect.separator)
        width = None
        skipped = self._dialect.skipped
        line = skipped + 1
        try:
            for record in reader:
                end = skipped + reader.line_num  # type: ignore[attr-defined]
                if width == 1 and record:
                    yield line, record, end
                elif len(record) > 1 or (record and record[0].strip()):
                    width = width or len(record)
                    yield line, record, end
                line = end + 1
        except csv.Error as error:
            last = skipped + reader.line_num  # type: ignore[attr-defined]
            raise DataError(f"{self._source}: {self._quotes(error, line, last)}") from None

    def _header(self, record: list[str], line: int) -> ColumnNames:
        column_names = ColumnNames.of(field.strip() for field in record)
        names = list(column_names.names)
        source = self._source
        if len(names) == 1:
            for separator, spoken in _SPOKEN.items():
                if separator in names[0] and separator != " ":
                    raise DataError(
                        f"{source}: the header {names[0]!r} seems to be separated by {spoken}s, "
                        f"not by {self._spoken}s: name the separator"
                    )
        if len(set(names)) != len(names):
            raise DataError(
                f"{source}: in the header (line {line}) {repeated_names(names)}"
                " (if the file has no header line, say so)"
            )
        return column_names

    @property
    def _spoken(self) -> str:
        return _SPOKEN.get(self._dialect.separator, repr(self._dialect.separator))

    def _ragged(self, line: int, fields: int, *, first: bool) -> DataError:
        width = len(self.names)
        expected = (
            f"the header names {counted(width, 'column')}"
            if self._dialect.header
            else f"the first line has {counted(width, 'field')}"
        )
        return DataError(
            f"{self._source}: line {line} has {counted(fields, 'field')}, but {expected}: add or "
            f"remove {self._spoken}s there, or put text that contains {self._spoken}s in double "
            'quotes (")'
            + (
                "; if the table begins further down, --skip-lines says how many lines stand before "
                "it"
                if first
                else ""
            )
        )

    def _quotes(self, error: csv.Error, line: int, last_line: int) -> str:
        if "unexpected end of data" in str(error):
            return f"a double quote in line {line} is opened and never closed"
        if "field larger than field limit" in str(error):
            return (
                f"a field that begins in line {line} has more than {csv.field_size_limit()} "
                "characters: is a double quote opened there and never closed?"
            )
        reached = f" (noticed in line {last_line})" if last_line > line else ""
        return (
            f"the double quotes in line {line} do not match{reached}: a quoted field must end "
            f'before the next {self._spoken}, and a quote inside it is written ""'
        )
