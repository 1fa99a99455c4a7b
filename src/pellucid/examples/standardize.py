"""A first layer that lets a network take numbers in the user's units."""

from __future__ import annotations

from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.graph.node import Node, input_node
from pellucid.layers.base import Layer
from pellucid.layers.mode import Mode
from pellucid.primitives import mean, sqrt, variance


class Standardize(Layer):
    """(x - mean) / deviation, with the mean and standard deviation of each training feature.

    Attributes:
        mean: (features,).
        deviation: (features,).

    Example:
        >>> import numpy as np
        >>> layer = Standardize(np.array([[150.0], [170.0]], np.float32))
        >>> layer.mean, layer.deviation
        (array([160.], dtype=float32), array([10.], dtype=float32))
    """

    def __init__(self, rows: Array) -> None:
        """Learn from the training rows, float32 (rows, features)."""
        x = input_node("rows", rows.shape)
        self.mean, self.deviation = evaluate([mean(x, 0), sqrt(variance(x, 0))], {x: rows})

    def call(self, x: Node, mode: Mode) -> Node:
        """Return x in standard units."""
        return (x - self.mean) / self.deviation
