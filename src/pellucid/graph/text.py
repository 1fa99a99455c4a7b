"""The text form of a graph: one line a node, inputs before users.

line = %number = primitive(%number, ..; attribute=value, ..) : dtype[shape]  ; name
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from pellucid.graph.node import CONSTANT, Node
from pellucid.graph.traversal import topological


def text(outputs: Iterable[Node]) -> str:
    """Return the graph as text.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> import pellucid.primitives as p
        >>> x = input_node("x", (3,))
        >>> print(text([p.tanh(x * 2.0)]))
        %0 = input() : float32[3]  ; x
        %1 = constant(2.0) : float32[]
        %2 = broadcast(%1; shape=(3,)) : float32[3]
        %3 = multiply(%0, %2) : float32[3]
        %4 = tanh(%3) : float32[3]
    """
    numbers: dict[Node, int] = {}
    lines = []
    for number, node in enumerate(topological(outputs)):
        numbers[node] = number
        shape = ",".join(map(str, node.shape))
        name = f"  ; {node.name}" if node.name is not None else ""
        call = f"{node.primitive.name}({_arguments(node, numbers)})"
        lines.append(f"%{number} = {call} : {node.dtype}[{shape}]{name}")
    return "\n".join(lines)


def _arguments(node: Node, numbers: dict[Node, int]) -> str:
    if node.primitive is CONSTANT:
        return _value(node.attributes["value"])
    if node.is_leaf:
        return ""
    inputs = ", ".join(f"%{numbers[source]}" for source in node.inputs)
    settings = ", ".join(f"{key}={value}" for key, value in node.attributes.items())
    return f"{inputs}; {settings}" if inputs and settings else inputs or settings


def _value(value: Any) -> str:
    array = np.asarray(value)
    return str(array[()]) if array.ndim == 0 else f"array of {array.size}"
