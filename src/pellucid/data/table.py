"""A table: named columns of equal length, and where each of its rows came from.

Columns and tables are immutable by convention; `take` and `drop` give new ones. A table knows
what to call itself and its rows in messages, so that an error deep inside an encoding can
still say "people.csv: row 17, column 'age'".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.notation import Notation
from pellucid.data.storage import Storage, Values, encode_words, number_label, parse_number
from pellucid.data.strays import Strays
from pellucid.errors import DataError
from pellucid.language import Sentence

__all__ = [
    "Column",
    "Table",
    "counted",
    "did_you_mean",
    "name_list",
    "repeated_names",
    "time_text",
]


# The ends of Python's calendar, in seconds since 1970.
_FIRST_MOMENT, _LAST_MOMENT = -62135596800.0, 253402300799.0


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a table.

    `values` has shape (rows,) and the element type that its storage says: float64 for NUMBER and
    TIME, nan where missing; int32 codes for WORDS, -1 where missing. `words` are the sorted
    distinct texts that codes stand for; some may have no row. `row_numbers` are the rows of
    `source` that the values stand in, counted from 1; None means all rows in order. `labels` say
    what the user calls values that are kept as something else: the word 'True' as the boolean
    True, the number 2.0 as '2.0'. `nameless` says that the source names its other columns, but
    this one not, as it is with the index of a frame that was saved. `notation` is how a text file
    writes the numbers, where it is not the plain way. `unusable` is the type of values that are
    neither numbers, times nor words, as the source calls it: all of them then count as missing.
    `levels` are the words from low to high, where their owner declared an order. `strays` are what
    keeps words of the source from being numbers or times, if most of them are. `bounds` are the
    numbers as which bounds such as '<0.6' were read.

    >>> Column("age", Storage.NUMBER, np.array([3.0, np.nan])).missing().tolist()
    [False, True]
    """

    name: str
    storage: Storage
    values: Values
    words: tuple[str, ...] = ()
    source: str = "the data"
    row_numbers: npt.NDArray[np.int64] | None = None
    labels: Mapping[Any, Any] = field(default_factory=dict)
    nameless: bool = False
    notation: Notation | None = None
    unusable: str | None = None
    levels: tuple[str, ...] = ()
    strays: Strays | None = None
    bounds: frozenset[float] = frozenset()

    @classmethod
    def of_texts(
        cls, name: str, texts: Iterable[str | None], labels: Mapping[Any, Any] | None = None
    ) -> Column:
        """A column of words from texts, None where missing.

        >>> Column.of_texts("job", ["cook", None]).texts().tolist()
        ['cook', None]
        """
        codes, words = encode_words(texts)
        return cls(name, Storage.WORDS, codes, words, labels=labels or {})

    @classmethod
    def of_unusable(cls, name: str, type_: str, rows: int) -> Column:
        """A column of so many values of a type that cannot be used.

        >>> Column.of_unusable("tags", "BIGINT[]", 2).missing().tolist()
        [True, True]
        """
        return cls(name, Storage.WORDS, np.full(rows, -1, dtype=np.int32), unusable=type_)

    def require_usable(self) -> None:
        """DataError if the values are of a type that cannot be used."""
        if self.unusable is not None:
            raise DataError(
                f"{self.source}: column {self.name!r} holds values of type {self.unusable}, but "
                "numbers, text, dates or booleans are needed: turn it into numbers or text, or "
                "leave it out"
            )

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.values)

    def missing(self) -> npt.NDArray[np.bool_]:
        """A mask of shape (rows,), true where there is no value."""
        return self.values < 0 if self.storage is Storage.WORDS else np.isnan(self.values)

    def counts(self) -> npt.NDArray[np.int64]:
        """In how many rows each of the words stands, int64 of shape (words,).

        >>> Column.of_texts("job", ["cook", "smith", None, "cook"]).counts().tolist()
        [2, 1]
        """
        return np.bincount(self.values[self.values >= 0], minlength=len(self.words))

    def numbers(self, need: str = "a finite number is needed") -> npt.NDArray[np.float64]:
        """The values as float64 with nan where missing, also of words that spell numbers.

        Raises DataError, which ends in `need`, at the first value that is no number, or an
        infinite one.

        >>> Column.of_texts("age", ["3", None]).numbers().tolist()
        [3.0, nan]
        """
        if self.storage is Storage.NUMBER:
            return self.values
        if self.storage is Storage.TIME:
            raise DataError(f"{self.source}: column {self.name!r} holds dates, but {need}")
        spelled = [parse_number(word) for word in self.words]
        numbers = np.array([np.nan if n is None else n for n in (*spelled, np.nan)])
        strange = np.append(~np.isfinite(numbers[:-1]), False)[self.values]
        if strange.any():
            index = int(np.argmax(strange))
            word = self.words[self.values[index]]
            raise DataError(f"{self.place(index)} is {word!r}, but {need}")
        return numbers[self.values]

    def as_words(self) -> Column:
        """This column with its values spelled as words: 3.0 becomes '3'.

        >>> Column("code", Storage.NUMBER, np.array([3.0, np.nan, 0.5])).as_words().words
        ('0.5', '3')
        """
        if self.storage is Storage.WORDS:
            return self
        distinct, places = np.unique(self.values, return_inverse=True)
        spelled = [self._spelled(value) for value in distinct.tolist()]
        codes, words = encode_words(spelled)
        return replace(self, storage=Storage.WORDS, values=codes[places.reshape(-1)], words=words)

    def texts(self) -> Values:
        """The values as an object array of `str` with None where missing; 3.0 becomes '3'.

        >>> Column("code", Storage.NUMBER, np.array([3.0, np.nan, 0.5])).texts().tolist()
        ['3', None, '0.5']
        """
        column = self.as_words()
        return np.array([*column.words, None], dtype=object)[column.values]

    def row(self, index: int) -> int:
        """The row of the source, counted from 1, that the value at `index` stands in."""
        return int(index) + 1 if self.row_numbers is None else int(self.row_numbers[index])

    def place(self, index: int) -> str:
        """How to name the value at `index` in a message.

        >>> Column("age", Storage.NUMBER, np.zeros(3), source="people.csv").place(1)
        "people.csv: row 2, column 'age'"
        """
        return f"{self.source}: row {self.row(index)}, column {self.name!r}"

    def take(self, indices: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> Column:
        """The values at `indices` (positions or a mask), remembering the rows they stood in."""
        if self.row_numbers is not None:
            rows = self.row_numbers[indices]
        elif indices.dtype == np.bool_:
            rows = np.flatnonzero(indices) + 1
        else:
            rows = np.where(indices < 0, indices + len(self), indices).astype(np.int64) + 1
        return replace(self, values=self.values[indices], row_numbers=rows)

    def _spelled(self, value: float) -> str | None:
        if value != value:
            return None
        if self.storage is Storage.TIME:
            return time_text(value)
        return str(number_label(value))


class Table:
    """Columns of equal length, in order.

    `source` is what to call the table in messages, `notes` are sentences for the user about how
    it was read, `understood` is how a file was taken: its format, separator, header, encoding.
    Rows that are taken from a table are copied column by column, when a column is asked for.
    Raises DataError on repeated names, unequal lengths, infinite values and impossible times.

    >>> table = Table([Column("a", Storage.NUMBER, np.array([1.0, 2.0]))])
    >>> len(table), table.names, table["a"].values.tolist()
    (2, ('a',), [1.0, 2.0])
    """

    def __init__(
        self,
        columns: Iterable[Column],
        *,
        source: str = "the data",
        notes: Iterable[Sentence] = (),
        understood: Mapping[str, Any] | None = None,
    ) -> None:
        """Check the columns and let them know the source."""
        attached = [replace(column, source=source) for column in columns]
        self.source = source
        self.notes = tuple(notes)
        self.understood = dict(understood or {})
        self._columns = {column.name: column for column in attached}
        self._rows: npt.NDArray[np.int64] | None = None
        self._counted: npt.NDArray[np.int64] | None = None
        if len(self._columns) != len(attached):
            raise DataError(f"{source}: {repeated_names([column.name for column in attached])}")
        for column in attached:
            if len(column) != len(attached[0]):
                raise DataError(
                    f"{source}: columns must be equally long, but {attached[0].name!r} has "
                    f"{counted(len(attached[0]), 'value')} and {column.name!r} has {len(column)}"
                )
            if column.storage is Storage.NUMBER and np.isinf(column.values).any():
                index = int(np.flatnonzero(np.isinf(column.values))[0])
                raise DataError(
                    f"{column.place(index)} is {column.values[index]}: every number must be "
                    "finite; correct it or leave it empty (missing), or say that it means no "
                    f"value (--missing {column.values[index]})"
                )
            if column.storage is Storage.TIME:
                _check_calendar(column)

    @property
    def columns(self) -> Iterator[Column]:
        """The columns in order."""
        return (self[name] for name in self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns in order."""
        return tuple(self._columns)

    @property
    def storages(self) -> dict[str, Storage]:
        """How each column is held, by its name."""
        return {name: column.storage for name, column in self._columns.items()}

    @property
    def row_numbers(self) -> npt.NDArray[np.int64]:
        """The row of the source, counted from 1, of each row, int64 of shape (rows,)."""
        return self._numbers().copy()

    def _numbers(self) -> npt.NDArray[np.int64]:
        if self._counted is None:
            rows = np.arange(len(self), dtype=np.int64) if self._rows is None else self._rows
            self._counted = rows + 1
        return self._counted

    def __len__(self) -> int:
        """The number of rows."""
        if self._rows is not None:
            return len(self._rows)
        return len(next(iter(self._columns.values()))) if self._columns else 0

    def __contains__(self, name: object) -> bool:
        """Whether there is a column of that name."""
        return name in self._columns

    def __getitem__(self, name: str) -> Column:
        """The column of that name; DataError that lists the columns if there is none."""
        if name not in self._columns:
            raise DataError(
                f"{self.source} has no column {name!r}{did_you_mean(name, self.names)}. "
                f"{self.names_in_words}"
            )
        column = self._columns[name]
        if self._rows is None or column.row_numbers is not None:
            return column if self._rows is None else column.take(self._rows)
        # All columns stand in the same rows of the source, which are counted once.
        return replace(column, values=column.values[self._rows], row_numbers=self._numbers())

    @property
    def names_in_words(self) -> str:
        """The end of a complaint about a column that is not there: which there are, and why."""
        sentence = f"Its columns are {name_list(self.names)}"
        if self.understood.get("header") is False:
            sentence += (
                ": its first line was taken for a row; if it names the columns, --header says so"
            )
        return sentence

    def require_usable(self, names: Iterable[str]) -> None:
        """DataError if a column of these names is there, but of a type that cannot be used."""
        for name in names:
            if name in self:
                self._columns[name].require_usable()

    def __repr__(self) -> str:
        """The source and the size."""
        size = f"{counted(len(self), 'row')}, {counted(len(self.names), 'column')}"
        return f"Table({self.source}: {size})"

    def take(self, indices: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> Table:
        """The rows at `indices` (positions or a mask), in that order."""
        rows = np.arange(len(self), dtype=np.int64) if self._rows is None else self._rows
        return self._like(self._columns, rows[indices])

    def drop(self, names: Collection[str]) -> Table:
        """The table without the named columns; names that it does not have are ignored."""
        left = {name: column for name, column in self._columns.items() if name not in names}
        return self._like(left, self._rows)

    def _like(self, columns: Mapping[str, Column], rows: npt.NDArray[np.int64] | None) -> Table:
        # Columns that come from a table have been checked once; this does not look at them again.
        table = object.__new__(Table)
        table.source = self.source
        table.notes = self.notes
        table.understood = self.understood
        table._columns = dict(columns)
        table._rows = rows
        table._counted = None
        return table


def _check_calendar(column: Column) -> None:
    with np.errstate(invalid="ignore"):
        outside = ~np.isnan(column.values) & ~(
            (column.values >= _FIRST_MOMENT) & (column.values <= _LAST_MOMENT)
        )
    if outside.any():
        index = int(np.argmax(outside))
        raise DataError(
            f"{column.place(index)} is a time beyond the years 1 to 9999: correct it or leave it "
            "empty (missing)"
        )


def time_text(seconds: float) -> str:
    """A time as a person writes it: the date, with hours and seconds where they are not 0.

    >>> time_text(0.0), time_text(86399.5)
    ('1970-01-01', '1970-01-01 23:59:59.500000')
    """
    moment = datetime(1970, 1, 1) + timedelta(seconds=seconds)
    return moment.isoformat(" ").removesuffix(" 00:00:00")


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


def said_names(names: Collection[str], limit: int) -> Sentence | str:
    """The same to stand in a sentence, whatever its language.

    >>> str(said_names(["a", "b", "c"], limit=2)), said_names(["a"], limit=2)
    ("'a', 'b' and 1 more", "'a'")
    """
    if len(names) <= limit:
        return name_list(names)
    values = {"shown": name_list(list(names)[:limit]), "count": len(names) - limit}
    return Sentence("data.and_more", values)


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
