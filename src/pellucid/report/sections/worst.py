"""The worst errors, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.language.number import short
from pellucid.report.markup import details, escaped, pairs, paragraph, user
from pellucid.report.section import Facts, Section, Sheet, by_target, each
from pellucid.report.words import Words, percent, plain

_FIRST = 6
_MOST = 50
_VALUES = 8
_MOST_VALUES = 60


def worst(facts: Facts, sheet: Sheet) -> Section | None:
    """Return the rows with the largest errors."""
    words = sheet.words
    found = by_target(facts, facts.get("worst"), "rows")
    found = [(name, known) for name, known in found if known.get("rows")]

    def write(known: Mapping[str, Any], suffix: str, title: str) -> str:
        rows = known["rows"][:_MOST]
        columns = [plain(name, 80) for name in known.get("columns") or []]
        cards = [_card(row, columns, words) for row in rows]
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


def _card(row: Mapping[str, Any], columns: list[str], words: Words) -> str:
    number = row.get("row")
    head = words("row_number", row=f"{number:,}" if isinstance(number, int) else plain(number, 40))
    said = [
        (words("truth"), _value(row.get("truth"))),
        (words("prediction"), _value(row.get("prediction"))),
    ]
    if row.get("probability") is not None:
        said.append((words("worst_probability"), escaped(percent(row["probability"]))))
    for name in ("loss", "error"):
        if row.get(name) is not None:
            said.append((words(f"worst_{name}"), escaped(short(row[name]))))
    values = [
        (name, user(value, 60))
        for name, value in zip(columns, row.get("values") or [], strict=False)
    ]
    body = pairs(said, "said") + pairs(values[:_VALUES], "values")
    if len(values) > _VALUES:
        rest = values[_VALUES:_MOST_VALUES]
        body += details(words("more_values", count=len(values) - _VALUES), pairs(rest, "values"))
    return f'<article class="card"><h3>{escaped(head)}</h3>{body}</article>'


def _value(value: Any) -> str:
    if isinstance(value, float):
        return escaped(short(value, 4))
    return user(value)
