"""What nodes are lowered to."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends.native.operations import (
    Contract,
    Fixed,
    Leaf,
    Map,
    Operation,
    Reduce,
    Special,
    Uniform,
    lower,
    operations_of,
)
from pellucid.graph.node import Node, constant_node, input_node
from pellucid.primitives import iota
from pellucid.simplify import simplify
from tests.random_graphs import random_graph


def lowered(*nodes: Node) -> list[Operation]:
    return operations_of(lower(simplify(nodes, lower=True)))


def kinds(*nodes: Node) -> list[str]:
    return [type(op).__name__ for op in lowered(*nodes)]


X = input_node("x", (4, 6))


def test_what_only_moves_becomes_a_view() -> None:
    (op,) = lowered(p.exp(p.transpose(X)[1:5:2]))
    (read,) = op.reads
    assert isinstance(read.source, Leaf)
    assert read.view.shape == (2, 4)
    assert read.view.strides == (2, 6)
    assert read.view.offset == 1


def test_a_reshape_that_strides_cannot_say_is_a_copy() -> None:
    assert kinds(p.exp(p.reshape(p.transpose(X), (3, 8)))) == ["Map", "Map"]
    assert kinds(p.exp(p.reshape(X, (3, 8)))) == ["Map"]


def test_every_output_has_a_whole_buffer_of_its_own() -> None:
    exp = p.exp(X)
    outputs = lower([exp, exp, X, p.transpose(exp), constant_node(np.ones((2, 2), np.float32))])
    assert len(set(outputs)) == 5
    assert all(isinstance(op, Map) for op in outputs)
    assert outputs[3].shape == (6, 4)


def test_constants_of_one_number_are_read_as_that_number() -> None:
    (op,) = lowered(X * constant_node(np.full((4, 6), 2.5, np.float32)))
    assert isinstance(op.reads[1].source, Uniform)
    assert op.reads[1].source.value == 2.5
    (op,) = lowered(X * constant_node(np.arange(24, dtype=np.float32).reshape(4, 6)))
    assert isinstance(op.reads[1].source, Fixed)
    # The two zeros are two numbers, and a nan is one.
    zeros = np.zeros((4, 6), np.float32)
    zeros[1, 1] = -0.0
    (op,) = lowered(X + constant_node(zeros))
    assert isinstance(op.reads[1].source, Fixed)
    (op,) = lowered(X + constant_node(np.full((4, 6), np.nan, np.float32)))
    assert isinstance(op.reads[1].source, Uniform)


def test_a_count_is_a_line_that_is_repeated() -> None:
    (op,) = lowered(p.cast(iota((4, 6), 0, "int32"), "float32") * X)[-1:]
    assert isinstance(op, Map)
    (line,) = lowered(p.cast(iota((4, 6), 0, "int32"), "float32"))
    assert line.reads[0].view.strides == (1, 0)


def test_reductions() -> None:
    (op,) = lowered(p.sum(X, 1))
    assert isinstance(op, Reduce)
    assert (op.shape, op.axes, op.combine) == ((4,), (1,), "sum")
    wide = input_node("wide", (2, 3, 4, 5))
    # Axes that cannot be walked as one are moved side by side, by a copy.
    assert kinds(p.sum(wide, (0, 2))) == ["Map", "Reduce"]
    assert kinds(p.sum(wide, (1, 2))) == ["Reduce"]
    assert kinds(p.sum(p.transpose(X), 0)) == ["Reduce"]


def test_a_sum_of_one_element_is_that_element_and_of_none_its_identity() -> None:
    column = input_node("column", (4, 1))
    (op,) = lowered(p.exp(p.sum(column, 1)))
    assert isinstance(op, Map)
    assert isinstance(op.reads[0].source, Leaf)
    nothing = input_node("nothing", (4, 0))
    for build, identity in ((p.sum, 0), (p.product, 1)):
        (op,) = lowered(p.exp(build(nothing, 1)))
        assert isinstance(op.reads[0].source, Uniform)
        assert op.reads[0].source.value == identity


def test_what_has_no_elements_needs_nothing() -> None:
    placed = p.scatter(X, constant_node(np.zeros(0, np.int32)), input_node("rows", (0, 6)))
    empty = p.gather(placed, constant_node(np.zeros(0, np.int32)))
    assert [type(op).__name__ for op in lowered(empty)] == ["Special"]


def test_products_of_matrices_read_their_operands_where_they_are() -> None:
    y = input_node("y", (5, 6))
    (op,) = lowered(X @ p.transpose(y))
    assert isinstance(op, Contract)
    assert [read.view.strides for read in op.reads] == [(6, 1), (1, 6)]
    batched, stack = input_node("batched", (3, 1, 4, 6)), input_node("stack", (2, 6, 5))
    (op,) = lowered(p.matmul(batched, stack))
    assert op.shape == (3, 2, 4, 5)
    assert [read.view.strides for read in op.reads] == [(24, 0, 6, 1), (0, 30, 5, 1)]


@pytest.mark.parametrize("seed", range(60))
def test_operations_of_random_graphs_obey_the_grammar(seed: int) -> None:
    graph = random_graph(seed)
    outputs = lower(simplify([graph.output, *graph.nodes], lower=True))
    assert len(set(outputs)) == len(outputs)
    seen: set[Operation] = set()
    for op in operations_of(outputs):
        for read in op.reads:
            if isinstance(read.source, Operation):
                assert read.source in seen or not op.size, f"seed {seed}: {op.node!r}"
            if isinstance(op, Map):
                assert read.view.shape == op.shape, f"seed {seed}: {op.node!r}"
            if isinstance(op, Special):
                assert read.is_whole or isinstance(read.source, Leaf | Fixed)
        if isinstance(op, Reduce):
            shape = op.reads[0].view.shape
            assert op.shape == tuple(n for a, n in enumerate(shape) if a not in op.axes)
        if isinstance(op, Contract):
            left, right = (read.view.shape for read in op.reads)
            assert left[:-2] == right[:-2] == op.shape[:-2]
            assert left[-1] == right[-2]
        seen.add(op)
