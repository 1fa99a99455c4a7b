"""The multilayer perceptron: its layers, its names, its values."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import OptionError
from pellucid.graph.node import input_node
from pellucid.layers import Dense
from pellucid.models import multilayer_perceptron
from tests.layers.oracle import random_values, run_layer


def test_the_plain_one_is_dense_layers() -> None:
    network = multilayer_perceptron(3)
    assert [layer.title for layer in network.items] == [
        "Dense 'hidden_1'",
        "Dense 'hidden_2'",
        "Dense 'output'",
    ]
    x = np.random.default_rng(0).normal(size=(4, 5))
    network(input_node("x", x.shape, "float64"))
    values = random_values(network.parameters(), seed=1)
    w1, b1, w2, b2, w3, b3 = values.values()
    assert [w.shape for w in (w1, w2, w3)] == [(5, 128), (128, 64), (64, 3)]
    hidden = np.maximum(np.maximum(x @ w1 + b1, 0) @ w2 + b2, 0)
    np.testing.assert_allclose(run_layer(network, x, values), hidden @ w3 + b3, rtol=1e-11)


@pytest.mark.parametrize(
    ("normalization", "kind", "bias"), [("batch", "BatchNorm", False), ("layer", "LayerNorm", True)]
)
def test_normalization_stands_before_the_activation(
    normalization: str, kind: str, bias: bool
) -> None:
    network = multilayer_perceptron(1, (8,), "Tanh", 0.2, normalization)
    assert [layer.title for layer in network.items] == [
        "Dense 'hidden_1'",
        f"{kind} 'norm_1'",
        "Activation 'activation_1'",
        "Dropout 'dropout_1'",
        "Dense 'output'",
    ]
    hidden = network.items[0]
    assert isinstance(hidden, Dense)
    assert hidden.with_bias is bias
    assert hidden.activation is None


def test_weights_before_a_normalization_suit_the_activation_behind_it() -> None:
    network = multilayer_perceptron(1, (8,), "relu", normalization="batch")
    network(input_node("x", (2, 3)))
    names = {n: str(v.attributes["initializer"]) for n, v in network.parameters().items()}
    assert names["hidden_1.weight"] == "HeNormal()"
    assert names["output.weight"] == "GlorotUniform()"


def test_no_hidden_layer_is_a_linear_model() -> None:
    assert [layer.title for layer in multilayer_perceptron(2, ()).items] == ["Dense 'output'"]


def test_what_is_refused() -> None:
    text = "^normalization must be 'batch', 'layer' or None, got 'none'$"
    with pytest.raises(OptionError, match=text):
        multilayer_perceptron(1, normalization="none")
    with pytest.raises(OptionError, match=r"^there is no activation 'rely': did you mean 'relu'"):
        multilayer_perceptron(1, activation="rely")
    with pytest.raises(
        OptionError, match=r"^Dense needs units to be a whole number of at least 1,"
    ):
        multilayer_perceptron(1, (8, 0))
    with pytest.raises(
        OptionError, match=r"^Dropout needs a rate of at least 0 and below 1, got 2"
    ):
        multilayer_perceptron(1, dropout=2)
