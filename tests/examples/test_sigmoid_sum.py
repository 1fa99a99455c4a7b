from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import expit

from pellucid.examples import sigmoid_sum
from pellucid.examples.sigmoid_sum import (
    BUMP_WEIGHTS,
    COUNTS,
    EFFECTS,
    LEARNED,
    SEEDS,
    Numbers,
    Sum,
)

Doubles = NDArray[np.float64]


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return sigmoid_sum.run()


def curve(x: Doubles) -> Doubles:
    return np.sin(6 * x) + 0.4 * np.sin(15 * x) + x - 1.5 * (x >= 0.5)


def test_steps_are_the_closed_form(numbers: Numbers) -> None:
    for effect, cases in EFFECTS.items():
        for name, (w, b, c) in cases.items():
            step = numbers.shapes[effect][name]
            np.testing.assert_allclose(step.values, c * expit(w * numbers.wide + b), atol=1e-12)
            # The sigmoid's derivative is sigmoid (1 - sigmoid): 1/4 in the middle.
            assert step.facts == pytest.approx({"middle": -b / w, "slope": c * w / 4}, rel=1e-12)


@pytest.mark.parametrize("w", BUMP_WEIGHTS)
def test_bumps_are_the_closed_form(numbers: Numbers, w: float) -> None:
    bump = numbers.shapes["Up and down: a bump"][f"w = {w:g}"]
    # sigmoid(a) - sigmoid(-a) = tanh(a / 2), with a = w in the middle between -1 and 1.
    assert bump.facts["peak"] == pytest.approx(np.tanh(w / 2), rel=1e-12)
    expected, _ = quad(lambda x: expit(w * (x + 1)) - expit(w * (x - 1)), -4, 4)
    assert bump.facts["area"] == pytest.approx(expected, abs=1e-4)
    assert bump.facts["area"] == pytest.approx(2, abs=3e-3)


def test_the_staircase_has_the_curve_between_its_steps(numbers: Numbers) -> None:
    np.testing.assert_allclose(numbers.curve, curve(numbers.grid), atol=1e-12)
    for count in COUNTS:
        edges = np.linspace(-1, 1, count + 2)
        level = curve((edges[1:] + edges[:-1]) / 2)
        which = np.clip(np.searchsorted(edges, numbers.grid, "right") - 1, 0, count)
        # Away from the steps themselves, which are steep but not upright.
        away = np.abs(numbers.grid[:, None] - edges[1:-1]).min(1) > 0.006
        staircase = level[which]
        np.testing.assert_allclose(numbers.steep[count].values[away], staircase[away], atol=0.02)
    errors = [numbers.steep[count].error for count in COUNTS]
    assert errors == sorted(errors, reverse=True)
    for count in COUNTS:
        assert numbers.soft[count].error < numbers.steep[count].error


def test_sums_are_those_of_numpy(numbers: Numbers) -> None:
    sums: list[Sum] = [*numbers.steep.values(), *numbers.soft.values(), *numbers.learned]
    for one in sums:
        w, b, c = one.terms
        values = one.bias + expit(numbers.grid[:, None] * w + b) @ c
        np.testing.assert_allclose(one.values, values, atol=1e-9)
        error = np.sqrt(((values - curve(numbers.grid)) ** 2).mean())
        assert one.error == pytest.approx(error, rel=1e-9)


def test_the_learned_are_nearer_than_four_times_as_many_even_steps(numbers: Numbers) -> None:
    assert len(numbers.learned) == SEEDS
    errors = [one.error for one in numbers.learned]
    assert errors == sorted(errors)
    assert all(one.terms.shape == (3, LEARNED) for one in numbers.learned)
    assert errors[0] > 0.02
    assert errors[-1] < numbers.steep[4 * LEARNED].error
    # Descent has come to rest: with the steps where they are, no heights do much better.
    w, b, _ = numbers.learned[0].terms
    steps = np.column_stack([expit(numbers.grid[:, None] * w + b), np.ones_like(numbers.grid)])
    _, squares, *_ = np.linalg.lstsq(steps, curve(numbers.grid), rcond=None)
    assert errors[0] == pytest.approx(np.sqrt(squares[0] / len(numbers.grid)), rel=0.05)


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = sigmoid_sum.tell(numbers)
    assert "  w = 20     middle  0.000   slope  5.000" in words
    assert "  b = -6     middle  2.000   slope  0.750" in words
    assert "  w = 2      peak  0.762   area  1.998" in words
    sigmoid_sum.draw(numbers, tmp_path / "sum.svg")
    assert "8 sigmoids, learned" in (tmp_path / "sum.svg").read_text()
