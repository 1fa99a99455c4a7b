"""Reads a Parquet file with DuckDB: numbers, booleans, dates and text, each as its type says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pellucid.data.engine import connect, temporary_folder
from pellucid.data.memory import Memory
from pellucid.data.reading import Reading
from pellucid.data.relation import table_of_relation
from pellucid.data.table import Table
from pellucid.errors import DataError

__all__ = ["read_parquet"]


def read_parquet(
    path: Path, source: str, reading: Reading | None = None, memory: Memory | None = None
) -> Table:
    """The table in a Parquet file.

    Raises:
        DataError: repeated names, no rows, or a damaged file.
    """
    import duckdb

    memory = memory or Memory()
    # A path is a pattern to DuckDB: its special characters are made to stand for themselves.
    pattern = ["".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))]
    try:
        with temporary_folder() as folder, connect(folder, memory) as connection:
            names = _top_level_names(
                connection.execute(
                    "SELECT name, num_children FROM parquet_schema(?)", pattern
                ).fetchall()
            )
            described = connection.execute("DESCRIBE FROM read_parquet(?)", pattern).fetchall()
            return table_of_relation(
                connection,
                "read_parquet(?)",
                pattern,
                names,
                [str(row[1]) for row in described],
                reading or Reading(),
                memory,
                source,
                {"format": "parquet"},
            )
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{source} cannot be read as a Parquet file: {reason}") from None


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
