"""Choosing columns of a table's rows by position, for the layers that treat some in their own way.

Receives positions as a layer was given them, and the node of the rows; gives checked positions, and
nodes of the chosen columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from pellucid.errors import OptionError, ShapeError
from pellucid.graph.node import Node, describe
from pellucid.parts import whole_numbers
from pellucid.primitives import concatenate


def check_positions(who: str, columns: Any) -> list[int]:
    """Return the positions of columns as a list.

    Args:
        who: the layer's class, for messages.
        columns: whole numbers of at least 0, all different, at least one.

    Raises:
        OptionError: they are not.

    Example:
        >>> check_positions("Some", (2, 0))
        [2, 0]
    """
    found = whole_numbers(columns, at_least=0)
    if not found or len(set(found)) < len(found):
        raise OptionError(
            f"{who} needs columns to be a list of different positions, counted from 0, "
            f"got {columns!r}"
        )
    return found


def require_columns(title: str, x: Node, columns: Sequence[int]) -> None:
    """Refuse rows that are no (rows, width) with all of the columns.

    Raises:
        ShapeError: the rank is not 2, or a column is beyond the width.
    """
    if x.rank != 2 or max(columns) >= x.shape[1]:
        raise ShapeError(
            f"{title} needs inputs of shape (rows, width) with a width above {max(columns)}, its "
            f"last column, got {describe(x)}"
        )


def take_columns(x: Node, columns: Sequence[int]) -> Node:
    """Return columns of (rows, width) in the order given, (rows, number of columns).

    Neighbours are taken as one slice.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> take_columns(input_node("x", (32, 10)), [4, 5, 6, 0]).shape
        (32, 4)
    """
    if list(columns) == list(range(x.shape[1])):
        return x
    parts = [x[:, first : last + 1] for first, last in _stretches(columns)]
    return parts[0] if len(parts) == 1 else concatenate(parts, axis=1)


def _stretches(columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = columns[0]
    for here, following in pairwise(columns):
        if following != here + 1:
            yield first, here
            first = following
    yield first, columns[-1]
