"""What a layer is: nodes in, nodes out, with parameters and state of its own.

A layer is a plain class. Whatever `parameter` and `state` give, and any layer or list of layers,
that is stored as an attribute belongs to it, under the attribute's name. There is nothing to
register.

    class MyDenseLayer(Layer):
        def __init__(self, inputs, outputs):
            self.weight = parameter((inputs, outputs))
            self.bias = parameter((outputs,), "zeros")

        def call(self, x, mode):
            return sigmoid(x @ self.weight + self.bias)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from pellucid.dtypes import float32, is_float
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
from pellucid.layers.mode import Mode


def parameter(
    shape: int | tuple[int, ...],
    initializer: str | Initializer = "glorot_uniform",
    dtype: Any = float32,
) -> Node:
    """Return a value that training changes, to be stored as an attribute of a layer."""
    from pellucid.initializers import initializer_from

    return parameter_node(None, shape, dtype, initializer=initializer_from(initializer))


def state(shape: int | tuple[int, ...], initial: float = 0.0, dtype: Any = float32) -> Node:
    """Return a value that survives a step without being trained; `Mode.update` changes it."""
    return state_node(None, shape, dtype, initial=initial)


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
                self._built = True
                self._name_leaves(path or type(self).__name__.lower())
            output = self.call(x, mode)
        unnamed = output.name is None and not output.is_leaf
        return output.named(path) if path and unnamed else output

    def _name_leaves(self, path: str) -> None:
        """Give what `parameter` and `state` made its name in messages; what is shared keeps one."""
        for field, value in vars(self).items():
            if isinstance(value, Node) and value.primitive in (PARAMETER, STATE):
                name_leaf(value, f"{path}.{field}")

    @property
    def title(self) -> str:
        """What messages call the layer: its class, and its name if it has one."""
        kind = type(self).__name__
        return f"{kind} '{self.name}'" if self.name else kind

    def children(self) -> Iterator[tuple[str, Layer]]:
        """Walk the layers inside, with their names, in the order of definition."""
        for field, value in vars(self).items():
            for index, item in enumerate(value if isinstance(value, list | tuple) else [value]):
                if isinstance(item, Layer):
                    alone = not isinstance(value, list | tuple)
                    yield item.name or (field if alone else f"{field}_{index + 1}"), item

    def layers(self, path: str = "") -> Iterator[tuple[str, Layer]]:
        """Walk this layer and all inside it, with their paths ("" for itself), outer ones first."""
        yield path, self
        for name, child in self.children():
            yield from child.layers(f"{path}.{name}" if path else name)

    def _leaves(self, kind: object) -> dict[str, Node]:
        found = {}
        for path, layer in self.layers():
            for field, value in vars(layer).items():
                if isinstance(value, Node) and value.primitive is kind:
                    found[f"{path}.{field}" if path else field] = value
        return found

    def parameters(self) -> dict[str, Node]:
        """Return the parameters by path, such as "hidden_1.weight"; after the first call."""
        return self._leaves(PARAMETER)

    def states(self) -> dict[str, Node]:
        """Return the state that is not trained, by path, such as "norm_1.mean"."""
        return self._leaves(STATE)

    def configuration(self) -> dict[str, Any]:
        """Return what `layer_from` needs to make an equal one: {"layer": .., ..}.

        Only the layers of this package have one: a model file describes data, not code.
        """
        raise NotImplementedError(
            f"{self.title} is a layer of your own: a model file cannot describe it"
        )

    def _require_float(self, x: Node) -> None:
        if not is_float(x.dtype):
            from pellucid.errors import DTypeError

            raise DTypeError(f"{self.title} needs floats, got {x.dtype} of {describe(x)}")
