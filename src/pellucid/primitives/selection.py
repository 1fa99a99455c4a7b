"""Primitives that choose elements by index: gather, scatter, sorting, one-hot.

An index counts from 0 and must be below the length: a negative or too large one is an error when
the graph runs. With `along` the indices have the rank of x and choose within each line along the
axis; without, they choose whole slices.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.dtypes import DType, as_dtype, float32, int32, int64, is_float
from pellucid.errors import ExecutionError, ShapeError
from pellucid.graph.node import Node, Operand, apply, as_node, describe
from pellucid.graph.primitive import (
    Array,
    Attributes,
    Structural,
    TensorType,
    in_rows,
    require_kind,
    require_same,
)
from pellucid.primitives.axes import axis_of
from pellucid.primitives.comparison import cast, equal, where
from pellucid.primitives.movement import (
    broadcast,
    expand_dims,
    flip,
    full,
    reshape,
    slice_axis,
    zeros_like,
)
from pellucid.shapes import Shape, as_shape, normalize_axis

Gradients = tuple[Node | None, ...]


def check_indices(who: str, indices: Array, length: int) -> None:
    """Raise ExecutionError unless all indices are from 0 to below a length."""
    if indices.size and (int(indices.min()) < 0 or int(indices.max()) >= length):
        bad = int(indices.min()) if int(indices.min()) < 0 else int(indices.max())
        raise ExecutionError(f"{who}: index {bad} is out of range for an axis of length {length}")


def _chosen_shape(who: str, x: TensorType, indices: TensorType, attributes: Attributes) -> Shape:
    """Return the shape of what indices choose from x."""
    require_kind(f"the indices of {who}", indices.dtype, "integer")
    axis, along = attributes["axis"], attributes["along"]
    if not x.shape:
        raise ShapeError("a scalar has no axis to choose along")
    if not along:
        return x.shape[:axis] + indices.shape + x.shape[axis + 1 :]
    without = [s[:axis] + s[axis + 1 :] for s in (x.shape, indices.shape)]
    if len(indices.shape) != len(x.shape) or without[0] != without[1]:
        raise ShapeError(
            f"indices along axis {axis} need the shape {x.shape} but for that axis, "
            f"got {indices.shape}"
        )
    return indices.shape


class Gather(Structural):
    """The elements, or slices, of x at given indices along one axis.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> table, rows = input_node("table", (10, 3)), input_node("rows", (5,), "int32")
        >>> gather(table, rows).shape
        (5, 3)
    """

    name = "gather"

    def __call__(self, x: Operand, indices: Operand, axis: int = 0, along: bool = False) -> Node:
        """Build the node."""
        x, indices = as_node(x), as_node(indices)
        axis = axis_of(self.name, x, axis)
        return apply(self, x, indices, axis=axis, along=bool(along))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the shape of what is chosen."""
        x, indices = inputs
        return TensorType(_chosen_shape(self.name, x, indices, attributes), x.dtype)

    def compute(self, x: Array, indices: Array, *, axis: int, along: bool) -> Array:
        """Choose with NumPy."""
        check_indices(self.name, indices, x.shape[axis])
        if along:
            return np.take_along_axis(x, indices.astype(np.int64, copy=False), axis)
        return np.take(x, indices, axis)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Add the gradient at the indices."""
        x, indices = node.inputs
        axis, along = node.attributes["axis"], node.attributes["along"]
        return scatter(zeros_like(x), indices, gradient, axis, along, "add"), None

    def flops(self, node: Node) -> int:
        """Return 0."""
        return 0


class Scatter(Structural):
    """x with `updates` added to, or set at, given indices along one axis.

    Updates are taken in the order of the indices: with "add" an index may come more than once, with
    "set" the last one wins.
    """

    name = "scatter"
    edges = "with mode 'set' and an index that comes twice, the gradient goes to the last one"

    def __call__(
        self,
        x: Operand,
        indices: Operand,
        updates: Operand,
        axis: int = 0,
        along: bool = False,
        mode: str = "add",
    ) -> Node:
        """Build the node; `mode` is "add" or "set"."""
        x, indices, updates = as_node(x), as_node(indices), as_node(updates)
        axis = axis_of(self.name, x, axis)
        return apply(self, x, indices, updates, axis=axis, along=bool(along), mode=mode)

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the type of x."""
        x, indices, updates = inputs
        require_same("scatter", (x.dtype, updates.dtype))
        wanted = _chosen_shape(self.name, x, indices, attributes)
        if updates.shape != wanted:
            raise ShapeError(f"updates need shape {wanted}, got {updates.shape}")
        if attributes["mode"] not in ("add", "set"):
            raise ShapeError(f"the mode must be 'add' or 'set', got {attributes['mode']!r}")
        if attributes["mode"] == "add":
            require_kind("scatter with mode 'add'", x.dtype, "number")
        return x

    def compute(
        self, x: Array, indices: Array, updates: Array, *, axis: int, along: bool, mode: str
    ) -> Array:
        """Add or set with NumPy."""
        check_indices(self.name, indices, x.shape[axis])
        # NumPy takes updates in the order in which they lie in memory.
        indices, updates = in_rows(indices), in_rows(updates)
        result = np.array(x, order="C")
        where_to: Any
        if along:
            grid = np.ogrid[tuple(slice(length) for length in indices.shape)]
            where_to = (*grid[:axis], indices, *grid[axis + 1 :])
        else:
            where_to = (slice(None),) * axis + (indices,)
        if mode == "add":
            np.add.at(result, where_to, updates)
        else:
            result[where_to] = updates
        return result

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return the gradient for x and, chosen at the indices, for the updates."""
        _, indices, updates = node.inputs
        axis, along = node.attributes["axis"], node.attributes["along"]
        chosen = gather(gradient, indices, axis, along)
        if node.attributes["mode"] == "add":
            return gradient, None, chosen
        kept = scatter(gradient, indices, zeros_like(updates), axis, along, "set")
        count = 1
        for length in updates.shape:
            count *= length
        order = reshape(iota(count), updates.shape)
        last = scatter(full(node.shape, 0, int32), indices, order, axis, along, "set")
        wins = equal(gather(last, indices, axis, along), order)
        return kept, None, where(wins, chosen, 0.0)


class ArgSort(Structural):
    """The int32 positions that sort along one axis, ascending; equals keep their order, nan is
    last.

    -0 and 0 are equal.
    """

    name = "argsort"
    differentiable = False

    def __call__(self, x: Operand, axis: int = -1) -> Node:
        """Build the node."""
        x = as_node(x)
        return apply(self, x, axis=axis_of(self.name, x, axis))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the shape of x."""
        (x,) = inputs
        require_kind(self.name, x.dtype, "number")
        if not x.shape:
            raise ShapeError("a scalar has no axis to be sorted along")
        return TensorType(x.shape, int32)

    def compute(self, x: Array, *, axis: int) -> Array:
        """Sort with NumPy."""
        return np.argsort(x, axis, kind="stable").astype(np.int32)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing."""
        return (None,)


class Iota(Structural):
    """The integers from 0, one for each position along one axis of a shape."""

    name = "iota"
    differentiable = False

    def __call__(self, shape: int | Shape, axis: int = -1, dtype: Any = int32) -> Node:
        """Build the node."""
        lengths = as_shape(shape)
        axis = normalize_axis(axis, len(lengths))
        return apply(self, shape=lengths, axis=axis, dtype=as_dtype(dtype))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the wanted type."""
        require_kind(self.name, attributes["dtype"], "number")
        if not attributes["shape"]:
            raise ShapeError("a scalar has no axis to be counted along")
        length, dtype = attributes["shape"][attributes["axis"]], attributes["dtype"]
        limit = 2 ** (np.finfo(dtype).nmant + 1) if is_float(dtype) else int(np.iinfo(dtype).max)
        if length > limit:
            raise ShapeError(f"elements of type {dtype} count up to {limit}, not to {length}")
        return TensorType(attributes["shape"], attributes["dtype"])

    def compute(self, *, shape: Shape, axis: int, dtype: DType) -> Array:
        """Count with NumPy."""
        line = np.arange(shape[axis], dtype=dtype)
        return np.broadcast_to(line.reshape([-1] + [1] * (len(shape) - 1 - axis)), shape)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing."""
        return ()


gather, scatter, argsort, iota = Gather(), Scatter(), ArgSort(), Iota()


def sort(x: Operand, axis: int = -1, descending: bool = False) -> Node:
    """Return x sorted along one axis; equals keep their order, nan is last in ascending order."""
    x = as_node(x)
    result = gather(x, argsort(x, axis), axis, along=True)
    return flip(result, axis) if descending else result


def top_k(x: Operand, k: int, axis: int = -1) -> tuple[Node, Node]:
    """Return the k largest along one axis, largest first, and their int32 positions.

    Of equals the first in the line comes first; nan counts as smaller than every number.

    Raises:
        ShapeError: there are not k elements.
    """
    x = as_node(x)
    axis = axis_of("top_k", x, axis)
    if not 0 <= k <= x.shape[axis]:
        raise ShapeError(
            f"top_k of {describe(x)}: {k} of {x.shape[axis]} elements along axis {axis} cannot be "
            "taken"
        )
    positions = slice_axis(argsort(_reversed_order(x), axis), axis, 0, k)
    return gather(x, positions, axis, along=True), positions


def _reversed_order(x: Node) -> Node:
    """Return numbers that sort the other way round."""
    if is_float(x.dtype):
        return -x
    # The negative of the lowest whole number, or of an unsigned one, is no smaller than it.
    limits = np.iinfo(x.dtype)
    return full(x.shape, limits.min + limits.max, x.dtype) - x


def one_hot(indices: Operand, length: int, dtype: Any = float32) -> Node:
    """Return 1 at each index and 0 elsewhere, along a new last axis of `length`.

    An index out of range gives zeros.

    Raises:
        DTypeError: the indices are no integers, or `dtype` is none of numbers.
    """
    indices = as_node(indices)
    require_kind("the indices of one_hot", indices.dtype, "integer")
    if length > np.iinfo(indices.dtype).max:
        indices = cast(indices, int64)
    shape = (*indices.shape, length)
    spread = broadcast(expand_dims(indices, -1), shape)
    hits = equal(spread, iota(shape, -1, indices.dtype))
    if not is_float(as_dtype(dtype)):
        require_kind("one_hot", as_dtype(dtype), "number")
    return cast(hits, dtype)


def take_along(x: Operand, indices: Operand, axis: int = -1) -> Node:
    """Return for each line of x along the axis the elements at its own indices."""
    return gather(x, indices, axis, along=True)
