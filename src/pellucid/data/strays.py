"""The few values that keep a column from being numbers or dates, which most of its values are.

Receives how often each of them stands in the column; gives them as the user is to see them: named
with their counts, with the first place, and with the options that would make them missing. Decides
whether they are so few that the column is one of numbers all the same, and what bounds such as
'<0.6' name.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["NUMBERS", "TIMES", "Strays", "bounded", "counts_listed", "undetected"]

NUMBERS, TIMES = "numbers", "dates"

MOST_NAMED = 10
"""Of more different strays than this the most frequent are named."""

NUMBERS_A_WORD = 9
"""From so many numbers a word on, words among numbers count as missing. As words the column would
lose the order of nine values in ten; as numbers it loses which word it was in one of ten, and keeps
that there was one, since missing values are marked as such. Below, words may be what counts."""

_ABSENCES = frozenset(
    {"unknown", "not known", "not available", "not applicable", "missing", "no data", "n/k", "n.k."}
    | {"unbekannt", "keine angabe", "k. a.", "k.a.", "k.a", "n. v.", "n.v.", "nicht bekannt"}
    | {"不详", "未知", "暂无", "无", "暂无数据", "无数据", "缺失", "未填", "不明", "待定"}
)
"""Words that say that there is no value, as no name of a thing among numbers does."""

_UNDETECTED = frozenset(
    {"lod", "loq", "mdl", "bdl", "bql", "bloq", "blq", "nd", "n.d.", "n.d", "n. d."}
    | {"not detected", "non-detect", "nondetect", "none detected", "undetected", "below lod"}
    | {"below loq", "below detection", "below detection limit", "below limit of detection"}
    | {"n.n.", "n. n.", "nicht nachweisbar", "nicht nachgewiesen", "u.n.g.", "未检出", "低于检出限"}
)
"""Words of laboratories for a quantity that is too small to be measured. They are said only of
measurements, most of which may be as small."""

_BELOW = re.compile("[<\uff1c]\\s*=?\\s*(?:lod|loq|lloq|mdl|dl|rl|ql)")

_BOUND = re.compile("(?:[<>\uff1c\uff1e]\\s*=?|[\u2264\u2265\u2a7d\u2a7e])\\s*(.+)")


@dataclass(frozen=True)
class Strays:
    """What stands among numbers, or among dates.

    Attributes:
        among: `NUMBERS` or `TIMES`.
        counts: in how many rows each of the strays stands, the most frequent first.
        fitting: in how many rows there is a number, or a date.
        row: the first row that has a stray, from 0.
        place: what to call that row: "row 17 (line 18)".

    >>> strays = Strays("numbers", {"-": 40, "n/k": 1}, 359, 3, "row 4")
    >>> strays.listed, strays.options
    ("'-' (40x), 'n/k' (1x)", '--missing - --missing n/k')
    """

    among: str
    counts: dict[str, int]
    fitting: int
    row: int
    place: str

    @property
    def rows(self) -> int:
        """In how many rows there is a stray."""
        return sum(self.counts.values())

    @property
    def listed(self) -> str:
        """The strays in quotes with their counts, shortened when there are many."""
        return counts_listed(self.counts)

    def leave_numbers(self, different: int) -> bool:
        """Whether the column is one of numbers all the same, `different` of which differ.

        So it is if nine in ten are numbers or bounds of numbers, and the words are fewer than the
        numbers and no more than a person reads: codes such as 'A1' beside '17' are many. Words that
        are known to say "no value" may be more, and are not counted among the ten.

        >>> Strays("numbers", {"?!": 40}, 359, 3, "row 4").leave_numbers(200)
        False
        >>> Strays("numbers", {"unknown": 40}, 359, 3, "row 4").leave_numbers(200)
        True
        """
        words = {word: count for word, count in self.counts.items() if bounded(word) is None}
        if self.among != NUMBERS or len(words) > min(MOST_NAMED, different):
            return False
        in_words = sum(count for word, count in words.items() if not _says_no_value(word))
        known = sum(words.values()) - in_words
        return NUMBERS_A_WORD * in_words <= self.fitting + self.rows - known - in_words

    @property
    def options(self) -> str:
        """The options that declare the strays that are named to mean "no value".

        Bounds of numbers are none of them: they say much of their value.

        >>> Strays("numbers", {"<0.5": 14, "see note": 2}, 359, 3, "row 4").options
        "--missing 'see note'"
        """
        words = [word for word in list(self.counts)[:MOST_NAMED] if bounded(word) is None]
        return " ".join(f"--missing {shlex.quote(word)}" for word in words)


def counts_listed(counts: Mapping[str, int]) -> str:
    """Words in quotes with their counts, shortened when there are many.

    >>> counts_listed({"-": 40, "n/k": 1})
    "'-' (40x), 'n/k' (1x)"
    """
    named = list(counts.items())[:MOST_NAMED]
    more = len(counts) - len(named)
    shown = ", ".join(f"{word!r} ({count}x)" for word, count in named)
    return shown + (f", .. ({more} more)" if more else "")


def undetected(word: str) -> bool:
    """Whether a word says that a quantity is too small to be measured.

    >>> undetected("n.d."), undetected("< LOD"), undetected("<0.5")
    (True, True, False)
    """
    folded = word.casefold()
    return folded in _UNDETECTED or _BELOW.fullmatch(folded) is not None


def _says_no_value(word: str) -> bool:
    return word.casefold() in _ABSENCES or undetected(word)


def bounded(word: str) -> str | None:
    """What stands behind '<', '>', '<=' or the like, if it begins as numbers do; or None.

    >>> bounded("<0,6"), bounded(">= 100"), bounded("<none>")
    ('0,6', '100', None)
    """
    found = _BOUND.fullmatch(word)
    return found[1] if found is not None and re.match("[-+]?[.,]?[0-9]", found[1]) else None
