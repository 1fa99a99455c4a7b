"""Metrics that the run program computes after each epoch, as means over rows.

A metric is one number a row, averaged over a data set, and perhaps finished by a last step, such as
the root of the mean square. Metrics that need all rows at once (AUC) are computed at the end, in
`scores`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from pellucid.dtypes import float64
from pellucid.errors import ShapeError
from pellucid.graph.node import Node, describe
from pellucid.losses import zero_one
from pellucid.losses.checks import mean_over_outputs
from pellucid.primitives import cast, equal, greater, multiply_no_nan, sqrt, square, sum
from pellucid.primitives.arithmetic import abs


class Metric(ABC):
    """A mean over rows: `per_row` is averaged, `finish` is applied to the mean."""

    name: str
    greater_is_better: bool = False

    @abstractmethod
    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return one number a row, (rows,)."""

    def finish(self, mean: Node) -> Node:
        """Return the metric from the mean, both float64 scalars."""
        return mean


class Accuracy(Metric):
    """The share of rows whose class is predicted."""

    name = "accuracy"
    greater_is_better = True

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return 1 for a hit and 0 for a miss."""
        return 1.0 - zero_one(prediction, target)


class BinaryAccuracy(Metric):
    """The share of rows whose logit, (rows, 1), has the sign of its class, 0 or 1."""

    name = "accuracy"
    greater_is_better = True

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return 1 for a hit and 0 for a miss."""
        said = cast(greater(prediction, 0.0), target.dtype)
        return mean_over_outputs(cast(equal(said, target), prediction.dtype))


@dataclass(frozen=True)
class RootMeanSquare(Metric):
    """The root of the mean squared error.

    `scale` brings it to the user's units; of a prediction (rows, outputs) only the first `columns`
    are compared, all of them without it.
    """

    scale: float = 1.0
    columns: int | None = None
    name = "rmse"

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the squared error."""
        return mean_over_outputs(square(_difference(self, prediction, target)))

    def finish(self, mean: Node) -> Node:
        """Return the root."""
        return sqrt(mean)


@dataclass(frozen=True)
class MeanAbsolute(Metric):
    """The mean absolute error; `scale` and `columns` as in `RootMeanSquare`."""

    scale: float = 1.0
    columns: int | None = None
    name = "mae"

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the absolute error."""
        return mean_over_outputs(abs(_difference(self, prediction, target)))


def weighted_sum(per_row: Node, weights: Node) -> Node:
    """Return the sum of rows times weights, a float64 scalar; a weight of 0 leaves a row out."""
    return sum(cast(multiply_no_nan(cast(weights, per_row.dtype), per_row), float64))


def _difference(metric: RootMeanSquare | MeanAbsolute, prediction: Node, target: Node) -> Node:
    compared = prediction if metric.columns is None else prediction[:, : metric.columns]
    if compared.type != target.type:
        raise ShapeError(
            f"{metric.name} needs predictions and targets of one type, "
            f"got {describe(compared)} and {describe(target)}"
        )
    # In float64, since the user's units may be beyond float32.
    return cast(compared - target, float64) * metric.scale
