"""The layer that looks up a learned vector for each category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.dtypes import DType, float32, is_integer
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import Node, describe
from pellucid.initializers.random import Normal
from pellucid.layers.base import Layer, parameter
from pellucid.layers.mode import Mode
from pellucid.parts import whole_numbers
from pellucid.primitives import concatenate, gather

FIRST_DEVIATION = 0.05
"""Of the normal distribution that vectors are drawn from at the start."""


class Embedding(Layer):
    """A learned vector for each integer below a count.

    With one count, integers (rows, ..) become vectors (rows, .., width). With a list of counts each
    column of integers (rows, columns) has a table of its own, and the vectors are joined: (rows,
    sum of widths). An integer that is negative or not below its count is an error when the
    network runs.

    Parameters: `table`, (count, width); with a list of counts `tables_1`, `tables_2`, ...

    Example:
        >>> from pellucid.graph.node import input_node
        >>> Embedding(1000, 16)(input_node("words", (32, 20), "int32")).shape
        (32, 20, 16)
        >>> Embedding([7, 12], [3, 4])(input_node("day_and_month", (32, 2), "int32")).shape
        (32, 7)
    """

    table: Node
    tables: list[Node]

    def __init__(
        self, count: int | Sequence[int], width: int | Sequence[int], name: str | None = None
    ) -> None:
        """Choose the sizes.

        Args:
            count: of the integers, from 0 on; or one count for each column.
            width: of the vectors; with counts, one for each or one for all.
            name: of the layer.

        Raises:
            OptionError: the sizes are no positive integers, or not as many widths as counts.
        """
        self.name = name
        self.count = _whole("count", count)
        self.width = _whole("width", width)
        if isinstance(self.width, list):
            counts = self.count if isinstance(self.count, list) else None
            if counts is None or len(counts) != len(self.width):
                raise OptionError(
                    "Embedding needs one width, or as many as counts: "
                    f"got counts {self.count} and widths {self.width}"
                )

    def options(self) -> dict[str, Any]:
        """Return the sizes."""
        return {"count": self.count, "width": self.width}

    def build(self, x: Node) -> None:
        """Create the tables."""
        if isinstance(self.count, list):
            widths = self.width if isinstance(self.width, list) else [self.width] * len(self.count)
            self.tables = [vectors(*pair) for pair in zip(self.count, widths, strict=True)]
        elif isinstance(self.width, int):
            self.table = vectors(self.count, self.width)

    def call(self, x: Node, mode: Mode) -> Node:
        """Return the vectors."""
        if not is_integer(x.dtype):
            raise DTypeError(
                f"{self.title} needs integers, got {x.dtype} of {describe(x)}: "
                "the numbers of the categories, from 0"
            )
        if not isinstance(self.count, list):
            self._require_rows(x, "(rows, ..)", 1)
            return gather(self.table, x)
        if x.rank != 2 or x.shape[1] != len(self.count):
            raise ShapeError(
                f"{self.title} needs inputs of shape (rows, {len(self.count)}), one column for "
                f"each of its {len(self.count)} tables, got {describe(x)}"
            )
        parts = [gather(table, x[:, column]) for column, table in enumerate(self.tables)]
        return concatenate(parts, axis=-1)


def vectors(count: int, width: int, dtype: DType = float32) -> Node:
    """Return a table of one vector for each of `count` categories, (count, width)."""
    return parameter((count, width), Normal(0.0, FIRST_DEVIATION), dtype, incoming=1)


def _whole(what: str, value: int | Sequence[int]) -> int | list[int]:
    one = whole_numbers([value], at_least=1)
    numbers = one or whole_numbers(value, at_least=1)
    if numbers is None:
        raise OptionError(
            f"Embedding needs {what} to be a whole number of at least 1 or a list of them, "
            f"got {value!r}"
        )
    if not numbers:
        raise OptionError(f"Embedding needs at least one {what}, got an empty list")
    return numbers[0] if one else numbers
