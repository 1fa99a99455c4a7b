"""What the data was: rows of each part, columns with their kinds and roles, notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.language.number import NONE
from pellucid.report.markup import details, escaped, heading, pairs, paragraph, split_table, user
from pellucid.report.section import Facts, Section, Sheet
from pellucid.report.sections.findings import evidence_text
from pellucid.report.words import Words, percent, plain

_FIRST, _MOST = 15, 2000
_PARTS = ("train", "validation", "test")


def data(facts: Facts, sheet: Sheet) -> Section | None:
    """Return what was understood of the data."""
    words = sheet.words
    known = facts.get("data")
    if not known:
        return None
    body = paragraph(_lead(known, words))
    body += _rows(known.get("rows") or {}, words)
    body += paragraph(words.sentence(known.get("split")))
    notes = [words.sentence(note) for note in known.get("notes") or []]
    if notes:
        items = "".join(f"<li>{escaped(note)}</li>" for note in notes[:20])
        body += f'<ul class="notes">{items}</ul>'
        if len(notes) > 20:
            others = "".join(f"<li>{escaped(note)}</li>" for note in notes[20:200])
            body += details(words("more_notes", count=len(notes) - 20), f"<ul>{others}</ul>")
    body += _columns(known, words)
    understood = known.get("understood") or {}
    if understood:
        listed = [
            (words.named("understood", key), evidence_text(value, words))
            for key, value in list(understood.items())[:30]
        ]
        body += details(words("understood"), pairs(listed))
    return Section("data", words("data"), body)


def _lead(known: Mapping[str, Any], words: Words) -> str:
    target = known.get("target")
    names = target if isinstance(target, list) else [target]
    shown = words("and").join(plain(name, 60) for name in names[:5] if name is not None)
    if len(names) > 5:
        shown += " …"
    classes = known.get("classes")
    if known.get("task") == "classification" and classes:
        labels = words("and").join(plain(label, 30) for label in classes[:8])
        more = " …" if len(classes) > 8 else ""
        lead = words("predicts_classes", target=shown, count=len(classes), labels=labels + more)
        positive = known.get("positive")
        if positive is None:
            return lead
        return f"{lead} {words('looked_for', label=plain(positive, 60))}"
    return words("predicts_several" if len(names) > 1 else "predicts_numbers", target=shown)


def _rows(rows: Mapping[str, Any], words: Words) -> str:
    """Return the rows of each part, as numbers over a bar of their shares."""
    counts = [(part, rows[part]) for part in _PARTS if rows.get(part)]
    total = sum(count for _, count in counts)
    if not total:
        return ""
    bar = "".join(
        f'<span class="{part}" style="flex-grow:{count}"></span>' for part, count in counts
    )
    items = "".join(
        f'<li><span class="swatch {part}"></span>{escaped(words.named("part", part))} '
        f"<b>{count:,}</b> <small>{percent(count / total)}</small></li>"
        for part, count in counts
    )
    label = escaped(words("rows_by_part"))
    return (
        f'<div class="parts"><div class="bar" aria-hidden="true">{bar}</div>'
        f'<ul aria-label="{label}">{items}</ul></div>'
    )


def _columns(known: Mapping[str, Any], words: Words) -> str:
    columns = known.get("columns") or []
    if not columns:
        return ""
    trained = (known.get("rows") or {}).get("train") or 0
    rows = [_column(column, trained, words) for column in columns[:_MOST]]
    heads = [words(f"column_{name}") for name in ("name", "kind", "role")]
    heads += [words("column_missing"), words("column_distinct"), words("column_summary")]
    shown = split_table(
        words("columns_table"),
        heads,
        rows,
        (3, 4),
        _FIRST,
        words("more_columns", count=len(rows) - _FIRST),
    )
    lead = paragraph(words("columns_lead", count=trained)) if trained else ""
    return heading(words("columns", count=len(columns))) + lead + shown


def _column(column: Mapping[str, Any], trained: int, words: Words) -> list[str]:
    missing, distinct = column.get("missing"), column.get("distinct")
    gaps = NONE if missing is None else f"{missing:,}"
    if missing and trained:
        gaps += f"<small>{percent(missing / trained)}</small>"
    kind = words.named("kind", str(column.get("kind")).replace(" ", "_"))
    reason = words.sentence(column.get("reason"))
    role = escaped(words.named("role", str(column.get("role")).replace(" ", "_")))
    if reason:
        role += f'<small class="reason">{escaped(reason)}</small>'
    summary = [
        f"<span>{escaped(words.named('summary', key))} <b>{evidence_text(value, words)}</b></span>"
        for key, value in list((column.get("summary") or {}).items())[:6]
    ]
    return [
        user(column.get("name"), 40),
        f'<span class="whole">{escaped(kind)}</span>',
        role,
        gaps,
        escaped(words("not_counted")) if distinct is None else f"{distinct:,}",
        f'<span class="chips">{" ".join(summary)}</span>' if summary else NONE,
    ]
