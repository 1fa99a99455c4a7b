"""Losses for classes against scikit-learn, SciPy, Optax and closed forms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import optax
import pytest
from scipy import special
from sklearn import metrics

from pellucid.backends import evaluate
from pellucid.errors import ExecutionError, OptionError, ShapeError
from pellucid.graph.node import input_node
from pellucid.losses import (
    BinaryCrossEntropy,
    Hinge,
    Loss,
    Perceptron,
    SoftmaxCrossEntropy,
    zero_one,
)
from pellucid.primitives import sum
from tests.derivatives import check_gradients
from tests.jax_oracle import float64
from tests.losses.oracle import run_loss, slope

Array = np.ndarray[Any, Any]

random = np.random.default_rng(50)
LOGITS = random.normal(0, 3, (60, 4))
LABELS = random.integers(0, 4, 60)
SCORES = random.normal(0, 3, 60)
BITS = random.integers(0, 2, 60).astype(float)
SIGNS = 2 * BITS - 1
WEIGHTS = random.uniform(0, 2, 60)
CLASS_WEIGHTS = (0.5, 2.0, 0.0, 1.5)


def log_softmax(x: Array) -> Array:
    return x - special.logsumexp(x, axis=1, keepdims=True)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_binary_cross_entropy_is_the_log_loss(weights: Array | None) -> None:
    expected = metrics.log_loss(BITS, special.expit(SCORES), sample_weight=weights)
    for shape in ((60,), (60, 1)):
        got = run_loss(BinaryCrossEntropy(), SCORES.reshape(shape), BITS.reshape(shape), weights)
        assert got == pytest.approx(expected, rel=1e-10)


def test_binary_cross_entropy_of_probabilities_and_several_outputs() -> None:
    targets = random.uniform(0, 1, LOGITS.shape)
    with float64():
        expected = np.asarray(optax.sigmoid_binary_cross_entropy(LOGITS, targets)).mean(1)
    got = run_loss(BinaryCrossEntropy(), LOGITS, targets, reduction="none")
    np.testing.assert_allclose(got, expected, rtol=1e-11)


def test_binary_cross_entropy_of_extreme_logits() -> None:
    x = np.array([1e4, -1e4, 1e4, -1e4, 50.0, -50.0])
    t = np.array([1.0, 0.0, 0.0, 1.0, 1.0, 0.0])
    got = run_loss(BinaryCrossEntropy(), x, t, reduction="none", dtype="float32")
    tail = np.exp(-50.0)
    np.testing.assert_allclose(got, [0, 0, 1e4, 1e4, tail, tail], rtol=1e-6, atol=1e-30)
    found = slope(BinaryCrossEntropy(), x, t, "float32")
    np.testing.assert_allclose(found, [0, 0, 1, -1, -tail, tail], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_softmax_cross_entropy_is_the_log_loss(weights: Array | None) -> None:
    probabilities = special.softmax(LOGITS, axis=1)
    expected = metrics.log_loss(LABELS, probabilities, sample_weight=weights)
    got = run_loss(SoftmaxCrossEntropy(), LOGITS, LABELS, weights)
    assert got == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_class_weights_weigh_rows_in_the_mean(weights: Array | None) -> None:
    """The mean is that of rows weighted by their class, as in PyTorch, times the samples'."""
    own = np.asarray(CLASS_WEIGHTS)[LABELS]
    both = own if weights is None else own * weights
    probabilities = special.softmax(LOGITS, axis=1)
    loss = SoftmaxCrossEntropy(CLASS_WEIGHTS)
    expected = metrics.log_loss(LABELS, probabilities, sample_weight=both)
    assert run_loss(loss, LOGITS, LABELS, weights) == pytest.approx(expected, rel=1e-10)
    per_row = -log_softmax(LOGITS)[np.arange(60), LABELS] * both
    got = run_loss(loss, LOGITS, LABELS, weights, "none")
    np.testing.assert_allclose(got, per_row, rtol=1e-11)
    got = run_loss(loss, LOGITS, LABELS, weights, "sum")
    assert got == pytest.approx(per_row.sum(), rel=1e-11)


def test_label_smoothing_is_that_of_the_paper() -> None:
    with float64():
        labels = optax.smooth_labels(np.eye(4)[LABELS], 0.2)
        expected = np.asarray(optax.softmax_cross_entropy(LOGITS, labels))
    loss = SoftmaxCrossEntropy(label_smoothing=0.2)
    got = run_loss(loss, LOGITS, LABELS, reduction="none")
    np.testing.assert_allclose(got, expected, rtol=1e-11)
    assert run_loss(loss, LOGITS, LABELS) == pytest.approx(expected.mean(), rel=1e-11)


def test_class_weights_and_label_smoothing_together() -> None:
    """By a loop over rows and classes."""
    smoothing, logs = 0.3, log_softmax(LOGITS)
    total, weight = 0.0, 0.0
    for row, label in enumerate(LABELS):
        for k in range(4):
            share = smoothing / 4 + (1 - smoothing) * (k == label)
            total -= share * CLASS_WEIGHTS[k] * logs[row, k]
        weight += CLASS_WEIGHTS[label]
    loss = SoftmaxCrossEntropy(CLASS_WEIGHTS, smoothing)
    assert run_loss(loss, LOGITS, LABELS) == pytest.approx(total / weight, rel=1e-11)


def test_class_weights_and_label_smoothing_in_decimals() -> None:
    """The formula in the documentation of PyTorch's CrossEntropyLoss, to 28 digits."""
    logits, labels = [[1.0, 2.0, -1.0], [0.5, -0.5, 3.0]], [2, 1]
    weights, smoothing = [Decimal(w) for w in (1, 2, 3)], Decimal(1) / 10
    total = Decimal(0)
    for row, label in zip(logits, labels, strict=True):
        normal = sum_of(Decimal(x).exp() for x in row).ln()
        logs = [normal - Decimal(x) for x in row]
        total += (1 - smoothing) * weights[label] * logs[label]
        total += smoothing / 3 * sum_of(w * x for w, x in zip(weights, logs, strict=True))
    expected = float(total / sum_of(weights[label] for label in labels))
    got = run_loss(SoftmaxCrossEntropy([1, 2, 3], 0.1), logits, labels)
    assert got == pytest.approx(expected, rel=1e-14)


def sum_of(values: Any) -> Any:
    total = 0
    for value in values:
        total += value
    return total


def test_softmax_cross_entropy_of_extreme_logits() -> None:
    x = np.array([[1e4, -1e4, 0], [1e4, -1e4, 0], [3e38, -3e38, 0], [-np.inf, 0, 0]], np.float32)
    y = np.array([0, 1, 0, 1])
    for loss in (SoftmaxCrossEntropy(), SoftmaxCrossEntropy([1.0, 1.0, 1.0])):
        got = run_loss(loss, x, y, reduction="none", dtype="float32")
        np.testing.assert_allclose(got, np.array([0, 2e4, 0, np.log(2)]), rtol=1e-6)
    found = slope(SoftmaxCrossEntropy(), x, y, "float32")
    expected = np.array([[0, 0, 0], [1, -1, 0], [0, 0, 0], [0, -0.5, 0.5]])
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_a_class_of_weight_zero_counts_for_nothing_even_if_infinite() -> None:
    x = [[np.inf, 0.0], [0.0, 0.0]]
    got = run_loss(SoftmaxCrossEntropy([0.0, 1.0]), [[-np.inf, 0.0], x[1]], [0, 1])
    assert got == pytest.approx(np.log(2))
    assert run_loss(SoftmaxCrossEntropy([0.0, 1.0]), [x[1]], [0]) == 0


def test_hinge_with_signs() -> None:
    expected = metrics.hinge_loss(BITS, SCORES)
    for shape in ((60,), (60, 1)):
        got = run_loss(Hinge(), SCORES.reshape(shape), SIGNS.reshape(shape))
        assert got == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_hinge_with_labels_is_crammers_and_singers(weights: Array | None) -> None:
    expected = metrics.hinge_loss(LABELS, LOGITS, labels=range(4), sample_weight=weights)
    assert run_loss(Hinge(), LOGITS, LABELS, weights) == pytest.approx(expected, rel=1e-12)


def test_hinge_of_two_classes_is_that_of_their_difference() -> None:
    pairs = random.normal(size=(20, 2))
    labels = random.integers(0, 2, 20)
    signed = run_loss(Hinge(), pairs[:, 1] - pairs[:, 0], 2.0 * labels - 1)
    assert run_loss(Hinge(), pairs, labels) == pytest.approx(float(signed), rel=1e-12)


def test_perceptron_is_its_formula_and_its_rule() -> None:
    expected = np.maximum(0, -SIGNS * SCORES)
    np.testing.assert_array_equal(run_loss(Perceptron(), SCORES, SIGNS, reduction="none"), expected)
    found = slope(Perceptron(), [-2.0, 2.0, 0.0, 0.0, 1.0], [1.0, -1.0, 1.0, -1.0, 1.0])
    np.testing.assert_array_equal(found, [-1, 1, -1, 1, 0])


def test_derivative_of_hinge_at_its_corner() -> None:
    np.testing.assert_array_equal(slope(Hinge(), [1.0, -1.0, 0.5], [1.0, -1.0, 1.0]), [0, 0, -1])


@pytest.mark.parametrize(
    "loss",
    [
        SoftmaxCrossEntropy(),
        SoftmaxCrossEntropy(CLASS_WEIGHTS),
        SoftmaxCrossEntropy(CLASS_WEIGHTS, 0.3),
        Hinge(),
    ],
    ids=["plain", "weighted", "smoothed", "hinge"],
)
def test_gradients_with_labels_are_those_of_differences(loss: Loss) -> None:
    x = input_node("x", LOGITS.shape, "float64")
    y = input_node("y", LABELS.shape, "int64")
    values = {x: LOGITS, y: LABELS}
    check_gradients(loss(x, y), values, [x], seed=51, step=1e-5, tolerance=1e-6)


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), Hinge(), Perceptron()])
def test_gradients_with_numbers_are_those_of_differences(loss: Loss) -> None:
    x, t = (input_node(name, (60, 1), "float64") for name in "xt")
    values = {x: SCORES.reshape(60, 1), t: SIGNS.reshape(60, 1)}
    check_gradients(sum(loss.per_row(x, t)), values, [x], seed=52, step=1e-5, tolerance=1e-6)


def test_zero_one_counts_misses() -> None:
    logits, labels = input_node("x", (60, 4), "float64"), input_node("y", (60,), "int64")
    missed = evaluate(zero_one(logits, labels), {logits: LOGITS, labels: LABELS})
    np.testing.assert_array_equal(missed, (LOGITS.argmax(1) != LABELS).astype(float))
    expected = metrics.zero_one_loss(LABELS, LOGITS.argmax(1))
    assert missed.mean() == pytest.approx(expected)


@pytest.mark.parametrize("shape", [(5,), (5, 1)])
@pytest.mark.parametrize("lower", [0.0, -1.0])
def test_zero_one_of_scores(shape: tuple[int, ...], lower: float) -> None:
    x, t = input_node("x", shape), input_node("t", shape)
    scores = np.reshape([2.0, -2.0, 0.0, 0.0, -0.1], shape)
    targets = np.reshape([1.0, 1.0, 1.0, lower, lower], shape)
    got = evaluate(zero_one(x, t), {x: scores, t: targets})
    np.testing.assert_array_equal(got, np.array([0, 1, 1, 0, 0], np.float32))


def test_zero_one_of_several_questions_is_the_share_missed() -> None:
    x, t = input_node("x", (3, 4)), input_node("t", (3, 4))
    scores = [[1, -1, 1, -1], [1, 1, 1, 1], [0, 0, np.nan, 0]]
    targets = [[1, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]
    got = evaluate(zero_one(x, t), {x: scores, t: targets})
    np.testing.assert_array_equal(got, np.array([0.25, 1.0, np.nan], np.float32))


def test_class_weights_may_be_an_array() -> None:
    weights: Any = np.array([1, 2.5], np.float32)
    assert SoftmaxCrossEntropy(weights) == SoftmaxCrossEntropy((1.0, 2.5))


def test_zero_one_of_ties_and_nan() -> None:
    x, y = input_node("x", (3, 2)), input_node("y", (3,), "int32")
    got = evaluate(zero_one(x, y), {x: [[1, 1], [1, 1], [0, np.nan]], y: [0, 1, 1]})
    np.testing.assert_array_equal(got, [0, 1, np.nan])
    x, t = input_node("x", (1, 1)), input_node("t", (1, 1))
    assert np.isnan(evaluate(zero_one(x, t), {x: [[np.nan]], t: [[0]]})[0])


def test_a_label_out_of_range_is_an_error_when_run() -> None:
    for loss in (SoftmaxCrossEntropy(), Hinge()):
        for label in (-1, 3):
            with pytest.raises(ExecutionError, match=f"index {label} is out of range for an axis"):
                run_loss(loss, [[0.0, 1.0, 2.0]], [label])


def test_class_weights_that_do_not_fit() -> None:
    text = (
        r"^softmax_cross_entropy has 3 class weights, but the prediction 'output' \(5, 4\) has 4 "
        r"classes$"
    )
    with pytest.raises(ShapeError, match=text):
        SoftmaxCrossEntropy([1, 2, 3]).per_row(
            input_node("output", (5, 4)), input_node("y", (5,), "int32")
        )


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [1, float("nan")], "ab", [True, 1], 3])
def test_class_weights_that_are_refused(weights: Any) -> None:
    text = r"^SoftmaxCrossEntropy needs class_weights to be a list of numbers of at least 0, not al"
    with pytest.raises(OptionError, match=text):
        SoftmaxCrossEntropy(weights)


def test_label_smoothing_that_is_refused() -> None:
    text = (
        r"^SoftmaxCrossEntropy needs label_smoothing to be a number of at least 0 and at most 1, "
        r"got 1.5$"
    )
    with pytest.raises(OptionError, match=text):
        SoftmaxCrossEntropy(label_smoothing=1.5)
