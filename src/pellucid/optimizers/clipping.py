"""Transformations that keep gradients from being too large.

Norms are taken in float64, so that the squares of large float32 gradients do not overflow. A nan
stays nan; of an infinite gradient, clipping by norm makes nan, and clipping by value its limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

from pellucid.dtypes import float64
from pellucid.graph.node import Node
from pellucid.optimizers.base import Nodes, Transformation
from pellucid.parts import require_number
from pellucid.primitives import add, cast, clip, less, sqrt, square, sum, where
from pellucid.shapes import Axes


@dataclass(frozen=True)
class Clipping(Transformation):
    """A transformation with a limit above 0."""

    limit: float

    def __post_init__(self) -> None:
        """Check the limit."""
        require_number(self, "limit", above=0.0)


@dataclass(frozen=True)
class ClipByValue(Clipping):
    """Each element between -limit and limit.

    Attributes:
        limit: above 0.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import constant_node, input_node
        >>> g, zero = input_node("g", (2,)), constant_node(0, "int64")
        >>> new, _ = ClipByValue(1.0).update({"w": g}, {}, {"w": g}, zero, constant_node(0.5))
        >>> evaluate(new["w"], {g: [3, -0.5]})
        array([ 1. , -0.5], dtype=float32)
    """

    name: ClassVar[str] = "clip_by_value"

    def update(
        self, updates: Nodes, slots: Nodes, parameters: Nodes, step: Node, rate: Node
    ) -> tuple[dict[str, Node], dict[str, Node]]:
        """Clip each element."""
        return {name: clip(g, -self.limit, self.limit) for name, g in updates.items()}, {}


@dataclass(frozen=True)
class ClipByNorm(Clipping):
    """Each parameter's gradient g shrunk to g limit / |g| where its norm |g| is above the limit.

    Attributes:
        limit: above 0.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import constant_node, input_node
        >>> g, zero = input_node("g", (2,)), constant_node(0, "int64")
        >>> new, _ = ClipByNorm(1.0).update({"w": g}, {}, {"w": g}, zero, constant_node(0.5))
        >>> evaluate(new["w"], {g: [3, 4]})
        array([0.6, 0.8], dtype=float32)
    """

    name: ClassVar[str] = "clip_by_norm"

    def update(
        self, updates: Nodes, slots: Nodes, parameters: Nodes, step: Node, rate: Node
    ) -> tuple[dict[str, Node], dict[str, Node]]:
        """Clip each gradient."""
        return {
            name: shrink(gradient, squared_norm(gradient), self.limit)
            for name, gradient in updates.items()
        }, {}


@dataclass(frozen=True)
class ClipByGlobalNorm(Clipping):
    """All gradients shrunk by one factor where the norm of all of them together is above the limit.

    Attributes:
        limit: above 0.

    Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks",
    ICML 2013, algorithm 1.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import constant_node, input_node
        >>> g, zero = input_node("g", (2,)), constant_node(0, "int64")
        >>> new, _ = ClipByGlobalNorm(1.0).update({"w": g}, {}, {"w": g}, zero, constant_node(0.5))
        >>> evaluate(new["w"], {g: [3, 4]})
        array([0.6, 0.8], dtype=float32)
    """

    name: ClassVar[str] = "clip_by_global_norm"

    def update(
        self, updates: Nodes, slots: Nodes, parameters: Nodes, step: Node, rate: Node
    ) -> tuple[dict[str, Node], dict[str, Node]]:
        """Clip all gradients."""
        if not updates:
            return {}, {}
        total = reduce(add, (squared_norm(gradient) for gradient in updates.values()))
        return {name: shrink(g, total, self.limit) for name, g in updates.items()}, {}


def squared_norm(x: Node, axes: Axes = None) -> Node:
    """Return the sum of squares along axes (None: all), in float64; the axes stay, with length 1.

    All of them summed give a scalar.
    """
    return sum(square(cast(x, float64)), axes, keepdims=axes is not None)


def shrink(x: Node, squared: Node, limit: float) -> Node:
    """Return x limit / norm where the norm is above the limit, else x itself.

    Args:
        x: any shape and floating-point type.
        squared: the square of the norm, float64, of a shape that broadcasts to that of x.
        limit: above 0.
    """
    norm = sqrt(squared)
    factor = where(less(limit, norm), limit / norm, 1.0)
    return x * cast(factor, x.dtype)
