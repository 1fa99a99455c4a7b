"""Encodes a column of many categories: the number of the category, for an embedding to look up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.categories import category_codes, count_unseen
from pellucid.data.category_encoding import by_frequency
from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.descriptions import list_of, number_of, storage_of, text_of
from pellucid.data.storage import Storage
from pellucid.data.table import Column
from pellucid.errors import ModelFileError
from pellucid.language import Sentence

__all__ = ["FEWEST_ROWS", "MOST_CODES", "CodeEncoding"]

FEWEST_ROWS = 3
"""A category in fewer training rows than this counts as rare."""

MOST_CODES = 10_000
"""Of more categories than this, the most frequent are kept and the others count as rare."""


@dataclass(frozen=True)
class CodeEncoding(ColumnEncoding):
    """One column of whole numbers: 0 .. n - 1 for n kept categories in sorted order.

    n stands for rare and unseen categories, so that what is learned from the rare ones serves the
    unseen; n + 1 for missing values.
    """

    word = "code"

    name: str
    storage: Storage
    categories: tuple[str, ...]
    rare: int
    """How many categories of the training rows were too rare to be kept."""

    @classmethod
    def fit(cls, column: Column) -> CodeEncoding:
        """Learn the categories from the training rows."""
        words, counts = by_frequency(column.as_words())
        kept = min(MOST_CODES, int(np.count_nonzero(counts >= FEWEST_ROWS)))
        return cls(column.name, column.storage, tuple(sorted(words[:kept])), len(words) - kept)

    @property
    def names(self) -> tuple[str, ...]:
        """The column itself."""
        return (self.name,)

    @property
    def codes(self) -> int:
        """The number of kept categories and two more."""
        return len(self.categories) + 2

    @property
    def pools(self) -> bool:
        """Whether rare categories were put together, which unseen ones join."""
        return self.rare > 0

    @property
    def remark(self) -> Sentence | None:
        """Says how many categories were put together."""
        if not self.rare:
            return None
        values = {"column": self.name, "rare": self.rare, "kept": len(self.categories)}
        return Sentence("data.column_rare", values)

    def write(self, column: Column, output: npt.NDArray[np.float32]) -> None:
        """Encode words, or numbers that spell a category, into `output`."""
        found = category_codes(column, self.categories)
        found[found < 0] = len(self.categories)
        found[column.missing()] = len(self.categories) + 1
        output[:, 0] = found

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
            "rare": self.rare,
        }

    @classmethod
    def from_description(cls, description: Any) -> CodeEncoding:
        """What `description` described; ModelFileError if it describes none."""
        categories = tuple(list_of(description, "categories", str))
        rare = number_of(description, "rare", least=0.0)
        if not rare.is_integer() or len(categories) > MOST_CODES:
            raise ModelFileError("the model file describes an impossible column of codes")
        return cls(text_of(description, "name"), storage_of(description), categories, int(rare))
