"""Names for the columns that a source gives none, and an end to columns that hold nothing.

Receives the names as a source has them; gives a name to every column, by one rule wherever tables
come from: the n-th column of a table is column_n if it has none. When the columns are there, those
behind the last one that has a name or a value are left out, as separators at the end of lines make
them. Both is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pellucid.data.reading import Reading
from pellucid.data.storage import Storage
from pellucid.data.table import Column, said_names
from pellucid.language import Sentence

__all__ = ["ColumnNames"]

# What pandas calls a column whose name it did not find, when it has read a file.
_MADE_UP = re.compile(r"Unnamed: \d+")


@dataclass(frozen=True)
class ColumnNames:
    """A name for each column of a source.

    Attributes:
        names: of all columns, in order.
        given: the places of those that the source has no name for, from 0.
    """

    names: tuple[str, ...]
    given: frozenset[int] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> ColumnNames:
        """The names of a source, in which the empty ones are given.

        >>> ColumnNames.of(["", "a", "column_1"]).names
        ('column_1_', 'a', 'column_1')
        """
        listed = list(names)
        given = frozenset(place for place, name in enumerate(listed) if not name)
        taken = set(listed)
        for place in sorted(given):
            name = f"column_{place + 1}"
            while name in taken:
                name += "_"
            listed[place] = name
        return cls(tuple(listed), given)

    def finish(
        self, columns: Sequence[Column], source: str, reading: Reading
    ) -> tuple[list[Column], list[Sentence]]:
        """The columns that hold something or have a name, and what the user is to be told.

        Columns that `reading` speaks of stay, as those that a network was trained on. Those that
        it drops have no infinite values, which would be refused.
        """
        columns = [_finite(c) if c.name in reading.drop else c for c in columns]
        kept = len(columns)
        while kept > 1 and self._is_nothing(kept - 1, columns[kept - 1], reading):
            kept -= 1
        notes: list[Sentence] = []
        if len(self.given) < len(self.names):
            columns = [
                replace(column, nameless=place in self.given or _is_made_up(column.name))
                for place, column in enumerate(columns[:kept])
            ]
            named = [self.names[place] for place in sorted(self.given) if place < kept]
            if named:
                key = "data.read_nameless_one" if len(named) == 1 else "data.read_nameless"
                notes.append(Sentence(key, {"source": source, "names": said_names(named, 10)}))
        if kept < len(self.names):
            count = len(self.names) - kept
            key = "data.read_nothing_one" if count == 1 else "data.read_nothing"
            notes.append(Sentence(key, {"source": source, "count": count}))
        return list(columns[:kept]), notes

    def _is_nothing(self, place: int, column: Column, reading: Reading) -> bool:
        told = column.name in reading.storages
        return place in self.given and not told and bool(column.missing().all())


def _finite(column: Column) -> Column:
    if column.storage is Storage.WORDS:
        return column
    return replace(column, values=np.where(np.isinf(column.values), np.nan, column.values))


def _is_made_up(name: str) -> bool:
    return _MADE_UP.fullmatch(name) is not None
