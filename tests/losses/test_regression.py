"""Losses for numbers against SciPy, scikit-learn, Optax and closed forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import optax
import pytest
from scipy import special, stats
from sklearn import metrics

from pellucid.errors import OptionError
from pellucid.graph.node import input_node
from pellucid.losses import (
    AbsoluteError,
    GaussianNLL,
    Huber,
    Loss,
    Poisson,
    Quantile,
    SquaredError,
)
from pellucid.primitives import sum
from tests.derivatives import check_gradients
from tests.jax_oracle import float64
from tests.losses.oracle import run_loss, slope

random = np.random.default_rng(40)
X = random.normal(0, 3, (50, 4))
T = random.normal(0, 3, (50, 4))
COUNTS = random.poisson(3.0, (50, 4)).astype(float)
WEIGHTS = random.uniform(0, 2, 50)


def oracles() -> dict[str, tuple[Loss, Any, Callable[..., float]]]:
    return {
        "squared": (SquaredError(), T, metrics.mean_squared_error),
        "absolute": (AbsoluteError(), T, metrics.mean_absolute_error),
        "quantile 0.2": (
            Quantile(0.2),
            T,
            lambda t, x, sample_weight: metrics.mean_pinball_loss(
                t, x, sample_weight=sample_weight, alpha=0.2
            ),
        ),
        "huber 1.5": (
            Huber(1.5),
            T,
            lambda t, x, sample_weight: np.average(
                special.huber(1.5, x - t).mean(1), weights=sample_weight
            ),
        ),
    }


@pytest.mark.parametrize("case", oracles())
@pytest.mark.parametrize("weighted", [False, True])
def test_means_are_those_of_other_libraries(case: str, weighted: bool) -> None:
    loss, target, oracle = oracles()[case]
    weights = WEIGHTS if weighted else None
    expected = oracle(target, X, sample_weight=weights)
    assert run_loss(loss, X, target, weights) == pytest.approx(expected, rel=1e-12)


def test_poisson_is_the_likelihood_without_its_constant() -> None:
    expected = -stats.poisson.logpmf(COUNTS, np.exp(X)) - special.gammaln(COUNTS + 1)
    got = run_loss(Poisson(), X, COUNTS, reduction="none")
    np.testing.assert_allclose(got, expected.mean(1), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("outputs", [1, 3])
def test_gaussian_nll_is_the_likelihood(outputs: int) -> None:
    means, logarithms = X[:, :outputs], random.normal(0, 1.5, (50, outputs))
    target = T[:, :outputs]
    expected = -np.asarray(stats.norm.logpdf(target, means, np.exp(0.5 * logarithms)))
    got = run_loss(GaussianNLL(), np.hstack([means, logarithms]), target, reduction="none")
    np.testing.assert_allclose(got, expected.mean(1), rtol=1e-12)


def test_huber_is_that_of_optax() -> None:
    with float64():
        expected = np.asarray(optax.huber_loss(X, T, delta=0.7)).mean(1)
    np.testing.assert_allclose(run_loss(Huber(0.7), X, T, reduction="none"), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "loss",
    [SquaredError(), AbsoluteError(), Huber(0.7), Quantile(0.9), Poisson(), GaussianNLL()],
    ids=lambda loss: loss.name,
)
def test_gradients_are_those_of_differences(loss: Loss) -> None:
    x = input_node("x", X.shape, "float64")
    width = 2 if isinstance(loss, GaussianNLL) else 4
    t = input_node("t", (50, width), "float64")
    values = {x: X / 3, t: T[:, :width]}
    check_gradients(sum(loss.per_row(x, t)), values, [x, t], seed=41, step=1e-5, tolerance=1e-6)


def test_derivatives_at_the_corners() -> None:
    zero = [[0.0]]
    assert slope(SquaredError(), zero, zero) == 0
    assert slope(AbsoluteError(), zero, zero) == 0
    assert slope(Huber(), zero, zero) == 0
    assert slope(Huber(2.0), [[2.0]], zero) == 2
    assert slope(Huber(2.0), [[-2.0]], zero) == -2
    assert slope(Quantile(0.9), zero, zero) == pytest.approx(0.5 - 0.9)


def test_quantile_is_least_at_the_quantile() -> None:
    sample = random.normal(size=101)
    points = np.linspace(-3, 3, 601)
    loss = [run_loss(Quantile(0.8), np.full(101, point), sample) for point in points]
    assert points[int(np.argmin(loss))] == pytest.approx(np.quantile(sample, 0.8), abs=0.02)


def test_huber_of_large_errors_does_not_overflow() -> None:
    x = np.array([[3e38], [1e30], [-1e30]], np.float32)
    got = run_loss(Huber(1.0), x, np.zeros((3, 1)), reduction="none", dtype="float32")
    np.testing.assert_allclose(got, np.abs(x[:, 0]), rtol=1e-6)
    np.testing.assert_array_equal(
        slope(Huber(1.0), x, np.zeros((3, 1)), "float32"), [[1], [1], [-1]]
    )


def test_gaussian_nll_far_out() -> None:
    """Variances of e^-150 and e^150, whose reciprocals no float32 can hold."""
    x = [[1.0, -150.0], [1.0, 150.0], [5.0, -300.0]]
    t = [[1.0], [3.0], [5.0]]
    got = run_loss(GaussianNLL(), x, t, reduction="none", dtype="float32")
    constant = np.log(2 * np.pi)
    expected = [0.5 * (constant - 150), 0.5 * (constant + 150), 0.5 * (constant - 300)]
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    found = slope(GaussianNLL(), x, t, "float32")
    np.testing.assert_allclose(found, [[0, 0.5], [0, 0.5], [0, 0.5]], atol=1e-30)
    got = run_loss(GaussianNLL(), [[1.0 + 1e-3, -90.0]], [[1.0]], dtype="float32")
    assert np.isfinite(got)
    assert got == pytest.approx(0.5e-6 * np.exp(90.0), rel=1e-3)


def test_nan_is_not_lost() -> None:
    for loss in (SquaredError(), AbsoluteError(), Huber(), Quantile(0.5), Poisson()):
        got = run_loss(loss, [[np.nan], [1.0]], [[0.0], [0.0]], reduction="none")
        assert np.isnan(got[0]), loss.name
        assert np.isfinite(got[1]), loss.name


def test_options_that_are_refused() -> None:
    with pytest.raises(OptionError, match=r"^Huber needs delta to be a number above 0, got 0$"):
        Huber(0)
    text = r"^Quantile needs level to be a number above 0 and below 1, got 1$"
    with pytest.raises(OptionError, match=text):
        Quantile(1)
