"""Layers made of layers: values, names, errors."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import Node, input_node
from pellucid.layers import (
    Activation,
    BatchNorm,
    Concatenate,
    Dense,
    Flatten,
    Layer,
    Mode,
    Residual,
    Sequential,
)
from pellucid.primitives import cast
from tests.layers.oracle import random_values, run_layer

X = np.random.default_rng(0).normal(size=(5, 4))


class Integers(Layer):
    def call(self, x: Node, mode: Mode) -> Node:
        return cast(x, "int32")


class Total(Layer):
    def call(self, x: Node, mode: Mode) -> Node:
        return x[0, 0]


def build(layer: Layer) -> dict[str, np.ndarray]:
    layer(input_node("x", X.shape, "float64"))
    return random_values({**layer.parameters(), **layer.states()}, seed=8)


def test_sequential_applies_one_after_the_other() -> None:
    network = Sequential(Dense(3), Activation("tanh"), Dense(2))
    values = build(network)
    w1, b1, w2, b2 = values.values()
    expected = np.tanh(X @ w1 + b1) @ w2 + b2
    np.testing.assert_allclose(run_layer(network, X, values), expected, rtol=1e-12)


def test_an_empty_sequence_is_the_identity() -> None:
    x = input_node("x", (2, 3))
    assert Sequential()(x) is x


def test_unnamed_layers_are_named_by_kind_and_number() -> None:
    network = Sequential(
        Dense(3),
        Activation("relu"),
        BatchNorm(),
        Dense(3, name="dense_2"),
        Dense(3),
        Activation("tanh"),
        Sequential(Dense(3)),
    )
    assert [name for name, _ in network.children()] == [
        "dense_1",
        "relu_1",
        "batch_norm_1",
        "dense_2",
        "dense_3",
        "tanh_1",
        "sequential_1",
    ]
    assert [path for path, _ in network.layers()][-1] == "sequential_1.dense_1"


def test_names_must_be_unique_and_plain() -> None:
    text = (
        "^Sequential 'net' has two different layers named 'a': names must be unique, since "
        "parameters are called by them$"
    )
    with pytest.raises(OptionError, match=text):
        Sequential(Dense(1, name="a"), Flatten(name="a"), name="net")
    same = Dense(1, name="a")
    Sequential(same, same)
    for name in ("", "a.b", 3):
        text = f"^a layer's name is a text without '.', which separates the .*, got {name!r}$"
        with pytest.raises(OptionError, match=text):
            Sequential(Dense(1, name=name))  # type: ignore[arg-type]


def test_only_layers_are_taken() -> None:
    with pytest.raises(OptionError, match=r"^Sequential is made of layers, got 'relu'$"):
        Sequential(Dense(1), "relu")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match=r"^Residual is made of layers, got 3$"):
        Residual(3)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match=r"^Concatenate 'c' needs at least one layer, got none$"):
        Concatenate(name="c")


def test_residual_adds_its_input() -> None:
    block = Residual(Sequential(Dense(6, "tanh"), Dense(4)))
    values = build(block)
    assert next(iter(values)) == "inner.dense_1.weight"
    assert block.inner is block.items[0]
    w1, b1, w2, b2 = values.values()
    expected = X + np.tanh(X @ w1 + b1) @ w2 + b2
    np.testing.assert_allclose(run_layer(block, X, values), expected, rtol=1e-12)


def test_residual_needs_the_shape_to_be_kept() -> None:
    text = (
        r"^Residual 'block' adds what Dense 'inner' gives to its input, so they need one shape and "
        r"type: got float32 \(5, 1\) and float32 \(5, 4\)$"
    )
    with pytest.raises(ShapeError, match=text):
        Residual(Dense(1), name="block")(input_node("x", (5, 4)))
    with pytest.raises(ShapeError, match=r"got int32 \(5, 4\) and float32 \(5, 4\)$"):
        Residual(Integers())(input_node("x", (5, 4)))
    with pytest.raises(DTypeError, match=r"^Residual needs floats, got int32 of 'x' \(5, 4\)$"):
        Residual(Flatten())(input_node("x", (5, 4), "int32"))


def test_concatenate_joins_along_the_last_axis() -> None:
    wide = Concatenate(Dense(2), Flatten(), Sequential(Dense(3, "tanh"), Dense(1)))
    values = build(wide)
    w, b, w1, b1, w2, b2 = values.values()
    expected = np.concatenate([X @ w + b, X, np.tanh(X @ w1 + b1) @ w2 + b2], axis=1)
    got = run_layer(wide, X, values)
    assert got.shape == (5, 7)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_concatenate_names_the_branch_that_does_not_fit() -> None:
    text = (
        r"^Concatenate 'c' joins along the last axis, so all lengths but the last must be equal: "
        r"Flatten 'flatten_1' gives \(5, 12\), Dense 'dense_1' gives \(5, 3, 2\)$"
    )
    with pytest.raises(ShapeError, match=text):
        Concatenate(Dense(2), Flatten(), name="c")(input_node("x", (5, 3, 4)))
    with pytest.raises(ShapeError, match=r"Total 'total_1' gives \(\), Total 'total_1' gives \(\)"):
        Concatenate(Total())(input_node("x", (5, 3)))
    text = (
        "^Concatenate joins elements of one type: Integers 'integers_1' gives int32, "
        "Dense 'dense_1' gives float32$"
    )
    with pytest.raises(DTypeError, match=text):
        Concatenate(Dense(2), Integers())(input_node("x", (5, 3)))
