"""Encodes the columns of a table as one array of numbers, as learned from the training rows.

Receives tables whose target column may be there or not; gives float32 arrays of shape
(rows, width). Everything it knows is plain JSON, so that a model file can carry it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.boolean_encoding import BooleanEncoding
from pellucid.data.category_encoding import CategoryEncoding
from pellucid.data.code_encoding import CodeEncoding
from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.date_encoding import DateEncoding
from pellucid.data.descriptions import list_of, text_of
from pellucid.data.kinds import Kind, Understood
from pellucid.data.memory import Memory
from pellucid.data.number_encoding import NumberEncoding
from pellucid.data.ordered_encoding import OrderedEncoding
from pellucid.data.parallel import each_of
from pellucid.data.scaling_choice import AUTO, check_scaling
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table, did_you_mean, name_list
from pellucid.data.understanding import notes_about, understand
from pellucid.errors import DataError, ModelFileError, OptionError
from pellucid.language import Sentence

__all__ = ["ENCODINGS", "ONE_HOT_LIMIT", "EmbeddedColumn", "Encoding"]

ENCODINGS: Mapping[str, type[ColumnEncoding]] = MappingProxyType(
    {
        encoding.word: encoding
        for encoding in (
            NumberEncoding,
            BooleanEncoding,
            CategoryEncoding,
            CodeEncoding,
            OrderedEncoding,
            DateEncoding,
        )
    }
)
"""The ways to encode a column, by the word that the description uses."""

ONE_HOT_LIMIT = 50
"""A column with more categories than this is encoded as codes for an embedding."""

CHUNK = 2**15
"""Rows are encoded this many at a time, so that what is made on the way stays small."""


@dataclass(frozen=True)
class EmbeddedColumn:
    """An encoded column of whole numbers, which an embedding looks up.

    `position` is its index among the encoded columns; its values are 0 .. `count` - 1.
    """

    name: str
    position: int
    count: int


@dataclass(frozen=True)
class Encoding:
    """The encoded columns of a table, in the order of the training table.

    >>> ages = Column("age", Storage.NUMBER, np.array([20.0, 40.0]))
    >>> table = Table([ages, Column.of_texts("job", ["cook", "smith"])])
    >>> encoding = Encoding.fit(table)
    >>> encoding.names
    ('age', 'job=cook', 'job=smith')
    >>> encoding.transform(table).tolist()
    [[-1.0, 1.0, 0.0], [1.0, 0.0, 1.0]]
    """

    columns: tuple[ColumnEncoding, ...]
    found: tuple[Sentence, ...] = field(default=(), compare=False)
    """What was found out about columns, used or not; not part of the description."""

    @classmethod
    def fit(
        cls,
        table: Table,
        understood: Mapping[str, Understood] | None = None,
        *,
        scaling: str = AUTO,
        embedding: bool = True,
        one_hot_limit: int = ONE_HOT_LIMIT,
    ) -> Encoding:
        """Learn from training rows, without the target.

        Args:
            table: the training rows; columns that are not understood are passed over.
            understood: what the columns are taken for; found out from the rows when None.
            scaling: of numbers: 'standard', 'robust', 'quantile' or 'auto'.
            embedding: whether columns of more than `one_hot_limit` categories become codes for an
                embedding; otherwise the most frequent categories are one-hot.
            one_hot_limit: the most categories that are one-hot.

        Raises:
            DataError: no rows or no usable columns are there.
            OptionError: there is no such scaling, or the limit is no whole number from 0 on.
        """
        check_scaling(scaling)
        if (
            isinstance(one_hot_limit, bool)
            or one_hot_limit != int(one_hot_limit)
            or (one_hot_limit < 0)
        ):
            raise OptionError(
                f"one_hot_limit must be a whole number from 0 on, but it is {one_hot_limit!r}"
            )
        if not table.names or not len(table):
            raise DataError(
                f"{table.source} has no {'rows' if table.names else 'column'} to learn from "
                "besides the target: at least one is needed"
            )
        understood = understand(table) if understood is None else understood
        limit = one_hot_limit if embedding else None
        entries = [understood[name] for name in table.names if name in understood]
        used = [entry for entry in entries if entry.kind.is_used]

        def fit(entry: Understood) -> ColumnEncoding:
            return _fit(table[entry.name], entry, scaling, limit)

        columns = tuple(each_of(used, fit, together=len(table) > CHUNK))
        if not any(column.names for column in columns):
            raise DataError(_nothing_left(table, entries))
        remarks = (column.remark for column in columns)
        notes = tuple(remark for remark in remarks if remark is not None)
        return cls(columns, (*notes_about(entries), *notes))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the encoded columns, such as 'age', 'age is missing', 'job=cook'."""
        return tuple(name for column in self.columns for name in column.names)

    @property
    def sources(self) -> tuple[str, ...]:
        """For each encoded column, the user's column that it came from."""
        return tuple(column.name for column in self.columns for _ in column.names)

    @property
    def width(self) -> int:
        """The number of encoded columns."""
        return sum(len(column.names) for column in self.columns)

    @property
    def quantities(self) -> tuple[int, ...]:
        """Positions of the encoded columns that hold quantities, in about standard units."""
        positions = []
        start = 0
        for column in self.columns:
            if column.is_quantity and column.names[:1] == (column.name,):
                positions.append(start)
            start += len(column.names)
        return tuple(positions)

    @property
    def storages(self) -> dict[str, Storage]:
        """How each of the user's columns was held: give it to `load_table` for rows to predict."""
        return {column.name: column.storage for column in self.columns}

    @property
    def embedded(self) -> tuple[EmbeddedColumn, ...]:
        """The encoded columns that hold codes for an embedding."""
        found = []
        position = 0
        for column in self.columns:
            if column.codes is not None:
                found.append(EmbeddedColumn(column.name, position, column.codes))
            position += len(column.names)
        return tuple(found)

    @property
    def notes(self) -> tuple[Sentence, ...]:
        """Sentences for the user: columns left out, hints, rare categories put together."""
        return self.found

    def transform(self, table: Table, memory: Memory | None = None) -> npt.NDArray[np.float32]:
        """Encode any rows: float32 of shape (rows, width), all finite, C-contiguous.

        Columns are found by their names; extra ones are ignored. The array comes from `memory`.
        Raises DataError that names the columns that are missing, or the row and value of text in
        a column of numbers or dates.
        """
        self._check(table)
        shape = (len(table), self.width)
        output = np.zeros(shape, np.float32) if memory is None else memory.zeros(shape, np.float32)

        def write(begin: int) -> None:
            part = output[begin : begin + CHUNK]
            rows = table if len(table) <= CHUNK else table.take(np.arange(begin, begin + len(part)))
            start = 0
            for encoding in self.columns:
                end = start + len(encoding.names)
                encoding.write(rows[encoding.name], part[:, start:end])
                start = end

        each_of(range(0, len(table), CHUNK), write)
        return output

    @property
    def pooled(self) -> frozenset[str]:
        """The user's columns whose rare categories were put together with unseen ones."""
        return frozenset(column.name for column in self.columns if column.pools)

    def unseen(self, table: Table) -> dict[str, int]:
        """In how many rows each column has a word that no training row had.

        Words that too few training rows had to be told apart are counted too (see `pooled`).
        Columns without such rows are left out. Raises DataError that names the columns that are
        missing.

        >>> encoding = Encoding.fit(Table([Column.of_texts("job", ["cook", "smith"])]))
        >>> encoding.unseen(Table([Column.of_texts("job", ["baker", "cook"])]))
        {'job': 1}
        """
        self._check(table)
        counts = {column.name: column.unseen(table[column.name]) for column in self.columns}
        return {name: count for name, count in counts.items() if count}

    def far_outside(self, table: Table) -> dict[str, tuple[int, float, float]]:
        """In how many rows numbers lie far outside those of training, and between which these lay.

        Far is farther beyond their least or largest than these are apart. Columns without such rows
        are left out. Raises DataError as `transform` does.

        >>> ages = Column("age", Storage.NUMBER, np.array([20.0, 40.0]))
        >>> asked = Column("age", Storage.NUMBER, np.array([0.0, 60.0, 61.0, np.nan]))
        >>> Encoding.fit(Table([ages])).far_outside(Table([asked]))
        {'age': (1, 20.0, 40.0)}
        """
        self._check(table)
        numbers = [column for column in self.columns if isinstance(column, NumberEncoding)]
        return {
            column.name: (count, *column.extent)
            for column in numbers
            if column.extent is not None and (count := column.far_outside(table[column.name]))
        }

    def _check(self, table: Table) -> None:
        """DataError unless the table has all columns that are encoded, of types that can be."""
        lacking = [column.name for column in self.columns if column.name not in table]
        if lacking:
            unused = [name for name in table.names if name not in self.storages]
            hint = did_you_mean(lacking[0], unused) if len(lacking) == 1 else ""
            noun = "column" if len(lacking) == 1 else "columns"
            raise DataError(
                f"{table.source} lacks the {noun} {name_list(lacking)}, which the network was "
                f"trained on{hint}. {table.names_in_words}"
            )
        table.require_usable(column.name for column in self.columns)

    def description(self) -> dict[str, Any]:
        """This encoding as plain JSON."""
        return {"columns": [column.description() for column in self.columns]}

    @classmethod
    def from_description(cls, description: Any) -> Encoding:
        """The encoding that `description` described; ModelFileError if it describes none."""
        columns: list[ColumnEncoding] = []
        for column in list_of(description, "columns", dict):
            word = text_of(column, "encoding")
            if word not in ENCODINGS:
                raise ModelFileError(
                    f"the model file encodes a column as {word!r}, which this version of pellucid "
                    f"does not know: it knows {name_list(ENCODINGS)}"
                )
            columns.append(ENCODINGS[word].from_description(column))
        if len({column.name for column in columns}) != len(columns) or not columns:
            raise ModelFileError("the model file encodes no columns, or a column twice")
        return cls(tuple(columns))


def _fit(
    column: Column, understood: Understood, scaling: str, one_hot_limit: int | None
) -> ColumnEncoding:
    """Learn to encode a column; categories beyond the limit, if there is one, become codes."""
    if understood.kind is Kind.NUMBER:
        return NumberEncoding.fit(column, scaling)
    if understood.kind is Kind.BOOLEAN:
        return BooleanEncoding.fit(column, understood.levels)
    if understood.kind is Kind.ORDERED:
        return OrderedEncoding.fit(column, understood.levels)
    if understood.kind is Kind.DATE:
        return DateEncoding.fit(column)
    spelled = column.as_words()
    if one_hot_limit is not None and np.count_nonzero(spelled.counts()) > one_hot_limit:
        codes = CodeEncoding.fit(column)
        # Where nearly all categories are rare, codes would tell nothing apart.
        if len(codes.categories) > 1:
            return codes
    return CategoryEncoding.fit(column)


def _nothing_left(table: Table, entries: list[Understood]) -> str:
    reasons = "; ".join(str(entry.reason) for entry in entries if entry.reason is not None)
    return (
        f"{table.source} has no column to learn from besides the target"
        f"{': ' if reasons else ''}{reasons}"
    )
