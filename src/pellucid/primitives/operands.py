"""What a user may hand to a primitive, brought to nodes of one shape and type.

Broadcasting is a node of its own, put in here, so that every elementwise node has inputs of one
shape and the derivative of broadcasting is stated once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.node import CONSTANT, Node, Operand, apply, as_node, describe
from pellucid.graph.primitive import Elementwise
from pellucid.primitives.movement import broadcast
from pellucid.shapes import broadcast_shapes


def as_nodes(*operands: Operand) -> tuple[Node, ...]:
    """Return operands as nodes; plain numbers take the type of the first node or array."""
    like: Node | np.ndarray[Any, Any] | np.generic | None = None
    for operand in operands:
        # NumPy's float64 is one of Python's floats, and so a plain number.
        plain = isinstance(operand, float)
        if isinstance(operand, Node | np.ndarray | np.generic) and not plain:
            like = operand
            break
    if like is None and any(isinstance(operand, float) for operand in operands):
        like = np.float32()
    return tuple(as_node(operand, like) for operand in operands)


def broadcast_together(who: str, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return nodes of their common shape.

    Raises:
        ShapeError: there is none; names the primitive and the nodes.
    """
    try:
        shape = broadcast_shapes(*(node.shape for node in nodes))
    except ShapeError:
        names = " and ".join(describe(node) for node in nodes)
        raise ShapeError(f"{who}: shapes of {names} do not broadcast") from None
    return tuple(node if node.shape == shape else broadcast(node, shape) for node in nodes)


def elementwise(primitive: Elementwise, *operands: Operand, **attributes: Any) -> Node:
    """Build a node of an elementwise primitive from whatever a user handed in."""
    nodes = as_nodes(*operands)
    check_types(primitive, nodes, attributes)
    return apply(primitive, *broadcast_together(primitive.name, nodes), **attributes)


def check_types(
    primitive: Elementwise, nodes: tuple[Node, ...], attributes: dict[str, Any]
) -> None:
    """Raise DTypeError in the names of the nodes, before broadcasting puts others in their place.

    `apply` would find the same, but could only speak of the results of `broadcast`.
    """
    try:
        primitive.result_dtype(tuple(node.dtype for node in nodes), attributes)
    except DTypeError as error:
        names = ", ".join(describe(node) for node in nodes)
        raise DTypeError(f"{primitive.name}({names}): {error}") from None


class Unary(Elementwise):
    """An elementwise primitive of one input."""

    def __call__(self, x: Operand) -> Node:
        """Build the node."""
        return elementwise(self, x)


class Binary(Elementwise):
    """An elementwise primitive of two inputs, which broadcast together."""

    arity = 2

    def __call__(self, x: Operand, y: Operand) -> Node:
        """Build the node."""
        return elementwise(self, x, y)


def constant_value(node: Node) -> Any:
    """Return the array that a node repeats, if it is a constant or a broadcast one, else None."""
    while node.primitive is broadcast:
        node = node.inputs[0]
    return node.attributes["value"] if node.primitive is CONSTANT else None
