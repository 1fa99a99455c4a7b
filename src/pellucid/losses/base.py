"""What a loss is: the error of each row, and its weighted mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Literal

from pellucid.errors import OptionError, ShapeError
from pellucid.graph.node import Node, describe
from pellucid.primitives import sum
from pellucid.primitives.arithmetic import multiply

Reduction = Literal["mean", "sum", "none"]


class Loss(ABC):
    """The error of predictions.

    `per_row` gives one number a row. Calling the loss reduces them: "mean", the default, is
    sum(w l) / sum(w) with sample weights w (1 where none are given), "sum" is sum(w l), "none" is w
    l.
    """

    name: str

    @abstractmethod
    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the error of each row, (rows,), from whatever shapes the loss documents.

        Raises:
            ShapeError: the shapes are not exactly those: nothing is broadcast.
        """

    @abstractmethod
    def configuration(self) -> dict[str, Any]:
        """Return what `loss_from` needs to make an equal one: {"loss": .., ..}."""

    def __call__(
        self,
        prediction: Node,
        target: Node,
        weights: Node | None = None,
        reduction: Reduction = "mean",
    ) -> Node:
        """Return the reduced loss.

        Args:
            prediction: what the network gives, (rows, ..).
            target: what it should give.
            weights: the weight of each row, (rows,), of the prediction's type.
            reduction: "mean", "sum" or "none".
        """
        errors = self.per_row(prediction, target)
        if weights is not None and weights.shape != errors.shape:
            raise ShapeError(
                f"{self.name} needs a weight for each of {errors.shape[0]} rows, "
                f"got {describe(weights)}"
            )
        weighted = errors if weights is None else multiply(weights, errors)
        if reduction == "none":
            return weighted
        if reduction == "sum":
            return sum(weighted)
        if reduction == "mean":
            total = float(errors.shape[0]) if weights is None else sum(weights)
            return sum(weighted) / total
        raise OptionError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
