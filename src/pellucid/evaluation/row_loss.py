"""The loss of each row of a finished prediction, and an interval for the mean of row values.

Losses are summed and compared as they are; what a person is shown of squared errors is the root of
their mean, in the target's units.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

LOG_LOSS, RMSE = "log_loss", "rmse"


def measure_name(read: Array) -> str:
    """Return what a mean of row losses is shown as: by whether a prediction has probabilities."""
    return LOG_LOSS if read.ndim == 2 else RMSE


def in_units(measure: str, mean: float) -> float:
    """Return a mean of row losses as it is shown: of squared errors the root, in their units.

    Example:
        >>> in_units("rmse", 9.0), in_units("log_loss", 0.5)
        (3.0, 0.5)
    """
    return float(max(mean, 0.0)) ** 0.5 if measure == RMSE else float(mean)


def row_losses(truth: Array, read: Array) -> Array:
    """Return -log of the true class's probability, or the squared error, float64 (rows,).

    A probability of 0 counts as the smallest step of float64 above 1, 2^-52, so that one row
    cannot make a mean infinite.

    Args:
        truth: int codes (rows,), or float64 (rows,).
        read: probabilities (rows, classes), or numbers (rows,).

    Example:
        >>> row_losses(np.array([0, 1]), np.array([[0.5, 0.5], [0.0, 1.0]])).round(3).tolist()
        [0.693, 0.0]
    """
    if read.ndim == 2:
        chosen = read[np.arange(len(truth)), truth]
        return np.abs(np.log(np.clip(chosen, np.finfo(np.float64).eps, 1.0)))
    difference: Array = read - truth
    return difference**2


def mean_interval(values: Array, confidence: float = 0.95) -> tuple[float, float]:
    """Return an interval for the mean of what rows like these have.

    The percentiles of bootstrapped means, at a level that makes up for the narrowness of few rows
    (the expanded percentile interval of Hesterberg 2015). Nothing is drawn: with n rows of standard
    deviation s and skewness g the bootstrapped means have the deviation s / sqrt(n) and the
    skewness g / sqrt(n), and their quantiles follow by the expansion of Cornish and Fisher (Hall
    1992). One row says nothing of the spread: its interval is infinite.

    Args:
        values: (rows,).
        confidence: the share of such intervals that hold the mean.

    Source: Hesterberg, "What teachers should know about the bootstrap", The American Statistician
    69 (2015), section 5.2; Hall, "The bootstrap and Edgeworth expansion", 1992, section 2.5.
    """
    from scipy.stats import t

    rows = len(values)
    if rows < 2:
        return float("-inf"), float("inf")
    middle, spread = float(values.mean()), float(values.std())
    error = spread / rows**0.5
    skewness = float((((values - middle) / spread) ** 3).mean()) / rows**0.5 if spread else 0.0
    z = float(t.ppf((1.0 + confidence) / 2.0, rows - 1)) * (rows / (rows - 1)) ** 0.5
    shift = skewness * (z * z - 1.0) / 6.0
    return middle + error * (shift - z), middle + error * (shift + z)
