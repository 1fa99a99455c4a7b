"""The metrics of finished predictions: what each is called, means, and which way is better.

Receives the truth and the predictions of one model on the rows of one part; gives every metric
that suits the aim, None where one is not defined. `class_scores.py` and `number_scores.py`
compute them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.target import CLASSIFICATION, REGRESSION
from pellucid.errors import DataError, NonFiniteError, ShapeError
from pellucid.evaluation.aim import DISTRIBUTION, Aim, aim_of
from pellucid.evaluation.class_scores import ClassScores
from pellucid.evaluation.number_scores import NumberScores

__all__ = [
    "AIMED",
    "HIGHER",
    "LOWER",
    "METRICS",
    "Metric",
    "Scores",
    "metrics_for",
    "score",
    "scores_of",
]

Array = npt.NDArray[Any]
Scores = dict[str, float | None]

HIGHER, LOWER, AIMED = "higher", "lower", "aimed"
"""Which way is better; what is to come out at a certain value is not compared."""


@dataclass(frozen=True)
class Metric:
    """One number about predictions.

    Attributes:
        name: what it is called in results.
        task: "classification" or "regression".
        better: "higher", "lower" or "aimed".
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
            "balanced_log_loss",
            CLASSIFICATION,
            LOWER,
            "the mean over the classes that have rows of the log loss of their rows",
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
            "others, summed over more than two classes; of two, that of one (half the sum, Brier's "
            "own score)",
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
            "nll",
            REGRESSION,
            LOWER,
            "the mean of -log of the density that the predicted normal distribution has at the "
            "truth (on a logarithmic scale, the log-normal one), in nats",
            low=float("-inf"),
        ),
        Metric(
            "interval_coverage",
            REGRESSION,
            AIMED,
            "the share of rows whose truth lies within the middle 90 % of the predicted "
            "distribution; to be 0.9",
            high=1.0,
        ),
        Metric(
            "pinball",
            REGRESSION,
            LOWER,
            "the mean of level (t - x) where the truth t is above the predicted quantile x, else "
            "(1 - level) (x - t), in the target's units",
        ),
        Metric(
            "quantile_coverage",
            REGRESSION,
            AIMED,
            "the share of rows whose truth is at most the predicted quantile; to be its level",
            high=1.0,
        ),
        Metric(
            "rmsle",
            REGRESSION,
            LOWER,
            "the root mean square difference of the logarithms (of 1 + it, on the scale log1p) of "
            "truth and prediction; e to its power is a typical factor",
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


def metrics_for(aim: Aim | str) -> tuple[Metric, ...]:
    """Return the metrics of an aim, or of the usual one of a task.

    Raises:
        OptionError: there is no such task.
    """
    return tuple(METRICS[name] for name in aim_of(aim).metrics)


def score(aim: Aim | str, name: str, truth: Array, read: Array, *, positive: int = 1) -> Scores:
    """Return every metric of an aim; None where one is not defined.

    Args:
        aim: what is predicted, or a task, "classification" or "regression", for the usual.
        name: the target's name, for messages.
        truth: codes, int (rows,), or numbers in the user's units, float64 (rows,).
        read: probabilities, float (rows, classes), or numbers (rows,); of a distribution its mean,
            in the user's units, and its standard deviation, on the aim's scale, (rows, 2).
        positive: of two classes, the code of the one that is looked for.

    Raises:
        NonFiniteError: a prediction is not finite; names target and row, counted from 1.
        ShapeError, DataError: truth and predictions do not fit together.

    Example:
        >>> score("regression", "height", np.array([1.0, 3.0]), np.array([1.0, 2.0]))["mae"]
        0.5
    """
    if not len(truth):
        return {metric.name: None for metric in metrics_for(aim)}
    found = scores_of(aim, name, truth, read, positive=positive).values()
    return {metric.name: found[metric.name] for metric in metrics_for(aim)}


def scores_of(
    aim: Aim | str, name: str, truth: Array, read: Array, *, positive: int = 1
) -> ClassScores | NumberScores:
    """Return what the metrics are computed from; arguments (one row at least) and errors as above.

    Its results may have more metrics than the aim.
    """
    aim = aim_of(aim)
    form = {DISTRIBUTION: "(rows, 2)"}.get(aim.kind, "(rows,)")
    form = "(rows, classes)" if aim.classifies else form
    sides = 1 + form.count(" ")
    if truth.ndim != 1 or read.ndim != sides or len(read) != len(truth):
        raise ShapeError(
            f"predictions of '{name}' need the shape {form} for {len(truth)} rows, "
            f"got {read.shape} for a truth of shape {truth.shape}"
        )
    _require_finite(f"prediction of '{name}'", read)
    if not aim.classifies:
        _require_finite(f"true '{name}'", truth)
        return NumberScores(truth.astype(np.float64), read.astype(np.float64), aim)
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
