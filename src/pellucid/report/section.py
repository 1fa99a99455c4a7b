"""What every section of the page gets and gives.

A section receives the facts and a `Sheet`, on which it puts its pictures; it gives its markup, or
None where the facts have nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pellucid.report.canvas import Picture, svg
from pellucid.report.markup import figure, heading
from pellucid.report.words import Words, entry, plain

Facts = Mapping[str, Any]

MOST_TARGETS = 6
"""So many targets have pictures; all have their metrics."""


class Section(NamedTuple):
    """A part of the page: its anchor, its title as plain text, its markup."""

    name: str
    title: str
    body: str


@dataclass
class Sheet:
    """Where sections leave their pictures.

    Attributes:
        words: in the page's language.
        drawn: whether pictures are drawn for the page; else they are only collected.
        pictures: those of all sections so far that have files.
        count: how many were put on it.
    """

    words: Words
    drawn: bool = True
    pictures: list[Picture] = field(default_factory=list)
    count: int = 0

    def figure(self, picture: Picture, name: str = "", again: bool = False) -> str:
        """Put a picture on the sheet and return its markup.

        Args:
            picture: to be drawn.
            name: what the style sheet calls it.
            again: it shows what another does, and needs no file of its own.
        """
        self.count += 1
        if not again:
            self.pictures.append(picture)
        if not self.drawn:
            return ""
        image = svg(picture, f"p{self.count}")
        return figure(image, picture.title, picture.keys, picture.note, name)

    def figures(self, pictures: list[Picture]) -> str:
        """Put pictures on the sheet, side by side where there is room."""
        if not pictures:
            return ""
        inner = "".join(self.figure(picture) for picture in pictures)
        return f'<div class="grid">{inner}</div>'


Writer = Callable[[Facts, Sheet], Section | None]


def targets(facts: Facts) -> list[str]:
    """Return the names of the targets, in their order."""
    verdict = facts.get("verdict")
    if isinstance(verdict, Mapping) and verdict:
        return [str(name) for name in verdict]
    target = entry(facts, "data", "target")
    if isinstance(target, list):
        return [str(name) for name in target]
    return [] if target is None else [str(target)]


def by_target(facts: Facts, value: Any, marker: str | None) -> list[tuple[str, Any]]:
    """Return what is known of each target.

    Args:
        facts: all of them.
        value: what is known of the only target, or for each target by its name.
        marker: an entry whose value is a list where this is about one target; None where the whole
            is a list then.

    Returns:
        targets that something is known of; the name is empty where there is only one.
    """
    if not value:
        return []
    single = isinstance(value, list) if marker is None else isinstance(entry(value, marker), list)
    if single:
        return [("", value)]
    if not isinstance(value, Mapping):
        return []
    named = [(str(name), of_target) for name, of_target in value.items() if of_target]
    if len(named) == 1:
        return [("", named[0][1])]
    return named[:MOST_TARGETS]


def each(known: list[tuple[str, Any]], write: Callable[[Any, str, str], str], words: Words) -> str:
    """Return the markup for each target, under its name where there are several.

    Args:
        known: as `by_target` returns.
        write: gets what is known, what is added to the names of pictures, and what to their titles.
        words: of the page.
    """
    parts = []
    for place, (name, value) in enumerate(known):
        suffix = f"-{place + 1}" if place else ""
        title = f" · {plain(name, 40)}" if name else ""
        body = write(value, suffix, title)
        if body and name:
            body = heading(words("target_named", name=plain(name, 80))) + body
        parts.append(body)
    return "".join(parts)
