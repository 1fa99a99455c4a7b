from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pellucid.examples import surface

Pair = NDArray[np.float64]
X = np.linspace(-2.0, 2.0, 41)
Y = 1.5 * np.tanh(2.0 * X)


@pytest.fixture(scope="module")
def numbers() -> surface.Numbers:
    return surface.run()


def _loss(w: float, v: float) -> float:
    return float(((v * np.tanh(w * X) - Y) ** 2).mean())


def _gradient(at: Pair) -> Pair:
    w, v = at
    t = np.tanh(w * X)
    error = 2 * (v * t - Y) / X.size
    return np.array([(error * v * (1 - t**2) * X).sum(), (error * t).sum()])


def _sgd(g: Pair, slots: dict[str, Pair], k: int) -> Pair:
    return 0.1 * g


def _momentum(g: Pair, slots: dict[str, Pair], k: int) -> Pair:
    slots["v"] = 0.9 * slots.get("v", np.zeros(2)) + g
    return 0.03 * slots["v"]


def _rmsprop(g: Pair, slots: dict[str, Pair], k: int) -> Pair:
    slots["s"] = 0.9 * slots.get("s", np.zeros(2)) + 0.1 * g**2
    return 0.05 * g / (np.sqrt(slots["s"]) + 1e-8)


def _adam(g: Pair, slots: dict[str, Pair], k: int) -> Pair:
    slots["m"] = 0.9 * slots.get("m", np.zeros(2)) + 0.1 * g
    slots["v"] = 0.999 * slots.get("v", np.zeros(2)) + 0.001 * g**2
    m, v = slots["m"] / (1 - 0.9**k), slots["v"] / (1 - 0.999**k)
    return 0.1 * m / (np.sqrt(v) + 1e-8)


BY_HAND: dict[str, Callable[[Pair, dict[str, Pair], int], Pair]] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "rmsprop": _rmsprop,
    "adam": _adam,
}


def test_the_surface_is_the_loss(numbers: surface.Numbers) -> None:
    by_hand = np.array([[_loss(w, v) for w in numbers.w] for v in numbers.v])
    np.testing.assert_allclose(numbers.surface, by_hand, rtol=2e-5, atol=1e-10)


def test_there_are_two_equal_minima_and_a_saddle(numbers: surface.Numbers) -> None:
    columns = [int(np.argmin(np.abs(numbers.w - w))) for w in (-2, 0, 2)]
    rows = [int(np.argmin(np.abs(numbers.v - v))) for v in (-1.5, 0, 1.5)]
    lowest = [numbers.surface[row, column] for row, column in zip(rows, columns, strict=True)]
    assert lowest[0] == pytest.approx(0, abs=1e-10)
    assert lowest[2] == pytest.approx(0, abs=1e-10)
    assert lowest[1] == pytest.approx((Y**2).mean(), rel=1e-5)
    assert (_gradient(np.zeros(2)) == 0).all()
    assert _loss(0.1, 0.1) < lowest[1] < _loss(0.1, -0.1)


@pytest.mark.parametrize("name", BY_HAND)
def test_each_path_is_the_optimizer_by_hand(numbers: surface.Numbers, name: str) -> None:
    path = numbers.paths[name]
    assert len(path) == surface.STEPS + 1
    np.testing.assert_array_equal(path[0], np.array(surface.START, np.float32))
    slots: dict[str, Pair] = {}
    # From where each step began: RMSProp hops at the end, where rounding adds up.
    for k, (at, after) in enumerate(pairwise(path), 1):
        by_hand = at - BY_HAND[name](_gradient(at), slots, k)
        np.testing.assert_allclose(after, by_hand, rtol=0, atol=5e-4 if name == "rmsprop" else 2e-6)
    losses = [_loss(w, v) for w, v in path]
    np.testing.assert_allclose(numbers.losses[name], losses, rtol=1e-3, atol=1e-9)


def test_they_end_in_different_valleys(numbers: surface.Numbers) -> None:
    for name, sign in (("sgd", 1), ("momentum", 1), ("rmsprop", -1), ("adam", -1)):
        w, v = sign * numbers.paths[name][-1]
        assert w > 1.5
        assert v > 1.4
        assert (numbers.losses[name][70:] < surface.ARRIVED).all()


def test_it_tells_and_draws(numbers: surface.Numbers, tmp_path: Path) -> None:
    words = surface.tell(numbers)
    for name, losses in numbers.losses.items():
        row = next(line for line in words.splitlines() if line.startswith(f"  {name} "))
        assert f"{losses[-1]:.6f}" in row
    surface.draw(numbers, tmp_path / "surface.png")
    assert (tmp_path / "surface.png").read_bytes().startswith(b"\x89PNG")
