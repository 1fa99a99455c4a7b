"""Reads a page as a browser's parser does, and finds what must not be in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "wbr", "br", "img", "link", "input"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "div", "a", "header", "nav", "main"),
    *("section", "footer", "article", "h1", "h2", "h3", "p", "ul", "li", "dl", "dt", "dd"),
    *("table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "span", "small"),
    *("b", "strong", "bdi", "wbr", "pre", "code", "details", "summary"),
    *("svg", "g", "defs", "path", "use", "text", "clippath", "rect"),
}
"""What a page is made of: neither scripts nor anything that loads."""


@dataclass
class Element:
    """An element with its attributes and all text inside it."""

    tag: str
    attributes: dict[str, str]
    parents: list[Element] = field(default_factory=list)
    text: str = ""

    def inside(self, tag: str) -> bool:
        return any(parent.tag == tag for parent in self.parents)


class Page(HTMLParser):
    """A page's elements, in their order."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(content)
        self.close()
        assert not self.open, f"{self.open[-1].tag} is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, list(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"{tag} is closed but not open"
        assert self.open[-1].tag == tag, f"{self.open[-1].tag} is closed as {tag}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def sections(self) -> dict[str, str]:
        """Return the name and the title of each section."""
        return {
            element.attributes["id"]: next(
                head.text for head in self.all("h2") if element in head.parents
            )
            for element in self.all("section")
        }


def complaints(content: str) -> list[str]:
    """Return what is wrong with a page; nothing where all is well."""
    page = Page(content)
    found: list[str] = []
    found += [f"unknown element {one.tag}" for one in page.elements if one.tag not in TAGS]
    ids = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    found += [f"id {name} stands twice" for name in sorted(set(ids)) if ids.count(name) > 1]
    for element in page.elements:
        for name, value in element.attributes.items():
            if name.startswith("on"):
                found.append(f"{element.tag} has a handler {name}")
            outward = name in ("href", "src", "xlink:href", "action", "data", "poster", "srcset")
            if outward and (not value.startswith("#") or value[1:] not in ids):
                found.append(f"{element.tag} refers to {value}")
            if "url(" in value and value.partition("url(#")[2].partition(")")[0] not in ids:
                found.append(f"{element.tag} refers to {value}")
            if name == "aria-labelledby" and value not in ids:
                found.append(f"{element.tag} is labelled by {value}, which is not there")
    found += [
        f"the page says {word}" for word in ("://", "@import", "javascript:") if word in content
    ]
    found += _headings(page)
    for picture in page.all("svg"):
        if picture.attributes.get("role") != "img" or not picture.attributes.get("aria-label"):
            found.append("a picture has no alternative")
    for table in page.all("table"):
        if not any(parent.attributes.get("aria-label") for parent in table.parents):
            found.append("a table has no label")
    return found


def _headings(page: Page) -> list[str]:
    found = []
    before = 0
    for head in page.all("h1", "h2", "h3"):
        level = int(head.tag[1])
        if level > before + 1:
            found.append(f"{head.tag} '{head.text}' follows h{before}")
        if not head.text.strip():
            found.append(f"an {head.tag} is empty")
        before = level
    if len(page.all("h1")) != 1:
        found.append("there is not one h1")
    return found
