"""The checker of derivatives: finite differences in float64 along random directions.

It receives a scalar node, the values of its leaves, and the leaves to differentiate by; it raises
AssertionError where the graph's gradients and the differences disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends import backend_named
from pellucid.graph.node import Node, constant_node

Array = np.ndarray[Any, Any]
Values = Mapping[Node, Array]

STEP = 3e-4
TOLERANCE = 1e-7
"""Of the sum of the sizes of all terms: a derivative that is off by 1.001 is far outside."""


def weighted_total(node: Node, seed: int) -> Node:
    """Return the scalar sum(node * weights) with random weights of either sign."""
    random = np.random.default_rng(seed)
    weights = random.uniform(0.5, 1.5, node.shape) * random.choice([-1.0, 1.0], node.shape)
    return p.sum(node * constant_node(np.asarray(weights, node.dtype)))


def compute(nodes: Sequence[Node], values: Values) -> list[Array]:
    """Return the values of several nodes."""
    return Computation(nodes, list(values))(values)


class Computation:
    """Nodes compiled once, to be computed at several points."""

    def __init__(self, nodes: Sequence[Node], leaves: Sequence[Node]) -> None:
        self._leaves = {str(position): leaf for position, leaf in enumerate(leaves)}
        outputs = {str(position): node for position, node in enumerate(nodes)}
        self._function = backend_named("reference").compile_function(self._leaves, outputs)

    def __call__(self, values: Values) -> list[Array]:
        arrays = {name: np.asarray(values[leaf]) for name, leaf in self._leaves.items()}
        return list(self._function(arrays).values())


def random_direction(values: Values, leaves: Sequence[Node], seed: int) -> dict[Node, Array]:
    """Return a direction in which every leaf moves, by 0.5 to 1 in each element."""
    random = np.random.default_rng(seed)
    return {
        leaf: np.asarray(
            random.uniform(0.5, 1.0, leaf.shape) * random.choice([-1.0, 1.0], leaf.shape)
        )
        for leaf in leaves
    }


def difference(
    output: Node, values: Values, direction: Values, step: float = STEP
) -> tuple[float, float]:
    """Return the slope of `output` along a direction, and the size of what it was made from.

    The central difference of fourth order: (8 (f1 - f-1) - (f2 - f-2)) / 12 h.
    """
    compiled = Computation([output], list(values))

    def at(distance: float) -> float:
        moved = {
            leaf: array + distance * direction[leaf]
            for leaf, array in values.items()
            if leaf in direction
        }
        return float(compiled({**values, **moved})[0])

    far, near = at(2 * step) - at(-2 * step), at(step) - at(-step)
    size = abs(at(0.0)) * np.finfo(np.float64).eps / step
    return (8 * near - far) / (12 * step), size


def slope_along(
    output: Node, values: Values, leaves: Sequence[Node], direction: Values
) -> tuple[float, float]:
    """Return what the graph's gradients say of that slope, and the sum of its terms' sizes."""
    found = compute(gradients(output, leaves), values)
    terms = [g * direction[leaf] for g, leaf in zip(found, leaves, strict=True)]
    return (
        float(sum(term.sum() for term in terms)),
        float(sum(np.abs(term).sum() for term in terms)),
    )


def check_gradients(
    output: Node,
    values: Values,
    leaves: Sequence[Node],
    *,
    seed: int = 0,
    tolerance: float = TOLERANCE,
    step: float = STEP,
) -> None:
    """Hold the gradients of a float64 scalar to finite differences along a random direction."""
    direction = random_direction(values, leaves, seed)
    expected, noise = difference(output, values, direction, step)
    got, size = slope_along(output, values, leaves, direction)
    allowed = tolerance * (size + abs(expected)) + 100 * noise + 1e-12
    assert abs(got - expected) <= allowed, (
        f"seed {seed}: the slope is {expected:.15g} by differences, {got:.15g} by gradients; "
        f"they differ by {abs(got - expected):.3g}, allowed {allowed:.3g}"
    )


def directional_derivative(output: Node, leaves: Sequence[Node], direction: Values) -> Node:
    """Return the slope of `output` along a constant direction, as a node."""
    parts = [
        p.sum(gradient * constant_node(direction[leaf]))
        for gradient, leaf in zip(gradients(output, leaves), leaves, strict=True)
    ]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def check_second_gradients(
    output: Node,
    values: Values,
    leaves: Sequence[Node],
    *,
    seed: int = 0,
    tolerance: float = TOLERANCE,
    step: float = STEP,
) -> None:
    """Hold the gradients of a directional derivative to differences of that derivative."""
    direction = random_direction(values, leaves, seed + 1)
    slope = directional_derivative(output, leaves, direction)
    check_gradients(slope, values, leaves, seed=seed, tolerance=tolerance, step=step)
