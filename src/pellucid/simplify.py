"""Rewriting a graph into a smaller one with the same bits.

Receives outputs; gives outputs. A rule is a pattern and its replacement, and is allowed only if it
is exact for every value, nan, infinities and the sign of zero included: x 1 = x, but not x + 0 or x
0.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from pellucid.dtypes import is_float, is_integer
from pellucid.graph.node import CONSTANT, Node, apply, constant_node
from pellucid.graph.primitive import Composite
from pellucid.graph.traversal import rebuild, with_inputs
from pellucid.graph.verify import verify
from pellucid.primitives import (
    add,
    broadcast,
    divide,
    identity,
    multiply,
    multiply_no_nan,
    negative,
    reshape,
    subtract,
    transpose,
    zeros_like,
)
from pellucid.primitives.operands import constant_value
from pellucid.shapes import size

Rule = Callable[[Node], Node | None]


def simplify(outputs: Sequence[Node], lower: bool = False) -> list[Node]:
    """Return outputs that compute the same bits with fewer nodes.

    Equal nodes become one, exact rules are applied, and what nothing uses falls away. With `lower`,
    composites are expanded first: backends ask for that.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> x = input_node("x", (3,))
        >>> simplify([(x * 1.0) - 0.0])[0] is x
        True
    """
    if lower:
        outputs = expand_composites(outputs)
    known: dict[Hashable, Node] = {}

    def own(node: Node) -> Node:
        identity = _identity_of(node)
        return known[identity] if identity in known else settled(node)

    def settled(node: Node) -> Node:
        while (better := _rewrite(node)) is not None:
            # A rule may have made inputs of its own, such as a constant: rules hold for those too.
            node = with_inputs(better, tuple(own(i) for i in better.inputs))
        return known.setdefault(_identity_of(node), node)

    result = rebuild(outputs, lambda node, inputs: settled(with_inputs(node, inputs)))
    verify(result, "simplify")
    return result


def expand_composites(outputs: Sequence[Node]) -> list[Node]:
    """Return outputs in which every composite stands expanded, to any depth."""
    result = list(outputs)
    while True:
        found = False

        def replace(node: Node, inputs: tuple[Node, ...]) -> Node:
            nonlocal found
            if isinstance(node.primitive, Composite):
                found = True
                expansion = node.primitive.expand(*inputs, **node.attributes)
                return expansion if node.name is None else expansion.named(node.name)
            return with_inputs(node, inputs)

        result = rebuild(result, replace)
        if not found:
            verify(result, "expand composites")
            return result


def _identity_of(node: Node) -> Hashable:
    """Return a key that two nodes share when they compute the same."""
    if node.primitive is CONSTANT:
        value = node.attributes["value"]
        return (node.primitive, node.dtype, node.shape, value.tobytes())
    if node.is_leaf:
        return node
    # repr, since 0.0 and -0.0 are equal and yet differ.
    settings = tuple(sorted((key, repr(value)) for key, value in node.attributes.items()))
    return (node.primitive, node.inputs, settings)


def _rewrite(node: Node) -> Node | None:
    for rule in _RULES.get(node.primitive.name, ()):
        replacement = rule(node)
        if replacement is not None and replacement.type == node.type:
            return replacement
    return None


def _is_constant(node: Node, number: float) -> bool:
    """Tell whether a node repeats one number, with that sign of zero."""
    value: Any = constant_value(node)
    if value is None or not bool((value == number).all()):
        return False
    return number != 0 or not bool(np.signbit(value.astype(np.float64)).any())


def _one_factor(node: Node) -> Node | None:
    x, y = node.inputs
    return x if _is_constant(y, 1) else y if _is_constant(x, 1) else None


def _one_weight(node: Node) -> Node | None:
    # Not the other way round: multiply_no_nan(-0, 1) is 0.
    x, y = node.inputs
    return y if _is_constant(x, 1) else None


def _by_one(node: Node) -> Node | None:
    return node.inputs[0] if _is_constant(node.inputs[1], 1) else None


def _minus_zero(node: Node) -> Node | None:
    return node.inputs[0] if _is_constant(node.inputs[1], 0) else None


def _whole_plus_zero(node: Node) -> Node | None:
    x, y = node.inputs
    if not is_integer(node.dtype):
        return None
    return x if _is_constant(y, 0) else y if _is_constant(x, 0) else None


def _twice(node: Node) -> Node | None:
    inner = node.inputs[0]
    return inner.inputs[0] if inner.primitive is node.primitive else None


def _only(node: Node) -> Node | None:
    return node.inputs[0]


def _reshape_of_reshape(node: Node) -> Node | None:
    inner = node.inputs[0]
    if inner.primitive is reshape:
        return reshape(inner.inputs[0], node.shape)
    return inner if inner.shape == node.shape else None


def _transpose_of_transpose(node: Node) -> Node | None:
    inner = node.inputs[0]
    if inner.primitive is not transpose:
        return None
    first, second = inner.attributes["axes"], node.attributes["axes"]
    return transpose(inner.inputs[0], tuple(first[axis] for axis in second))


def _broadcast_of_broadcast(node: Node) -> Node | None:
    inner = node.inputs[0]
    if inner.primitive is broadcast:
        return broadcast(inner.inputs[0], node.shape)
    return inner if inner.shape == node.shape else None


def _reshape_of_constant(node: Node) -> Node | None:
    inner = node.inputs[0]
    if inner.primitive is not CONSTANT:
        return None
    return constant_node(inner.attributes["value"].reshape(node.shape))


def _reshape_of_broadcast_scalar(node: Node) -> Node | None:
    inner = node.inputs[0]
    if inner.primitive is not broadcast or size(inner.inputs[0].shape) != 1:
        return None
    return broadcast(reshape(inner.inputs[0], ()), node.shape)


def _reduction_without_kept_axes(node: Node) -> Node | None:
    """Let a reduction that keeps its axes be equal to one that does not, but for its shape."""
    if not node.attributes["keepdims"]:
        return None
    reduced = apply(node.primitive, *node.inputs, **{**node.attributes, "keepdims": False})
    result = reshape(reduced, node.shape)
    return result if node.name is None else result.named(node.name)


def _zero_weight(node: Node) -> Node | None:
    return zeros_like(node) if _is_constant(node.inputs[0], 0) else None


def _weight_without_zeros(node: Node) -> Node | None:
    weight, x = node.inputs
    value: Any = constant_value(weight)
    return multiply(weight, x) if value is not None and bool((value != 0).all()) else None


_EXACT: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negative": np.negative,
    "reciprocal": np.reciprocal,
    "square": np.square,
    "sqrt": np.sqrt,
}
"""Arithmetic that IEEE rounds in one way only."""


def _of_constants(node: Node) -> Node | None:
    values = [constant_value(i) for i in node.inputs]
    if not is_float(node.dtype) or any(v is None or v.size != 1 for v in values):
        return None
    with np.errstate(all="ignore"):
        result = _EXACT[node.primitive.name](*(value.reshape(()) for value in values))
    return broadcast(constant_node(result), node.shape)


_RULES: dict[str, tuple[Rule, ...]] = {
    multiply.name: (_one_factor,),
    multiply_no_nan.name: (_one_weight, _zero_weight, _weight_without_zeros),
    divide.name: (_by_one,),
    subtract.name: (_minus_zero,),
    add.name: (_whole_plus_zero,),
    negative.name: (_twice,),
    identity.name: (_only,),
    reshape.name: (_reshape_of_reshape, _reshape_of_constant, _reshape_of_broadcast_scalar),
    transpose.name: (_transpose_of_transpose,),
    broadcast.name: (_broadcast_of_broadcast,),
}
for _name in ("sum", "product", "max", "min"):
    _RULES[_name] = (_reduction_without_kept_axes,)
for _name in _EXACT:
    _RULES[_name] = (*_RULES.get(_name, ()), _of_constants)
