from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pellucid.examples import universal_approximation
from pellucid.examples.universal_approximation import STARTS, WIDTHS, Numbers

Doubles = NDArray[np.float64]


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return universal_approximation.run()


def waves(x: Doubles) -> Doubles:
    return np.sin(np.pi * (x + 1) ** 2)


def distance(values: Doubles, x: Doubles) -> float:
    return float(np.sqrt(((values - waves(x)) ** 2).mean()))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_staircase_is_that_of_numpy(numbers: Numbers, width: int) -> None:
    edges = np.linspace(-1, 1, width + 2)
    levels = waves((edges[1:] + edges[:-1]) / 2)
    which = np.searchsorted(edges[1:-1], numbers.grid, "right")
    stairs = levels[which]
    # On a step, and just beside it, a steep unit is halfway between the two levels.
    away = np.abs(numbers.grid[:, None] - edges[1:-1]).min(1) > 5e-4
    np.testing.assert_allclose(numbers.flights[width][away], stairs[away], atol=1e-6)
    assert numbers.stairs[width] == pytest.approx(distance(stairs, numbers.grid), rel=0.02)
    # Halfway between two steps it is exact; half a step on, the curve has moved by its slope.
    steepest = 4 * np.pi
    assert numbers.stairs[width] < steepest / (width + 1)


def test_a_finer_staircase_is_nearer_and_in_the_end_by_half(numbers: Numbers) -> None:
    stairs = list(numbers.stairs.values())
    assert stairs == sorted(stairs, reverse=True)
    for wide, wider in pairwise(stairs[-4:]):
        assert wide / wider == pytest.approx(2, rel=0.05)
    # Between steps the error is uniform in +-slope h / 2: the mean square slope times h^2 / 12.
    x = np.linspace(-1, 1, 100_001)
    slopes = 2 * np.pi * (x + 1) * np.cos(np.pi * (x + 1) ** 2)
    limit = np.sqrt((slopes**2).mean() / 12) * 2 / (WIDTHS[-1] + 1)
    assert stairs[-1] == pytest.approx(limit, rel=0.02)


def test_errors_are_those_of_the_shapes(numbers: Numbers) -> None:
    np.testing.assert_allclose(numbers.curve, waves(numbers.grid), atol=1e-12)
    for width in WIDTHS:
        errors = numbers.errors[width]
        assert errors.shape == (STARTS,)
        assert (np.diff(errors) >= 0).all()
        middle = distance(numbers.shapes[width], numbers.grid)
        assert errors[STARTS // 2] == pytest.approx(middle, rel=1e-9)


def test_learned_networks_are_below_the_staircase_and_fall(numbers: Numbers) -> None:
    middle = {width: numbers.errors[width][STARTS // 2] for width in WIDTHS}
    for width in WIDTHS:
        assert middle[width] < numbers.stairs[width]
    for narrow, wide in ((1, 4), (4, 16), (16, 64), (64, 256)):
        assert middle[wide] < middle[narrow]
    assert middle[256] < 0.004
    # One tanh rises or falls once, and cannot make two waves.
    assert numbers.errors[1].min() > 0.4


@pytest.mark.parametrize("width", [1, 2])
def test_no_narrow_network_does_much_better(numbers: Numbers, width: int) -> None:
    # Random tanh units with the best heights by least squares, a thousand times.
    random, x = np.random.default_rng(0), np.linspace(-1, 1, 201)
    errors = []
    for _ in range(1000):
        w, b = random.uniform(-12, 12, (2, width))
        units = np.column_stack([np.tanh(np.outer(x, w) + b), np.ones_like(x)])
        heights, *_ = np.linalg.lstsq(units, waves(x), rcond=None)
        errors.append(distance(units @ heights, x))
    assert numbers.errors[width][0] < min(errors) * 1.02
    assert numbers.errors[width][0] > min(errors) * 0.9


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = universal_approximation.tell(numbers)
    for width, errors in numbers.errors.items():
        row = next(line for line in words.splitlines() if line.startswith(f"  {width:5} "))
        assert row.split()[1] == f"{errors[0]:.4f}"
        assert row.split()[4] == f"{numbers.stairs[width]:.4f}"
    assert "At 9 of 9 widths" in words
    universal_approximation.draw(numbers, tmp_path / "width.svg")
    assert "Error by width" in (tmp_path / "width.svg").read_text()
