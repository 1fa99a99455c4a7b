"""Turns whatever a person has, a file, a frame, arrays or the name of a built-in set, into a table.

The one door of this room: everything behind it sees a `Table` only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias, overload

import numpy as np

from pellucid.data.builtin import BUILTIN, load_builtin
from pellucid.data.column_names import ColumnNames
from pellucid.data.files import read_table
from pellucid.data.memory import Memory
from pellucid.data.reading import Reading
from pellucid.data.table import Table, counted, did_you_mean, name_list, repeated_names
from pellucid.data.values import column_of, is_pandas, is_polars, table_of_columns
from pellucid.errors import DataError, OptionError

__all__ = ["TableLike", "load_table"]

# A path, a name, a frame, an array, a mapping or a Table. Frames cannot be named here, since
# neither of their libraries is a dependency.
TableLike: TypeAlias = Any


@overload
def load_table(
    data: TableLike,
    target: list[str | int],
    reading: Reading | None = ...,
    memory: Memory | None = ...,
) -> tuple[Table, list[str]]: ...


@overload
def load_table(
    data: TableLike,
    target: str | int | Any | None = ...,
    reading: Reading | None = ...,
    memory: Memory | None = ...,
) -> tuple[Table, str | None]: ...


def load_table(
    data: TableLike,
    target: list[str | int] | str | int | Any | None = None,
    reading: Reading | None = None,
    memory: Memory | None = None,
) -> tuple[Table, str | list[str] | None]:
    """The table that `data` means, and the name of its target column where it is known.

    `data` is the path of a file (CSV, Parquet, Arrow, JSON lines, SQLite, DuckDB), the name of a
    built-in set, a pandas or polars frame, a 2-d NumPy array (its columns are named x0, x1, ..), a
    mapping from names to 1-d arrays, or a Table.

    `target` is the name of a column (blanks around it do not matter); the number of a column of
    an array or of a file without a header, counted from 0; a negative number, which counts from
    the last column of any table, -1 being the last; a list of names and numbers of columns, for
    several targets, of which then the list of names is given; or an array, series or list of one
    value for each row (of shape (rows,) or (rows, 1)), which is joined to the table as the
    column 'target'. So a list as long as the table is taken for values, unless all its elements
    name columns.

    Raises:
        DataError: the data or the target cannot be used.
        OptionError: `reading` does not fit the data.

    >>> table, target = load_table(np.zeros((3, 2)), target=["a", "b", "a"])
    >>> table.names, target
    (('x0', 'x1', 'target'), 'target')
    >>> load_table("iris", -1)[1]
    'species'
    """
    reading = reading or Reading()
    table, own_target = _table(data, reading, memory)
    if target is None:
        return table, own_target
    positional = isinstance(data, np.ndarray) or table.understood.get("header") is False
    if isinstance(target, list | tuple) and _are_columns(target, table):
        names = [_column_name(table, each, positional) for each in target]
        if len(set(names)) != len(names):
            raise DataError(f"the targets: {repeated_names(names)}")
        return table, names
    if isinstance(target, str) or _is_integer(target):
        return table, _column_name(table, target, positional)
    return _with_target(table, target), "target"


def _are_columns(target: list[Any] | tuple[Any, ...], table: Table) -> bool:
    """Whether a list means columns, not the values of one."""
    if len(target) != len(table):
        return 0 < len(target) <= len(table.names) and all(
            isinstance(each, str) or _is_integer(each) for each in target
        )
    return all(isinstance(each, str) and each.strip() in table for each in target)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _column_name(table: Table, target: Any, positional: bool) -> str:
    """The name of the column that a name or a number means."""
    if not isinstance(target, str):
        return _numbered(table, int(target), positional)
    # Names in a file are stripped, those of a frame are not: the name as it was given goes first.
    if target in table:
        return target
    name = target.strip()
    if name not in table and name[:1] == "-" and name[1:].isdecimal():
        return _numbered(table, int(name), positional)
    return table[name].name


def _table(data: TableLike, reading: Reading, memory: Memory | None) -> tuple[Table, str | None]:
    if isinstance(data, Table):
        return data, None
    if isinstance(data, str | os.PathLike):
        return _named(data, reading, memory)
    if reading.query is not None:
        raise OptionError("a query needs an SQLite or DuckDB file")
    if is_pandas(data, "DataFrame"):
        names = enumerate(_unrepeated(data))
        columns = ((name, data.iloc[:, place]) for place, name in names)
        return table_of_columns(columns, "the data frame", reading), None
    if is_polars(data, "LazyFrame"):
        raise DataError("the data frame is a polars LazyFrame: call .collect() on it first")
    if is_polars(data, "DataFrame"):
        columns = ((name, data[name]) for name in data.columns)
        return table_of_columns(columns, "the data frame", reading), None
    if isinstance(data, np.ndarray):
        if data.ndim != 2 or data.dtype.names is not None:
            raise DataError(
                "the array needs 2 dimensions (rows, columns), but its shape is "
                f"{data.shape} and its dtype {data.dtype}"
            )
        columns = ((f"x{index}", data[:, index]) for index in range(data.shape[1]))
        return table_of_columns(columns, "the array", reading), None
    if isinstance(data, Mapping):
        columns = ((_label_name(name), values) for name, values in data.items())
        return table_of_columns(columns, "the mapping", reading), None
    raise DataError(
        f"a table cannot be made from a {type(data).__name__}: give the path of a file, the name "
        "of a built-in set, a pandas or polars frame, a 2-d NumPy array, or a dict of 1-d arrays"
    )


def _named(
    name: str | os.PathLike[str], reading: Reading, memory: Memory | None
) -> tuple[Table, str | None]:
    # A file goes before a built-in set of that name, a folder does not.
    if name in BUILTIN and not Path(name).is_file():
        for option in ("separator", "header", "encoding", "query", "skip_lines"):
            if getattr(reading, option) is not None:
                raise OptionError(
                    f"{option} is how a file is read, but {str(name)!r} is a built-in set"
                )
        return load_builtin(str(name)), BUILTIN[str(name)].target
    try:
        return read_table(name, reading, memory), None
    except DataError as error:
        if not isinstance(name, str) or os.path.lexists(name) or os.sep in name:
            raise
        raise DataError(
            f"{error}, and no built-in set of that name{did_you_mean(name, BUILTIN)}. "
            f"The built-in sets are {name_list(BUILTIN)}"
        ) from None


def _label_name(label: Any) -> str:
    """The name that a label of a column is, nothing where it means that there is none."""
    return "" if label is None or label != label else str(label)


def _unrepeated(frame: Any) -> list[str]:
    """The names of the columns of a pandas frame, empty where there is none; no two are equal."""
    if is_pandas(frame.columns, "MultiIndex"):
        raise DataError(
            "the data frame names its columns on several levels (a MultiIndex), but one name each "
            "is needed: frame.columns = ['_'.join(map(str, names)) for names in frame.columns]"
        )
    names = [_label_name(label) for label in frame.columns]
    complete = list(ColumnNames.of(names).names)
    if len(set(complete)) != len(complete):
        raise DataError(f"the data frame: {repeated_names(complete)}")
    return names


def _numbered(table: Table, number: int, positional: bool) -> str:
    """The name of the column that was given as a number."""
    if not positional and (number >= 0 or str(number) in table):
        return table[str(number)].name
    if not -len(table.names) <= number < len(table.names):
        raise DataError(
            f"{table.source} has {counted(len(table.names), 'column')}, so its target must be "
            f"one of 0 to {len(table.names) - 1}, or -1 for the last, but it is {number}"
        )
    return table.names[number]


def _with_target(table: Table, target: Any) -> Table:
    column = column_of("target", _flat(target), "the target")
    if "target" in table:
        raise DataError(
            f"{table.source} has a column 'target' already: give its name as the target, "
            "or rename it"
        )
    if len(column) != len(table):
        raise DataError(
            f"the target has {counted(len(column), 'value')}, "
            f"but {table.source} has {counted(len(table), 'row')}"
        )
    return Table(
        [*table.columns, column],
        source=table.source,
        notes=table.notes,
        understood=table.understood,
    )


def _flat(target: Any) -> Any:
    """A target that is an array or frame of one column as that column."""
    if isinstance(target, np.ndarray) and target.ndim == 2 and target.shape[1] == 1:
        return target[:, 0]
    if is_pandas(target, "DataFrame") and target.shape[1] == 1:
        return target.iloc[:, 0]
    if is_polars(target, "DataFrame") and target.shape[1] == 1:
        return target.to_series()
    return target
