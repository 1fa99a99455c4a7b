"""Finds the category that a word means, also where it is spelled a little otherwise.

One rule for features and classes, when they are learned and when new rows come: words that differ
only in upper and lower case, or in how many blanks they have, are one category, called by its most
frequent spelling. Of categories that are the booleans, the words 1 and 0 are True and False.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pellucid.data.table import Column
from pellucid.language import Sentence

__all__ = ["category_codes", "count_unseen", "spelled_alike", "spellings", "word_codes"]

MOST_SHOWN = 5
"""Of more categories with several spellings, the first are shown."""


def category_codes(column: Column, categories: Sequence[str]) -> npt.NDArray[np.int64]:
    """The position in `categories` of each value, spelled as a word, int64 of shape (rows,).

    -1 where a value is no category, or missing.

    >>> category_codes(Column.of_texts("t", ["b", "A", " a ", "1", None]), ["a", "b"]).tolist()
    [1, 0, 0, -1, -1]
    """
    spelled = column.as_words()
    # The code -1 of what is missing picks the last entry.
    codes = np.full(len(spelled.words) + 1, -1, dtype=np.int64)
    if len(spelled.words) <= len(spelled):
        codes[:-1] = word_codes(spelled.words, categories)
    else:
        # Few rows of a table of many words: only theirs are looked up.
        used = np.unique(spelled.values[spelled.values >= 0])
        codes[used] = word_codes([spelled.words[index] for index in used.tolist()], categories)
    return codes[spelled.values]


def count_unseen(column: Column, categories: Sequence[str]) -> int:
    """How many values, of those that are not missing, are no category.

    >>> count_unseen(Column.of_texts("t", ["b", "A", "c", None]), ["a", "b"])
    1
    """
    return int(np.count_nonzero((category_codes(column, categories) < 0) & ~column.missing()))


def word_codes(words: Sequence[str], categories: Sequence[str]) -> npt.NDArray[np.int64]:
    """The position in `categories` of each word, int64 of shape (words,), -1 where it is none.

    >>> word_codes(["true", "1", "x"], ["True", "False"]).tolist()
    [0, 0, -1]
    """
    exact = {category: code for code, category in enumerate(categories)}
    folded: dict[str, list[int]] = {}
    for code, category in enumerate(categories):
        folded.setdefault(_fold(category), []).append(code)
    if folded.keys() <= {"true", "false"}:
        for word, digit in (("true", "1"), ("false", "0")):
            folded[digit] = folded.get(word, [])
    codes = np.full(len(words), -1, dtype=np.int64)
    for index, word in enumerate(words):
        alike = [exact[word]] if word in exact else folded.get(_fold(word), [])
        if len(alike) == 1:
            codes[index] = alike[0]
    return codes


def spellings(column: Column) -> dict[str, dict[str, int]]:
    """The categories of a column of words, and for each its spellings with their counts.

    Each goes by its most frequent spelling, of equals the first in sorted order, which its
    spellings begin with.

    >>> spellings(Column.of_texts("t", ["yes", "No", "yes", "YES", None]))
    {'No': {'No': 1}, 'yes': {'yes': 2, 'YES': 1}}
    """
    counts = column.counts()
    alike: dict[str, dict[str, int]] = {}
    for code in np.flatnonzero(counts).tolist():
        word = column.words[code]
        alike.setdefault(_fold(word), {})[word] = int(counts[code])
    ordered = (sorted(ways.items(), key=lambda way: -way[1]) for ways in alike.values())
    return {ways[0][0]: dict(ways) for ways in ordered}


def spelled_alike(name: str, found: Mapping[str, Mapping[str, int]]) -> Sentence | None:
    """What the user is to be told of categories with several spellings; None if there are none."""
    several = [ways for ways in found.values() if len(ways) > 1]
    if not several:
        return None
    shown = "; ".join(
        ", ".join(f"{word!r} ({count}x)" for word, count in ways.items())
        for ways in several[:MOST_SHOWN]
    )
    more = len(several) - MOST_SHOWN
    values = {"column": name, "words": shown + (f"; .. ({more} more)" if more > 0 else "")}
    return Sentence("data.column_spellings", values)


def _fold(word: str) -> str:
    return " ".join(word.split()).casefold()
