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

from pellucid.data.target import CLASSIFICATION, REGRESSION, Target
from pellucid.dtypes import float64
from pellucid.errors import DataError, OptionError
from pellucid.graph.node import Node
from pellucid.losses import loss_from
from pellucid.losses.base import Loss
from pellucid.parts import named_as
from pellucid.primitives import cast, concatenate, exp, sigmoid, softmax
from pellucid.training.metrics import (
    Accuracy,
    BinaryAccuracy,
    MeanAbsolute,
    Metric,
    RootMeanSquare,
)

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Objective(ABC):
    """A loss with what it needs around it."""

    target: Target
    loss_name: str
    class_weights: tuple[float, ...] | None = None
    quantile: float = 0.5

    @property
    @abstractmethod
    def outputs(self) -> int:
        """The number of the network's outputs."""

    def loss(self) -> Loss:
        """Return the loss."""
        options = {"level": self.quantile} if self.loss_name == "quantile" else {}
        return loss_from({"loss": self.loss_name, **options})

    @abstractmethod
    def metrics(self) -> tuple[Metric, ...]:
        """Return what is computed after each epoch beside the loss."""

    @abstractmethod
    def encode(self, codes: Array) -> Array:
        """Return targets as the loss takes them, from class codes or numbers in user's units."""

    @abstractmethod
    def read(self, output: Node) -> Node:
        """Return probabilities (rows, classes), or standard numbers (rows,), from the output."""

    def weights(self, codes: Array) -> Array | None:
        """Return the weight of each row, float32 (rows,), or None where all count the same."""
        return None

    def in_units(self, read: Array) -> Array:
        """Return what `read` gave in the user's units: probabilities stay as they are."""
        return read


class SoftmaxObjective(Objective):
    """One output for each class: softmax cross-entropy, or the hinge loss."""

    @property
    def outputs(self) -> int:
        """The number of classes."""
        return len(self.target.classes)

    def metrics(self) -> tuple[Metric, ...]:
        """Return the accuracy."""
        return (Accuracy(),)

    def encode(self, codes: Array) -> Array:
        """Return int32 codes (rows,)."""
        return codes.astype(np.int32)

    def weights(self, codes: Array) -> Array | None:
        """Return each row's class weight."""
        return _row_weights(codes, self.class_weights)

    def read(self, output: Node) -> Node:
        """Return the softmax, in float64 so that the sum is 1 to its precision."""
        return softmax(cast(output, float64))


class BinaryObjective(Objective):
    """One output for two classes: binary cross-entropy."""

    @property
    def outputs(self) -> int:
        """One."""
        return 1

    def metrics(self) -> tuple[Metric, ...]:
        """Return the accuracy."""
        return (BinaryAccuracy(),)

    def encode(self, codes: Array) -> Array:
        """Return float32 0 or 1, (rows, 1)."""
        return codes.astype(np.float32).reshape(-1, 1)

    def weights(self, codes: Array) -> Array | None:
        """Return each row's class weight."""
        return _row_weights(codes, self.class_weights)

    def read(self, output: Node) -> Node:
        """Return the probabilities of both classes, each exact where it is small."""
        logits = cast(output, float64)
        return concatenate([sigmoid(-logits), sigmoid(logits)], 1)


class NumberObjective(Objective):
    """One output for a number in standard units."""

    @property
    def outputs(self) -> int:
        """One."""
        return 1

    def metrics(self) -> tuple[Metric, ...]:
        """Return errors in the user's units."""
        return (RootMeanSquare(self.target.scale), MeanAbsolute(self.target.scale))

    def encode(self, codes: Array) -> Array:
        """Return float32 standard units, (rows, 1)."""
        return self.target.standardise(codes).astype(np.float32).reshape(-1, 1)

    def read(self, output: Node) -> Node:
        """Return the output, (rows,)."""
        return output[:, 0]

    def in_units(self, read: Array) -> Array:
        """Scale back."""
        return self.target.restore(read)


class GaussianObjective(NumberObjective):
    """Two outputs, mean and log-variance in standard units: Gaussian negative log-likelihood."""

    @property
    def outputs(self) -> int:
        """Two."""
        return 2

    def metrics(self) -> tuple[Metric, ...]:
        """Return errors of the mean in the user's units."""
        scale = self.target.scale
        return (RootMeanSquare(scale, columns=1), MeanAbsolute(scale, columns=1))


class CountObjective(Objective):
    """One output, the logarithm of a rate: Poisson."""

    @property
    def outputs(self) -> int:
        """One."""
        return 1

    def metrics(self) -> tuple[Metric, ...]:
        """Return nothing beside the loss: the output is a logarithm."""
        return ()

    def encode(self, codes: Array) -> Array:
        """Return float32 counts, (rows, 1)."""
        if codes.size and float(codes.min()) < 0:
            raise DataError(
                f"the Poisson loss needs counts of at least 0, but column '{self.target.name}' "
                f"has {codes.min():g}"
            )
        return codes.astype(np.float32).reshape(-1, 1)

    def read(self, output: Node) -> Node:
        """Return the rate, (rows,)."""
        return exp(cast(output[:, 0], float64))


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
    target: Target, loss: str | None, class_weight: str, codes: Array, quantile: float = 0.5
) -> Objective:
    """Return the objective for a target.

    Args:
        target: the column to be predicted.
        loss: the name of a loss that fits its task; None for the task's default.
        class_weight: "none" or "balanced".
        codes: the training rows' class codes or numbers.
        quantile: the level of the quantile loss.

    Raises:
        OptionError: the loss does not fit, or class weights are asked for numbers.
    """
    choices = _OBJECTIVES[target.task]
    wanted = losses_for(target.task)[0] if loss is None else loss
    name = named_as(f"loss for {target.task}", wanted, choices)
    if choices[name] is BinaryObjective and len(target.classes) != 2:
        raise OptionError(
            f"loss binary_cross_entropy needs 2 classes, '{target.name}' has {len(target.classes)}"
        )
    weights = None
    if class_weight == "balanced":
        if target.task != CLASSIFICATION:
            raise OptionError(f"class_weight needs classes, but '{target.name}' is a number")
        counts = np.bincount(codes, minlength=len(target.classes))
        weights = tuple((len(codes) / (len(counts) * np.maximum(counts, 1))).tolist())
    return choices[name](target, name, weights, quantile)


def _row_weights(codes: Array, class_weights: tuple[float, ...] | None) -> Array | None:
    if class_weights is None:
        return None
    return np.asarray(class_weights, np.float32)[codes]
