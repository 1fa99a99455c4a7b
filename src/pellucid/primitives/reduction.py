"""Primitives that reduce axes to one value, and running sums.

Sums and products of nothing are 0 and 1; the extremes of nothing are an error when the node is
built.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.dtypes import DType, as_dtype, int32
from pellucid.errors import ShapeError
from pellucid.graph.node import Node, Operand, apply, as_node
from pellucid.graph.primitive import (
    Array,
    Attributes,
    Structural,
    TensorType,
    in_rows,
    require_kind,
)
from pellucid.primitives.arithmetic import times
from pellucid.primitives.axes import axes_of, axis_of
from pellucid.primitives.comparison import cast, equal
from pellucid.primitives.movement import (
    broadcast,
    concatenate,
    flip,
    full,
    reshape,
    slice_axis,
    squeeze,
    transpose,
)
from pellucid.shapes import Axes, reduced_shape, size

Gradients = tuple[Node | None, ...]


class Reduction(Structural):
    """One value in place of the elements along `axes` (None: all)."""

    needs_elements = False

    def __call__(self, x: Operand, axis: Axes = None, keepdims: bool = False) -> Node:
        """Build the node; `axis` is one axis, several or all (None)."""
        x = as_node(x)
        axes = axes_of(self.name, x, axis)
        return apply(self, x, axes=axes, keepdims=bool(keepdims))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the shape without the axes."""
        (x,) = inputs
        require_kind(self.name, x.dtype, "number")
        axes = attributes["axes"]
        if self.needs_elements and size(tuple(x.shape[axis] for axis in axes)) == 0:
            raise ShapeError(
                f"{self.name} of no elements has no value: shape {x.shape}, axes {axes}"
            )
        return TensorType(reduced_shape(x.shape, axes, attributes["keepdims"]), x.dtype)

    def flops(self, node: Node) -> int:
        """Return one operation for each element taken in."""
        return size(node.inputs[0].shape)


def spread(value: Node, like: Node, axes: tuple[int, ...]) -> Node:
    """Return a reduced value repeated along the axes that were reduced."""
    return broadcast(reshape(value, reduced_shape(like.shape, axes, keepdims=True)), like.shape)


class Sum(Reduction):
    """The sum along axes. `accumulator` is the type it is summed in (the input's own)."""

    name = "sum"

    def __call__(
        self, x: Operand, axis: Axes = None, keepdims: bool = False, accumulator: Any = None
    ) -> Node:
        """Build the node; x itself where no axis is summed."""
        x = as_node(x)
        axes = axes_of(self.name, x, axis)
        if not axes:
            return x
        wide = x.dtype if accumulator is None else as_dtype(accumulator)
        return apply(self, x, axes=axes, keepdims=bool(keepdims), accumulator=wide)

    def compute(
        self, x: Array, *, axes: tuple[int, ...], keepdims: bool, accumulator: DType
    ) -> Array:
        """Sum with NumPy."""
        total = in_rows(x).sum(axes, dtype=accumulator, keepdims=keepdims)
        return total.astype(x.dtype, copy=False)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Give the gradient to every element."""
        return (spread(gradient, node.inputs[0], node.attributes["axes"]),)


class Product(Reduction):
    """The product along axes."""

    name = "product"

    def compute(self, x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Array:
        """Multiply with NumPy."""
        return np.prod(in_rows(x), axes, dtype=x.dtype, keepdims=keepdims)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return the gradient times the product of the others: exact with zeros, of every order."""
        (x,), axes = node.inputs, node.attributes["axes"]
        return (times(spread(gradient, x, axes), _product_of_others(x, axes)),)


def _product_of_others(x: Node, axes: tuple[int, ...]) -> Node:
    """Return for each element the product of all others along the axes."""
    kept = tuple(axis for axis in range(x.rank) if axis not in axes)
    order = kept + axes
    moved = transpose(x, order)
    rows = size(tuple(x.shape[axis] for axis in kept))
    flat = reshape(moved, (rows, size(tuple(x.shape[axis] for axis in axes))))
    before = _running_product_before(flat)
    after = flip(_running_product_before(flip(flat, 1)), 1)
    inverse = tuple(order.index(axis) for axis in range(x.rank))
    return transpose(reshape(before * after, moved.shape), inverse)


def _running_product_before(x: Node) -> Node:
    """Return the product of all elements before each one in its row, by doubling spans."""
    rows, length = x.shape
    if length == 0:
        return x
    result = concatenate([full((rows, 1), 1, x.dtype), slice_axis(x, 1, 0, length - 1)], 1)
    span = 1
    while span < length:
        shifted = [full((rows, span), 1, x.dtype), slice_axis(result, 1, 0, length - span)]
        result = result * concatenate(shifted, 1)
        span *= 2
    return result


class Extreme(Reduction):
    """The largest or the smallest along axes; nan if there is one."""

    needs_elements = True
    edges = "at ties, equal shares"

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Share the gradient among the elements that reach the extreme."""
        (x,), axes = node.inputs, node.attributes["axes"]
        reached = cast(equal(x, spread(node, x, axes)), x.dtype)
        share = reached / spread(sum(reached, axes), x, axes)
        return (times(spread(gradient, x, axes), share),)


class Max(Extreme):
    """The largest along axes; nan if there is one."""

    name = "max"

    def compute(self, x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Array:
        """Take the largest with NumPy."""
        return in_rows(x).max(axes, keepdims=keepdims)


class Min(Extreme):
    """The smallest along axes; nan if there is one."""

    name = "min"

    def compute(self, x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Array:
        """Take the smallest with NumPy."""
        return in_rows(x).min(axes, keepdims=keepdims)


class ArgExtreme(Structural):
    """The position of the extreme along one axis, as int32: the first of equals, or of nans."""

    differentiable = False

    def __call__(self, x: Operand, axis: int = -1, keepdims: bool = False) -> Node:
        """Build the node."""
        x = as_node(x)
        node = apply(self, x, axis=axis_of(self.name, x, axis))
        return node if keepdims else squeeze(node, axis)

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the shape with length 1 along the axis."""
        (x,), axis = inputs, attributes["axis"]
        require_kind(self.name, x.dtype, "number")
        if not x.shape or x.shape[axis] == 0:
            raise ShapeError(
                f"{self.name} of no elements has no value: shape {x.shape}, axis {axis}"
            )
        return TensorType(reduced_shape(x.shape, (axis,), keepdims=True), int32)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing."""
        return (None,)


class ArgMax(ArgExtreme):
    """The position of the largest along one axis, as int32: the first of equals, or of nans."""

    name = "argmax"

    def compute(self, x: Any, *, axis: int) -> Array:
        """Find it with NumPy."""
        return x.argmax(axis, keepdims=True).astype(np.int32)


class ArgMin(ArgExtreme):
    """The position of the smallest along one axis, as int32: the first of equals, or of nans."""

    name = "argmin"

    def compute(self, x: Any, *, axis: int) -> Array:
        """Find it with NumPy."""
        return x.argmin(axis, keepdims=True).astype(np.int32)


class CumulativeSum(Structural):
    """The running sum along one axis, each element included; `reverse` runs from the end."""

    name = "cumulative_sum"

    def __call__(self, x: Operand, axis: int = -1, reverse: bool = False) -> Node:
        """Build the node."""
        x = as_node(x)
        return apply(self, x, axis=axis_of(self.name, x, axis), reverse=bool(reverse))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the same type."""
        (x,) = inputs
        require_kind(self.name, x.dtype, "number")
        if not x.shape:
            raise ShapeError("a scalar has no axis to be summed along")
        return x

    def compute(self, x: Any, *, axis: int, reverse: bool) -> Array:
        """Sum with NumPy."""
        if reverse:
            return np.flip(np.cumsum(np.flip(x, axis), axis, dtype=x.dtype), axis)
        return np.cumsum(x, axis, dtype=x.dtype)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Sum the gradient from the other end."""
        axis, reverse = node.attributes["axis"], node.attributes["reverse"]
        return (cumulative_sum(gradient, axis, not reverse),)


sum, product, max, min = Sum(), Product(), Max(), Min()
argmax, argmin, cumulative_sum = ArgMax(), ArgMin(), CumulativeSum()
