"""Layers made of layers: one after the other, around a shortcut, or side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import Node
from pellucid.layers.base import Layer
from pellucid.layers.mode import Mode
from pellucid.primitives import concatenate


class Container(Layer):
    """A layer whose arguments are layers.

    Attributes:
        items: the layers. Those without a name get one from their class and a number, such as
            "dense_1"; the same layer may stand in several places, and is then shared.
    """

    items: list[Layer]

    def __init__(self, *items: Layer, name: str | None = None) -> None:
        """Take the layers.

        Raises:
            OptionError: an item is no layer, or two of them have one name.
        """
        self.name = name
        for item in items:
            if not isinstance(item, Layer):
                raise OptionError(f"{self.title} is made of layers, got {item!r}")
        self.items = list(items)
        self._name_items()

    def options(self) -> dict[str, Any]:
        """Return nothing: the layers are described on their own."""
        return {}

    def _name_items(self) -> None:
        taken: dict[str, Layer] = {}
        for item in self.items:
            if item.name is not None:
                self._check_name(item.name, item, taken)
        numbers: dict[str, int] = {}
        for item in self.items:
            while item.name is None:
                numbers[item.kind] = numbers.get(item.kind, 0) + 1
                wanted = f"{item.kind}_{numbers[item.kind]}"
                if wanted not in taken:
                    item.name = wanted
                    taken[wanted] = item

    def _check_name(self, name: str, item: Layer, taken: dict[str, Layer]) -> None:
        if not isinstance(name, str) or not name or "." in name:
            raise OptionError(
                f"a layer's name is a text without '.', which separates the names of a path, "
                f"got {name!r}"
            )
        if taken.setdefault(name, item) is not item:
            raise OptionError(
                f"{self.title} has two different layers named '{name}': names must be unique, "
                "since parameters are called by them"
            )


class Sequential(Container):
    """Layers one after the other.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> from pellucid.layers.dense import Dense
        >>> network = Sequential(Dense(64, "relu"), Dense(3, name="output"))
        >>> network(input_node("x", (32, 10))).shape
        (32, 3)
        >>> list(network.parameters())
        ['dense_1.weight', 'dense_1.bias', 'output.weight', 'output.bias']
    """

    def call(self, x: Node, mode: Mode) -> Node:
        """Return what the last layer gives; x itself where there is none."""
        for layer in self.items:
            x = layer(x, mode)
        return x


class Residual(Container):
    """x + inner(x), for an inner layer that keeps the shape of x.

    Source: He, Zhang, Ren, Sun, "Deep residual learning for image recognition", 2015.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> from pellucid.layers.dense import Dense
        >>> block = Residual(Sequential(Dense(64, "relu"), Dense(10)))
        >>> block(input_node("x", (32, 10))).shape
        (32, 10)
        >>> list(block.parameters())[0]
        'inner.dense_1.weight'
    """

    def __init__(self, inner: Layer, name: str | None = None) -> None:
        """Take the inner layer; it is named "inner" if it has no name."""
        if isinstance(inner, Layer) and inner.name is None:
            inner.name = "inner"
        super().__init__(inner, name=name)

    @property
    def inner(self) -> Layer:
        """The layer beside the shortcut."""
        return self.items[0]

    def call(self, x: Node, mode: Mode) -> Node:
        """Return the sum, of the shape of x."""
        self._require_float(x)
        y = self.inner(x, mode)
        if y.type != x.type:
            raise ShapeError(
                f"{self.title} adds what {self.inner.title} gives to its input, so they need one "
                f"shape and type: got {y.dtype} {y.shape} and {x.dtype} {x.shape}"
            )
        return x + y


class Concatenate(Container):
    """What several layers give for the same input, joined along the last axis.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> from pellucid.layers.dense import Dense
        >>> wide_and_deep = Concatenate(Dense(4), Sequential(Dense(64, "relu"), Dense(8)))
        >>> wide_and_deep(input_node("x", (32, 10))).shape
        (32, 12)
    """

    def __init__(self, *branches: Layer, name: str | None = None) -> None:
        """Take the branches.

        Raises:
            OptionError: there is none, or one is no layer, or two have one name.
        """
        super().__init__(*branches, name=name)
        if not branches:
            raise OptionError(f"{self.title} needs at least one layer, got none")

    def call(self, x: Node, mode: Mode) -> Node:
        """Return the joined outputs."""
        outputs = [layer(x, mode) for layer in self.items]
        self._check(outputs)
        return concatenate(outputs, axis=-1)

    def _check(self, outputs: Sequence[Node]) -> None:
        first = outputs[0]
        for layer, output in zip(self.items, outputs, strict=True):
            if not output.rank or output.shape[:-1] != first.shape[:-1]:
                raise ShapeError(
                    f"{self.title} joins along the last axis, so all lengths but the last must be "
                    f"equal: {layer.title} gives {output.shape}, "
                    f"{self.items[0].title} gives {first.shape}"
                )
            if output.dtype != first.dtype:
                raise DTypeError(
                    f"{self.title} joins elements of one type: {layer.title} gives {output.dtype}, "
                    f"{self.items[0].title} gives {first.dtype}"
                )
