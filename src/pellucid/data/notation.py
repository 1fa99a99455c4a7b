"""How people write numbers: in groups of three digits, with a decimal comma, a currency or a unit.

Receives the distinct texts of a column; gives the `Notation` in which they are written, which is
plain JSON in the model file, so that a later file is read in the same way. A minus may be a dash,
stand behind the number, or be a pair of brackets, as accountants write it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any

from pellucid.errors import OptionError

__all__ = ["SECONDS", "Notation", "likely_notation"]

_BLANKS = " \u00a0\u2007\u2009\u202f"
_BLANK = f"[{_BLANKS}]"
_MINUS = "[-\u2212\u2013\ufe63\uff0d]"
_SIGN = f"(?:[+\uff0b]|{_MINUS}){_BLANK}?"
_SYMBOL = (
    "[$\u00a2-\u00a5\u060b\u09f2\u09f3\u0e3f\u17db\u20a0-\u20cf\ufdfc\uff04\uffe0\uffe1\uffe5]"
)
_CODES = (
    "USD|EUR|GBP|JPY|CNY|RMB|CHF|CAD|AUD|NZD|HKD|SGD|TWD|INR|BRL|MXN|ZAR|KRW|TRY|RUB|PLN|CZK|HUF|"
    "SEK|NOK|DKK|ILS|THB|Rs|kr|Fr"
)
# A currency may stand before the number, any unit behind it: one word, such as '%', 'km/h' or 'm2'.
_CURRENCY = f"(?:[A-Z]{{0,3}}{_SYMBOL}|(?:{_CODES})[.]?)"
_UNIT = (
    f"(?:%|\u2030|\u00b0[A-Z]?|{_CURRENCY}(?:/\\w{{1,8}})?|"
    "[^\\W\\d_][\\w/\u00b0\u00b7]{0,14}[.]?)"
)
_APART = re.compile(
    f"[(]?(?:{_SIGN})?(?P<before>{_CURRENCY})?{_BLANK}?[(]?(?:{_SIGN})?"
    f"[0-9.,](?:[0-9.,'\u2019]|{_BLANK}(?=[0-9]))*{_MINUS}?[)]?"
    f"(?P<blank>{_BLANK}?)(?P<after>{_UNIT})?{_MINUS}?[)]?"
)
_GROUPS: Mapping[str, str] = {"": "", ",": ",", ".": ".", " ": _BLANKS, "'": "'\u2019"}
"""What may stand between groups of three digits, and the characters that are taken for it."""

_MOST_WORDS = 1000
_GLANCE = 100


@dataclass(frozen=True)
class Notation:
    """One way to write numbers.

    Attributes:
        decimal: the decimal mark, "." or ",".
        group: what stands between groups of three digits: a comma, a point, a blank of any width,
            an apostrophe, or nothing.
        unit: what stands before or behind each number, or nothing.

    >>> Notation(group=",", unit="$").read("-$1,257.50"), Notation(unit="%").read("(7.1 %)")
    (-1257.5, -7.1)
    """

    decimal: str = "."
    group: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        """OptionError unless it is a way to write numbers."""
        marks = self.decimal in (".", ",") and self.group in _GROUPS
        if not marks or self.group == self.decimal:
            raise OptionError(f"numbers cannot be written as {asdict(self)!r} says")

    def read(self, text: str) -> float | None:
        """The number that a text spells in this notation, or None.

        >>> Notation(group=",").read("1257"), Notation(group=",").read("1,25")
        (None, None)
        """
        return self._number(text) if self._strict.fullmatch(text) else None

    def read_loosely(self, text: str) -> float | None:
        """The same, but groups and the unit may be missing, or groups be there for the first time.

        >>> Notation(group=",", unit="$").read_loosely("1257")
        1257.0
        """
        return self._number(text) if self._loose.fullmatch(text) else None

    def digits(self, text: str) -> str:
        """The digits of a number in this notation, with a point and without a sign.

        >>> Notation(",", ".").digits("-1.257,50")
        '1257.50'
        """
        bare = text.replace(self.unit, "") if self.unit else text
        digits = "".join(letter for letter in bare if letter in "0123456789" + self.decimal)
        return digits.replace(",", ".")

    def count(self, texts: Iterable[str]) -> int:
        """How many of the texts are numbers in this notation."""
        return sum(self._strict.fullmatch(text) is not None for text in texts)

    def pattern(self, *, loose: bool = False) -> str:
        """A regular expression for numbers in this notation, of the kind that every engine knows.

        >>> bool(re.fullmatch(Notation(group=" ").pattern(), "1 257"))
        True
        """
        if not loose:
            return "|".join(_forms(self._body(self.group), re.escape(self.unit)))
        group = self.group or ("." if self.decimal == "," else ",")
        bodies = f"(?:{self._body(group)}|{self._body('')})"
        return "|".join([*_forms(bodies, ""), *(_forms(bodies, re.escape(self.unit)))])

    @property
    def negative(self) -> str:
        """A regular expression that is found in the numbers below 0 of this notation."""
        return f"{_MINUS}|[(]"

    def _body(self, group: str) -> str:
        groups = f"[1-9][0-9]{{0,2}}(?:[{_GROUPS[group]}][0-9]{{3}})*"
        integer = groups if group else "[1-9][0-9]*"
        decimal = "[.]" if self.decimal == "." else ","
        return f"(?:(?:0|{integer})(?:{decimal}[0-9]*)?|{decimal}[0-9]+)"

    @cached_property
    def _strict(self) -> re.Pattern[str]:
        return re.compile(self.pattern())

    @cached_property
    def _loose(self) -> re.Pattern[str]:
        return re.compile(self.pattern(loose=True))

    def _number(self, text: str) -> float:
        number = float(self.digits(text))
        return -number if re.search(self.negative, text) else number

    def description(self) -> dict[str, str]:
        """This notation as plain JSON."""
        return asdict(self)

    @classmethod
    def from_description(cls, description: Any) -> Notation:
        """The notation that `description` described.

        Raises:
            OptionError: it describes none.

        >>> Notation.from_description({"decimal": ",", "group": ".", "unit": ""}).read("1.257,5")
        1257.5
        """
        names = {each.name for each in fields(cls)}
        if not isinstance(description, Mapping) or set(description) != names:
            raise OptionError(f"no notation of numbers is described by {description!r}")
        if not all(isinstance(value, str) for value in description.values()):
            raise OptionError(f"no notation of numbers is described by {description!r}")
        return cls(**description)


SECONDS = Notation(unit="s")
"""What durations and times of day become, where a source has a type for them."""


def _forms(body: str, unit: str) -> list[str]:
    """The ways to put a sign and a unit around digits."""
    blank = f"{_BLANK}?"
    if not unit:
        return [f"(?:{_SIGN})?{body}", f"{body}{_MINUS}", f"[(]{body}[)]"]
    return [
        f"(?:{_SIGN})?{unit}{blank}{body}",
        f"{unit}{blank}{_SIGN}{body}",
        f"{unit}{blank}{body}{_MINUS}",
        f"{unit}{blank}[(]{body}[)]",
        f"[(]{unit}{blank}{body}[)]",
        f"(?:{_SIGN})?{body}{blank}{unit}",
        f"{body}{_MINUS}{blank}{unit}",
        f"{body}{blank}{unit}{_MINUS}",
        f"[(]{body}[)]{blank}{unit}",
        f"[(]{body}{blank}{unit}[)]",
    ]


def likely_notation(
    texts: Sequence[str], decimals: Sequence[str] = (".", ","), *, told: bool = False
) -> Notation | None:
    """The notation in which most of the texts are written, more than half of them; or None.

    The first of the `decimals` is what the table has elsewhere. Another is thought of only if
    the texts show it: by groups, a unit, or hundredths. `told` says that they are numbers.

    >>> likely_notation(["$1,257", "$3.5"])
    Notation(decimal='.', group=',', unit='$')
    >>> likely_notation(["1,257", "3,400"]), likely_notation(["1,257", "3,400"], (",", "."))
    (Notation(decimal='.', group=',', unit=''), Notation(decimal=',', group='', unit=''))
    >>> likely_notation(["1,2", "1", "2,3"]), likely_notation(["5 kg", "7 lb"])
    (None, None)
    """
    if _most_common_unit(_spread(texts, _GLANCE)) is None:
        return None
    sample = _spread(texts, _MOST_WORDS)
    unit = _most_common_unit(sample)
    if unit is None:
        return None
    letters = set("".join(texts))
    groups = [group for group, marks in _GROUPS.items() if not group or letters & set(marks)]
    candidates = [
        Notation(decimal, group, unit)
        for decimal in decimals
        for group in groups
        if group != decimal
    ]
    best, count = _best(candidates, sample)
    if len(texts) > len(sample):
        # Groups may be so rare that the sample has none.
        count = best.count(texts)
        if count < len(texts):
            best, count = _best(candidates, texts)
    if 2 * count <= len(texts):
        return None
    return best if told or _is_shown(best, decimals[0], texts) else None


def _spread(texts: Sequence[str], most: int) -> Sequence[str]:
    """About so many texts, from the first to the last."""
    return texts[:: -(-len(texts) // most)] if texts else texts


def _most_common_unit(texts: Sequence[str]) -> str | None:
    """What most of the texts have around a number, '' for nothing; None if most are no numbers."""
    units = Counter(map(_unit, texts))
    most = units.most_common(1)
    return most[0][0] if most and 2 * most[0][1] > len(texts) else None


def _unit(text: str) -> str | None:
    """The unit of a number, '' if it has none; None if it is no number of any notation."""
    match = _APART.fullmatch(text)
    if match is None or (match["before"] and match["after"]):
        return None
    after = match["after"] or ""
    # A letter right behind the number may be a part of a code, or of a number such as 1e5.
    if len(after) == 1 and after.isascii() and after.isalpha() and not match["blank"]:
        return None
    return match["before"] or after


def _best(candidates: Sequence[Notation], texts: Sequence[str]) -> tuple[Notation, int]:
    """The candidate in which most of the texts are written, the first of equals, and how many."""
    counts = [candidate.count(texts) for candidate in candidates]
    place = counts.index(max(counts))
    return candidates[place], counts[place]


def _is_shown(notation: Notation, decimal: str, texts: Sequence[str]) -> bool:
    """Whether the texts themselves show that they are numbers in this notation."""
    if all(text.startswith("(") for text in texts):
        return False
    if notation.decimal == decimal or notation.group or notation.unit:
        return True
    return any(
        len(text.rpartition(notation.decimal)[2]) == 2 for text in texts if notation.decimal in text
    )
