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

    def shown(node: Node) -> Node:
        """Follow a value back to the node that is shown for it."""
        while not plumbing and node not in ends and node.name is None and _carries(node):
            node = node.inputs[0]
        return node

    boxes = []
    seen: set[Node] = set()
    for node in topological(shown(output) for output in outputs):
        if not plumbing and node not in ends and (node.name is None and _carries(node)):
            continue
        if not plumbing and node not in ends and _is_number(node):
            continue
        sources = tuple(shown(source) for source in node.inputs)
        folded = {
            position: short(source.attributes["value"].ravel()[0])
            for position, source in enumerate(sources)
            if not plumbing and source not in ends and _is_number(source)
        }
        kept = tuple(s for position, s in enumerate(sources) if position not in folded)
        if node not in seen:
            seen.add(node)
            boxes.append(Box(node, _operation(node, len(sources), folded), kept))
    return boxes


def _carries(node: Node) -> bool:
    return node.primitive.name in _CARRIERS


def _is_number(node: Node) -> bool:
    """Tell whether a node is an unnamed constant that is one number."""
    return node.primitive is CONSTANT and node.name is None and node.attributes["value"].size == 1


def _operation(node: Node, arity: int, folded: dict[int, str]) -> str:
    """Return `+`, `+ 1`, `1 -`, `power(., 3)`: the operation with the numbers folded into it."""
    name = node.primitive.name
    if name == "negative":
        return _CHANGE_SIGN
    if name == "reciprocal":
        return "1 /"
    if node.primitive is CONSTANT and _is_number(node):
        return short(node.attributes["value"].ravel()[0])
    if name in _SIGNS and arity == 2:
        words = [folded.get(0, ""), _SIGNS[name], folded.get(1, "")]
        return " ".join(word for word in words if word)
    if not folded:
        return name
    return f"{name}({', '.join(folded.get(position, _HOLE) for position in range(arity))})"
