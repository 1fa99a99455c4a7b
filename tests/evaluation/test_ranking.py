"""Areas of weighted rows, influences and the corners of curves, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from pellucid.evaluation.ranking import Array, Ranking


def drawn(seed: int, digits: int, rows: int = 60) -> tuple[Array, Array]:
    draw = np.random.default_rng(seed)
    hits = draw.random(rows) < 0.4
    return (draw.normal(size=rows) + hits).round(digits), hits


@pytest.mark.parametrize("digits", [0, 1, 9])
def test_rows_that_count_several_times(digits: int) -> None:
    scores, hits = drawn(digits, digits)
    counts = np.random.default_rng(9).integers(0, 4, (20, 60))
    areas, precisions = Ranking(scores, hits).weighted(counts)
    for weights, area, precision in zip(counts, areas, precisions, strict=True):
        wanted = metrics.roc_auc_score(hits, scores, sample_weight=weights)
        assert area == pytest.approx(wanted, rel=1e-12)
        wanted = metrics.average_precision_score(hits, scores, sample_weight=weights)
        assert precision == pytest.approx(wanted, rel=1e-12)


def test_a_resample_without_the_class_or_without_others_has_no_area() -> None:
    scores, hits = drawn(1, 9)
    counts = np.stack([hits * 1, ~hits * 1])
    for values in Ranking(scores, hits).weighted(counts):
        assert np.isnan(values).all()


@pytest.mark.parametrize("digits", [0, 1, 9])
def test_influences_are_derivatives_by_the_weights(digits: int) -> None:
    scores, hits = drawn(digits, digits)
    ranking = Ranking(scores, hits)
    step = 1e-6
    for influence, metric in (
        (ranking.area_influence(), metrics.roc_auc_score),
        (ranking.precision_influence(), metrics.average_precision_score),
    ):
        assert influence.mean() == pytest.approx(0.0, abs=1e-12)
        for row in range(60):
            up, down = np.ones(60), np.ones(60)
            up[row], down[row] = 1 + step, 1 - step
            slope = metric(hits, scores, sample_weight=up)
            slope -= metric(hits, scores, sample_weight=down)
            assert influence[row] / 60 == pytest.approx(slope / (2 * step), abs=1e-8)


@pytest.mark.parametrize("digits", [0, 1, 9])
def test_the_corners_of_the_curves(digits: int) -> None:
    scores, hits = drawn(digits, digits)
    ranking = Ranking(scores, hits)
    false, true = ranking.roc()
    assert metrics.auc(false, true) == pytest.approx(ranking.area, rel=1e-12)
    all_false, all_true, _ = metrics.roc_curve(hits, scores, drop_intermediate=False)
    points = set(zip(false.round(12).tolist(), true.round(12).tolist(), strict=True))
    corners = set(zip(all_false.round(12).tolist(), all_true.round(12).tolist(), strict=True))
    assert points >= {(0.0, 0.0), (1.0, 1.0)}
    assert points <= corners | {(0.0, 0.0), (1.0, 1.0)}
    recall, precision = ranking.precision_recall()
    wanted_precision, wanted_recall, _ = metrics.precision_recall_curve(hits, scores)
    known = set(zip(wanted_recall.round(12), wanted_precision.round(12), strict=True))
    corners = set(zip(recall.round(12), precision.round(12), strict=True))
    assert corners - {(0.0, precision[0].round(12))} <= known
    assert (recall[0], recall[-1], precision[-1]) == (0.0, 1.0, pytest.approx(hits.mean()))
    recall, precision = ranking.steps()
    steps = np.diff(recall, prepend=0.0)
    assert steps @ precision == pytest.approx(ranking.precision, rel=1e-12)
