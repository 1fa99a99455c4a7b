"""Penalties on the size of parameters, to be added to a loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

from pellucid.dtypes import float32
from pellucid.graph.node import Node, constant_node, incoming_axes
from pellucid.primitives import square, sum


def l1(parameters: Mapping[str, Node], strength: float, all_parameters: bool = False) -> Node:
    """Return strength * sum(|w|), which draws weights to exactly 0; a scalar.

    Args:
        parameters: by name, of one type.
        strength: how much an absolute weight costs.
        all_parameters: whether biases, scales and the like count too, not only weights.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import parameter_node
        >>> w, b = parameter_node("w", (2, 1)), parameter_node("b", (1,))
        >>> evaluate(l1({"w": w, "b": b}, 0.5), {w: [[3], [-1]]}).item()
        2.0
    """
    return _penalty(parameters, abs, strength, all_parameters)


def l2(parameters: Mapping[str, Node], strength: float, all_parameters: bool = False) -> Node:
    """Return strength / 2 * sum(w^2), whose gradient is strength * w; a scalar.

    Args:
        parameters: by name, of one type.
        strength: the share of a weight in its gradient.
        all_parameters: whether biases, scales and the like count too, not only weights.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import parameter_node
        >>> w, b = parameter_node("w", (2, 1)), parameter_node("b", (1,))
        >>> evaluate(l2({"w": w, "b": b}, 0.5), {w: [[3], [-1]]}).item()
        2.5
    """
    return _penalty(parameters, square, 0.5 * strength, all_parameters)


def _penalty(
    parameters: Mapping[str, Node],
    cost: Callable[[Node], Node],
    strength: float,
    all_parameters: bool,
) -> Node:
    chosen = [node for node in parameters.values() if all_parameters or incoming_axes(node)]
    if not chosen:
        dtype = next((node.dtype for node in parameters.values()), float32)
        return constant_node(0.0, dtype)
    return strength * reduce(Node.__add__, [sum(cost(node)) for node in chosen])
