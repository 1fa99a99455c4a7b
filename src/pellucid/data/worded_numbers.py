"""Takes columns that are numbers but for a few words or bounds for columns of numbers.

Receives a table as it was read and how; gives it with the words in such columns missing and the
bounds read as numbers, says so, and gives the way of reading that does the same to later files. The
target is none of them: which of its rows count is for the user to say.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pellucid.data.fields import Fields
from pellucid.data.reading import Reading
from pellucid.data.storage import Storage
from pellucid.data.strays import NUMBERS
from pellucid.data.table import Column, Table

__all__ = ["as_numbers"]

_COMPLAINTS = frozenset({"data.read_stray_numbers", "data.read_stray_bounds"})


def as_numbers(table: Table, reading: Reading, untouched: Collection[str]) -> tuple[Table, Reading]:
    """The table with numbers where all but a few values are, and the reading for later files.

    All rows of the table are looked at, as for how a column is held: how values are written tells
    nothing of the rows that will test the network. The `untouched` columns stay as they are.
    """
    complaints = {note.values["name"] for note in table.notes if note.key in _COMPLAINTS}
    chosen = [
        column.name
        for column in table.columns
        if column.name in complaints.difference(untouched) and _are_numbers(column)
    ]
    if not chosen:
        return table, reading
    reading = replace(reading, bounds=(*reading.bounds, *chosen), worded=(*reading.worded, *chosen))
    options = replace(reading, storages=dict.fromkeys(chosen, Storage.NUMBER))
    fields = Fields(table.source, options, str(table.understood.get("decimal", ".")))
    notes = [
        note
        for note in table.notes
        if note.key not in _COMPLAINTS or note.values["name"] not in chosen
    ]
    columns = []
    for column in table.columns:
        if column.name in chosen:
            reread, new_notes = fields.column(column.name, column.values, column.words)
            column = replace(reread, nameless=column.nameless)
            notes += new_notes
        columns.append(column)
    numbers = Table(columns, source=table.source, notes=notes, understood=table.understood)
    return numbers, reading


def _are_numbers(column: Column) -> bool:
    strays = column.strays
    if strays is None or strays.among != NUMBERS:
        return False
    return strays.leave_numbers(len(column.words) - len(strays.counts))
