"""Thousands of random graphs: lowering keeps the bits, gradients agree with differences."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.autodiff import gradients
from pellucid.dtypes import float32
from pellucid.graph.node import Node
from pellucid.graph.primitive import Leaf, primitives
from pellucid.graph.traversal import topological
from pellucid.primitives.exponential import Tanh
from tests.derivatives import Computation, directional_derivative, random_direction
from tests.naive import Array, NaiveEvaluation, same_bits
from tests.random_graphs import RandomGraph, random_graph

COUNT = 2000
PART = 250
REACH = 1e-4
TOLERANCE = 1e-6


def slope_by_differences(
    computation: Computation, values: dict[Node, Array], direction: dict[Node, Array], reach: float
) -> float:
    def at(distance: float) -> float:
        moved = {leaf: array + distance * direction[leaf] for leaf, array in values.items()}
        return float(computation(moved)[0])

    return (8 * (at(reach) - at(-reach)) - (at(2 * reach) - at(-2 * reach))) / (12 * reach)


def disagreement(output: Node, graph: RandomGraph) -> float | None:
    """Return how far the gradients are from differences, as a multiple of what is allowed.

    None where differences over two reaches differ: there is a kink or a jump within reach. That
    rule does not look at the gradients.
    """
    direction = random_direction(graph.values, graph.leaves, graph.seed)
    alone = Computation([output], graph.leaves)
    wide, narrow = (
        slope_by_differences(alone, graph.values, direction, reach) for reach in (REACH, REACH / 4)
    )
    size = abs(wide) + abs(narrow) + abs(float(alone(graph.values)[0]))
    if not abs(wide - narrow) <= TOLERANCE * (size + 1e-3):
        return None
    found = Computation(gradients(output, graph.leaves), graph.leaves)(graph.values)
    terms = [g * direction[leaf] for g, leaf in zip(found, graph.leaves, strict=True)]
    got = float(sum(term.sum() for term in terms))
    size += float(sum(np.abs(term).sum() for term in terms))
    return float(abs(got - wide) / (3 * TOLERANCE * (size + 1e-3)))


@pytest.mark.parametrize("first", range(0, COUNT, PART))
def test_gradients_agree_with_differences(first: int) -> None:
    skipped = 0
    for seed in range(first, first + PART):
        graph = random_graph(seed)
        found = disagreement(graph.output, graph)
        skipped += found is None
        assert found is None or found < 1, f"seed {seed}: {found} times what is allowed"
    assert skipped < PART / 8


@pytest.mark.parametrize("first", range(0, COUNT, PART))
def test_lowering_keeps_the_bits_of_values_and_gradients(first: int) -> None:
    for seed in range(first, first + PART):
        graph = random_graph(seed, float32 if seed % 3 == 0 else np.dtype(np.float64))
        outputs = [graph.output, *graph.nodes[-3:], *gradients(graph.output, graph.leaves)]
        naive = NaiveEvaluation(graph.values)
        lowered = Computation(outputs, graph.leaves)(graph.values)
        for node, got in zip(outputs, lowered, strict=True):
            assert same_bits(naive(node), got), f"seed {seed}: {node!r}"


def test_second_derivatives_agree_with_differences() -> None:
    skipped, count = 0, 240
    for seed in range(10_000, 10_000 + count):
        graph = random_graph(seed, most_moves=8)
        direction = random_direction(graph.values, graph.leaves, seed + 1)
        slope = directional_derivative(graph.output, graph.leaves, direction)
        found = disagreement(slope, graph)
        skipped += found is None
        assert found is None or found < 1, f"seed {seed}: {found} times what is allowed"
    assert skipped < count / 8


def test_the_graphs_use_the_whole_catalogue() -> None:
    used = set()
    for seed in range(600):
        used |= {node.primitive.name for node in topological([random_graph(seed).output])}
    flat = {p.name for p in primitives() if isinstance(p, Leaf) or not p.differentiable}
    wanted = {p.name for p in primitives()} - flat
    assert wanted <= used, f"never drawn: {wanted - used}"


def test_a_graph_is_a_function_of_its_seed() -> None:
    one, other = random_graph(7), random_graph(7)
    assert len(one.nodes) == len(other.nodes)
    (first,), (second,) = (
        Computation([graph.output], graph.leaves)(graph.values) for graph in (one, other)
    )
    assert first == second


def test_a_planted_wrong_derivative_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Tanh.derivative

    def wrong(self: Tanh, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        (by_x,) = right(self, node, gradient)
        assert by_x is not None
        return (by_x * 1.001,)

    monkeypatch.setattr(Tanh, "derivative", wrong)
    caught = 0
    for seed in range(PART):
        graph = random_graph(seed)
        found = disagreement(graph.output, graph)
        caught += found is not None and found >= 1
    assert caught > 3
