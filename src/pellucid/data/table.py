"""A table: named columns of equal length, and where each of its rows came from.

Columns and tables are immutable by convention; `take` and `drop` give new ones. A table knows
what to call itself and its rows in messages, so that an error deep inside an encoding can
still say "people.csv: row 17, column 'age'".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.kinds import Kind, Values, number_label, parse_numbers
from pellucid.errors import DataError

__all__ = ["Column", "Table", "counted", "did_you_mean", "name_list", "repeated_names"]


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a table.

    `values` has shape (rows,): float64 with nan where missing for NUMBER, an object array of
    `str` with None where missing for TEXT. `row_numbers` are the rows of `source` that the
    values stand in, counted from 1; None means all rows in order. `labels` say what the user
    calls values that are kept as something else: the text 'True' as the boolean True, the
    number 2.0 as '2.0'.

    >>> Column("age", Kind.NUMBER, np.array([3.0, np.nan])).missing().tolist()
    [False, True]
    """

    name: str
    kind: Kind
    values: Values
    source: str = "the data"
    row_numbers: npt.NDArray[np.int64] | None = None
    labels: Mapping[Any, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.values)

    def missing(self) -> npt.NDArray[np.bool_]:
        """A mask of shape (rows,), true where there is no value."""
        if self.kind is Kind.NUMBER:
            return np.isnan(self.values)
        return np.array([value is None for value in self.values.tolist()], dtype=np.bool_)

    def numbers(self, need: str = "a finite number is needed") -> npt.NDArray[np.float64]:
        """The values as float64 with nan where missing, also of TEXT that spells numbers.

        Raises DataError, which ends in `need`, at the first value that is no number, or an
        infinite one.

        >>> Column("age", Kind.TEXT, np.array(["3", None], dtype=object)).numbers().tolist()
        [3.0, nan]
        """
        if self.kind is Kind.NUMBER:
            return self.values
        numbers = parse_numbers(self.values)
        if numbers is not None and not np.isinf(numbers).any():
            return numbers
        each = (parse_numbers(self.values[index : index + 1]) for index in range(len(self)))
        index = next(i for i, number in enumerate(each) if number is None or np.isinf(number[0]))
        raise DataError(f"{self.place(index)} is {self.values[index]!r}, but {need}")

    def texts(self) -> Values:
        """The values as an object array of `str` with None where missing; 3.0 becomes '3'.

        >>> Column("code", Kind.NUMBER, np.array([3.0, np.nan, 0.5])).texts().tolist()
        ['3', None, '0.5']
        """
        if self.kind is Kind.TEXT:
            return self.values
        texts = np.empty(len(self), dtype=object)
        texts[:] = [
            None if value != value else str(number_label(value)) for value in self.values.tolist()
        ]
        return texts

    def row(self, index: int) -> int:
        """The row of the source, counted from 1, that the value at `index` stands in."""
        return int(index) + 1 if self.row_numbers is None else int(self.row_numbers[index])

    def place(self, index: int) -> str:
        """How to name the value at `index` in a message.

        >>> Column("age", Kind.NUMBER, np.zeros(3), source="people.csv").place(1)
        "people.csv: row 2, column 'age'"
        """
        return f"{self.source}: row {self.row(index)}, column {self.name!r}"

    def take(self, indices: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> Column:
        """The values at `indices` (positions or a mask), remembering the rows they stood in."""
        before = self.row_numbers
        if before is None:
            before = np.arange(1, len(self) + 1, dtype=np.int64)
        return replace(self, values=self.values[indices], row_numbers=before[indices])


class Table:
    """Columns of equal length, in order.

    `source` is what to call the table in messages, `notes` are sentences for the user about how
    it was read. Raises DataError on repeated names, unequal lengths and infinite values.

    >>> table = Table([Column("a", Kind.NUMBER, np.array([1.0, 2.0]))])
    >>> len(table), table.names, table["a"].values.tolist()
    (2, ('a',), [1.0, 2.0])
    """

    def __init__(
        self,
        columns: Iterable[Column],
        *,
        source: str = "the data",
        notes: Iterable[str] = (),
    ) -> None:
        """Check the columns and let them know the source."""
        attached = [replace(column, source=source) for column in columns]
        self.source = source
        self.notes = tuple(notes)
        self._columns = {column.name: column for column in attached}
        if len(self._columns) != len(attached):
            raise DataError(f"{source}: {repeated_names([column.name for column in attached])}")
        for column in attached:
            if len(column) != len(attached[0]):
                raise DataError(
                    f"{source}: columns must be equally long, but {attached[0].name!r} has "
                    f"{counted(len(attached[0]), 'value')} and {column.name!r} has {len(column)}"
                )
            if column.kind is Kind.NUMBER and np.isinf(column.values).any():
                index = int(np.flatnonzero(np.isinf(column.values))[0])
                raise DataError(
                    f"{column.place(index)} is {column.values[index]}: every number must be "
                    "finite; correct it or leave it empty (missing)"
                )

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in order."""
        return tuple(self._columns.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns in order."""
        return tuple(self._columns)

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each column by its name."""
        return {column.name: column.kind for column in self.columns}

    def __len__(self) -> int:
        """The number of rows."""
        return len(next(iter(self._columns.values()))) if self._columns else 0

    def __contains__(self, name: object) -> bool:
        """Whether there is a column of that name."""
        return name in self._columns

    def __getitem__(self, name: str) -> Column:
        """The column of that name; DataError that lists the columns if there is none."""
        if name not in self._columns:
            raise DataError(
                f"{self.source} has no column {name!r}{did_you_mean(name, self.names)}. "
                f"Its columns are {name_list(self.names)}"
            )
        return self._columns[name]

    def __repr__(self) -> str:
        """The source and the size."""
        size = f"{counted(len(self), 'row')}, {counted(len(self.names), 'column')}"
        return f"Table({self.source}: {size})"

    def take(self, indices: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> Table:
        """The rows at `indices` (positions or a mask), in that order."""
        return self._like(column.take(indices) for column in self.columns)

    def drop(self, names: Collection[str]) -> Table:
        """The table without the named columns; names that it does not have are ignored."""
        return self._like(column for column in self.columns if column.name not in names)

    def _like(self, columns: Iterable[Column]) -> Table:
        # Columns that come from a table have been checked once; this does not look at them again.
        table = object.__new__(Table)
        table.source = self.source
        table.notes = self.notes
        table._columns = {column.name: column for column in columns}
        return table


def did_you_mean(name: str, names: Collection[str]) -> str:
    """The end of a complaint about an unknown name: the closest known one, or nothing.

    >>> did_you_mean("spieces", ["species", "island"])
    " (did you mean 'species'?)"
    """
    by_lower_case = {known.lower(): known for known in names}
    matches = get_close_matches(str(name).lower(), by_lower_case, n=1)
    return f" (did you mean {by_lower_case[matches[0]]!r}?)" if matches else ""


def name_list(names: Collection[str], limit: int = 30) -> str:
    """Names in quotes and in order, shortened when there are many.

    >>> name_list(["a", "b", "c"], limit=2)
    "'a', 'b' and 1 more"
    """
    shown = ", ".join(repr(name) for name in list(names)[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")


def counted(number: int, noun: str) -> str:
    """A number and its noun in singular or plural.

    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def repeated_names(names: list[str]) -> str:
    """The complaint about the first name that occurs twice."""
    repeated = next(name for index, name in enumerate(names) if name in names[:index])
    places = [str(index + 1) for index, name in enumerate(names) if name == repeated]
    return (
        f"the column name {repeated!r} occurs {len(places)} times (columns {', '.join(places)}); "
        "each column needs a name of its own"
    )
