"""Every value and every gradient of a computation.

Receives a scalar node and a value for each leaf; gives the value of each node as the user built the
graph, and the gradient of the scalar with respect to it. Both are computed by pellucid's own graph:
the gradients are `gradients(output, nodes)`, evaluated together with the nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.dtypes import is_float
from pellucid.errors import OptionError
from pellucid.graph.node import Node, describe
from pellucid.graph.outline import is_plumbing
from pellucid.graph.short import short
from pellucid.graph.traversal import topological


@dataclass(frozen=True)
class Trace:
    """The values and gradients of one evaluation.

    Attributes:
        output: the scalar that was differentiated.
        values: node to value, inputs before users.
        gradients: node to the gradient of `output` with respect to it, of the node's shape and
            element type; floating-point nodes only.
    """

    output: Node
    values: Mapping[Node, Array]
    gradients: Mapping[Node, Array]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node of the graph, inputs before users."""
        return tuple(self.values)

    @property
    def plumbing(self) -> frozenset[Node]:
        """The nodes that the mathematics does not mention: unnamed constants, broadcasts."""
        return frozenset(node for node in self.values if is_plumbing(node))

    def value(self, node: Node | str) -> Array:
        """Return the value of a node, given the node or its name.

        Raises:
            OptionError: the graph has no such node, or several of that name.
        """
        return self.values[self._found(node)]

    def gradient(self, node: Node | str) -> Array:
        """Return the gradient of the output with respect to a node, given it or its name.

        Raises:
            OptionError: the graph has no such node, several of that name, or no gradient for it.
        """
        found = self._found(node)
        if found not in self.gradients:
            reason = (
                "it was not among with_respect_to"
                if is_float(found.dtype)
                else f"its elements are of type {found.dtype}, and only floats have gradients"
            )
            raise OptionError(f"no gradient of {describe(found)} was computed: {reason}")
        return self.gradients[found]

    def table(self, digits: int = 6) -> str:
        """Return one line a node: number, name, operation, shape, value, gradient.

        Numbers are those of the graph's text form. Plumbing has its operation in parentheses.
        """
        rows = [("node", "name", "operation", "shape", "value", "gradient")]
        for number, (node, value) in enumerate(self.values.items()):
            operation = node.primitive.name
            slope = self.gradients.get(node)
            rows.append(
                (
                    f"%{number}",
                    node.name or "",
                    f"({operation})" if is_plumbing(node) else operation,
                    str(node.shape),
                    short(value, digits),
                    "" if slope is None else short(slope, digits),
                )
            )
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    def _found(self, node: Node | str) -> Node:
        if isinstance(node, Node):
            if node not in self.values:
                raise OptionError(f"{describe(node)} is not part of the graph that was traced")
            return node
        named = [known for known in self.values if known.name == node]
        if len(named) == 1:
            return named[0]
        if named:
            raise OptionError(f"{len(named)} nodes are named '{node}': hand in the node itself")
        names = ", ".join(f"'{known.name}'" for known in self.values if known.name is not None)
        raise OptionError(f"no node is named '{node}': there are {names or 'no names'}")


def trace(
    output: Node,
    values: Mapping[Node, Any],
    with_respect_to: Sequence[Node] | None = None,
    backend: str = "reference",
) -> Trace:
    """Return the value of every node that `output` depends on, and its gradient.

    Args:
        output: a scalar of floating-point type.
        values: leaf to value; numbers and lists are taken in the leaf's element type.
        with_respect_to: the nodes whose gradients are wanted; all floating-point ones if None.
        backend: the name of the backend that computes.

    Raises:
        ShapeError: `output` is no scalar.
        DTypeError: `output` or a node of `with_respect_to` is not of floating-point type.
        GraphError: a leaf has no value.
        ExecutionError: a value has not its leaf's shape.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> x, y, z = (input_node(name, ()) for name in "xyz")
        >>> q = (x + y).named("q")
        >>> traced = trace((q * z).named("f"), {x: -2, y: 5, z: -4})
        >>> print(traced.table())
        node  name  operation  shape  value  gradient
        %0    x     input      ()     -2     -4
        %1    y     input      ()     5      -4
        %2    q     add        ()     3      -4
        %3    z     input      ()     -4     3
        %4    f     multiply   ()     -12    1
        >>> float(traced.gradient("q"))
        -4.0
    """
    nodes = topological([output])
    smooth = [node for node in nodes if is_float(node.dtype)]
    wanted = smooth if with_respect_to is None else list(with_respect_to)
    computed = evaluate([*nodes, *gradients(output, wanted)], values, backend)
    return Trace(
        output,
        dict(zip(nodes, computed, strict=False)),
        dict(zip(wanted, computed[len(nodes) :], strict=True)),
    )
