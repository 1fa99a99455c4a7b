"""Tests of clipping, against norms computed by NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pellucid.backends import evaluate
from pellucid.dtypes import float32, float64
from pellucid.errors import OptionError
from pellucid.graph.node import constant_node, input_node
from pellucid.optimizers import ClipByGlobalNorm, ClipByNorm, ClipByValue, Transformation
from tests.optimizers.stepping import Array

STEP, RATE = constant_node(0, "int64"), constant_node(0.1)


def clipped(transformation: Transformation, gradients: dict[str, Array]) -> dict[str, Array]:
    leaves = {name: input_node(name, g.shape, g.dtype) for name, g in gradients.items()}
    updates, slots = transformation.update(leaves, {}, leaves, STEP, RATE)
    assert slots == {}
    assert transformation.slots(leaves) == {}
    values = {leaves[name]: gradient for name, gradient in gradients.items()}
    return dict(zip(updates, evaluate(list(updates.values()), values), strict=True))


def draw(scale: float = 1.0) -> dict[str, Array]:
    random = np.random.default_rng(4)
    return {
        "w": scale * random.normal(size=(3, 4)),
        "b": np.asarray(scale * random.normal(size=4), np.float32),
        "s": np.asarray(scale * random.normal()),
    }


def test_by_value() -> None:
    for name, value in clipped(ClipByValue(0.5), draw()).items():
        np.testing.assert_array_equal(value, np.clip(draw()[name], -0.5, 0.5))
        assert value.dtype == draw()[name].dtype


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_by_norm(scale: float) -> None:
    for name, value in clipped(ClipByNorm(0.8), draw(scale)).items():
        gradient = draw(scale)[name]
        norm = np.linalg.norm(gradient.ravel())
        expected = gradient * min(1.0, 0.8 / norm)
        np.testing.assert_allclose(value, expected, rtol=1e-12 if name != "b" else 2e-7)
        assert value.dtype == gradient.dtype


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_by_global_norm(scale: float) -> None:
    gradients = draw(scale)
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients.values()]))
    for name, value in clipped(ClipByGlobalNorm(0.8), gradients).items():
        expected = gradients[name] * min(1.0, 0.8 / norm)
        np.testing.assert_allclose(value, expected, rtol=1e-12 if name != "b" else 2e-7)
        assert value.dtype == gradients[name].dtype


@pytest.mark.parametrize("kind", [ClipByNorm, ClipByGlobalNorm])
def test_small_gradients_keep_their_bits(kind: Callable[[float], Transformation]) -> None:
    for name, value in clipped(kind(100.0), draw()).items():
        assert value.tobytes() == draw()[name].tobytes()
    exactly = {"w": np.array([3.0, 4.0], np.float32)}
    assert clipped(kind(5.0), exactly)["w"].tolist() == [3.0, 4.0]


@pytest.mark.parametrize("kind", [ClipByNorm, ClipByGlobalNorm])
def test_squares_do_not_overflow(kind: Callable[[float], Transformation]) -> None:
    huge = {"w": np.array([3e30, 4e30], np.float32)}
    np.testing.assert_allclose(clipped(kind(1.0), huge)["w"], [0.6, 0.8], rtol=1e-6)


@pytest.mark.parametrize("kind", [ClipByValue, ClipByNorm, ClipByGlobalNorm])
def test_zero_nan_and_infinity(kind: Callable[[float], Transformation]) -> None:
    assert clipped(kind(1.0), {"w": np.zeros(2)})["w"].tolist() == [0, 0]
    assert np.isnan(clipped(kind(1.0), {"w": np.array([np.nan, 0.0])})["w"][0])
    infinite = clipped(kind(1.0), {"w": np.array([-np.inf, 0.0])})["w"][0]
    assert infinite == -1.0 if kind is ClipByValue else np.isnan(infinite)


def test_no_gradients() -> None:
    assert clipped(ClipByGlobalNorm(1.0), {}) == {}


@pytest.mark.parametrize("kind", [ClipByValue, ClipByNorm, ClipByGlobalNorm])
@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_limits_above_0(kind: Callable[[float], Transformation], limit: float) -> None:
    with pytest.raises(OptionError) as caught:
        kind(limit)
    name = kind.__name__
    assert str(caught.value) == f"{name} needs limit to be a number above 0, got {limit!r}"


def test_types_stay() -> None:
    for dtype in (float32, float64):
        value = clipped(ClipByNorm(0.1), {"w": np.ones((2, 2), dtype)})["w"]
        assert value.dtype == dtype
