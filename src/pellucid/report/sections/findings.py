"""The diagnosis: what was seen, with its numbers, and what to try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.language.number import short
from pellucid.report.markup import details, escaped, pairs, paragraph
from pellucid.report.section import Facts, Section, Sheet
from pellucid.report.words import Words, plain


def diagnosis(facts: Facts, sheet: Sheet) -> Section | None:
    """Return the findings; that there are none is said too."""
    words = sheet.words
    findings = facts.get("diagnosis")
    if findings is None:
        return None
    if not findings:
        return Section("diagnosis", words("diagnosis"), paragraph(words("diagnosis_none"), "calm"))
    cards = "".join(_card(finding, words) for finding in findings)
    return Section("diagnosis", words("diagnosis"), f'<div class="cards">{cards}</div>')


def _card(finding: Mapping[str, Any], words: Words) -> str:
    level = "problem" if finding.get("level") == "problem" else "hint"
    name = words.named("finding", finding["name"]) if finding.get("name") else words(level)
    advice = words.sentence(finding.get("advice"))
    evidence = finding.get("evidence") or {}
    shown = f"<p><strong>{escaped(words('try'))}</strong> {escaped(advice)}</p>" if advice else ""
    if evidence:
        listed = [
            (words.named("evidence", key), evidence_text(value, words))
            for key, value in list(evidence.items())[:40]
        ]
        shown += details(words("evidence"), pairs(listed))
    return (
        f'<article class="card {level}"><h3><span class="level">{escaped(words(level))}</span> '
        f"{escaped(name)}</h3>{paragraph(words.sentence(finding.get('sentence')))}{shown}</article>"
    )


def evidence_text(value: Any, words: Words) -> str:
    """Return a number, a text or a list of them as markup.

    Example:
        >>> evidence_text([1, 2.5], Words()), evidence_text({"a": 3}, Words())
        ('1, 2.5', 'a 3')
    """
    if isinstance(value, bool):
        return escaped(words("yes" if value else "no"))
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float) or value is None:
        return escaped(short(value))
    if isinstance(value, Mapping):
        pieces = [
            f"{escaped(plain(key, 60).replace('_', ' '))} {evidence_text(inner, words)}"
            for key, inner in list(value.items())[:12]
        ]
        return ", ".join(pieces) + (" …" if len(value) > 12 else "")
    if isinstance(value, list | tuple):
        pieces = [evidence_text(inner, words) for inner in value[:12]]
        return ", ".join(pieces) + (" …" if len(value) > 12 else "")
    return escaped(plain(value, 120))
