from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    precision_score,
    recall_score,
    roc_auc_score,
)

from pellucid.examples.alarms import BINS, calibrate, decide, roc_areas, roc_curve

Floats = NDArray[np.float64]


def case(seed: int, rows: int, ties: bool) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    truth = (random.random(rows) < 0.3).astype("f8")
    truth[:2] = 0, 1
    said = np.clip(0.3 * truth + random.random(rows) * 0.7, 0, 1)
    return (said.round(1) if ties else said), truth


@pytest.mark.parametrize("ties", [False, True])
def test_areas_are_scikit_learns(ties: bool) -> None:
    said, truth = case(1, 200, ties)
    draws = np.random.default_rng(2).multinomial(200, np.full(200, 1 / 200), 5)
    expected = [roc_auc_score(truth, said)]
    expected += [roc_auc_score(truth, said, sample_weight=draw) for draw in draws]
    np.testing.assert_allclose(roc_areas(said, truth, draws), expected, atol=1e-6)


def test_area_of_perfect_reversed_and_constant() -> None:
    truth = np.array([0.0, 0.0, 1.0, 1.0])
    none = np.zeros((0, 4))
    for said, area in ((truth, 1.0), (1 - truth, 0.0), (np.full(4, 0.3), 0.5)):
        assert roc_areas(said, truth, none).tolist() == [area]


@pytest.mark.parametrize("ties", [False, True])
def test_curve_has_the_area(ties: bool) -> None:
    said, truth = case(3, 180, ties)
    false, caught = roc_curve(said, truth)
    assert (false[0], caught[0]) == (0, 0)
    assert (false[-1], caught[-1]) == (1, 1)
    assert (np.diff(false) >= 0).all()
    assert (np.diff(caught) >= 0).all()
    # 201 quantiles of 180 rows leave no threshold out.
    assert np.trapezoid(caught, false) == pytest.approx(roc_auc_score(truth, said), abs=1e-9)


@pytest.mark.parametrize("rows", [200, 203])
def test_calibration_by_hand(rows: int) -> None:
    said, truth = case(4, rows, ties=False)
    order = np.argsort(said)
    starts = [-(-rows * number // BINS) for number in range(BINS + 1)]
    parts = [order[low:high] for low, high in pairwise(starts)]
    expected = [[values[part].mean() for part in parts] for values in (said, truth)]
    np.testing.assert_allclose(calibrate(said, truth), expected, atol=1e-12)


def test_decisions_are_scikit_learns() -> None:
    said, truth = case(5, 300, ties=True)
    thresholds = np.array([0.0, 0.2, 0.5, 0.8, 1.1])
    found = decide(said, truth, thresholds, 4.0)
    for threshold, (flagged, caught, precise, right, cost) in zip(thresholds, found.T, strict=True):
        alarm = said >= threshold
        assert flagged == pytest.approx(alarm.mean())
        assert caught == pytest.approx(recall_score(truth, alarm))
        assert right == pytest.approx(accuracy_score(truth, alarm))
        if alarm.any():
            assert precise == pytest.approx(precision_score(truth, alarm))
        else:
            assert np.isnan(precise)
        errors = 4.0 * ((truth == 1) & ~alarm).sum() + ((truth == 0) & alarm).sum()
        assert cost == pytest.approx(errors / 300)
