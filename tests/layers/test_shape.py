"""Layers that only change shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import OptionError, ShapeError
from pellucid.graph.node import input_node
from pellucid.layers import Flatten, Reshape
from tests.layers.oracle import run_layer


@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 3), (2,), (0, 3, 4), (1, 1, 1, 5)])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_flatten(shape: tuple[int, ...], dtype: str) -> None:
    x = np.arange(np.prod(shape)).reshape(shape)
    got = run_layer(Flatten(), x, dtype=dtype)
    np.testing.assert_array_equal(got, x.reshape(shape[0], int(np.prod(shape[1:]))))


@pytest.mark.parametrize(
    ("shape", "row"), [((2, 12), (3, 4)), ((2, 12), (-1, 4)), ((2, 3, 4), (12,)), ((0, 6), (2, -1))]
)
def test_reshape(shape: tuple[int, ...], row: tuple[int, ...]) -> None:
    x = np.arange(np.prod(shape)).reshape(shape)
    got = run_layer(Reshape(row), x)
    rest = tuple(
        length if length != -1 else int(np.prod(shape[1:]) // -np.prod(row)) for length in row
    )
    np.testing.assert_array_equal(got, x.reshape(shape[0], *rest))


def test_inputs_that_are_refused() -> None:
    with pytest.raises(
        ShapeError, match=r"^Flatten needs inputs of shape \(rows, ..\), got 'x' \("
    ):
        Flatten()(input_node("x", ()))
    with pytest.raises(
        ShapeError, match=r"^Reshape needs inputs of shape \(rows, ..\), got 'x' \("
    ):
        Reshape([1])(input_node("x", ()))
    text = (
        r"^Reshape 'grid' cannot bring rows of 'x' \(2, 12\), 12 elements each, to shape \(5, -1\)$"
    )
    with pytest.raises(ShapeError, match=text):
        Reshape([5, -1], name="grid")(input_node("x", (2, 12)))


@pytest.mark.parametrize("shape", [[0], [2.0], "23", 5, [-2], [True], None])
def test_shapes_that_are_refused(shape: Any) -> None:
    with pytest.raises(OptionError, match=r"^Reshape needs the shape of one row, a list of whole"):
        Reshape(shape)


def test_two_open_lengths_are_refused() -> None:
    text = r"^Reshape can work out one length, but \[-1, -1\] has -1 twice$"
    with pytest.raises(OptionError, match=text):
        Reshape([-1, -1])
