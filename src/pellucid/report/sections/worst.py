"""The worst errors, row by row."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from pellucid.language.number import short
from pellucid.report.markup import details, escaped, pairs, paragraph, user
from pellucid.report.section import Facts, Section, Sheet, by_target, each
from pellucid.report.words import Words, percent, plain

_FIRST = 6
_MOST = 50
_VALUES = 8
_MOST_VALUES = 60
_LARGEST_LOG = 700.0
"""The exponential of this can still be written."""


def worst(facts: Facts, sheet: Sheet) -> Section | None:
    """Return the rows with the largest errors."""
    words = sheet.words
    found = by_target(facts, facts.get("worst"), "rows")
    found = [(name, known) for name, known in found if known.get("rows")]

    def write(known: Mapping[str, Any], suffix: str, title: str) -> str:
        rows = known["rows"][:_MOST]
        columns = [plain(name, 80) for name in known.get("columns") or []]
        off = _off(known, words)
        cards = [_card(row, columns, off, words) for row in rows]
        body = f'<div class="cards rows">{"".join(cards[:_FIRST])}</div>'
        if len(cards) > _FIRST:
            more = words("more_rows", count=len(cards) - _FIRST)
            body += details(more, f'<div class="cards rows">{"".join(cards[_FIRST:])}</div>')
        return body

    if not found:
        return None
    lead = words("worst_lead")
    if any(known.get("standardised") for _, known in found):
        lead += " " + words("standardised")
    body = paragraph(lead) + each(found, write, words)
    return Section("worst", words("worst"), body)


def _off(known: Mapping[str, Any], words: Words) -> Callable[[float], tuple[str, str]]:
    """Return what says by how much a number is off: as a factor where logarithms are compared."""
    scale, measure = known.get("scale"), known.get("measure")
    if scale is not None:
        label = words("worst_factor" if scale == "log" else "worst_factor_plus")
        return lambda error: (label, short(math.exp(min(error, _LARGEST_LOG))))
    label = words.metric(measure) if measure == "pinball" else words("worst_error")
    return lambda error: (label, short(error))


def _card(
    row: Mapping[str, Any],
    columns: list[str],
    off: Callable[[float], tuple[str, str]],
    words: Words,
) -> str:
    number = row.get("row")
    head = words("row_number", row=f"{number:,}" if isinstance(number, int) else plain(number, 40))
    shown = [
        (words("truth"), _value(row.get("truth"))),
        (words("prediction"), _value(row.get("prediction"))),
    ]
    if row.get("probability") is not None:
        shown.append((words("worst_probability"), escaped(percent(row["probability"]))))
    if row.get("loss") is not None:
        shown.append((words("worst_loss"), escaped(short(row["loss"]))))
    if row.get("error") is not None:
        label, error = off(row["error"])
        shown.append((label, escaped(error)))
    values = [
        (name, user(value, 60))
        for name, value in zip(columns, row.get("values") or [], strict=False)
    ]
    body = pairs(shown, "said") + pairs(values[:_VALUES], "values")
    if len(values) > _VALUES:
        rest = values[_VALUES:_MOST_VALUES]
        body += details(words("more_values", count=len(values) - _VALUES), pairs(rest, "values"))
    return f'<article class="card"><h3>{escaped(head)}</h3>{body}</article>'


def _value(value: Any) -> str:
    if isinstance(value, float):
        return escaped(short(value, 4))
    return user(value)
