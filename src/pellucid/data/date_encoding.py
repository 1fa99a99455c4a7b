"""Encodes a column of dates or times: a trend, the weekday, the places in the year and the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.calendar_cycles import CYCLES, DAY, LENGTHS, WEEKDAYS, Seconds, weekday
from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.descriptions import boolean_of, list_of, text_of
from pellucid.data.scaling import Scaling
from pellucid.data.storage import Storage
from pellucid.data.table import Column
from pellucid.errors import DataError, ModelFileError
from pellucid.language import Sentence

__all__ = ["DateEncoding"]

WEEK = "week"
"""The cycle that is told by weekdays."""


@dataclass(frozen=True)
class DateEncoding(ColumnEncoding):
    """Days in standard units, sine and cosine of each cycle, each weekday, whether it is missing.

    A cycle is left out when all training rows stand at the same place of it; when they do not go
    round it once, for it cannot be told from the trend then; and when no two of them are closer
    than it is long, as are months for the week.

    The days of a week differ in no smooth way: a shop is closed on one of them. So the week is a
    column of 0 and 1 for each weekday of the training rows, all 0 on a weekday they do not have.
    (Earlier versions wrote the week as a cycle, and their model files are read as such.)
    """

    word = "date"
    is_quantity = True
    storage = Storage.TIME

    name: str
    scaling: Scaling
    """Of days since 1970-01-01."""
    cycles: tuple[str, ...]
    indicator: bool
    weekdays: tuple[int, ...] = ()
    """Those that have a column, as places in `WEEKDAYS`, ascending."""

    @classmethod
    def fit(cls, column: Column) -> DateEncoding:
        """Learn the scaling, the cycles and the weekdays from the training rows."""
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
        weekdays: tuple[int, ...] = ()
        if WEEK in cycles:
            weekdays = tuple(np.unique(weekday(times)).tolist())
        return cls(
            column.name,
            Scaling.fit(present / DAY),
            tuple(name for name in cycles if name != WEEK),
            bool(missing.any()),
            weekdays,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The column itself, two names for each cycle, the weekdays, and '<name> is missing'."""
        names = [self.name]
        for cycle in self.cycles:
            names += [f"{self.name}: sine of the {cycle}", f"{self.name}: cosine of the {cycle}"]
        names += [f"{self.name}: {WEEKDAYS[day]}" for day in self.weekdays]
        if self.indicator:
            names.append(f"{self.name} is missing")
        return tuple(names)

    @property
    def becomes(self) -> Sentence:
        """The trend, and what of the calendar the training rows show."""
        parts = [*self.cycles, *(["weekday"] if self.weekdays else [])]
        sentence = Sentence("data.date_trend")
        for part in parts:
            values = {"first": sentence, "second": Sentence(f"data.date_{part}")}
            sentence = Sentence("data.date_and", values)
        return Sentence("data.date_becomes", {"parts": sentence})

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
        if self.weekdays:
            first = 1 + 2 * len(self.cycles)
            days = np.array(self.weekdays)
            output[:, first : first + len(days)] = weekday(present)[:, None] == days
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
            "weekdays": list(self.weekdays),
        }

    @classmethod
    def from_description(cls, description: Any) -> DateEncoding:
        """What `description` described; ModelFileError if it describes none."""
        cycles = tuple(list_of(description, "cycles", str))
        if len(set(cycles)) != len(cycles) or not set(cycles) <= CYCLES.keys():
            raise ModelFileError(f"the model file describes impossible cycles of a date: {cycles}")
        name = text_of(description, "name")
        # Model files of versions that wrote the week as a cycle do not speak of weekdays.
        has_weekdays = "weekdays" in description
        weekdays = tuple(list_of(description, "weekdays", int)) if has_weekdays else ()
        if list(weekdays) != sorted(set(weekdays) & set(range(len(WEEKDAYS)))):
            raise ModelFileError(f"the model file describes impossible weekdays: {weekdays}")
        return cls(
            name,
            Scaling.from_description(description),
            cycles,
            boolean_of(description, "indicator"),
            weekdays,
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
