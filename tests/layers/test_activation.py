"""Activations against JAX's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid import primitives
from pellucid.backends import evaluate
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import input_node
from pellucid.graph.primitive import primitives as catalogue
from pellucid.layers import ACTIVATIONS, Activation, PReLU
from pellucid.layers.activation import activation_named, suited_initializer
from pellucid.primitives import activation
from tests.jax_oracle import float64
from tests.layers.oracle import run_layer

import jax  # isort: skip

ORACLES: dict[str, Callable[[Any], Any]] = {
    "step": lambda x: jax.numpy.heaviside(x, 1.0),
    "identity": lambda x: x,
    "relu": jax.nn.relu,
    "leaky_relu": jax.nn.leaky_relu,
    "elu": jax.nn.elu,
    "selu": jax.nn.selu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": lambda x: jax.nn.gelu(x, approximate=True),
    "silu": jax.nn.silu,
    "softplus": jax.nn.softplus,
    "mish": jax.nn.mish,
    "sigmoid": jax.nn.sigmoid,
    "log_sigmoid": jax.nn.log_sigmoid,
    "tanh": jax.numpy.tanh,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "hard_tanh": jax.nn.hard_tanh,
    "softmax": jax.nn.softmax,
    "log_softmax": jax.nn.log_softmax,
}


def test_every_activation_has_an_oracle_and_every_primitive_a_name() -> None:
    assert list(ORACLES) == list(ACTIVATIONS)
    own = {
        primitive.name
        for primitive in catalogue()
        if inspect.getmodule(type(primitive)) is activation
    }
    assert own - {"prelu"} <= set(ACTIVATIONS)
    assert all(getattr(primitives, name) is ACTIVATIONS[name] for name in ACTIVATIONS)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_are_those_of_jax(name: str) -> None:
    x = np.random.default_rng(3).normal(0, 3, (40, 5))
    x[0] = [0, -1, 1, 30, -30]
    with float64():
        expected = np.asarray(ORACLES[name](jax.numpy.asarray(x)))
    got = run_layer(Activation(name), x)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-15)


def test_names_are_forgiving_and_errors_propose() -> None:
    assert Activation("Leaky-ReLU").function == "leaky_relu"
    assert Activation("tanh").kind == "tanh"
    text = "^there is no activation 'rellu': did you mean 'relu'[?] Use one of step, identity, relu"
    with pytest.raises(OptionError, match=text):
        Activation("rellu")
    with pytest.raises(OptionError, match=r"^there is no activation None: use one of step"):
        Activation(None)  # type: ignore[arg-type]


def test_integers_are_refused() -> None:
    text = "^Activation 'bend' needs floats, got int32 of 'x' .3,.$"
    with pytest.raises(DTypeError, match=text):
        Activation("relu", name="bend")(input_node("x", (3,), "int32"))


def test_prelu_has_a_slope_for_each_feature() -> None:
    x = np.array([[-2.0, -2.0, 0.0], [1.0, -3.0, 4.0]])
    slope = np.array([0.1, 0.5, 9.0])
    got = run_layer(PReLU(), x, {"slope": slope})
    np.testing.assert_array_equal(got, [[-0.2, -1.0, 0.0], [1.0, -1.5, 4.0]])
    layer = PReLU(0.1)
    layer(input_node("x", (2, 3)))
    first = layer.slope.attributes["initializer"]((3,), np.dtype("float32"), 0, "slope")
    np.testing.assert_array_equal(first, np.full(3, 0.1, np.float32))


def test_errors_of_prelu() -> None:
    with pytest.raises(OptionError, match=r"^PReLU needs initial to be a finite number, got 'a'$"):
        PReLU("a")  # type: ignore[arg-type]
    with pytest.raises(DTypeError, match=r"^PReLU needs floats, got int32 of 'x' .3, 2.$"):
        PReLU()(input_node("x", (3, 2), "int32"))
    text = r"^PReLU needs inputs of shape \(rows, .., features\), got 'x' \(3,\)$"
    with pytest.raises(ShapeError, match=text):
        PReLU()(input_node("x", (3,)))
    layer = PReLU(name="bend")
    layer(input_node("x", (3, 2)))
    text = r"^PReLU 'bend' needs inputs of width 2, got \(3, 5\): 'y' has 5 features$"
    with pytest.raises(ShapeError, match=text):
        layer(input_node("y", (3, 5)))


def test_every_activation_has_a_suited_initializer() -> None:
    chosen = {name: suited_initializer(name) for name in ACTIVATIONS}
    assert chosen["relu"] == chosen["gelu"] == chosen["mish"] == "he_normal"
    assert chosen["selu"] == "lecun_normal"
    assert chosen["tanh"] == chosen["sigmoid"] == chosen["softmax"] == "glorot_uniform"
    assert suited_initializer(None) == "glorot_uniform"
    assert activation_named("GELU-tanh") == "gelu_tanh"


def test_nan_is_not_lost() -> None:
    x = input_node("x", (2, 1))
    for name in ACTIVATIONS:
        got = evaluate(Activation(name)(x), {x: [[np.nan], [1.0]]})
        assert np.isnan(got[0, 0]), name
        assert np.isfinite(got[1, 0]), name
