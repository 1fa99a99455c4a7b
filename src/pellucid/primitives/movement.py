"""Primitives that move elements without changing them: shapes, axes, slices, joins.

All of them are structural, and each one's derivative is another one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index as index_of
from typing import Any

import numpy as np

from pellucid.dtypes import is_float
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.node import Node, Operand, apply, as_node, constant_node, describe
from pellucid.graph.primitive import Array, Attributes, Structural, TensorType, require_same
from pellucid.primitives.axes import axes_of, axis_of
from pellucid.shapes import (
    Axes,
    Shape,
    as_shape,
    broadcast_shapes,
    normalize_axis,
    resolve_reshape,
    stretched_axes,
)


class Movement(Structural):
    """A structural primitive without arithmetic."""

    def flops(self, node: Node) -> int:
        """Return 0."""
        return 0


class Reshape(Movement):
    """Elements in the same order under another shape; one length may be -1.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> reshape(input_node("x", (2, 6)), (3, -1)).shape
        (3, 4)
    """

    name = "reshape"

    def __call__(self, x: Operand, shape: int | Sequence[int]) -> Node:
        """Build the node; x itself where it has the shape already."""
        x = as_node(x)
        try:
            wanted = tuple(shape) if isinstance(shape, Sequence) else (index_of(shape),)
            resolved = resolve_reshape(x.shape, wanted)
        except (ShapeError, TypeError) as error:
            raise ShapeError(f"reshape of {describe(x)}: {error}") from None
        return x if resolved == x.shape else apply(self, x, shape=resolved)

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the wanted shape."""
        (x,) = inputs
        return TensorType(resolve_reshape(x.shape, attributes["shape"]), x.dtype)

    def compute(self, x: Array, *, shape: Shape) -> Array:
        """Reshape with NumPy."""
        return x.reshape(shape)

    def derivative(self, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        """Reshape back."""
        return (reshape(gradient, node.inputs[0].shape),)


class Transpose(Movement):
    """Axes in another order; without `axes`, reversed."""

    name = "transpose"

    def __call__(self, x: Operand, axes: Sequence[int] | None = None) -> Node:
        """Build the node; x itself where the order does not change."""
        x = as_node(x)
        order = tuple(axes) if axes is not None else tuple(reversed(range(x.rank)))
        order = tuple(axis_of(self.name, x, axis) for axis in order)
        return x if order == tuple(range(x.rank)) else apply(self, x, axes=order)

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the shape with its axes reordered."""
        (x,) = inputs
        axes = attributes["axes"]
        if sorted(axes) != list(range(len(x.shape))):
            raise ShapeError(f"every axis must be named once, got {axes} for shape {x.shape}")
        return TensorType(tuple(x.shape[axis] for axis in axes), x.dtype)

    def compute(self, x: Array, *, axes: tuple[int, ...]) -> Array:
        """Transpose with NumPy."""
        return x.transpose(axes)

    def derivative(self, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        """Put the axes back."""
        axes = node.attributes["axes"]
        return (transpose(gradient, tuple(axes.index(i) for i in range(len(axes)))),)


class Broadcast(Movement):
    """Repetition along axes of length 1 and along new leading axes."""

    name = "broadcast"

    def __call__(self, x: Operand, shape: int | Sequence[int]) -> Node:
        """Build the node; x itself where it has the shape already."""
        x = as_node(x)
        try:
            wanted = as_shape(shape)
        except ShapeError as error:
            raise ShapeError(f"broadcast of {describe(x)}: {error}") from None
        return x if wanted == x.shape else apply(self, x, shape=wanted)

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the wanted shape."""
        (x,) = inputs
        shape = attributes["shape"]
        if broadcast_shapes(x.shape, shape) != shape:
            raise ShapeError(f"shape {x.shape} does not broadcast to {shape}")
        return TensorType(shape, x.dtype)

    def compute(self, x: Array, *, shape: Shape) -> Array:
        """Broadcast with NumPy, without a copy."""
        return np.broadcast_to(x, shape)

    def derivative(self, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        """Sum over the axes of repetition."""
        from pellucid.primitives.reduction import sum

        (x,) = node.inputs
        axes = stretched_axes(x.shape, node.shape)
        return (reshape(sum(gradient, axes), x.shape),)


class Concatenate(Movement):
    """Arrays joined along an axis that exists."""

    name = "concatenate"

    def __call__(self, arrays: Sequence[Operand], axis: int = 0) -> Node:
        """Build the node; the array itself where there is only one."""
        nodes = tuple(as_node(array) for array in arrays)
        if not nodes:
            raise ShapeError("concatenate needs at least one array, got none")
        axis = axis_of(self.name, nodes[0], axis) if nodes[0].rank else 0
        return nodes[0] if len(nodes) == 1 else apply(self, *nodes, axis=axis)

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the shape with the lengths along the axis added."""
        require_same(self.name, tuple(t.dtype for t in inputs))
        axis, first = attributes["axis"], inputs[0].shape
        if not first:
            raise ShapeError("scalars have no axis to be joined along: reshape them to (1,)")
        rests = [t.shape[:axis] + t.shape[axis + 1 :] for t in inputs]
        if any(len(t.shape) != len(first) for t in inputs) or any(r != rests[0] for r in rests):
            raise ShapeError(
                f"all lengths but the one along axis {axis} must be equal, "
                f"got {[t.shape for t in inputs]}"
            )
        joined = sum_of(t.shape[axis] for t in inputs)
        return TensorType((*first[:axis], joined, *first[axis + 1 :]), inputs[0].dtype)

    def compute(self, *arrays: Array, axis: int) -> Array:
        """Join with NumPy."""
        return np.concatenate(arrays, axis)

    def derivative(self, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        """Cut the gradient into the parts."""
        axis, start = node.attributes["axis"], 0
        parts: list[Node | None] = []
        for part in node.inputs:
            stop = start + part.shape[axis]
            parts.append(slice_axis(gradient, axis, start, stop))
            start = stop
        return tuple(parts)


class Slice(Movement):
    """Elements from `starts` up to `stops` in positive `steps`, along every axis."""

    name = "slice"

    def __call__(self, x: Operand, starts: Shape, stops: Shape, steps: Shape | None = None) -> Node:
        """Build the node; x itself where it is taken whole."""
        x, starts, stops = as_node(x), tuple(map(index_of, starts)), tuple(map(index_of, stops))
        steps = tuple(map(index_of, steps)) if steps is not None else (1,) * x.rank
        whole = all(s == 0 for s in starts) and all(s == 1 for s in steps) and stops == x.shape
        return x if whole else apply(self, x, starts=starts, stops=stops, steps=steps)

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the number of elements taken along each axis."""
        (x,) = inputs
        starts, stops, steps = (attributes[key] for key in ("starts", "stops", "steps"))
        if not len(starts) == len(stops) == len(steps) == len(x.shape):
            raise ShapeError(f"a slice of shape {x.shape} needs bounds for each of its axes")
        lengths = []
        for length, start, stop, step in zip(x.shape, starts, stops, steps, strict=True):
            if not (0 <= start <= stop <= length and step > 0):
                raise ShapeError(f"slice {start}:{stop}:{step} is outside of length {length}")
            lengths.append(-(-(stop - start) // step))
        return TensorType(tuple(lengths), x.dtype)

    def compute(self, x: Array, *, starts: Shape, stops: Shape, steps: Shape) -> Array:
        """Slice with NumPy, without a copy."""
        return x[tuple(slice_of(*bounds) for bounds in zip(starts, stops, steps, strict=True))]

    def derivative(self, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        """Pad with zeros around and between."""
        starts, steps = node.attributes["starts"], node.attributes["steps"]
        spans = [max_of(0, (n - 1) * step + 1) for n, step in zip(node.shape, steps, strict=True)]
        high = tuple(
            length - start - span
            for length, start, span in zip(node.inputs[0].shape, starts, spans, strict=True)
        )
        return (pad(gradient, starts, high, tuple(step - 1 for step in steps)),)


class Pad(Movement):
    """`value` put before, after and between the elements, along every axis."""

    name = "pad"

    def __call__(
        self,
        x: Operand,
        low: Shape,
        high: Shape,
        interior: Shape | None = None,
        value: float = 0,
    ) -> Node:
        """Build the node; x itself where nothing is put."""
        x = as_node(x)
        low, high = tuple(map(index_of, low)), tuple(map(index_of, high))
        between = tuple(map(index_of, interior)) if interior is not None else (0,) * x.rank
        if not any((*low, *high, *between)):
            return x
        return apply(self, x, low=low, high=high, interior=between, value=value)

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the widened shape."""
        (x,) = inputs
        low, high, interior = (attributes[key] for key in ("low", "high", "interior"))
        if not len(low) == len(high) == len(interior) == len(x.shape):
            raise ShapeError(f"padding of shape {x.shape} needs widths for each of its axes")
        if min((*low, *high, *interior), default=0) < 0:
            raise ShapeError(f"widths of padding must be at least 0, got {low}, {high}, {interior}")
        if isinstance(attributes["value"], float) and not is_float(x.dtype):
            raise DTypeError(f"{attributes['value']!r} cannot pad elements of type {x.dtype}")
        lengths = (
            before + length + max_of(0, length - 1) * between + after
            for length, before, after, between in zip(x.shape, low, high, interior, strict=True)
        )
        return TensorType(tuple(lengths), x.dtype)

    def compute(self, x: Array, *, low: Shape, high: Shape, interior: Shape, value: Any) -> Array:
        """Fill, then set the elements."""
        widths = zip(x.shape, low, high, interior, strict=True)
        ends = [(b, b + max_of(0, (n - 1) * (i + 1) + 1), a, i) for n, b, a, i in widths]
        result = np.full([stop + after for _, stop, after, _ in ends], value, x.dtype)
        result[tuple(slice_of(start, stop, i + 1) for start, stop, _, i in ends)] = x
        return result

    def derivative(self, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        """Take the elements out again."""
        low, interior = node.attributes["low"], node.attributes["interior"]
        spans = (
            max_of(0, (n - 1) * (i + 1) + 1)
            for n, i in zip(node.inputs[0].shape, interior, strict=True)
        )
        stops = tuple(start + span for start, span in zip(low, spans, strict=True))
        return (take_slice(gradient, low, stops, tuple(i + 1 for i in interior)),)


class Flip(Movement):
    """Elements in reverse order along axes; without `axes`, along all."""

    name = "flip"

    def __call__(self, x: Operand, axes: Axes = None) -> Node:
        """Build the node."""
        x = as_node(x)
        return apply(self, x, axes=axes_of(self.name, x, axes))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the same type."""
        return inputs[0]

    def compute(self, x: Array, *, axes: tuple[int, ...]) -> Array:
        """Flip with NumPy, without a copy."""
        return np.flip(x, axes)

    def derivative(self, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        """Flip back."""
        return (flip(gradient, node.attributes["axes"]),)


# Modules of this room shadow Python's `slice` and `sum` for their users, and keep them under these.
slice_of, sum_of, max_of = slice, sum, max

reshape, transpose, broadcast, concatenate = Reshape(), Transpose(), Broadcast(), Concatenate()
take_slice, pad, flip = Slice(), Pad(), Flip()


def slice_axis(x: Node, axis: int, start: int, stop: int) -> Node:
    """Return the part of x from `start` up to `stop` along one axis (counted from 0)."""
    starts = tuple(start if i == axis else 0 for i in range(x.rank))
    stops = tuple(stop if i == axis else length for i, length in enumerate(x.shape))
    return take_slice(x, starts, stops)


def expand_dims(x: Operand, axis: int) -> Node:
    """Return x with a new axis of length 1 before position `axis` of the result."""
    x = as_node(x)
    try:
        axis = normalize_axis(axis, x.rank + 1)
    except ShapeError as error:
        raise ShapeError(f"expand_dims of {describe(x)}: {error} in the result") from None
    return reshape(x, (*x.shape[:axis], 1, *x.shape[axis:]))


def squeeze(x: Operand, axis: int) -> Node:
    """Return x without an axis of length 1."""
    x = as_node(x)
    axis = axis_of("squeeze", x, axis)
    if x.shape[axis] != 1:
        raise ShapeError(f"squeeze of {describe(x)}: axis {axis} has length {x.shape[axis]}, not 1")
    return reshape(x, x.shape[:axis] + x.shape[axis + 1 :])


def full(shape: int | Sequence[int], value: float, dtype: Any) -> Node:
    """Return a node of one repeated number."""
    return broadcast(constant_node(value, dtype), shape)


def zeros_like(x: Node) -> Node:
    """Return zeros of the shape and type of x."""
    return full(x.shape, 0, x.dtype)


def ones_like(x: Node) -> Node:
    """Return ones of the shape and type of x."""
    return full(x.shape, 1, x.dtype)


def getitem(x: Node, index: Any) -> Node:
    """Return what `x[index]` means: integers, slices, `...` and None, as in NumPy.

    Raises:
        ShapeError: too many indices, or an integer out of range.
        DTypeError: something else, such as an array: `gather` takes those.
    """
    items = list(index) if isinstance(index, tuple) else [index]
    named = [item for item in items if item is not None and item is not Ellipsis]
    for item in named:
        if not (_is_integer(item) or isinstance(item, slice_of)):
            raise DTypeError(
                f"{describe(x)}: {item!r} is no integer or slice; use gather for indices"
            )
    if len(items) - len(named) > 1 + sum_of(item is None for item in items):
        raise ShapeError(f"{describe(x)}: an index has at most one '...'")
    if len(named) > x.rank:
        raise ShapeError(f"{describe(x)} has {x.rank} axes, got {len(named)} indices")
    if not any(item is Ellipsis for item in items):
        items.append(Ellipsis)
    position = next(i for i, item in enumerate(items) if item is Ellipsis)
    items[position : position + 1] = [slice_of(None)] * (x.rank - len(named))

    starts, stops, steps, reverse, shape = [], [], [], [], []
    axis = 0
    for item in items:
        if item is None:
            shape.append(1)
            continue
        length = x.shape[axis]
        if isinstance(item, slice_of):
            try:
                taken = range(*item.indices(length))
            except (TypeError, ValueError) as error:
                raise ShapeError(f"{describe(x)}[{item}]: {error}") from None
            first, last = (taken[0], taken[-1]) if len(taken) else (0, -1)
            if taken.step < 0 and len(taken):
                reverse.append(axis)
                first, last = last, first
            shape.append(len(taken))
            steps.append(abs(taken.step))
        else:
            first = index_of(item)
            if not -length <= first < length:
                raise ShapeError(f"{describe(x)}: index {first} is out of range along axis {axis}")
            first %= length
            last = first
            steps.append(1)
        starts.append(first)
        stops.append(last + 1)
        axis += 1
    taken_part = take_slice(x, tuple(starts), tuple(stops), tuple(steps))
    return reshape(flip(taken_part, reverse) if reverse else taken_part, shape)


def _is_integer(item: Any) -> bool:
    # An array has __index__ too, and refuses when it is called.
    try:
        index_of(item)
    except TypeError:
        return False
    return not isinstance(item, bool | np.bool_)
