"""The user's columns of one part, and the network's predictions when some of them are changed.

Stands between tables and the room `evaluation`, which knows neither tables nor networks: receives
the rows of a part with their encoding and the model; gives `Feature`s, and a `Predict` that encodes
anew only what was changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.data.column_encoding import ColumnEncoding
from pellucid.data.kinds import Kind
from pellucid.data.prepared import Prepared
from pellucid.data.storage import Storage
from pellucid.data.table import Column
from pellucid.evaluation.feature import Feature, Replaced
from pellucid.fitting.model import Model

Array = np.ndarray[Any, Any]


class PartColumns:
    """The columns that a network uses, for the rows of one part."""

    def __init__(self, prepared: Prepared, model: Model, part: str) -> None:
        """Take the rows of a part; nothing is computed yet."""
        self._prepared, self._model, self._part = prepared, model, part
        self._encodings: dict[str, tuple[ColumnEncoding, slice]] = {}
        start = 0
        for encoding in prepared.encoding.columns:
            width = len(encoding.names)
            self._encodings[encoding.name] = encoding, slice(start, start + width)
            start += width

    def features(self) -> list[Feature]:
        """Return the columns in order."""
        return [_feature(column) for column in self._columns.values()]

    def as_shown(self) -> list[Feature]:
        """Return the columns as a person reads them, times as dates, after those that name rows."""
        table = self._prepared.tables[self._part]
        named = [table[name] for name in naming_columns(self._prepared)]
        return [_feature(_as_read(column)) for column in (*named, *self._columns.values())]

    def predict(self, rows: Array, replaced: Sequence[Replaced] = ()) -> Array:
        """Predict rows, some of whose columns have other values, as `evaluation.Predict` says."""
        features = np.array(self._prepared.features[self._part][rows])
        for one in replaced:
            encoding, span = self._encodings[one.column]
            place = features[one.start : one.start + len(one.values), span]
            place[...] = 0.0
            column = self._columns[one.column]
            encoding.write(replace(column, values=one.values, row_numbers=None), place)
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


def naming_columns(prepared: Prepared) -> list[str]:
    """Return the columns by which a person knows rows again: those kept, and that of groups."""
    groups = [column["name"] for column in prepared.schema if column["role"] == "group"]
    own = {*prepared.encoding.sources, *prepared.target.names}
    return [name for name in dict.fromkeys((*prepared.kept, *groups)) if name not in own]


def _as_read(column: Column) -> Column:
    return column if column.storage is Storage.NUMBER else column.as_words()


def _feature(column: Column) -> Feature:
    labels = column.words if column.storage is Storage.WORDS else None
    return Feature(column.name, column.values, labels)
