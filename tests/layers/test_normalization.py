"""Batch and layer normalization against loops over NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.backends import evaluate
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import input_node
from pellucid.layers import BatchNorm, LayerNorm, Mode, Sequential
from tests.layers.oracle import random_values, run_layer

Array = np.ndarray[Any, Any]


def batches(rows: list[int], shape: tuple[int, ...], seed: int) -> list[Array]:
    random = np.random.default_rng(seed)
    return [random.normal(3, 2, (count, *shape)) * (1 + random.random(shape)) for count in rows]


class BatchNormLoop:
    """Ioffe's and Szegedy's algorithms, as loops over features."""

    def __init__(self, scale: Array, shift: Array, momentum: float, epsilon: float) -> None:
        self.scale, self.shift = scale, shift
        self.momentum, self.epsilon = momentum, epsilon
        self.mean, self.variance = np.zeros(len(scale)), np.ones(len(scale))

    def train(self, batch: Array) -> Array:
        result = np.empty_like(batch)
        for feature in range(batch.shape[-1]):
            values = batch[..., feature]
            mean, variance = values.mean(), values.var()
            normal = (values - mean) / np.sqrt(variance + self.epsilon)
            result[..., feature] = normal * self.scale[feature] + self.shift[feature]
            kept = self.momentum
            self.mean[feature] = kept * self.mean[feature] + (1 - kept) * mean
            unbiased = values.var(ddof=1)
            self.variance[feature] = kept * self.variance[feature] + (1 - kept) * unbiased
        return result

    def evaluate(self, x: Array) -> Array:
        normal = (x - self.mean) / np.sqrt(self.variance + self.epsilon)
        return normal * self.scale + self.shift


@pytest.mark.parametrize("shape", [(4,), (3, 4)])
def test_several_steps_are_those_of_the_loop(shape: tuple[int, ...]) -> None:
    layer = BatchNorm(momentum=0.8, epsilon=1e-3)
    layer(input_node("x", (1, *shape), "float64"))
    values = random_values(layer.parameters(), seed=11)
    loop = BatchNormLoop(values["scale"], values["shift"], 0.8, 1e-3)
    running = {"mean": np.zeros(4), "variance": np.ones(4)}
    for batch in batches([8, 8, 2, 8], shape, seed=12):
        x, mode = input_node("x", batch.shape, "float64"), Mode(training=True)
        output = layer(x, mode)
        leaves = {**layer.parameters(), **layer.states()}
        known = {x: batch, **{leaves[n]: v for n, v in (values | running).items()}}
        updates = [mode.updates[layer.mean], mode.updates[layer.variance]]
        got, mean, variance = evaluate([output, *updates], known)
        np.testing.assert_allclose(got, loop.train(batch), rtol=1e-11, atol=1e-12)
        running = {"mean": mean, "variance": variance}
        np.testing.assert_allclose(mean, loop.mean, rtol=1e-12)
        np.testing.assert_allclose(variance, loop.variance, rtol=1e-12)
    (fresh,) = batches([5], shape, seed=13)
    got = run_layer(layer, fresh, values | running)
    np.testing.assert_allclose(got, loop.evaluate(fresh), rtol=1e-12)


def test_a_batch_of_one_row_uses_the_running_statistics_and_keeps_them() -> None:
    layer, mode = BatchNorm(), Mode(training=True)
    layer(input_node("x", (1, 3), "float64"))
    values = random_values({**layer.parameters(), **layer.states()}, seed=1)
    x = np.array([[1.0, 2.0, 3.0]])
    trained = run_layer(layer, x, values, mode)
    assert mode.updates == {}
    assert trained.tobytes() == run_layer(layer, x, values).tobytes()
    assert np.all(trained != 0)


def test_evaluation_updates_nothing_and_does_not_depend_on_other_rows() -> None:
    layer, mode = BatchNorm(), Mode()
    layer(input_node("x", (1, 3), "float64"))
    values = random_values({**layer.parameters(), **layer.states()}, seed=2)
    (x,) = batches([6], (3,), seed=3)
    whole = run_layer(layer, x, values, mode)
    assert mode.updates == {}
    assert whole[2:3].tobytes() == run_layer(layer, x[2:3], values).tobytes()


def test_a_layer_called_twice_updates_its_statistics_twice() -> None:
    layer = BatchNorm(momentum=0.5)
    network = Sequential(layer, layer)
    x, mode = input_node("x", (4, 1), "float64"), Mode(training=True)
    network(x, mode)
    batch = np.array([[2.0], [4.0], [6.0], [8.0]])
    values = {x: batch, layer.scale: [3.0], layer.shift: [7.0], layer.mean: [0.0]}
    (mean,) = evaluate([mode.updates[layer.mean]], values)
    assert mean == pytest.approx(0.5 * (0.5 * 5.0) + 0.5 * 7.0, rel=1e-9)


def test_a_constant_feature_becomes_the_shift() -> None:
    layer = BatchNorm()
    got = run_layer(
        layer,
        np.full((4, 1), 1e6),
        {"scale": np.array([2.0]), "shift": np.array([0.5])},
        Mode(training=True),
        "float32",
    )
    np.testing.assert_array_equal(got, np.full((4, 1), 0.5))


@pytest.mark.parametrize("shape", [(5, 4), (1, 4), (5, 3, 4)])
@pytest.mark.parametrize("training", [True, False])
def test_layer_norm_is_row_by_row(shape: tuple[int, ...], training: bool) -> None:
    layer = LayerNorm(epsilon=1e-3)
    layer(input_node("x", shape, "float64"))
    values = random_values(layer.parameters(), seed=4)
    (x,) = batches(list(shape[:1]), shape[1:], seed=5)
    expected = np.empty_like(x)
    for index in np.ndindex(shape[:-1]):
        line = x[index]
        expected[index] = (line - line.mean()) / np.sqrt(line.var() + 1e-3)
    got = run_layer(layer, x, values, Mode(training=training))
    np.testing.assert_allclose(got, expected * values["scale"] + values["shift"], rtol=1e-10)
    assert list(layer.states()) == []


def test_first_values_are_those_of_the_identity() -> None:
    for layer in (BatchNorm(), LayerNorm()):
        layer(input_node("x", (2, 3)))
        names = {n: str(v.attributes["initializer"]) for n, v in layer.parameters().items()}
        assert names == {"scale": "Ones()", "shift": "Zeros()"}
        first = {n: v.attributes["initial"] for n, v in layer.states().items()}
        assert first in ({}, {"mean": 0.0, "variance": 1.0})


@pytest.mark.parametrize("kind", [BatchNorm, LayerNorm])
def test_inputs_that_are_refused(kind: type[BatchNorm | LayerNorm]) -> None:
    who, layer = kind.__name__, kind(name="norm_1")
    with pytest.raises(DTypeError, match=rf"^{who} 'norm_1' needs floats, got int32 of 'x' \(3, 2"):
        layer(input_node("x", (3, 2), "int32"))
    text = rf"^{who} 'norm_1' needs inputs of shape \(rows, .., features\), got 'x' \(3,\)$"
    with pytest.raises(ShapeError, match=text):
        layer(input_node("x", (3,)))
    layer(input_node("x", (3, 2)))
    with pytest.raises(ShapeError, match=rf"^{who} 'norm_1' needs inputs of width 2, got \(3, 1\)"):
        layer(input_node("x", (3, 1)))
    with pytest.raises(DTypeError, match=rf"^{who} 'norm_1' was built for float32, got float64"):
        layer(input_node("x", (3, 2), "float64"))


def test_constants_that_are_refused() -> None:
    text = "^BatchNorm needs momentum to be a number of at least 0 and at most 1, got 1.5$"
    with pytest.raises(OptionError, match=text):
        BatchNorm(momentum=1.5)
    with pytest.raises(
        OptionError, match=r"^BatchNorm needs epsilon to be a number above 0, got 0"
    ):
        BatchNorm(epsilon=0)
    with pytest.raises(
        OptionError, match=r"^LayerNorm needs epsilon to be a number above 0, got -"
    ):
        LayerNorm(epsilon=-1)
