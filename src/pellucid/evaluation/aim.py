"""What predictions are for: what a run was asked to lower decides by what it is judged.

A network that learned a quantile is no worse for missing the mean. An aim says which metrics there
are, which one leads, what the loss of a row is, and what the best constant says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.log_scale import LINEAR, LogScale
from pellucid.data.scaling import Scaling
from pellucid.data.target import CLASSIFICATION, REGRESSION
from pellucid.errors import OptionError

__all__ = [
    "DECISIONS",
    "DISTRIBUTION",
    "MEAN",
    "MEDIAN",
    "PROBABILITIES",
    "QUANTILE",
    "ROOTED",
    "Aim",
    "aim_for",
    "aim_of",
    "class_balance",
    "log_losses",
    "pinball",
]

Array = npt.NDArray[Any]

PROBABILITIES, DECISIONS = "probabilities", "decisions"
MEAN, MEDIAN, QUANTILE, DISTRIBUTION = "mean", "median", "quantile", "distribution"
KINDS = {
    CLASSIFICATION: (PROBABILITIES, DECISIONS),
    REGRESSION: (MEAN, MEDIAN, QUANTILE, DISTRIBUTION),
}

LEAST = float(np.finfo(np.float64).eps)
"""No probability counts as less in a log loss, so that its worst is 36."""
ROOTED = ("rmse", "rmsle")
"""Measures that are the root of a mean."""

_OF_CLASSES = ("accuracy", "balanced_accuracy", "auc", "average_precision")
_OF_NUMBERS = ("rmse", "mae", "r2", "median_error")


@dataclass(frozen=True)
class Aim:
    """What predictions are for.

    Attributes:
        task: "classification" or "regression".
        kind: of classes "probabilities", or "decisions" where scores are no probabilities; of
            numbers the "mean", the "median", a "quantile", or a "distribution": the mean and the
            standard deviation.
        level: of the quantile.
        balanced: whether each class counts the same, however many rows it has.
        log: the scale on which the mean, or the distribution, was learned.

    Example:
        >>> Aim("regression", "quantile", 0.9).metrics
        ('pinball', 'quantile_coverage')
        >>> Aim("classification", balanced=True).main
        'balanced_log_loss'
    """

    task: str
    kind: str = ""
    level: float = 0.5
    balanced: bool = False
    log: LogScale = LINEAR

    def __post_init__(self) -> None:
        """Fill in the usual kind, and refuse one that does not suit the task."""
        if self.task not in KINDS:
            raise OptionError(
                f"the task must be one of {', '.join(KINDS)}, but it is {self.task!r}"
            )
        object.__setattr__(self, "kind", self.kind or KINDS[self.task][0])
        if self.kind not in KINDS[self.task]:
            known = ", ".join(KINDS[self.task])
            raise OptionError(f"the aim of {self.task} must be one of {known}, got {self.kind!r}")

    @property
    def classifies(self) -> bool:
        """Whether classes are predicted."""
        return self.task == CLASSIFICATION

    @property
    def is_logarithmic(self) -> bool:
        """Whether errors count on a logarithmic scale: a quantile is the same on any."""
        return self.log != LINEAR and self.kind in (MEAN, DISTRIBUTION)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of its metrics, in the order in which they are shown."""
        if self.kind == DECISIONS:
            return _OF_CLASSES
        if self.kind == PROBABILITIES:
            losses = ("log_loss", "balanced_log_loss") if self.balanced else ("log_loss",)
            return (*_OF_CLASSES[:2], *losses, *_OF_CLASSES[2:], "brier", "calibration_error")
        if self.kind == QUANTILE:
            return "pinball", "quantile_coverage"
        own = ("nll", "interval_coverage") if self.kind == DISTRIBUTION else ()
        return (*own, *(("rmsle",) if self.is_logarithmic else ()), *_OF_NUMBERS)

    @property
    def share(self) -> str:
        """The share of rows, or of each class's rows, that is right: of classes only."""
        return "balanced_accuracy" if self.balanced else "accuracy"

    @property
    def main(self) -> str:
        """The name of the metric that a verdict goes by.

        The log loss uses the whole of what a network says and is best for the true probabilities (a
        proper score), so it tells models apart with fewer rows than accuracy.
        """
        if self.kind == DECISIONS:
            return self.share
        if self.kind == PROBABILITIES:
            return "balanced_log_loss" if self.balanced else "log_loss"
        if self.kind == MEAN:
            return self.measure
        return {MEDIAN: "mae", QUANTILE: "pinball", DISTRIBUTION: "nll"}[self.kind]

    @property
    def measure(self) -> str:
        """What a mean of `row_losses` is shown as."""
        if self.kind == DECISIONS:
            return "error_rate"
        if self.kind == PROBABILITIES:
            return "log_loss"
        if self.kind in (MEDIAN, QUANTILE):
            return self.main
        return "rmsle" if self.is_logarithmic else "rmse"

    def row_losses(self, truth: Array, predicted: Array) -> Array:
        """Return what each row costs, float64 (rows,).

        -log of the true class's probability (of 2^-52 at least, so that one row cannot make a mean
        infinite), 1 for a wrong decision; the squared error, on the aim's scale, the absolute
        one, or the pinball loss.

        Args:
            truth: int codes (rows,), or float64 (rows,).
            predicted: probabilities (rows, classes), or numbers (rows,) in the truth's units; of a
                distribution its mean suffices.
        """
        if self.kind == DISTRIBUTION and predicted.ndim == 2:
            predicted = predicted[:, 0]
        if self.kind == DECISIONS:
            return np.asarray(predicted.argmax(1) != truth, np.float64)
        if self.kind == PROBABILITIES:
            return log_losses(truth, predicted)
        if self.is_logarithmic:
            return np.square(self.log.apply(predicted) - self.log.apply(truth))
        if self.kind == QUANTILE:
            return pinball(truth - predicted, self.level)
        errors: Array = predicted - truth
        return np.abs(errors) if self.kind == MEDIAN else np.square(errors)

    def row_weights(self, truth: Array) -> Array:
        """Return how much each row counts in a mean of row losses, of mean 1, (rows,)."""
        return class_balance(truth) if self.balanced else np.ones(len(truth))

    def in_units(self, mean: float) -> float:
        """Return a mean of row losses as it is shown: of squared errors the root, in their units.

        Example:
            >>> Aim("regression").in_units(9.0), Aim("classification").in_units(0.5)
            (3.0, 0.5)
        """
        return float(max(mean, 0.0)) ** 0.5 if self.measure in ROOTED else float(mean)

    def constant(self, truth: Array, classes: int) -> Array:
        """Return the best that can be said of all rows alike: probabilities (classes,) or a number.

        Args:
            truth: of the training rows, one at least: codes, or numbers on the scale that is
                learned.
            classes: the number of classes.

        Returns:
            Of a distribution the mean and the standard deviation, (2,).
        """
        if self.classifies:
            counts = np.bincount(truth, minlength=classes)
            counted = (counts > 0) if self.balanced else counts
            return np.asarray(counted / counted.sum())
        if self.kind in (MEDIAN, QUANTILE):
            return np.asarray(np.quantile(truth, self.level))
        scaling = Scaling.fit(truth)
        both = [scaling.mean, scaling.scale]
        return np.asarray(both if self.kind == DISTRIBUTION else scaling.mean)


def aim_of(aim: Aim | str) -> Aim:
    """Return an aim, or the usual one of a task of that name.

    Raises:
        OptionError: there is no such task.
    """
    return Aim(aim) if isinstance(aim, str) else aim


def aim_for(predicted: Array) -> Aim:
    """Return the usual aim of predictions: probabilities (rows, classes), or numbers (rows,)."""
    return Aim(CLASSIFICATION if predicted.ndim == 2 else REGRESSION)


def class_balance(truth: Array) -> Array:
    """Return weights of mean 1 that let each class count the same, float64 (rows,).

    Example:
        >>> class_balance(np.array([0, 0, 0, 1])).round(3).tolist()
        [0.667, 0.667, 0.667, 2.0]
    """
    counts = np.bincount(truth) if len(truth) else np.zeros(1)
    return np.asarray(len(truth) / (np.count_nonzero(counts) * counts[truth]))


def log_losses(truth: Array, predicted: Array) -> Array:
    """Return -log of the true class's probability, nats (rows,)."""
    chosen = predicted[np.arange(len(truth)), truth]
    return np.abs(np.log(np.clip(chosen, LEAST, 1.0)))


def pinball(above: Array, level: float) -> Array:
    """Return the pinball loss of truth less prediction.

    Source: Koenker, Bassett, "Regression quantiles", Econometrica 46 (1978).
    """
    return np.maximum(level * above, (level - 1.0) * above)
