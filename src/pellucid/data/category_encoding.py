"""Encodes a text column: one column of 0 and 1 for each category (one-hot)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.categories import category_codes
from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.descriptions import boolean_of, list_of, text_of
from pellucid.data.kinds import Kind
from pellucid.data.table import Column

__all__ = ["CategoryEncoding"]

MOST_CATEGORIES = 64
"""A column with more categories keeps the most frequent and puts the others together."""

FEWEST_ROWS = 10
"""With fewer training rows than this, that all their texts differ means nothing."""


@dataclass(frozen=True)
class CategoryEncoding(ColumnEncoding):
    """One-hot in the sorted order of the categories, then 'other' and 'missing' where needed.

    `other` is true when rare categories share a column; unseen categories then join them, and
    otherwise are 0 in every column, as are missing values when no training row lacked one. A
    text that differs from one kept category in upper and lower case only is that category.
    """

    word = "one-hot"
    kind = Kind.TEXT

    name: str
    categories: tuple[str, ...]
    other: bool
    missing: bool
    identifier: bool = field(default=False, compare=False)
    """Whether nearly every training row had a text of its own; not part of the description."""

    @classmethod
    def fit(cls, column: Column) -> CategoryEncoding:
        """Learn the categories from the training rows."""
        counts = Counter(column.values.tolist())
        missing = counts.pop(None, 0) > 0
        by_frequency = sorted(counts, key=lambda category: (-counts[category], category))
        other = len(by_frequency) > MOST_CATEGORIES
        kept = by_frequency[: MOST_CATEGORIES - 1] if other else by_frequency
        present = counts.total()
        identifier = present >= FEWEST_ROWS and len(counts) >= 0.9 * present
        return cls(column.name, tuple(sorted(kept)), other, missing, identifier)

    @property
    def names(self) -> tuple[str, ...]:
        """'<name>=<category>' each, then '<name> is other' and '<name> is missing'."""
        names = [f"{self.name}={category}" for category in self.categories]
        if self.other:
            names.append(f"{self.name} is other")
        if self.missing:
            names.append(f"{self.name} is missing")
        return tuple(names)

    @property
    def remark(self) -> str | None:
        """Says when the texts are names, were put together, or when there is at most one."""
        if self.identifier:
            return (
                "a different text in nearly every training row, as names and identifiers do: "
                "such texts are of no use for new rows"
            )
        if self.other:
            return (
                f"more than {MOST_CATEGORIES} different texts (the {len(self.categories)} "
                "most frequent are told apart, all others count as one)"
            )
        if not self.categories:
            return "no value in any training row"
        return "the same value in all training rows" if len(self.names) == 1 else None

    def write(self, column: Column, output: npt.NDArray[np.float32]) -> None:
        """Encode TEXT values, or numbers that spell a category, into `output`."""
        found = category_codes(column.texts(), self.categories)
        missing = column.missing()
        rest = len(self.categories)
        if self.other:
            found[(found < 0) & ~missing] = rest
        if self.missing:
            found[missing] = rest + self.other
        rows = np.flatnonzero(found >= 0)
        output[rows, found[rows]] = 1.0

    def unseen(self, column: Column) -> int:
        """How many texts are no category; 0 when rare ones share a column, which takes them."""
        if self.other:
            return 0
        found = category_codes(column.texts(), self.categories)
        return int(np.count_nonzero((found < 0) & ~column.missing()))

    def description(self) -> dict[str, Any]:
        """This encoding as plain JSON."""
        return {
            "name": self.name,
            "encoding": self.word,
            "categories": list(self.categories),
            "other": self.other,
            "missing": self.missing,
        }

    @classmethod
    def from_description(cls, description: Any) -> CategoryEncoding:
        """What `description` described; ModelFileError if it describes none."""
        return cls(
            text_of(description, "name"),
            tuple(list_of(description, "categories", str)),
            boolean_of(description, "other"),
            boolean_of(description, "missing"),
        )
