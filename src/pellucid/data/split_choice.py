"""How rows are split, as the user says it: by chance, by time or by groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.group_split import split_by_group
from pellucid.data.splitting import Split, split
from pellucid.data.table import Table, did_you_mean
from pellucid.data.time_split import split_by_time
from pellucid.errors import OptionError

__all__ = ["GROUP", "RANDOM", "TIME", "Splitting", "parse_splitting"]

RANDOM, TIME, GROUP = "random", "time", "group"


@dataclass(frozen=True)
class Splitting:
    """By chance ('random'), or by the time or the group that a column says.

    >>> Splitting(TIME, "date")
    Splitting(way='time', column='date')
    """

    way: str = RANDOM
    column: str | None = None

    def apply(
        self,
        table: Table,
        *,
        validation: float = 0.2,
        test: float = 0.2,
        seed: int | np.integer = 0,
        stratify: npt.NDArray[Any] | None = None,
    ) -> Split:
        """Split a table's rows; `validation` and `test` are fractions of them.

        `stratify` has a class for each row, (rows,); it is used by chance only, and so is the seed
        by chance and by groups. Raises DataError and OptionError as the splits do, and for a
        column that the table does not have.
        """
        if self.column is None:
            return split(len(table), validation=validation, test=test, seed=seed, stratify=stratify)
        column = table[self.column]
        if self.way == TIME:
            return split_by_time(column, validation=validation, test=test)
        return split_by_group(column, validation=validation, test=test, seed=seed)

    def __str__(self) -> str:
        """Return this as the user writes it."""
        return self.way if self.column is None else f"{self.way}:{self.column}"


def parse_splitting(text: str) -> Splitting:
    """What the user wrote: 'random', 'time:COLUMN' or 'group:COLUMN'.

    Raises OptionError for anything else.

    >>> parse_splitting("group:patient")
    Splitting(way='group', column='patient')
    """
    way, _, column = text.partition(":")
    way, column = way.strip().lower(), column.strip()
    if way == RANDOM and not column:
        return Splitting()
    if way in (TIME, GROUP) and column:
        return Splitting(way, column)
    wanted = "rows are split by random, time:COLUMN or group:COLUMN"
    if way in (TIME, GROUP):
        raise OptionError(f"{text!r} names no column: {wanted}")
    raise OptionError(
        f"{wanted}, but {text!r} is none of these{did_you_mean(way, [RANDOM, TIME, GROUP])}"
    )
