"""A table whose target is known: its rows that have one, before they are split.

Receives what a person has and said; gives these rows without columns that are dropped, what all of
them tell of the target, and the reading by which later files are held in the same way.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pellucid.data.any_target import AnyTarget, infer_target
from pellucid.data.files import is_database
from pellucid.data.memory import Memory
from pellucid.data.preparing import Preparing
from pellucid.data.reading import Reading
from pellucid.data.sources import TableLike, load_table
from pellucid.data.storage import Storage
from pellucid.data.table import Table, did_you_mean, name_list
from pellucid.data.worded_numbers import as_numbers
from pellucid.errors import DataError
from pellucid.language import Sentence

__all__ = ["LabelledTable"]


@dataclass(frozen=True, eq=False)
class LabelledTable:
    """The rows of a table that have a target.

    Attributes:
        rows: these rows, without the columns that are dropped.
        target: what all of them tell of the target.
        storages: how each of the user's columns is held, also those that are dropped.
        reading: how later files are read, so that their columns mean the same.
        notes: what was found on the way.
    """

    rows: Table
    target: AnyTarget
    storages: Mapping[str, Storage]
    reading: Reading
    notes: tuple[Sentence, ...]

    @classmethod
    def load(
        cls,
        data: TableLike,
        target: Any,
        preparing: Preparing,
        reading: Reading,
        memory: Memory,
        *,
        asked: bool = True,
    ) -> LabelledTable:
        """Load a table and look at its target.

        `target` is what `load_table` takes; the reading's query is of this table if `asked`, else
        of later ones only. Raises DataError and OptionError, naming file, column, row or option.
        """
        own = reading if asked else replace(reading, query=None)
        table, named = load_table(data, target, own, memory)
        if named is None:
            raise DataError(_which_target(table))
        preparing.check_names(table, named)
        targets = {named} if isinstance(named, str) else set(named)
        every, reading = as_numbers(table, reading, {*targets, *preparing.set_apart})
        used = every.drop(preparing.drop)
        task, log, positive = preparing.task, preparing.log, preparing.positive
        inferred = infer_target(used, named, task, log, positive)
        rows, notes = _labelled_rows(used, inferred)
        notations = {c.name: c.notation for c in used.columns if c.notation is not None}
        return cls(
            rows=rows,
            target=inferred,
            storages=every.storages,
            reading=replace(reading, notations=notations),
            notes=(*_of_no_column(used, reading), *_of_no_value(table, reading), *notes),
        )

    def read_alike(self, data: TableLike, memory: Memory) -> tuple[Table, tuple[Sentence, ...]]:
        """The rows with a target of another table, read as this one was, and what was found.

        The query is asked of databases. Raises DataError where no row has a target.
        """
        headerless = self.rows.understood.get("header") is False
        alike = replace(
            self.reading,
            header=False if headerless else self.reading.header,
            storages=self.rows.storages,
            query=self.reading.query if is_database(data) else None,
        )
        other, _ = load_table(data, None, alike, memory)
        rows, notes = _labelled_rows(other, self.target)
        if not len(rows):
            raise DataError(f"{other.source}: no row has a {self.target.name!r} to compare with")
        return rows, notes


def _labelled_rows(table: Table, target: AnyTarget) -> tuple[Table, tuple[Sentence, ...]]:
    """The rows that have a target, and the notes on reading them and on those that have none."""
    present = target.present_rows(table)
    rows = table if present.all() else table.take(present)
    count = len(table) - len(rows)
    if not count:
        return rows, table.notes
    key = "data.target_missing_one" if count == 1 else "data.target_missing"
    values = {"source": table.source, "count": count, "target": target.name}
    return rows, (*table.notes, Sentence(key, values))


def _of_no_column(table: Table, reading: Reading) -> list[Sentence]:
    """What is to be said of missing values of columns that are not there."""
    notes = []
    for text in (value for value in reading.missing if isinstance(value, str)):
        name, equals, _ = text.partition("=")
        if name and equals and not any(text.startswith(f"{each}=") for each in table.names):
            hint = did_you_mean(name, table.names)
            values = {"text": shlex.quote(text), "source": table.source}
            notes.append(Sentence("data.missing_no_column", {**values, "name": name, "hint": hint}))
    return notes


def _of_no_value(table: Table, reading: Reading) -> list[Sentence]:
    """What is to be said of missing values of columns in which no value is missing."""
    notes = []
    for text in (value for value in reading.missing if isinstance(value, str)):
        for column in table.columns:
            if text.startswith(f"{column.name}=") and not column.missing().any():
                values = {"text": shlex.quote(text), "source": table.source, "name": column.name}
                notes.append(Sentence("data.missing_no_value", values))
    return notes


def _which_target(table: Table) -> str:
    last = table.names[-1]
    return (
        f"{table.source}: which column is to be predicted? Its columns are "
        f"{name_list(table.names)}; the last is {last!r}: --target {shlex.quote(last)}"
    )
