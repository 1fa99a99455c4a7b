from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from pellucid.examples import activations
from pellucid.graph.node import input_node

Doubles = NDArray[np.float64]
Curve = Callable[[Doubles], Any]


def _gelu_slope(x: Doubles) -> Any:
    return special.ndtr(x) + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


def _silu_slope(x: Doubles) -> Any:
    s = special.expit(x)
    return s + x * s * (1 - s)


# Values and derivatives by hand; at 0 the slope of ReLU is 0, of leaky ReLU 0.01, of ELU 1.
BY_HAND: dict[str, tuple[Curve, Curve]] = {
    "sigmoid": (special.expit, lambda x: special.expit(x) * special.expit(-x)),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "relu": (lambda x: np.maximum(x, 0), lambda x: x > 0),
    "leaky_relu": (lambda x: np.where(x > 0, x, 0.01 * x), lambda x: np.where(x > 0, 1, 0.01)),
    "elu": (lambda x: np.where(x > 0, x, np.expm1(x)), lambda x: np.exp(np.minimum(x, 0))),
    "gelu": (lambda x: x * special.ndtr(x), _gelu_slope),
    "silu": (lambda x: x * special.expit(x), _silu_slope),
    "softplus": (lambda x: np.logaddexp(0, x), special.expit),
}


@pytest.fixture(scope="module")
def numbers() -> activations.Numbers:
    return activations.run()


@pytest.mark.parametrize("name", activations.CURVES)
def test_values_and_slopes_are_those_by_hand(numbers: activations.Numbers, name: str) -> None:
    value, slope = BY_HAND[name]
    x = numbers.points
    np.testing.assert_allclose(numbers.values[name], value(x), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(numbers.slopes[name], slope(x), rtol=1e-9, atol=1e-14)
    assert numbers.steepest[name] == numbers.slopes[name].max()


def test_the_steepest_slopes_are_the_known_ones(numbers: activations.Numbers) -> None:
    assert numbers.steepest["sigmoid"] == 0.25
    assert numbers.steepest["tanh"] == 1.0
    # The maxima, at sqrt 2 and at 2.399.
    assert numbers.steepest["gelu"] == pytest.approx(1.1289, abs=2e-4)
    assert numbers.steepest["silu"] == pytest.approx(1.0998, abs=2e-4)


@pytest.mark.parametrize(("activation", "initializer"), activations.DEEP)
def test_gradients_by_layer_are_those_of_backpropagation_by_hand(
    numbers: activations.Numbers, activation: str, initializer: str
) -> None:
    network = activations.deep_network(activation, initializer)
    network(input_node("x", (activations.ROWS, activations.WIDTH)))
    first = {leaf.name: v for leaf, v in activations.first_values(network).items()}
    weights = [v.astype(float) for k, v in first.items() if k and k.endswith("weight")]
    assert all((v == 0).all() for k, v in first.items() if k and k.endswith("bias"))
    value, slope = BY_HAND[activation]
    scores, signals = [], [activations.deep_rows().astype(float)]
    for weight in weights[:-1]:
        scores.append(signals[-1] @ weight)
        signals.append(value(scores[-1]))
    output = signals[-1] @ weights[-1]
    delta = 2 * (output - 1) / output.size
    by_hand = []
    for layer in reversed(range(activations.DEPTH)):
        delta = (delta @ weights[layer + 1].T) * slope(scores[layer])
        by_hand.append(np.abs(signals[layer].T @ delta).mean())
    name = f"{activation}, {initializer.split('_')[0]}"
    np.testing.assert_allclose(numbers.layer_gradients[name], by_hand[::-1], rtol=1e-3)
    factor = (by_hand[-1] / by_hand[0]) ** (1 / 19)
    assert numbers.factors[name] == pytest.approx(factor, rel=1e-4)


def test_only_the_sigmoid_loses_its_gradients(numbers: activations.Numbers) -> None:
    sigmoid = numbers.layer_gradients["sigmoid, glorot"]
    assert sigmoid[0] / sigmoid[-1] < 0.25**19
    for name in ("tanh, glorot", "relu, he"):
        assert 0.1 < numbers.layer_gradients[name][0] / numbers.layer_gradients[name][-1] < 10
    ratio = np.divide(numbers.layer_gradients["relu, he"], numbers.layer_gradients["relu, glorot"])
    assert (ratio > 100).all()


@pytest.mark.parametrize("case", activations.SHALLOW)
def test_dead_units_are_those_that_numpy_counts(numbers: activations.Numbers, case: str) -> None:
    bias, rate = activations.SHALLOW[case]
    trained, features = activations.train_shallow(bias, rate)
    for values, share in (
        (trained.initial, numbers.hidden[case].dead_before),
        (trained.parameters, numbers.hidden[case].dead_after),
    ):
        scores = features @ values["hidden.weight"] + values["hidden.bias"]
        assert share == (scores <= 0).all(axis=0).mean()


def test_a_dead_unit_never_moves_again() -> None:
    bias, rate = activations.SHALLOW["bias -5, rate 0.1"]
    trained, features = activations.train_shallow(bias, rate)
    before, after = trained.initial, trained.parameters
    dead = (features @ before["hidden.weight"] + before["hidden.bias"] <= 0).all(axis=0)
    assert 0 < dead.sum() < activations.UNITS
    for name in ("hidden.weight", "hidden.bias"):
        moved = (before[name] != after[name]).reshape(-1, activations.UNITS).any(axis=0)
        np.testing.assert_array_equal(moved, ~dead)


def test_bad_biases_and_large_rates_kill(numbers: activations.Numbers) -> None:
    good, bad_bias, large_rate = numbers.hidden.values()
    assert good.dead_before == good.dead_after == 0.0
    assert good.loss < 0.2
    assert bad_bias.dead_before == bad_bias.dead_after > 0.8
    assert large_rate.dead_before == 0.0
    assert large_rate.dead_after > 0.5


def test_it_tells_and_draws(numbers: activations.Numbers, tmp_path: Path) -> None:
    words = activations.tell(numbers)
    assert "sigmoid 0.250, tanh 1.000, relu 1.000" in words
    for name, factor in numbers.factors.items():
        assert f"{factor:.3f}" in next(line for line in words.splitlines() if f"  {name}" in line)
    activations.draw(numbers, tmp_path / "activations.png")
    assert (tmp_path / "activations.png").read_bytes().startswith(b"\x89PNG")
