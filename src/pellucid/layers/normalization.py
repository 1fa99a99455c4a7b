"""Layers that bring features to mean 0 and variance 1: over the batch, or within each row."""

from __future__ import annotations

from typing import Any

from pellucid import primitives as p
from pellucid.graph.node import Node
from pellucid.layers.base import Layer, parameter, state
from pellucid.layers.mode import Mode
from pellucid.parts import require_number
from pellucid.shapes import size


class BatchNorm(Layer):
    """scale (x - mean) / sqrt(variance + epsilon) + shift, with the statistics of each feature.

    In training mean and variance are the batch's, over all axes but the last; the variance is the
    biased one, divided by the number n of values. In evaluation they are the running ones:
    momentum times the old plus 1 - momentum times the batch's mean, or its unbiased variance
    (divided by n - 1), as in the paper. A batch of one row uses the running statistics in training
    too, and does not change them.

    Parameters `scale` and `shift`, states `mean` and `variance`, all (features,).

    Source: Ioffe, Szegedy, "Batch normalization: accelerating deep network training by reducing
    internal covariate shift", 2015, algorithms 1 and 2.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> layer = BatchNorm()
        >>> layer(input_node("x", (32, 10))).shape, list(layer.states())
        ((32, 10), ['mean', 'variance'])
    """

    scale: Node
    shift: Node
    mean: Node
    variance: Node

    def __init__(
        self, momentum: float = 0.9, epsilon: float = 1e-5, name: str | None = None
    ) -> None:
        """Choose the constants.

        Args:
            momentum: how much of the running statistics a step keeps, from 0 to 1.
            epsilon: added to the variance, above 0.
            name: of the layer.

        Raises:
            OptionError: a constant is out of range.
        """
        self.momentum, self.epsilon, self.name = momentum, epsilon, name
        require_number(self, "momentum", at_least=0, at_most=1)
        require_number(self, "epsilon", above=0)

    def options(self) -> dict[str, Any]:
        """Return the constants."""
        return {"momentum": self.momentum, "epsilon": self.epsilon}

    def build(self, x: Node) -> None:
        """Create parameters and statistics."""
        self._require_float(x)
        self._require_rows(x, "(rows, .., features)", 2)
        width = x.shape[-1:]
        self.scale, self.shift = (
            parameter(width, "ones", x.dtype),
            parameter(width, "zeros", x.dtype),
        )
        self.mean, self.variance = state(width, 0.0, x.dtype), state(width, 1.0, x.dtype)

    def call(self, x: Node, mode: Mode) -> Node:
        """Return the normalized x, of its shape, (rows, .., features)."""
        self._require_rows(x, "(rows, .., features)", 2)
        self._require_like(x, self.scale.shape[0], self.scale.dtype)
        if not mode.training or x.shape[0] == 1:
            spread = p.rsqrt(self.variance + self.epsilon)
            return (x - self.mean) * (spread * self.scale) + self.shift
        axes = tuple(range(x.rank - 1))
        self._update(x, axes, mode)
        return p.normalize(x, axes, self.epsilon) * self.scale + self.shift

    def _update(self, x: Node, axes: tuple[int, ...], mode: Mode) -> None:
        count = size(x.shape[:-1])
        unbiased = p.variance(x, axes) * (count / (count - 1))
        for leaf, seen in ((self.mean, p.mean(x, axes)), (self.variance, unbiased)):
            mode.update(leaf, self.momentum * mode.latest(leaf) + (1.0 - self.momentum) * seen)


class LayerNorm(Layer):
    """scale (x - mean) / sqrt(variance + epsilon) + shift, with the statistics of each row.

    Mean and (biased) variance are taken along the last axis, in training and evaluation alike.

    Parameters `scale` and `shift`, (features,).

    Source: Ba, Kiros, Hinton, "Layer normalization", 2016.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> LayerNorm()(input_node("x", (32, 10))).shape
        (32, 10)
    """

    scale: Node
    shift: Node

    def __init__(self, epsilon: float = 1e-5, name: str | None = None) -> None:
        """Choose the constant.

        Args:
            epsilon: added to the variance, above 0.
            name: of the layer.

        Raises:
            OptionError: epsilon is out of range.
        """
        self.epsilon, self.name = epsilon, name
        require_number(self, "epsilon", above=0)

    def options(self) -> dict[str, Any]:
        """Return the constant."""
        return {"epsilon": self.epsilon}

    def build(self, x: Node) -> None:
        """Create the parameters."""
        self._require_float(x)
        self._require_rows(x, "(rows, .., features)", 2)
        width = x.shape[-1:]
        self.scale, self.shift = (
            parameter(width, "ones", x.dtype),
            parameter(width, "zeros", x.dtype),
        )

    def call(self, x: Node, mode: Mode) -> Node:
        """Return the normalized x, of its shape, (rows, .., features)."""
        self._require_rows(x, "(rows, .., features)", 2)
        self._require_like(x, self.scale.shape[0], self.scale.dtype)
        return p.normalize(x, -1, self.epsilon) * self.scale + self.shift
