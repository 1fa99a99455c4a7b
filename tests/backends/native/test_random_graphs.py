"""Thousands of random graphs, which no layer makes, against plain evaluation and differences.

A part of the graphs is compiled in one call. Seeds are in the messages.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends.native import NativeBackend, object_code
from pellucid.dtypes import float32, float64
from pellucid.graph.node import Node
from tests.backends.native.comparison import Array, Batch
from tests.derivatives import Computation, directional_derivative, random_direction
from tests.graph.test_random_graphs import REACH, TOLERANCE, slope_by_differences
from tests.naive import NaiveEvaluation
from tests.random_graphs import RandomGraph, random_graph

COUNT, PART = 2000, 100
SECOND = 60
FEW_MOVES, MOST_MOVES = 5, 14
ALLOWED = {float32: 1e-5, float64: 1e-13}
"""How far values may be apart, relative to the largest number that was met on the way."""


def graph_of(seed: int) -> RandomGraph:
    """Return the graph of a seed: every eighth is long, every third of float64."""
    dtype: Any = float64 if seed % 3 == 0 else float32
    return random_graph(seed, dtype, MOST_MOVES if seed % 8 == 0 else FEW_MOVES)


def assert_agrees(graph: RandomGraph, nodes: list[Node], got: list[Array]) -> None:
    naive = NaiveEvaluation(graph.values)
    for node, mine in zip(nodes, got, strict=True):
        expected = naive(node)
        what = f"seed {graph.seed}, {node!r}"
        assert mine.dtype == expected.dtype, what
        assert mine.shape == expected.shape, what
        allowed = ALLOWED[mine.dtype] * largest(naive)
        error = float(np.abs(mine - expected).max(initial=0))
        assert error <= allowed, f"{what}: off by {error:.3g}, allowed {allowed:.3g}"


def largest(naive: NaiveEvaluation) -> float:
    """Return the size of the largest number that was met, at least 1."""
    found = 1.0
    for value in map(np.asarray, naive.values.values()):
        if value.dtype.kind == "f" and value.size:
            found = max(found, float(np.abs(value[np.isfinite(value)]).max(initial=0)))
    return found


@pytest.mark.parametrize("first", range(0, COUNT, PART))
def test_values_and_gradients(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradients of every second graph; those in float64 are held to differences, too.

    Most parts are compiled without LLVM's optimizations, in half the time: what the text means
    must not depend on them.
    """
    if first // PART % 4:
        monkeypatch.setattr(object_code, "LEVEL", 0)
    batch, graphs = Batch(), [graph_of(seed) for seed in range(first, first + PART)]
    for graph in graphs:
        nodes = [graph.output, graph.nodes[-1]]
        if graph.seed % 2:
            nodes += gradients(graph.output, graph.leaves)
        batch.add(str(graph.seed), nodes, graph.values)
    got = batch.compute(NativeBackend(lanes=4))
    for graph in graphs:
        name = str(graph.seed)
        assert_agrees(graph, batch.groups[name], got[name])
        if graph.seed % 6 == 3:
            found = disagreement(graph, graph.output, got[name][2:])
            assert found < 1, f"seed {name}: the slope is {found} times what is allowed off"


def disagreement(graph: RandomGraph, output: Node, slopes: list[Array]) -> float:
    """Return how far gradients are from differences, in multiples of what is allowed.

    It is 0 where differences over two reaches differ: there is a kink or a jump within reach.
    """
    direction = random_direction(graph.values, graph.leaves, graph.seed)
    alone = Computation([output], graph.leaves)
    wide, narrow = (
        slope_by_differences(alone, graph.values, direction, reach) for reach in (REACH, REACH / 4)
    )
    size = abs(wide) + abs(narrow) + abs(float(alone(graph.values)[0]))
    if not abs(wide - narrow) <= TOLERANCE * (size + 1e-3):
        return 0.0
    terms = [g * direction[leaf] for g, leaf in zip(slopes, graph.leaves, strict=True)]
    size += float(sum(np.abs(term).sum() for term in terms))
    got = float(sum(term.sum() for term in terms))
    return abs(got - wide) / (3 * TOLERANCE * (size + 1e-3))


def test_second_derivatives() -> None:
    batch, graphs = Batch(), {}
    for seed in range(10_000, 10_000 + SECOND):
        dtype: Any = float64 if seed % 2 else float32
        graph = random_graph(seed, dtype, most_moves=6)
        direction = random_direction(graph.values, graph.leaves, seed + 1)
        moved = {leaf: np.asarray(d, dtype) for leaf, d in direction.items()}
        slope = directional_derivative(graph.output, graph.leaves, moved)
        graphs[seed] = graph, slope
        batch.add(str(seed), [slope, *gradients(slope, graph.leaves)], graph.values)
    got = batch.compute(NativeBackend(lanes=4))
    checked = 0
    for seed, (graph, slope) in graphs.items():
        assert_agrees(graph, batch.groups[str(seed)], got[str(seed)])
        if seed % 2:
            found = disagreement(graph, slope, got[str(seed)][1:])
            assert found < 1, f"seed {seed}: the slope is {found} times what is allowed off"
            checked += found > 0
    assert checked > SECOND // 4


@pytest.mark.parametrize("fuse", [False, True])
def test_graphs_one_by_one(fuse: bool) -> None:
    """Alone, a graph has other levels and other memory than among many."""
    for seed in range(20_000, 20_012):
        graph = random_graph(seed, float32, most_moves=10)
        batch = Batch()
        nodes = [graph.output, *gradients(graph.output, graph.leaves)]
        batch.add("only", nodes, graph.values)
        assert_agrees(graph, nodes, batch.compute(NativeBackend(threads=2, fuse=fuse))["only"])


def test_a_planted_fault_is_seen() -> None:
    graph = random_graph(3, float64, most_moves=6)
    right = NaiveEvaluation(graph.values)(graph.output)
    with pytest.raises(AssertionError, match=r"seed 3, .*: off by"):
        assert_agrees(graph, [graph.output], [np.asarray(right * (1 + 1e-9) + 1e-9)])
    slopes = Computation(gradients(p.sum(graph.output), graph.leaves), graph.leaves)(graph.values)
    assert disagreement(graph, graph.output, slopes) < 1
    wrong = [slope * 1.001 for slope in slopes]
    assert disagreement(graph, graph.output, wrong) > 1
