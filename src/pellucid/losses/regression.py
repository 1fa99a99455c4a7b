"""Losses for numbers.

But for `GaussianNLL`, prediction and target have one shape, (rows, ..), and one type, and the error
of a row is the mean over its outputs.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from math import log, pi
from typing import ClassVar

from pellucid import primitives as p
from pellucid.errors import ShapeError
from pellucid.graph.node import Node, describe
from pellucid.losses.base import Loss
from pellucid.losses.checks import (
    mean_over_outputs,
    require_alike,
    require_float,
    require_shape,
)
from pellucid.parts import require_number


class ElementLoss(Loss):
    """A loss that is a function of each output and its target; prediction and target are alike."""

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the mean over the outputs, (rows,).

        Args:
            prediction: floats (rows, ..).
            target: of the same shape and type.

        Raises:
            ShapeError: their shapes differ.
            DTypeError: their types differ, or are no floats.
        """
        require_alike(self.name, prediction, target)
        return mean_over_outputs(self.per_element(prediction, target))

    @abstractmethod
    def per_element(self, prediction: Node, target: Node) -> Node:
        """Return the error of each output, of the prediction's shape."""


@dataclass(frozen=True)
class SquaredError(ElementLoss):
    """(x - t)^2, not halved.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import constant_node
        >>> x, t = constant_node([[1.0, 2.0]], "float32"), constant_node([[0.0, 0.0]], "float32")
        >>> evaluate(SquaredError()(x, t), {}).item()
        2.5
    """

    name: ClassVar[str] = "squared_error"

    def per_element(self, prediction: Node, target: Node) -> Node:
        """Return (x - t)^2."""
        return p.square(prediction - target)


@dataclass(frozen=True)
class AbsoluteError(ElementLoss):
    """|x - t|, with derivative 0 where they are equal."""

    name: ClassVar[str] = "absolute_error"

    def per_element(self, prediction: Node, target: Node) -> Node:
        """Return |x - t|."""
        return abs(prediction - target)


@dataclass(frozen=True)
class Huber(ElementLoss):
    """d^2 / 2 where d = |x - t| <= delta, else delta (d - delta / 2).

    Attributes:
        delta: the error from which on it grows linearly, above 0.

    Source: Huber, "Robust estimation of a location parameter", 1964.
    """

    delta: float = 1.0
    name: ClassVar[str] = "huber"

    def __post_init__(self) -> None:
        """Check delta."""
        require_number(self, "delta", above=0)

    def per_element(self, prediction: Node, target: Node) -> Node:
        """Return the loss as c (d - c / 2) with c = min(d, delta), which does not overflow."""
        distance = abs(prediction - target)
        clipped = p.minimum(distance, self.delta)
        return clipped * (distance - 0.5 * clipped)


@dataclass(frozen=True)
class Quantile(ElementLoss):
    """The pinball loss: level (t - x) where t > x, else (1 - level) (x - t).

    It is least at the quantile of that level. Where t = x the derivative is the mean of both
    sides'.

    Attributes:
        level: of the quantile, between 0 and 1.

    Source: Koenker, Bassett, "Regression quantiles", 1978.
    """

    level: float
    name: ClassVar[str] = "quantile"

    def __post_init__(self) -> None:
        """Check the level."""
        require_number(self, "level", above=0, below=1)

    def per_element(self, prediction: Node, target: Node) -> Node:
        """Return the larger of the two lines."""
        above = target - prediction
        return p.maximum(self.level * above, (self.level - 1.0) * above)


@dataclass(frozen=True)
class Poisson(ElementLoss):
    """e^x - t x: the negative log-likelihood of a count t when x is the logarithm of the rate.

    The constant log(t!) is left out.
    """

    name: ClassVar[str] = "poisson"

    def per_element(self, prediction: Node, target: Node) -> Node:
        """Return e^x - t x."""
        return p.exp(prediction) - target * prediction


@dataclass(frozen=True)
class GaussianNLL(Loss):
    """(log(2 pi) + s + (m - t)^2 / e^s) / 2: the negative log-likelihood of t.

    The prediction has the means m and then the logarithms s of the variances, (rows, 2 k) for
    targets (rows, k): (rows, 2) for targets (rows, 1). The error of a row is the mean over k.

    Source: Nix, Weigend, "Estimating the mean and variance of the target probability
    distribution", 1994.
    """

    name: ClassVar[str] = "gaussian_nll"

    def per_row(self, prediction: Node, target: Node) -> Node:
        """Return the negative log-likelihood of each row, (rows,).

        Raises:
            ShapeError: the prediction is not (rows, 2 k), or the target not (rows, k).
            DTypeError: their types differ, or are no floats.
        """
        require_float(self.name, prediction)
        if prediction.rank != 2 or prediction.shape[1] % 2 or not prediction.shape[1]:
            raise ShapeError(
                f"{self.name} needs predictions (rows, 2 k): k means, then k logarithms of "
                f"variances; got {describe(prediction)}"
            )
        rows, outputs = prediction.shape[0], prediction.shape[1] // 2
        require_shape(self.name, "target", target, (rows, outputs), prediction)
        means, logarithms = prediction[:, :outputs], prediction[:, outputs:]
        require_alike(self.name, means, target)
        # Of the root, so that the exponential overflows late; and an exact mean stays exact then.
        scaled = p.multiply_no_nan(means - target, p.exp(-0.5 * logarithms))
        return mean_over_outputs(0.5 * (log(2.0 * pi) + logarithms + p.square(scaled)))
