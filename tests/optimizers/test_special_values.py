"""Tests of every optimizer with gradients that are 0, nan, infinite, tiny or huge."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.dtypes import DType, float32, float64
from pellucid.optimizers import OPTIMIZERS, optimizer_from
from tests.optimizers.stepping import Stepper

START = np.array([[1.0, -2.0, 3.0]])


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_no_gradient_moves_nothing(name: str, dtype: DType) -> None:
    start = START.astype(dtype)
    stepper = Stepper(
        optimizer_from(name, weight_decay=0.0, clip_norm=1.0, clip_global_norm=1.0), {"w": start}
    )
    for _ in range(3):
        moved = stepper.advance({"w": np.zeros_like(start)})["w"]
    assert moved.tobytes() == start.tobytes()


@pytest.mark.parametrize(
    "options", [{}, {"clip_value": 1.0}, {"clip_norm": 1.0}, {"max_norm": 9.0}]
)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_nan_is_never_lost(name: str, options: dict[str, float]) -> None:
    start = START.astype(np.float32)
    stepper = Stepper(optimizer_from(name, **options), {"w": start})
    gradient = np.array([[0.0, np.nan, 0.5]], np.float32)
    assert np.isnan(stepper.advance({"w": gradient})["w"][0, 1])


@pytest.mark.parametrize("name", ["sgd", "adam", "lion"])
@pytest.mark.parametrize("option", ["clip_norm", "clip_global_norm"])
def test_clipping_by_norm_does_not_hide_infinity(name: str, option: str) -> None:
    stepper = Stepper(
        optimizer_from(name, **{option: 1.0}),
        {"w": START.astype(np.float32)},
    )
    gradient = np.array([[0.0, np.inf, 0.5]], np.float32)
    assert np.isnan(stepper.advance({"w": gradient})["w"][0, 1])


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("size", [1e-30, 1e15])
def test_tiny_and_huge_gradients_stay_finite(name: str, size: float) -> None:
    stepper = Stepper(optimizer_from(name), {"w": START.astype(np.float32)})
    for _ in range(5):
        moved = stepper.advance({"w": np.full((1, 3), size, np.float32)}, 1e-3)
    assert np.isfinite(moved["w"]).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_shape_of_nothing(name: str) -> None:
    empty = np.zeros((0, 3), np.float32)
    stepper = Stepper(optimizer_from(name, clip_norm=1.0, max_norm=1.0), {"w": empty})
    assert stepper.advance({"w": empty})["w"].shape == (0, 3)
