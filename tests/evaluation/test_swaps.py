"""Predictions that change places: against every way counted by hand, and equally good models."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import pellucid.evaluation.bootstrap as module
from pellucid.evaluation.aim import Aim
from pellucid.evaluation.bootstrap import FEW_UNITS, bootstrap
from pellucid.evaluation.judgement import CANNOT_TELL, judgement
from pellucid.evaluation.metrics import score
from pellucid.evaluation.swaps import swap_chances
from tests.evaluation.predictions import Array, drawn_classes, without

NUMBERS, CLASSES = Aim("regression"), Aim("classification")


def chances(aim: Aim, truth: Array, first: Array, second: Array, **more: Array) -> dict[str, float]:
    owners = more.get("owners", np.arange(len(truth)))
    generator = np.random.Philox(1)
    return swap_chances(aim, "x", truth, first, second, owners=owners, generator=generator)


def by_hand(aim: Aim, truth: Array, first: Array, second: Array, metric: str) -> float:
    """Score every way to swap the rows of two models."""
    gaps = []
    for way in product([False, True], repeat=len(truth)):
        swap = np.array(way).reshape(-1, *[1] * (first.ndim - 1))
        one, other = np.where(swap, second, first), np.where(swap, first, second)
        values = [score(aim, "x", truth, read)[metric] for read in (one, other)]
        gaps.append(abs(np.diff(np.array(values, np.float64))[0]))
    return float(np.mean(np.array(gaps) >= gaps[0] * (1 - 1e-9)))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_way_of_few_rows_is_counted(seed: int) -> None:
    draw = np.random.default_rng(seed)
    truth = draw.normal(size=7)
    first, second = truth + draw.normal(size=(2, 7)) * [[0.4], [1.0]]
    found = chances(NUMBERS, truth, first, second)
    for metric in ("rmse", "mae", "r2", "median_error"):
        wanted = by_hand(NUMBERS, truth, first, second, metric)
        assert found[metric] == pytest.approx(wanted), metric
    codes, read = drawn_classes(7, 3, seed, sharp=2.0)
    codes[:3] = np.arange(3)
    other = without(read, 1.0, seed + 1)
    found = chances(CLASSES, codes, read, other)
    for metric in ("accuracy", "log_loss", "brier", "auc", "balanced_accuracy"):
        wanted = by_hand(CLASSES, codes, read, other, metric)
        assert found[metric] == pytest.approx(wanted), metric


def test_of_six_rows_every_one_must_be_won() -> None:
    truth = np.zeros(6)
    near, far = np.full(6, 0.1), np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert chances(NUMBERS, truth, near, far)["rmse"] == 2 / 2**6
    lost = np.array([2.0, *near[1:]])
    assert chances(NUMBERS, truth, lost, far)["rmse"] == 4 / 2**6
    five = chances(NUMBERS, truth[:5], near[:5], far[:5])
    assert five["rmse"] > 0.05


def test_the_rows_of_a_group_change_places_together() -> None:
    truth = np.zeros(12)
    near, far = np.full(12, 0.1), np.ones(12)
    alone = chances(NUMBERS, truth, near, far)["mae"]
    assert alone < 0.01
    grouped = chances(NUMBERS, truth, near, far, owners=np.repeat(np.arange(4), 3))
    assert grouped["mae"] == 2 / 2**4


def test_what_is_not_defined_tells_nothing() -> None:
    truth = np.ones(8)
    assert chances(NUMBERS, truth, truth, truth + 1.0)["r2"] == 1.0
    largest = float(np.finfo(np.float64).max)
    assert chances(NUMBERS, truth * largest, -truth * largest, truth)["rmse"] == 1.0


def test_few_rows_rarely_tell_equal_models_apart() -> None:
    told, clear, trials = 0, 0, 200
    for trial in range(trials):
        draw = np.random.default_rng(trial)
        rows = int(draw.integers(6, 10))
        errors = draw.standard_t(3, (2, rows))
        for scale in (1.0, 0.05):
            reads = {"network": scale * errors[0], "linear": errors[1]}
            found = bootstrap(NUMBERS, "x", np.zeros(rows), reads, resamples=200, seed=trial)
            said = judgement(found.differences["rmse"]["linear"], "lower", rows)
            told += scale == 1.0 and said != CANNOT_TELL
            clear += scale < 1.0 and said == "better"
    # Percentiles alone told 10 % of them apart; a model 20 times better is found.
    assert told <= 0.06 * trials, told
    assert clear >= 0.9 * trials, clear


def test_intervals_of_few_rows_take_in_0_where_swaps_do_not_tell() -> None:
    moved = 0
    for trial in range(60):
        rows = 7 if trial % 2 else FEW_UNITS
        draw = np.random.default_rng(trial)
        truth = draw.normal(size=rows)
        reads = {
            "network": truth + draw.standard_t(3, rows),
            "linear": truth + 0.5 * draw.standard_t(3, rows),
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "FEW_UNITS", 0)
            alone = bootstrap(NUMBERS, "x", truth, reads, resamples=200).differences
        both = bootstrap(NUMBERS, "x", truth, reads, resamples=200).differences
        chance = chances(NUMBERS, truth, *reads.values())
        for metric, models in alone.items():
            before, after = models["linear"], both[metric]["linear"]
            unsure = rows < FEW_UNITS and chance[metric] > 0.05
            assert after == (before.with_zero() if unsure else before), metric
            moved += after != before
    assert moved > 5
