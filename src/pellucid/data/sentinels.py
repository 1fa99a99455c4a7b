"""Finds numbers that seem to be codes for "no value": -999.25 among depths, 9 among 0, 1 and 2.

Receives the training rows and the names of columns of numbers; gives a sentence about each such
number, with the option that makes it missing. Nothing is changed: only the user knows.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from pellucid.data.storage import number_label
from pellucid.data.table import Column, Table
from pellucid.language import Sentence

__all__ = ["sentinel_notes"]

Numbers = npt.NDArray[np.float64]

_USUAL = re.compile("9+([.][0-9]+)?|1e[+][0-9]+")
"""How such codes are usually written, without a sign."""

_MOST = 4
"""So many of them are looked for in a column."""

_CORE = (0.01, 0.99)
"""Between these quantiles of the other values their spread is measured: no wild value widens it."""

_SAMPLED = 10_000
"""About so many values are enough to tell these quantiles."""

_STEPS = 3.0
"""How many times as far as any two neighbours within these it must be."""

_USUAL_ROWS, _USUAL_SHARE, _USUAL_DISTINCT = 3, 0.001, 2
_OTHER_ROWS, _OTHER_SHARE, _OTHER_DISTINCT = 5, 0.01, 10
"""How often a number must be repeated, and among how many different others it must stand, to be
spoken of: less where it is written as such codes are."""


def sentinel_notes(
    table: Table, names: Iterable[str], decimal: str | None = None
) -> tuple[Sentence, ...]:
    """A sentence about each number that is repeated far outside all others of its column.

    Far is as far as the others are spread; a tenth of it where it is all nines and the only
    negative number. Nothing is said of 0, which is a quantity where the others are large, and of a
    number as which bounds were read. `decimal` is the decimal mark in which the user writes.

    >>> from pellucid.data.storage import Storage
    >>> values = np.array([-9.0] * 5 + [0.5, 1.5, 2.5, 3.5] * 25)
    >>> table = Table([Column("crp", Storage.NUMBER, values)])
    >>> [note.values["option"] for note in sentinel_notes(table, ["crp"])]
    ['--missing crp=-9']
    """
    return tuple(note for name in names for note in _notes(table[name], decimal))


def _notes(column: Column, decimal: str | None) -> list[Sentence]:
    rest = column.values[~np.isnan(column.values)]
    rows = len(rest)
    found: list[tuple[float, int]] = []
    # One may hide how far out another is, so both ends are tried until neither has one.
    ends = [True, False]
    while len(found) < _MOST and ends:
        end = ends.pop()
        code = _at_the_end(rest, rows, upper=end)
        if code is not None and code[0] not in column.bounds:
            found.append(code)
            rest = rest[rest != code[0]]
            ends = [end, not end]
    return [_note(column, rest, rows, code, decimal) for code in found]


def _at_the_end(values: Numbers, rows: int, *, upper: bool) -> tuple[float, int] | None:
    """The largest or smallest of the values and its count, if it seems to be a code."""
    if not len(values):
        return None
    value = float(values.max() if upper else values.min())
    alike = values == value
    count = int(np.count_nonzero(alike))
    usual = _USUAL.fullmatch(f"{abs(value):.15g}") is not None
    fewest, share = (_USUAL_ROWS, _USUAL_SHARE) if usual else (_OTHER_ROWS, _OTHER_SHARE)
    if value == 0.0 or count < max(fewest, share * rows) or count == len(values):
        return None
    others = values[~alike]
    some = others[:: max(1, len(others) // _SAMPLED)]
    low, high = (float(each) for each in np.quantile(some, _CORE))
    lonely = usual and value < 0.0 <= others.min()
    gap = value - float(others.max()) if upper else float(others.min()) - value
    if gap < (high - low) * (0.1 if lonely and value <= -9.0 else 1.0):
        return None
    distinct = np.unique(others)
    if len(distinct) < (_USUAL_DISTINCT if usual else _OTHER_DISTINCT):
        return None
    # The last of a few steps, such as 9 after 7 and 8, is not far.
    steps = np.diff(distinct[(distinct >= low) & (distinct <= high)])
    return None if len(steps) and gap < _STEPS * steps.max() else (value, count)


def _note(
    column: Column, rest: Numbers, rows: int, code: tuple[float, int], decimal: str | None
) -> Sentence:
    value, count = code
    text = _spelled(value).replace(".", decimal or ".")
    option = f"--missing {shlex.quote(f'{column.name}={text}')}"
    values = {"column": column.name, "value": text, "count": count, "rows": rows}
    ends = {"low": _rounded(float(rest.min())), "high": _rounded(float(rest.max()))}
    return Sentence("data.column_sentinel", {**values, **ends, "option": option})


def _rounded(number: float) -> str:
    """A number in four digits, or in all before the point."""
    return _spelled(round(number) if 1e4 <= abs(number) < 1e15 else float(f"{number:.4g}"))


def _spelled(number: float) -> str:
    return str(number_label(number)) if abs(number) < 1e15 else repr(number)
