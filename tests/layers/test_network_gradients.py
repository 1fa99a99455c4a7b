"""Gradients through whole networks against JAX's of functions written independently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.graph.node import constant_node, input_node
from pellucid.layers import (
    Activation,
    BatchNorm,
    Concatenate,
    Dense,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    Mode,
    PReLU,
    Reshape,
    Residual,
    Sequential,
)
from pellucid.primitives import sum
from tests.derivatives import check_gradients
from tests.jax_oracle import float64
from tests.layers.oracle import random_values

import jax  # isort: skip
import jax.numpy as jnp  # isort: skip

Values = dict[str, Any]


def perceptron(v: Values, x: Any) -> Any:
    h = jax.nn.gelu(x @ v["hidden_1.weight"] + v["hidden_1.bias"], approximate=False)
    h = jnp.tanh(h @ v["hidden_2.weight"] + v["hidden_2.bias"])
    return h @ v["output.weight"] + v["output.bias"]


def normalized(v: Values, x: Any) -> Any:
    h = x @ v["dense_1.weight"]
    mean, variance = h.mean(0), ((h - h.mean(0)) ** 2).mean(0)
    h = (h - mean) / jnp.sqrt(variance + 1e-5)
    h = jax.nn.silu(h * v["batch_norm_1.scale"] + v["batch_norm_1.shift"])
    mean = h.mean(1, keepdims=True)
    variance = ((h - mean) ** 2).mean(1, keepdims=True)
    h = (h - mean) / jnp.sqrt(variance + 1e-5)
    h = h * v["layer_norm_1.scale"] + v["layer_norm_1.shift"]
    h = jnp.where(h > 0, h, v["prelu_1.slope"] * h)
    return h @ v["dense_2.weight"] + v["dense_2.bias"]


def branched(v: Values, x: Any) -> Any:
    block = "residual_1.inner.dense_1", "residual_1.inner.dense_2"
    h = jax.nn.elu(x @ v[f"{block[0]}.weight"] + v[f"{block[0]}.bias"])
    h = x + (h @ v[f"{block[1]}.weight"] + v[f"{block[1]}.bias"])
    left = h @ v["concatenate_1.dense_1.weight"] + v["concatenate_1.dense_1.bias"]
    right = jax.nn.log_softmax(h.reshape(-1, 2, 3), -1).reshape(-1, 6)
    return jnp.concatenate([left, right], 1)


CASES: dict[str, tuple[Callable[[], Layer], Callable[[Values, Any], Any]]] = {
    "perceptron": (
        lambda: Sequential(
            Dense(5, "gelu", name="hidden_1"),
            Dense(4, "tanh", name="hidden_2"),
            Dense(2, name="output"),
        ),
        perceptron,
    ),
    "normalized": (
        lambda: Sequential(
            Dense(5, bias=False),
            BatchNorm(),
            Activation("silu"),
            LayerNorm(),
            PReLU(),
            Dense(2),
        ),
        normalized,
    ),
    "branched": (
        lambda: Sequential(
            Residual(Sequential(Dense(7, "elu"), Dense(6))),
            Concatenate(
                Dense(2),
                Sequential(Reshape((2, 3)), Activation("log_softmax"), Flatten()),
            ),
        ),
        branched,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_values_and_gradients_are_those_of_jax(case: str) -> None:
    build, function = CASES[case]
    network = build()
    x = input_node("x", (9, 6), "float64")
    output = network(x, Mode(training=True))
    leaves = network.parameters()
    values = random_values(leaves, seed=20)
    random = np.random.default_rng(21)
    array = random.normal(size=x.shape)
    weights = random.normal(size=output.shape)
    total = sum(output * constant_node(weights))
    slopes = gradients(total, [x, *leaves.values()])
    known = {x: array, **{leaves[name]: value for name, value in values.items()}}
    got, *found = evaluate([output, *slopes], known)
    with float64():
        expected = np.asarray(function(values, array))
        by_values, by_x = jax.grad(lambda v, x: (function(v, x) * weights).sum(), (0, 1))(
            values, array
        )
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found[0], by_x, rtol=1e-8, atol=1e-10)
    for name, slope in zip(leaves, found[1:], strict=True):
        np.testing.assert_allclose(slope, by_values[name], rtol=1e-8, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("case", CASES)
def test_gradients_are_those_of_differences(case: str) -> None:
    network = CASES[case][0]()
    x = input_node("x", (9, 6), "float64")
    output = sum(network(x, Mode(training=True)) ** 2)
    leaves = network.parameters()
    values = random_values(leaves, seed=22)
    known = {x: np.random.default_rng(23).normal(size=x.shape)}
    known |= {leaves[name]: value for name, value in values.items()}
    check_gradients(output, known, [x, *leaves.values()], seed=24)


def test_embeddings_learn_through_the_network() -> None:
    network = Sequential(Embedding([3, 4], [2, 3]), Dense(2))
    x = input_node("x", (6, 2), "int32")
    output = network(x)
    leaves = network.parameters()
    values = random_values(leaves, seed=25)
    rows = np.random.default_rng(26).integers(0, [3, 4], (6, 2))
    total = sum(output * output)
    known = {x: rows, **{leaves[name]: value for name, value in values.items()}}
    found = evaluate(gradients(total, list(leaves.values())), known)

    def function(v: Values) -> Any:
        tables = v["embedding_1.tables_1"], v["embedding_1.tables_2"]
        h = jnp.concatenate([tables[0][rows[:, 0]], tables[1][rows[:, 1]]], 1)
        return ((h @ v["dense_1.weight"] + v["dense_1.bias"]) ** 2).sum()

    with float64():
        expected = jax.grad(function)({n: v.astype(np.float64) for n, v in values.items()})
    for name, slope in zip(leaves, found, strict=True):
        np.testing.assert_allclose(slope, expected[name], rtol=2e-5, atol=1e-6, err_msg=name)


def test_evaluation_is_deterministic() -> None:
    network = CASES["normalized"][0]()
    x = input_node("x", (9, 6))
    output = network(x)
    leaves = {**network.parameters(), **network.states()}
    known: dict[Any, Any] = {leaves[n]: v for n, v in random_values(leaves, seed=27).items()}
    known[x] = np.random.default_rng(28).normal(size=x.shape)
    first = evaluate(output, known)
    assert first.tobytes() == evaluate(output, known).tobytes()
    assert first.tobytes() == evaluate(network(x), known).tobytes()
