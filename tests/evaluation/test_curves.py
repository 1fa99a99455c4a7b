"""The numbers behind the pictures, against scikit-learn, and thinned without a visible change."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from pellucid.errors import NonFiniteError, OptionError
from pellucid.evaluation import curves as module
from pellucid.evaluation.curves import curves
from pellucid.evaluation.intervals import wilson_interval
from pellucid.evaluation.metrics import score
from pellucid.evaluation.thinning import across, along
from tests.evaluation.predictions import Array, drawn_classes

CLASSES, NUMBERS = "classification", "regression"


def found_of(*arguments: Any, **options: Any) -> dict[str, Any]:
    found = curves(*arguments, **options)
    assert found is not None
    json.dumps(found, allow_nan=False)
    return found


def distance(x: Array, y: Array, kept_x: Array, kept_y: Array) -> float:
    """The largest distance of points to a polygon, along x or y, whichever is less."""
    flat = np.abs(np.interp(x, kept_x, kept_y) - y)
    steep = np.abs(np.interp(y, kept_y, kept_x) - x)
    return float(np.minimum(flat, steep).max())


@pytest.mark.parametrize(("rows", "digits"), [(30, 9), (30, 1), (30_000, 9), (30_000, 2)])
def test_two_classes(rows: int, digits: int) -> None:
    truth, read = drawn_classes(rows, 2, seed=rows, sharp=1.0, digits=digits)
    found = found_of(CLASSES, "x", ["no", "yes"], truth, read)
    (roc,) = found["roc"]
    assert roc["class"] == "yes"
    assert roc["area"] == pytest.approx(metrics.roc_auc_score(truth, read[:, 1]))
    false, true, _ = metrics.roc_curve(truth, read[:, 1])
    kept = np.array([roc["false_positive_rate"], roc["true_positive_rate"]])
    assert kept.shape[1] <= 200
    assert distance(false, true, *kept) < 0.005
    assert kept[:, 0].tolist() == [0.0, 0.0]
    assert kept[:, -1].tolist() == [1.0, 1.0]
    (yes,) = found["precision_recall"]
    assert yes["class"] == "yes"
    assert yes["area"] == pytest.approx(metrics.average_precision_score(truth, read[:, 1]))
    assert yes["share"] == pytest.approx(truth.mean())
    assert len(yes["recall"]) == len(yes["precision"]) <= 200
    precision, recall, _ = metrics.precision_recall_curve(truth, read[:, 1])
    late = recall > 0.05
    kept = np.array([yes["recall"], yes["precision"]])
    # Points lie between the lowest and the highest that are kept near their recall.
    for x, y in zip(recall[late], precision[late], strict=True):
        near = kept[1, np.abs(kept[0] - x) <= (0.02 if rows > 1000 else 1e-9)]
        near = np.append(near, np.interp(x, *kept))
        assert near.min() - 1e-9 <= y <= near.max() + 1e-9
    assert max(yes["precision"]) == pytest.approx(precision[:-1].max())


def test_of_two_classes_the_positive_one_has_the_curves() -> None:
    truth, read = drawn_classes(300, 2, seed=5, sharp=0.7)
    found = found_of(CLASSES, "x", ["no", "yes"], truth, read, positive=0)
    mirrored = found_of(CLASSES, "x", ["yes", "no"], 1 - truth, read[:, ::-1].copy())
    assert found["roc"][0]["class"] == found["precision_recall"][0]["class"] == "no"
    for name in ("roc", "precision_recall", "calibration"):
        assert found[name] == mirrored[name]


def test_calibration_bins() -> None:
    truth, read = drawn_classes(1000, 2, seed=1)
    found = found_of(CLASSES, "x", [0, 1], truth, read)["calibration"]
    assert len(found["bins"]) == 15
    assert sum(each["rows"] for each in found["bins"]) == 1000
    for each in found["bins"]:
        inside = (read[:, 1] >= each["low"]) & (read[:, 1] <= each["high"])
        assert inside.sum() == each["rows"]
        assert 60 <= each["rows"] <= 74
        assert each["mean_probability"] == pytest.approx(read[inside, 1].mean())
        assert each["frequency"] == pytest.approx(truth[inside].mean())
        low, high = wilson_interval(truth[inside].sum(), inside.sum())
        assert (each["frequency_low"], each["frequency_high"]) == (
            pytest.approx(float(low)),
            pytest.approx(float(high)),
        )
    assert found["error"] == score(CLASSES, "x", truth, read)["calibration_error"]


def test_confusion_has_the_truth_in_rows() -> None:
    truth, read = drawn_classes(200, 3, seed=2)
    found = found_of(CLASSES, "x", ["a", "b", "c"], truth, read)["confusion"]
    assert found["classes"] == ["a", "b", "c"]
    wanted = metrics.confusion_matrix(truth, read.argmax(1), labels=[0, 1, 2])
    assert found["counts"] == wanted.tolist()


def test_many_classes_show_the_most_frequent_and_their_mean(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = np.random.default_rng(3)
    truth = draw.choice(40, 4000, p=np.arange(1, 41) / np.arange(1, 41).sum())
    truth[:40] = np.arange(40)
    read = draw.random((4000, 40)) + 0.5 * np.eye(40)[truth]
    read /= read.sum(1, keepdims=True)
    labels = [f"class {code}" for code in range(40)]
    found = found_of(CLASSES, "x", labels, truth, read)
    counts = np.bincount(truth)
    frequent = {labels[code] for code in np.argsort(-counts, kind="stable")[:8]}
    for name in ("roc", "precision_recall"):
        assert [entry["class"] for entry in found[name]][-1] is None
        assert {entry["class"] for entry in found[name][:-1]} == frequent
    values = score(CLASSES, "x", truth, read)
    assert found["roc"][-1]["area"] == pytest.approx(values["auc"])
    assert found["precision_recall"][-1]["area"] == pytest.approx(values["average_precision"])
    mean = found["roc"][-1]
    under = np.trapezoid(mean["true_positive_rate"], mean["false_positive_rate"])
    assert under == pytest.approx(values["auc"], abs=2e-3)
    mean = found["precision_recall"][-1]
    assert np.mean(mean["precision"]) == pytest.approx(values["average_precision"], abs=5e-3)
    whole = found["confusion"]
    assert whole["classes"] == labels
    wanted = metrics.confusion_matrix(truth, read.argmax(1))
    assert whole["counts"] == wanted.tolist()
    monkeypatch.setattr(module, "MOST_CONFUSED", 30)
    confusion = found_of(CLASSES, "x", labels, truth, read)["confusion"]
    assert confusion["classes"][-1] is None
    assert len(confusion["classes"]) == len(confusion["counts"]) == 31
    assert np.sum(confusion["counts"]) == 4000
    rare = np.argsort(-counts, kind="stable")[30:]
    both = np.isin(truth, rare) & np.isin(read.argmax(1), rare)
    assert confusion["counts"][-1][-1] == both.sum()


def test_a_class_without_rows_has_no_curve() -> None:
    read = np.array([[0.5, 0.3, 0.2], [0.1, 0.7, 0.2], [0.3, 0.4, 0.3]])
    found = found_of(CLASSES, "x", ["a", "b", "c"], np.array([0, 1, 1]), read)
    assert [entry["class"] for entry in found["roc"]] == ["a", "b", None]
    alone = found_of(CLASSES, "x", ["a", "b", "c"], np.array([1]), read[:1])
    assert alone["roc"] == alone["precision_recall"] == []
    assert alone["confusion"]["counts"] == [[0, 0, 0], [1, 0, 0], [0, 0, 0]]


def test_numbers() -> None:
    draw = np.random.default_rng(5)
    truth = draw.normal(size=5000)
    read = truth + draw.normal(size=5000)
    found = found_of(NUMBERS, "x", [], truth, read, seed=1)
    pairs = set(zip(truth.tolist(), read.tolist(), strict=True))
    scatter = found["scatter"]
    assert len(scatter["truth"]) == 2000
    assert set(zip(scatter["truth"], scatter["prediction"], strict=True)) <= pairs
    residuals = found["residuals"]
    assert sum(residuals["counts"]) + residuals["below"] + residuals["above"] == 5000
    wanted, _ = np.histogram(truth - read, residuals["edges"])
    assert residuals["counts"] == wanted.tolist()
    assert 20 <= len(wanted) <= 60
    for each in found["quantiles"]:
        wanted = np.quantile(np.abs(truth - read), each["quantile"])
        assert each["error"] == pytest.approx(wanted)
    again = found_of(NUMBERS, "x", [], truth, read, seed=1)
    assert again == found
    assert found_of(NUMBERS, "x", [], truth, read, seed=2)["scatter"] != scatter


def test_a_far_residual_does_not_flatten_the_others() -> None:
    truth = np.random.default_rng(6).normal(size=1000)
    truth[0] = 1e6
    found = found_of(NUMBERS, "x", [], truth, np.zeros(1000))["residuals"]
    assert (found["above"], found["below"]) == (1, 0)
    assert sum(count > 0 for count in found["counts"]) > 15


@pytest.mark.parametrize(
    "residuals",
    [[0.0, 0.0, 0.0], [2.0], [1e-320, 1e-320], [1.7e308, -1.7e308], [0.0] * 50 + [1.0], [1e9] * 3],
)
def test_residuals_that_are_hard_to_bin(residuals: list[float]) -> None:
    truth = np.array(residuals)
    found = found_of(NUMBERS, "x", [], truth, np.zeros(len(truth)))["residuals"]
    assert sum(found["counts"]) + found["below"] + found["above"] == len(truth)
    assert (np.diff(found["edges"]) > 0).all()


def test_no_rows_have_no_curves() -> None:
    assert curves(CLASSES, "x", ["a", "b"], np.zeros(0, int), np.zeros((0, 2))) is None


def test_what_does_not_fit_is_named() -> None:
    read = np.full((2, 2), 0.5)
    with pytest.raises(OptionError, match="'x' has 2 probabilities a row, but 3 labels"):
        curves(CLASSES, "x", ["a", "b", "c"], np.zeros(2, int), read)
    with pytest.raises(NonFiniteError, match="prediction of 'x' for row 2"):
        curves(NUMBERS, "x", [], np.zeros(2), np.array([0.0, np.nan]))


def test_thinning_keeps_the_corners_of_a_staircase() -> None:
    x = np.array([0.0, 0.0, 0.0, 0.5, 0.5, 1.0])
    y = np.array([0.0, 0.2, 0.4, 0.4, 1.0, 1.0])
    assert along(x, y, 200).tolist() == [0, 2, 3, 4, 5]
    assert along(np.zeros(1), np.zeros(1), 200).tolist() == [0]
    assert along(np.zeros(2), np.zeros(2), 200).tolist() == [0, 1]


def test_thinning_keeps_what_sticks_out() -> None:
    x = np.linspace(0, 1, 10_001)
    y = np.random.default_rng(7).random(10_001) * 0.1
    y[[4321, 8765]] = 0.9, -0.9
    kept = across(x, y, 200)
    assert {0, 4321, 8765, 10_000} <= set(kept.tolist())
    assert len(kept) <= 200
    assert across(np.zeros(500), np.random.default_rng(8).random(500), 10).size <= 10
