"""Studentized intervals of ratios: against resamples drawn one by one, by coverage, and edges."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.evaluation.bootstrap import bootstrap
from pellucid.evaluation.ratios import Ratio, RatioBootstrap
from tests.evaluation.predictions import Array


def counts_of(draws: Array, units: int) -> Array:
    return np.stack([np.bincount(row, minlength=units) for row in draws]).astype(np.float64)


def test_ends_are_those_of_resamples_one_by_one() -> None:
    draw = np.random.default_rng(0)
    rows, units = 60, 20
    owners = np.arange(rows) % units
    parts, wholes = draw.exponential(size=rows), draw.uniform(1.0, 2.0, rows)
    draws = draw.integers(0, units, (800, units))
    ratios = RatioBootstrap([Ratio(parts, wholes)], owners, units)
    found = ratios.intervals(ratios.sums(counts_of(draws, units)))[0]

    def value_and_error(chosen: Array) -> tuple[float, float]:
        above = np.array([parts[owners == unit].sum() for unit in chosen])
        below = np.array([wholes[owners == unit].sum() for unit in chosen])
        value = above.sum() / below.sum()
        return value, np.sqrt(np.square(above - value * below).sum()) / below.sum()

    value, error = value_and_error(np.arange(units))
    pivots = []
    for chosen in draws:
        other, spread = value_and_error(chosen)
        pivots.append((other - value) / spread)
    least, most = np.quantile(pivots, [0.025, 0.975])
    assert found is not None
    assert found == pytest.approx((value - most * error, value - least * error), rel=1e-9)


def test_without_spread_there_is_a_point_or_nothing() -> None:
    counts = counts_of(np.random.default_rng(1).integers(0, 2, (400, 2)), 2)
    alike = RatioBootstrap([Ratio(np.full(2, 3.0), np.ones(2))], np.arange(2), 2)
    assert alike.intervals(alike.sums(counts)) == [(3.0, 3.0)]
    # Of two rows, a resample has a spread only if it has both, and then always the same value.
    two = RatioBootstrap([Ratio(np.array([1.0, 2.0]), np.ones(2))], np.arange(2), 2)
    only_one = counts[(counts == 2.0).any(axis=1)]
    assert two.intervals(two.sums(only_one)) == [None]


@pytest.mark.parametrize("grouped", [False, True])
def test_rare_large_errors_are_allowed_for(grouped: bool) -> None:
    """Of errors with a long tail percentiles of the RMSE hold the truth in six of ten cases."""
    draw = np.random.default_rng(2)
    units, runs, size = 60, 100, 3 if grouped else 1
    groups = np.repeat(np.arange(units), size) if grouped else None
    covered = 0
    for run in range(runs):
        errors = np.repeat(np.exp(draw.normal(size=units)), size)
        found = bootstrap(
            "regression",
            "x",
            np.zeros(units * size),
            {"network": errors},
            seed=run,
            resamples=200,
            groups=groups,
        ).metrics["rmse"]["network"]
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= np.e <= found.high
    assert covered >= 0.76 * runs, covered
