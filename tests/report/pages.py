"""Pages of example facts, each made once however many tests look at it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from pellucid.report.page import composed
from tests.report import example_facts

FIVE = ("setosa", "versicolor", "virginica", "another flower", "none of these")
FACTS: dict[str, Callable[[], example_facts.Facts]] = {
    "two": example_facts.classification,
    "five": lambda: example_facts.classification(FIVE),
    "numbers": lambda: example_facts.regression(("price", "rent")),
    "hostile": example_facts.hostile,
}


@cache
def page(name: str, language: str) -> tuple[str, tuple[str, ...]]:
    """Return a page, and the names of its pictures."""
    content, pictures = composed(FACTS[name](), language)
    return content, tuple(picture.name for picture in pictures)
