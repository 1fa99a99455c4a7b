"""What a user writes of a column."""

from __future__ import annotations

import pytest

from pellucid.data.kinds import Kind, Told, parse_told
from pellucid.errors import OptionError


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.CONSTANT])
def test_every_kind_can_be_told(kind: Kind) -> None:
    assert parse_told(f" {kind.value.upper()} ") == Told(kind)


def test_levels() -> None:
    told = parse_told("ordered:small < medium<x: large")
    assert told == Told(Kind.ORDERED, ("small", "medium", "x: large"))


def test_what_is_left_out() -> None:
    assert {kind for kind in Kind if not kind.is_used} == {"identifier", "constant", "text"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "categry",
            r"taken for 'categry' \(did you mean 'category'\?\): the kinds are 'number', 'b",
        ),
        ("", "a column cannot be taken for ''"),
        ("constant", "cannot be taken for 'constant'"),
        ("category:a<b", "'category:a<b': only an ordered column has levels, as in ordered:sm"),
        ("ordered:", "at least two levels are needed, from low to high, as in ordered:small<med"),
        ("ordered:a", "'ordered:a': at least two levels"),
        ("ordered:a<", "at least two levels"),
        ("ordered:a<b<A", "the level 'a' stands there more than once"),
    ],
)
def test_what_cannot_be_told(text: str, complaint: str) -> None:
    with pytest.raises(OptionError, match=complaint):
        parse_told(text)
