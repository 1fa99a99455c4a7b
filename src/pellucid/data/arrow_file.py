"""Reads an Arrow IPC file (Feather) or stream, by pyarrow or polars, whichever is installed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from pellucid.data.engine import connect, temporary_folder
from pellucid.data.memory import Memory
from pellucid.data.reading import Reading
from pellucid.data.relation import table_of_relation
from pellucid.data.table import Table
from pellucid.data.values import table_of_columns
from pellucid.errors import DataError

__all__ = ["read_arrow"]


def read_arrow(
    path: Path, source: str, reading: Reading | None = None, memory: Memory | None = None
) -> Table:
    """The table in an Arrow file.

    Raises:
        DataError: neither pyarrow nor polars is installed, a type cannot be used, or the file
            is damaged.
    """
    reading, memory = reading or Reading(), memory or Memory()
    understood = {"format": "arrow"}
    pyarrow = _module("pyarrow")
    if pyarrow is not None:
        frame = _by_pyarrow(path, source)
        with temporary_folder() as folder, connect(folder, memory) as connection:
            return _of_arrow(connection, frame, reading, memory, source, understood)
    polars = _module("polars")
    if polars is None:
        raise DataError(
            f"{source} is an Arrow file, which needs pyarrow or polars: pip install pyarrow "
            "(or save the table as Parquet or CSV)"
        )
    try:
        frame = polars.read_ipc(path)
    except Exception as error:
        raise _damaged(source, error) from None
    columns = ((name, frame[name]) for name in frame.columns)
    return table_of_columns(columns, source, reading, understood)


def _by_pyarrow(path: Path, source: str) -> Any:
    pyarrow = import_module("pyarrow")
    ipc = import_module("pyarrow.ipc")
    try:
        with pyarrow.memory_map(str(path)) as file:
            try:
                frame = ipc.open_file(file).read_all()
            except pyarrow.ArrowInvalid:
                file.seek(0)
                frame = ipc.open_stream(file).read_all()
        # A damaged file can name offsets beyond its buffers, which would be read without a look.
        frame.validate(full=True)
    except Exception as error:
        raise _damaged(source, error) from None
    return frame


def _of_arrow(
    connection: Any,
    frame: Any,
    reading: Reading,
    memory: Memory,
    source: str,
    understood: dict[str, str],
) -> Table:
    import duckdb

    names = [str(name) for name in frame.column_names]
    try:
        renamed = frame.rename_columns([f"c{place}" for place in range(len(names))])
        types = []
        for place in range(len(names)):
            column = renamed.select([place])
            type_ = _type(connection, column)
            if type_ is None:
                # A number of a width that DuckDB does not know, or nothing of use.
                values, type_ = _as_doubles(column)
                renamed = renamed.set_column(place, f"c{place}", values)
            types.append(type_)
        connection.register("arrow_table", renamed)
        return table_of_relation(
            connection, "arrow_table", [], names, types, reading, memory, source, understood
        )
    except duckdb.Error as error:
        raise _damaged(source, error) from None


def _type(connection: Any, column: Any) -> str | None:
    """What DuckDB calls the type of a column; None if it cannot read it."""
    import duckdb

    try:
        connection.register("arrow_column", column.slice(0, 0))
        return str(connection.execute("DESCRIBE FROM arrow_column").fetchall()[0][1])
    except duckdb.NotImplementedException:
        return None


def _as_doubles(column: Any) -> tuple[Any, str]:
    """A column of numbers in double precision; another one without its values, and its type."""
    pyarrow = import_module("pyarrow")
    values = column.column(0)
    try:
        return values.cast(pyarrow.float64()), "DOUBLE"
    except pyarrow.ArrowException:
        return pyarrow.nulls(len(values)), str(values.type)


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


def _damaged(source: str, error: Exception) -> DataError:
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return DataError(f"{source} cannot be read as an Arrow file: {reason}")
