"""Metrics of finished predictions, and the constant baseline beside them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.data.target import CLASSIFICATION, Target
from pellucid.errors import NonFiniteError

Array = np.ndarray[Any, Any]
Scores = dict[str, float | None]


def score(target: Target, truth: Array, read: Array) -> Scores:
    """Return the metrics of predictions; None where one is not defined.

    Args:
        target: what is predicted.
        truth: class codes (rows,), or numbers in the user's units (rows,).
        read: probabilities (rows, classes), or numbers (rows,).

    Returns:
        "accuracy", "log_loss" (nats) and "auc" (one against the rest, averaged over the classes)
        for classes; "rmse", "mae" and "r2" for numbers.
    """
    from sklearn import metrics

    if not np.isfinite(read).all():
        row = int(np.flatnonzero(~np.isfinite(read.reshape(len(read), -1)).all(1))[0])
        raise NonFiniteError(
            f"the prediction of '{target.name}' for row {row + 1} is not a finite number"
        )
    if target.task == CLASSIFICATION:
        codes = np.arange(len(target.classes))
        return {
            "accuracy": float(metrics.accuracy_score(truth, read.argmax(1))),
            "log_loss": _finite(metrics.log_loss(truth, read, labels=codes)),
            "auc": _auc(truth, read),
        }
    return {
        "rmse": _finite(metrics.root_mean_squared_error(truth, read)),
        "mae": _finite(metrics.mean_absolute_error(truth, read)),
        "r2": _finite(metrics.r2_score(truth, read)) if len(truth) > 1 else None,
    }


def constant_prediction(target: Target, training: Array, rows: int) -> Array:
    """Return what a predictor says that knows only the training targets, in the form of `read`.

    The classes' frequencies, or the mean.
    """
    if target.task == CLASSIFICATION:
        counts = np.bincount(training, minlength=len(target.classes))
        return np.tile(counts / counts.sum(), (rows, 1))
    return np.full(rows, training.mean())


def _auc(truth: Array, read: Array) -> float | None:
    """Return the area under the ROC curve; None where a class has no row."""
    if len(np.unique(truth)) < read.shape[1]:
        return None
    from scipy.stats import rankdata

    # The Mann-Whitney statistic of every class at once; a class after the other takes minutes
    # where there are thousands.
    hits = truth[:, None] == np.arange(read.shape[1])
    positives = hits.sum(0)
    ranks = (rankdata(read, axis=0) * hits).sum(0)
    areas = (ranks - positives * (positives + 1) / 2) / (positives * (len(truth) - positives))
    return _finite(float(areas[1] if len(areas) == 2 else areas.mean()))


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
