"""Takes the columns of a relation whose types DuckDB knows: of Parquet, Arrow, JSON, a database.

Receives SQL for the relation, the names of its columns and their types; gives the table. Numbers of
every width become float64, or words where float64 would round whole ones; dates, times of day and
durations become seconds, booleans the words 'True' and 'False'; texts stay texts, but for dates and
for numbers with groups or units that are written as text. Nested values, bytes and the like are not
read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.column_names import ColumnNames
from pellucid.data.engine import ROWS, fetch_numbers, fetch_words
from pellucid.data.fields import Fields
from pellucid.data.memory import Memory
from pellucid.data.notation import SECONDS
from pellucid.data.reading import Reading
from pellucid.data.storage import Storage, as_written
from pellucid.data.table import Column, Table, name_list, repeated_names
from pellucid.data.whole_numbers import LAST_EXACT
from pellucid.errors import DataError
from pellucid.language import Sentence

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["held_as", "seconds_note", "table_of_relation"]

_SIGNED_TYPES = frozenset(["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"])
_UNSIGNED_TYPES = frozenset("U" + signed for signed in _SIGNED_TYPES)
_LONG_TYPES = frozenset(["BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "DECIMAL", "BIGNUM"])
"""The types of whole numbers, or of those that may be whole, that float64 may have to round."""
_NUMBER_TYPES = _SIGNED_TYPES | _UNSIGNED_TYPES | _LONG_TYPES | {"FLOAT", "DOUBLE", "NULL"}
_SECONDS_TYPES = frozenset(["TIME", "TIME_NS", "TIME WITH TIME ZONE", "INTERVAL"])
_TIME_TYPES = frozenset(
    [
        *("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
        *("TIMESTAMP WITH TIME ZONE", "DATETIME"),
    ]
)
_WORDS_TYPES = frozenset(["VARCHAR", "ENUM", "UUID", "BOOLEAN"])


def table_of_relation(
    connection: DuckDBPyConnection,
    relation: str,
    parameters: Sequence[Any],
    names: Sequence[str],
    types: Sequence[str],
    reading: Reading,
    memory: Memory,
    source: str,
    understood: Mapping[str, Any],
) -> Table:
    """The table that `FROM relation` gives, whose columns have these names and types.

    Raises:
        DataError: names are repeated, or there are no rows.
    """
    column_names = ColumnNames.of(names)
    names = list(column_names.names)
    if len(set(names)) != len(names):
        raise DataError(f"{source}: {repeated_names(names)}")
    plain = [type_.strip('"') for type_ in types]
    storages = list(map(held_as, plain))
    # DuckDB renames columns that differ only in case, so they are asked for by position.
    places = [f"c{position}" for position in range(len(names))]
    wanted = ", ".join(map(_expression, places, plain, storages))
    connection.execute(
        f"CREATE TEMP TABLE {ROWS} AS SELECT {wanted} FROM {relation} AS t({', '.join(places)})",
        list(parameters),
    )
    rows = int(connection.execute(f"SELECT count(*) FROM {ROWS}").fetchall()[0][0])
    if not rows:
        raise DataError(f"{source} has the columns {name_list(names)} but no rows")
    long = {place: type_ for place, type_ in zip(places, plain, strict=True) if _is_long(type_)}
    rounded = _rounded(connection, long)
    fields = Fields(source, reading, numbers=False)
    columns: list[Column] = []
    notes: list[Sentence] = []
    new_notes: list[Sentence]
    for name, place, type_, storage in zip(names, places, plain, storages, strict=True):
        if storage is None:
            column, new_notes = Column.of_unusable(name, type_, rows), []
        elif place in rounded:
            (words,) = fetch_words(connection, [place], rows, memory)
            column, new_notes = replace(fields, numbers=True).column(name, *words)
        elif storage is Storage.WORDS:
            (words,) = fetch_words(connection, [place], rows, memory)
            if type_ == "BOOLEAN":
                labels = {str(truth): truth for truth in (False, True)}
                column, new_notes = (
                    Column(name, storage, words[0], tuple(words[1]), labels=labels),
                    [],
                )
            else:
                column, new_notes = fields.column(name, *words)
        else:
            (array,) = fetch_numbers(connection, [place], rows, memory)
            if storage is Storage.NUMBER:
                for absent in reading.of(name).missing_numbers:
                    array[array == absent] = np.nan
            column, new_notes = Column(name, storage, array), []
            if type_ in _SECONDS_TYPES:
                column, new_notes = replace(column, notation=SECONDS), [seconds_note(source, name)]
            told = reading.storages.get(name)
            if told is Storage.WORDS:
                if type_ == "FLOAT":
                    column = replace(column, values=as_written(column.values, np.float32))
                column = column.as_words()
            elif told is Storage.TIME and storage is Storage.NUMBER and not column.missing().all():
                spelled = column.as_words()
                column, new_notes = fields.column(name, spelled.values, spelled.words)
        columns.append(column)
        notes += new_notes
    columns, new_notes = column_names.finish(columns, source, reading)
    return Table(columns, source=source, notes=[*new_notes, *notes], understood=understood)


def held_as(type_: str) -> Storage | None:
    """How a column of a type of DuckDB's is held; None if it cannot be.

    >>> held_as("DECIMAL(4,2)"), held_as("BIGINT[]")
    (<Storage.NUMBER: 'number'>, None)
    """
    plain = type_.split("(")[0]
    if type_.endswith("]"):
        return None
    if plain in _NUMBER_TYPES | _SECONDS_TYPES:
        return Storage.NUMBER
    if plain in _TIME_TYPES:
        return Storage.TIME
    return Storage.WORDS if plain in _WORDS_TYPES else None


def _is_long(type_: str) -> bool:
    return type_.split("(")[0] in _LONG_TYPES and not type_.endswith("]")


def _rounded(connection: DuckDBPyConnection, long: Mapping[str, str]) -> set[str]:
    """The columns of whole numbers that DOUBLE would round, now spelled as text."""
    ends = ", ".join(
        f"coalesce(max({place})::DOUBLE >= {LAST_EXACT} OR min({place})::DOUBLE <= -{LAST_EXACT}, "
        "false)"
        for place in long
    )
    found = connection.execute(f"SELECT {ends} FROM {ROWS}").fetchall()[0] if long else ()
    rounded = set()
    for place in (place for place, large in zip(long, found, strict=True) if large):
        type_ = long[place]
        decimal = type_.startswith("DECIMAL")
        is_integer = f"{place} = trunc({place})" if decimal else "true"
        asked = (
            f"SELECT bool_and({is_integer}) AND "
            f"bool_or(TRY_CAST({place}::DOUBLE AS {type_}) IS DISTINCT FROM {place}) "
            f"FROM {ROWS} WHERE {place} IS NOT NULL"
        )
        if connection.execute(asked).fetchall()[0][0]:
            spelled = f"{place}::HUGEINT::VARCHAR" if decimal else f"{place}::VARCHAR"
            connection.execute(f"ALTER TABLE {ROWS} ALTER {place} TYPE VARCHAR USING {spelled}")
            rounded.add(place)
    return rounded


def seconds_note(source: str, name: str) -> Sentence:
    """What the user is to be told of a column of durations or times of day."""
    return Sentence("data.read_seconds", {"source": source, "name": name})


def _expression(place: str, type_: str, storage: Storage | None) -> str:
    if storage is None:
        return f"NULL::INTEGER AS {place}"
    if type_ in _SECONDS_TYPES:
        return f"epoch({place})::DOUBLE AS {place}"
    if storage is Storage.NUMBER:
        return place if _is_long(type_) else f"{place}::DOUBLE AS {place}"
    if storage is Storage.TIME:
        # What is infinitely far away in time is as good as not known.
        return f"CASE WHEN isfinite({place}) THEN epoch({place}) END::DOUBLE AS {place}"
    if type_ == "BOOLEAN":
        return f"CASE {place} WHEN true THEN 'True' WHEN false THEN 'False' END AS {place}"
    return f"{place}::VARCHAR AS {place}"
