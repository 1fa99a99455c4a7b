"""Encodes a column of two values: -1 for no, 1 for yes, 0 and a mark where it is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.categories import word_codes
from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.descriptions import boolean_of, list_of, storage_of, text_of
from pellucid.data.storage import Storage
from pellucid.data.table import Column
from pellucid.data.truths import truth_of
from pellucid.errors import ModelFileError

__all__ = ["BooleanEncoding"]


@dataclass(frozen=True)
class BooleanEncoding(ColumnEncoding):
    """-1 and 1 for two values.

    Where the two are words for no and yes, other such words are understood too. What is neither
    counts as missing.
    """

    word = "boolean"

    name: str
    storage: Storage
    levels: tuple[str, ...]
    indicator: bool

    @classmethod
    def fit(cls, column: Column, levels: tuple[str, ...]) -> BooleanEncoding:
        """Learn from the training rows whether values are missing; `levels` are no and yes."""
        return cls(column.name, column.storage, levels, bool(column.missing().any()))

    @property
    def names(self) -> tuple[str, ...]:
        """'<name>=<yes>', and '<name> is missing' where the training rows lacked values."""
        names = (f"{self.name}={self.levels[1]}",)
        return (*names, f"{self.name} is missing") if self.indicator else names

    def write(self, column: Column, output: npt.NDArray[np.float32]) -> None:
        """Encode words, or numbers that spell one of the two, into `output`."""
        signs = self._signs(column)
        output[:, 0] = signs
        if self.indicator:
            output[:, 1] = signs == 0.0

    def unseen(self, column: Column) -> int:
        """How many values are neither of the two."""
        return int(np.count_nonzero((self._signs(column) == 0.0) & ~column.missing()))

    def _signs(self, column: Column) -> npt.NDArray[np.float32]:
        """-1 for no, 1 for yes, 0 for anything else, float32 of shape (rows,)."""
        spelled = column.as_words()
        codes = word_codes(spelled.words, self.levels)
        signs = np.zeros(len(codes) + 1, dtype=np.float32)
        signs[:-1] = np.where(codes < 0, 0.0, 2.0 * codes - 1.0)
        if [truth_of(level) for level in self.levels] == [False, True]:
            for index in np.flatnonzero(codes < 0).tolist():
                truth = truth_of(spelled.words[index])
                signs[index] = 0.0 if truth is None else 2.0 * truth - 1.0
        return signs[spelled.values]

    def description(self) -> dict[str, Any]:
        """This encoding as plain JSON."""
        return {
            "name": self.name,
            "encoding": self.word,
            "storage": self.storage.value,
            "levels": list(self.levels),
            "indicator": self.indicator,
        }

    @classmethod
    def from_description(cls, description: Any) -> BooleanEncoding:
        """What `description` described; ModelFileError if it describes none."""
        levels = tuple(list_of(description, "levels", str))
        if len(levels) != 2 or levels[0] == levels[1]:
            raise ModelFileError(f"the model file describes no two truth values, but {levels}")
        return cls(
            text_of(description, "name"),
            storage_of(description),
            levels,
            boolean_of(description, "indicator"),
        )
