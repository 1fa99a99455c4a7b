"""Backpropagation as a transformation of the graph.

Receives a scalar node and the nodes to differentiate by; gives nodes that compute the gradients.
The result is a graph like any other: it can be drawn, simplified, and differentiated again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pellucid.dtypes import is_float
from pellucid.errors import DTypeError, ShapeError, VerificationError
from pellucid.graph.node import Node, describe
from pellucid.graph.primitive import Composite
from pellucid.graph.traversal import topological
from pellucid.graph.verify import verify
from pellucid.primitives.movement import ones_like, zeros_like


def gradients(
    output: Node, inputs: Sequence[Node], output_gradient: Node | None = None
) -> list[Node]:
    """Return the gradient of `output` with respect to each of `inputs`.

    Args:
        output: a scalar, or any shape when `output_gradient` says how its elements are weighted.
        inputs: nodes of floating-point type, anywhere in the graph.
        output_gradient: the gradient of some later scalar with respect to `output`, of its shape.

    Returns:
        A node for each input, of its shape and type; zeros where the output does not depend on it.

    Raises:
        ShapeError: `output` is no scalar and `output_gradient` is not given, or has another shape.
        DTypeError: the output or an input is not of floating-point type.
        VerificationError: a derivative built a graph that breaks a rule.

    Source: Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors",
    1986.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> x = input_node("x", (), "float64")
        >>> (slope,) = gradients(x * x, [x])
        >>> slope.shape
        ()
    """
    parts = _backpropagate(output, inputs, output_gradient)
    result = [
        zeros_like(node) if found is None else found
        for node, found in zip(inputs, parts, strict=True)
    ]
    verify(result, "gradients")
    return result


def _backpropagate(
    output: Node, inputs: Sequence[Node], output_gradient: Node | None, stop: Sequence[Node] = ()
) -> list[Node | None]:
    """Return the gradients, None where there is no dependence; `stop` are taken for leaves."""
    for node in (output, *inputs):
        if not is_float(node.dtype):
            raise DTypeError(
                f"{describe(node)} is of type {node.dtype}: only floats have gradients"
            )
    if output_gradient is None:
        if output.shape != ():
            raise ShapeError(
                f"{describe(output)} is no scalar: sum it, or say with output_gradient how its "
                "elements are weighted"
            )
        output_gradient = ones_like(output)
    elif output_gradient.type != output.type:
        raise ShapeError(
            f"the gradient of {describe(output)} must be {output.dtype} {output.shape}, "
            f"got {output_gradient.dtype} {output_gradient.shape}"
        )
    order = topological([output], stop)
    ends = set(stop)
    relevant = _dependents(order, inputs)
    found: dict[Node, Node] = {output: output_gradient}
    for node in reversed(order):
        gradient = found.get(node)
        if gradient is None or node not in relevant or node in ends:
            continue
        if not any(source in relevant for source in node.inputs):
            continue
        for source, part in zip(node.inputs, _derivative(node, gradient), strict=True):
            if part is not None and source in relevant:
                _check(node, source, part)
                found[source] = found[source] + part if source in found else part
    return [found.get(node) for node in inputs]


def _dependents(order: Iterable[Node], inputs: Sequence[Node]) -> set[Node]:
    """Return the nodes through which a gradient has to pass to reach `inputs`."""
    relevant = set(inputs)
    for node in order:
        if is_float(node.dtype) and any(source in relevant for source in node.inputs):
            relevant.add(node)
    return relevant


def _derivative(node: Node, gradient: Node) -> Sequence[Node | None]:
    primitive = node.primitive
    if not isinstance(primitive, Composite) or primitive.has_own_derivative:
        return primitive.derivative(node, gradient)
    expansion = primitive.expand(*node.inputs, **node.attributes)
    smooth = [source for source in node.inputs if is_float(source.dtype)]
    found = _backpropagate(expansion, smooth, gradient, stop=node.inputs)
    parts = dict(zip(smooth, found, strict=True))
    # An input that stands twice would otherwise be counted twice.
    return [parts.pop(source, None) for source in node.inputs]


def _check(node: Node, source: Node, part: Node) -> None:
    if part.type != source.type:
        raise VerificationError(
            f"gradients: the derivative of {describe(node)} by {describe(source)} must be "
            f"{source.dtype} {source.shape}, got {part.dtype} {part.shape}"
        )
