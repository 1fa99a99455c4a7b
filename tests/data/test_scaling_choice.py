"""Scalings of numbers: against scikit-learn and SciPy, and at the ends of float64's range."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, rankdata
from sklearn.preprocessing import QuantileTransformer, RobustScaler

from pellucid.data.quantile_scaling import FEWEST_KNOTS, ROWS_A_KNOT, QuantileScaling
from pellucid.data.robust_scaling import LIMIT, RobustScaling
from pellucid.data.scaling import Scaling
from pellucid.data.scaling_choice import AUTO, SCALINGS, check_scaling, fit_scaling, scaling_name
from pellucid.errors import ModelFileError, OptionError

NAMES = [AUTO, *SCALINGS]


def test_robust_is_the_formula_of_the_paper() -> None:
    random = np.random.default_rng(0)
    values, others = random.lognormal(size=501), random.lognormal(size=100) * 100
    expected = RobustScaler().fit(values[:, None]).transform(others[:, None])[:, 0]
    expected = expected / np.sqrt(1 + (expected / 3) ** 2)
    np.testing.assert_allclose(RobustScaling.fit(values).standardise(others), expected, rtol=1e-12)


def test_robust_without_a_distance_of_quartiles() -> None:
    values = np.array([0.0] * 9 + [8.0])
    scaled = RobustScaling.fit(values).standardise(np.array([0.0, 8.0]))
    # 2 / (max - min) takes its place: 8 is at 2 before the limit.
    np.testing.assert_allclose(scaled, [0.0, 2.0 / np.sqrt(1 + 4 / 9)])


def test_quantiles_are_normal_scores() -> None:
    values = np.random.default_rng(1).permutation(np.repeat(np.arange(100.0) ** 3, 3))
    scaling = QuantileScaling.fit(values)
    scores = dict(zip(values, norm.ppf((rankdata(values) - 0.5) / len(values)), strict=True))
    assert len(scaling.knots) == FEWEST_KNOTS
    for knot, score in zip(scaling.knots, scaling.scores, strict=True):
        assert score == pytest.approx(scores[knot], abs=1e-9)
    between = np.array(scaling.knots[3:5]).mean()
    assert scaling.standardise(np.array([between])) == pytest.approx(np.mean(scaling.scores[3:5]))


def test_quantiles_are_near_those_of_scikit_learn() -> None:
    random = np.random.default_rng(2)
    values, others = random.gamma(2.0, size=20_000), random.gamma(2.0, size=500)
    expected = QuantileTransformer(n_quantiles=1000, output_distribution="normal", subsample=None)
    wanted = expected.fit(values[:, None]).transform(others[:, None])[:, 0]
    scaling = QuantileScaling.fit(values)
    assert len(scaling.knots) == 20_000 // ROWS_A_KNOT
    inner = np.abs(wanted) < 2.5
    assert inner.sum() > 480
    np.testing.assert_allclose(scaling.standardise(others)[inner], wanted[inner], atol=0.02)


def test_quantiles_of_ties() -> None:
    # Three quarters of the rows are 0: their middle rank is 3/8.
    scaling = QuantileScaling.fit(np.array([0.0] * 6000 + [1.0] * 2000))
    np.testing.assert_allclose(
        scaling.standardise(np.array([-1.0, 0.0, 1.0, 2.0])), norm.ppf([3 / 8, 3 / 8, 7 / 8, 7 / 8])
    )


@pytest.mark.parametrize(
    ("draw", "name"),
    [
        (lambda random: random.normal(size=2000), "standard"),
        (lambda random: random.uniform(size=2000), "standard"),
        (lambda random: random.integers(0, 2, 2000), "standard"),
        (lambda random: random.exponential(size=2000), "standard"),
        (lambda random: random.lognormal(0.0, 2.0, size=2000), "quantile"),
        (lambda random: random.standard_t(1, size=2000), "quantile"),
        # One far value presses all others together; of two values there are no tails.
        (lambda random: np.append(random.normal(size=2000), 1e6), "quantile"),
        (lambda random: np.append(np.zeros(2000), 1.0), "standard"),
        (lambda random: np.where(random.random(2000) < 0.9, 0.0, random.random(2000)), "quantile"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_the_choice(draw: Any, name: str, seed: int) -> None:
    print("seed", seed)
    values = np.asarray(draw(np.random.default_rng(seed)), dtype=np.float64)
    chosen = fit_scaling(values)
    assert scaling_name(chosen) == name
    # A power of two changes nothing about it.
    assert scaling_name(fit_scaling(values * 2.0**900)) == name
    assert chosen == fit_scaling(values, name)


@pytest.mark.parametrize("name", SCALINGS)
def test_description_round_trip(name: str) -> None:
    scaling = fit_scaling(np.random.default_rng(3).lognormal(size=50), name)
    described = json.loads(json.dumps(scaling.description()))
    assert SCALINGS[name].from_description(described) == scaling


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.sampled_from(NAMES), st.lists(FINITE, min_size=1, max_size=20), FINITE)
def test_every_finite_number_has_a_finite_place(
    name: str, values: list[float], other: float
) -> None:
    scaling = fit_scaling(np.array(values), name)
    scaled = scaling.standardise(np.array([*values, other, np.nan]))
    assert np.isfinite(scaled[:-1]).all()
    assert np.isnan(scaled[-1])
    order = np.argsort(np.array([*values, other]), kind="stable")
    # Interpolation may round past the next knot.
    assert (np.diff(scaled[:-1][order]) >= -1e-12).all()


@given(st.sampled_from(["robust", "quantile"]), st.lists(FINITE, min_size=1, max_size=20), FINITE)
def test_extremes_stay_near(name: str, values: list[float], other: float) -> None:
    scaled = fit_scaling(np.array(values), name).standardise(np.array([other]))
    assert abs(float(scaled[0])) <= LIMIT + 1e-9


@pytest.mark.parametrize("name", NAMES)
def test_a_constant_is_in_the_middle(name: str) -> None:
    scaled = fit_scaling(np.full(5, 3.0), name).standardise(np.array([3.0, 9.0]))
    assert scaled.tolist() == [0.0, 0.0]


def test_robust_is_not_moved_by_an_outlier() -> None:
    values = np.random.default_rng(4).normal(size=200)
    plain, moved = RobustScaling.fit(values), RobustScaling.fit(np.append(values, 1e9))
    assert abs(plain.linear.scale - moved.linear.scale) < 0.05
    assert Scaling.fit(np.append(values, 1e9)).scale > 1e6


@pytest.mark.parametrize(
    "change",
    [
        *({"knots": []}, {"knots": [1.0, 1.0]}, {"knots": [2.0, 1.0]}, {"knots": [1.0]}),
        *({"knots": [1.0, "2"]}, {"scores": [0.0, 1e9]}, {"scores": None}),
        *({"knots": [1.0, float("nan")]}, {"scores": [True, 1.0]}),
    ],
)
def test_impossible_quantiles(change: dict[str, Any]) -> None:
    good = {"knots": [1.0, 2.0], "scores": [-1.0, 1.0]}
    assert QuantileScaling.from_description(good).knots == (1.0, 2.0)
    with pytest.raises(ModelFileError, match="model file"):
        QuantileScaling.from_description(good | change)


def test_an_unknown_scaling() -> None:
    with pytest.raises(OptionError) as caught:
        check_scaling("qantile")
    assert str(caught.value) == (
        "the scaling must be one of 'auto', 'standard', 'robust', 'quantile', but it is 'qantile' "
        "(did you mean 'quantile'?)"
    )
