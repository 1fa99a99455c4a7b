"""What always saying the same, the best that can be, costs on each row, in the loss of training.

Receives the numbers that a network is to learn, or class codes; gives float64 (rows,), the mean
over columns. It is what losses are measured by where something is said of a run: a loss alone, of a
count even below 0, says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.evaluation.aim import pinball
from pellucid.losses.regression import Huber

Array = np.ndarray[Any, Any]

HUBER_DELTA = Huber().delta
"""Where the Huber loss becomes linear, if nothing else is said."""
_ROUNDS = 200


def of_codes(codes: Array, weights: Array | None) -> Array:
    """Return -log of the share of each row's class, times the row's weight, as shares count."""
    counted = np.ones(len(codes)) if weights is None else weights.astype(np.float64)
    shares = np.bincount(codes, counted)
    return np.asarray(-np.log(shares[codes] / shares.sum()) * counted)


def of_numbers(loss: str, truth: Array, level: float) -> Array:
    """Return the losses of the mean, the median, the quantile, or what else costs least.

    Args:
        loss: the name of the loss.
        truth: the numbers to be learned, float64 (rows, columns).
        level: of the quantile.
    """
    return np.asarray(_LOSSES[loss](truth, level).mean(1))


def least_of_counts(truth: Array) -> float:
    """Return the Poisson loss of saying each count exactly, the mean over rows and columns."""
    return float((truth - _times_log(truth, truth)).mean())


def _of_counts(truth: Array, _: float) -> Array:
    rate = truth.mean(0)
    return np.asarray(rate - _times_log(truth, np.broadcast_to(rate, truth.shape)))


def _times_log(truth: Array, rate: Array) -> Array:
    """Return t log r, which is 0 of a count of 0."""
    return truth * np.log(rate, out=np.zeros_like(truth), where=(truth > 0) & (rate > 0))


def _of_quantile(truth: Array, level: float) -> Array:
    return pinball(truth - np.quantile(truth, level, axis=0), level)


def _of_huber(truth: Array, _: float) -> Array:
    centre = np.median(truth, axis=0)
    # Gradient descent on a convex function of slope at most 1.
    for _round in range(_ROUNDS):
        centre = centre + (truth - centre).clip(-HUBER_DELTA, HUBER_DELTA).mean(0)
    distance = np.abs(truth - centre)
    clipped = distance.clip(max=HUBER_DELTA)
    return np.asarray(clipped * (distance - 0.5 * clipped))


def _of_gaussian(truth: Array, _: float) -> Array:
    variance = truth.var(0)
    variance = np.where(variance > 0, variance, 1.0)
    squares = np.square(truth - truth.mean(0)) / variance
    return np.asarray(0.5 * (np.log(2.0 * np.pi * variance) + squares))


_LOSSES: Mapping[str, Callable[[Array, float], Array]] = {
    "squared_error": lambda truth, _: np.square(truth - truth.mean(0)),
    "absolute_error": lambda truth, _: 2.0 * _of_quantile(truth, 0.5),
    "huber": _of_huber,
    "quantile": _of_quantile,
    "gaussian_nll": _of_gaussian,
    "poisson": _of_counts,
}
