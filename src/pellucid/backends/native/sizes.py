"""Sizes in memory, in bytes."""

from __future__ import annotations

from math import prod

from pellucid.dtypes import DType
from pellucid.shapes import Shape

WORD = 8
"""An address, or a number beside it, in the tables and frames of compiled code."""
CACHE_LINE = 64
"""Values begin at a cache line, and threads write to lines of their own."""
NEAR_BYTES = 1 << 18
"""Less than this stays in a core's own caches from one use to the next."""


def bytes_of(shape: Shape, dtype: DType) -> int:
    """Return the bytes of an array.

    Example:
        >>> from pellucid.dtypes import float32
        >>> bytes_of((2, 3), float32)
        24
    """
    return prod(shape) * dtype.itemsize


def rounded_up(number: int, unit: int) -> int:
    """Return the smallest multiple of a unit that is not below a number.

    Example:
        >>> rounded_up(65, 64), rounded_up(64, 64), rounded_up(0, 64)
        (128, 64, 0)
    """
    return -(-number // unit) * unit
