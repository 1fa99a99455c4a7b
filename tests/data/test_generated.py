"""The generated sets hold what they say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pellucid.data import generated
from pellucid.data.generated import Columns


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_xor(seed: int) -> None:
    columns = generated.xor(seed)
    bits = (columns["x1"] > 0.5) ^ (columns["x2"] > 0.5)
    assert (bits == columns["xor"]).mean() > 0.99
    assert columns["xor"].mean() == 0.5


def test_circles() -> None:
    columns = generated.circles(0)
    radius = np.hypot(columns["x1"], columns["x2"])
    assert ((radius < 0.75) == (columns["circle"] == "inner")).mean() > 0.98


def test_moons() -> None:
    columns = generated.moons(0)
    upper = columns["moon"] == "upper"
    own_arc = np.abs(
        np.hypot(columns["x1"] - np.where(upper, 0, 1), columns["x2"] - np.where(upper, 0, 0.5))
        - 1.0
    )
    assert own_arc.max() < 0.6
    assert columns["x2"][upper].mean() > columns["x2"][~upper].mean() + 0.5


def test_spirals_are_each_other_turned_by_half() -> None:
    columns = generated.spirals(0)
    radius = np.hypot(columns["x1"], columns["x2"])
    half_turn = np.where(columns["spiral"] == "b", np.pi, 0.0)
    angle = np.arctan2(columns["x2"], columns["x1"])
    off = np.angle(np.exp(1j * (angle - half_turn - 3.0 * np.pi * radius)))
    assert np.quantile(np.abs(off[radius > 0.3]), 0.99) < 1.0


def test_heights_obey_the_threshold() -> None:
    columns = generated.heights(0)
    assert ((columns["height"] >= 160.0) == (columns["label"] == "tall")).all()
    assert 0.35 < (columns["label"] == "tall").mean() < 0.65
    assert 100.0 < columns["height"].min() < columns["height"].max() < 220.0


def test_class_pass_rewards_lectures_and_hours() -> None:
    columns = generated.class_pass(0)
    passed = columns["result"] == "pass"
    assert 0.3 < passed.mean() < 0.7
    for name in ("lectures attended", "hours on final project"):
        assert columns[name][passed].mean() > columns[name][~passed].mean() + 0.5
        assert columns[name].min() >= 0


@pytest.mark.parametrize(
    ("generate", "truth", "noise"),
    [
        (generated.sine, np.sin, 0.1),
        (generated.polynomial, np.polynomial.Polynomial([1.0, -2.0, 0.0, 1.0]), 0.3),
    ],
)
def test_curves_are_truth_and_noise(
    generate: Callable[[int], Columns],
    truth: Callable[[np.ndarray], np.ndarray],
    noise: float,
) -> None:
    columns = generate(0)
    rest = columns["y"] - truth(columns["x"])
    assert rest.std() == pytest.approx(noise, rel=0.15)
    assert abs(rest.mean()) < noise / 5
