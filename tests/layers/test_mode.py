"""Draws, paths, and what layers say beside their output."""

from __future__ import annotations

import re

import numpy as np
import pytest

from pellucid.backends import evaluate
from pellucid.errors import GraphError, ShapeError
from pellucid.graph.node import input_node, key_node, state_node
from pellucid.layers import Dense, Dropout, Mode, Sequential


def test_drawing_without_a_key_is_refused() -> None:
    text = "^a layer draws random numbers: the mode needs a key and a step$"
    for mode in (Mode(True), Mode(True, key=key_node()), Mode(True, step=state_node("s", (), int))):
        with pytest.raises(GraphError, match=text):
            mode.bernoulli((3,), 0.5)
    text = "^the layer 'net.dropout_1' draws random numbers: the mode needs a key and a step$"
    with pytest.raises(GraphError, match=text):
        Sequential(Dropout(0.5), name="net")(input_node("x", (3, 2)), Mode(training=True))


def test_normal_draws_depend_on_seed_step_and_order_of_calls() -> None:
    key, step = key_node(), state_node("step", (), "int64")
    mode = Mode(True, key, step)
    nodes = [mode.normal((4000,)), mode.normal((4000,))]
    seed, other = np.array([1, 2], np.uint32), np.array([1, 3], np.uint32)
    first, second = evaluate(nodes, {key: seed, step: 5})
    again, _ = evaluate(nodes, {key: seed, step: 5})
    assert first.tobytes() == again.tobytes()
    for different in (second, *evaluate(nodes, {key: seed, step: 6}),
                      *evaluate(nodes, {key: other, step: 5})):  # fmt: skip
        assert abs(np.corrcoef(first, different)[0, 1]) < 0.06
    assert abs(first.mean()) < 0.06
    assert abs(first.std() - 1) < 0.05


def test_latest_is_the_last_update() -> None:
    leaf = state_node("mean", ())
    mode = Mode(True)
    assert mode.latest(leaf) is leaf
    mode.update(leaf, leaf + 1.0)
    assert mode.latest(leaf) is mode.updates[leaf]


def test_calls_are_recorded_inner_ones_first() -> None:
    inner = Dense(3)
    network = Sequential(inner)
    mode, x = Mode(), input_node("x", (2, 4))
    y = network(x, mode)
    assert mode.calls == [(inner, x, y), (network, x, y)]


def test_a_failed_call_leaves_no_trace_in_the_path() -> None:
    mode = Mode()
    network = Sequential(Dense(3, name="hidden"), name="net")
    with pytest.raises(ShapeError, match=re.escape("Dense 'hidden' needs inputs")):
        network(input_node("x", (2,)), mode)
    with mode.inside("a") as path:
        assert path == "a"
