"""Which of many tests found something beyond chance."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def adjusted(p_values: Array) -> Array:
    """Return p-values made larger for their number, in the same order.

    Those at most q are what the procedure of Benjamini and Hochberg discovers at the level q: where
    nothing is to be found, it finds something with probability q at most, and else a share q of
    what it finds is wrong, on average.

    Source: Benjamini, Hochberg, "Controlling the false discovery rate", Journal of the Royal
    Statistical Society B 57 (1995).

    Example:
        >>> adjusted(np.array([0.01, 0.5, 0.02])).tolist()
        [0.03, 0.5, 0.03]
    """
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * count / np.arange(1, count + 1)
    result = np.empty(count)
    result[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return result
