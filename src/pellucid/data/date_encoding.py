"""Encodes a column of dates or times: a trend, and the places in the year, the week and the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.calendar_cycles import CYCLES, DAY, LENGTHS, Seconds
from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.descriptions import boolean_of, list_of, text_of
from pellucid.data.scaling import Scaling
from pellucid.data.storage import Storage
from pellucid.data.table import Column
from pellucid.errors import DataError, ModelFileError

__all__ = ["DateEncoding"]


@dataclass(frozen=True)
class DateEncoding(ColumnEncoding):
    """Days in standard units, then sine and cosine for each cycle, then whether it is missing.

    A cycle is left out when all training rows stand at the same place of it; when they do not go
    round it once, for it cannot be told from the trend then; and when no two of them are closer
    than it is long, as are months for the week.
    """

    word = "date"
    is_quantity = True
    storage = Storage.TIME

    name: str
    scaling: Scaling
    """Of days since 1970-01-01."""
    cycles: tuple[str, ...]
    indicator: bool

    @classmethod
    def fit(cls, column: Column) -> DateEncoding:
        """Learn the scaling and the cycles from the training rows."""
        seconds = _seconds(column)
        missing = np.isnan(seconds)
        present = seconds[~missing]
        if not len(present):
            return cls(column.name, Scaling(0.0, 0.0), (), bool(missing.any()))
        times = np.unique(present)
        span, step = float(times[-1] - times[0]), float(np.diff(times).min(initial=np.inf))
        cycles = tuple(
            name
            for name, place in CYCLES.items()
            if step < LENGTHS[name] <= span and len(np.unique(place(times))) > 1
        )
        return cls(column.name, Scaling.fit(present / DAY), cycles, bool(missing.any()))

    @property
    def names(self) -> tuple[str, ...]:
        """The column itself, two names for each cycle, and '<name> is missing'."""
        names = [self.name]
        for cycle in self.cycles:
            names += [f"{self.name}: sine of the {cycle}", f"{self.name}: cosine of the {cycle}"]
        if self.indicator:
            names.append(f"{self.name} is missing")
        return tuple(names)

    def write(self, column: Column, output: npt.NDArray[np.float32]) -> None:
        """Encode times into `output`."""
        seconds = _seconds(column)
        missing = np.isnan(seconds)
        present = np.where(missing, 0.0, seconds)
        output[:, 0] = self.scaling.standardise(present / DAY)
        for index, cycle in enumerate(self.cycles):
            angle = CYCLES[cycle](present) * (2.0 * np.pi)
            output[:, 1 + 2 * index] = np.sin(angle)
            output[:, 2 + 2 * index] = np.cos(angle)
        if missing.any():
            output[missing] = 0.0
            if self.indicator:
                output[missing, -1] = 1.0

    def unseen(self, column: Column) -> int:
        """Every time can be encoded as those of training were: 0."""
        return 0

    def description(self) -> dict[str, Any]:
        """This encoding as plain JSON."""
        return {
            "name": self.name,
            "encoding": self.word,
            **self.scaling.description(),
            "cycles": list(self.cycles),
            "indicator": self.indicator,
        }

    @classmethod
    def from_description(cls, description: Any) -> DateEncoding:
        """What `description` described; ModelFileError if it describes none."""
        cycles = tuple(list_of(description, "cycles", str))
        if len(set(cycles)) != len(cycles) or not set(cycles) <= CYCLES.keys():
            raise ModelFileError(f"the model file describes impossible cycles of a date: {cycles}")
        return cls(
            text_of(description, "name"),
            Scaling.from_description(description),
            cycles,
            boolean_of(description, "indicator"),
        )


def _seconds(column: Column) -> Seconds:
    """The column's seconds, nan where missing; DataError if it holds anything but times."""
    missing = column.missing()
    if column.storage is Storage.TIME:
        return column.values
    if missing.all():
        return np.full(len(column), np.nan)
    index = int(np.argmin(missing))
    value = str(column.take(np.array([index])).texts()[0])
    raise DataError(
        f"{column.place(index)} is {value!r}, but a date is needed, as in the rows that were "
        "learned from"
    )
