"""Encodes a column of numbers: scaled, missing values in the middle and marked as missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.descriptions import boolean_of, numbers_of, text_of
from pellucid.data.scaling_choice import AUTO, SCALINGS, FeatureScaling, fit_scaling, scaling_name
from pellucid.data.storage import Storage
from pellucid.data.table import Column, name_list
from pellucid.errors import ModelFileError

__all__ = ["NumberEncoding"]


@dataclass(frozen=True)
class NumberEncoding(ColumnEncoding):
    """The number in the units of its scaling, and, if training rows lacked values, whether it is.

    Of a column that had one value in training rows, only whether it is missing is told.
    """

    word = "number"
    storage = Storage.NUMBER

    name: str
    scaling: FeatureScaling | None
    """None where the training rows had one value."""
    indicator: bool
    is_quantity: bool = field(default=True, compare=False)
    """Whether the training rows had more than two values; not part of the description."""
    extent: tuple[float, float] | None = None
    """The least and the largest number of the training rows; None where that is not known."""

    @classmethod
    def fit(cls, column: Column, scaling: str = AUTO) -> NumberEncoding:
        """Learn the scaling and whether values are missing from the training rows."""
        values = column.numbers()
        missing = np.isnan(values)
        present = values[~missing] if missing.any() else values
        if not len(present) or (low := present.min()) == (high := present.max()):
            return cls(column.name, None, bool(missing.any()))
        between = bool(((present > low) & (present < high)).any())
        extent = float(low), float(high)
        return cls(column.name, fit_scaling(present, scaling), bool(missing.any()), between, extent)

    @property
    def names(self) -> tuple[str, ...]:
        """The column itself, and '<name> is missing' where the training rows lacked values."""
        names = () if self.scaling is None else (self.name,)
        return (*names, f"{self.name} is missing") if self.indicator else names

    def write(self, column: Column, output: npt.NDArray[np.float32]) -> None:
        """Encode numbers, or words that spell numbers, into `output`."""
        values = column.numbers()
        missing = np.isnan(values)
        if self.scaling is not None:
            standard = self.scaling.standardise(values)
            standard[missing] = 0.0
            output[:, 0] = standard
        if self.indicator:
            output[:, -1] = missing

    def unseen(self, column: Column) -> int:
        """Every number can be encoded as those of training were: 0."""
        return 0

    def far_outside(self, column: Column) -> int:
        """In how many rows a number is beyond those of training by more than these are apart."""
        if self.extent is None:
            return 0
        # Halves, so that the largest numbers there are can be told apart.
        values, (low, high) = column.numbers() / 2.0, (end / 2.0 for end in self.extent)
        return int(np.count_nonzero(np.abs(values - (low + high) / 2.0) > 1.5 * (high - low)))

    def description(self) -> dict[str, Any]:
        """This encoding as plain JSON."""
        scaling = None if self.scaling is None else scaling_name(self.scaling)
        return {
            "name": self.name,
            "encoding": self.word,
            "scaling": scaling or "none",
            **({} if self.scaling is None else self.scaling.description()),
            "indicator": self.indicator,
            **({} if self.extent is None else {"extent": list(self.extent)}),
        }

    @classmethod
    def from_description(cls, description: Any) -> NumberEncoding:
        """What `description` described; ModelFileError if it describes none."""
        scaling = text_of(description, "scaling")
        if scaling not in (*SCALINGS, "none"):
            raise ModelFileError(
                f"the model file scales a column by {scaling!r}, which this version of pellucid "
                f"does not know: it knows {name_list(SCALINGS)}"
            )
        extent = numbers_of(description, "extent") if "extent" in description else None
        if extent is not None and not (len(extent) == 2 and extent[0] < extent[1]):
            raise ModelFileError(f"the model file has an impossible extent {extent!r} of a column")
        return cls(
            text_of(description, "name"),
            None if scaling == "none" else SCALINGS[scaling].from_description(description),
            boolean_of(description, "indicator"),
            extent=None if extent is None else (extent[0], extent[1]),
        )
