"""The words that mean yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

__all__ = ["truth_of", "truth_words"]

_PAIRS = (
    ("no", "yes"),
    ("n", "y"),
    ("false", "true"),
    ("f", "t"),
    ("nein", "ja"),
    ("non", "oui"),
    ("off", "on"),
    ("0", "1"),
    ("否", "是"),
)
_MEANINGS = MappingProxyType(
    {word: bool(truth) for pair in _PAIRS for truth, word in enumerate(pair)}
)


def truth_of(word: str) -> bool | None:
    """What a word means in a column of truth values; None if it means neither.

    >>> truth_of("Yes"), truth_of("F"), truth_of("maybe")
    (True, False, None)
    """
    return _MEANINGS.get(word.strip().casefold())


def truth_words(words: Sequence[str]) -> tuple[str, str] | None:
    """The word for no and the word for yes, if all the words are of such a pair; else None.

    >>> truth_words(["True", "False"]), truth_words(["ja"]), truth_words(["0", "yes"])
    (('False', 'True'), ('nein', 'ja'), None)
    """
    folded = {word.strip().casefold(): word for word in words}
    for no, yes in _PAIRS:
        if words and len(folded) == len(words) and folded.keys() <= {no, yes}:
            return folded.get(no, no), folded.get(yes, yes)
    return None
