"""Intervals of means, against SciPy and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, t

from pellucid.evaluation.discoveries import adjusted
from pellucid.evaluation.row_loss import mean_interval


def test_one_row_tells_nothing_of_the_spread() -> None:
    assert mean_interval(np.array([3.0])) == (float("-inf"), float("inf"))


@pytest.mark.parametrize("rows", [8, 40])
def test_intervals_hold_the_mean_as_often_as_they_say(rows: int) -> None:
    draw = np.random.default_rng(rows)
    held = 0
    for _ in range(200):
        low, high = mean_interval(draw.normal(size=rows))
        held += low <= 0.0 <= high
    # Of 200 intervals 190 are expected, with a deviation of 3.
    assert 178 <= held <= 199


def test_the_expansion_gives_what_resampling_finds() -> None:
    values = np.random.default_rng(0).exponential(size=80)
    rows, z = len(values), t.ppf(0.975, 79) * (80 / 79) ** 0.5
    draw = np.random.default_rng(1)
    means = values[draw.integers(0, rows, (40_000, rows))].mean(1)
    wanted = np.quantile(means, norm.cdf([-z, z]))
    assert mean_interval(values) == pytest.approx(tuple(wanted), rel=5e-3)


def test_equal_rows_have_no_spread() -> None:
    assert mean_interval(np.full(20, 3.0)) == (3.0, 3.0)


def test_discoveries_against_scipy() -> None:
    from scipy.stats import false_discovery_control

    p_values = np.random.default_rng(2).uniform(size=40) ** 3
    np.testing.assert_allclose(adjusted(p_values), false_discovery_control(p_values), rtol=1e-12)
    assert adjusted(np.zeros(0)).shape == (0,)
