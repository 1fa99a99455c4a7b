"""The graph as people read it: plumbing folded away, each remaining node one box.

Plumbing is what the mathematics does not mention: nodes that only repeat or reshape a value, and
unnamed constants. Receives outputs; gives boxes, inputs before users. Nothing is recomputed: a box
is a view of a node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.graph.node import CONSTANT, Node
from pellucid.graph.short import short
from pellucid.graph.traversal import topological

# By name, since the room of primitives is built on this one.
_CARRIERS = frozenset({"broadcast", "reshape"})
_SIGNS = {
    "add": "+",
    "subtract": "\N{MINUS SIGN}",
    "multiply": "\N{MULTIPLICATION SIGN}",
    "multiply_no_nan": "\N{MULTIPLICATION SIGN}",
    "divide": "/",
    "matmul": "@",
}
_CHANGE_SIGN = "\N{MULTIPLICATION SIGN} \N{MINUS SIGN}1"
_HOLE = "\N{MIDDLE DOT}"


@dataclass(frozen=True)
class Box:
    """A node that is shown.

    Attributes:
        node: the node.
        operation: what it does, with the numbers that were folded into it, such as `+ 1`.
        sources: the shown nodes that it is computed from, in order; one may stand twice.
    """

    node: Node
    operation: str
    sources: tuple[Node, ...]

    @property
    def title(self) -> str:
        """The user's name for the node, or the operation."""
        return self.operation if self.node.name is None else self.node.name


def is_plumbing(node: Node) -> bool:
    """Tell whether a node is one that the mathematics does not mention.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> product = input_node("x", (3,)) * 2.0
        >>> is_plumbing(product), is_plumbing(product.inputs[1])
        (False, True)
    """
    if node.name is not None:
        return False
    return node.primitive is CONSTANT or node.primitive.name in _CARRIERS


def outline(outputs: Sequence[Node], plumbing: bool = False) -> list[Box]:
    """Return the boxes of a graph, inputs before users.

    Args:
        outputs: the ends of the graph; they are always shown.
        plumbing: whether to show what is folded away otherwise.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> [box.title for box in outline([input_node("x", (3,)) * 2.0])]
        ['x', '\N{MULTIPLICATION SIGN} 2']
    """
    ends = set(outputs)

    def folded(node: Node) -> bool:
        return not plumbing and node not in ends and is_plumbing(node)

    def shown(node: Node) -> Node:
        """Follow a value back to the node that is shown for it."""
        while folded(node) and node.primitive is not CONSTANT:
            node = node.inputs[0]
        return node

    boxes = []
    for node in topological(outputs):
        if folded(node) and not _is_large(node):
            continue
        sources = [shown(source) for source in node.inputs]
        hidden = [folded(source) and not _is_large(source) for source in sources]
        numbers = {
            position: short(source.attributes["value"].ravel()[0])
            for position, source in enumerate(sources)
            if hidden[position]
        }
        kept = tuple(source for source, gone in zip(sources, hidden, strict=True) if not gone)
        boxes.append(Box(node, _operation(node, len(sources), numbers), kept))
    return boxes


def _is_large(node: Node) -> bool:
    """Tell whether a node is a constant of more, or fewer, than one number."""
    return node.primitive is CONSTANT and node.attributes["value"].size != 1


def _operation(node: Node, arity: int, numbers: dict[int, str]) -> str:
    """Return `+`, `+ 1`, `1 -`, `power(., 3)`: the operation with the numbers folded into it."""
    name = node.primitive.name
    if node.primitive is CONSTANT:
        return name if _is_large(node) else short(node.attributes["value"].ravel()[0])
    if name == "negative":
        return f"{numbers.get(0, '')} {_CHANGE_SIGN}".strip()
    if name == "reciprocal":
        return f"1 / {numbers.get(0, '')}".strip()
    if name in _SIGNS and arity == 2:
        return f"{numbers.get(0, '')} {_SIGNS[name]} {numbers.get(1, '')}".strip()
    if not numbers:
        return name
    return f"{name}({', '.join(numbers.get(position, _HOLE) for position in range(arity))})"
