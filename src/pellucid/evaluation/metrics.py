"""The metrics of finished predictions: what each is called, means, and which way is better.

Receives the truth and the predictions of one model on the rows of one part; gives every metric
that suits the task, None where one is not defined. `class_scores.py` and `number_scores.py`
compute them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.target import CLASSIFICATION, REGRESSION
from pellucid.errors import DataError, NonFiniteError, OptionError, ShapeError
from pellucid.evaluation.class_scores import ClassScores
from pellucid.evaluation.number_scores import NumberScores

__all__ = [
    "HIGHER",
    "LOWER",
    "MAIN",
    "METRICS",
    "Metric",
    "Scores",
    "metrics_for",
    "score",
    "scores_of",
]

Array = npt.NDArray[Any]
Scores = dict[str, float | None]

HIGHER, LOWER = "higher", "lower"


@dataclass(frozen=True)
class Metric:
    """One number about predictions.

    Attributes:
        name: what it is called in results.
        task: "classification" or "regression".
        better: "higher" or "lower".
        definition: what it is, in a line; rows count the same.
        low, high: the least and the greatest value it can have.
    """

    name: str
    task: str
    better: str
    definition: str
    low: float = 0.0
    high: float = float("inf")


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "accuracy",
            CLASSIFICATION,
            HIGHER,
            "the share of rows whose most probable class is the true one",
            high=1.0,
        ),
        Metric(
            "balanced_accuracy",
            CLASSIFICATION,
            HIGHER,
            "the mean over the classes that have rows of the share of their rows that is right",
            high=1.0,
        ),
        Metric(
            "log_loss",
            CLASSIFICATION,
            LOWER,
            "the mean of -log p, p the true class's probability (2.2e-16 at least), in nats",
        ),
        Metric(
            "auc",
            CLASSIFICATION,
            HIGHER,
            "the area under the ROC curve of a class against the rest, mean over the classes; "
            "not defined where a class has no row",
            high=1.0,
        ),
        Metric(
            "average_precision",
            CLASSIFICATION,
            HIGHER,
            "the mean precision over the rows of a class at each one's score; of the positive of "
            "two classes, else the mean over the classes; not defined where a class has no row",
            high=1.0,
        ),
        Metric(
            "brier",
            CLASSIFICATION,
            LOWER,
            "the mean squared distance of the probabilities from 1 for the true class and 0 for "
            "others, summed over more than two classes; of two, that of one",
            high=2.0,
        ),
        Metric(
            "calibration_error",
            CLASSIFICATION,
            LOWER,
            "the root mean square gap between claimed probability and frequency in at most 15 bins "
            "of equal count, less what chance adds; of the positive of two classes, else of the "
            "most probable one",
            high=1.0,
        ),
        Metric(
            "rmse",
            REGRESSION,
            LOWER,
            "the square root of the mean squared error, in the target's units",
        ),
        Metric("mae", REGRESSION, LOWER, "the mean absolute error, in the target's units"),
        Metric(
            "r2",
            REGRESSION,
            HIGHER,
            "1 - mean squared error / variance of the truth; not defined for a constant truth",
            low=float("-inf"),
            high=1.0,
        ),
        Metric(
            "median_error",
            REGRESSION,
            LOWER,
            "the median absolute error, in the target's units",
        ),
    )
}
"""Every metric by name."""

MAIN = {CLASSIFICATION: "log_loss", REGRESSION: "rmse"}
"""The metric that the verdict goes by.

The log loss uses the whole of what a network says and is best for the true probabilities (a
proper score), so it tells models apart with fewer rows than accuracy.
"""


def metrics_for(task: str) -> tuple[Metric, ...]:
    """Return the metrics of a task.

    Raises:
        OptionError: there is no such task.
    """
    if task not in MAIN:
        raise OptionError(f"the task must be one of {', '.join(MAIN)}, but it is {task!r}")
    return tuple(metric for metric in METRICS.values() if metric.task == task)


def score(task: str, name: str, truth: Array, read: Array, *, positive: int = 1) -> Scores:
    """Return every metric of a task; None where one is not defined.

    Args:
        task: "classification" or "regression".
        name: the target's name, for messages.
        truth: codes, int (rows,), or numbers in the user's units, float64 (rows,).
        read: probabilities, float (rows, classes), or numbers (rows,).
        positive: of two classes, the code of the one that is looked for.

    Raises:
        NonFiniteError: a prediction is not finite; names target and row, counted from 1.
        ShapeError, DataError: truth and predictions do not fit together.

    Example:
        >>> score("regression", "height", np.array([1.0, 3.0]), np.array([1.0, 2.0]))["mae"]
        0.5
    """
    if not len(truth):
        return {metric.name: None for metric in metrics_for(task)}
    return scores_of(task, name, truth, read, positive=positive).values()


def scores_of(
    task: str, name: str, truth: Array, read: Array, *, positive: int = 1
) -> ClassScores | NumberScores:
    """Return what the metrics are computed from; arguments (one row at least) and errors as above.

    The order of the metrics in its results is that of `metrics_for`.
    """
    metrics_for(task)
    sides = 2 if task == CLASSIFICATION else 1
    if truth.ndim != 1 or read.ndim != sides or len(read) != len(truth):
        form = "(rows, classes)" if sides == 2 else "(rows,)"
        raise ShapeError(
            f"predictions of '{name}' need the shape {form} for {len(truth)} rows, "
            f"got {read.shape} for a truth of shape {truth.shape}"
        )
    _require_finite(f"prediction of '{name}'", read)
    if task == REGRESSION:
        _require_finite(f"true '{name}'", truth)
        return NumberScores(truth.astype(np.float64), read.astype(np.float64))
    if truth.min() < 0 or truth.max() >= read.shape[1]:
        raise DataError(
            f"the codes of '{name}' must be from 0 to {read.shape[1] - 1}, "
            f"but they are from {truth.min()} to {truth.max()}"
        )
    return ClassScores(truth.astype(np.int64), read.astype(np.float64, copy=False), positive)


def _require_finite(what: str, values: Array) -> None:
    # The sum is finite if all are, and costs no array; it may overflow where none is infinite.
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(values.sum(dtype=np.float64)):
            return
    finite = np.isfinite(values).reshape(len(values), -1).all(1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise NonFiniteError(f"the {what} for row {row + 1} is not a finite number")
