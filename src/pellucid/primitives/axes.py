"""Axes as a user names them, counted from 0; errors name the primitive and the node."""

from __future__ import annotations

from pellucid.errors import ShapeError
from pellucid.graph.node import Node, describe
from pellucid.shapes import Axes, normalize_axes, normalize_axis


def axis_of(who: str, x: Node, axis: int) -> int:
    """Return one axis of x counted from 0.

    Raises:
        ShapeError: there is no such axis.
    """
    try:
        return normalize_axis(axis, x.rank)
    except ShapeError as error:
        raise ShapeError(f"{who} of {describe(x)}: {error}") from None


def axes_of(who: str, x: Node, axes: Axes) -> tuple[int, ...]:
    """Return axes of x counted from 0, in rising order; None means all.

    Raises:
        ShapeError: an axis does not exist or is named twice.
    """
    try:
        return normalize_axes(axes, x.rank)
    except ShapeError as error:
        raise ShapeError(f"{who} of {describe(x)}: {error}") from None
