"""Fewer points for the same picture of a curve.

Receives the points of a curve in order; gives which of them to keep.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["across", "along"]

Array = npt.NDArray[Any]


def along(x: Array, y: Array, most: int) -> Array:
    """Return the points to keep of a curve on which x and y never fall, both within 0 and 1.

    Corners only; and of too many, about equally far from each other along the curve. What is left
    out lies in the rectangle between two neighbours that are kept, whose sides come to at most
    2 / (most - 2) together (more only where one step is longer itself).

    Args:
        x, y: float (points,), at least one.
        most: how many may be kept, at least 3.

    Returns:
        Their places, int, ascending; the first and the last are among them.
    """
    corners = _corners(x, y)
    if len(corners) <= most:
        return corners
    way = (x - x[0] + y - y[0])[corners]
    marks = np.linspace(0.0, way[-1], most)
    return np.unique(corners[np.searchsorted(way, marks, side="left").clip(0, len(way) - 1)])


def across(x: Array, y: Array, most: int) -> Array:
    """Return the points to keep of a curve on which x never falls and y goes up and down.

    In each of equal steps of x, the first point and those with the smallest and the largest y: a
    picture shows the same.

    Args:
        x, y: float (points,), at least one.
        most: how many may be kept, at least 4.

    Returns:
        Their places, int, ascending; the first and the last are among them.
    """
    corners = _corners(x, y)
    if len(corners) <= most:
        return corners
    x, y = x[corners], y[corners]
    steps = (most - 1) // 3
    width = (x[-1] - x[0]) or 1.0
    step = np.minimum((x - x[0]) / width * steps, steps - 1).astype(np.int64)
    starts = np.flatnonzero(np.diff(step, prepend=-1))
    by_height = np.lexsort((y, step))
    ends = np.append(starts[1:], len(x)) - 1
    kept = np.concatenate([starts, by_height[starts], by_height[ends], [len(x) - 1]])
    return corners[np.unique(kept)]


def _corners(x: Array, y: Array) -> Array:
    """Return all points but those on a level or upright line between their neighbours."""
    level = (y[1:-1] == y[:-2]) & (y[1:-1] == y[2:])
    upright = (x[1:-1] == x[:-2]) & (x[1:-1] == x[2:])
    # Turning back on an upright line is a corner too.
    turns = np.sign(y[1:-1] - y[:-2]) * np.sign(y[2:] - y[1:-1]) < 0
    inner = ~(level | (upright & ~turns))
    return np.concatenate([[0], np.flatnonzero(inner) + 1, [len(x) - 1]])[: max(len(x), 1)]
