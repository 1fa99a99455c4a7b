from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pellucid.examples import descent


@pytest.fixture(scope="module")
def numbers() -> descent.Numbers:
    return descent.run()


@pytest.mark.parametrize("rate", [0.1, 0.9, 1.1])
def test_each_path_is_the_closed_form(numbers: descent.Numbers, rate: float) -> None:
    closed = 2.0 * (1.0 - 2.0 * rate) ** np.arange(21)
    np.testing.assert_allclose(numbers.thetas[rate], closed, rtol=1e-13)
    np.testing.assert_allclose(numbers.losses[rate], closed**2, rtol=1e-13)


def test_the_rates_behave_as_the_course_says(numbers: descent.Numbers) -> None:
    slow, zigzag, out = (np.array(numbers.thetas[rate]) for rate in descent.RATES)
    assert (slow > 0).all()
    assert (np.diff(slow) < 0).all()
    for path in (zigzag, out):
        assert (np.sign(path) == (-1.0) ** np.arange(21)).all()
    assert abs(zigzag[-1]) < 0.03
    assert abs(out[-1]) > 70


def test_the_zigzag_is_not_slower(numbers: descent.Numbers) -> None:
    np.testing.assert_allclose(np.abs(numbers.thetas[0.9]), np.abs(numbers.thetas[0.1]), rtol=1e-13)


def test_the_parabola_is_theta_squared(numbers: descent.Numbers) -> None:
    thetas, heights = map(np.array, numbers.parabola)
    np.testing.assert_array_equal(heights, thetas**2)


def test_it_tells_and_draws(numbers: descent.Numbers, tmp_path: Path) -> None:
    words = descent.tell(numbers)
    # 4 * 0.64^10, 4 * 0.64^20 and 4 * 1.44^20, by hand.
    for number in ("0.046117", "0.000532", "5879.086272"):
        assert number in words
    descent.draw(numbers, tmp_path / "descent.png")
    assert (tmp_path / "descent.png").read_bytes().startswith(b"\x89PNG")
