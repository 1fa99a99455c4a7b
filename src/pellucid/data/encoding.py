"""Encodes the columns of a table as one array of numbers, as learned from the training rows.

Receives tables whose target column may be there or not; gives float32 arrays of shape
(rows, width). Everything it knows is plain JSON, so that a model file can carry it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.category_encoding import CategoryEncoding
from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.descriptions import list_of, text_of
from pellucid.data.kinds import Kind
from pellucid.data.number_encoding import NumberEncoding
from pellucid.data.table import Column, Table, did_you_mean, name_list
from pellucid.errors import DataError, ModelFileError

__all__ = ["ENCODINGS", "Encoding"]

ENCODINGS: Mapping[str, type[NumberEncoding] | type[CategoryEncoding]] = MappingProxyType(
    {encoding.word: encoding for encoding in (NumberEncoding, CategoryEncoding)}
)
"""The ways to encode a column, by the word that the description uses."""

_BY_KIND: Mapping[Kind, type[NumberEncoding] | type[CategoryEncoding]] = MappingProxyType(
    {encoding.kind: encoding for encoding in ENCODINGS.values()}
)


@dataclass(frozen=True)
class Encoding:
    """The encoded columns of a table, in the order of the training table.

    >>> from pellucid.data.csv_file import read_csv
    >>> encoding = Encoding.fit(read_csv(b"age,job\\n20,cook\\n40,smith\\n", "people"))
    >>> encoding.names
    ('age', 'job=cook', 'job=smith')
    >>> encoding.transform(read_csv(b"job,age\\ncook,30\\n", "more people")).tolist()
    [[0.0, 1.0, 0.0]]
    """

    columns: tuple[ColumnEncoding, ...]

    @classmethod
    def fit(cls, table: Table) -> Encoding:
        """Learn from training rows, the target column left out. DataError if nothing is left."""
        if not table.names or not len(table):
            raise DataError(
                f"{table.source} has no {'rows' if table.names else 'column'} to learn from "
                "besides the target: at least one is needed"
            )
        return cls(tuple(_BY_KIND[column.kind].fit(column) for column in table.columns))

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
    def kinds(self) -> dict[str, Kind]:
        """The kind of each of the user's columns: give it to `load_table` for rows to predict."""
        return {column.name: column.kind for column in self.columns}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the user about columns that are constant, have many texts, or name rows."""
        remarkable: dict[str, list[str]] = {}
        for column in self.columns:
            if column.remark is not None:
                remarkable.setdefault(column.remark, []).append(column.name)
        return tuple(
            f"{'column' if len(names) == 1 else 'columns'} {name_list(names, 10)} "
            f"{'has' if len(names) == 1 else 'have'} {remark}"
            for remark, names in remarkable.items()
        )

    def transform(self, table: Table) -> npt.NDArray[np.float32]:
        """Encode any rows: float32 of shape (rows, width), all finite.

        Columns are found by their names; extra ones are ignored. Raises DataError that names the
        columns that are missing, or the row and value of text in a number column.
        """
        output = np.zeros((len(table), self.width), dtype=np.float32)
        start = 0
        for encoding, column in zip(self.columns, self._columns_of(table), strict=True):
            end = start + len(encoding.names)
            encoding.write(column, output[:, start:end])
            start = end
        return output

    def unseen(self, table: Table) -> dict[str, int]:
        """In how many rows each text column has a text that no training row had.

        Columns without such rows are left out, and so are those of so many texts that rare ones
        were put together. Raises DataError that names the columns that are missing.

        >>> from pellucid.data.csv_file import read_csv
        >>> encoding = Encoding.fit(read_csv(b"age,job\\n20,cook\\n40,smith\\n", "people"))
        >>> encoding.unseen(read_csv(b"age,job\\n30,baker\\n31,cook\\n", "more people"))
        {'job': 1}
        """
        pairs = zip(self.columns, self._columns_of(table), strict=True)
        counts = {column.name: encoding.unseen(column) for encoding, column in pairs}
        return {name: count for name, count in counts.items() if count}

    def _columns_of(self, table: Table) -> list[Column]:
        """The table's columns that are encoded, in the order of training."""
        lacking = [column.name for column in self.columns if column.name not in table]
        if lacking:
            unused = [name for name in table.names if name not in self.kinds]
            hint = did_you_mean(lacking[0], unused) if len(lacking) == 1 else ""
            noun = "column" if len(lacking) == 1 else "columns"
            raise DataError(
                f"{table.source} lacks the {noun} {name_list(lacking)}, which the network was "
                f"trained on{hint}. Its columns are {name_list(table.names)}"
            )
        return [table[column.name] for column in self.columns]

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
