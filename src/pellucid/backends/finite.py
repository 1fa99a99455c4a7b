"""Looking for values that are nan or infinite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from pellucid.backends.base import Array
from pellucid.dtypes import is_float
from pellucid.graph.node import CONSTANT, Node


def is_finite(value: Array) -> bool:
    """Tell whether every element is finite; integers and booleans are.

    Example:
        >>> is_finite(np.array([1.0, np.inf]))
        False
    """
    if not is_float(value.dtype) or not value.size:
        return True
    # Both keep a nan; asking each element would take a quarter of float32 data's memory again.
    return bool(np.isfinite(value.min()) and np.isfinite(value.max()))


def nonfinite_row(rows: Array) -> int | None:
    """Return the number (from 1) of the first row with a nan or an infinity; None if there is none.

    Example:
        >>> nonfinite_row(np.array([[1.0, 2.0], [np.nan, 0.0]]))
        2
    """
    if is_finite(rows):
        return None
    return int(np.flatnonzero(~np.isfinite(rows).reshape(len(rows), -1).all(1))[0]) + 1


def first_nonfinite(values: Iterable[tuple[Node, Array]]) -> tuple[Node, Any] | None:
    """Return the first node with a nan or infinite element, and that element; None if all are
    finite.

    Constants are passed over: an infinity among them was put there.
    """
    for node, value in values:
        if node.primitive is not CONSTANT and not is_finite(value):
            return node, value[~np.isfinite(value)].flat[0].item()
    return None
