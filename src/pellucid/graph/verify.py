"""The rules that a graph keeps, checked after every pass.

1 type       a node's shape and element type are what its primitive says of its inputs
2 listed     its primitive is in the closed set
3 expansion  a composite's expansion has the composite's type
"""

from __future__ import annotations

from collections.abc import Iterable

from pellucid.errors import GraphError, VerificationError
from pellucid.graph.node import Node, describe
from pellucid.graph.primitive import Composite, primitives
from pellucid.graph.traversal import topological


def verify(outputs: Iterable[Node], after: str) -> None:
    """Raise VerificationError if a rule is broken; the message names pass, node and rule.

    Args:
        outputs: the ends of the graph.
        after: the pass that built it, for the message.
    """
    known = {id(primitive) for primitive in primitives()}
    for node in topological(outputs):
        if id(node.primitive) not in known:
            _fail(after, node, "listed", f"{node.primitive!r} is not in the closed set")
        try:
            wanted = node.primitive.result_type(
                tuple(source.type for source in node.inputs), node.attributes
            )
        except GraphError as error:
            _fail(after, node, "type", str(error))
        if wanted != node.type:
            _fail(after, node, "type", f"it is {node.type}, but its inputs give {wanted}")
        if isinstance(node.primitive, Composite):
            expansion = node.primitive.expand(*node.inputs, **node.attributes)
            if expansion.type != node.type:
                _fail(after, node, "expansion", f"it is {node.type}, expanded {expansion.type}")


def _fail(after: str, node: Node, rule: str, detail: str) -> None:
    raise VerificationError(f"after {after}: {describe(node)} breaks the rule '{rule}': {detail}")
