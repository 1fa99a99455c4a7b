"""Losses for classes, from logits and other scores that are not normalized."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from numbers import Real
from typing import ClassVar

import numpy as np

from pellucid import primitives as p
from pellucid.errors import OptionError, ShapeError
from pellucid.graph.node import Node, constant_node, describe
from pellucid.losses.base import Loss
from pellucid.losses.checks import mean_over_outputs, require_alike, require_labels, takes_labels
from pellucid.losses.regression import ElementLoss
from pellucid.parts import require_number


@dataclass(frozen=True)
class BinaryCrossEntropy(ElementLoss):
    """log(1 + e^x) - t x, from logits x and targets t of 0 and 1, or probabilities between.

    Logits and targets have one shape, (rows, 1) or (rows,) both, and one type; with several
    outputs (rows, k) each is a question of its own, and the error of a row is their mean.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import constant_node
        >>> logits = constant_node([[0.0], [1000.0]], "float32")
        >>> evaluate(BinaryCrossEntropy().per_row(logits, p.ones_like(logits)), {})
        array([0.6931472, 0.       ], dtype=float32)
    """

    name: ClassVar[str] = "binary_cross_entropy"

    def per_element(self, prediction: Node, target: Node) -> Node:
        """Return the cross-entropy of each output."""
        return p.sigmoid_cross_entropy(prediction, target)


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Loss):
    """-log softmax(x)_y from logits x, (rows, classes), and labels y, integers (rows,).

    With label smoothing e the label is 1 - e + e / classes at y and e / classes elsewhere (Szegedy
    et al. 2016). With class weights c the error of a row is

        (1 - e) c_y (-log softmax(x)_y) + e / classes sum_k c_k (-log softmax(x)_k)

    and the mean of the rows is divided by the sum of c_y, as in PyTorch. With sample weights w
    as well, the mean is sum(w l) / sum(w c_y).

    Attributes:
        class_weights: of each class, at least 0 and not all 0; None for 1.
        label_smoothing: e, from 0 to 1.

    Source: Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, "Rethinking the inception architecture for
    computer vision", 2016, section 7.
    """

    class_weights: Sequence[float] | None = None
    label_smoothing: float = 0.0
    name: ClassVar[str] = "softmax_cross_entropy"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "label_smoothing", at_least=0, at_most=1)
        if self.class_weights is not None:
            object.__setattr__(self, "class_weights", _checked(self.class_weights))

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the cross-entropy of each row, (rows,).

        Raises:
            ShapeError: the logits are not (rows, classes), the labels not (rows,), or there are
                not as many classes as class weights.
            DTypeError: the logits are no floats, or the labels no integers.
        """
        require_labels(self.name, prediction, target)
        smoothing, classes = self.label_smoothing, prediction.shape[1]
        weights = self._weights(prediction)
        errors = p.softmax_cross_entropy(prediction, target)
        if weights is not None:
            errors = p.multiply_no_nan(p.gather(weights, target), errors)
        if not smoothing:
            return errors
        spread = -p.log_softmax(prediction)
        if weights is not None:
            spread = p.multiply_no_nan(p.broadcast(weights, spread.shape), spread)
        return (1.0 - smoothing) * errors + (smoothing / classes) * p.sum(spread, 1)

    def row_weights(self, prediction: Node, target: Node) -> Node | None:
        """Return the weight of each row's class, or None."""
        weights = self._weights(prediction)
        return None if weights is None else p.gather(weights, target)

    def _weights(self, logits: Node) -> Node | None:
        if self.class_weights is None:
            return None
        if len(self.class_weights) != logits.shape[1]:
            raise ShapeError(
                f"{self.name} has {len(self.class_weights)} class weights, but the prediction "
                f"{describe(logits)} has {logits.shape[1]} classes"
            )
        return constant_node(list(self.class_weights), logits.dtype, name="class weights")


def _checked(weights: object) -> tuple[float, ...]:
    if isinstance(weights, np.ndarray) and weights.ndim == 1:
        weights = weights.tolist()
    numbers = weights if isinstance(weights, list | tuple) else ()
    if any(isinstance(w, bool) or not isinstance(w, Real) for w in numbers):
        numbers = ()
    if not any(numbers) or not all(isfinite(w) and w >= 0 for w in numbers):
        raise OptionError(
            "SoftmaxCrossEntropy needs class_weights to be a list of numbers of at least 0, not "
            f"all 0, one for each class, got {weights!r}"
        )
    return tuple(float(w) for w in numbers)


@dataclass(frozen=True)
class Hinge(Loss):
    """max(0, 1 - t x) for targets of -1 and +1; or its form for several classes.

    With targets of floats, prediction and target have one shape, (rows, 1) or (rows,) both.
    With labels, integers (rows,), and scores (rows, classes), it is Crammer's and Singer's
    max(0, 1 + max of x_k over k other than y - x_y). At the corner the derivative of the first
    is 0; at ties of the second it is shared.

    Source: Crammer, Singer, "On the algorithmic implementation of multiclass kernel-based vector
    machines", JMLR 2001.
    """

    name: ClassVar[str] = "hinge"

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the loss of each row, (rows,).

        Raises:
            ShapeError: the shapes are none of these.
            DTypeError: the predictions are no floats, or the targets of another type.
        """
        if not takes_labels(prediction, target):
            require_alike(self.name, prediction, target)
            return mean_over_outputs(p.relu(1.0 - target * prediction))
        require_labels(self.name, prediction, target)
        hits = p.one_hot(target, prediction.shape[1], prediction.dtype)
        own = p.squeeze(p.take_along(prediction, p.expand_dims(target, -1)), -1)
        return p.max(prediction + (1.0 - hits), 1) - own


@dataclass(frozen=True)
class Perceptron(ElementLoss):
    """max(0, -t x) for targets of -1 and +1: its descent is the perceptron's rule.

    Prediction and target have one shape, (rows, 1) or (rows,) both, and one type. Where x is 0 the
    derivative is -t: a perceptron whose weights are all 0 learns from every row.

    Source: Rosenblatt, "The perceptron", 1958.
    """

    name: ClassVar[str] = "perceptron"

    def per_element(self, prediction: Node, target: Node) -> Node:
        """Return 0 where t x > 0, else -t x."""
        margin = target * prediction
        return p.where(p.greater(margin, 0.0), 0.0, -margin)


def zero_one(prediction: Node, target: Node) -> Node:
    """Return 1 for each row that is classified wrongly and 0 for the others, (rows,): a metric.

    Args:
        prediction: scores (rows, classes), of which the first of the largest counts; or one score
            x a row, (rows, 1) or (rows,), which says the upper class where x > 0. With several of
            these, (rows, k), each is a question of its own, and a row's number is the share missed.
        target: labels, integers (rows,), for the first; for the second, of the prediction's shape
            and type, the upper class being 1 and the lower 0 or -1.

    Returns:
        Numbers of the prediction's type; nan where the prediction is nan.

    Raises:
        ShapeError: the shapes are none of these.
        DTypeError: the predictions are no floats, or the targets of another type.
    """
    if takes_labels(prediction, target):
        require_labels("zero_one", prediction, target)
        missed = p.not_equal(p.argmax(prediction, 1), p.cast(target, "int32"))
        score = p.max(prediction, 1)
    else:
        require_alike("zero_one", prediction, target)
        missed, score = p.not_equal(p.greater(prediction, 0.0), p.greater(target, 0.0)), prediction
    return mean_over_outputs(p.where(p.equal(score, score), p.cast(missed, score.dtype), score))
