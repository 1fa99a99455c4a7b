"""Activation functions as layers, and the table of them by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid import primitives as p
from pellucid.graph.node import Node
from pellucid.initializers.constant import Constant
from pellucid.layers.base import Layer, parameter
from pellucid.layers.mode import Mode
from pellucid.parts import find_named, require_number

ActivationFunction = Callable[[Node], Node]

ACTIVATIONS: dict[str, ActivationFunction] = {
    "step": p.step,
    "identity": p.identity,
    "relu": p.relu,
    "leaky_relu": p.leaky_relu,
    "elu": p.elu,
    "selu": p.selu,
    "gelu": p.gelu,
    "gelu_tanh": p.gelu_tanh,
    "silu": p.silu,
    "softplus": p.softplus,
    "mish": p.mish,
    "sigmoid": p.sigmoid,
    "log_sigmoid": p.log_sigmoid,
    "tanh": p.tanh,
    "hard_sigmoid": p.hard_sigmoid,
    "hard_tanh": p.hard_tanh,
    "softmax": p.softmax,
    "log_softmax": p.log_softmax,
}
"""Every activation function by name; the softmaxes work along the last axis."""

RECTIFIERS = frozenset(
    {"relu", "leaky_relu", "elu", "selu", "gelu", "gelu_tanh", "silu", "softplus", "mish"}
)
"""Those that hand on what is above 0 nearly as it is, and little of what is below."""


def activation_named(name: str) -> str:
    """Return how `ACTIVATIONS` spells a name.

    Raises:
        OptionError: there is no such activation; names the closest.

    Example:
        >>> activation_named("Leaky-ReLU")
        'leaky_relu'
    """
    return find_named("activation", name, {known: known for known in ACTIVATIONS})


def suited_initializer(activation: str | None) -> str:
    """Return the initializer for the weights before an activation.

    He normal (He et al. 2015) for those that rectify, as ReLU and its smooth relatives do; LeCun
    normal for SELU (Klambauer et al. 2017); Glorot uniform (Glorot, Bengio 2010) for all others.

    Example:
        >>> suited_initializer("gelu"), suited_initializer("tanh"), suited_initializer(None)
        ('he_normal', 'glorot_uniform', 'glorot_uniform')
    """
    if activation == "selu":
        return "lecun_normal"
    return "he_normal" if activation in RECTIFIERS else "glorot_uniform"


class Activation(Layer):
    """An activation function, applied to every element (the softmaxes: along the last axis).

    Example:
        >>> from pellucid.graph.node import input_node
        >>> Activation("tanh")(input_node("x", (32, 10))).shape
        (32, 10)
    """

    def __init__(self, function: str, name: str | None = None) -> None:
        """Choose the function.

        Args:
            function: a name of `ACTIVATIONS`.
            name: of the layer.

        Raises:
            OptionError: there is no such function.
        """
        self.function, self.name = activation_named(function), name

    @property
    def kind(self) -> str:
        """The name of the function."""
        return self.function

    def options(self) -> dict[str, Any]:
        """Return the function."""
        return {"function": self.function}

    def call(self, x: Node, mode: Mode) -> Node:
        """Return the function of x, of its shape."""
        self._require_float(x)
        return ACTIVATIONS[self.function](x)


class PReLU(Layer):
    """The ReLU with a learned slope below 0, one for each feature (He et al. 2015).

    Parameter `slope`, (features,).

    Example:
        >>> from pellucid.graph.node import input_node
        >>> layer = PReLU()
        >>> layer(input_node("x", (32, 10))).shape, layer.slope.shape
        ((32, 10), (10,))
    """

    slope: Node

    def __init__(self, initial: float = 0.25, name: str | None = None) -> None:
        """Choose the first slope.

        Args:
            initial: the slope at the start; the paper's is 0.25.
            name: of the layer.

        Raises:
            OptionError: the slope is no finite number.
        """
        self.initial, self.name = initial, name
        require_number(self, "initial")

    @property
    def kind(self) -> str:
        """The name of the function."""
        return "prelu"

    def options(self) -> dict[str, Any]:
        """Return the first slope."""
        return {"initial": self.initial}

    def build(self, x: Node) -> None:
        """Create the slopes."""
        self._require_float(x)
        self._require_rows(x, "(rows, .., features)", 2)
        self.slope = parameter(x.shape[-1:], Constant(self.initial), x.dtype)

    def call(self, x: Node, mode: Mode) -> Node:
        """Return x where x > 0, else slope x; of the shape of x, (rows, .., features)."""
        self._require_like(x, self.slope.shape[0], self.slope.dtype)
        return p.prelu(x, self.slope)
