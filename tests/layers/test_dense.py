"""The dense layer against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import Node, input_node
from pellucid.initializers import Normal
from pellucid.layers import Dense, Sequential
from tests.layers.oracle import random_values, run_layer


def build(layer: Dense, shape: tuple[int, ...] = (3, 4)) -> Dense:
    layer(input_node("x", shape))
    return layer


def initializer_of(leaf: Node | None) -> str:
    assert leaf is not None
    return str(leaf.attributes["initializer"])


@pytest.mark.parametrize("shape", [(5, 3), (1, 3), (2, 4, 3), (0, 3)])
def test_values(shape: tuple[int, ...]) -> None:
    layer = Dense(6, "tanh")
    build(layer, shape)
    layer = Dense(6, "tanh")
    layer(input_node("x", shape, "float64"))
    values = random_values(layer.parameters(), seed=2)
    x = np.random.default_rng(5).normal(size=shape)
    expected = np.tanh(np.einsum("...i,ij->...j", x, values["weight"]) + values["bias"])
    np.testing.assert_allclose(run_layer(layer, x, values), expected, rtol=1e-12)


def test_without_bias_and_activation_it_is_a_product() -> None:
    layer = Dense(2, bias=False)
    weight = np.array([[1.0, 2.0], [3.0, 4.0]])
    got = run_layer(layer, [[1.0, -1.0]], {"weight": weight})
    np.testing.assert_array_equal(got, [[-2.0, -2.0]])
    assert layer.bias is None
    assert list(layer.parameters()) == ["weight"]


def test_initializers_suit_the_activation_or_are_chosen() -> None:
    assert initializer_of(build(Dense(2, "relu")).weight) == "HeNormal()"
    assert initializer_of(build(Dense(2, "selu")).weight) == "LeCunNormal()"
    assert initializer_of(build(Dense(2)).weight) == "GlorotUniform()"
    assert initializer_of(build(Dense(2)).bias) == "Zeros()"
    chosen = build(Dense(2, "relu", initializer="orthogonal", bias_initializer=Normal(0, 1)))
    assert initializer_of(chosen.weight).startswith("Orthogonal")
    assert initializer_of(chosen.bias).startswith("Normal")


def test_a_width_that_does_not_fit_is_named_with_its_source() -> None:
    hidden = build(Dense(64, name="hidden_2"), (32, 64))
    network = Sequential(Dense(10, name="hidden_1"), hidden)
    text = (
        r"^Dense 'hidden_2' needs inputs of width 64, got \(32, 10\): "
        "the layer before it gives 10 features$"
    )
    with pytest.raises(ShapeError, match=text):
        network(input_node("x", (32, 5)))
    text = r"^Dense 'hidden_2' needs inputs of width 64, got \(32, 7\): 'x' has 7 features$"
    with pytest.raises(ShapeError, match=text):
        hidden(input_node("x", (32, 7)))


def test_inputs_that_are_refused() -> None:
    layer = Dense(2, name="d")
    with pytest.raises(DTypeError, match=r"^Dense 'd' needs floats, got int64 of 'x' \(3, 4\)$"):
        layer(input_node("x", (3, 4), "int64"))
    text = r"^Dense 'd' needs inputs of shape \(rows, .., features\), got 'x' \(3,\)$"
    with pytest.raises(ShapeError, match=text):
        layer(input_node("x", (3,)))
    build(layer, (3, 3))
    with pytest.raises(ShapeError, match=text):
        layer(input_node("x", (3,)))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"units": 0}, "^Dense needs units to be a whole number of at least 1, got 0$"),
        ({"units": 2.5}, "^Dense needs units to be a whole number of at least 1, got 2.5$"),
        ({"units": True}, "^Dense needs units to be a whole number of at least 1, got True$"),
        ({"units": 2, "bias": 1}, "^Dense needs bias to be True or False, got 1$"),
        ({"units": 2, "activation": "prelu"}, "^there is no activation 'prelu': did you mean"),
        ({"units": 2, "initializer": "he"}, "^there is no initializer 'he'"),
        ({"units": 2, "bias_initializer": "none"}, "^there is no initializer 'none'"),
    ],
)
def test_arguments_that_are_refused(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(OptionError, match=text):
        Dense(**arguments)
