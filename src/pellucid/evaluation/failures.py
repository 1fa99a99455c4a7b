"""Mistakes that were not seen but could have been: rows that keep small samples honest.

A model that is right on all of 12 rows has an error that 12 rows do not show, but resamples of
them never have one. So each resample draws from the rows and from one more for each model: a row
on which this model fails and the others do not. It is to all metrics of classes what a row added
to either kind of disagreement is to accuracy (Bonett and Price 2012; `intervals.py`); it fades as
1 / rows.

Which mistake it is, the model says itself: rows are taken in proportion to the probability that it
gives to being wrong, and the true class changes places with the most probable other one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["VARIANTS", "add_failures"]

Array = npt.NDArray[Any]

VARIANTS = 20
"""The added row of a model is one of so many, each with this part of a row's chance."""


def add_failures(
    truth: Array, predictions: Mapping[str, Array], place: float
) -> tuple[Array, dict[str, Array], int]:
    """Return truth and predictions with rows on which one model after the other fails.

    Args:
        truth: codes, int (rows,).
        predictions: the probabilities of each model, float64 (rows, classes).
        place: where the choice of rows begins, 0 to 1.

    Returns:
        The truth and predictions, those of all rows first; and how many rows were added, each to
        be drawn with a chance of 1 / VARIANTS of a row's. A model that says the same of every row
        makes no mistakes of its own and gets none.
    """
    chosen, failing = [], []
    for name, predicted in predictions.items():
        rows = _likely_mistakes(truth, predicted, place)
        chosen.append(rows)
        failing += [name] * len(rows)
    added = np.concatenate(chosen) if chosen else np.zeros(0, np.int64)
    fails = np.array(failing, dtype=object)
    new = {}
    for name, predicted in predictions.items():
        more = predicted[added]
        own = np.flatnonzero(fails == name)
        more[own] = _exchanged(truth[added[own]], more[own])
        new[name] = np.concatenate([predicted, more])
    return np.concatenate([truth, truth[added]]), new, len(added)


def _likely_mistakes(truth: Array, predicted: Array, place: float) -> Array:
    """Return VARIANTS rows that are right but doubted; none if nothing is right or all alike."""
    right = np.flatnonzero(predicted.argmax(1) == truth)
    if not len(right) or predicted.shape[1] < 2 or bool((predicted == predicted[0]).all()):
        return np.zeros(0, np.int64)
    doubts = np.maximum(1.0 - predicted[right].max(1), 1e-12)
    reached = np.cumsum(doubts)
    targets = (np.arange(VARIANTS) + place) / VARIANTS * reached[-1]
    return right[np.minimum(np.searchsorted(reached, targets, side="right"), len(right) - 1)]


def _exchanged(truth: Array, predicted: Array) -> Array:
    """Return the probabilities with those of the true class and the next one exchanged."""
    lines = np.arange(len(truth))
    others = predicted.copy()
    others[lines, truth] = -1.0
    second = others.argmax(1)
    swapped = predicted.copy()
    swapped[lines, truth], swapped[lines, second] = (
        predicted[lines, second],
        predicted[lines, truth],
    )
    return swapped
