"""Closed intervals against SciPy and published numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pellucid.evaluation.intervals import paired_interval, tail, wilson_interval


@pytest.mark.parametrize(("hits", "rows"), [(0, 5), (5, 5), (1, 2), (3, 17), (970, 1000)])
def test_wilson_as_scipy_has_it(hits: int, rows: int) -> None:
    wanted = stats.binomtest(hits, rows).proportion_ci(method="wilson")
    low, high = wilson_interval(hits, rows)
    np.testing.assert_allclose([low, high], [wanted.low, wanted.high], atol=1e-12)


def test_wilson_takes_arrays() -> None:
    low, high = wilson_interval(np.array([0, 2]), np.array([4, 4]))
    assert low.shape == high.shape == (2,)
    assert low[0] == 0.0


def test_two_that_never_disagree_are_not_taken_for_equal() -> None:
    low, high = paired_interval(0, 0, 12)
    # a = b = 1 / 14, and their spread sqrt((2 / 14) / 14).
    assert high == pytest.approx(1.959963984540054 * np.sqrt(2) / 14)
    assert low == -high


def test_the_paired_interval_covers_what_it_should() -> None:
    """Exactly, over all outcomes of 20 rows, for several ways to disagree."""
    rows = 20
    for first, second in ((0.05, 0.05), (0.3, 0.1), (0.02, 0.0), (0.4, 0.4)):
        both = stats.multinomial(rows, [first, second, 1 - first - second])
        covered = 0.0
        for one in range(rows + 1):
            for two in range(rows + 1 - one):
                low, high = paired_interval(one, two, rows)
                inside = low <= first - second <= high
                covered += both.pmf([one, two, rows - one - two]) * inside
        assert covered > 0.94, (first, second)


def test_the_tail_makes_up_for_few_rows() -> None:
    """For a mean, where the bootstrap is normal, it gives Student's interval."""
    for units in (2, 6, 30):
        narrow = np.sqrt((units - 1) / units)
        reach = -stats.norm.ppf(tail(units)) * narrow
        assert reach == pytest.approx(stats.t.ppf(0.975, units - 1))
    assert tail(10**6) == pytest.approx(0.025, rel=1e-4)
