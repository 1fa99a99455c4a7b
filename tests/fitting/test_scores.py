"""The numbers of the verdict, against scikit-learn and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from pellucid.data.kinds import Kind
from pellucid.data.scaling import Scaling
from pellucid.data.target import CLASSIFICATION, REGRESSION, Target
from pellucid.errors import NonFiniteError
from pellucid.fitting.scores import constant_prediction, score


def classes(count: int) -> Target:
    labels = tuple(f"class {number}" for number in range(count))
    return Target("label", CLASSIFICATION, Kind.TEXT, labels, None)


NUMBER = Target("price", REGRESSION, Kind.NUMBER, (), Scaling(0.0, 1.0))


@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("digits", [1, 9])
def test_classes(count: int, digits: int) -> None:
    draw = np.random.default_rng(count)
    logits = draw.normal(size=(200, count)).round(digits)
    read = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    truth = draw.integers(0, count, 200).astype(np.int32)
    got = score(classes(count), truth, read)
    if count == 2:
        auc = metrics.roc_auc_score(truth, read[:, 1])
    else:
        auc = metrics.roc_auc_score(truth, read, multi_class="ovr", average="macro")
    chosen = read[np.arange(200), truth]
    wanted = {
        "accuracy": np.mean(read.argmax(1) == truth),
        "log_loss": -np.mean(np.log(chosen)),
        "auc": auc,
    }
    assert got.keys() == wanted.keys()
    for name, value in wanted.items():
        assert got[name] == pytest.approx(value, rel=1e-12), name


def test_an_area_needs_rows_of_every_class() -> None:
    read = np.array([[0.7, 0.3], [0.6, 0.4]])
    got = score(classes(2), np.array([0, 0], np.int32), read)
    assert got["auc"] is None
    assert got["accuracy"] == 1.0


def test_numbers() -> None:
    truth, read = np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0])
    got = score(NUMBER, truth, read)
    assert got["rmse"] == pytest.approx(np.sqrt(5 / 3))
    assert got["mae"] == pytest.approx(1.0)
    assert got["r2"] == pytest.approx(1 - 5 / np.sum((truth - truth.mean()) ** 2))
    assert score(NUMBER, truth[:1], read[:1])["r2"] is None


def test_a_prediction_that_is_not_finite_is_named() -> None:
    with pytest.raises(NonFiniteError, match="prediction of 'price' for row 2 is not a finite"):
        score(NUMBER, np.zeros(3), np.array([0.0, np.inf, 1.0]))


def test_the_constant_baseline_knows_the_training_targets_only() -> None:
    guess = constant_prediction(classes(3), np.array([0, 0, 1, 0], np.int32), 2)
    np.testing.assert_array_equal(guess, [[0.75, 0.25, 0.0]] * 2)
    np.testing.assert_array_equal(constant_prediction(NUMBER, np.array([1.0, 2.0]), 2), [1.5, 1.5])
