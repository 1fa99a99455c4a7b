"""What a column holds: its kind, and how text from a file becomes values of that kind.

Receives the fields of one column as text; gives the kind and an array of clean values. The
spelling of missing values and of numbers is decided here, once, for every source of tables.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "MISSING",
    "Kind",
    "Label",
    "Values",
    "clean_texts",
    "first_code",
    "label_text",
    "number_label",
    "number_labels",
    "parse_numbers",
    "parse_texts",
    "stray_text",
]

Values: TypeAlias = npt.NDArray[Any]

Label: TypeAlias = str | bool | int | float
"""What the user calls a class or a category."""

MISSING = frozenset({"", "NA", "NaN", "nan", "null", "?"})
"""Texts that mean "no value", after blanks around them are stripped."""

# With these characters only, Python's float accepts plain decimals and infinities and nothing
# exotic: no '1_000', no digits of other scripts, no hexadecimal.
_NUMBER_CHARACTERS = frozenset("0123456789+-.eEinfINFtyTY")

# A whole number with a zero that no quantity needs: '007', '-012', '00', but not '0' or '00.5'.
_CODE = re.compile("[+-]?0[0-9]+")

_MOST_LABELS = 1000
"""A column that spells more numbers than this holds no classes whose spelling is worth keeping."""


class Kind(StrEnum):
    """The kind of a column; more kinds (dates, ordered categories) can join.

    >>> Kind("number") is Kind.NUMBER
    True
    """

    NUMBER = "number"
    """float64 values, nan where missing."""

    TEXT = "text"
    """`str` values in an object array, None where missing."""


def clean_texts(texts: Sequence[str | None], missing: Collection[str] = MISSING) -> Values:
    """Texts with the blanks around them stripped and None where they mean "no value".

    >>> clean_texts([" Private", "?", "", None]).tolist()
    ['Private', None, None, None]
    """
    cleaned: dict[str | None, str | None] = {None: None}
    for text in set(texts):
        if text is not None:
            stripped = text.strip()
            cleaned[text] = None if stripped in missing else stripped
    result = np.empty(len(texts), dtype=object)
    result[:] = [cleaned[text] for text in texts]
    return result


def parse_numbers(cleaned: Values) -> npt.NDArray[np.float64] | None:
    """The numbers that clean texts spell, nan where missing; None if one of them is no number.

    Numbers are plain decimals with a point ('-12', '1.5', '2e-3') and infinities ('inf');
    '1,5', '1_000' and '0x1F' are text.

    >>> parse_numbers(clean_texts(["1", "2.5", "?"])).tolist()
    [1.0, 2.5, nan]
    >>> parse_numbers(clean_texts(["1", "1_000"])) is None
    True
    """
    numbers: dict[str | None, float] = {None: np.nan}
    for text in set(cleaned.tolist()):
        if text is not None:
            number = _number(text)
            if number is None:
                return None
            numbers[text] = number
    return np.array([numbers[text] for text in cleaned.tolist()], dtype=np.float64)


def parse_texts(
    texts: Sequence[str | None],
    kind: Kind | None = None,
    missing: Collection[str] = MISSING,
) -> tuple[Kind, Values]:
    """The kind of a column of a text file, and its values.

    A column is NUMBER when all its values that are there are numbers (so a column without any
    value is NUMBER), TEXT otherwise. Numbers of which one is a code, such as '007', are TEXT.
    With `kind` TEXT digits stay text; with `kind` NUMBER codes are numbers, but a column that
    holds other text is still TEXT, for the caller to complain about.

    >>> parse_texts(["1", " 2 ", ""])
    (<Kind.NUMBER: 'number'>, array([ 1.,  2., nan]))
    >>> parse_texts(["007", "100"])
    (<Kind.TEXT: 'text'>, array(['007', '100'], dtype=object))
    """
    cleaned = clean_texts(texts, missing)
    if kind is not Kind.TEXT:
        numbers = parse_numbers(cleaned)
        if numbers is not None and (kind is Kind.NUMBER or first_code(cleaned) is None):
            return Kind.NUMBER, numbers
    return Kind.TEXT, cleaned


def first_code(cleaned: Values) -> int | None:
    """Where the first code stands: a whole number written with a superfluous leading zero.

    >>> first_code(clean_texts(["100", "0", "00.5", "-012"]))
    3
    """
    values = cleaned.tolist()
    codes = {text for text in set(values) if text is not None and _CODE.fullmatch(text)}
    return next(index for index, text in enumerate(values) if text in codes) if codes else None


def number_labels(texts: Sequence[str | None]) -> dict[float, str]:
    """How a file spells the numbers that Python would spell otherwise, such as '+1' or '2.0'.

    Left out are numbers that the file spells in several ways, and everything in a column of
    more than 1000 spellings.

    >>> number_labels(["2.0", " +1", "+1", "3", "4.0", "4"])
    {2.0: '2.0', 1.0: '+1'}
    """
    spelled: dict[float, set[str]] = {}
    distinct = dict.fromkeys(texts)
    if len(distinct) > _MOST_LABELS:
        return {}
    for text in distinct:
        number = None if text is None else _number(text.strip())
        if text is not None and number is not None:
            spelled.setdefault(number, set()).add(text.strip())
    labels = {number: next(iter(ways)) for number, ways in spelled.items() if len(ways) == 1}
    return {
        number: label
        for number, label in labels.items()
        if np.isfinite(number) and label != str(number_label(number))
    }


def stray_text(cleaned: Values) -> int | None:
    """Where the first text stands in a column that but for few texts would be numbers.

    None unless at least nine in ten of the values are numbers.

    >>> stray_text(clean_texts(["1", "2", "?", "3", "4", "5", "6", "7", "8", "x", "9"]))
    9
    """
    values = cleaned.tolist()
    texts = {text for text in set(values) if text is not None and _number(text) is None}
    strays = [index for index, text in enumerate(values) if text in texts]
    present = len(values) - values.count(None)
    return strays[0] if strays and len(strays) * 10 <= present else None


def _number(text: str) -> float | None:
    if not _NUMBER_CHARACTERS.issuperset(text):
        return None
    try:
        return float(text)
    except ValueError:
        return None


def number_label(number: float) -> int | float:
    """A number as a person writes it on a label: 3.0 is 3, 2.5 stays.

    >>> number_label(3.0), number_label(2.5)
    (3, 2.5)
    """
    return int(number) if float(number).is_integer() else float(number)


def label_text(label: Label) -> str:
    """The word that a TEXT column holds for a label.

    >>> label_text(True), label_text(3), label_text(3.0), label_text("x")
    ('True', '3', '3', 'x')
    """
    return str(label) if isinstance(label, str | bool) else str(number_label(float(label)))
