"""How the values of a column are held, and how texts become numbers and times.

Three ways: numbers (float64, nan where missing), times (float64 seconds since 1970-01-01 UTC, nan
where missing), and words (int32 codes into a sorted tuple of the distinct texts, -1 where missing).
The spelling of missing values and of numbers is decided here, once, for every source of tables.
What a column is taken for, a quantity, a category or an identifier, is another matter: its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "MARK_LENGTHS",
    "MISSING",
    "Label",
    "Storage",
    "Values",
    "as_written",
    "clean_words",
    "encode_words",
    "is_code",
    "is_mark",
    "label_text",
    "number_label",
    "parse_number",
]

Values: TypeAlias = npt.NDArray[Any]

Label: TypeAlias = str | bool | int | float
"""What the user calls a class or a category."""

MISSING = frozenset({"", "NA", "NaN", "nan", "null", "?"})
"""Texts that mean "no value", after blanks around them are stripped."""

_MARKS = frozenset(
    {"na", "n/a", "n.a.", "#n/a", "#n/a n/a", "#na", "<na>", "nan", "-nan", "null", "(null)"}
    | {"\\n", "none", "nil", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!"}
    | {"1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "-", "--", "---", "\u2013", "\u2014", "\u2212"}
    | {".", "..", "...", "\u2026", "0000-00-00", "0000-00-00 00:00:00"}
)
MARK_LENGTHS = frozenset(map(len, _MARKS))
"""The numbers of characters that marks for "no value" among numbers have."""

# With these characters only, Python's float accepts plain decimals and infinities and nothing
# exotic: no '1_000', no digits of other scripts, no hexadecimal.
_NUMBER_CHARACTERS = frozenset("0123456789+-.eEinfINFtyTY")

# A whole number with a zero that no quantity needs: '007', '-012', '00', but not '0' or '00.5'.
_CODE = re.compile("[+-]?0[0-9]+")


class Storage(StrEnum):
    """How the values of a column are held.

    >>> Storage("number") is Storage.NUMBER
    True
    """

    NUMBER = "number"
    """float64, nan where missing."""

    TIME = "time"
    """float64 seconds since 1970-01-01 UTC, nan where missing."""

    WORDS = "words"
    """int32 codes into the column's sorted words, -1 where missing."""


def encode_words(texts: Iterable[str | None]) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Codes of texts, int32 with -1 for None, and the sorted distinct texts that they stand for.

    >>> codes, words = encode_words(["b", "a", None, "b"])
    >>> codes.tolist(), words
    ([1, 0, -1, 1], ('a', 'b'))
    """
    listed = list(texts)
    words = tuple(sorted({text for text in listed if text is not None}))
    code: dict[str | None, int] = {None: -1}
    code.update(zip(words, range(len(words)), strict=True))
    return np.fromiter(map(code.__getitem__, listed), np.int32, len(listed)), words


def clean_words(
    codes: npt.NDArray[np.int32], words: Sequence[str], missing: Iterable[str] = MISSING
) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Words with the blanks around them stripped, and -1 for those that mean "no value".

    >>> codes, words = encode_words([" Private", "?", "Private", ""])
    >>> clean_words(codes, words)
    (array([ 0, -1,  0, -1], dtype=int32), ('Private',))
    """
    absent = frozenset(missing)
    stripped = [word.strip() for word in words]
    mapped, kept = encode_words(None if word in absent else word for word in stripped)
    # The code -1 of what is missing already picks the last entry.
    return np.append(mapped, np.int32(-1))[codes], kept


def is_mark(text: str) -> bool:
    """Whether a text means "no value" if all others of its column are numbers, dates or truths.

    In a column of words it may well be a word like any other.

    >>> is_mark("N/A"), is_mark("#DIV/0!"), is_mark("nothing")
    (True, True, False)
    """
    return text.casefold() in _MARKS


def parse_number(text: str, decimal: str = ".") -> float | None:
    """The number that a text spells, or None.

    Numbers are plain decimals ('-12', '1.5', '2e-3', blanks around them) and infinities ('inf');
    '1_000' and '0x1F' are no numbers. With `decimal` ',' the comma stands for the point.

    >>> parse_number(" 2.5"), parse_number("2,5", ","), parse_number("1_000")
    (2.5, 2.5, None)
    """
    plain = text.strip()
    if decimal != ".":
        if "." in plain:
            return None
        plain = plain.replace(decimal, ".")
    if not _NUMBER_CHARACTERS.issuperset(plain):
        return None
    try:
        return float(plain)
    except ValueError:
        return None


def is_code(text: str) -> bool:
    """Whether a text is a whole number with a superfluous leading zero, as codes have.

    >>> is_code("007"), is_code("0"), is_code("00.5")
    (True, False, False)
    """
    return _CODE.fullmatch(text) is not None


def number_label(number: float) -> int | float:
    """A number as a person writes it on a label: 3.0 is 3, 2.5 stays.

    >>> number_label(3.0), number_label(2.5)
    (3, 2.5)
    """
    return int(number) if float(number).is_integer() else float(number)


def as_written(values: npt.NDArray[np.float64], narrow: type[np.floating[Any]]) -> Values:
    """Numbers of a narrower type as the decimals that are written for them, float64.

    >>> as_written(np.array([np.float32(0.1), 3.0, np.nan], np.float64), np.float32).tolist()
    [0.1, 3.0, nan]
    """
    distinct, places = np.unique(values, return_inverse=True)
    written = [n if n.is_integer() else float(str(narrow(n))) for n in distinct.tolist()]
    return np.array(written, dtype=np.float64)[places.reshape(-1)]


def label_text(label: Label) -> str:
    """The word that a column of words holds for a label; OverflowError beyond float64's range.

    >>> label_text(True), label_text(3), label_text(3.0), label_text("x")
    ('True', '3', '3', 'x')
    """
    if isinstance(label, str | bool):
        return str(label)
    # What is beyond the range of float64 overflows; whole numbers within it keep all their digits.
    number = float(label)
    return str(label if isinstance(label, int) else number_label(number))
