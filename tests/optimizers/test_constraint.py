"""Tests of the bound on each unit's incoming weights."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.backends import evaluate
from pellucid.errors import OptionError
from pellucid.graph.node import input_node, parameter_node
from pellucid.layers import Embedding
from pellucid.optimizers import MaxNorm, sgd
from pellucid.shapes import Axes
from tests.optimizers.stepping import Array, Stepper


def projected(limit: float, value: Array, incoming: Axes = None) -> Array:
    leaf = parameter_node("w", value.shape, value.dtype, incoming=incoming)
    moved = input_node("moved", value.shape, value.dtype)
    return evaluate(MaxNorm(limit).project({"w": moved}, {"w": leaf})["w"], {moved: value})


@pytest.mark.parametrize("shape", [(4, 3), (1, 3), (2, 2, 3)])
def test_each_column(shape: tuple[int, ...]) -> None:
    value = np.random.default_rng(0).normal(size=shape) * np.array([0.01, 1.0, 100.0])
    result = projected(1.5, value)
    for unit in range(3):
        column, norm = value[..., unit], np.linalg.norm(value[..., unit].ravel())
        np.testing.assert_allclose(result[..., unit], column * min(1.0, 1.5 / norm), rtol=1e-12)
    assert result[..., 0].tobytes() == value[..., 0].tobytes()


@pytest.mark.parametrize("shape", [(), (3,)])
def test_biases_stay(shape: tuple[int, ...]) -> None:
    value = np.full(shape, 50.0, np.float32)
    assert projected(1.0, value).tobytes() == value.tobytes()


def test_each_unit_of_each_member() -> None:
    value = np.random.default_rng(2).normal(size=(8, 3, 4))
    result = projected(1.5, value, incoming=1)
    for member in range(8):
        for unit in range(4):
            weights = value[member, :, unit]
            wanted = weights * min(1.0, 1.5 / float(np.linalg.norm(weights)))
            np.testing.assert_allclose(result[member, :, unit], wanted, rtol=1e-12)
    assert (np.linalg.norm(value, axis=1) > 1.5).any()
    assert (np.linalg.norm(value, axis=1) < 1.5).any()


def test_the_vectors_of_an_embedding() -> None:
    table = Embedding(3, 2)
    table(input_node("words", (5,), "int32"))
    (leaf,) = table.parameters().values()
    value = np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]], np.float32)
    result = evaluate(
        MaxNorm(1.0).project({"table": leaf}, {"table": leaf})["table"], {leaf: value}
    )
    np.testing.assert_allclose(result, [[0.6, 0.8], [0.3, 0.4], [0.0, 0.0]], rtol=1e-6)


def test_what_is_no_weight_stays_whatever_its_axes() -> None:
    value = np.full((8, 4), 50.0, np.float32)
    assert projected(1.0, value, incoming=()).tobytes() == value.tobytes()


def test_special_values() -> None:
    value = np.array([[0.0, np.nan, 3e30], [0.0, 1.0, 4e30]], np.float32)
    result = projected(1.0, value)
    assert result[:, 0].tolist() == [0, 0]
    assert np.isnan(result[0, 1])
    np.testing.assert_allclose(result[:, 2], [0.6, 0.8], rtol=1e-6)


def test_holds_after_every_update() -> None:
    random = np.random.default_rng(1)
    stepper = Stepper(sgd(max_norm=2.0), {"w": random.normal(size=(5, 4)), "b": np.ones(4)})
    reached = 0.0
    for _ in range(30):
        gradient = {"w": random.normal(size=(5, 4)) - 3, "b": np.full(4, -5.0)}
        moved = stepper.advance(gradient, 0.2)
        norms = np.linalg.norm(moved["w"], axis=0)
        assert (norms <= 2.0 * (1 + 1e-12)).all()
        reached = max(reached, norms.max())
    assert reached > 1.99
    np.testing.assert_allclose(moved["b"], 31.0, rtol=1e-6)


def test_limit_above_0() -> None:
    with pytest.raises(OptionError, match=r"^MaxNorm needs limit to be a number above 0, got 0$"):
        MaxNorm(0)
