from __future__ import annotations

import doctest

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.graph import outline as module
from pellucid.graph.node import Node, constant_node, input_node
from pellucid.graph.outline import is_plumbing, outline
from pellucid.graph.traversal import topological

TIMES, MINUS = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}"
X = input_node("x", (3,))
Y = input_node("y", (3,))


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("node", "title"),
    [
        (X + Y, "+"),
        (X + 1.0, "+ 1"),
        (1.0 + X, "1 +"),
        (X - 0.5, f"{MINUS} 0.5"),
        (0.5 - X, f"0.5 {MINUS}"),
        (X * Y, TIMES),
        (X / 4.0, "/ 4"),
        (4.0 / X, "4 /"),
        (-X, f"{TIMES} {MINUS}1"),
        (p.reciprocal(X), "1 /"),
        (X**3.0, "power(·, 3)"),
        (p.maximum(X, 0.0), "maximum(·, 0)"),
        (p.where(p.less(X, Y), 0.0, Y), "where(·, 0, ·)"),
        (p.tanh(X), "tanh"),
        (p.softmax(X), "softmax"),
        (p.exp(X).named("powers"), "powers"),
        (p.reciprocal(constant_node(32.0)), "1 / 32"),
        (-constant_node(32.0), f"32 {TIMES} {MINUS}1"),
        (constant_node(3.0) + constant_node(4.0), "3 + 4"),
        (constant_node(2.5), "2.5"),
        (constant_node(np.arange(3.0)), "constant"),
    ],
)
def test_titles(node: Node, title: str) -> None:
    assert outline([node])[-1].title == title


def test_sources_skip_broadcasts_and_reshapes() -> None:
    bias = input_node("bias", ())
    product = p.reshape(X, (3, 1)) * bias
    (box,) = [box for box in outline([product]) if box.node is product]
    assert box.sources == (X, bias)
    assert [b.title for b in outline([product])] == ["x", "bias", TIMES]


def test_everything_is_shown_on_request() -> None:
    output = p.reshape(X * 2.0, (3, 1))
    assert [b.node for b in outline([output], plumbing=True)] == topological([output])
    assert [b.title for b in outline([output], plumbing=True)] == [
        "x",
        "2",
        "broadcast",
        TIMES,
        "reshape",
    ]


def test_outputs_named_nodes_and_arrays_are_no_plumbing_to_hide() -> None:
    wide = p.broadcast(input_node("a", ()), (3,))
    flat = p.reshape(X, (3, 1)).named("column")
    two = constant_node(2.0, name="two")
    table = constant_node(np.arange(3, dtype=np.float32))
    total = p.sum(flat) * two + p.sum(X * table)
    titles = [box.title for box in outline([total, wide])]
    assert titles == [
        "x",
        "column",
        "sum",
        "two",
        TIMES,
        "constant",
        TIMES,
        "sum",
        "+",
        "a",
        "broadcast",
    ]


def test_a_source_may_stand_twice() -> None:
    assert outline([X * X])[-1].sources == (X, X)


def test_an_output_inside_the_graph_stands_once() -> None:
    inner = p.tanh(X)
    outer = p.exp(inner)
    assert [box.node for box in outline([outer, inner, inner])] == [X, inner, outer]


def test_plumbing() -> None:
    assert is_plumbing(constant_node(1.0))
    assert is_plumbing(p.reshape(X, (1, 3)))
    assert not is_plumbing(constant_node(1.0, name="one"))
    assert not is_plumbing(p.transpose(p.reshape(X, (1, 3))))
    assert not is_plumbing(X)
