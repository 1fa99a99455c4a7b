"""The rules of shapes and axes, each stated once.

Receives shapes (tuples of non-negative integers) and axes as a user writes them; gives shapes and
axes counted from 0. Messages speak of bare shapes: the primitive that asks adds the names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from operator import index
from typing import SupportsIndex

from pellucid.errors import ShapeError

Shape = tuple[int, ...]
Axes = SupportsIndex | Sequence[int] | None


def size(shape: Shape) -> int:
    """Return the number of elements.

    Example:
        >>> size((3, 4)), size(()), size((3, 0))
        (12, 1, 0)
    """
    return prod(shape)


def as_shape(value: SupportsIndex | Iterable[SupportsIndex]) -> Shape:
    """Return `value` as a shape; an integer is a shape of one axis.

    Raises:
        ShapeError: a length is negative or no integer.
    """
    try:
        given = tuple(value) if isinstance(value, Iterable) else (value,)
        lengths = tuple(index(length) for length in given)
    except TypeError:
        raise ShapeError(f"a shape is made of lengths of at least 0, got {value!r}") from None
    if any(isinstance(length, bool) for length in given) or min(lengths, default=0) < 0:
        raise ShapeError(f"a shape is made of lengths of at least 0, got {given!r}")
    return lengths


def normalize_axis(axis: SupportsIndex, rank: int) -> int:
    """Return `axis` counted from 0; negative axes count from the end.

    Raises:
        ShapeError: there is no such axis, or `axis` is no integer.

    Example:
        >>> normalize_axis(-1, 3)
        2
    """
    try:
        position = index(axis)
    except TypeError:
        raise ShapeError(f"an axis is an integer, got {axis!r}") from None
    if not -rank <= position < rank:
        raise ShapeError(f"axis {position} does not exist: there are {rank} axes")
    return position % rank


def normalize_axes(axes: Axes, rank: int) -> tuple[int, ...]:
    """Return `axes` counted from 0, in rising order; None means all of them.

    Raises:
        ShapeError: an axis does not exist or is named twice.

    Example:
        >>> normalize_axes((-1, 0), 3), normalize_axes(None, 2)
        ((0, 2), (0, 1))
    """
    if axes is None:
        return tuple(range(rank))
    named = tuple(axes) if isinstance(axes, Sequence) else (axes,)
    counted = [normalize_axis(axis, rank) for axis in named]
    if len(set(counted)) != len(counted):
        raise ShapeError(f"an axis is named twice in {named}")
    return tuple(sorted(counted))


def broadcast_shapes(*shapes: Shape) -> Shape:
    """Return the common shape: aligned at the last axis, lengths equal or 1.

    Raises:
        ShapeError: two lengths differ and neither is 1.

    Example:
        >>> broadcast_shapes((3, 1), (4,))
        (3, 4)
    """
    if shapes and shapes.count(shapes[0]) == len(shapes):
        return shapes[0]
    rank = max((len(shape) for shape in shapes), default=0)
    result = [1] * rank
    for shape in shapes:
        offset = rank - len(shape)
        for position, length in enumerate(shape, offset):
            if result[position] == 1:
                result[position] = length
            elif length not in (1, result[position]):
                raise ShapeError(f"shapes {' and '.join(map(str, shapes))} do not broadcast")
    return tuple(result)


def stretched_axes(source: Shape, target: Shape) -> tuple[int, ...]:
    """Return the axes of `target` along which `source` is repeated by broadcasting.

    Example:
        >>> stretched_axes((3, 1), (2, 3, 4))
        (0, 2)
    """
    offset = len(target) - len(source)
    return tuple(
        axis
        for axis, length in enumerate(target)
        if axis < offset or (source[axis - offset] == 1 and length != 1)
    )


def reduced_shape(shape: Shape, axes: tuple[int, ...], keepdims: bool) -> Shape:
    """Return the shape after reducing `axes` (counted from 0).

    Example:
        >>> reduced_shape((2, 3), (1,), keepdims=True), reduced_shape((2, 3), (1,), keepdims=False)
        ((2, 1), (2,))
    """
    if keepdims:
        return tuple(1 if axis in axes else length for axis, length in enumerate(shape))
    return tuple(length for axis, length in enumerate(shape) if axis not in axes)


def matmul_shape(left: Shape, right: Shape) -> Shape:
    """Return the shape of a matrix product of at least two-dimensional operands.

    Raises:
        ShapeError: an operand is no matrix, the inner lengths differ, or the batches do not
            broadcast.

    Example:
        >>> matmul_shape((5, 2, 3), (3, 4))
        (5, 2, 4)
    """
    if len(left) < 2 or len(right) < 2:
        raise ShapeError(f"a matrix product needs at least 2 axes each, got {left} and {right}")
    if left[-1] != right[-2]:
        raise ShapeError(
            f"a matrix product needs equal inner lengths, got {left} and {right}: "
            f"{left[-1]} columns against {right[-2]} rows"
        )
    return (*broadcast_shapes(left[:-2], right[:-2]), left[-2], right[-1])


def resolve_reshape(shape: Shape, target: Sequence[int]) -> Shape:
    """Return `target` with one length of -1 filled in.

    Raises:
        ShapeError: the numbers of elements differ, or more than one length is -1.

    Example:
        >>> resolve_reshape((2, 6), (3, -1))
        (3, 4)
    """
    wanted = tuple(target)
    count = size(shape)
    if wanted.count(-1) == 1:
        rest = prod(length for length in wanted if length != -1)
        if rest and count % rest == 0:
            return as_shape(count // rest if length == -1 else length for length in wanted)
        raise ShapeError(f"{count} elements of shape {shape} do not divide into {wanted}")
    if prod(wanted) != count or min(wanted, default=0) < 0:
        raise ShapeError(f"{count} elements of shape {shape} do not fit into {wanted}")
    return as_shape(wanted)
