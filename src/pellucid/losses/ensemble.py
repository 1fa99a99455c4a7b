"""The loss of networks that are trained side by side, from the loss of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pellucid.errors import ShapeError
from pellucid.graph.node import Node, describe
from pellucid.losses.base import Loss
from pellucid.parts import require_kind
from pellucid.primitives import broadcast, expand_dims, mean, reshape


@dataclass(frozen=True)
class MeanOverMembers(Loss):
    """The mean of the members' losses, for predictions (rows, members, ..).

    It is not the loss of their mean: for that, a member would be trained to mend the others'
    errors, so that members fit together what none fits alone, and overfit as one large network
    does. Here each is trained as if it were alone, its error is its own, and errors that differ
    cancel when the finished members' predictions are averaged: for a convex loss, the loss of that
    mean is never above this one. Gradients of different members do not touch each other, but where
    they share layers.

    Attributes:
        inner: the loss of one member, as it is for predictions (rows, ..).

    Source: Lakshminarayanan, Pritzel, Blundell, NeurIPS 2017; Gorishniy, Kotelnikov, Babenko,
    "TabM: advancing tabular deep learning with parameter-efficient ensembling", ICLR 2025, section
    3, for members that share layers.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import constant_node
        >>> from pellucid.losses.regression import SquaredError
        >>> x = constant_node([[[1.0], [3.0]]], "float32")  # one row, two members
        >>> evaluate(MeanOverMembers(SquaredError())(x, constant_node([[2.0]], "float32")), {})
        array(1., dtype=float32)
    """

    inner: Loss
    name: ClassVar[str] = "mean_over_members"

    def __post_init__(self) -> None:
        """Check the loss."""
        require_kind(self, "inner", Loss, "a Loss")

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the mean over the members of each row's loss, (rows,).

        Args:
            prediction: (rows, members, ..), each member's as the inner loss takes it.
            target: (rows, ..), as the inner loss takes it.

        Raises:
            ShapeError: there is no axis of members, or the inner loss refuses the shapes.
            DTypeError: the inner loss refuses the types.
        """
        if prediction.rank < 2 or not target.rank or prediction.shape[0] != target.shape[0]:
            raise ShapeError(
                f"{self.name} needs predictions (rows, members, ..) and a target for each row, "
                f"got {describe(prediction)} and {describe(target)}"
            )
        rows, members = prediction.shape[:2]
        flat = reshape(prediction, (rows * members, *prediction.shape[2:]))
        repeated = broadcast(expand_dims(target, 1), (rows, members, *target.shape[1:]))
        same = reshape(repeated, (rows * members, *target.shape[1:]))
        return mean(reshape(self.inner.per_row(flat, same), (rows, members)), 1)

    def row_weights(self, prediction: Node, target: Node) -> Node | None:
        """Return the weight that the inner loss gives to each row, or None."""
        return self.inner.row_weights(prediction[:, 0], target)
