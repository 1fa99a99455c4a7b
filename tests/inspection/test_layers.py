"""The probe of layers, against NumPy by hand and finite differences."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.errors import DataError, OptionError
from pellucid.graph.node import Node, input_node
from pellucid.inspection.layers import probe_layers
from pellucid.layers import Dense, Dropout, Sequential
from pellucid.layers.base import Layer, parameter
from pellucid.layers.mode import Mode
from pellucid.losses import SoftmaxCrossEntropy, SquaredError
from pellucid.models.mlp import multilayer_perceptron
from pellucid.primitives import sigmoid

Array = np.ndarray[Any, Any]

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(200, 3)).astype(np.float32)
Y = DRAW.normal(size=(200, 1)).astype(np.float32)


def built(network: Layer, seed: int = 0, width: int = 3) -> dict[str, Array]:
    """Return first values for the parameters and running statistics of a network."""
    network(input_node("features", (2, width)))
    draw = np.random.default_rng(seed)
    values = {
        name: draw.normal(size=leaf.shape).astype(np.float32) / 2
        for name, leaf in network.parameters().items()
    }
    statistics = {
        name: np.full(leaf.shape, leaf.attributes["initial"], np.float32)
        for name, leaf in network.states().items()
    }
    return {**values, **statistics}


def by_hand(values: dict[str, Array], x: Array, y: Array) -> tuple[float, Array]:
    """Return loss and activations of two layers of ReLUs, in float64."""
    v = {name: value.astype(np.float64) for name, value in values.items()}
    hidden = np.maximum(x @ v["hidden_1.weight"] + v["hidden_1.bias"], 0)
    output = hidden @ v["output.weight"] + v["output.bias"]
    return float(np.mean((output - y) ** 2)), hidden


@pytest.mark.parametrize("backend", ["reference", "native"])
def test_numbers_of_a_small_network(backend: str) -> None:
    network = multilayer_perceptron(1, (5,), "relu")
    first, best = built(network, 1), built(network, 2)
    best["hidden_1.bias"][:2] = -100.0
    found = probe_layers(network, first, best, X, Y, SquaredError(), backend=backend)
    loss, hidden = by_hand(best, X, Y)
    assert found["loss"] == pytest.approx(loss, rel=1e-5)
    assert found["loss_first"] == pytest.approx(by_hand(first, X, Y)[0], rel=1e-5)
    assert [entry["layer"] for entry in found["activations"]] == ["hidden_1", "output"]
    inner, outer = found["activations"]
    assert (inner["function"], inner["dead"], inner["saturated"]) == ("relu", 0.4, None)
    assert (outer["function"], outer["dead"], outer["saturated"]) == (None, None, None)
    assert sum(inner["counts"]) == 5 * 200
    assert inner["counts"][0] == np.histogram(hidden, inner["edges"])[0][0]
    weight = found["weights"][0]
    assert weight["layer"] == "hidden_1"
    assert weight["mean"] == pytest.approx(best["hidden_1.weight"].mean(), rel=1e-5)
    assert weight["deviation"] == pytest.approx(best["hidden_1.weight"].std(), rel=1e-5)
    counts = np.histogram(best["hidden_1.weight"], weight["edges"])[0]
    assert weight["counts"] == counts.tolist()
    assert sum(weight["counts_first"]) == 15
    json.dumps(found, allow_nan=False)


def test_gradients_against_finite_differences() -> None:
    network = multilayer_perceptron(1, (5,), "relu")
    first, best = built(network, 1), built(network, 2)
    found = probe_layers(network, first, best, X, Y, SquaredError())
    for entry, name in zip(found["gradients"], ("hidden_1.weight", "output.weight"), strict=True):
        for norm, values in (("norm", best), ("norm_first", first)):
            slope = np.zeros(values[name].shape)
            for place in np.ndindex(slope.shape):
                sides = []
                for step in (1e-3, -1e-3):
                    moved = {key: value.astype(np.float64) for key, value in values.items()}
                    moved[name][place] += step
                    sides.append(by_hand(moved, X, Y)[0])
                slope[place] = (sides[0] - sides[1]) / 2e-3
            assert entry[norm] == pytest.approx(np.linalg.norm(slope), rel=1e-2)
        assert entry["size"] == best[name].size
        assert sum(entry["counts"]) + entry["zeros"] == entry["size"]


def test_saturated_units_are_near_a_bound_on_nearly_every_row() -> None:
    network = Sequential(Dense(4, "tanh", name="a"), Dense(4, "sigmoid", name="b"), Dense(1))
    values = built(network)
    values["a.bias"][:] = [50, -50, 0, 0]
    values["b.bias"][:] = [50, 0, 0, 0]
    # A unit that leaps between its bounds is saturated too.
    values["a.weight"][:, 2] = [1e4, 0, 0]
    values["b.weight"][:] /= 10
    found = probe_layers(network, values, values, X, Y, SquaredError())
    assert [entry["saturated"] for entry in found["activations"]] == [0.75, 0.25, None]
    assert [entry["dead"] for entry in found["activations"]] == [None, None, None]


@pytest.mark.parametrize("activation", ["relu", "elu", "gelu", "silu", "softplus", "mish"])
def test_dead_units_of_every_rectifier(activation: str) -> None:
    network = Sequential(Dense(4, activation, name="a"), Dense(1, name="b"))
    values = built(network)
    values["a.bias"][:3] = -60.0
    found = probe_layers(network, values, values, X, Y, SquaredError())
    assert found["activations"][0]["dead"] == 0.75


def test_a_leaky_unit_never_dies() -> None:
    network = Sequential(Dense(4, "leaky_relu", name="a"), Dense(1, name="b"))
    values = built(network)
    values["a.bias"][:] = -60.0
    found = probe_layers(network, values, values, X, Y, SquaredError())
    assert found["activations"][0]["dead"] == 0.0


def test_normalized_layers_and_dropout() -> None:
    network = multilayer_perceptron(3, (6, 4), "relu", dropout=0.5, normalization="batch")
    labels = np.arange(200, dtype=np.int32) % 3
    values = built(network)
    values["norm_1.scale"][:] = 1.0
    found = probe_layers(network, values, values, X, labels, SoftmaxCrossEntropy())
    layers = [entry["layer"] for entry in found["activations"]]
    # Dropout hands on its input in evaluation: it has no activations of its own.
    assert layers == [
        *("hidden_1", "norm_1", "activation_1", "hidden_2", "norm_2", "activation_2"),
        "output",
    ]
    assert [entry["layer"] for entry in found["weights"]] == ["hidden_1", "hidden_2", "output"]
    again = probe_layers(network, values, values, X, labels, SoftmaxCrossEntropy())
    assert again == found
    other = probe_layers(network, values, values, X, labels, SoftmaxCrossEntropy(), seed=1)
    assert other["gradients"] != found["gradients"]
    assert other["activations"] == found["activations"]


class TwoWeights(Layer):
    def __init__(self) -> None:
        self.up = parameter((3, 4))
        self.down = parameter((4, 1))

    def call(self, x: Node, mode: Mode) -> Node:
        return sigmoid(x @ self.up) @ self.down


def test_layers_of_ones_own() -> None:
    network = TwoWeights()
    values = built(network)
    found = probe_layers(network, values, values, X, Y, SquaredError())
    assert [entry["layer"] for entry in found["weights"]] == ["up", "down"]
    assert [entry["layer"] for entry in found["activations"]] == ["two_weights"]


def test_how_far_training_moved_the_weights() -> None:
    network = Sequential(Dense(4, "relu", name="hidden"), Dense(1, name="output"))
    first = built(network)
    best = {
        name: value + (0.5 if name == "hidden.weight" else 2.0 * (value.ndim == 1))
        for name, value in first.items()
    }
    best = {name: value.astype(np.float32) for name, value in best.items()}
    found = probe_layers(network, first, best, X, Y, SquaredError())
    weights = [first["hidden.weight"], first["output.weight"]]
    size = sum(float(np.square(value.astype(np.float64)).sum()) for value in weights)
    # Biases do not count: they begin at 0, and a rate is no better or worse for them.
    assert found["moved"] == pytest.approx((0.25 * weights[0].size / size) ** 0.5, rel=1e-5)
    assert probe_layers(network, first, first, X, Y, SquaredError())["moved"] == 0.0
    nothing = {name: np.zeros_like(value) for name, value in first.items()}
    assert probe_layers(network, nothing, first, X, Y, SquaredError())["moved"] is None


def test_only_some_rows_are_used() -> None:
    network = Sequential(Dense(4, "relu", name="a"), Dropout(0.5), Dense(1, name="b"))
    values = built(network)
    found = probe_layers(network, values, values, X, Y, SquaredError(), rows=50)
    assert sum(found["activations"][0]["counts"]) == 50 * 4


def test_numbers_that_are_not_finite_stay_out_of_the_description() -> None:
    network = multilayer_perceptron(1, (5,), "relu")
    values = built(network)
    values["output.weight"][:] = 3e38
    found = probe_layers(network, values, values, X, Y, SquaredError())
    assert found["loss"] is None
    assert found["gradients"][0]["norm"] is None
    json.dumps(found, allow_nan=False)


def test_what_does_not_fit_is_named() -> None:
    network = multilayer_perceptron(1, (5,), "relu")
    values = built(network)
    with pytest.raises(DataError, match="the features have 200 rows, the target has 199"):
        probe_layers(network, values, values, X, Y[1:], SquaredError())
    del values["output.bias"]
    with pytest.raises(OptionError, match=r"the parameter 'output\.bias' of the network has no"):
        probe_layers(network, built(network), values, X, Y, SquaredError())
