"""The layer that drops units at random in training."""

from __future__ import annotations

from typing import Any

from pellucid.errors import OptionError
from pellucid.graph.node import Node
from pellucid.layers.base import Layer
from pellucid.layers.mode import Mode
from pellucid.primitives import where


class Dropout(Layer):
    """In training each element is 0 with a probability, and divided by the rest's otherwise.

    This is inverted dropout: the expectation is x, so that evaluation is the identity. Which
    elements are dropped is a function of seed, step and place in the network.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
    JMLR 2014, section 10.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> x = input_node("x", (32, 10))
        >>> Dropout(0.5)(x) is x  # in evaluation
        True
    """

    def __init__(self, rate: float, name: str | None = None) -> None:
        """Choose the probability.

        Args:
            rate: the probability of being dropped, at least 0 and below 1.
            name: of the layer.

        Raises:
            OptionError: the rate is no such number.
        """
        number = isinstance(rate, int | float) and not isinstance(rate, bool)
        if not number or not 0 <= rate < 1:
            raise OptionError(
                f"Dropout needs a rate of at least 0 and below 1, got {rate!r}: "
                "it is the share that is dropped, and something must be left"
            )
        self.rate, self.name = float(rate), name

    def options(self) -> dict[str, Any]:
        """Return the rate."""
        return {"rate": self.rate}

    def call(self, x: Node, mode: Mode) -> Node:
        """Return x with elements dropped, of its shape; x itself in evaluation."""
        self._require_float(x)
        if not mode.training or self.rate == 0:
            return x
        kept = 1.0 - self.rate
        return where(mode.bernoulli(x.shape, kept), x * (1.0 / kept), 0.0)
