"""What rows validation and test are to have: a share of the table, or a table of their own.

Receives the two options as the user gave them; refuses impossible fractions, and says how large a
share is split off and which tables are to be read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pellucid.data.files import is_database
from pellucid.data.sources import TableLike
from pellucid.data.splitting import check_fraction

__all__ = ["CHOSEN", "Part", "WantedParts"]

CHOSEN = "auto"
"""The validation part whose size is chosen from the number of rows."""

MANY_ROWS, SHARE_OF_MANY, SHARE_OF_FEW = 10_000, 0.1, 0.2
"""From so many rows on, validation takes a smaller share of the rows that are not for the test."""

Part: TypeAlias = float | TableLike


@dataclass(frozen=True, eq=False)
class WantedParts:
    """What is wanted of each part: a fraction of the rows, 0 for none, or a table of its own.

    >>> WantedParts.of("auto", "0.5").fractions(rows=100)
    {'validation': 0.1, 'test': 0.5}
    """

    validation: Part
    test: Part

    @classmethod
    def of(cls, validation: Part | None, test: Part | None) -> WantedParts:
        """What the user gave, checked; OptionError for a fraction that cannot be."""
        return cls(_part(validation, "validation"), _part(test, "test"))

    def fractions(self, rows: int) -> dict[str, float]:
        """The share of so many rows that each part is split off with; 0 beside its own table."""
        test = self.test if isinstance(self.test, float) else 0.0
        validation = self.validation if isinstance(self.validation, float) else 0.0
        if self._is_chosen:
            validation = (1.0 - test) * (SHARE_OF_MANY if rows >= MANY_ROWS else SHARE_OF_FEW)
        return {"validation": validation, "test": test}

    @property
    def tables(self) -> dict[str, TableLike]:
        """The parts that are tables of their own."""
        given = {} if self._is_chosen else {"validation": self.validation}
        given["test"] = self.test
        return {name: part for name, part in given.items() if not isinstance(part, float)}

    @property
    def in_database(self) -> bool:
        """Whether a part lies in a database, of which a query can be asked."""
        return any(map(is_database, (self.validation, self.test)))

    @property
    def _is_chosen(self) -> bool:
        """Whether the number of rows decides on validation."""
        return isinstance(self.validation, str) and self.validation == CHOSEN


def _part(part: Part | None, name: str) -> Part:
    """A fraction as a float, also of text such as '0.2'; any other table as it is."""
    if part is None:
        return 0.0
    if isinstance(part, str) and not os.path.exists(part):
        try:
            part = float(part)
        except ValueError:
            return part
    if isinstance(part, int | float | np.integer | np.floating):
        check_fraction(name, float(part))
        return float(part)
    return part
