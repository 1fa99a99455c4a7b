"""The rules of shapes and axes, against NumPy."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ShapeError
from pellucid.shapes import (
    as_shape,
    broadcast_shapes,
    matmul_shape,
    normalize_axes,
    normalize_axis,
    reduced_shape,
    resolve_reshape,
    size,
    stretched_axes,
)

SHAPES: list[tuple[int, ...]] = [
    shape for rank in range(4) for shape in product((0, 1, 2, 3), repeat=rank)
]


def test_broadcasting_is_that_of_numpy() -> None:
    for one, other in product(SHAPES, SHAPES[:21]):
        try:
            expected = np.broadcast_shapes(one, other)
        except ValueError:
            with pytest.raises(ShapeError, match="do not broadcast"):
                broadcast_shapes(one, other)
            continue
        assert broadcast_shapes(one, other) == broadcast_shapes(other, one) == expected


def test_broadcasting_none_and_several() -> None:
    assert broadcast_shapes() == ()
    assert broadcast_shapes((2, 1), (3,), (4, 1, 1)) == (4, 2, 3)
    with pytest.raises(ShapeError, match=r"shapes \(2,\) and \(1,\) and \(3,\) do not broadcast"):
        broadcast_shapes((2,), (1,), (3,))


def test_summing_over_stretched_axes_gives_the_source_back() -> None:
    for source, target in product(SHAPES, SHAPES):
        try:
            if np.broadcast_shapes(source, target) != target:
                continue
        except ValueError:
            continue
        summed = np.zeros(target).sum(stretched_axes(source, target))
        assert summed.size == size(source)


def test_axes() -> None:
    assert [normalize_axis(axis, 3) for axis in (-3, -1, 0, 2)] == [0, 2, 0, 2]
    assert normalize_axis(np.int64(-1), 2) == 1
    assert normalize_axes((2, -3), 3) == (0, 2)
    assert normalize_axes(np.int32(1), 3) == (1,)
    assert normalize_axes([], 3) == ()
    assert normalize_axes(None, 0) == ()


@pytest.mark.parametrize("axis", [3, -4])
def test_an_axis_that_does_not_exist(axis: int) -> None:
    with pytest.raises(ShapeError, match=f"axis {axis} does not exist: there are 3 axes"):
        normalize_axis(axis, 3)


def test_axes_that_are_no_axes() -> None:
    with pytest.raises(ShapeError, match=r"an axis is named twice in \(0, -3\)"):
        normalize_axes((0, -3), 3)
    with pytest.raises(ShapeError, match=r"an axis is an integer, got 1\.0"):
        normalize_axis(1.0, 3)  # type: ignore[arg-type]
    with pytest.raises(ShapeError, match="an axis is an integer, got 'rows'"):
        normalize_axes(["rows"], 3)  # type: ignore[list-item]


def test_as_shape() -> None:
    assert as_shape(3) == (3,)
    assert as_shape(np.int64(3)) == (3,)
    assert as_shape([np.int32(2), 0]) == (2, 0)
    assert as_shape(()) == ()


@pytest.mark.parametrize("value", [-1, (2, -1), (2.0,), 2.5, "ab", (True, 2), True, None, [None]])
def test_what_is_no_shape(value: Any) -> None:
    with pytest.raises(ShapeError, match="a shape is made of lengths of at least 0, got"):
        as_shape(value)


def test_reduced_shapes_are_those_of_numpy() -> None:
    for shape in SHAPES:
        for axes in ((), (0,), (len(shape) - 1,), tuple(range(len(shape)))):
            if shape or not axes:
                for keep in (False, True):
                    expected = np.zeros(shape).sum(axes, keepdims=keep).shape
                    assert reduced_shape(shape, axes, keep) == expected


def test_matmul_shapes_are_those_of_numpy() -> None:
    wide = [shape for shape in SHAPES if len(shape) >= 2]
    for left, right in product(wide[::3], wide):
        try:
            expected = np.matmul(np.zeros(left), np.zeros(right)).shape
        except ValueError:
            with pytest.raises(ShapeError, match=r"equal inner lengths|do not broadcast"):
                matmul_shape(left, right)
            continue
        assert matmul_shape(left, right) == expected


def test_matmul_errors_say_what_came() -> None:
    with pytest.raises(ShapeError, match=r"at least 2 axes each, got \(3,\) and \(3, 4\)"):
        matmul_shape((3,), (3, 4))
    with pytest.raises(ShapeError, match=r"got \(2, 3\) and \(4, 5\): 3 columns against 4 rows"):
        matmul_shape((2, 3), (4, 5))


def test_reshaping_is_that_of_numpy() -> None:
    for shape, target in product(SHAPES[:25], [(), (-1,), (2, -1), (-1, 3), (6,), (0, -1), (0,)]):
        try:
            expected = np.zeros(shape).reshape(target).shape
        except ValueError:
            with pytest.raises(ShapeError, match=f"{size(shape)} elements of shape"):
                resolve_reshape(shape, target)
            continue
        assert resolve_reshape(shape, target) == expected


@pytest.mark.parametrize("target", [(-1, -1), (-2, -3), (1, -2, -3)])
def test_reshaping_with_several_negative_lengths(target: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"6 elements of shape .* do not fit into"):
        resolve_reshape((6,), target)
    with pytest.raises(ShapeError, match=r"1 elements of shape .* do not fit into"):
        resolve_reshape((), (-1, -1))
