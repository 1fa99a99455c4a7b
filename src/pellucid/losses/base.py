"""What a loss is: the error of each row, and its weighted mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import is_dataclass
from typing import Any, ClassVar, Literal

from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import Node, describe
from pellucid.parts import options_of
from pellucid.primitives import equal, multiply, multiply_no_nan, sum, where

Reduction = Literal["mean", "sum", "none"]


class Loss(ABC):
    """The error of predictions.

    `per_row` gives one number l a row. Calling the loss reduces them, with sample weights w (1
    where none are given) and the weights c that the loss itself gives to rows (class weights; 1
    for most losses):

        "none"   w l
        "sum"    sum(w l)
        "mean"   sum(w l) / sum(w c), and 0 where sum(w c) is 0

    l has the factor c in it. A row whose weight w is 0 counts for nothing, even if its error is
    infinite.

    A loss is a frozen dataclass; its fields are its options.
    """

    name: ClassVar[str]

    @abstractmethod
    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the error of each row, (rows,), from whatever shapes the loss documents.

        Raises:
            ShapeError: the shapes are not exactly those: nothing is broadcast.
            DTypeError: the types are not those that the loss documents.
        """

    def row_weights(self, prediction: Node, target: Node) -> Node | None:
        """Return the weight c that the loss itself gives to each row, (rows,); None for 1."""
        return None

    def configuration(self) -> dict[str, Any]:
        """Return what `loss_from` needs to make an equal one: {"loss": .., ..}."""
        return {"loss": self.name, **(options_of(self) if is_dataclass(self) else {})}

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

        Raises:
            ShapeError: shapes are not exactly those that the loss documents.
            DTypeError: types are not.
            OptionError: there is no such reduction.
        """
        errors = self.per_row(prediction, target)
        if weights is not None:
            self._check_weights(weights, errors)
        weighted = errors if weights is None else multiply_no_nan(weights, errors)
        if reduction == "none":
            return weighted
        if reduction == "sum":
            return sum(weighted)
        if reduction != "mean":
            raise OptionError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
        own = self.row_weights(prediction, target)
        counted = weights if own is None else own if weights is None else multiply(weights, own)
        if counted is None:
            return sum(weighted) / float(errors.shape[0])
        total = sum(counted)
        return where(equal(total, 0.0), 0.0, sum(weighted) / total)

    def _check_weights(self, weights: Node, errors: Node) -> None:
        if weights.shape != errors.shape:
            raise ShapeError(
                f"{self.name} needs a weight for each of {errors.shape[0]} rows, "
                f"of shape {errors.shape}, got {describe(weights)}"
            )
        if weights.dtype != errors.dtype:
            raise DTypeError(
                f"{self.name} needs weights of {errors.dtype}, as the prediction, "
                f"got {weights.dtype} of {describe(weights)}: cast them"
            )
