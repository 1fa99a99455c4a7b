"""Reads a table, or what a SELECT gives, out of an SQLite or DuckDB file, which is only read.

Receives a path and a query; gives the table. A query can do nothing but read that one file: the
connection is read-only, and everything else is refused before it runs.
"""

from __future__ import annotations

import sqlite3
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.data.column_names import ColumnNames
from pellucid.data.engine import connect, quoted, temporary_folder
from pellucid.data.fields import Fields
from pellucid.data.memory import Memory
from pellucid.data.reading import Reading
from pellucid.data.relation import table_of_relation
from pellucid.data.storage import Storage, label_text
from pellucid.data.table import Column, Table, did_you_mean, name_list, repeated_names
from pellucid.data.whole_numbers import LAST_EXACT, any_rounded
from pellucid.errors import DataError, OptionError
from pellucid.language import Sentence

__all__ = ["read_duckdb", "read_sqlite"]

_ROWS_AT_ONCE = 20_000
_ALLOWED = frozenset(
    [sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE]
)


def read_sqlite(
    path: Path, source: str, reading: Reading | None = None, memory: Memory | None = None
) -> Table:
    """The table in an SQLite file that `reading.query` names or selects, or its only one.

    A column of numbers is NUMBER. Since SQLite keeps numbers as text where a column was declared
    so, texts are understood like the fields of a CSV file.

    Raises:
        DataError: the file is damaged, or holds several tables and no query says which.
        OptionError: the query does more than read, or cannot be run.
    """
    reading = reading or Reading()
    uri = f"file:{urllib.parse.quote(str(path.absolute()))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            found = connection.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
                "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
            )
            query = _select([str(row[0]) for row in found], reading.query, source)
            return _streamed(connection, query, source, reading, memory or Memory())
    # Names of tables and columns that are no UTF-8 are not met by SQLite itself.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise DataError(f"{source} cannot be read as an SQLite database: {error}") from None


def read_duckdb(
    path: Path, source: str, reading: Reading | None = None, memory: Memory | None = None
) -> Table:
    """The table in a DuckDB file that `reading.query` names or selects, or its only one.

    Raises:
        DataError: the file is damaged, or holds several tables and no query says which.
        OptionError: the query does more than read, or cannot be run.
    """
    import duckdb

    reading, memory = reading or Reading(), memory or Memory()
    try:
        with temporary_folder() as folder, connect(folder, memory, path) as connection:
            found = connection.execute(
                "SELECT table_name FROM information_schema.tables "
                "WHERE table_catalog = current_database() AND table_schema = 'main' "
                "ORDER BY table_name"
            ).fetchall()
            query = _select([str(row[0]) for row in found], reading.query, source)
            with _complaints(duckdb.Error, reading.query, source):
                statements = connection.extract_statements(query)
                if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                    raise _no_select(query, source)
                described = connection.execute(f"DESCRIBE {query}").fetchall()
                names = [str(row[0]) for row in described]
                return table_of_relation(
                    connection,
                    f"({query})",
                    [],
                    names,
                    [str(row[1]) for row in described],
                    reading,
                    memory,
                    source,
                    {"format": "duckdb", "query": query},
                )
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{source} cannot be read as a DuckDB database: {reason}") from None


def _select(tables: Sequence[str], query: str | None, source: str) -> str:
    """The SELECT that the user means."""
    listed = f"Its tables are {name_list(tables)}" if tables else "It has no tables"
    if query is None:
        if len(tables) != 1:
            raise DataError(
                f"{source} is a database: a query must name a table or be a SELECT. {listed}"
            )
        return f"SELECT * FROM {quoted(tables[0])}"
    plain = query.strip().rstrip(";").strip()
    if plain in tables:
        return f"SELECT * FROM {quoted(plain)}"
    if len(plain.split()) <= 1:
        raise OptionError(f"{source} has no table {plain!r}{did_you_mean(plain, tables)}. {listed}")
    if plain.split()[0].lower() not in ("select", "with", "from", "values"):
        raise _no_select(plain, source)
    return plain


def _no_select(query: str, source: str) -> OptionError:
    return OptionError(
        f"{source}: the query must be the name of a table, or one SELECT that only reads, but it "
        f"is {query!r}"
    )


@contextmanager
def _complaints(error: type[Exception], query: str | None, source: str) -> Iterator[None]:
    try:
        yield
    except error as caught:
        if query is None:
            raise
        reason = (str(caught).splitlines() or ["it fails"])[0]
        raise OptionError(f"{source}: the query {query!r} cannot be run: {reason}") from None


def _streamed(
    connection: sqlite3.Connection, query: str, source: str, reading: Reading, memory: Memory
) -> Table:
    def allowed(action: int, _: Any, name: Any, *rest: Any) -> int:
        safe = action in _ALLOWED and name != "load_extension"
        return sqlite3.SQLITE_OK if safe else sqlite3.SQLITE_DENY

    connection.set_authorizer(allowed)
    with _complaints(sqlite3.Error, reading.query, source):
        cursor = connection.execute(query)
        column_names = ColumnNames.of(str(column[0]) for column in cursor.description)
        names = list(column_names.names)
        if len(set(names)) != len(names):
            raise DataError(f"{source}: {repeated_names(names)}")
        builders = [_Builder(name) for name in names]
        rows = 0
        while chunk := cursor.fetchmany(_ROWS_AT_ONCE):
            for builder, values in zip(builders, zip(*chunk, strict=True), strict=True):
                builder.add(values)
            rows += len(chunk)
    if not rows:
        raise DataError(f"{source} has the columns {name_list(names)} but no rows")
    fields = Fields(source, reading)
    columns: list[Column] = []
    notes: list[Sentence] = []
    for builder in builders:
        column, new_notes = builder.column(fields, memory)
        columns.append(column)
        notes += new_notes
    columns, new_notes = column_names.finish(columns, source, reading)
    understood = {"format": "sqlite", "query": query}
    return Table(columns, source=source, notes=[*new_notes, *notes], understood=understood)


class _Builder:
    """Gathers the values of a column, which may be of several types: numbers, or coded texts.

    Of a column that has a BLOB in any row, nothing is gathered.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._pieces: list[np.ndarray[Any, np.dtype[Any]]] = []
        self._rows = 0
        self._blob = False
        self._codes: dict[str, int] = {}

    def add(self, values: Sequence[Any]) -> None:
        """Take the values of the next rows."""
        types = set(map(type, values))
        self._rows += len(values)
        self._blob |= bytes in types
        if self._blob:
            return
        if str not in types:
            numbers = np.array(values, dtype=np.float64)
            large = np.flatnonzero(np.abs(numbers) >= LAST_EXACT).tolist()
            if not any_rounded(values[place] for place in large if type(values[place]) is int):
                self._pieces.append(numbers)
                return
        codes = self._codes
        self._pieces.append(
            np.array(
                [
                    -1
                    if value is None
                    else codes.setdefault(
                        value if isinstance(value, str) else _spelled(value), len(codes)
                    )
                    for value in values
                ],
                dtype=np.int32,
            )
        )

    def column(self, fields: Fields, memory: Memory) -> tuple[Column, list[Sentence]]:
        """The column of all values."""
        rows = self._rows
        if self._blob:
            return Column.of_unusable(self._name, "BLOB", rows), []
        numbers = all(piece.dtype == np.float64 for piece in self._pieces)
        told = fields.reading.storages.get(self._name)
        if numbers and told in (None, Storage.NUMBER):
            values = memory.zeros((rows,), np.float64)
            np.concatenate(self._pieces, out=values)
            for absent in fields.reading.of(self._name).missing_numbers:
                values[values == absent] = np.nan
            return Column(self._name, Storage.NUMBER, values), []
        codes = memory.zeros((rows,), np.int32)
        np.concatenate([self._coded(piece) for piece in self._pieces], out=codes)
        return fields.column(self._name, codes, list(self._codes))

    def _coded(self, piece: np.ndarray[Any, np.dtype[Any]]) -> np.ndarray[Any, np.dtype[Any]]:
        if piece.dtype == np.int32:
            return piece
        distinct, places = np.unique(piece, return_inverse=True)
        codes = [
            -1 if number != number else self._codes.setdefault(_spelled(number), len(self._codes))
            for number in distinct.tolist()
        ]
        return np.array(codes, dtype=np.int32)[places.reshape(-1)]


def _spelled(number: float) -> str:
    return repr(number) if number in (np.inf, -np.inf) else label_text(number)
