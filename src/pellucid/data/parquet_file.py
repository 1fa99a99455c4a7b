"""Reads a Parquet file with DuckDB: numbers, booleans and text, each column as its type says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.kinds import Kind, clean_texts
from pellucid.data.table import Column, Table, name_list, repeated_names
from pellucid.errors import DataError

__all__ = ["read_parquet"]

_SIGNED_TYPES = frozenset(["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"])
_UNSIGNED_TYPES = frozenset("U" + signed for signed in _SIGNED_TYPES)
_NUMBER_TYPES = _SIGNED_TYPES | _UNSIGNED_TYPES | {"FLOAT", "DOUBLE", "DECIMAL"}
_TEXT_TYPES = frozenset(["VARCHAR", "ENUM", "UUID", "NULL", "BOOLEAN"])


def read_parquet(path: Path, source: str) -> Table:
    """The table in a Parquet file.

    Numbers of every width become float64, booleans the texts 'True' and 'False'; digits
    stored as text stay text. Raises DataError for dates, times and nested values, for repeated
    names and for damaged files.
    """
    import duckdb

    # A path is a pattern to DuckDB: its special characters are made to stand for themselves.
    pattern = ["".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))]
    try:
        with duckdb.connect() as database:
            names = _top_level_names(
                database.execute(
                    "SELECT name, num_children FROM parquet_schema(?)", pattern
                ).fetchall()
            )
            if len(set(names)) != len(names):
                raise DataError(f"{source}: {repeated_names(names)}")
            described = database.execute("DESCRIBE FROM read_parquet(?)", pattern).fetchall()
            types = [str(row[1]).strip('"') for row in described]
            kinds = [_kind(*pair, source) for pair in zip(names, types, strict=True)]
            # DuckDB renames columns that differ only in case, so they are asked for by position.
            places = [f"c{position}" for position in range(len(names))]
            wanted = [
                f"{place}::DOUBLE AS {place}" if kind is Kind.NUMBER else _as_text(place, type_)
                for place, kind, type_ in zip(places, kinds, types, strict=True)
            ]
            arrays = database.execute(
                f"SELECT {', '.join(wanted)} FROM read_parquet(?) AS t({', '.join(places)})",
                pattern,
            ).fetchnumpy()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{source} cannot be read as a Parquet file: {reason}") from None
    columns = [_column(*parts) for parts in zip(names, kinds, types, arrays.values(), strict=True)]
    table = Table(columns, source=source)
    if not len(table):
        raise DataError(f"{source} has the columns {name_list(names)} but no rows")
    return table


def _top_level_names(schema: list[tuple[Any, ...]]) -> list[str]:
    """The names of the columns, without those of the parts of nested columns."""
    names = []
    inside = 0
    for name, children in schema[1:]:
        if inside:
            inside -= 1
        else:
            names.append(str(name))
        inside += children or 0
    return names


def _kind(name: str, type_: str, source: str) -> Kind:
    plain = type_.split("(")[0]
    if type_.endswith("]") or plain not in _NUMBER_TYPES | _TEXT_TYPES:
        raise DataError(
            f"{source}: column {name!r} holds values of type {type_}, but numbers, text or "
            "booleans are needed: turn it into numbers or text, or leave it out of the file"
        )
    return Kind.NUMBER if plain in _NUMBER_TYPES else Kind.TEXT


def _as_text(place: str, type_: str) -> str:
    if type_ == "BOOLEAN":
        return f"CASE {place} WHEN true THEN 'True' WHEN false THEN 'False' END AS {place}"
    return f"{place}::VARCHAR AS {place}"


def _column(name: str, kind: Kind, type_: str, array: npt.NDArray[Any]) -> Column:
    if kind is Kind.NUMBER:
        return Column(name, kind, np.ma.filled(array, np.nan))
    labels = {str(truth): truth for truth in (False, True)} if type_ == "BOOLEAN" else {}
    return Column(name, kind, clean_texts(array.tolist()), labels=labels)
