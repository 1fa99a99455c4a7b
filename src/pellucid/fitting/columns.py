"""The user's columns of one part, and the network's predictions when some of them are changed.

Stands between tables and the room `evaluation`, which knows neither tables nor networks: receives
the rows of a part with their encoding and the model; gives `Feature`s, and a `Predict` that encodes
anew only what was changed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.data.kinds import Kind
from pellucid.data.prepared import Prepared
from pellucid.data.storage import Storage
from pellucid.data.table import Column
from pellucid.evaluation.feature import Feature
from pellucid.fitting.model import Model

Array = np.ndarray[Any, Any]


class PartColumns:
    """The columns that a network uses, for the rows of one part."""

    def __init__(self, prepared: Prepared, model: Model, part: str) -> None:
        """Take the rows of a part; nothing is computed yet."""
        self._prepared, self._model, self._part = prepared, model, part
        self._spans: dict[str, slice] = {}
        start = 0
        for encoding in prepared.encoding.columns:
            self._spans[encoding.name] = slice(start, start + len(encoding.names))
            start += len(encoding.names)

    def features(self) -> list[Feature]:
        """Return the columns in order."""
        return [_feature(column) for column in self._columns.values()]

    def as_shown(self) -> list[Feature]:
        """Return the columns as a person reads them: times as dates."""
        shown = (c.as_words() if c.storage is Storage.TIME else c for c in self._columns.values())
        return [_feature(column) for column in shown]

    def predict(self, rows: Array, replaced: dict[str, Array]) -> Array:
        """Predict rows, some of whose columns have other values, as `evaluation.Predict` says."""
        features = np.array(self._prepared.features[self._part][rows])
        for encoding in self._prepared.encoding.columns:
            if encoding.name in replaced:
                span = self._spans[encoding.name]
                features[:, span] = 0.0
                column = self._columns[encoding.name]
                changed = replace(column, values=replaced[encoding.name], row_numbers=None)
                encoding.write(changed, features[:, span])
        return self._model.read(features)

    @cached_property
    def _columns(self) -> dict[str, Column]:
        names = [encoding.name for encoding in self._prepared.encoding.columns]
        return {name: self._column(name) for name in names}

    def _column(self, name: str) -> Column:
        """Return a column held as its kind is shown: numbers and times as such, others as words."""
        column = self._prepared.tables[self._part][name]
        kind = self._prepared.understood[name].kind
        if kind is Kind.NUMBER and column.storage is Storage.WORDS:
            return replace(column, storage=Storage.NUMBER, values=column.numbers(), words=())
        return column if kind in (Kind.NUMBER, Kind.DATE) else column.as_words()


def _feature(column: Column) -> Feature:
    labels = column.words if column.storage is Storage.WORDS else None
    return Feature(column.name, column.values, labels)
