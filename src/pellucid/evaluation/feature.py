"""A column of the user's as the evaluation sees it, and the way to predictions from columns.

The caller makes a `Feature` of each column that the network was given, from whatever table there
is, and a `Predict` around the trained network. So nothing here knows how tables are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pellucid.errors import DataError

Array = np.ndarray[Any, Any]

NUMBER, CATEGORY = "number", "category"
MISSING = -1
"""The code of a category that is missing; a missing number is a nan."""


@dataclass(frozen=True, eq=False)
class Feature:
    """One column of rows.

    Attributes:
        name: the user's name of the column.
        values: float64 (rows,), missing ones nan; for a category int32 codes (rows,), missing -1.
        labels: the text of each code; None for a column of numbers.

    Raises:
        DataError: the values are no such array, or a code has no label.

    Example:
        >>> job = Feature("job", np.array([0, -1, 1], np.int32), ("cook", "smith"))
        >>> job.kind, [job.text(row) for row in range(3)]
        ('category', ['cook', '', 'smith'])
    """

    name: str
    values: Array
    labels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse values that are not of the column's kind."""
        wanted = "f" if self.labels is None else "i"
        if self.values.ndim != 1 or self.values.dtype.kind != wanted:
            kind = "numbers as float64" if self.labels is None else "codes as int32"
            raise DataError(
                f"column '{self.name}' needs {kind} of shape (rows,), "
                f"got {self.values.dtype} {self.values.shape}"
            )
        if self.labels is not None and self.values.size:
            low, high = int(self.values.min()), int(self.values.max())
            if low < MISSING or high >= len(self.labels):
                raise DataError(
                    f"column '{self.name}' has {len(self.labels)} labels, but codes from {low} "
                    f"to {high}"
                )

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.values)

    @property
    def kind(self) -> str:
        """Either "number" or "category"."""
        return NUMBER if self.labels is None else CATEGORY

    @property
    def missing(self) -> Array:
        """Which values are missing, bool (rows,)."""
        return np.isnan(self.values) if self.labels is None else self.values == MISSING

    def take(self, rows: Array) -> Feature:
        """Return the column with those rows only."""
        return Feature(self.name, self.values[rows], self.labels)

    def text(self, row: int) -> str:
        """Return a value as the user would write it; the empty text where it is missing."""
        value = self.values[row]
        if self.labels is not None:
            return "" if value == MISSING else self.labels[int(value)]
        return "" if np.isnan(value) else f"{value:.15g}"


@dataclass(frozen=True, eq=False)
class Replaced:
    """Other values of a column for some of the rows that are predicted.

    Attributes:
        column: its name.
        values: in the form of `Feature.values`.
        start: the first of the rows that they are for; the others follow it.
    """

    column: str
    values: Array
    start: int = 0


class Predict(Protocol):
    """What the trained network says of rows, some of whose columns have other values."""

    def __call__(self, rows: Array, replaced: Sequence[Replaced] = ()) -> Array:
        """Return probabilities (len(rows), classes), or numbers (len(rows),), float64.

        Args:
            rows: positions of rows, int64; one may stand several times.
            replaced: values that stand in for columns' own; `start` counts entries of `rows`.
        """


def sample_rows(rows: int, wanted: int, seed: int) -> Array:
    """Return positions of `wanted` of `rows` rows drawn without replacement, in order.

    Example:
        >>> sample_rows(3, 10, seed=0).tolist()
        [0, 1, 2]
    """
    if rows <= wanted:
        return np.arange(rows)
    draw = np.random.Generator(np.random.Philox(seed))
    return np.sort(draw.choice(rows, wanted, replace=False))
