"""An interval for the mean of row values, such as the losses of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


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
