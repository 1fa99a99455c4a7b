"""What a layer is: nodes in, nodes out, with parameters and state of its own.

A layer is a plain class. Whatever `parameter` and `state` give, and any layer, that is stored as an
attribute belongs to it, under the attribute's name; so do those in lists, tuples and dictionaries,
however nested, under names such as `blocks_1_2` and `heads_left`. There is nothing to register.
What stands in two places is shared, and counted once.

    class MyDenseLayer(Layer):
        def __init__(self, inputs, outputs):
            self.weight = parameter((inputs, outputs))
            self.bias = parameter((outputs,), "zeros")

        def call(self, x, mode):
            return sigmoid(x @ self.weight + self.bias)
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pellucid.dtypes import DType, float32, is_float
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import (
    PARAMETER,
    STATE,
    Node,
    describe,
    name_leaf,
    parameter_node,
    state_node,
)
from pellucid.initializers.base import Initializer
from pellucid.layers.mode import Call, Mode
from pellucid.shapes import Axes

Item = TypeVar("Item")


def parameter(
    shape: int | tuple[int, ...],
    initializer: str | Initializer = "glorot_uniform",
    dtype: Any = float32,
    incoming: Axes = None,
) -> Node:
    """Return a value that training changes, to be stored as an attribute of a layer.

    Args:
        shape: of the value.
        initializer: gives the first value, or its name.
        dtype: of its elements.
        incoming: the axes along which the weights into one unit lie: weights are what decay and
            penalties shrink, and along these axes their norm is bounded. () for what is no weight.
            If None, all axes but the last where there are two or more, as the first of (inputs,
            units), and () for a vector or a number, such as a bias.

    Raises:
        ShapeError: the shape has no such axes.
        OptionError: there is no such initializer.
    """
    from pellucid.initializers import initializer_from

    chosen = initializer_from(initializer)
    return parameter_node(None, shape, dtype, initializer=chosen, incoming=incoming)


def state(shape: int | tuple[int, ...], initial: float = 0.0, dtype: Any = float32) -> Node:
    """Return a value that survives a step without being trained; `Mode.update` changes it."""
    return state_node(None, shape, dtype, initial=initial)


def _held(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Walk what stands under a name: the value, or the items of a collection, to any depth."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _held(f"{name}_{key}", item)
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value, 1):
            yield from _held(f"{name}_{position}", item)
    else:
        yield name, value


class Layer(ABC):
    """A part of a network.

    A subclass writes `call`; `build`, if it has one, runs before the first call and may create
    parameters whose shape depends on the input. `name` is the user's, or given by the container.
    """

    name: str | None = None
    _built: bool = False

    @abstractmethod
    def call(self, x: Node, mode: Mode) -> Node:
        """Return the layer's output for the input x, (rows, ..)."""

    def build(self, x: Node) -> None:  # noqa: B027 - a hook, not a duty
        """Create what depends on the shape or type of the input; runs once."""

    def __call__(self, x: Node, mode: Mode | None = None) -> Node:
        """Return the output, under the layer's path; without a mode, as in evaluation."""
        mode = mode if mode is not None else Mode()
        with mode.inside(self.name) as path:
            if not self._built:
                self.build(x)
                self._name_children()
                self._name_leaves(path or self.kind)
                self._built = True
            output = self.call(x, mode)
        unnamed = output.name is None and not output.is_leaf
        output = output.named(path) if path and unnamed else output
        mode.calls.append(Call(self, x, output))
        return output

    def _name_children(self) -> None:
        """Give layers inside that have no name the one of their attribute."""
        for name, child in self._distinct("layers", self.children()):
            child.name = name

    def _name_leaves(self, path: str) -> None:
        """Give what `parameter` and `state` made its name in messages; what is shared keeps one."""
        for name, leaf in self._distinct("parameters", self._own_leaves()):
            name_leaf(leaf, f"{path}.{name}")

    def _distinct(self, what: str, items: Iterable[tuple[str, Item]]) -> Iterator[tuple[str, Item]]:
        """Refuse names that would not tell one from another in a path."""
        found: dict[str, Item] = {}
        for name, item in items:
            if found.setdefault(name, item) is not item:
                raise OptionError(
                    f"{self.title} has two different {what} named '{name}': give one another name"
                )
            if "." in name:
                raise OptionError(
                    f"{self.title} has {what} named '{name}': a name has no '.', which separates "
                    "the names of a path"
                )
            yield name, item

    @property
    def kind(self) -> str:
        """What an unnamed one is called, with a number, such as "dense"."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).lower()

    @property
    def title(self) -> str:
        """What messages call the layer: its class, and its name if it has one."""
        kind = type(self).__name__
        return f"{kind} '{self.name}'" if self.name else kind

    def __repr__(self) -> str:
        """Return how the layer is made, in one line: `Dense(3, activation='relu')`."""
        from pellucid.layers.configuration import spelled

        return spelled(self)

    def _attributes(self) -> Iterator[tuple[str, Any]]:
        """Walk the attributes in the order of definition; what collections hold one by one."""
        for field, value in vars(self).items():
            yield from _held(field, value)

    def _own_leaves(self) -> Iterator[tuple[str, Node]]:
        for name, value in self._attributes():
            if isinstance(value, Node) and value.primitive in (PARAMETER, STATE):
                yield name, value

    def children(self) -> Iterator[tuple[str, Layer]]:
        """Walk the layers inside, with their names, in the order of definition."""
        for name, value in self._attributes():
            if isinstance(value, Layer):
                yield value.name or name, value

    def layers(self) -> Iterator[tuple[str, Layer]]:
        """Walk this layer and all inside it, outer ones first, each once.

        Each comes with its path, such as "tower.hidden_1", "" for this layer itself; one that
        stands in several places comes with the first.
        """
        seen: set[int] = set()
        stack: list[tuple[str, Layer]] = [("", self)]
        while stack:
            path, layer = stack.pop()
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            yield path, layer
            inner = [(f"{path}.{name}" if path else name, item) for name, item in layer.children()]
            stack += reversed(inner)

    def _leaves(self, primitive: object) -> dict[str, Node]:
        found: dict[Node, str] = {}
        for path, layer in self.layers():
            for name, leaf in layer._own_leaves():
                if leaf.primitive is primitive:
                    found.setdefault(leaf, f"{path}.{name}" if path else name)
        return {name: leaf for leaf, name in found.items()}

    def parameters(self) -> dict[str, Node]:
        """Return the parameters by path, such as "hidden_1.weight"; after the first call.

        What is shared is listed once, under its first path.
        """
        return self._leaves(PARAMETER)

    def states(self) -> dict[str, Node]:
        """Return the state that is not trained, by path, such as "norm_1.mean"."""
        return self._leaves(STATE)

    def options(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain JSON, but for the name and layers inside.

        Only the layers of this package have them: a model file describes data, not code.
        """
        raise NotImplementedError(
            f"{self.title} is a layer of your own: a model file cannot describe it"
        )

    def configuration(self) -> dict[str, Any]:
        """Return what `layer_from` needs to make an equal one: {"layer": .., "name": .., ..}.

        Raises:
            NotImplementedError: a layer inside is not of this package.
        """
        from pellucid.layers.configuration import configuration_of

        return configuration_of(self)

    def _require_float(self, x: Node) -> None:
        if not is_float(x.dtype):
            raise DTypeError(f"{self.title} needs floats, got {x.dtype} of {describe(x)}")

    def _require_rows(self, x: Node, shape: str, rank: int) -> None:
        """Refuse inputs of fewer axes; `shape` says what is needed, such as "(rows, features)"."""
        if x.rank < rank:
            raise ShapeError(f"{self.title} needs inputs of shape {shape}, got {describe(x)}")

    def _require_like(self, x: Node, width: int, dtype: DType) -> None:
        """Refuse inputs of another width or type than the layer was built for."""
        if x.shape[-1] != width:
            leaf = f"'{x.name}' has" if x.name else "the input has"
            source = leaf if x.is_leaf else "the layer before it gives"
            raise ShapeError(
                f"{self.title} needs inputs of width {width}, got {x.shape}: "
                f"{source} {x.shape[-1]} features"
            )
        if x.dtype != dtype:
            raise DTypeError(
                f"{self.title} was built for {dtype}, got {x.dtype} of {describe(x)}: "
                f"cast it to {dtype}"
            )
