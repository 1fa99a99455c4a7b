"""What random sets of rows make of their mean: against sets that are drawn, and exact laws."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.stats import hypergeom

from pellucid.evaluation.random_sets import RandomSets

Array = np.ndarray[Any, Any]


def one_of(rows: int, chosen: Array) -> Array:
    mask = np.zeros(rows, bool)
    mask[chosen] = True
    return mask


@pytest.mark.parametrize(("rows", "own"), [(60, 20), (1000, 20), (1000, 250), (1000, 800)])
@pytest.mark.parametrize("freedom", [1.5, 3.0, 1000.0])
def test_the_chance_is_that_of_drawn_sets(rows: int, own: int, freedom: float) -> None:
    draw = np.random.default_rng([rows, own, int(freedom)])
    losses = np.square(draw.standard_t(freedom, rows))
    sets = np.stack([draw.permutation(rows)[:own] for _ in range(4_000)])
    order = np.argsort(losses[sets].mean(1))
    held = RandomSets.of(losses)
    for below in (0.01, 0.05, 0.95, 0.99):
        chosen = sets[order[int(below * 4_000)]]
        further, chance = held.test(one_of(rows, chosen))
        assert (further > 0) == (losses[chosen].mean() > losses.mean())
        wanted = 2 * min(below, 1 - below)
        # Drawn sets are uncertain themselves: 40 of 4,000 by a sixth.
        assert chance > 0.5 * wanted, below
        # Few rows of many with heavy losses are not called better as soon as they might be.
        if below > 0.5 or own > 20 or freedom > 3.0:
            assert chance < 1.6 * wanted, below


def test_one_huge_loss_proves_no_more_than_that_it_is_held() -> None:
    losses = np.square(np.random.default_rng(1).normal(size=1000))
    losses[0] = 1e9
    held = RandomSets.of(losses)
    # Of twenty sets, one in fifty holds it; the other rows make half of those larger still.
    chances = [held.test(one_of(1000, np.arange(start, start + 20)))[1] for start in (0, 100)]
    assert 0.004 < chances[0] <= 0.04
    assert chances[1] > 0.05


def test_the_chance_of_hits_is_that_of_the_hypergeometric_law() -> None:
    draw = np.random.default_rng(3)
    errors = (draw.random(2000) < 0.3).astype(float)
    held = RandomSets.of(errors)
    wrong, right = np.flatnonzero(errors), np.flatnonzero(errors == 0)
    for size, shift in ((400, 3), (400, 40), (100, 15)):
        count = round(size * errors.mean()) + shift
        law = hypergeom(2000, len(wrong), size)
        # Half of the probability of what was seen: the continuous law lies between the steps.
        wanted = 2 * (law.sf(count) + law.pmf(count) / 2)
        chosen = np.concatenate([wrong[:count], right[: size - count]])
        assert held.test(one_of(2000, chosen))[1] == pytest.approx(wanted, rel=0.15)


def test_few_rows_against_all_their_sets() -> None:
    losses = np.array([0.1, 0.2, 0.3, 0.5, 0.8, 1.1, 1.3, 1.7, 2.2, 9.0, 3.1, 2.7])
    held = RandomSets.of(losses)
    means = np.array([losses[list(each)].mean() for each in combinations(range(12), 4)])
    chosen = np.array([6, 7, 9, 10])
    wanted = 2 * float((means >= losses[chosen].mean()).mean())
    assert held.test(one_of(12, chosen))[1] == pytest.approx(wanted, abs=0.05)


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 50])
def test_equal_losses_and_all_rows_tell_nothing(rows: int) -> None:
    some = np.arange(rows) < rows / 2
    assert RandomSets.of(np.full(rows, 0.1)).test(some) == (0.0, 1.0)
    varied = RandomSets.of(np.arange(float(rows)))
    assert varied.test(np.ones(rows, bool)) == varied.test(np.zeros(rows, bool)) == (0.0, 1.0)


@pytest.mark.parametrize("size", [1e-280, 1e280])
def test_the_unit_of_losses_makes_no_difference(size: float) -> None:
    losses = np.square(np.random.default_rng(5).normal(size=300))
    chosen = np.arange(300) < 60
    wanted = RandomSets.of(losses).test(chosen)
    assert RandomSets.of(losses * size).test(chosen) == pytest.approx(wanted)
