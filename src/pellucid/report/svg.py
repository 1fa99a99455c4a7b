"""A matplotlib SVG made fit to stand inside a page.

Receives the bytes of a file whose text is text; gives markup that refers to nothing outside, takes
colours from the page's variables and the page's font, and shares no id with another picture.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import Final

from pellucid import drawing

COLOURS: Final = {
    drawing.BLUE: "blue",
    drawing.SKY: "sky",
    drawing.GREEN: "green",
    drawing.ORANGE: "orange",
    drawing.VERMILLION: "vermillion",
    drawing.PURPLE: "purple",
    drawing.INK: "ink",
    drawing.SOFT_INK: "soft",
    drawing.LINE: "line",
    drawing.FAINT: "faint",
    drawing.PAPER: "paper",
    drawing.PALE_SKY: "pale-sky",
    drawing.PALE_ORANGE: "pale-orange",
    drawing.PALE_GREEN: "pale-green",
    drawing.PALE_GREY: "pale-grey",
    drawing.PALE_PURPLE: "pale-purple",
    drawing.PALE_VERMILLION: "pale-vermillion",
}
"""Each colour of `drawing` and the name of the page's variable for it."""

_VARIABLES = {colour.lower(): f"var(--{name})" for colour, name in COLOURS.items()}
_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE = re.compile(r"#([\w.-]+)")
_NUMBERS_IN = ("d", "x", "y", "transform", "points", "width", "height", "viewBox")
_LINK = "{http://www.w3.org/1999/xlink}href"


def inline(content: bytes, prefix: str, alternative: str, widest: float) -> str:
    """Return the markup of a picture inside a page.

    Args:
        content: of an SVG file that matplotlib wrote.
        prefix: of every id.
        alternative: what the picture shows, in words.
        widest: how wide it may be shown, in pixels of the page.
    """
    root = ElementTree.fromstring(content)
    _drop(root, ("metadata", "style"))
    names = {name: f"{prefix}-{place}" for place, name in enumerate(sorted(_referred(root)))}
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        attributes = dict(element.attrib)
        element.attrib.clear()
        for name, value in attributes.items():
            changed = _attribute(name, value, names)
            if changed is not None:
                element.set(*changed)
        if element.tag != "text" and not (element.text or "").strip():
            element.text = None
        element.tail = None
    _unwrap(root)
    box = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib.update(
        {
            "viewBox": box,
            "class": "picture",
            "role": "img",
            "aria-label": alternative,
            "style": f"max-width:{widest:.0f}px",
        }
    )
    return ElementTree.tostring(root, encoding="unicode")


def _drop(root: ElementTree.Element, tags: tuple[str, ...]) -> None:
    for parent in root.iter():
        for child in list(parent):
            if child.tag.rpartition("}")[2] in tags:
                parent.remove(child)


def _referred(root: ElementTree.Element) -> set[str]:
    """Return the ids that something in the picture refers to."""
    found: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == _LINK or "url(" in value:
                found.update(_REFERENCE.findall(value))
    return found


def _attribute(name: str, value: str, names: dict[str, str]) -> tuple[str, str] | None:
    """Return an attribute as it stands in the page, or None where it is not needed."""
    if name == "id":
        return (name, names[value]) if value in names else None
    if name == _LINK:
        return "href", f"#{names[value[1:]]}"
    if name == "style":
        value = _declarations(value)
        return (name, value) if value else None
    if "url(" in value:
        return name, _REFERENCE.sub(lambda found: f"#{names[found[1]]}", value)
    if name in _NUMBERS_IN:
        value = _LONG_NUMBER.sub(lambda found: f"{float(found[0]):.2f}", value)
        return name, " ".join(value.split())
    return name, value


def _declarations(value: str) -> str:
    """Return a style with the page's colours and without a font of its own."""
    kept = []
    for declaration in value.split(";"):
        name, _, setting = declaration.partition(":")
        if not setting or name.strip() == "font-family":
            continue
        setting = _HEX.sub(lambda found: _VARIABLES[found[0].lower()], setting.strip())
        kept.append(f"{name.strip()}:{setting}")
    return ";".join(kept)


def _unwrap(element: ElementTree.Element) -> None:
    """Take away groups that say nothing, and groups and definitions that hold nothing."""
    kept: list[ElementTree.Element] = []
    for child in element:
        _unwrap(child)
        if child.tag in ("g", "defs") and not len(child):
            continue
        if child.tag == "g" and not child.attrib:
            kept.extend(child)
        else:
            kept.append(child)
    element[:] = kept
