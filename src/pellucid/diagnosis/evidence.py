"""What a diagnosis rests on: plain numbers of a finished run.

The caller fills in what it has. A rule whose evidence is not there says nothing. Rules compare
losses; sentences about numbers say their roots, which have the unit of the target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.language import Sentence

Array = np.ndarray[Any, Any]

TRAIN, VALIDATION, TEST = "train", "validation", "test"
CONSTANT = "constant"
LOG_LOSS, RMSE, RMSLE = "log_loss", "rmse", "rmsle"
DEVIATIONS = 2.5
"""Standard errors from which on a difference is none of chance: of 80 runs one is, to one side."""
FEWEST = 6
"""Rows of one of two classes below which nothing is said of losses."""


@dataclass(frozen=True)
class LearningCurve:
    """The error after training on more and more rows.

    Attributes:
        metric: the name of what is measured: "log_loss", "rmse" or another.
        rows: the numbers of training rows, rising.
        train: the metric on the training rows, for each number.
        test: the metric on other rows.
        low: of its interval.
        high: of its interval.
    """

    metric: str
    rows: Sequence[int]
    train: Sequence[float]
    test: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True, eq=False)
class Evidence:
    """The numbers of a run.

    A row's loss is -log of its true class's probability, its squared error in any one unit, or
    what else `evaluation.aim.Aim.row_losses` gives, for the network and for the baselines alike.
    The loss that training lowered may be another; its numbers are compared only among themselves.

    Attributes:
        epochs: the scalars of each epoch by name: "train_loss", "validation_loss",
            "learning_rate", ..
        steps: the loss of each step, without penalties.
        best_epoch: the epoch with the best monitored value, from 1; 0 for none.
        stopped_early: whether patience ended the run, not the number of epochs.
        learning_rate: the highest rate.
        dropout: the share of hidden units that is dropped in training, below 1.
        rows: the number of rows of each part: "train", "validation", "test".
        metric: what a mean of rows' losses is shown as: "log_loss", "rmse", ..; if empty, one of
            these two.
        losses: the network's loss of each row, by part.
        weights: how much each row counts in a mean of them, of mean 1, by part; alike if empty.
        constant_losses: what always saying the same costs on each training row, in any one unit;
            in that of training where its loss can be below 0.
        batch_size: the rows of a step.
        missing: which training rows have no value in a column, by its name, bool (rows,).
        row_numbers: the number in its source of each row, by part, in the order of `losses`.
        baselines: the same losses of each baseline, by part: "constant", "linear", "boosting".
        initial_loss: what training lowers, before the first step.
        constant_loss: the same for a network that always says the same, the best it can.
        least_loss: the same for one that says each row exactly, which for most losses is 0; 0 also
            for those without a bound.
        targets: how many columns are predicted together: of several, a row's loss is the mean of
            its squared errors in standard units.
        layers: what `inspection.layers.probe_layers` gives.
        classes: the labels of the classes; None for numbers.
        true_rows: of rows that were not trained on, those of each class.
        said_rows: of the same rows, those that the network takes for each class.
        expected: how many of the same rows the network thinks to be of each class: the sums of its
            probabilities; None of scores that are none.
        balanced: whether classes counted the same in training, however many rows they have.
        class_rows: the rows of each class, by part.
        errors: prediction less truth of each row, by part, in any one unit: of a number whose mean
            or median was learned.
        by_time: whether the test rows are later than the training rows.
        beaten: the baselines that do better by the metric of the verdict, each with "target",
            "baseline", "metric", and its values "network" and "rival".
        drift: what `evaluation.drift.column_drift` gives.
        learning_curve: the error against the number of rows.
    """

    epochs: Mapping[str, Sequence[float] | Array] = field(default_factory=dict)
    steps: Sequence[float] | Array = ()
    best_epoch: int = 0
    stopped_early: bool = False
    learning_rate: float | None = None
    dropout: float = 0.0
    rows: Mapping[str, int] = field(default_factory=dict)
    metric: str = ""
    losses: Mapping[str, Array] = field(default_factory=dict)
    weights: Mapping[str, Array] = field(default_factory=dict)
    constant_losses: Array | Sequence[float] = ()
    batch_size: int = 1
    missing: Mapping[str, Array] = field(default_factory=dict)
    row_numbers: Mapping[str, Array] = field(default_factory=dict)
    baselines: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)
    initial_loss: float | None = None
    constant_loss: float | None = None
    least_loss: float = 0.0
    targets: int = 1
    layers: Mapping[str, Any] | None = None
    classes: Sequence[str] | None = None
    true_rows: Array | None = None
    said_rows: Array | None = None
    expected: Array | None = None
    balanced: bool = False
    class_rows: Mapping[str, Array] = field(default_factory=dict)
    errors: Mapping[str, Array] = field(default_factory=dict)
    by_time: bool = False
    beaten: Sequence[Mapping[str, Any]] = ()
    drift: Sequence[Mapping[str, Any]] = ()
    learning_curve: LearningCurve | None = None

    @property
    def measure(self) -> Sentence:
        """What `shown` gives, in words."""
        standard = "_standard" if self.targets > 1 else ""
        return Sentence(f"diagnosis.measure_{self.measured_by}{standard}")

    @property
    def measured_by(self) -> str:
        """What a mean of rows' losses is shown as."""
        return self.metric or (RMSE if self.classes is None else LOG_LOSS)

    @property
    def is_rooted(self) -> bool:
        """Whether rows' losses are squares."""
        return self.measured_by in (RMSE, RMSLE)

    def shown(self, loss: float) -> float:
        """Return a mean loss as a person is told it: of squares, the root of their mean."""
        return float(np.sqrt(loss)) if self.is_rooted else loss

    def mean_loss(self, *parts: str) -> float | None:
        """Return the network's mean loss over the rows of parts, None without rows."""
        found = self.losses_of(*parts)
        return float(found.mean()) if found.size else None

    def losses_of(self, *parts: str) -> Array:
        """Return the network's losses of the rows of parts, as they count, one after the other."""
        return self._as_they_count(self.losses, [part for part in parts if part in self.losses])

    def baseline_losses_of(self, name: str, *parts: str) -> Array | None:
        """Return a baseline's losses of the same rows, None where it lacks some of them."""
        by_part = self.baselines.get(name, {})
        there = [part for part in parts if len(self.losses.get(part, ()))]
        if not there or any(part not in by_part for part in there):
            return None
        return self._as_they_count(by_part, there)

    def baseline_loss(self, name: str, *parts: str) -> float | None:
        """Return a baseline's mean loss over the same rows, None where it lacks some of them."""
        losses = self.baseline_losses_of(name, *parts)
        return None if losses is None else float(losses.mean())

    def is_behind(self, name: str, *parts: str) -> bool:
        """Return whether a baseline does better than the network on the same rows, beyond chance.

        So it is where the mean difference is that many of its standard errors; never where one of
        two classes has hardly a row, since the next ones may cost more than all others.
        """
        own, rival = self.losses_of(*parts), self.baseline_losses_of(name, *parts)
        if rival is None or len(own) < 2 or self._lacks_rows(parts):
            return False
        ahead = own - rival
        error = float(ahead.std(ddof=1)) / len(ahead) ** 0.5
        return float(ahead.mean()) > DEVIATIONS * error

    def _lacks_rows(self, parts: Sequence[str]) -> bool:
        counts = [np.asarray(self.class_rows[part]) for part in parts if part in self.class_rows]
        return (
            len(counts) > 0 and len(counts[0]) == 2 and int(np.sum(counts, axis=0).min()) < FEWEST
        )

    def _as_they_count(self, losses: Mapping[str, Array], parts: Sequence[str]) -> Array:
        some = [
            np.asarray(losses[part], np.float64) * self.weights.get(part, 1.0) for part in parts
        ]
        return np.concatenate([np.zeros(0), *some])

    def floor_of(self, *seen: Array) -> float:
        """Return what losses are counted from: the least one, or the least that was seen.

        Ratios of losses mean nothing where 0 is not their least: a batch of large counts, or a
        narrow distribution, costs less than 0.
        """
        finite = [losses[np.isfinite(losses)] for losses in seen]
        return min([self.least_loss, *(float(losses.min()) for losses in finite if losses.size)])

    def epoch_curve(self, name: str) -> Array:
        """Return a scalar of each epoch, float64; empty where it is not known."""
        return np.asarray(self.epochs.get(name, ()), np.float64)
