"""What a primitive is, and its three kinds.

A primitive is one class in one place: the type of its result, its meaning, its derivative (with the
value at ties and edge points) and its cost. Backends implement the words of `formula` and the
structural primitives; a composite is written in other primitives and expanded by whoever lowers it.

    primitive = leaf | elementwise (a formula on one element)
              | structural (a closed set; every backend implements it)
              | composite (an expression of other primitives)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from pellucid.dtypes import FLOATS, DType, boolean, is_float, is_integer
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.formula import Word, argument
from pellucid.shapes import Shape, size

if TYPE_CHECKING:
    from pellucid.graph.node import Node

Array = np.ndarray[Any, Any]
Attributes = Mapping[str, Any]


class TensorType(NamedTuple):
    """What is known of a value before it is computed."""

    shape: Shape
    dtype: DType


class Cost(NamedTuple):
    """Work of one node: floating-point operations, and bytes read and written."""

    flops: int
    bytes: int

    def __add__(self, other: object) -> Cost:
        """Return the work of both."""
        if not isinstance(other, Cost):
            return NotImplemented
        return Cost(self.flops + other.flops, self.bytes + other.bytes)


class Primitive(ABC):
    """An operation that a node can stand for.

    `name` is its name in text, `edges` says what the derivative is at ties and edge points, and
    `differentiable` is False for what has none (comparison, rounding to integers, indices).
    """

    name: ClassVar[str]
    edges: ClassVar[str] = ""
    differentiable: ClassVar[bool] = True

    def __init__(self) -> None:
        """Enter the primitive in the list that `primitives()` gives."""
        if self.name in _PRIMITIVES:
            raise ValueError(f"there is a primitive named {self.name!r} already")
        _PRIMITIVES[self.name] = self

    @abstractmethod
    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the type of the result, or raise ShapeError or DTypeError."""

    @abstractmethod
    def derivative(self, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        """Return the gradient for each input, given the gradient for the node.

        None stands for no dependence. Only asked of inputs and outputs of floating-point type.
        """

    def cost(self, node: Node) -> Cost:
        """Return the work of computing the node from its inputs."""
        moved = sum(size(i.shape) * i.dtype.itemsize for i in node.inputs)
        return Cost(self.flops(node), moved + size(node.shape) * node.dtype.itemsize)

    def flops(self, node: Node) -> int:
        """Return the floating-point operations: one for each element unless a class says else."""
        return size(node.shape) if is_float(node.dtype) else 0

    def __repr__(self) -> str:
        """Return the primitive's name."""
        return f"<primitive {self.name}>"


_PRIMITIVES: dict[str, Primitive] = {}


def primitives() -> Iterator[Primitive]:
    """Walk the closed set of primitives, in order of name."""
    for name in sorted(_PRIMITIVES):
        yield _PRIMITIVES[name]


def primitive_named(name: str) -> Primitive:
    """Return the primitive of that name; KeyError if there is none."""
    return _PRIMITIVES[name]


class Leaf(Primitive):
    """A value that comes from outside the graph: input, parameter, state, constant or key."""

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the type that was given to the leaf."""
        return TensorType(attributes["shape"], attributes["dtype"])

    def derivative(self, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        """Return nothing: a leaf has no inputs."""
        return ()

    def flops(self, node: Node) -> int:
        """Return 0."""
        return 0


class Elementwise(Primitive):
    """A formula applied to corresponding elements of inputs of one shape.

    `accepts` is the kind of element it takes: "float", "number" (float or integer), "integer",
    "boolean" or "any". Inputs have one type among them unless a class overrides `result_dtype`.
    """

    accepts: ClassVar[str] = "float"
    gives_boolean: ClassVar[bool] = False
    arity: ClassVar[int] = 1

    @abstractmethod
    def formula(self, *arguments: Any, **attributes: Any) -> Word:
        """Return what one element of the result is, in words."""

    def expression(self, attributes: Attributes) -> Word:
        """Return the formula on the node's inputs."""
        return self.formula(*(argument(i) for i in range(self.arity)), **attributes)

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the common shape and the type that `result_dtype` gives."""
        if len(inputs) != self.arity:
            raise ShapeError(f"{self.name} takes {self.arity} inputs, got {len(inputs)}")
        shapes = [t.shape for t in inputs]
        if shapes.count(shapes[0]) != len(shapes):
            raise ShapeError(f"{self.name} needs inputs of one shape, got {shapes}")
        dtype = self.result_dtype(tuple(t.dtype for t in inputs), attributes)
        return TensorType(shapes[0], dtype)

    def result_dtype(self, inputs: tuple[DType, ...], attributes: Attributes) -> DType:
        """Return the element type of the result."""
        require_same(self.name, inputs)
        require_kind(self.name, inputs[0], self.accepts)
        return boolean if self.gives_boolean else inputs[0]


class Structural(Primitive):
    """One of the closed set that every backend implements itself; `compute` is the definition."""

    @abstractmethod
    def compute(self, *arrays: Any, **attributes: Any) -> Array:
        """Return the value, with NumPy."""


class Composite(Primitive):
    """An expression of other primitives that stays one node until a backend lowers it."""

    @abstractmethod
    def expand(self, *inputs: Any, **attributes: Any) -> Node:
        """Return the expression that the node stands for."""

    def derivative(self, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        """Say that the expansion is to be differentiated: `autodiff` does so.

        A class overrides this where its own derivative is more exact or cheaper.
        """
        raise NotImplementedError

    @property
    def has_own_derivative(self) -> bool:
        """Tell whether the class overrides `derivative`."""
        return type(self).derivative is not Composite.derivative

    def flops(self, node: Node) -> int:
        """Return the work of the expansion."""
        from pellucid.graph.traversal import topological

        expansion = self.expand(*node.inputs, **node.attributes)
        inner = topological([expansion], stop=node.inputs)
        return sum(n.primitive.flops(n) for n in inner if n not in node.inputs)


def in_rows(array: Array) -> Array:
    """Return the array laid out in memory row by row, the last axis first; itself where it is.

    NumPy adds, and rounds some functions, differently where elements are not neighbours: what
    depends on it asks for this, so that bits depend on values alone.
    """
    # An axis of length 1 may have any stride, and functions of one element look at it.
    return np.array(array) if array.size == 1 else np.asarray(array, order="C")


def require_same(who: str, dtypes: tuple[DType, ...]) -> None:
    """Raise DTypeError unless all types are one."""
    if dtypes.count(dtypes[0]) != len(dtypes):
        got = " and ".join(map(str, dtypes))
        raise DTypeError(f"{who} needs inputs of one element type, got {got}: cast one of them")


_IS_OF_KIND: Mapping[str, Callable[[DType], bool]] = MappingProxyType(
    {
        "float": is_float,
        "number": lambda dtype: is_float(dtype) or is_integer(dtype),
        "integer": is_integer,
        "boolean": lambda dtype: dtype == boolean,
        "any": lambda dtype: True,
    }
)


def require_kind(who: str, dtype: DType, kind: str) -> None:
    """Raise DTypeError unless `dtype` is of the kind named in `Elementwise.accepts`."""
    if not _IS_OF_KIND[kind](dtype):
        wanted = {"float": " or ".join(map(str, FLOATS))}.get(kind, f"{kind} elements")
        raise DTypeError(f"{who} needs {wanted}, got {dtype}: use cast to convert")
