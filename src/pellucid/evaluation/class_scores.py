"""Probabilities against classes: every metric, for all rows, for resampled rows, and by row.

Receives codes and the probabilities of one model; gives the metrics that `metrics.py` lists for
classes. One against the rest, a class counts only if it has rows and is not the only one. Of two
classes one is the positive one, which ranking and calibration are about.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.evaluation.aim import class_balance, log_losses
from pellucid.evaluation.calibration import Calibration
from pellucid.evaluation.ranking import Ranking

__all__ = ["ClassScores"]

Array = npt.NDArray[Any]

BLOCK = 64
"""So many classes are copied at once, where columns of a wide array are read one by one."""


class ClassScores:
    """What the metrics of classes are computed from.

    Args:
        truth: codes from 0, int (rows,), at least one row.
        read: probabilities, float64 (rows, classes).
        positive: of two classes, the code of the one that is looked for.
    """

    def __init__(self, truth: Array, read: Array, positive: int = 1) -> None:
        """Count the rows of each class."""
        self.truth, self.read, self.positive = truth, read, positive
        self.rows, self.classes = read.shape
        self.class_rows = np.bincount(truth, minlength=self.classes)
        self.present = np.flatnonzero(self.class_rows)
        self.ranked = np.array([positive]) if self.classes == 2 else self.present
        """The classes whose rankings metrics are means of."""

    @cached_property
    def hits(self) -> Array:
        """Whether the most probable class (the first of equals) is the true one, bool (rows,)."""
        return np.asarray(self.read.argmax(1) == self.truth)

    def hits_of(self, metric: str) -> Array:
        """Return the rows that count in a metric that is a share of rows: all go by `hits`."""
        return self.hits

    @cached_property
    def log_losses(self) -> Array:
        """Minus the logarithm of the true class's probability, nats (rows,)."""
        return log_losses(self.truth, self.read)

    @cached_property
    def briers(self) -> Array:
        """The squared distance of the probabilities from the truth, halved for two classes."""
        return _briers(self.truth, self.read)

    def losses_if(self, code: int) -> dict[str, Array]:
        """Return what each row would lose if it were of a class, (rows,), by metric."""
        codes = np.full(self.rows, code)
        return {"log_loss": log_losses(codes, self.read), "brier": _briers(codes, self.read)}

    @cached_property
    def calibration(self) -> Calibration:
        """The bins of the calibration error."""
        return Calibration.of(self.truth, self.read, self.positive)

    def rankings(self, classes: Array | None = None) -> Iterator[tuple[int, Ranking]]:
        """Give the rankings of classes that have rows and are not the only one.

        Args:
            classes: codes; those that metrics go by if None: all, or of two the positive one.
        """
        if len(self.present) < 2:
            return
        chosen = self.ranked if classes is None else np.intersect1d(classes, self.present)
        for start in range(0, len(chosen), BLOCK):
            block = chosen[start : start + BLOCK]
            columns = np.ascontiguousarray(self.read[:, block].T)
            for code, scores in zip(block.tolist(), columns, strict=True):
                yield code, Ranking(scores, self.truth == code)

    def values(self) -> dict[str, float | None]:
        """Return every metric; None where one is not defined."""
        found = [(ranking.area, ranking.precision) for _, ranking in self.rankings()]
        recalls = np.bincount(self.truth, self.hits, self.classes)[self.present]
        # An area is that of all classes or none: the mean over others says something else.
        is_complete = len(self.present) == self.classes and self.classes > 1
        area, precision = np.mean(found, axis=0).tolist() if is_complete else (None, None)
        return {
            "accuracy": float(self.hits.mean()),
            "balanced_accuracy": float((recalls / self.class_rows[self.present]).mean()),
            "log_loss": float(self.log_losses.mean()),
            "balanced_log_loss": float((self.log_losses * class_balance(self.truth)).mean()),
            "auc": area,
            "average_precision": precision,
            "brier": float(self.briers.mean()),
            "calibration_error": self.calibration.error(),
        }

    def resampled(self, counts: Array) -> dict[str, Array]:
        """Return every metric where each row counts several times or never.

        Args:
            counts: whole numbers (resamples, rows).

        Returns:
            float64 (resamples,) each; nan where a metric is not defined. A mean over classes is
            one over those that have rows in the resample; the calibration error keeps what chance
            adds to it.
        """
        classes = np.zeros((self.rows, len(self.present)))
        classes[np.arange(self.rows), np.searchsorted(self.present, self.truth)] = 1.0
        means = np.stack([self.hits, self.log_losses, self.briers], axis=1)
        gaps = self.calibration.sums(np.arange(self.rows), self.rows)
        columns = [np.ones((self.rows, 1)), means, gaps, classes]
        columns += [classes * each[:, None] for each in (self.hits, self.log_losses)]
        sums = counts.astype(np.float64, copy=False) @ np.concatenate(columns, axis=1)
        rows = sums[:, :1]
        middle = 4 + gaps.shape[1]
        shown, right, lost = np.split(sums[:, middle:], 3, axis=1)
        return {
            "accuracy": sums[:, 1] / rows[:, 0],
            "balanced_accuracy": _mean_over_classes(right, shown),
            "log_loss": sums[:, 2] / rows[:, 0],
            "balanced_log_loss": _mean_over_classes(lost, shown),
            **self._resampled_rankings(counts),
            "brier": sums[:, 3] / rows[:, 0],
            "calibration_error": Calibration.resampled(sums[:, 4:middle]),
        }

    def _resampled_rankings(self, counts: Array) -> dict[str, Array]:
        sums = np.zeros((2, len(counts)))
        shown = np.zeros((2, len(counts)))
        for _, ranking in self.rankings():
            for place, values in enumerate(ranking.weighted(counts)):
                defined = np.isfinite(values)
                sums[place] += np.where(defined, values, 0.0)
                shown[place] += defined
        with np.errstate(invalid="ignore"):
            areas, precisions = sums / shown
        return {"auc": areas, "average_precision": precisions}

    def influences(self) -> dict[str, Array]:
        """Return how each metric but the calibration error answers to the weight of each row.

        Returns:
            float64 (rows,) each, of mean 0: where a row's weight in the sample goes from 1 / n to
            (1 + e) / n, the metric changes by e influence / n in first order. (At its best, 0, the
            calibration error has no first order; blocks of rows have sums that give it exactly.)
        """
        found = {
            "accuracy": self.hits - self.hits.mean(),
            "balanced_accuracy": self._balanced_influence(self.hits),
            "log_loss": self.log_losses - self.log_losses.mean(),
            "balanced_log_loss": self._balanced_influence(self.log_losses),
        }
        areas, precisions = np.zeros(self.rows), np.zeros(self.rows)
        for _, ranking in self.rankings():
            areas += ranking.area_influence()
            precisions += ranking.precision_influence()
        return found | {
            "auc": areas / len(self.ranked),
            "average_precision": precisions / len(self.ranked),
            "brier": self.briers - self.briers.mean(),
        }

    def _balanced_influence(self, values: Array) -> Array:
        """Return how a mean over the classes of their rows' mean answers to each row's weight."""
        means = np.bincount(self.truth, values, self.classes) / np.maximum(self.class_rows, 1)
        return (values - means[self.truth]) * class_balance(self.truth)


def _briers(truth: Array, predicted: Array) -> Array:
    rows, classes = predicted.shape
    own = predicted[np.arange(rows), truth]
    squares = np.einsum("rc,rc->r", predicted, predicted) + 1.0 - 2.0 * own
    return np.maximum(squares, 0.0) * (0.5 if classes == 2 else 1.0)


def _mean_over_classes(parts: Array, wholes: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(wholes > 0, parts / wholes, 0.0)
    return shares.sum(1) / (wholes > 0).sum(1)
