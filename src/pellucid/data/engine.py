"""Runs DuckDB: a private database that may be larger than memory, and columns out of it as arrays.

Receives SQL; gives numbers and coded words of the table `ROWS`, whose columns are named by their
position. Nothing is downloaded or loaded by itself, and what is written goes to one folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pellucid.data.memory import Memory, available_bytes
from pellucid.data.storage import encode_words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "ROWS",
    "connect",
    "fetch_numbers",
    "fetch_words",
    "quoted",
    "temporary_folder",
    "text_literal",
]

ROWS = "pellucid_rows"
"""The table that columns are fetched from: a temporary one, so that databases stay as they are."""

_LEAST_MEMORY = 256 << 20
_SHARE = 0.25
"""How much of the available memory the database may take, beside the columns that come out."""

_ROWS_AT_ONCE = 1 << 20
_COLUMNS_AT_ONCE = 8
_MOST_ENUMERATED = 50_000
"""Up to so many distinct words DuckDB codes them quicker than a dictionary does, ..."""
_ROWS_A_WORD = 4
"""... if each of them stands in as many rows, ..."""
_FEW_ROWS = 1 << 14
"""... and there are more rows than these, which take less time than the questions about them."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="pellucid-") as folder:
        yield Path(folder)


@contextmanager
def connect(
    folder: Path, memory: Memory, database: Path | None = None
) -> Iterator[DuckDBPyConnection]:
    """A connection to a private database, or to a file, which is then only read.

    A query on a file can reach nothing but that file.
    """
    import duckdb

    limit = max(_LEAST_MEMORY, min(memory.budget, int(_SHARE * available_bytes())))
    settings: dict[str, Any] = {
        "temp_directory": str(folder / "spilled"),
        "memory_limit": f"{limit >> 10}KiB",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
    }
    if database is None:
        connection = duckdb.connect(":memory:", config=settings)
    else:
        connection = duckdb.connect(str(database), read_only=True, config=settings)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        if database is not None:
            connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def quoted(name: str) -> str:
    """A name as SQL writes it.

    >>> quoted('an "a" here')
    '"an ""a"" here"'
    """
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """A text as SQL writes it.

    >>> text_literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def fetch_numbers(
    connection: DuckDBPyConnection, columns: Sequence[str], rows: int, memory: Memory
) -> list[npt.NDArray[np.float64]]:
    """The columns of numbers of `ROWS`, each float64 of shape (rows,), nan where NULL."""
    arrays: list[npt.NDArray[np.float64]] = []
    for start in range(0, len(columns), _COLUMNS_AT_ONCE):
        some = columns[start : start + _COLUMNS_AT_ONCE]
        if rows <= _ROWS_AT_ONCE:
            found = ", ".join(f"coalesce({name}::DOUBLE, 'nan') AS {name}" for name in some)
            fetched = connection.execute(f"SELECT {found} FROM {ROWS}").fetchnumpy()
            arrays += [memory.hold(np.asarray(fetched[name])) for name in some]
            continue
        outputs = [memory.zeros((rows,), np.float64) for _ in some]
        wanted = ", ".join(f"coalesce({name}::DOUBLE, 'nan') AS {name}" for name in some)
        for begin, part in _parts(connection, wanted, rows):
            for name, output in zip(some, outputs, strict=True):
                output[begin : begin + len(part[name])] = part[name]
        arrays += outputs
    return arrays


def fetch_words(
    connection: DuckDBPyConnection, columns: Sequence[str], rows: int, memory: Memory
) -> Iterator[tuple[npt.NDArray[np.int32], list[str]]]:
    """Codes of VARCHAR columns of `ROWS`, -1 for NULL, and the sorted distinct words of each."""
    if rows <= _FEW_ROWS:
        yield from _words_of_few_rows(connection, columns, rows, memory)
        return
    most = min(_MOST_ENUMERATED, rows // _ROWS_A_WORD)
    for start in range(0, len(columns), _COLUMNS_AT_ONCE):
        some = columns[start : start + _COLUMNS_AT_ONCE]
        asked = ", ".join(f"approx_count_distinct({column})" for column in some)
        counts = connection.execute(f"SELECT {asked} FROM {ROWS}").fetchall()[0]
        for column, count in zip(some, counts, strict=True):
            code = _enumerated_words if count <= most else _many_words
            yield code(connection, column, rows, memory)


def _words_of_few_rows(
    connection: DuckDBPyConnection, columns: Sequence[str], rows: int, memory: Memory
) -> Iterator[tuple[npt.NDArray[np.int32], list[str]]]:
    at_once = max(1, _ROWS_AT_ONCE // max(1, rows))
    for start in range(0, len(columns), at_once):
        some = columns[start : start + at_once]
        fetched = connection.execute(f"SELECT {', '.join(some)} FROM {ROWS}").fetchnumpy()
        for column in some:
            codes, words = encode_words(fetched[column].tolist())
            yield memory.hold(codes), list(words)


def _many_words(
    connection: DuckDBPyConnection, column: str, rows: int, memory: Memory
) -> tuple[npt.NDArray[np.int32], list[str]]:
    codes = memory.zeros((rows,), np.int32)
    # Words are numbered as they come, and once all are known in their order.
    number: dict[str | None, int] = {None: -1}
    for begin, found in _parts(connection, f"{column} AS w", rows):
        texts = found["w"].tolist()
        codes[begin : begin + len(texts)] = [
            number.setdefault(text, len(number) - 1) for text in texts
        ]
    words = sorted(word for word in number if word is not None)
    places = np.fromiter(map(number.__getitem__, words), np.intp, len(words))
    # The last rank is that of -1.
    ranks = np.full(len(words) + 1, -1, np.int32)
    ranks[places] = np.arange(len(words), dtype=np.int32)
    for begin in range(0, rows, _ROWS_AT_ONCE):
        part = codes[begin : begin + _ROWS_AT_ONCE]
        part[:] = ranks[part]
    return codes, words


def _enumerated_words(
    connection: DuckDBPyConnection, column: str, rows: int, memory: Memory
) -> tuple[npt.NDArray[np.int32], list[str]]:
    distinct = f"SELECT DISTINCT {column} AS w FROM {ROWS} WHERE {column} IS NOT NULL ORDER BY w"
    connection.execute(f"CREATE OR REPLACE TEMP TYPE pellucid_word AS ENUM ({distinct})")
    listed = connection.execute("SELECT unnest(enum_range(NULL::pellucid_word)) AS w").fetchnumpy()
    wanted = f"coalesce(enum_code({column}::pellucid_word)::INTEGER, -1) AS w"
    if rows <= _ROWS_AT_ONCE:
        codes_of_all = connection.execute(f"SELECT {wanted} FROM {ROWS}").fetchnumpy()["w"]
        return memory.hold(np.asarray(codes_of_all)), listed["w"].tolist()
    codes = memory.zeros((rows,), np.int32)
    for begin, part in _parts(connection, wanted, rows):
        codes[begin : begin + len(part["w"])] = part["w"]
    return codes, listed["w"].tolist()


def _parts(
    connection: DuckDBPyConnection, wanted: str, rows: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    for begin in range(0, rows, _ROWS_AT_ONCE):
        some = f"rowid >= {begin} AND rowid < {begin + _ROWS_AT_ONCE}"
        yield begin, connection.execute(f"SELECT {wanted} FROM {ROWS} WHERE {some}").fetchnumpy()
