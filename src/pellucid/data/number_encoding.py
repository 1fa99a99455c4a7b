"""Encodes a number column: standardised, missing values at the mean and marked as missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.descriptions import boolean_of, text_of
from pellucid.data.kinds import Kind
from pellucid.data.scaling import Scaling
from pellucid.data.table import Column

__all__ = ["NumberEncoding"]

FEWEST_ROWS = 10
"""In fewer training rows than this, numbers may well count up by chance."""


@dataclass(frozen=True)
class NumberEncoding(ColumnEncoding):
    """(x - mean) / scale, and, if training rows lacked values, a column that is 1 where missing.

    A column that is constant (or empty) in the training rows is 0 everywhere.
    """

    word = "standardised"
    kind = Kind.NUMBER

    name: str
    scaling: Scaling
    indicator: bool
    empty: bool = False
    counter: bool = field(default=False, compare=False)
    """Whether the values count up by one with the rows; not part of the description."""

    @classmethod
    def fit(cls, column: Column) -> NumberEncoding:
        """Learn mean, scale and whether values are missing from the training rows."""
        missing = column.missing()
        if missing.all():
            return cls(column.name, Scaling(0.0, 0.0), indicator=False, empty=True)
        scaling = Scaling.fit(column.values[~missing])
        return cls(column.name, scaling, bool(missing.any()), counter=_counts_rows(column))

    @property
    def names(self) -> tuple[str, ...]:
        """The column itself, and '<name> is missing' where the training rows lacked values."""
        return (self.name, f"{self.name} is missing") if self.indicator else (self.name,)

    @property
    def remark(self) -> str | None:
        """Says when the training rows hold no value, or only one, or are numbered."""
        if self.counter:
            return (
                "numbers that count up by one from row to row: if they only number the rows, "
                "they are of no use for new ones"
            )
        if self.empty:
            return "no value in any training row"
        return "the same value in all training rows" if self.scaling.scale == 0.0 else None

    def write(self, column: Column, output: npt.NDArray[np.float32]) -> None:
        """Encode NUMBER values, or TEXT that spells numbers, into `output`."""
        values = column.numbers()
        missing = np.isnan(values)
        output[:, 0] = np.where(missing, 0.0, self.scaling.standardise(values))
        if self.indicator:
            output[:, 1] = missing

    def unseen(self, column: Column) -> int:
        """Every number can be encoded as those of training were: 0."""
        return 0

    def description(self) -> dict[str, Any]:
        """This encoding as plain JSON."""
        return {
            "name": self.name,
            "encoding": self.word,
            **self.scaling.description(),
            "indicator": self.indicator,
            "empty": self.empty,
        }

    @classmethod
    def from_description(cls, description: Any) -> NumberEncoding:
        """What `description` described; ModelFileError if it describes none."""
        return cls(
            text_of(description, "name"),
            Scaling.from_description(description),
            boolean_of(description, "indicator"),
            boolean_of(description, "empty"),
        )


def _counts_rows(column: Column) -> bool:
    rows = column.row_numbers
    steps = column.values - (np.arange(len(column)) if rows is None else rows)
    return len(column) >= FEWEST_ROWS and bool((steps == steps[0]).all())
