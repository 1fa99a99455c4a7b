"""The columns that a network gets, in the forms that classical methods want.

Receives tables; gives float64 arrays. A linear model gets standardised numbers and one-hot
categories, gradient boosting the numbers as they are, with nan, and codes of categories.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pellucid.data.calendar_cycles import CYCLES
from pellucid.data.categories import category_codes
from pellucid.data.category_encoding import by_frequency
from pellucid.data.encoding import Encoding
from pellucid.data.kinds import Kind, Understood
from pellucid.data.memory import Memory
from pellucid.data.table import Column, Table
from pellucid.data.understanding import understand

__all__ = ["MOST_TREE_CATEGORIES", "Views"]

MOST_TREE_CATEGORIES = 254
"""scikit-learn's histograms have 255 bins: so many categories, and one for all the others."""

Float64s = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Views:
    """What was learned of the training rows for the two forms.

    >>> table = Table([Column.of_texts("job", ["cook", None, "smith"])])
    >>> views = Views.fit(table)
    >>> views.tree_view(table)
    (array([[ 0.],
           [nan],
           [ 1.]]), array([ True]))
    """

    linear: Encoding
    understood: Mapping[str, Understood]
    categories: Mapping[str, tuple[str, ...]]

    @classmethod
    def fit(cls, table: Table, understood: Mapping[str, Understood] | None = None) -> Views:
        """Learn from training rows, without the target; DataError as `Encoding.fit` raises it."""
        understood = understand(table) if understood is None else understood
        used = {
            name: understood[name]
            for name in table.names
            if name in understood and understood[name].kind.is_used
        }
        kept = {
            name: tuple(by_frequency(table[name].as_words())[0][:MOST_TREE_CATEGORIES])
            for name, entry in used.items()
            if entry.kind is Kind.CATEGORY
        }
        linear = Encoding.fit(table, understood, scaling="standard", embedding=False)
        return cls(linear, used, kept)

    def linear_view(self, table: Table, memory: Memory | None = None) -> npt.NDArray[np.float32]:
        """Standardised numbers and one-hot categories, float32 of shape (rows, width)."""
        return self.linear.transform(table, memory)

    @property
    def linear_names(self) -> tuple[str, ...]:
        """The names of the columns of the linear view."""
        return self.linear.names

    def tree_view(self, table: Table) -> tuple[Float64s, Masks]:
        """Numbers as they are, and a mask of the columns that are codes of categories.

        Returns:
            Float64 of shape (rows, columns), nan where missing, and a mask of shape (columns,).
            Codes are below 255, by frequency in the training rows; those of rare and unseen
            categories are equal.
        """
        parts = [self._tree_columns(table[name], entry) for name, entry in self.understood.items()]
        mask = [
            entry.kind is Kind.CATEGORY
            for entry, columns in zip(self.understood.values(), parts, strict=True)
            for _ in columns
        ]
        output = np.empty((len(table), len(mask)))
        for index, values in enumerate(values for columns in parts for values in columns):
            output[:, index] = values
        return output, np.array(mask, dtype=np.bool_)

    @property
    def tree_sources(self) -> tuple[str, ...]:
        """For each column of the tree view the user's column that it came from."""
        return tuple(
            name
            for name, entry in self.understood.items()
            for _ in range(1 + len(CYCLES) if entry.kind is Kind.DATE else 1)
        )

    def _tree_columns(self, column: Column, entry: Understood) -> list[Float64s]:
        if entry.kind is Kind.NUMBER:
            return [column.numbers()]
        if entry.kind is Kind.DATE:
            return _date_columns(column)
        if entry.kind is Kind.CATEGORY:
            kept = self.categories[entry.name]
            codes = category_codes(column, kept).astype(np.float64)
            codes[codes < 0] = len(kept)
        else:
            codes = category_codes(column, entry.levels).astype(np.float64)
            codes[codes < 0] = np.nan
        codes[column.missing()] = np.nan
        return [codes]


def _date_columns(column: Column) -> list[Float64s]:
    """The time, and its places in the year, the week and the day."""
    missing = column.missing()
    present = np.where(missing, 0.0, column.values)
    places = (np.where(missing, np.nan, place(present)) for place in CYCLES.values())
    return [column.values, *places]
