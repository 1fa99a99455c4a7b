from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression, Perceptron

from pellucid.examples import output_layers
from pellucid.examples.output_layers import EACH, EPOCHS, LOSSES, OUTLIERS, Boundary, Numbers


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return output_layers.run()


def peer(name: str) -> Any:
    if name == "linear regression":
        return LinearRegression()
    if name == "logistic regression":
        return LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000)
    return Perceptron(shuffle=False, tol=None, max_iter=EPOCHS)


def expected(name: str, points: Any, classes: Any) -> Any:
    fitted = peer(name).fit(points.astype("f8"), classes[:, 0])
    return np.append(fitted.coef_, fitted.intercept_)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("outliers", [False, True])
def test_weights_are_those_of_scikit_learn(numbers: Numbers, name: str, outliers: bool) -> None:
    points, classes = output_layers.rows(outliers)
    found: Boundary = (numbers.outliers if outliers else numbers.clouds)[name]
    weights = expected(name, points, classes)
    np.testing.assert_allclose(found.weights, weights, rtol=2e-3, atol=2e-4)
    margins = (points @ weights[:2] + weights[2]) * classes[:, 0]
    assert found.wrong == (margins <= 0).sum()
    nearest = margins[: 2 * EACH].min() / np.hypot(*weights[:2])
    assert found.nearest == pytest.approx(nearest, abs=2e-3)


def test_outliers_pull_linear_regression_only(numbers: Numbers) -> None:
    for name in LOSSES:
        assert numbers.clouds[name].wrong == 0
        assert numbers.clouds[name].nearest > 0
    assert numbers.outliers["linear regression"].wrong == 5
    logistic = numbers.clouds["logistic regression"], numbers.outliers["logistic regression"]
    lines = [one.weights / np.hypot(*one.weights[:2]) for one in logistic]
    np.testing.assert_allclose(lines[0], lines[1], atol=5e-3)
    assert logistic[1].wrong == 0
    # The outliers come last, and are right when they come: the rule never moves for them.
    perceptron = numbers.clouds["perceptron"], numbers.outliers["perceptron"]
    np.testing.assert_array_equal(perceptron[0].weights, perceptron[1].weights)


def test_the_perceptron_stops_at_the_first_line_in_every_order(numbers: Numbers) -> None:
    points, classes = output_layers.rows(True)
    for seed, found in enumerate(numbers.orders):
        order = np.random.default_rng(seed).permutation(len(points))
        # The rule by hand; a score of 0 counts as a mistake.
        w, mistakes = np.zeros(3), np.zeros(EPOCHS, int)
        for turn in range(EPOCHS):
            for x, t in zip(points[order].astype("f8"), classes[order, 0], strict=True):
                score = w[:2] @ x + w[2]
                if t * score <= 0:
                    w += t * np.append(x, 1.0)
                    mistakes[turn] += score != 0
        np.testing.assert_allclose(found.weights, w, atol=1e-4)
        np.testing.assert_array_equal(found.mistakes, mistakes)
        assert found.wrong == 0
        assert found.mistakes[0] > 0
        assert (found.mistakes[np.flatnonzero(found.mistakes == 0)[0] :] == 0).all()
    distances = [found.nearest for found in numbers.orders]
    assert max(distances) > 2 * min(distances) > 0


def test_losses_are_the_closed_forms(numbers: Numbers) -> None:
    s = numbers.margins
    closed = {
        "linear regression": (1 - s) ** 2,
        "logistic regression": np.log1p(np.exp(-s)),
        "perceptron": np.maximum(0, -s),
    }
    for name in LOSSES:
        np.testing.assert_allclose(numbers.losses[name], closed[name], atol=1e-12)


def test_outliers_are_far_on_the_right_side() -> None:
    points, classes = output_layers.rows(True)
    assert len(points) == 2 * EACH + OUTLIERS
    assert (points[-OUTLIERS:, 0] > 2 * points[: 2 * EACH, 0].max()).all()
    assert (classes[-OUTLIERS:] == 1).all()
    np.testing.assert_array_equal(points[: 2 * EACH], output_layers.rows(False)[0])


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = output_layers.tell(numbers)
    for name in LOSSES:
        row = next(line for line in words.splitlines() if line.startswith(f"  {name} "))
        assert f" {numbers.outliers[name].nearest:.2f} " in row
    output_layers.draw(numbers, tmp_path / "layers.svg")
    assert "Linear regression: 5 wrong" in (tmp_path / "layers.svg").read_text()
