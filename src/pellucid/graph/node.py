"""A node of the graph, and its leaves.

A node is immutable: a primitive, its inputs, its attributes, a static shape and element type, and
perhaps a name. Building one checks shapes and types on that line. Nodes are dictionary keys, so
`==` is identity, and comparison of elements is a function (`less`, `equal`, ..).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn

import numpy as np

from pellucid.dtypes import DType, as_dtype, boolean, float32, float64, int32
from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph.primitive import Array, Attributes, Leaf, Primitive, TensorType
from pellucid.shapes import Axes, Shape, as_shape, normalize_axes

_OPERATORS: dict[str, Callable[..., Node]] = {}


def define_operators(operators: Mapping[str, Callable[..., Node]]) -> None:
    """Say what Python's operators on nodes build; called once by the room of primitives."""
    _OPERATORS.update(operators)


class Node:
    """One value of a computation, not yet computed.

    Attributes:
        primitive: what is done.
        inputs: to which nodes.
        attributes: with which settings.
        shape: the static shape.
        dtype: the element type.
        name: what the user calls it, or None.

    Example:
        >>> x = input_node("x", (2, 3))
        >>> x.shape, str(x.dtype), x.name
        ((2, 3), 'float32', 'x')
    """

    __slots__ = ("__weakref__", "attributes", "dtype", "inputs", "name", "primitive", "shape")

    primitive: Primitive
    inputs: tuple[Node, ...]
    attributes: Attributes
    shape: Shape
    dtype: DType
    name: str | None

    __array_ufunc__: ClassVar[None] = None

    def __init__(
        self,
        primitive: Primitive,
        inputs: tuple[Node, ...] = (),
        attributes: Mapping[str, Any] | None = None,
        name: str | None = None,
    ) -> None:
        """Build a node; `apply` says the user's names when it fails."""
        fixed = MappingProxyType(dict(attributes or {}))
        shape, dtype = primitive.result_type(tuple(n.type for n in inputs), fixed)
        for field, value in (
            ("primitive", primitive),
            ("inputs", tuple(inputs)),
            ("attributes", fixed),
            ("shape", shape),
            ("dtype", dtype),
            ("name", name),
        ):
            object.__setattr__(self, field, value)

    @property
    def type(self) -> TensorType:
        """The shape and the element type."""
        return TensorType(self.shape, self.dtype)

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def is_leaf(self) -> bool:
        """Whether the value comes from outside the graph."""
        return isinstance(self.primitive, Leaf)

    def named(self, name: str) -> Node:
        """Return the same node under a name."""
        return Node(self.primitive, self.inputs, self.attributes, name)

    def __setattr__(self, field: str, value: object) -> NoReturn:
        """Refuse: a node never changes."""
        raise AttributeError(f"a node never changes: cannot set {field!r} of {describe(self)}")

    def __delattr__(self, field: str) -> NoReturn:
        """Refuse: a node never changes."""
        raise AttributeError(f"a node never changes: cannot delete {field!r} of {describe(self)}")

    def __repr__(self) -> str:
        """Return a short description."""
        return f"<Node {describe(self)} {self.dtype}>"

    def __bool__(self) -> NoReturn:
        """Refuse: there is no value yet."""
        raise GraphError(
            f"{describe(self)} has no value while the graph is being built, so Python cannot "
            "branch on it: use `where`, or compute it with a backend first"
        )

    def __len__(self) -> int:
        """Return the length of the first axis."""
        if not self.shape:
            raise ShapeError(f"{describe(self)} is a scalar: it has no length")
        return self.shape[0]

    def __iter__(self) -> NoReturn:
        """Refuse: slices say what is meant."""
        raise GraphError(f"{describe(self)} cannot be iterated: take slices, such as x[0]")

    def __add__(self, other: Operand) -> Node:
        """Build `add`."""
        return _OPERATORS["add"](self, other)

    def __radd__(self, other: Operand) -> Node:
        """Build `add`."""
        return _OPERATORS["add"](other, self)

    def __sub__(self, other: Operand) -> Node:
        """Build `subtract`."""
        return _OPERATORS["subtract"](self, other)

    def __rsub__(self, other: Operand) -> Node:
        """Build `subtract`."""
        return _OPERATORS["subtract"](other, self)

    def __mul__(self, other: Operand) -> Node:
        """Build `multiply`."""
        return _OPERATORS["multiply"](self, other)

    def __rmul__(self, other: Operand) -> Node:
        """Build `multiply`."""
        return _OPERATORS["multiply"](other, self)

    def __truediv__(self, other: Operand) -> Node:
        """Build `divide`."""
        return _OPERATORS["divide"](self, other)

    def __rtruediv__(self, other: Operand) -> Node:
        """Build `divide`."""
        return _OPERATORS["divide"](other, self)

    def __pow__(self, other: Operand) -> Node:
        """Build `power`."""
        return _OPERATORS["power"](self, other)

    def __rpow__(self, other: Operand) -> Node:
        """Build `power`."""
        return _OPERATORS["power"](other, self)

    def __matmul__(self, other: Operand) -> Node:
        """Build `matmul`."""
        return _OPERATORS["matmul"](self, other)

    def __rmatmul__(self, other: Operand) -> Node:
        """Build `matmul`."""
        return _OPERATORS["matmul"](other, self)

    def __neg__(self) -> Node:
        """Build `negative`."""
        return _OPERATORS["negative"](self)

    def __abs__(self) -> Node:
        """Build `abs`."""
        return _OPERATORS["abs"](self)

    def __getitem__(self, index: Any) -> Node:
        """Build slices: integers, slices, `...` and None, as in NumPy; no arrays of indices."""
        return _OPERATORS["getitem"](self, index)


Operand = Node | float | int | bool | Array | np.generic
"""What can stand where a node is needed: numbers and arrays become constants."""


class Input(Leaf):
    """A value that is handed in at each evaluation, such as the features of a batch."""

    name = "input"


class Parameter(Leaf):
    """A value that training changes; carries the initializer that gives its first value."""

    name = "parameter"


class State(Leaf):
    """A value that survives a step without being trained, such as running statistics."""

    name = "state"


class Constant(Leaf):
    """A value that is part of the graph."""

    name = "constant"


class Key(Leaf):
    """The seed of random draws: two words of uint32."""

    name = "key"


INPUT, PARAMETER, STATE, CONSTANT, KEY = Input(), Parameter(), State(), Constant(), Key()


def _leaf(primitive: Leaf, name: str | None, shape: Any, dtype: Any, **attributes: Any) -> Node:
    attributes |= {"shape": as_shape(shape), "dtype": as_dtype(dtype)}
    return Node(primitive, (), attributes, name)


def input_node(name: str, shape: Any, dtype: Any = float32) -> Node:
    """Return a leaf whose value is handed in at each evaluation."""
    return _leaf(INPUT, name, shape, dtype)


def parameter_node(
    name: str | None,
    shape: Any,
    dtype: Any = float32,
    *,
    initializer: Any = None,
    incoming: Axes = None,
) -> Node:
    """Return a leaf that training changes.

    Args:
        name: what the user calls it.
        shape: of the value.
        dtype: of its elements.
        initializer: gives the first value.
        incoming: the axes along which the weights lie that come into one unit, as axis 0 of
            (inputs, units); () for what is no weight, such as a bias or a scale. If None, all axes
            but the last of a value with two or more, and () of any other.

    Raises:
        ShapeError: the shape has no such axes.
    """
    lengths = as_shape(shape)
    axes = _incoming(len(lengths)) if incoming is None else normalize_axes(incoming, len(lengths))
    return _leaf(PARAMETER, name, lengths, dtype, initializer=initializer, incoming=axes)


def incoming_axes(node: Node) -> tuple[int, ...]:
    """Return the axes along which the weights into one unit lie, () for what is no weight.

    A parameter says so itself; of a node that stands for one, the rank decides, as for a parameter
    of which nothing is said.

    Example:
        >>> incoming_axes(parameter_node("w", (3, 4))), incoming_axes(parameter_node("b", (4,)))
        ((0,), ())
        >>> incoming_axes(parameter_node("biases of 8 networks", (8, 4), incoming=()))
        ()
    """
    if node.primitive is PARAMETER:
        return tuple(node.attributes["incoming"])
    return _incoming(node.rank)


def _incoming(rank: int) -> tuple[int, ...]:
    return tuple(range(rank - 1)) if rank >= 2 else ()


def state_node(name: str | None, shape: Any, dtype: Any = float32, *, initial: Any = 0) -> Node:
    """Return a leaf that survives a step; `initial` (a number or an array) is its first value."""
    return _leaf(STATE, name, shape, dtype, initial=initial)


def key_node(name: str = "seed") -> Node:
    """Return the leaf that holds the seed of random draws, as two words of uint32."""
    return _leaf(KEY, name, (2,), np.uint32)


def constant_node(value: Any, dtype: Any = None, name: str | None = None) -> Node:
    """Return a leaf that holds `value`.

    Python floats are float32 and integers int32 unless `dtype` says otherwise; arrays keep their
    type.

    Raises:
        DTypeError: the value is not made of numbers, or does not fit in the type.
    """
    if isinstance(value, Node):
        raise DTypeError(f"{describe(value)} is a node already, not a value")
    if dtype is None and isinstance(value, bool | int | float):
        dtype = boolean if isinstance(value, bool) else int32 if isinstance(value, int) else float32
    try:
        with np.errstate(over="raise"):
            array = np.array(value, None if dtype is None else as_dtype(dtype))
    except (OverflowError, FloatingPointError):
        raise DTypeError(f"{value!r} does not fit in elements of type {dtype}") from None
    except (TypeError, ValueError) as error:
        raise DTypeError(f"{value!r} is not made of numbers") from error
    array.flags.writeable = False
    return _leaf(CONSTANT, name, array.shape, array.dtype, value=array)


def as_node(value: Operand, like: Node | Array | np.generic | None = None) -> Node:
    """Return `value` as a node; numbers take the type of what they meet, arrays keep their own.

    Raises:
        DTypeError: a float meets integers, where it would lose its fraction, another number than
            0 and 1 meets booleans, or `value` is no number.
    """
    if isinstance(value, Node):
        return value
    if isinstance(value, bool | int | float) and like is not None:
        dtype = np.dtype(like.dtype)
        if isinstance(value, float) and dtype not in (float32, float64):
            raise DTypeError(f"{_meeting(value, like)}: cast them to a float first")
        if dtype == boolean and value not in (0, 1):
            raise DTypeError(f"{_meeting(value, like)}: cast them to a number first")
        return constant_node(value, dtype)
    return constant_node(value)


def _meeting(value: Any, like: Node | Array | np.generic) -> str:
    who = f"{describe(like)}, " if isinstance(like, Node) else ""
    return f"{value!r} meets {who}elements of type {like.dtype}"


def name_leaf(leaf: Node, name: str) -> None:
    """Give a leaf that has no name yet the one by which messages and pictures call it.

    The only thing of a node that may be added later: a layer makes its parameters before it knows
    its own place in the network. What the node means does not change.
    """
    if leaf.name is None:
        object.__setattr__(leaf, "name", name)


def describe(node: Node) -> str:
    """Return what to call a node in a message: its name and shape, or what built it.

    Example:
        >>> describe(input_node("x", (2, 3)))
        "'x' (2, 3)"
    """
    if node.name is not None:
        return f"'{node.name}' {node.shape}"
    if node.primitive is CONSTANT:
        return f"the constant {node.shape}"
    if node.is_leaf:
        return f"the {node.primitive.name} {node.shape}"
    return f"the result of {node.primitive.name} {node.shape}"


def apply(primitive: Primitive, *inputs: Node, **attributes: Any) -> Node:
    """Build a node, or raise an error that names the primitive and its inputs."""
    try:
        return Node(primitive, inputs, attributes)
    except (ShapeError, DTypeError) as error:
        operands = ", ".join(describe(node) for node in inputs)
        raise type(error)(f"{primitive.name}({operands}): {error}") from None


__all__ = [
    "CONSTANT",
    "INPUT",
    "KEY",
    "PARAMETER",
    "STATE",
    "Node",
    "Operand",
    "apply",
    "as_node",
    "constant_node",
    "define_operators",
    "describe",
    "incoming_axes",
    "input_node",
    "key_node",
    "name_leaf",
    "parameter_node",
    "state_node",
]
