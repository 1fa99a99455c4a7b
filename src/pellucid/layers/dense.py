"""The layer of units that each see every input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.errors import OptionError
from pellucid.graph.node import Node
from pellucid.initializers import Initializer, initializer_from
from pellucid.layers.activation import ACTIVATIONS, activation_named, suited_initializer
from pellucid.layers.base import Layer, parameter
from pellucid.layers.mode import Mode
from pellucid.parts import require_whole


class Dense(Layer):
    """activation(x W + b) for inputs (rows, .., features): the features become units.

    Parameters `weight`, (features, units), and `bias`, (units,), of the input's type.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> layer = Dense(64, "relu")
        >>> layer(input_node("x", (32, 10))).shape
        (32, 64)
        >>> {name: leaf.shape for name, leaf in layer.parameters().items()}
        {'weight': (10, 64), 'bias': (64,)}
    """

    weight: Node
    bias: Node | None

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        bias: bool = True,
        initializer: str | Initializer | Mapping[str, Any] | None = None,
        bias_initializer: str | Initializer | Mapping[str, Any] = "zeros",
        name: str | None = None,
    ) -> None:
        """Choose the layer's size and form.

        Args:
            units: the number of outputs.
            activation: a name of `ACTIVATIONS`; None for none.
            bias: whether b is added.
            initializer: of the weight; None for the one that suits the activation, as
                `suited_initializer` says.
            bias_initializer: of the bias.
            name: of the layer.

        Raises:
            OptionError: an argument is impossible.
        """
        if not isinstance(bias, bool):
            raise OptionError(f"Dense needs bias to be True or False, got {bias!r}")
        self.units, self.with_bias, self.name = units, bias, name
        require_whole(self, "units", at_least=1)
        self.activation = None if activation is None else activation_named(activation)
        self.initializer = None if initializer is None else initializer_from(initializer)
        self.bias_initializer = initializer_from(bias_initializer)

    def options(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        chosen = self.initializer
        return {
            "units": self.units,
            "activation": self.activation,
            "bias": self.with_bias,
            "initializer": None if chosen is None else chosen.configuration(),
            "bias_initializer": self.bias_initializer.configuration(),
        }

    def build(self, x: Node) -> None:
        """Create weight and bias."""
        self._require_float(x)
        self._require_rows(x, "(rows, .., features)", 2)
        initializer = self.initializer or suited_initializer(self.activation)
        self.weight = parameter((x.shape[-1], self.units), initializer, x.dtype)
        self.bias = None
        if self.with_bias:
            self.bias = parameter((self.units,), self.bias_initializer, x.dtype)

    def call(self, x: Node, mode: Mode) -> Node:
        """Return activation(x W + b), (rows, .., units)."""
        self._require_rows(x, "(rows, .., features)", 2)
        self._require_like(x, self.weight.shape[0], self.weight.dtype)
        y = x @ self.weight
        if self.bias is not None:
            y = y + self.bias
        return y if self.activation is None else ACTIVATIONS[self.activation](y)
