"""The metrics against scikit-learn, closed forms and special cases."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from pellucid.data.log_scale import LogScale
from pellucid.errors import DataError, NonFiniteError, OptionError, ShapeError
from pellucid.evaluation.aim import Aim
from pellucid.evaluation.class_scores import ClassScores
from pellucid.evaluation.metrics import HIGHER, METRICS, metrics_for, score
from tests.evaluation.predictions import drawn_classes

CLASSES, NUMBERS = "classification", "regression"
AIMS = (
    Aim(CLASSES, balanced=True),
    *(Aim(NUMBERS, kind, log=LogScale("log")) for kind in ("mean", "quantile", "distribution")),
)


@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("digits", [0, 1, 9])
def test_classes_as_scikit_learn_has_them(count: int, digits: int) -> None:
    truth, read = drawn_classes(300, count, seed=count, sharp=0.5, digits=digits)
    got = score(CLASSES, "label", truth, read)
    each = np.eye(count)[truth]
    area = (
        metrics.roc_auc_score(truth, read[:, 1])
        if count == 2
        else metrics.roc_auc_score(truth, read, multi_class="ovr")
    )
    wanted = {
        "accuracy": metrics.accuracy_score(truth, read.argmax(1)),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, read.argmax(1)),
        "log_loss": metrics.log_loss(truth, read),
        "auc": area,
        "average_precision": metrics.average_precision_score(
            *((truth, read[:, 1]) if count == 2 else (each, read))
        ),
        "brier": ((read - each) ** 2).sum(1).mean() / (2 if count == 2 else 1),
    }
    for name, value in wanted.items():
        assert got[name] == pytest.approx(value, rel=1e-12), name


@pytest.mark.parametrize("positive", [0, 1])
def test_the_average_precision_of_two_classes_is_that_of_the_positive_one(positive: int) -> None:
    truth, read = drawn_classes(200, 2, seed=8, sharp=0.5)
    truth = np.where(np.arange(200) < 150, 0, truth)
    got = score(CLASSES, "label", truth, read, positive=positive)
    wanted = metrics.average_precision_score(truth == positive, read[:, positive])
    assert got["average_precision"] == pytest.approx(wanted, rel=1e-12)
    assert got["auc"] == pytest.approx(metrics.roc_auc_score(truth, read[:, 1]), rel=1e-12)
    other = score(CLASSES, "label", truth, read, positive=1 - positive)
    assert abs((other["average_precision"] or 0.0) - wanted) > 0.1


def test_the_brier_score_of_two_classes_is_that_of_one() -> None:
    truth, read = drawn_classes(100, 2, seed=1)
    wanted = metrics.brier_score_loss(truth, read[:, 1])
    assert score(CLASSES, "label", truth, read)["brier"] == pytest.approx(wanted, rel=1e-12)


def test_every_metric_has_its_entry() -> None:
    truth, read = drawn_classes(50, 3, seed=2)
    assert list(score(CLASSES, "label", truth, read)) == [m.name for m in metrics_for(CLASSES)]
    got = score(NUMBERS, "price", truth * 1.0, read[:, 0])
    assert list(got) == [metric.name for metric in metrics_for(NUMBERS)]
    assert set(METRICS) == {m.name for aim in AIMS for m in metrics_for(aim)}
    assert {m.name for m in METRICS.values() if m.better == HIGHER} == {
        "accuracy",
        "balanced_accuracy",
        "auc",
        "average_precision",
        "r2",
    }


def test_the_calibration_error_of_one_bin_in_closed_form() -> None:
    truth = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    read = np.tile([0.2, 0.8], (10, 1))
    # The gap is 0.8 - 0.3; a row's gap has the variance 0.3 * 0.7 * 10 / 9.
    wanted = np.sqrt(0.5**2 - 0.21 * 10 / 9 / 10)
    got = score(CLASSES, "label", truth, read)["calibration_error"]
    assert got == pytest.approx(wanted, rel=1e-12)


def test_the_calibration_error_is_not_moved_by_chance() -> None:
    """Its square is unbiased: 0 for calibrated probabilities, 0.1^2 where all are 0.1 too high."""
    honest: list[float] = []
    shifted: list[float] = []
    for seed in range(200):
        draw = np.random.default_rng(seed)
        chance = draw.uniform(0.1, 0.8, 400)
        truth = (draw.random(400) < chance).astype(int)
        for said, found in ((chance, honest), (chance + 0.1, shifted)):
            read = np.stack([1 - said, said], axis=1)
            value = score(CLASSES, "label", truth, read)["calibration_error"]
            assert value is not None
            found.append(value)
    # Half of the honest ones are cut off at 0; a plain mean of gaps would be 0.07 or more.
    assert np.median(honest) < 0.02
    assert np.sqrt(np.mean(np.square(shifted))) == pytest.approx(0.1, abs=0.005)


def test_the_calibration_of_more_classes_is_that_of_the_one_said() -> None:
    truth, read = drawn_classes(500, 4, seed=3)
    said = read.max(1)
    right = (read.argmax(1) == truth).astype(int)
    wanted = score(CLASSES, "label", right, np.stack([1 - said, said], axis=1))
    got = score(CLASSES, "label", truth, read)
    assert got["calibration_error"] == pytest.approx(wanted["calibration_error"], rel=1e-12)


def test_equal_probabilities_lie_in_one_bin_whatever_the_order_of_rows() -> None:
    draw = np.random.default_rng(4)
    said = draw.choice([0.1, 0.5, 0.9], 1000)
    truth = (draw.random(1000) < said).astype(int)
    read = np.stack([1 - said, said], axis=1)
    order = draw.permutation(1000)
    first = score(CLASSES, "label", truth, read)["calibration_error"]
    assert score(CLASSES, "label", truth[order], read[order])["calibration_error"] == pytest.approx(
        first, rel=1e-9
    )


def test_an_area_needs_rows_of_every_class() -> None:
    read = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]])
    got = score(CLASSES, "label", np.array([0, 1, 1], np.int32), read)
    assert got["auc"] is None
    assert got["average_precision"] is None
    assert got["accuracy"] == pytest.approx(2 / 3)
    assert got["balanced_accuracy"] == pytest.approx(3 / 4)
    only = score(CLASSES, "label", np.array([0]), read[:1])
    assert (only["auc"], only["accuracy"], only["calibration_error"]) == (None, 1.0, 0.0)


def test_a_probability_of_zero_has_a_finite_loss() -> None:
    got = score(CLASSES, "label", np.array([0]), np.array([[0.0, 1.0]]))
    assert got["log_loss"] == pytest.approx(-np.log(np.finfo(float).eps))
    assert got["brier"] == 1.0


def test_thousands_of_classes() -> None:
    draw = np.random.default_rng(5)
    truth = draw.permutation(np.repeat(np.arange(1200), 2))
    read = draw.random((2400, 1200)).astype(np.float32)
    got = score(CLASSES, "label", truth, read)
    some = [0, 17, 1199]
    areas = [metrics.roc_auc_score(truth == code, read[:, code]) for code in some]
    found = dict(ClassScores(truth, read).rankings(np.array(some)))
    assert [found[code].area for code in some] == pytest.approx(areas, rel=1e-12)
    assert got["auc"] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("rows", [1, 2, 7, 400])
def test_numbers_as_scikit_learn_has_them(rows: int) -> None:
    draw = np.random.default_rng(rows)
    truth = draw.normal(3.0, 2.0, rows)
    read = truth + draw.normal(0.0, 0.5, rows)
    got = score(NUMBERS, "price", truth, read)
    assert got["rmse"] == pytest.approx(metrics.root_mean_squared_error(truth, read))
    assert got["mae"] == pytest.approx(metrics.mean_absolute_error(truth, read))
    assert got["median_error"] == pytest.approx(metrics.median_absolute_error(truth, read))
    r2 = metrics.r2_score(truth, read) if rows > 1 else None
    assert got["r2"] == (None if r2 is None else pytest.approx(r2))


def test_a_constant_truth_has_no_r_squared() -> None:
    got = score(NUMBERS, "price", np.full(3, 0.1), np.array([0.1, 0.2, 0.3]))
    assert got["r2"] is None
    assert got["mae"] == pytest.approx(0.1)


@pytest.mark.parametrize("factor", [1e-300, 1e300])
def test_squares_of_far_numbers_do_not_run_over(factor: float) -> None:
    truth, read = np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0])
    got = score(NUMBERS, "price", truth * factor, read * factor)
    assert got["rmse"] == pytest.approx(np.sqrt(5 / 3) * factor, rel=1e-12)
    assert got["r2"] == pytest.approx(1 - 5 / np.square(truth - truth.mean()).sum())


def test_an_error_beyond_all_numbers_is_none() -> None:
    largest = np.finfo(np.float64).max
    got = score(NUMBERS, "price", np.array([largest, 0.0]), np.array([-largest, 0.0]))
    assert got["rmse"] is None
    assert got["r2"] == pytest.approx(1 - 4 / 0.5)


def test_no_rows_have_no_metric() -> None:
    got = score(CLASSES, "label", np.zeros(0, int), np.zeros((0, 3)))
    assert set(got.values()) == {None}


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(NonFiniteError, match="prediction of 'price' for row 2 is not a finite"):
        score(NUMBERS, "price", np.zeros(3), np.array([0.0, np.inf, 1.0]))
    with pytest.raises(NonFiniteError, match="true 'price' for row 1 is not a finite"):
        score(NUMBERS, "price", np.array([np.nan]), np.zeros(1))
    with pytest.raises(NonFiniteError, match="prediction of 'label' for row 2 is not a finite"):
        score(CLASSES, "label", np.zeros(2, int), np.array([[0.5, 0.5], [0.5, np.nan]]))
    with pytest.raises(ShapeError, match=r"'label' need the shape \(rows, classes\) for 3 rows"):
        score(CLASSES, "label", np.zeros(3, int), np.zeros((2, 2)))
    with pytest.raises(ShapeError, match=r"'price' need the shape \(rows,\) for 3 rows"):
        score(NUMBERS, "price", np.zeros(3), np.zeros((3, 1)))
    with pytest.raises(DataError, match="codes of 'label' must be from 0 to 1, but they are from"):
        score(CLASSES, "label", np.array([0, 2]), np.full((2, 2), 0.5))
    with pytest.raises(OptionError, match="the task must be one of classification, regression"):
        score("clustering", "label", np.zeros(1), np.zeros(1))
