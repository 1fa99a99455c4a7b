"""The few values that keep a column from being numbers or dates, which most of its values are.

Receives how often each of them stands in the column; gives them as the user is to see them: named
with their counts, with the first place, and with the options that would make them missing.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

__all__ = ["NUMBERS", "TIMES", "Strays"]

NUMBERS, TIMES = "numbers", "dates"

MOST_NAMED = 10
"""Of more different strays than this the most frequent are named."""


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
        named = list(self.counts.items())[:MOST_NAMED]
        more = len(self.counts) - len(named)
        shown = ", ".join(f"{word!r} ({count}x)" for word, count in named)
        return shown + (f", .. ({more} more)" if more else "")

    @property
    def options(self) -> str:
        """The options that declare the strays that are named to mean "no value"."""
        return " ".join(f"--missing {shlex.quote(word)}" for word in list(self.counts)[:MOST_NAMED])
