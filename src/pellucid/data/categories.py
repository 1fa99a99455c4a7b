"""Finds the category that a text means, also where it is spelled a little otherwise.

One rule for features and classes: a text is the category that it equals; otherwise the one
that it equals up to upper and lower case, if there is exactly one. Of categories that are the
booleans, the texts 1 and 0 are True and False.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pellucid.data.kinds import Values

__all__ = ["category_codes"]


def category_codes(texts: Values, categories: Sequence[str]) -> npt.NDArray[np.int64]:
    """The position in `categories` of each of `texts`, int64 of shape (rows,).

    -1 where a text is no category, or missing (None).

    >>> texts = np.array(["b", "A", " a ", "1", None], dtype=object)
    >>> category_codes(texts, ["a", "b"]).tolist()
    [1, 0, 0, -1, -1]
    >>> category_codes(texts, ["True", "False"]).tolist()
    [-1, -1, -1, 0, -1]
    """
    exact = {category: code for code, category in enumerate(categories)}
    folded: dict[str, list[int]] = {}
    for code, category in enumerate(categories):
        folded.setdefault(_fold(category), []).append(code)
    if folded.keys() <= {"true", "false"}:
        for word, digit in (("true", "1"), ("false", "0")):
            folded[digit] = folded.get(word, [])
    codes: dict[str | None, int] = {None: -1}
    for text in set(texts.tolist()) - {None}:
        alike = [exact[text]] if text in exact else folded.get(_fold(text), [])
        codes[text] = alike[0] if len(alike) == 1 else -1
    return np.array([codes[text] for text in texts.tolist()], dtype=np.int64)


def _fold(text: str) -> str:
    return text.strip().casefold()
