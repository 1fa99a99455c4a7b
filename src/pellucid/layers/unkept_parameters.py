"""Parameters that a network uses and does not keep: they would have no value, and never be trained.

Receives a network and an input; raises an error that says where they come from.
"""

from __future__ import annotations

from pellucid.errors import GraphError
from pellucid.graph.node import PARAMETER, STATE, Node, describe
from pellucid.graph.traversal import topological
from pellucid.layers.base import Layer
from pellucid.layers.mode import Call, Mode


def refuse_unkept(network: Layer, x: Node) -> None:
    """Call a network, and refuse parameters and state that none of its layers keeps.

    Args:
        network: it is built, if it was not.
        x: an input, (rows, ..).

    Raises:
        GraphError: there are such parameters; names the layer that they belong to.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> from pellucid.layers.dense import Dense
        >>> refuse_unkept(Dense(3), input_node("x", (5, 2)))
    """
    mode = Mode()
    output = network(x, mode)
    kept = {*network.parameters().values(), *network.states().values()}
    for node in topological([output], stop=[x]):
        if node.primitive in (PARAMETER, STATE) and node not in kept:
            raise GraphError(_message(node, mode.calls))


def _message(leaf: Node, calls: list[Call]) -> str:
    for layer, _, _ in calls:
        if any(leaf is own for own in (*layer.parameters().values(), *layer.states().values())):
            kind = type(layer).__name__
            return (
                f"the network calls a {kind} that none of its layers keeps, so that "
                f"{describe(leaf)} would never be trained: make the {kind} in __init__ and store "
                "it as an attribute, or in a list or dictionary that is one"
            )
    return (
        f"the network uses the {leaf.primitive.name} {describe(leaf)}, which none of its layers "
        "keeps: make it, or the layer that it belongs to, in __init__ and store it as an attribute"
    )
