"""The layer of several networks of one form that are trained side by side in one graph.

    Sequential(MemberDense(8, 128, "silu"), MemberDense(8, 3))

gives (rows, 8, 3). What stands before the first of them is shared by all members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pellucid.dtypes import DType
from pellucid.errors import ShapeError
from pellucid.graph.node import Node, describe
from pellucid.initializers import Initializer, initializer_from
from pellucid.initializers.base import Array
from pellucid.layers.activation import ACTIVATIONS, activation_named, suited_initializer
from pellucid.layers.base import Layer, parameter
from pellucid.layers.mode import Mode
from pellucid.parts import require_whole
from pellucid.primitives import matmul, transpose
from pellucid.shapes import Shape


@dataclass(frozen=True)
class EachMember(Initializer):
    """Draws each member's weights as those of a layer that stands alone.

    Without it, the fans of a weight (members, inputs, outputs) would count the members too.

    Attributes:
        inner: what draws a weight (inputs, outputs).

    Example:
        >>> from pellucid.initializers.constant import Constant
        >>> EachMember(Constant(2.0))((3, 1, 2), np.dtype("float32"), seed=0, name="w").shape
        (3, 1, 2)
    """

    inner: Initializer
    name: ClassVar[str] = "each_member"

    def __call__(self, shape: Shape, dtype: DType, seed: int, name: str) -> Array:
        """Return the draws of all members, each with a name of its own."""
        members = range(1, shape[0] + 1)
        return np.stack([self.inner(shape[1:], dtype, seed, f"{name}.{m}") for m in members])


class MemberDense(Layer):
    """activation(x W_m + b_m) for each member m: dense layers side by side, of one form.

    Inputs (rows, features), which every member sees, or (rows, members, features), what each
    member's layer before it gave; outputs (rows, members, units). Parameters `weight`, (members,
    features, units), and `bias`, (members, units). Every member starts from weights of its own,
    which is what makes members differ (Lakshminarayanan, Pritzel, Blundell, "Simple and scalable
    predictive uncertainty estimation using deep ensembles", NeurIPS 2017).

    Example:
        >>> from pellucid.graph.node import input_node
        >>> layer = MemberDense(8, 64, "relu")
        >>> layer(input_node("x", (32, 10))).shape
        (32, 8, 64)
        >>> {name: leaf.shape for name, leaf in layer.parameters().items()}
        {'weight': (8, 10, 64), 'bias': (8, 64)}
    """

    weight: Node
    bias: Node

    def __init__(
        self,
        members: int,
        units: int,
        activation: str | None = None,
        initializer: str | Initializer | Mapping[str, Any] | None = None,
        name: str | None = None,
    ) -> None:
        """Choose the sizes and the form.

        Args:
            members: the number of layers side by side.
            units: the number of outputs of each.
            activation: a name of `ACTIVATIONS`; None for none.
            initializer: of each member's weight; None for the one that suits the activation.
            name: of the layer.

        Raises:
            OptionError: an argument is impossible.
        """
        self.members, self.units, self.name = members, units, name
        require_whole(self, "members", "units", at_least=1)
        self.activation = None if activation is None else activation_named(activation)
        self.initializer = None if initializer is None else initializer_from(initializer)

    def options(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        chosen = self.initializer
        return {
            "members": self.members,
            "units": self.units,
            "activation": self.activation,
            "initializer": None if chosen is None else chosen.configuration(),
        }

    def build(self, x: Node) -> None:
        """Create weights and biases."""
        self._require_float(x)
        self._check(x)
        inner = self.initializer or initializer_from(suited_initializer(self.activation))
        shape = (self.members, x.shape[-1], self.units)
        self.weight = parameter(shape, EachMember(inner), x.dtype, incoming=1)
        self.bias = parameter((self.members, self.units), "zeros", x.dtype, incoming=())

    def call(self, x: Node, mode: Mode) -> Node:
        """Return the members' outputs, (rows, members, units)."""
        self._check(x)
        self._require_like(x, self.weight.shape[1], self.weight.dtype)
        # A product for each member; where all see the same inputs, these are repeated, not copied.
        each = x if x.rank == 2 else transpose(x, (1, 0, 2))
        y = transpose(matmul(each, self.weight), (1, 0, 2)) + self.bias
        return y if self.activation is None else ACTIVATIONS[self.activation](y)

    def _check(self, x: Node) -> None:
        if x.rank != 2 and (x.rank != 3 or x.shape[1] != self.members):
            raise ShapeError(
                f"{self.title} needs inputs of shape (rows, features) or (rows, {self.members}, "
                f"features), for {self.members} members, got {describe(x)}"
            )
