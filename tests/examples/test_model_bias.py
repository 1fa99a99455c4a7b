from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import PolynomialFeatures

from pellucid.examples import model_bias
from pellucid.examples.model_bias import BINS, CURVE_ROWS, NOISE, PLANE_ROWS, TEST_ROWS, Numbers

# The variance of x^2 that the best line leaves, for x uniform from 0 to 2: 2^4 / 180.
LINE = NOISE**2 + 16 / 180
# Of 2 x1 x2 + 1.5 x3^2 from -1 to 1: the mean of 4 x1^2 x2^2, and 1.5^2 times 1 / 5 - 1 / 9.
SQUARE = NOISE**2 + 1.5**2 * (1 / 5 - 1 / 9)
LINEAR = SQUARE + 4 / 9


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return model_bias.run()


@pytest.mark.parametrize("rows", CURVE_ROWS)
@pytest.mark.parametrize(("name", "degree"), [("line", 1), ("parabola", 2)])
def test_fits_on_the_curve_are_least_squares(
    numbers: Numbers, name: str, degree: int, rows: int
) -> None:
    found = numbers.curve[name, rows]
    x, y = model_bias.curved(rows, 0)
    powers = PolynomialFeatures(degree, include_bias=False)
    peer = LinearRegression().fit(powers.fit_transform(x.astype("f8")), y[:, 0])
    expected = np.append(peer.intercept_, peer.coef_)
    np.testing.assert_allclose(found.solved, expected, atol=1e-5)
    np.testing.assert_allclose(found.weights, expected, atol=5e-3)
    x_test, y_test = model_bias.curved(TEST_ROWS, 1)
    residuals = y_test[:, 0] - peer.predict(powers.transform(x_test.astype("f8")))
    np.testing.assert_allclose(found.residuals, residuals, atol=2e-3)
    assert found.test_error == pytest.approx((residuals**2).mean(), rel=1e-3)


def test_each_model_comes_to_its_own_limit(numbers: Numbers) -> None:
    for rows in CURVE_ROWS[1:]:
        assert numbers.curve["line", rows].test_error == pytest.approx(LINE, rel=0.03)
        assert numbers.curve["parabola", rows].test_error == pytest.approx(NOISE**2, rel=0.03)
    limits = {"linear": LINEAR, "and x1 x2": SQUARE, "and x1 x2, squares": NOISE**2}
    for name, limit in limits.items():
        found = numbers.plane[name, PLANE_ROWS[-1]]
        assert found.test_error == pytest.approx(limit, rel=0.03)
        assert found.train_error == pytest.approx(limit, rel=0.06)
    network = numbers.plane["network", PLANE_ROWS[-1]].test_error
    assert NOISE**2 < network < 1.1 * NOISE**2


@pytest.mark.parametrize("rows", PLANE_ROWS)
def test_fits_of_three_features_are_least_squares(numbers: Numbers, rows: int) -> None:
    x, y = model_bias.interacting(rows, 0)
    doubles = x.astype("f8")
    product = doubles[:, :1] * doubles[:, 1:2]
    columns = {
        "linear": [doubles],
        "and x1 x2": [doubles, product],
        "and x1 x2, squares": [doubles, product, doubles**2],
    }
    for name, parts in columns.items():
        peer = LinearRegression().fit(np.hstack(parts), y[:, 0])
        expected = np.append(peer.intercept_, peer.coef_)
        for weights in (numbers.plane[name, rows].solved, numbers.plane[name, rows].weights):
            np.testing.assert_allclose(weights, expected, atol=1e-4)
    assert numbers.plane["network", rows].weights.size == 0


def test_what_the_line_leaves_is_the_parabola_less_its_line(numbers: Numbers) -> None:
    middles = (np.arange(BINS) + 0.5) / BINS * 2
    # x^2 - (2 x - 2/3), and the mean of x^2 over a bin is that of its middle and width^2 / 12.
    expected = middles**2 - 2 * middles + 2 / 3 + (2 / BINS) ** 2 / 12
    np.testing.assert_allclose(numbers.along_x["line"], expected, atol=0.03)
    np.testing.assert_allclose(numbers.along_x["parabola"], 0, atol=0.02)


def test_residuals_by_cells_are_those_of_numpy(numbers: Numbers) -> None:
    x, _ = model_bias.interacting(TEST_ROWS, 1)
    edges = [np.linspace(-1, 1, BINS + 1)] * 2
    left = numbers.plane["linear", PLANE_ROWS[-1]].residuals
    totals, *_ = np.histogram2d(x[:, 1], x[:, 0], bins=edges, weights=left)
    counts, *_ = np.histogram2d(x[:, 1], x[:, 0], bins=edges)
    np.testing.assert_allclose(numbers.over_x1_x2, totals / counts, atol=1e-4)
    middles = (np.arange(BINS) + 0.5) / BINS * 2 - 1
    saddle = 2 * np.outer(middles, middles)
    assert np.corrcoef(saddle.ravel(), numbers.over_x1_x2.ravel())[0, 1] > 0.99
    curvature = 1.5 * (middles**2 - 1 / 3 + (2 / BINS) ** 2 / 12)
    np.testing.assert_allclose(numbers.along_x3["linear"], curvature, atol=0.07)
    np.testing.assert_allclose(numbers.along_x3["network"], 0, atol=0.03)


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = model_bias.tell(numbers)
    for (name, rows), found in {**numbers.curve, **numbers.plane}.items():
        row = f"    {name:32}{rows:6}{found.train_error:9.3f}{found.test_error:9.3f}"
        assert row in words
    model_bias.draw(numbers, tmp_path / "bias.svg")
    assert "Linear: an interaction is left" in (tmp_path / "bias.svg").read_text()
