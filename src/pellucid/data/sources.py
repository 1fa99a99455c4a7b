"""Turns whatever a person has, a file, a frame, arrays or the name of a built-in set, into a table.

The one door of this room: everything behind it sees a `Table` only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from pellucid.data.builtin import BUILTIN, load_builtin
from pellucid.data.files import read_table
from pellucid.data.kinds import Kind
from pellucid.data.table import Table, counted, did_you_mean, name_list, repeated_names
from pellucid.data.values import column_of, is_pandas, is_polars
from pellucid.errors import DataError

__all__ = ["TableLike", "load_table"]

# A path, a name, a frame, an array, a mapping or a Table. Frames cannot be named here, since
# neither of their libraries is a dependency.
TableLike: TypeAlias = Any


def load_table(
    data: TableLike,
    target: str | int | Any | None = None,
    *,
    kinds: Mapping[str, Kind] | None = None,
) -> tuple[Table, str | None]:
    """The table that `data` means, and the name of its target column where it is known.

    `data` is the path of a CSV or Parquet file, the name of a built-in set, a pandas or polars
    frame, a 2-d NumPy array (its columns are named x0, x1, ..), a mapping from names to 1-d
    arrays, or a Table. `target` is the name of a column (blanks around it do not matter), the
    number of a column of an array, or an array or series of one value for each row (of shape
    (rows,) or (rows, 1)), which is joined to the table as the column 'target'.
    `kinds` is passed to `read_table`. Raises DataError for what cannot be used.

    >>> table, target = load_table(np.zeros((3, 2)), target=["a", "b", "a"])
    >>> table.names, target
    (('x0', 'x1', 'target'), 'target')
    """
    table, own_target = _table(data, kinds)
    if target is None:
        return table, own_target
    if isinstance(target, int | np.integer) and not isinstance(target, bool):
        return table, _numbered(table, int(target), isinstance(data, np.ndarray))
    if not isinstance(target, str):
        return _with_target(table, target), "target"
    # Names in a file are stripped, those of a frame are not: the name as it was given goes first.
    return table, target if target in table else table[target.strip()].name


def _table(data: TableLike, kinds: Mapping[str, Kind] | None) -> tuple[Table, str | None]:
    if isinstance(data, Table):
        return data, None
    if isinstance(data, str | os.PathLike):
        return _named(data, kinds)
    if is_pandas(data, "DataFrame"):
        return _of_columns(
            ((str(name), data[name]) for name in _unrepeated(data)), "data frame"
        ), None
    if is_polars(data, "LazyFrame"):
        raise DataError("the data frame is a polars LazyFrame: call .collect() on it first")
    if is_polars(data, "DataFrame"):
        return _of_columns(((name, data[name]) for name in data.columns), "data frame"), None
    if isinstance(data, np.ndarray):
        if data.ndim != 2 or data.dtype.names is not None:
            raise DataError(
                "the array needs 2 dimensions (rows, columns), but its shape is "
                f"{data.shape} and its dtype {data.dtype}"
            )
        columns = ((f"x{index}", data[:, index]) for index in range(data.shape[1]))
        return _of_columns(columns, "array"), None
    if isinstance(data, Mapping):
        return _of_columns(((str(name), values) for name, values in data.items()), "mapping"), None
    raise DataError(
        f"a table cannot be made from a {type(data).__name__}: give the path of a CSV or Parquet "
        "file, the name of a built-in set, a pandas or polars frame, a 2-d NumPy array, "
        "or a dict of 1-d arrays"
    )


def _named(
    name: str | os.PathLike[str], kinds: Mapping[str, Kind] | None
) -> tuple[Table, str | None]:
    # A file goes before a built-in set of that name, a folder does not.
    if name in BUILTIN and not Path(name).is_file():
        return load_builtin(str(name)), BUILTIN[str(name)].target
    try:
        return read_table(name, kinds=kinds), None
    except DataError as error:
        if not isinstance(name, str) or os.path.lexists(name) or os.sep in name:
            raise
        raise DataError(
            f"{error}, and no built-in set of that name{did_you_mean(name, BUILTIN)}. "
            f"The built-in sets are {name_list(BUILTIN)}"
        ) from None


def _unrepeated(frame: Any) -> list[Any]:
    """The column labels of a pandas frame, once it is sure that each selects one column."""
    if is_pandas(frame.columns, "MultiIndex"):
        raise DataError(
            "the data frame names its columns on several levels (a MultiIndex), but one name each "
            "is needed: frame.columns = ['_'.join(map(str, names)) for names in frame.columns]"
        )
    labels = list(frame.columns)
    names = [str(label) for label in labels]
    if len(set(names)) != len(names):
        raise DataError(f"the data frame: {repeated_names(names)}")
    return labels


def _of_columns(columns: Iterable[tuple[str, Any]], what: str) -> Table:
    source = f"the {what}"
    table = Table([column_of(name, values, source) for name, values in columns], source=source)
    if not len(table):
        raise DataError(
            f"{source} is empty: at least one column and one row are needed"
            if not table.names
            else f"{source} has the columns {name_list(table.names)} but no rows"
        )
    return table


def _numbered(table: Table, number: int, positional: bool) -> str:
    """The name of the target column that was given as a number."""
    if not positional:
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
    return Table([*table.columns, column], source=table.source, notes=table.notes)


def _flat(target: Any) -> Any:
    """A target that is an array or frame of one column as that column."""
    if isinstance(target, np.ndarray) and target.ndim == 2 and target.shape[1] == 1:
        return target[:, 0]
    if is_pandas(target, "DataFrame") and target.shape[1] == 1:
        return target.iloc[:, 0]
    if is_polars(target, "DataFrame") and target.shape[1] == 1:
        return target.to_series()
    return target
