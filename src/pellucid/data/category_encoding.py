"""Encodes a column of few categories: one column of 0 and 1 for each (one-hot)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.categories import category_codes, count_unseen, spellings
from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.descriptions import boolean_of, list_of, storage_of, text_of
from pellucid.data.storage import Storage
from pellucid.data.table import Column
from pellucid.language import Sentence

__all__ = ["MOST_CATEGORIES", "CategoryEncoding", "by_frequency"]

MOST_CATEGORIES = 64
"""A column with more categories keeps the most frequent and puts the others together."""


@dataclass(frozen=True)
class CategoryEncoding(ColumnEncoding):
    """One-hot in the sorted order of the categories, then 'other' and 'missing' where needed.

    `other` is true when rare categories share a column; unseen categories then join them, and
    otherwise are 0 in every column, as are missing values when no training row lacked one. A
    word that differs from one kept category in upper and lower case only is that category.
    """

    word = "one-hot"

    name: str
    storage: Storage
    categories: tuple[str, ...]
    other: bool
    missing: bool

    @classmethod
    def fit(cls, column: Column) -> CategoryEncoding:
        """Learn the categories from the training rows."""
        spelled = column.as_words()
        words, _ = by_frequency(spelled)
        other = len(words) > MOST_CATEGORIES
        kept = words[: MOST_CATEGORIES - 1] if other else words
        missing = bool(spelled.missing().any())
        return cls(column.name, column.storage, tuple(sorted(kept)), other, missing)

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
    def pools(self) -> bool:
        """Whether rare categories were put together, which unseen ones join."""
        return self.other

    @property
    def remark(self) -> Sentence | None:
        """Says when rare categories were put together."""
        if not self.other:
            return None
        values = {"column": self.name, "kept": len(self.categories), "most": MOST_CATEGORIES}
        return Sentence("data.column_other", values)

    def write(self, column: Column, output: npt.NDArray[np.float32]) -> None:
        """Encode words, or numbers that spell a category, into `output`."""
        found = category_codes(column, self.categories)
        missing = column.missing()
        rest = len(self.categories)
        if self.other:
            found[(found < 0) & ~missing] = rest
        if self.missing:
            found[missing] = rest + self.other
        rows = np.flatnonzero(found >= 0)
        output[rows, found[rows]] = 1.0

    def unseen(self, column: Column) -> int:
        """How many values are none of the categories that are told apart."""
        return count_unseen(column, self.categories)

    def description(self) -> dict[str, Any]:
        """This encoding as plain JSON."""
        return {
            "name": self.name,
            "encoding": self.word,
            "storage": self.storage.value,
            "categories": list(self.categories),
            "other": self.other,
            "missing": self.missing,
        }

    @classmethod
    def from_description(cls, description: Any) -> CategoryEncoding:
        """What `description` described; ModelFileError if it describes none."""
        return cls(
            text_of(description, "name"),
            storage_of(description),
            tuple(list_of(description, "categories", str)),
            boolean_of(description, "other"),
            boolean_of(description, "missing"),
        )


def by_frequency(column: Column) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The categories of a column of words, and their counts, from the most frequent on.

    Those of the same count are in sorted order.

    >>> by_frequency(Column.of_texts("t", ["b", "a", "c", "B", "b"]))
    (['b', 'a', 'c'], array([3, 1, 1]))
    """
    found = {word: sum(ways.values()) for word, ways in spellings(column).items()}
    words = sorted(found, key=lambda word: (-found[word], word))
    return words, np.array([found[word] for word in words], dtype=np.int64)
