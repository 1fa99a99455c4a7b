"""Pieces of HTML: escaped text, tables that scroll inside, pictures with their keys.

Receives plain text, numbers as text, and finished markup; gives markup. A person's own text gets
into the page through `escaped` or `user` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from pellucid.language.number import NONE
from pellucid.report.canvas import Key
from pellucid.report.svg import COLOURS
from pellucid.report.words import cut, plain

_PERCENT = re.compile("([0-9]) %")
_UNBROKEN = 18
"""A word of more letters may be broken, so that no column becomes too wide."""


def escaped(text: object) -> str:
    """Return a text as markup.

    Example:
        >>> escaped("<b>&")
        '&lt;b&gt;&amp;'
    """
    return _together(escape(plain(text, 2000)))


def _together(text: str) -> str:
    """Return a text in which a number and its percent sign stay on one line."""
    return _PERCENT.sub("\\1\N{NO-BREAK SPACE}%", text)


def user(text: object, longest: int = 60, empty: str = NONE) -> str:
    """Return a person's own text, cut, its writing direction kept to itself.

    Example:
        >>> user("age"), user("<i>")
        ('<bdi>age</bdi>', '<bdi>&lt;i&gt;</bdi>')
    """
    uncut = plain(text, 300)
    shown = cut(uncut, longest)
    hint = f' title="{escape(uncut)}"' if shown != uncut else ""
    return f"<bdi{hint}>{_broken(shown) or empty}</bdi>"


def _broken(text: str, longest: int = 300) -> str:
    """Return a text as markup whose long words may be broken."""
    words = []
    for word in cut(plain(text, 300), longest).split(" "):
        starts = range(0, len(word), _UNBROKEN)
        words.append("<wbr>".join(escape(word[start : start + _UNBROKEN]) for start in starts))
    return " ".join(words)


def paragraph(text: str, name: str = "") -> str:
    """Return a paragraph of plain text; nothing for no text."""
    marked = f' class="{name}"' if name else ""
    return f"<p{marked}>{_together(escape(text))}</p>" if text else ""


def heading(text: str, level: int = 3) -> str:
    """Return a heading of plain text."""
    return f"<h{level}>{escape(text)}</h{level}>"


def table(
    label: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    numeric: Iterable[int] = (),
) -> str:
    """Return a table that scrolls inside where it is too wide.

    Args:
        label: what it is, for those who cannot see it.
        heads: of the columns, plain text.
        rows: markup of each cell; the first cell names its row.
        numeric: which columns hold numbers.
    """
    right = set(numeric)
    marks = ["" if place not in right else ' class="n"' for place in range(len(heads))]
    head = "".join(
        f'<th scope="col"{mark}>{escape(text)}</th>'
        for text, mark in zip(heads, marks, strict=True)
    )
    body = []
    for row in rows:
        first, *others = row
        cells = "".join(
            f"<td{mark}>{cell}</td>" for cell, mark in zip(others, marks[1:], strict=True)
        )
        body.append(f'<tr><th scope="row"{marks[0]}>{first}</th>{cells}</tr>')
    slim = ' class="slim"' if len(heads) <= 4 else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(label)}">'
        f"<table{slim}><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def split_table(
    label: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    numeric: Iterable[int],
    first: int,
    more: str,
) -> str:
    """Return a table of the first rows; the others stand folded below it."""
    numeric = list(numeric)
    shown = table(label, heads, rows[:first], numeric)
    if len(rows) <= first:
        return shown
    return shown + details(more, table(f"{label} (2)", heads, rows[first:], numeric))


def details(summary: str, content: str, name: str = "") -> str:
    """Return what is folded until it is asked for."""
    marked = f' class="{name}"' if name else ""
    return f"<details{marked}><summary>{escape(summary)}</summary>{content}</details>"


def pairs(items: Iterable[tuple[str, str]], name: str = "facts") -> str:
    """Return names with their values: (plain text, markup) each."""
    listed = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{value}</dd></div>" for label, value in items
    )
    return f'<dl class="{name}">{listed}</dl>' if listed else ""


def figure(svg: str, title: str, keys: Sequence[Key], note: str, name: str = "") -> str:
    """Return a picture with its title, the key of its colours and a note."""
    shown = "".join(
        f'<li><span class="key {key.form}" style="--c:var(--{COLOURS[key.colour]})"></span>'
        f'<bdi dir="ltr">{_broken(key.label, 80)}</bdi></li>'
        for key in keys
    )
    listed = f'<ul class="keys">{shown}</ul>' if shown else ""
    below = f'<p class="note">{escape(note)}</p>' if note else ""
    marked = f' class="{name}"' if name else ""
    return (
        f'<figure{marked}><figcaption><span class="title">{escape(title)}</span>{listed}'
        f"</figcaption>{svg}{below}</figure>"
    )
