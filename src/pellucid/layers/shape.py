"""Layers that change the shape of each row and none of its elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import OptionError, ShapeError
from pellucid.graph.node import Node, describe
from pellucid.layers.base import Layer
from pellucid.layers.mode import Mode
from pellucid.primitives import reshape
from pellucid.shapes import resolve_reshape, size


class Flatten(Layer):
    """Each row as one line of elements: (rows, ..) becomes (rows, size of a row).

    Example:
        >>> from pellucid.graph.node import input_node
        >>> Flatten()(input_node("images", (32, 8, 8))).shape
        (32, 64)
    """

    def __init__(self, name: str | None = None) -> None:
        """Name the layer."""
        self.name = name

    def options(self) -> dict[str, Any]:
        """Return nothing."""
        return {}

    def call(self, x: Node, mode: Mode) -> Node:
        """Return the lines."""
        self._require_rows(x, "(rows, ..)", 1)
        return reshape(x, (x.shape[0], size(x.shape[1:])))


class Reshape(Layer):
    """Each row under another shape, its elements in the same order.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> Reshape((8, -1))(input_node("x", (32, 64))).shape
        (32, 8, 8)
    """

    def __init__(self, shape: Sequence[int], name: str | None = None) -> None:
        """Choose the shape.

        Args:
            shape: of one row, without the rows; one length may be -1, and is worked out.
            name: of the layer.

        Raises:
            OptionError: the shape is not made of integers of at least 1 but for one -1.
        """
        lengths = tuple(shape) if isinstance(shape, list | tuple) else None
        if lengths is None or not all(_is_length(length) for length in lengths):
            raise OptionError(
                "Reshape needs the shape of one row, a list of whole numbers of at least 1 "
                f"(one may be -1), got {shape!r}"
            )
        if lengths.count(-1) > 1:
            raise OptionError(f"Reshape can work out one length, but {shape!r} has -1 twice")
        self.shape, self.name = lengths, name

    def options(self) -> dict[str, Any]:
        """Return the shape."""
        return {"shape": list(self.shape)}

    def call(self, x: Node, mode: Mode) -> Node:
        """Return x of shape (rows, *shape)."""
        self._require_rows(x, "(rows, ..)", 1)
        try:
            row = resolve_reshape(x.shape[1:], self.shape)
        except ShapeError:
            raise ShapeError(
                f"{self.title} cannot bring rows of {describe(x)}, {size(x.shape[1:])} elements "
                f"each, to shape {self.shape}"
            ) from None
        return reshape(x, (x.shape[0], *row))


def _is_length(length: object) -> bool:
    return (
        isinstance(length, int) and not isinstance(length, bool) and (length >= 1 or length == -1)
    )
