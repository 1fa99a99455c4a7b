"""What a loss needs around it: outputs of the network, form of the targets, reading of predictions.

One class for each family of losses; `objective_for` picks one. Probabilities come out of the same
graph that the backend runs; numbers in standard units are scaled back by the target.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data.any_target import AnyTarget
from pellucid.data.log_scale import LINEAR
from pellucid.data.target import CLASSIFICATION, REGRESSION
from pellucid.dtypes import float64
from pellucid.errors import DataError, OptionError
from pellucid.evaluation.aim import (
    DECISIONS,
    DISTRIBUTION,
    MEAN,
    MEDIAN,
    PROBABILITIES,
    QUANTILE,
    Aim,
)
from pellucid.fitting.constant_losses import least_of_counts, of_codes, of_numbers
from pellucid.graph.node import Node
from pellucid.losses import loss_from
from pellucid.losses.base import Loss
from pellucid.losses.ensemble import MeanOverMembers
from pellucid.parts import named_as
from pellucid.primitives import (
    cast,
    concatenate,
    exp,
    log,
    log_sigmoid,
    log_softmax,
    logsumexp,
    mean,
    reshape,
    sigmoid,
    softmax,
    square,
)
from pellucid.training.metrics import (
    Accuracy,
    MeanAbsolute,
    MeanLoss,
    Metric,
    OfMembers,
    RootMeanSquare,
)

Array = np.ndarray[Any, Any]

SMOOTHED = "softmax_cross_entropy"
"""The loss that smooths labels."""

ENSEMBLE_LOSS = "ensemble_loss"
"""The name of the loss of the members' mean prediction."""


@dataclass(frozen=True)
class Objective(ABC):
    """A loss with what it needs around it.

    With several `members` the network's output is (rows, members, outputs): the loss is the mean of
    the members' losses, a prediction the mean of their predictions, and what is computed after each
    epoch is of that prediction.
    """

    target: AnyTarget
    loss_name: str
    class_weights: tuple[float, ...] | None = None
    quantile: float = 0.5
    label_smoothing: float = 0.0
    members: int = 1

    @property
    @abstractmethod
    def outputs(self) -> int:
        """The number of the network's outputs."""

    def loss(self) -> Loss:
        """Return the loss."""
        loss = self._loss_of_one()
        return loss if self.members == 1 else MeanOverMembers(loss)

    def _loss_of_one(self) -> Loss:
        options = {
            "quantile": {"level": self.quantile},
            SMOOTHED: {"label_smoothing": self.label_smoothing},
        }
        return loss_from({"loss": self.loss_name, **options.get(self.loss_name, {})})

    @property
    def smooths(self) -> bool:
        """Whether the loss has label smoothing."""
        return self.loss_name == SMOOTHED

    def metrics(self) -> tuple[Metric, ...]:
        """Return what is computed after each epoch beside the loss."""
        each = self.metrics_of_one()
        if self.members == 1:
            return each
        together = (*each, MeanLoss(self._loss_of_one(), ENSEMBLE_LOSS))
        return tuple(OfMembers(one, self.pooled) for one in together)

    @property
    def judged_by(self) -> str:
        """The name of the loss, after each epoch, of what is predicted."""
        return "loss" if self.members == 1 else ENSEMBLE_LOSS

    @abstractmethod
    def metrics_of_one(self) -> tuple[Metric, ...]:
        """Return the metrics of a network that is alone."""

    def pooled(self, output: Node) -> Node:
        """Return the output (rows, outputs) of one network that predicts the members' mean."""
        return mean(output, 1)

    @abstractmethod
    def encode(self, codes: Array) -> Array:
        """Return targets as the loss takes them, from class codes or numbers in user's units."""

    def read(self, output: Node) -> Node:
        """Return probabilities (rows, classes), or standard numbers (rows,), from the output."""
        if self.members == 1:
            return self.read_one(output)
        rows, members, outputs = output.shape
        each = self.read_one(reshape(output, (rows * members, outputs)))
        return mean(reshape(each, (rows, members, *each.shape[1:])), 1)

    @abstractmethod
    def read_one(self, output: Node) -> Node:
        """Return what `read` gives, from the output (rows, outputs) of one network."""

    def weights(self, codes: Array) -> Array | None:
        """Return the weight of each row, float32 (rows,), or None where all count the same."""
        return None

    def in_units(self, predicted: Array) -> Array:
        """Return what `read` gave in the user's units: probabilities stay as they are."""
        return predicted

    def constant_loss(self, codes: Array) -> float | None:
        """Return the loss of a network that always says the same, the best it can, where known."""
        losses = self.constant_losses(codes)
        return None if losses is None else float(losses.mean())

    def constant_losses(self, codes: Array) -> Array | None:
        """Return what that costs on each row, as training counts it, float64 (rows,)."""
        return None

    def least_loss(self, codes: Array) -> float:
        """Return what predicting each row exactly costs; 0 also where there is no bound to it."""
        return 0.0

    def spread(self, output: Node) -> Node | None:
        """Return standard deviations in standard units, formed as what `read` gives, or None."""
        return None

    @property
    def kind(self) -> str:
        """What is predicted of each column, in the words of `Aim`; the usual if empty."""
        return ""

    @property
    def aims(self) -> tuple[Aim, ...]:
        """What is predicted of each column: by what the network is to be judged."""
        balanced = self.class_weights is not None
        return tuple(
            Aim(one.task, self.kind, self.quantile, balanced, one.log) for one in self.target.each
        )

    @property
    def aim(self) -> Aim:
        """What is predicted of all columns as one, as `AnyTarget.as_one` makes them one."""
        return self.aims[0] if self.columns == 1 else Aim(self.target.task)

    @property
    def columns(self) -> int:
        """The number of columns that are predicted."""
        return len(self.target.each)


class SoftmaxObjective(Objective):
    """One output for each class: softmax cross-entropy, or the hinge loss."""

    @property
    def outputs(self) -> int:
        """The number of classes."""
        return len(self.target.classes)

    def metrics_of_one(self) -> tuple[Metric, ...]:
        """Return the accuracy."""
        return (Accuracy(),)

    def encode(self, codes: Array) -> Array:
        """Return int32 codes (rows,)."""
        return codes.astype(np.int32)

    def weights(self, codes: Array) -> Array | None:
        """Return each row's class weight."""
        return _row_weights(codes, self.class_weights)

    def pooled(self, output: Node) -> Node:
        """Return the logarithms of the mean probabilities, which the softmax leaves as they are."""
        return _log_mean(log_softmax(output))

    @property
    def kind(self) -> str:
        """Probabilities; of the hinge loss, whose scores are none, decisions."""
        return DECISIONS if self.loss_name == "hinge" else PROBABILITIES

    def constant_losses(self, codes: Array) -> Array | None:
        """Return each row's share of the entropy of the classes, for the cross-entropy."""
        return of_codes(codes, self.weights(codes)) if self.smooths else None

    def read_one(self, output: Node) -> Node:
        """Return the softmax, in float64 so that the sum is 1 to its precision."""
        return softmax(cast(output, float64))


class BinaryObjective(Objective):
    """One output for two classes: binary cross-entropy."""

    @property
    def outputs(self) -> int:
        """One."""
        return 1

    def metrics_of_one(self) -> tuple[Metric, ...]:
        """Return the accuracy."""
        return (Accuracy(),)

    def encode(self, codes: Array) -> Array:
        """Return float32 0 or 1, (rows, 1)."""
        return codes.astype(np.float32).reshape(-1, 1)

    def weights(self, codes: Array) -> Array | None:
        """Return each row's class weight."""
        return _row_weights(codes, self.class_weights)

    def pooled(self, output: Node) -> Node:
        """Return the logit of the mean probability."""
        return _log_mean(log_sigmoid(output)) - _log_mean(log_sigmoid(-output))

    def constant_losses(self, codes: Array) -> Array:
        """Return each row's share of the entropy of the classes as they count."""
        return of_codes(codes, self.weights(codes))

    def read_one(self, output: Node) -> Node:
        """Return the probabilities of both classes, each exact where it is small."""
        logits = cast(output, float64)
        return concatenate([sigmoid(-logits), sigmoid(logits)], 1)


class NumberObjective(Objective):
    """An output in standard units for each number that is predicted."""

    @property
    def outputs(self) -> int:
        """The number of columns that are predicted."""
        return self.columns

    def metrics_of_one(self) -> tuple[Metric, ...]:
        """Return errors in the user's units; none of several numbers, or of logarithms."""
        unit = self.target.unit
        if unit is None:
            return ()
        return tuple(metric(unit, columns=1) for metric in (RootMeanSquare, MeanAbsolute))

    def encode(self, codes: Array) -> Array:
        """Return float32 standard units, (rows, columns)."""
        return self.target.standardise(codes).astype(np.float32).reshape(-1, self.columns)

    @property
    def kind(self) -> str:
        """The mean, the median or a quantile, by the loss."""
        return {"absolute_error": MEDIAN, "quantile": QUANTILE}.get(self.loss_name, MEAN)

    def constant_losses(self, codes: Array) -> Array:
        """Return the losses of the mean, the median, or what else costs least in standard units."""
        truth = self.target.standardise(codes).reshape(-1, self.columns)
        return of_numbers(self.loss_name, truth, self.quantile)

    def read_one(self, output: Node) -> Node:
        """Return the numbers, (rows,), or (rows, columns) of several."""
        return output[self.target.output_index]

    def in_units(self, predicted: Array) -> Array:
        """Scale back."""
        return self.target.restore(predicted)


class GaussianObjective(NumberObjective):
    """Mean and log-variance of each number in standard units: Gaussian negative log-likelihood.

    All means come before all log-variances.
    """

    @property
    def outputs(self) -> int:
        """Two for each number."""
        return 2 * self.columns

    @property
    def kind(self) -> str:
        """The distribution."""
        return DISTRIBUTION

    def spread(self, output: Node) -> Node:
        """Return standard deviations in standard units, (rows,), or (rows, columns) of several."""
        of_one = output if self.members == 1 else self.pooled(output)
        return exp(0.5 * cast(of_one[:, self.columns :], float64))[self.target.output_index]

    def pooled(self, output: Node) -> Node:
        """Return the mean and the log-variance of the mixture of the members' distributions.

        Source: Lakshminarayanan, Pritzel, Blundell, NeurIPS 2017, section 2.4.
        """
        means, logarithms = output[:, :, : self.columns], output[:, :, self.columns :]
        centre = mean(means, 1, keepdims=True)
        variance = mean(exp(logarithms) + square(means - centre), 1)
        return concatenate([centre[:, 0], log(variance)], 1)


class CountObjective(Objective):
    """The logarithm of a rate for each number: Poisson."""

    @property
    def outputs(self) -> int:
        """The number of columns that are predicted."""
        return self.columns

    def metrics_of_one(self) -> tuple[Metric, ...]:
        """Return nothing beside the loss: the output is a logarithm."""
        return ()

    def encode(self, codes: Array) -> Array:
        """Return float32 counts, (rows, columns)."""
        if codes.size and float(codes.min()) < 0:
            raise DataError(
                f"the Poisson loss needs counts of at least 0, but column '{self.target.name}' "
                f"has {codes.min():g}"
            )
        return codes.astype(np.float32).reshape(-1, self.columns)

    def constant_losses(self, codes: Array) -> Array:
        """Return the losses of the mean rates."""
        truth = codes.astype(np.float64).reshape(-1, self.columns)
        return of_numbers(self.loss_name, truth, self.quantile)

    def least_loss(self, codes: Array) -> float:
        """Return the loss of the counts themselves as rates, which is below 0 of large ones."""
        return least_of_counts(codes.astype(np.float64))

    def pooled(self, output: Node) -> Node:
        """Return the logarithms of the mean rates."""
        return _log_mean(output)

    def read_one(self, output: Node) -> Node:
        """Return the rates, (rows,), or (rows, columns) of several."""
        return exp(cast(output, float64))[self.target.output_index]


_OBJECTIVES: dict[str, dict[str, type[Objective]]] = {
    CLASSIFICATION: {
        "softmax_cross_entropy": SoftmaxObjective,
        "binary_cross_entropy": BinaryObjective,
        "hinge": SoftmaxObjective,
    },
    REGRESSION: {
        "squared_error": NumberObjective,
        "absolute_error": NumberObjective,
        "huber": NumberObjective,
        "quantile": NumberObjective,
        "gaussian_nll": GaussianObjective,
        "poisson": CountObjective,
    },
}


def losses_for(task: str) -> Sequence[str]:
    """Return the names of the losses that fit a task, the default first."""
    return tuple(_OBJECTIVES[task])


def objective_for(
    target: AnyTarget,
    loss: str | None,
    class_weight: str,
    codes: Array,
    quantile: float = 0.5,
    label_smoothing: float = 0.0,
    members: int = 1,
) -> Objective:
    """Return the objective for a target.

    Args:
        target: the column to be predicted.
        loss: the name of a loss that fits its task; None for the task's default.
        class_weight: "none" or "balanced".
        codes: the training rows' class codes or numbers.
        quantile: the level of the quantile loss.
        label_smoothing: the share of each class that the softmax cross-entropy spreads evenly.
        members: how many networks the output is of.

    Raises:
        OptionError: the loss does not fit.
    """
    choices = _OBJECTIVES[target.task]
    wanted = losses_for(target.task)[0] if loss is None else loss
    name = named_as(f"loss for {target.task}", wanted, choices)
    classes = target.classes
    if choices[name] is BinaryObjective and len(classes) != 2:
        raise OptionError(
            f"loss binary_cross_entropy needs 2 classes, '{target.name}' has {len(classes)}"
        )
    if choices[name] is CountObjective and _is_logarithmic(target):
        raise OptionError("the Poisson loss predicts rates already: target_scale must be linear")
    weights = None
    if class_weight == "balanced" and classes:
        counts = np.bincount(codes, minlength=len(classes))
        weights = tuple((len(codes) / (len(counts) * np.maximum(counts, 1))).tolist())
    return choices[name](target, name, weights, quantile, label_smoothing, members)


def _log_mean(logarithms: Node) -> Node:
    """Return the logarithm of the mean over the members, (rows, outputs)."""
    return logsumexp(logarithms, 1) - float(np.log(logarithms.shape[1]))


def _is_logarithmic(target: AnyTarget) -> bool:
    return any(one.log != LINEAR for one in target.each)


def _row_weights(codes: Array, class_weights: tuple[float, ...] | None) -> Array | None:
    if class_weights is None:
        return None
    return np.asarray(class_weights, np.float32)[codes]
