"""Tells which whole numbers float64 would round, as it does with most beyond 2^53.

Receives whole numbers, or texts that spell them; says whether one of them would become another.
Such numbers name things more often than they count them, and two names must not become one: so a
column of whole numbers of which one would be rounded is held as words, in all its digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pellucid.data.notation import Notation

__all__ = ["LAST_EXACT", "any_rounded", "is_rounded", "rounded_words"]

LAST_EXACT = 2**53
"""Up to here float64 holds every whole number, and beyond only some."""

_WHOLE = re.compile("([+-]?[0-9]+)(?:[.]0*)?")


def is_rounded(number: int) -> bool:
    """Whether float64 holds another whole number in place of this one.

    One that is beyond the range of float64 is not rounded: it has no float64 at all.

    >>> is_rounded(2**53 + 1), is_rounded(2**60), is_rounded(10**400)
    (True, False, False)
    """
    try:
        return int(float(number)) != number
    except OverflowError:
        return False


def any_rounded(numbers: Iterable[int]) -> bool:
    """Whether one of whole numbers would be rounded."""
    return any(map(is_rounded, numbers))


def rounded_words(
    words: Sequence[str], parsed: Sequence[float | None], notation: Notation | None = None
) -> list[bool]:
    """Which words spell whole numbers that `parsed` has rounded; none unless all are spelled whole.

    Numbers are whole also in groups of digits, or with zeros behind the decimal mark; `notation` is
    how they are written, None for the plain way. With a unit they measure, and name nothing.

    >>> rounded_words(["9007199254740993", "7"], [9007199254740992.0, 7.0])
    [True, False]
    >>> rounded_words(["9007199254740993.0", "7.5"], [9007199254740992.0, 7.5])
    [False, False]
    """
    none = [False] * len(words)
    if max((abs(number) for number in parsed if number is not None), default=0.0) < LAST_EXACT:
        return none
    if notation is not None and notation.unit:
        return none
    plain = words if notation is None else map(notation.digits, words)
    whole = [match[1] for match in map(_WHOLE.fullmatch, plain) if match is not None]
    if len(whole) < len(words):
        return none
    # What is beyond the range of float64 is infinite here, and refused as such.
    sizes = [abs(number) for number in parsed if number is not None]
    if len(sizes) < len(words) or float("inf") in sizes:
        return none
    return [abs(int(each)) != size for each, size in zip(whole, sizes, strict=True)]
