"""Finds rows that are no rows of the table: the units below a header, the totals at its end.

Receives the columns of a text file; gives them with such rows named among what keeps a column from
being numbers, and sentences for the user. Nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pellucid.data.fields import Fields
from pellucid.data.storage import Storage
from pellucid.data.strays import NUMBERS
from pellucid.data.table import Column, said_names
from pellucid.language import Sentence

__all__ = ["name_odd_rows"]

_TOTALS = re.compile(
    "(grand )?totals?|sub-?totals?|sums?|averages?|means?|summen?|gesamt(summe)?|insgesamt|"
    "zwischensumme|mittelwert|mittel|median|maximum|minimum|"
    "durchschnitt|schnitt|count|anzahl|"
    "合计|总计|小计|总和|平均(值|分|数)?|均值|中位数|最大值|最小值|最高分|最低分",
    re.IGNORECASE,
)


def name_odd_rows(columns: Sequence[Column], fields: Fields) -> tuple[list[Column], list[Sentence]]:
    """The columns, and what the user is to be told of rows of units and of totals."""
    found: dict[int, tuple[str, list[str]]] = {}
    units = _units(columns)
    if units:
        found[0] = "units", units
    # A sum may stand below an average, or below a line of its own.
    for row in range(len(columns[0]) - 1 if columns else 0, 0, -1):
        totals = [_word(column, row) for column in columns if _is_total(column, row)]
        if not totals:
            break
        found[row] = "totals", totals
    named = []
    for column in columns:
        strays = column.strays
        if strays is not None and strays.row in found:
            place = f"{strays.place}, which seems to be a row of {found[strays.row][0]}"
            column = replace(column, strays=replace(strays, place=place))
        named.append(column)
    notes = []
    for row, (what, words) in sorted(found.items()):
        line = fields.line(row)
        values = {
            "source": fields.source,
            "row": row + 1,
            "line": "" if line is None else Sentence("data.read_line", {"line": line}),
            "words": said_names(words, 5),
        }
        notes.append(Sentence(f"data.read_row_of_{what}", values))
    return named, notes


def _units(columns: Sequence[Column]) -> list[str]:
    """The words of the first row, if most columns of numbers have no number in it."""
    numbers = [
        column
        for column in columns
        if column.storage is Storage.NUMBER
        or (column.strays is not None and column.strays.among == NUMBERS)
    ]
    odd = [c for c in numbers if c.strays is not None and c.strays.row == 0 and c.strays.rows == 1]
    lacking = [c for c in numbers if c.storage is Storage.NUMBER and np.isnan(c.values[0])]
    count = len(odd) + len(lacking)
    if not odd or count < 2 or 2 * count < len(numbers):
        return []
    return [_word(column, 0) for column in odd]


def _is_total(column: Column, row: int) -> bool:
    """Whether a row, but no other, has a word in a column that stands for a sum or a mean."""
    if column.storage is not Storage.WORDS or column.values[row] < 0:
        return False
    if not _TOTALS.fullmatch(_word(column, row).rstrip(":").strip()):
        return False
    return int(np.count_nonzero(column.values == column.values[row])) == 1


def _word(column: Column, row: int) -> str:
    return column.words[column.values[row]]
