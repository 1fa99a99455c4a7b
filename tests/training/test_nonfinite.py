"""Where a nan came from is found by running steps again, and the last good weights are kept."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.backends.finite import is_finite
from pellucid.errors import NonFiniteError
from pellucid.graph.node import Node
from pellucid.layers import Dense, Layer, Mode, Sequential
from pellucid.primitives import log
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
    from pellucid.training.run import UnsoundRunError

    with pytest.raises(UnsoundRunError, match=r"'?loss|'output'|square") as caught:
        train(network, x, y, loss="squared_error", optimizer="sgd", learning_rate=1e8, epochs=99)
    weights = {name: caught.value.state[name] for name in network.parameters()}
    assert all(is_finite(value) for value in weights.values())


def test_data_that_are_not_finite_are_named() -> None:
    x, y = falling_data()
    x[3, 0] = np.nan
    with pytest.raises(NonFiniteError, match=r"epoch 1, step 1: 'features' .* became nan"):
        train(Sequential(Dense(1)), x, y, loss="squared_error")
