"""Periodic embeddings against their formula in NumPy, and what they let a network fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.backends import evaluate
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import constant_node, input_node
from pellucid.layers import Dense, Layer, PeriodicEmbedding, Sequential
from pellucid.losses import SquaredError
from pellucid.primitives import sum
from pellucid.training.train import train
from tests.derivatives import check_gradients
from tests.layers.oracle import random_values

SEED = 12


def by_hand(x: Any, columns: list[int], values: dict[str, Any]) -> Any:
    """Return the formula, one number and one frequency after the other."""
    parts = [x]
    for i, column in enumerate(columns):
        functions = np.repeat(values["bias"][i], len(x), axis=0)
        for k in range(values["frequency"].shape[1]):
            angle = 2 * np.pi * values["frequency"][i, k] * x[:, column] + values["phase"][i, k]
            functions = functions + np.outer(np.cos(angle), values["weight"][i, k])
        parts.append(functions)
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize(("backend", "dtype"), [("reference", "float64"), ("native", "float32")])
@pytest.mark.parametrize("columns", [[0, 1, 2], [1], [3, 0], [0, 1, 2, 3, 4]])
def test_values_are_those_of_the_formula(columns: list[int], backend: str, dtype: str) -> None:
    layer = PeriodicEmbedding(columns, frequencies=4, width=2)
    x = np.random.default_rng(SEED).normal(size=(17, 5)).astype(dtype)
    leaf = input_node("x", x.shape, dtype)
    output = layer(leaf)
    values = {n: v.astype(dtype) for n, v in random_values(layer.parameters(), SEED).items()}
    known = {leaf: x, **{layer.parameters()[name]: value for name, value in values.items()}}
    got = evaluate(output, known, backend)
    exact = {name: value.astype(np.float64) for name, value in values.items()}
    expected = by_hand(x.astype(np.float64), columns, exact)
    assert output.shape == (17, 5 + 2 * len(columns))
    tolerance = 1e-12 if dtype == "float64" else 2e-5
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


def test_gradients_are_those_of_finite_differences() -> None:
    layer = PeriodicEmbedding([2, 0], frequencies=3, width=2)
    x = input_node("x", (7, 4), "float64")
    output = layer(x)
    random = np.random.default_rng(SEED)
    total = sum(output * constant_node(random.normal(size=output.shape)))
    values = {
        leaf: random_values(layer.parameters(), SEED)[name]
        for name, leaf in layer.parameters().items()
    }
    values[x] = random.normal(size=x.shape)
    check_gradients(total, values, [x, *layer.parameters().values()], seed=SEED)


def test_first_values_have_the_documented_spread() -> None:
    layer = PeriodicEmbedding(list(range(50)), frequencies=100, width=3, deviation=0.2)
    layer(input_node("x", (2, 50)))
    first = {
        name: leaf.attributes["initializer"](leaf.shape, leaf.dtype, SEED, name)
        for name, leaf in layer.parameters().items()
    }
    assert first["frequency"].std() == pytest.approx(0.2, rel=0.05)
    assert np.abs(first["phase"]).max() <= np.float32(np.pi)
    assert first["phase"].std() == pytest.approx(np.pi / np.sqrt(3), rel=0.05)
    assert np.abs(first["weight"]).max() <= 0.1


@pytest.mark.parametrize("backend", ["reference", "native"])
def test_a_linear_output_fits_a_wave_with_it_and_not_without(backend: str) -> None:
    x = np.linspace(-2, 2, 256, dtype=np.float32).reshape(-1, 1)
    y = np.sin(4 * x)

    def error(*front: Layer) -> float:
        network = Sequential(*front, Dense(1, name="output"))
        options: dict[str, Any] = {"epochs": 100, "batch_size": 64, "seed": SEED}
        trained = train(
            network, x, y, loss=SquaredError(), learning_rate=0.03, backend=backend, **options
        )
        return float(np.square(trained.predict(x) - y).mean())

    assert error(PeriodicEmbedding([0], deviation=0.5)) < 0.02
    assert error() > 0.3


def test_inputs_that_are_refused() -> None:
    text = r"^PeriodicEmbedding 'n' needs inputs of shape \(rows, width\) with a width above 4, its"
    with pytest.raises(ShapeError, match=text):
        PeriodicEmbedding([0, 4], name="n")(input_node("x", (3, 4)))
    with pytest.raises(DTypeError, match=r"^PeriodicEmbedding needs floats, got int32 of 'x'"):
        PeriodicEmbedding([0])(input_node("x", (3, 4), "int32"))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"columns": []}, "needs columns to be a list of different positions, counted from 0, got"),
        ({"columns": [0, 0]}, "needs columns to be a list of different positions"),
        ({"columns": 3}, "needs columns to be a list of different positions"),
        ({"columns": [0], "frequencies": 0}, "needs frequencies to be a whole number of at least"),
        ({"columns": [0], "width": 1.5}, "needs width to be a whole number of at least 1, got 1.5"),
        ({"columns": [0], "deviation": 0}, "needs deviation to be a number above 0, got 0"),
    ],
)
def test_options_that_are_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(OptionError, match=f"^PeriodicEmbedding {text}"):
        PeriodicEmbedding(**options)
