"""The words of the page in one language, and how numbers and a person's own texts are written.

Receives keys of `language/texts/page.py`, sentences as plain JSON, numbers, names out of files;
gives plain text. Nothing here knows HTML.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from unicodedata import category, combining

from pellucid.drawing import text_width
from pellucid.errors import OptionError
from pellucid.language import ENGLISH, Sentence, say
from pellucid.language.number import NONE, short

_MINUS, _THIN = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
_JOINERS = "\u200c\u200d"
_MOST_MARKS = 3
"""So many combining marks are kept on a letter; no language needs more."""
_BEYOND = "\N{REPLACEMENT CHARACTER}"
_PERCENTAGES = (
    *("accuracy", "balanced_accuracy", "error_rate"),
    *("interval_coverage", "quantile_coverage"),
)


@dataclass(frozen=True)
class Words:
    """The words in one language.

    Example:
        >>> Words("en")("rows", count=3)
        '3 rows'
    """

    language: str = ENGLISH

    def __call__(self, name: str, /, **values: Any) -> str:
        """Return the text `name` of the page."""
        return say(Sentence(f"page.{name}", values), self.language)

    def named(self, group: str, name: object) -> str:
        """Return the word for a name of a group, or the name itself where there is none.

        Example:
            >>> Words().named("metric", "log_loss"), Words().named("metric", "my_own")
            ('log loss', 'my own')
        """
        try:
            return self(f"{group}_{name}")
        except OptionError:
            return plain(name).replace("_", " ")

    def sentence(self, description: Any) -> str:
        """Return what a sentence says; a text stands for itself, None says nothing."""
        if description is None:
            return ""
        if isinstance(description, str):
            return plain(description, 2000)
        return plain(say(Sentence.from_description(description), self.language), 2000)

    def title(self, name: str, /, **values: Any) -> str:
        """Return the text `name` with a capital letter, where there are capitals."""
        text = self(name, **values)
        return text[:1].upper() + text[1:]

    def metric(self, name: str) -> str:
        """Return what a metric is called."""
        return self.named("metric", name)

    def measured(self, metric: str, number: float | None) -> str:
        """Return the value of a metric.

        Example:
            >>> Words().measured("accuracy", 0.9737), Words().measured("rmse", 53.20417)
            ('97.4\N{NO-BREAK SPACE}%', '53.2')
        """
        if number is None or not math.isfinite(number):
            return NONE
        if metric in _PERCENTAGES:
            return f"{100 * number:.1f}{_THIN}%"
        size = abs(number)
        if size and (size < 1e-3 or size >= 1000):
            return short(number, grouped=1000)
        text = f"{number:#.3g}".rstrip(".")
        return _MINUS + text[1:] if text.startswith("-") else text

    def difference(self, metric: str, number: float | None) -> str:
        """Return how much more one has of a metric, with a sign; of shares, in percentage points.

        Example:
            >>> Words().difference("accuracy", 0.3882), Words().difference("rmse", 2.0)
            ('+38.8 points', '+2.00')
        """
        if number is None or not math.isfinite(number):
            return NONE
        shown = self._signed(metric, number)
        return self("points", number=shown) if metric in _PERCENTAGES else shown

    def is_by_chance(self, metric: str, number: float | None) -> bool:
        """Return whether a metric, less what chance adds to it, is no more than that."""
        return metric == "calibration_error" and number == 0.0

    def value(self, metric: str, number: float | None) -> str:
        """Return the value of a metric, in words where no error shows above chance.

        Example:
            >>> Words().value("calibration_error", 0.0), Words().value("brier", 0.0)
            ('not above chance', '0.00')
        """
        if self.is_by_chance(metric, number):
            return self("not_above_chance")
        return self.measured(metric, number)

    def interval(self, metric: str, low: float | None, high: float | None) -> str:
        """Return an interval's two ends; nothing where there is none."""
        if low is None or high is None:
            return ""
        return self("range", low=self.measured(metric, low), high=self.measured(metric, high))

    def difference_interval(self, metric: str, low: float | None, high: float | None) -> str:
        """Return the two ends of the interval of a difference; nothing where there is none."""
        if low is None or high is None:
            return ""
        ends = self("range", low=self._signed(metric, low), high=self._signed(metric, high))
        return self("points", number=ends) if metric in _PERCENTAGES else ends

    def _signed(self, metric: str, number: float) -> str:
        if metric in _PERCENTAGES:
            number = round(100 * number, 1)
            size = f"{abs(number):.1f}"
        else:
            size = self.measured(metric, abs(number))
        if number == 0:
            return size
        return ("+" if number > 0 else _MINUS) + size


def percent(share: float | None) -> str:
    """Return a share as a percentage.

    Example:
        >>> percent(0.5).split(), percent(0.00234).split()
        (['50', '%'], ['0.23', '%'])
    """
    if share is None or not math.isfinite(share):
        return NONE
    hundredths = 100 * share
    digits = 2 if 0 < abs(hundredths) < 1 else 1
    text = f"{hundredths:.{digits}f}"
    return text.rstrip("0").rstrip(".") + _THIN + "%"


def duration(seconds: float | None) -> str:
    """Return a time in the unit that suits it.

    Example:
        >>> duration(0.25), duration(71.0), duration(5000)
        ('0.25 s', '71 s', '83.3 min')
    """
    if seconds is None:
        return NONE
    if seconds >= 120:
        return f"{short(seconds / 60)} min" if seconds < 7200 else f"{short(seconds / 3600)} h"
    return f"{short(seconds)} s"


def plain(value: object, longest: int = 500) -> str:
    """Return a person's text on one line, of bounded length, without what could break a page.

    Control characters, lone surrogates and signs that turn the direction of what follows become
    the replacement character; joiners stay, which emoji and many scripts need.

    Example:
        >>> plain("a\\tname\\x00 of three")
        'a name\N{REPLACEMENT CHARACTER} of three'
        >>> plain("e" + 9 * "\\u0301") == "e" + 3 * "\\u0301"
        True
    """
    letters: list[str] = []
    marks = 0
    for letter in " ".join(str(value).split())[: 4 * longest]:
        marks = marks + 1 if combining(letter) else 0
        if marks > _MOST_MARKS:
            continue
        bad = category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") and letter not in _JOINERS
        letters.append(_BEYOND if bad else letter)
    text = "".join(letters)
    return text if len(text) <= longest else cut(text, longest)


def cut(text: str, longest: int) -> str:
    """Return a text of at most `longest` letters, its middle left out if need be.

    Example:
        >>> cut("a long name", 8)
        'a lo…ame'
    """
    if len(text) <= longest:
        return text
    kept = max(longest - 1, 1)
    head, tail = text[: kept - kept // 2].rstrip(), text[len(text) - kept // 2 :].lstrip()
    return f"{head}…{tail}"


@lru_cache(maxsize=4096)
def fitted(value: str, points: float, size: float) -> str:
    """Return a person's text cut so that it is at most so many points wide.

    Example:
        >>> fitted("a name of some length", 60, 10)
        'a na…ngth'
    """
    text = plain(value, 300) or NONE
    longest = len(text)
    while longest > 2 and text_width(cut(text, longest), size) > points:
        wide = text_width(cut(text, longest), size)
        longest = min(longest - 1, max(2, int(longest * points / wide) + 1))
    return cut(text, longest)


def numbers_of(values: Any) -> list[float]:
    """Return numbers, with nan where there is none."""
    return [math.nan if value is None else float(value) for value in values or ()]


def entry(facts: Any, *path: str) -> Any:
    """Return what stands at a path of names, or None where something is missing.

    Example:
        >>> entry({"run": {"seed": 3}}, "run", "seed"), entry({"run": None}, "run", "seed")
        (3, None)
    """
    for name in path:
        if not isinstance(facts, Mapping):
            return None
        facts = facts.get(name)
    return facts
