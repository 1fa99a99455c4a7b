"""What probabilities of a yes or no are worth: ROC area and curve, calibration, decisions.

Receives the probabilities of rows, and the truth as 0 or 1; gives numbers, computed by graphs.
"""

from __future__ import annotations

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.graph.node import Node, constant_node

BINS = 10
"""Of calibration."""


def roc_areas(said: Array, truth: Array, resamples: Array) -> Array:
    """Return the ROC area of all rows, then of each resample.

    Args:
        said: probabilities, (rows,).
        truth: 0 or 1, (rows,).
        resamples: how often each row is drawn, (resamples, rows).
    """
    high, low = p.expand_dims(constant_node(said[truth == 1]), 1), constant_node(said[truth == 0])
    # A pair in which the one has the higher probability counts 1, a tie 1/2.
    above = p.cast(p.greater(high, low), "float32") + p.cast(p.equal(high, low), "float32") / 2.0
    counts = np.vstack([np.ones(len(truth)), resamples]).T.astype("f4")
    ones, zeros = (constant_node(counts[truth == value]) for value in (1, 0))
    won = p.sum(p.cast(ones * (above @ zeros), "float64"), 0)
    pairs = p.cast(p.sum(ones, 0), "float64") * p.cast(p.sum(zeros, 0), "float64")
    return evaluate(won / pairs, {})


def _counts_above(said: Array, truth: Array, thresholds: Array) -> tuple[Node, Node]:
    """Return the numbers of ones and of zeros whose probability reaches each threshold."""
    probability, one = (p.expand_dims(constant_node(values), 1) for values in (said, truth))
    reached = p.cast(p.greater_equal(probability, constant_node(thresholds)), "float64")
    return p.sum(reached * one, 0), p.sum(reached * (1.0 - one), 0)


def roc_curve(said: Array, truth: Array) -> Array:
    """Return false and true alarms as shares at 201 falling thresholds, (2, 202)."""
    thresholds = np.append(np.inf, np.quantile(said, np.linspace(1, 0, 201), method="lower"))
    caught, false = _counts_above(said, truth, thresholds)
    ones, zeros = float(truth.sum()), float((1 - truth).sum())
    return np.stack(evaluate([false / zeros, caught / ones], {}))


def calibrate(said: Array, truth: Array) -> Array:
    """Return mean probability and share of ones in bins of equal size, (2, BINS)."""
    order = p.argsort(constant_node(said), 0)
    place = constant_node(np.arange(len(said)) * BINS // len(said), "int32")
    in_bin = p.swap_last(p.one_hot(place, BINS, "float64"))
    both = p.gather(constant_node(np.stack([said, truth], 1)), order)
    return evaluate(in_bin @ both / p.expand_dims(p.sum(in_bin, 1), 1), {}).T


def decide(said: Array, truth: Array, thresholds: Array, missed_cost: float) -> Array:
    """Return what comes of an alarm from each threshold on, (5, thresholds).

    These are shares: of rows flagged, of ones caught, of flagged rows that are ones (nan if none is
    flagged), of rows decided rightly; and the mean cost, where a false alarm costs 1.
    """
    caught, false = _counts_above(said, truth, thresholds)
    rows, ones = float(len(truth)), float(truth.sum())
    flagged, missed = caught + false, ones - caught
    precision = p.where(p.greater(flagged, 0.0), caught / p.maximum(flagged, 1.0), np.nan)
    right = (rows - missed - false) / rows
    cost = (missed_cost * missed + false) / rows
    return np.stack(evaluate([flagged / rows, caught / ones, precision, right, cost], {}))
