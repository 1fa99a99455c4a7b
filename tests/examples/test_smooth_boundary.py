from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from pellucid.examples import smooth_boundary
from pellucid.examples.smooth_boundary import ANGLES, ROWS, STEEPNESSES, UNITS, Numbers


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return smooth_boundary.run()


@pytest.mark.parametrize("units", UNITS)
def test_perceptrons_draw_the_polygon(numbers: Numbers, units: int) -> None:
    found = numbers.steps[units]
    # The distance of a regular polygon's side, from the nearest point of the circle.
    beside = (ANGLES + np.pi / units) % (2 * np.pi / units) - np.pi / units
    np.testing.assert_allclose(found.radii, 1 / np.cos(beside), atol=1e-9)
    assert found.area == pytest.approx(units * np.tan(np.pi / units), rel=2e-5)
    assert found.roundness == pytest.approx(np.cos(np.pi / units), rel=1e-9)


def test_the_excess_falls_to_about_a_quarter(numbers: Numbers) -> None:
    excess = [numbers.steps[units].area - np.pi for units in UNITS]
    assert 0.2 < excess[1] / excess[0] < 0.25
    # Of n tan(pi / n) the first term beyond pi is pi^3 / 3 n^2.
    assert excess[1] == pytest.approx(np.pi**3 / (3 * 16**2), rel=0.03)


@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("rise", STEEPNESSES)
def test_sigmoids_agree_with_root_finding(numbers: Numbers, units: int, rise: float) -> None:
    turns = 2 * np.pi * np.arange(units) / units

    def score(radius: float, angle: float) -> float:
        return float(expit(rise * (1 - radius * np.cos(turns - angle))).sum() - (units - 0.5))

    found = numbers.sigmoids[units, rise]
    for at in (0, 37, 90, 700):
        radius = brentq(score, 0, 2, args=(ANGLES[at],), xtol=1e-13)
        assert found.radii[at] == pytest.approx(radius, rel=1e-9)
    # The area by the shoelace formula, of the polygon through all points of the boundary.
    x, y = found.radii * np.cos(ANGLES), found.radii * np.sin(ANGLES)
    shoelace = (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2
    assert found.area == pytest.approx(shoelace, rel=2e-5)


def test_steeper_is_larger_and_less_round_and_comes_to_the_polygon(numbers: Numbers) -> None:
    for units in UNITS:
        row = [numbers.sigmoids[units, rise] for rise in STEEPNESSES] + [numbers.steps[units]]
        for milder, steeper in pairwise(row):
            assert milder.area < steeper.area
            assert milder.roundness > steeper.roundness
        assert row[-2].area == pytest.approx(row[-1].area, rel=0.01)
    eight = numbers.sigmoids[8, 10.0]
    assert eight.roundness > numbers.steps[16].roundness
    assert eight.area < np.pi


@pytest.mark.parametrize("units", UNITS)
def test_learned_networks_find_the_disc(numbers: Numbers, units: int) -> None:
    learned = numbers.learned[units]
    assert learned.lines.shape == (3, units)
    assert 0 < learned.new_error < 0.025
    assert learned.errors <= 0.01 * ROWS
    plane = learned.plane
    x1, x2 = np.meshgrid(plane.across, plane.up)
    wrong = (plane.values >= 0) != (np.hypot(x1, x2) <= 1)
    inner = (np.abs(x1) <= 1.5) & (np.abs(x2) <= 1.5)
    # The same share, on a grid in place of random points.
    assert wrong[inner].mean() == pytest.approx(learned.new_error, abs=0.004)


def test_points_are_labelled_by_their_distance() -> None:
    points, sides = smooth_boundary.points_and_sides(ROWS, 1)
    assert points.shape == (ROWS, 2)
    np.testing.assert_array_equal(sides[:, 0], np.hypot(*points.T) <= 1)


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = smooth_boundary.tell(numbers)
    for line in (
        "   8 perceptrons              3.3137       105.5 %                     0.9239",
        "  16 perceptrons              3.1826       101.3 %                     0.9808",
    ):
        assert line in words
    smooth_boundary.draw(numbers, tmp_path / "smooth.svg")
    assert "16 perceptrons: area 3.183" in (tmp_path / "smooth.svg").read_text()
