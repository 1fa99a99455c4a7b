"""Metrics that the run program computes after each epoch, as means over rows.

A metric is one number a row, averaged over a data set, and perhaps finished by a last step, such as
the root of the mean square. Metrics that need all rows at once (AUC) are computed at the end, by
the room `evaluation`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping

from pellucid.dtypes import float64
from pellucid.errors import OptionError, ShapeError
from pellucid.graph.node import Node, describe, state_node
from pellucid.losses import Loss, zero_one
from pellucid.losses.checks import mean_over_outputs
from pellucid.parts import find_named
from pellucid.primitives import cast, multiply_no_nan, sqrt, square, sum
from pellucid.primitives.arithmetic import abs


class Metric(ABC):
    """A mean over rows: `per_row` is averaged, `finish` is applied to the mean.

    Attributes:
        name: what it is recorded under, after the name of the data set.
        greater_is_better: whether the best epoch is that with the largest value.
        weighted: whether rows count by their weights, as they do in the loss; else each counts as
            one, so that a share of rows is one.
    """

    name: str
    greater_is_better: bool = False
    weighted: bool = False

    @abstractmethod
    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return one number a row, (rows,)."""

    def finish(self, mean: Node) -> Node:
        """Return the metric from the mean, both float64 scalars."""
        return mean

    def state(self) -> Mapping[str, Node]:
        """Return what the metric reads of the state, by name: numbers that the data decide."""
        return {}


class Accuracy(Metric):
    """The share of rows whose class is predicted, nan if a prediction is; see `zero_one`."""

    name = "accuracy"
    greater_is_better = True

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return 1 for a hit and 0 for a miss."""
        return 1.0 - zero_one(prediction, target)


class NumberMetric(Metric):
    """A metric of differences in the user's units.

    The scale is part of the state, not of the graph, so that a program compiled for one split of a
    table serves another.
    """

    def __init__(self, scale: float = 1.0, columns: int | None = None) -> None:
        """Choose the units.

        Args:
            scale: the user's units in one unit of the network's.
            columns: of a prediction (rows, outputs) only so many are compared; all if None.
        """
        self.columns = columns
        self._scale = state_node(f"{self.name} scale", (), float64, initial=float(scale))

    def state(self) -> Mapping[str, Node]:
        """Return the scale."""
        return {f"{self.name}.scale": self._scale}

    def difference(self, prediction: Node, target: Node) -> Node:
        """Return prediction less target in the user's units, float64.

        Raises:
            ShapeError: they are not of one type.
        """
        compared = prediction if self.columns is None else prediction[:, : self.columns]
        if compared.type != target.type:
            raise ShapeError(
                f"{self.name} needs predictions and targets of one type, "
                f"got {describe(compared)} and {describe(target)}"
            )
        # In float64, since the user's units may be beyond float32.
        return cast(compared - target, float64) * self._scale


class RootMeanSquare(NumberMetric):
    """The root of the mean squared error."""

    name = "rmse"

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the squared error."""
        return mean_over_outputs(square(self.difference(prediction, target)))

    def finish(self, mean: Node) -> Node:
        """Return the root."""
        return sqrt(mean)


class MeanAbsolute(NumberMetric):
    """The mean absolute error."""

    name = "mae"

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the absolute error."""
        return mean_over_outputs(abs(self.difference(prediction, target)))


class MeanLoss(Metric):
    """The mean of a loss that is not what the network is trained by."""

    weighted = True

    def __init__(self, loss: Loss, name: str) -> None:
        """Take the loss, which gives rows no weights of their own, and the name of its mean."""
        self.loss, self.name = loss, name

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the loss of each row."""
        return self.loss.per_row(prediction, target)


class OfMembers(Metric):
    """A metric of several networks together, whose predictions are (rows, members, ..).

    `pooled` makes a prediction (rows, ..) of them, which the metric reads.
    """

    def __init__(self, inner: Metric, pooled: Callable[[Node], Node]) -> None:
        """Take the metric of one network."""
        self.inner, self.pooled = inner, pooled
        self.name, self.greater_is_better = inner.name, inner.greater_is_better
        self.weighted = inner.weighted

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the inner metric of each row."""
        return self.inner.per_row(self.pooled(prediction), target)

    def finish(self, mean: Node) -> Node:
        """Return what the inner metric makes of the mean."""
        return self.inner.finish(mean)

    def state(self) -> Mapping[str, Node]:
        """Return what the inner metric reads."""
        return self.inner.state()


METRICS: dict[str, type[Metric]] = {
    "accuracy": Accuracy,
    "rmse": RootMeanSquare,
    "mae": MeanAbsolute,
}
"""What can be asked for by name; errors are then in the units of the target."""


def metrics_from(value: str | Metric | Iterable[str | Metric]) -> tuple[Metric, ...]:
    """Return metrics.

    Args:
        value: some, or one; each itself or a name of `METRICS`.

    Raises:
        OptionError: there is no such metric.

    Example:
        >>> [metric.name for metric in metrics_from(("accuracy", RootMeanSquare(10.0)))]
        ['accuracy', 'rmse']
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        value = (value,)
    return tuple(_metric_from(one) for one in value)


def _metric_from(value: object) -> Metric:
    if isinstance(value, Metric):
        return value
    if isinstance(value, str):
        return find_named("metric", value, METRICS)()
    raise OptionError(f"a metric is a Metric or a name ({', '.join(METRICS)}), got {value!r}")


def weighted_sum(per_row: Node, weights: Node) -> Node:
    """Return the sum of rows times weights, a float64 scalar; a weight of 0 leaves a row out."""
    return sum(cast(multiply_no_nan(cast(weights, per_row.dtype), per_row), float64))
