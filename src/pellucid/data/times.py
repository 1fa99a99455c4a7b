"""Recognises dates and times that are written as text.

Receives the distinct texts of a column; gives the one form in which all of them are written, and
their seconds since 1970-01-01 UTC (a time without a zone is taken for UTC). Whether 03/04/2020 is
in March or in April is decided by the other values, or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

__all__ = ["TIME_FORMS", "TimeForm", "Times", "find_times", "likely_form"]

_CLOCK = (
    r"(?:(?:[ ]+|[T])(?P<hour>\d{1,2}):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?:[ ]?(?P<half>[AaPp]\.?[Mm]\.?))?(?:[ ]?(?P<zone>Z|UTC|[+-]\d\d(?::?\d\d)?))?)?"
)
_YEAR, _MONTH, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_NAME = r"(?P<name>[A-Za-z]{3,9})\.?"
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY_SECONDS = 86400
# A year less than Python's calendar has at either end, so that a zone cannot lead out of it.
_FIRST_YEAR, _LAST_YEAR = 2, 9998
_EPOCH = date(1970, 1, 1).toordinal()
_GLANCE, _MOST_JUDGED = 50, 1000


@dataclass(frozen=True)
class TimeForm:
    """One way to write a date, perhaps followed by a time of day.

    `plain` forms look like numbers too, and are thought of only when the user says so. Some of them
    count `ticks` since 1970, so many in a second.

    >>> TIME_FORMS[0].seconds("1970-01-02 00:01")
    86460.0
    """

    name: str
    pattern: re.Pattern[str]
    plain: bool = False
    ticks: float | None = None

    def seconds(self, text: str) -> float | None:
        """The seconds since 1970-01-01 UTC that a text means in this form, or None."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        if self.ticks is not None:
            return float(text) / self.ticks
        part = match.groupdict()
        month = _month(part["name"]) if part.get("name") else int(part.get("month") or 1)
        year = int(part["year"])
        if len(part["year"]) == 2:
            # The POSIX rule for two digits: 69 to 99 are of the last century.
            year += 1900 if year >= 69 else 2000
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            return None
        try:
            days = date(year, month, int(part.get("day") or 1)).toordinal() - _EPOCH
        except ValueError:
            return None
        if part.get("hour") is None:
            return float(days * _DAY_SECONDS)
        clock = _clock_seconds(part)
        return None if clock is None else days * _DAY_SECONDS + clock


def _month(name: str) -> int:
    lower = name.lower()
    for number, month in enumerate(_MONTHS, start=1):
        if lower in (month, month[:3]) or (lower == "sept" and number == 9):
            return number
    return 0


def _clock_seconds(part: dict[str, str | None]) -> float | None:
    hour, minute, second = (int(part[unit] or 0) for unit in ("hour", "minute", "second"))
    half = part["half"]
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    fraction = float(f"0.{part['fraction']}") if part["fraction"] else 0.0
    offset = 0
    zone = part["zone"]
    if zone is not None and zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        offset = int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60
        offset = -offset if zone[0] == "-" else offset
    return hour * 3600 + minute * 60 + second - offset + fraction


def _form(name: str, pattern: str, *, plain: bool = False) -> TimeForm:
    return TimeForm(name, re.compile(pattern if plain else pattern + _CLOCK, re.ASCII), plain)


_TWO, _TWO_MONTH, _TWO_DAY = r"(?P<year>\d\d)", r"(?P<month>\d\d)", r"(?P<day>\d\d)"

TIME_FORMS = (
    _form("YYYY-MM-DD", f"{_YEAR}-{_MONTH}-{_DAY}"),
    _form("YYYY/MM/DD", f"{_YEAR}/{_MONTH}/{_DAY}"),
    _form("YYYY.MM.DD", f"{_YEAR}\\.{_MONTH}\\.{_DAY}"),
    _form("DD/MM/YYYY", f"{_DAY}/{_MONTH}/{_YEAR}"),
    _form("MM/DD/YYYY", f"{_MONTH}/{_DAY}/{_YEAR}"),
    _form("DD-MM-YYYY", f"{_DAY}-{_MONTH}-{_YEAR}"),
    _form("MM-DD-YYYY", f"{_MONTH}-{_DAY}-{_YEAR}"),
    _form("DD.MM.YYYY", f"{_DAY}\\.{_MONTH}\\.{_YEAR}"),
    _form("DD/MM/YY", f"{_DAY}/{_MONTH}/{_TWO}"),
    _form("MM/DD/YY", f"{_MONTH}/{_DAY}/{_TWO}"),
    _form("DD.MM.YY", f"{_TWO_DAY}\\.{_TWO_MONTH}\\.{_TWO}"),
    _form("DD Month YYYY", f"{_DAY}[ -]{_NAME}[ -]{_YEAR}"),
    _form("Month DD, YYYY", f"{_NAME} {_DAY},? {_YEAR}"),
    _form("YYYY年MM月DD日", f"{_YEAR}年{_MONTH}月{_DAY}日"),
    TimeForm("YYYY-MM", re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)", re.ASCII)),
    _form("YYYYMMDD", f"{_YEAR}{_TWO_MONTH}{_TWO_DAY}", plain=True),
    _form("YYYY", _YEAR, plain=True),
    TimeForm("seconds since 1970", re.compile(r"\d{9,10}(?:\.\d+)?", re.ASCII), True, 1.0),
    TimeForm("milliseconds since 1970", re.compile(r"\d{12,13}(?:\.\d+)?", re.ASCII), True, 1e3),
)
"""The forms that are known, in the order in which they are tried."""


@dataclass(frozen=True)
class Times:
    """What was found out about texts as times.

    Either `seconds` has one value for each text, or they are None. Then `between` are the two
    texts that show why: one written in the form `forms[0]`, the other not (or in `forms[1]`); or
    the same text twice if it means one day in `forms[0]` and another in `forms[1]`, and no
    other text decides. Without `forms` the first text was no time at all.
    """

    seconds: npt.NDArray[np.float64] | None
    forms: tuple[str, ...] = ()
    between: tuple[str, str] | None = None


def find_times(texts: Sequence[str], *, told: bool = False) -> Times:
    """The times that texts mean, all in one form; `told` allows forms that look like numbers.

    >>> find_times(["31/01/2020", "01/02/2020"]).forms
    ('DD/MM/YYYY',)
    >>> find_times(["03/04/2020"]).between
    ('03/04/2020', '03/04/2020')
    """
    if not texts:
        return Times(None)
    tried = [form for form in TIME_FORMS if told or not form.plain]
    found: list[tuple[TimeForm, npt.NDArray[np.float64]]] = []
    last: tuple[int, TimeForm] | None = None
    for form in tried:
        seconds: list[float] = []
        for text in texts:
            second = form.seconds(text)
            if second is None:
                if seconds and (last is None or len(seconds) > last[0]):
                    last = len(seconds), form
                break
            seconds.append(second)
        else:
            found.append((form, np.array(seconds)))
    if not found:
        if last is None:
            return Times(None)
        place, form = last
        other = [each.name for each in tried if each.seconds(texts[place]) is not None]
        return Times(None, (form.name, *other[:1]), (texts[0], texts[place]))
    form, values = found[0]
    for other_form, other_values in found[1:]:
        different = np.flatnonzero(values != other_values)
        if len(different):
            text = texts[int(different[0])]
            return Times(None, (form.name, other_form.name), (text, text))
    return Times(values, (form.name,))


def likely_form(texts: Sequence[str], *, told: bool = False) -> TimeForm | None:
    """The form in which most of the texts that are times are written; None if none of them is.

    Of many texts only some are looked at.

    >>> form = likely_form(["31.01.2020", "31.02.2020", "unknown"])
    >>> form and form.name
    'DD.MM.YYYY'
    """
    forms = [form for form in TIME_FORMS if told or not form.plain]
    for most in (_GLANCE, _MOST_JUDGED):
        some = texts[:: max(1, len(texts) // most)]
        counts = [sum(form.seconds(text) is not None for text in some) for form in forms]
        if not any(counts):
            return None
        forms = [form for form, count in zip(forms, counts, strict=True) if count]
        counts = [count for count in counts if count]
    return forms[counts.index(max(counts))]
