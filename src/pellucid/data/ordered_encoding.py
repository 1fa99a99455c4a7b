"""Encodes a column of ordered categories: evenly spaced scores in standard units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.categories import category_codes, count_unseen
from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.descriptions import boolean_of, list_of, storage_of, text_of
from pellucid.data.scaling import Scaling
from pellucid.data.storage import Storage
from pellucid.data.table import Column
from pellucid.errors import ModelFileError

__all__ = ["OrderedEncoding"]


@dataclass(frozen=True)
class OrderedEncoding(ColumnEncoding):
    """The place of the level, 0, 1, .., standardised; and whether it is missing, where any were.

    A value that is no level counts as missing.
    """

    word = "ordered"
    is_quantity = True

    name: str
    storage: Storage
    levels: tuple[str, ...]
    scaling: Scaling
    indicator: bool

    @classmethod
    def fit(cls, column: Column, levels: tuple[str, ...]) -> OrderedEncoding:
        """Learn the scaling from the training rows; `levels` go from low to high."""
        places = category_codes(column, levels)
        present = places[places >= 0].astype(np.float64)
        scaling = Scaling.fit(present) if len(present) else Scaling(0.0, 0.0)
        return cls(column.name, column.storage, levels, scaling, bool((places < 0).any()))

    @property
    def names(self) -> tuple[str, ...]:
        """The column itself, and '<name> is missing' where the training rows lacked values."""
        return (self.name, f"{self.name} is missing") if self.indicator else (self.name,)

    def write(self, column: Column, output: npt.NDArray[np.float32]) -> None:
        """Encode words, or numbers that spell a level, into `output`."""
        places = category_codes(column, self.levels)
        scores = self.scaling.standardise(np.arange(-1.0, len(self.levels)))
        scores[0] = 0.0
        output[:, 0] = scores[places + 1]
        if self.indicator:
            output[:, 1] = places < 0

    def unseen(self, column: Column) -> int:
        """How many values are none of the levels."""
        return count_unseen(column, self.levels)

    def description(self) -> dict[str, Any]:
        """This encoding as plain JSON."""
        return {
            "name": self.name,
            "encoding": self.word,
            "storage": self.storage.value,
            "levels": list(self.levels),
            **self.scaling.description(),
            "indicator": self.indicator,
        }

    @classmethod
    def from_description(cls, description: Any) -> OrderedEncoding:
        """What `description` described; ModelFileError if it describes none."""
        levels = tuple(list_of(description, "levels", str))
        if not levels:
            raise ModelFileError("the model file describes an ordered column without levels")
        return cls(
            text_of(description, "name"),
            storage_of(description),
            levels,
            Scaling.from_description(description),
            boolean_of(description, "indicator"),
        )
