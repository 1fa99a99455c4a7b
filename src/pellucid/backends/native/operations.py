"""From nodes to operations: what is computed, and how its operands are read.

    operation = map        a formula on corresponding elements
              | reduce     sum, product, max or min along axes
              | contract   the product of matrices, batched
              | special    a primitive with a loop of its own, such as a sort
    read      = source, view
    source    = operation | leaf | array (a constant) | one number

Nodes that only change how an array is read become views. Where strides cannot express a view, a map
that copies stands in between. Every operation's result is contiguous.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from pellucid.backends.native.views import VIEWS, View, collapse, contiguous, through
from pellucid.dtypes import DType
from pellucid.graph.formula import Word, argument
from pellucid.graph.node import CONSTANT, Node
from pellucid.graph.primitive import Elementwise
from pellucid.graph.traversal import topological
from pellucid.shapes import Shape

Array = np.ndarray[Any, Any]

IDENTITIES = {"sum": 0, "product": 1, "max": None, "min": None}
"""The reductions, and their value over nothing."""


@dataclass(frozen=True, eq=False)
class Leaf:
    """A value that is handed in: state, or the rows of a batch."""

    node: Node

    @property
    def shape(self) -> Shape:
        """Its shape."""
        return self.node.shape

    @property
    def dtype(self) -> DType:
        """Its element type."""
        return self.node.dtype


@dataclass(frozen=True, eq=False)
class Fixed:
    """An array that is part of the graph."""

    array: Array

    @property
    def shape(self) -> Shape:
        """Its shape."""
        return self.array.shape

    @property
    def dtype(self) -> DType:
        """Its element type."""
        return self.array.dtype


@dataclass(frozen=True, eq=False)
class Uniform:
    """One number, wherever it is read."""

    value: Any
    dtype: DType


@dataclass(frozen=True, eq=False)
class Operation:
    """What is computed, contiguous, of a shape and type. `node` is what a user would call it."""

    node: Node
    shape: Shape
    dtype: DType
    reads: tuple[Read, ...]

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)


@dataclass(frozen=True, eq=False)
class Map(Operation):
    """A formula on corresponding elements: every view has the shape of the result."""

    expression: Word


@dataclass(frozen=True, eq=False)
class Reduce(Operation):
    """One value in place of the elements along axes of its operand, which the result lacks."""

    combine: str
    axes: tuple[int, ...]
    accumulator: DType


@dataclass(frozen=True, eq=False)
class Contract(Operation):
    """Products of matrices, (.., m, k) and (.., k, n), both views with all batch axes."""

    accumulator: DType


@dataclass(frozen=True, eq=False)
class Special(Operation):
    """A primitive with a loop of its own; its operands are contiguous."""


Source = Operation | Leaf | Fixed | Uniform


@dataclass(frozen=True)
class Read:
    """An operand: where it comes from, and how it is read."""

    source: Source
    view: View

    @property
    def dtype(self) -> DType:
        """Its element type."""
        return self.source.dtype

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole buffer in its own order."""
        if isinstance(self.source, Uniform):
            return False
        return self.view.is_contiguous and prod(self.view.shape) == prod(self.source.shape)


def lower(outputs: Sequence[Node]) -> list[Operation]:
    """Return an operation for each output; the graph holds no composites.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> x = input_node("x", (2, 3))
        >>> [(total,)] = [lower([x + x])]
        >>> type(total).__name__, total.shape
        ('Map', (2, 3))
    """
    lowering = _Lowering()
    for node in topological(outputs):
        lowering.reads[node] = lowering.operand_of(node)
    results: list[Operation] = []
    taken: set[Operation] = set()
    for node in outputs:
        found = lowering.reads[node]
        operation = found.source
        if not isinstance(operation, Operation) or not found.is_whole or operation in taken:
            operation = lowering.copy(node, found)
        taken.add(operation)
        results.append(operation)
    return results


def operations_of(
    outputs: Sequence[Operation], among: Container[Operation] | None = None
) -> list[Operation]:
    """Return every operation that the outputs need, operands before users, each once.

    With `among`, the others of them are passed over, and so is what only they need.
    """
    order: list[Operation] = []
    seen: set[Operation] = set()
    stack = [(operation, False) for operation in reversed(outputs)]
    while stack:
        operation, done = stack.pop()
        if done:
            order.append(operation)
        elif operation not in seen and (among is None or operation in among):
            seen.add(operation)
            stack.append((operation, True))
            # What has no elements needs nothing.
            for operand in reversed(operation.reads if operation.size else ()):
                if isinstance(operand.source, Operation) and operand.source not in seen:
                    stack.append((operand.source, False))
    return order


class _Lowering:
    """The reads of nodes that were met."""

    def __init__(self) -> None:
        self.reads: dict[Node, Read] = {}

    def operand_of(self, node: Node) -> Read:
        """Return how a node is read, once it is computed."""
        primitive = node.primitive
        if primitive is CONSTANT:
            return _constant(node.attributes["value"])
        if node.is_leaf:
            return Read(Leaf(node), contiguous(node.shape))
        if primitive.name in VIEWS:
            source = self.reads[node.inputs[0]]
            view = through(node, source.view)
            if view is None:
                source = self.as_whole_buffer(node.inputs[0], source)
                view = through(node, source.view)
                assert view is not None
            return Read(source.source, view)
        if primitive.name == "iota":
            return _count(node)
        operands = tuple(self.reads[i] for i in node.inputs)
        if isinstance(primitive, Elementwise):
            expression = primitive.expression(node.attributes)
            return _result(Map(node, node.shape, node.dtype, operands, expression))
        if primitive.name in IDENTITIES:
            return self.reduction(node, operands[0])
        if primitive.name == "matmul":
            return self.contraction(node, operands)
        whole_operands = tuple(
            self.as_whole_buffer(i, operand)
            for i, operand in zip(node.inputs, operands, strict=True)
        )
        return _result(Special(node, node.shape, node.dtype, whole_operands))

    def copy(self, node: Node, operand: Read) -> Map:
        """Return the operation that writes what is read into a buffer of its own."""
        return Map(node, operand.view.shape, operand.dtype, (operand,), argument(0))

    def as_whole_buffer(self, node: Node, operand: Read) -> Read:
        """Return a read of a whole buffer."""
        return operand if operand.is_whole else _result(self.copy(node, operand))

    def reduction(self, node: Node, operand: Read) -> Read:
        name, axes = node.primitive.name, node.attributes["axes"]
        shape = operand.view.shape
        kept = tuple(axis for axis in range(len(shape)) if axis not in axes)
        outer = tuple(shape[axis] for axis in kept)
        count = prod(shape[axis] for axis in axes)
        if count == 0:
            return Read(Uniform(IDENTITIES[name], node.dtype), contiguous(node.shape))
        if count == 1:
            # The sum of one element is that element: nothing is computed.
            view = View(
                outer, tuple(operand.view.strides[axis] for axis in kept), operand.view.offset
            )
            return Read(operand.source, _reshaped(view, node.shape))
        flags = [axis in axes for axis in range(len(shape))]
        if collapse(shape, [operand.view.strides], flags)[1].count(True) != 1:
            moved = Read(operand.source, operand.view.transposed((*kept, *axes)))
            operand = _result(self.copy(node.inputs[0], moved))
            axes = tuple(range(len(kept), len(shape)))
        accumulator = node.attributes.get("accumulator", node.dtype)
        result = Reduce(node, outer, node.dtype, (operand,), name, tuple(axes), accumulator)
        return Read(result, _reshaped(contiguous(outer), node.shape))

    def contraction(self, node: Node, operands: tuple[Read, ...]) -> Read:
        left, right = operands
        batch = node.shape[:-2]
        rows, depth = left.view.shape[-2:]
        columns = right.view.shape[-1]
        left = Read(left.source, left.view.broadcast((*batch, rows, depth)))
        if not right.view.has_lines or isinstance(right.source, Uniform):
            right = _result(self.copy(node.inputs[1], right))
        if isinstance(left.source, Uniform):
            left = _result(self.copy(node.inputs[0], left))
        right = Read(right.source, right.view.broadcast((*batch, depth, columns)))
        accumulator = node.attributes["accumulator"]
        return _result(Contract(node, node.shape, node.dtype, (left, right), accumulator))


def _reshaped(view: View, shape: Shape) -> View:
    """Return a view under a shape that differs in axes of length 1 only."""
    result = view.reshaped(shape)
    assert result is not None
    return result


def _result(operation: Operation) -> Read:
    return Read(operation, contiguous(operation.shape))


def _constant(value: Array) -> Read:
    flat = value.reshape(-1)
    if flat.size and (flat.view(np.uint8).reshape(flat.size, -1) == flat[:1].view(np.uint8)).all():
        return Read(Uniform(flat[0].item(), value.dtype), contiguous(value.shape))
    return Read(Fixed(np.ascontiguousarray(value)), contiguous(value.shape))


def _count(node: Node) -> Read:
    shape, axis = node.shape, node.attributes["axis"]
    line = Fixed(np.arange(shape[axis], dtype=node.dtype))
    strides = tuple(int(a == axis) for a in range(len(shape)))
    return Read(line, View(shape, strides))
