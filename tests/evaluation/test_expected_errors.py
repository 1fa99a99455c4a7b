"""What errors are held to: a regression and its score by other ways, and by chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import hypergeom, kstest
from sklearn.linear_model import LogisticRegression

from pellucid.evaluation.expected_errors import PENALTY, ExpectedErrors

Array = np.ndarray[Any, Any]


def sure(draw: np.random.Generator, rows: int, classes: int) -> tuple[Array, Array]:
    """Return probabilities that are half as sure as they should be, and which are wrong."""
    scores = 3.0 * draw.normal(size=(rows, classes))
    right = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    truth = (draw.random((rows, 1)) > right.cumsum(1)).sum(1).clip(max=classes - 1)
    read = np.sqrt(right) / np.sqrt(right).sum(1, keepdims=True)
    return read, read.argmax(1) != truth


@pytest.mark.parametrize("classes", [2, 3])
def test_the_regression_is_that_of_scikit_learn(classes: int) -> None:
    read, wrong = sure(np.random.default_rng(classes), 400, classes)
    found = ExpectedErrors.of(read, wrong)
    model = LogisticRegression(C=1.0 / PENALTY, tol=1e-10, max_iter=10_000)
    model.fit(found.design[:, 1:], wrong)
    wanted = model.predict_proba(found.design[:, 1:])[:, 1]
    assert found.expected == pytest.approx(wanted, abs=1e-5)
    assert found.expected.mean() == pytest.approx(wrong.mean())
    # Those of which it is less sure are wrong more often.
    assert np.corrcoef(found.expected, read.max(1))[0, 1] < -0.8


def test_rows_of_one_confidence_have_the_hypergeometric_law() -> None:
    draw = np.random.default_rng(3)
    wrong = draw.random(2000) < 0.3
    found = ExpectedErrors.of(np.tile([0.8, 0.2], (2000, 1)), wrong)
    assert found.expected == pytest.approx(np.full(2000, wrong.mean()))
    for size, shift in ((400, 0), (400, 40), (100, 15)):
        count = round(size * wrong.mean()) + shift
        chosen = np.zeros(2000, bool)
        chosen[np.flatnonzero(wrong)[:count]] = True
        chosen[np.flatnonzero(~wrong)[: size - count]] = True
        law = hypergeom(2000, int(wrong.sum()), size)
        upper = law.sf(count) + law.pmf(count) / 2
        score, chance = found.test(chosen)
        assert score == pytest.approx(count - size * wrong.mean())
        assert chance == pytest.approx(2 * min(upper, 1 - upper), rel=0.1)


@pytest.mark.parametrize("classes", [2, 4])
def test_chances_are_spread_evenly_where_confidence_is_right(classes: int) -> None:
    chances = []
    for seed in range(300):
        draw = np.random.default_rng(seed)
        read, wrong = sure(draw, 500, classes)
        # Rows that are hard, not any ones.
        chosen = read.max(1) < np.quantile(read.max(1), draw.uniform(0.1, 0.9))
        chances.append(ExpectedErrors.of(read, wrong).test(chosen & (draw.random(500) < 0.7))[1])
    assert kstest(chances, "uniform").pvalue > 0.001


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_where_all_is_right_or_wrong_nothing_is_odd(share: float) -> None:
    read, _ = sure(np.random.default_rng(1), 50, 3)
    found = ExpectedErrors.of(read, np.full(50, share > 0))
    assert found.expected.tolist() == [share] * 50
    assert found.test(np.arange(50) < 20) == (0.0, 1.0)
    assert ExpectedErrors.of(np.zeros((0, 2)), np.zeros(0, bool)).expected.shape == (0,)


def test_certainty_does_not_lead_to_infinity() -> None:
    read = np.repeat([[1.0, 0.0], [0.5, 0.5]], [95, 5], axis=0)
    found = ExpectedErrors.of(read, np.arange(100) >= 95)
    assert np.isfinite(found.expected).all()
    assert found.expected[-1] > 0.5 > found.expected[0]
    assert np.isfinite(found.test(np.arange(100) % 2 == 0)).all()
