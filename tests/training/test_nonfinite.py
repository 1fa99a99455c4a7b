"""Where a nan came from is found by running steps again, and the last good weights are kept."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.backends.finite import is_finite
from pellucid.errors import DataError, NonFiniteError
from pellucid.graph.node import Node
from pellucid.layers import Dense, Layer, Mode, Sequential
from pellucid.primitives import log
from pellucid.training.run import UnsoundRunError
from pellucid.training.train import train


class LogLayer(Layer):
    """A layer with a trap: the logarithm of whatever comes."""

    def call(self, x: Node, mode: Mode) -> Node:
        return log(x)


def falling_data() -> tuple[np.ndarray, np.ndarray]:
    x = np.full((8, 1), 1.0, np.float32)
    return x, np.full((8, 1), -30.0, np.float32)


def test_the_step_and_the_node_are_named() -> None:
    # The weight is pushed below 0 by the first steps; then its logarithm is nan.
    x, y = falling_data()
    network = Sequential(
        Dense(1, bias=False, initializer="ones", name="scale"), LogLayer(), Dense(1, name="output")
    )
    with pytest.raises(NonFiniteError) as caught:
        train(network, x, y, loss="squared_error", optimizer="sgd", learning_rate=0.02, epochs=99)
    message = str(caught.value)
    assert "loglayer" in message or "log_layer" in message
    assert "became nan" in message
    step = int(message.split("step ")[1].split(":")[0])
    assert f"epoch {step}, step {step}" in message
    # What is kept still has a loss: the weights before the previous step.
    assert isinstance(caught.value, UnsoundRunError)
    assert int(caught.value.state["step"]) == step - 2
    assert caught.value.state["scale.weight"][0, 0] > 0

    # An independent run of the same rule.
    weight, slope, bias = 1.0, None, 0.0
    from pellucid.initializers import initializer_from

    start = initializer_from("glorot_uniform")((1, 1), np.dtype("float32"), 0, "output.weight")
    slope = float(start[0, 0])
    for number in range(1, 100):
        if weight <= 0:
            assert number == step
            return
        residual = slope * np.log(weight) + bias + 30.0
        by_slope, by_bias = 2 * residual * np.log(weight), 2 * residual
        by_weight = 2 * residual * slope / weight
        weight, slope, bias = (
            weight - 0.02 * by_weight, slope - 0.02 * by_slope, bias - 0.02 * by_bias
        )  # fmt: skip
    pytest.fail("the rule never left the domain")


def test_a_loss_that_overflows_is_found_before_the_weights_are_lost() -> None:
    x = np.ones((4, 1), np.float32)
    y = np.zeros((4, 1), np.float32)
    network = Sequential(Dense(1, name="output"))
    with pytest.raises(UnsoundRunError, match=r"'?loss|'output'|square") as caught:
        train(network, x, y, loss="squared_error", optimizer="sgd", learning_rate=1e8, epochs=99)
    weights = {name: caught.value.state[name] for name in network.parameters()}
    assert all(is_finite(value) for value in weights.values())


def test_data_that_are_not_finite_are_named() -> None:
    x, y = falling_data()
    x[3, 0] = np.nan
    with pytest.raises(DataError, match="row 4 of the training features has a nan"):
        train(Sequential(Dense(1)), x, y, loss="squared_error")
    with pytest.raises(DataError, match="row 4 of the validation target has a nan"):
        train(Sequential(Dense(1)), y, y, loss="squared_error", validation=(y, x))


def test_the_place_of_a_node_without_a_name_is_told() -> None:
    x = np.full((4, 1), 1e30, np.float32)
    y = np.zeros((4, 1), np.float32)
    network = Sequential(Dense(1, initializer="ones"), Dense(1, initializer="ones", name="last"))
    with pytest.raises(NonFiniteError, match=r"the result of square .*, on the way to 'loss' \(\)"):
        train(network, x, y, loss="squared_error")


def test_a_best_epoch_that_never_was_is_not_made_up() -> None:
    x = np.ones((4, 1), np.float32)
    with pytest.raises(NonFiniteError, match="validation_loss was not finite after any epoch"):
        train(
            *(Dense(1), x, x),
            loss="squared_error",
            validation=(x * 1e25, x),
            restore_best=True,
            epochs=2,
        )
