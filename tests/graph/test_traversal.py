"""Walking and rebuilding, without recursion."""

from __future__ import annotations

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.graph.node import Node, input_node
from pellucid.graph.text import text
from pellucid.graph.traversal import (
    named_users,
    rebuild,
    substitute,
    topological,
    with_inputs,
)
from pellucid.simplify import simplify
from tests.random_graphs import random_graph


def test_inputs_come_before_users_and_each_node_once() -> None:
    for seed in range(100):
        order = topological([random_graph(seed).output])
        places = {node: place for place, node in enumerate(order)}
        assert len(places) == len(order)
        for node in order:
            assert all(places[source] < places[node] for source in node.inputs)


def test_the_order_is_depth_first_and_first_input_first() -> None:
    x, y = input_node("x", ()), input_node("y", ())
    left, right = p.exp(x), p.sin(y)
    both = left + right
    assert topological([both, x]) == [x, left, y, right, both]


def test_stopping() -> None:
    x = input_node("x", ())
    y = p.exp(x)
    z = p.sin(y)
    assert topological([z], stop=[y]) == [y, z]
    assert topological([z], stop=[z]) == [z]


def test_substituting() -> None:
    x, y = input_node("x", ()), input_node("y", ())
    (node,) = substitute([p.exp(x) + x], {x: y})
    assert float(evaluate(node, {y: 0.0})) == 1.0
    assert x not in topological([node])


def test_rebuilding_keeps_what_does_not_change() -> None:
    x = input_node("x", (3,))
    node = p.softmax(p.exp(x)).named("share")
    assert rebuild([node], with_inputs)[0] is node
    (other,) = rebuild([node], lambda n, inputs: p.sin(x) if n is x else with_inputs(n, inputs))
    assert other is not node
    assert other.name == "share"


def test_depth_is_no_limit() -> None:
    x = input_node("x", (), "float64")
    node: Node = x
    for _ in range(20_000):
        node = p.identity(node) * 1.0 + 1.0
    (short,) = simplify([node])
    assert len(topological([short])) < 50_000
    assert float(evaluate(short, {x: 0.5})) == 20_000.5
    assert len(text([node]).splitlines()) == len(topological([node]))


def test_text_form() -> None:
    x = input_node("x", (2, 3))
    node = p.sum(x[0] * np.float32(2.0), keepdims=True).named("total")
    assert text([node]).splitlines() == [
        "%0 = input() : float32[2,3]  ; x",
        "%1 = slice(%0; starts=(0, 0), stops=(1, 3), steps=(1, 1)) : float32[1,3]",
        "%2 = reshape(%1; shape=(3,)) : float32[3]",
        "%3 = constant(2.0) : float32[]",
        "%4 = broadcast(%3; shape=(3,)) : float32[3]",
        "%5 = multiply(%2, %4) : float32[3]",
        "%6 = sum(%5; axes=(0,), keepdims=True, accumulator=float32) : float32[1]  ; total",
    ]
    assert text([p.iota(3)]) == "%0 = iota(shape=(3,), axis=0, dtype=int32) : int32[3]"
    assert text([p.exp(np.ones(3))]).startswith("%0 = constant(array of 3) : float64[3]")


def test_the_first_user_with_a_name() -> None:
    met, draw = 0, np.random.default_rng(0)

    def named_by_chance(node: Node, inputs: tuple[Node, ...]) -> Node:
        name = "named" if draw.random() < 0.1 else None
        return Node(node.primitive, inputs, node.attributes, name)

    for seed in range(60):
        outputs = rebuild([random_graph(seed).output], named_by_chance)
        found = named_users(outputs)
        order = topological(outputs)
        for node in order:
            reached = {node}
            for user in order:
                if not reached.isdisjoint(user.inputs):
                    reached.add(user)
            users = [user for user in order if user in reached - {node} and user.name is not None]
            assert found.get(node) is (users[0] if users else None), f"seed {seed}, {node!r}"
            met += len(users) > 1
    assert met > 100
