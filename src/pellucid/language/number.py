"""How a number is written for a person: the same in sentences, on the page and on the terminal."""

from __future__ import annotations

import math
import re

NONE = "\N{EN DASH}"
"""Stands where there is no number."""

_MINUS = "\N{MINUS SIGN}"
_DIGITS = re.compile(r"\.(\d+)g")


def short(number: float | None, digits: int = 3, grouped: float = 10_000) -> str:
    """Return a number with few digits, or a dash where there is none.

    Args:
        number: any.
        digits: how many, at least.
        grouped: the least number whose thousands are set off; four digits are not, as in years.

    Example:
        >>> [short(x) for x in (0.123456, 1234567, 3.0, 4.2e-9, 2010, 20100)]
        ['0.123', '1.23e6', '3', '4.2e-9', '2010', '20,100']
    """
    if number is None or not math.isfinite(number):
        return NONE
    size = abs(number)
    if 1000 <= size < 1e6:
        text = f"{number:,.{max(0, digits - len(f'{size:.0f}'))}f}"
        text = text if size >= grouped else text.replace(",", "")
    elif size and (size >= 1e6 or size < 1e-4):
        digit, _, power = f"{number:.{digits - 1}e}".partition("e")
        if "." in digit:
            digit = digit.rstrip("0").rstrip(".")
        text = f"{digit}e{int(power)}"
    else:
        text = f"{number:.{digits}g}"
    return _MINUS + text[1:] if text.startswith("-") else text


class Counted(int):
    """A whole number in a sentence, whose texts have a word for one and one for more.

    Example:
        >>> f"{Counted(1):,} {Counted(1):row|rows}, {Counted(2000):,} {Counted(2000):row|rows}"
        '1 row, 2,000 rows'
    """

    def __format__(self, form: str) -> str:
        """Return the word that suits it where there are two, or the number as usual."""
        one, bar, more = form.partition("|")
        if not bar:
            return super().__format__(form)
        return one if self == 1 else more


class Told(float):
    """A number in a sentence, whose texts ask for so many digits: "{error:.3g}".

    Example:
        >>> f"{Told(1612.3):.3g} {Told(0.5):.3g} {Told(0.25):.0%} {Told(1234567.0):.2g}"
        '1,612 0.5 25% 1.2e6'
    """

    def __format__(self, form: str) -> str:
        """Return it as `short` writes it where digits are asked for, as usual otherwise."""
        digits = _DIGITS.fullmatch(form)
        if digits is None:
            return super().__format__(form)
        return short(float(self), int(digits[1]), grouped=1000)
