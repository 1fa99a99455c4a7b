"""Functions over selection and movement that are no primitives of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.graph.node import constant_node, input_node
from tests.derivatives import check_gradients, check_second_gradients, weighted_total


def test_sorting_is_that_of_numpy() -> None:
    random = np.random.default_rng(2)
    for dtype in ("float32", "float64", "int32", "uint8"):
        for shape, axis in (((7,), 0), ((3, 5), 0), ((3, 5), -1), ((2, 1, 4), 1)):
            values = random.integers(0, 5, shape).astype(dtype)
            x = input_node("x", shape, dtype)
            rising, falling = evaluate(
                [p.sort(x, axis), p.sort(x, axis, descending=True)], {x: values}
            )
            assert np.array_equal(rising, np.sort(values, axis))
            assert np.array_equal(falling, np.flip(np.sort(values, axis), axis))


LIMITS = np.iinfo(np.int32)


@pytest.mark.parametrize(
    ("dtype", "line", "positions"),
    [
        ("float32", [1.0, 3.0, 2.0, 3.0], [1, 3, 2]),
        ("float64", [np.nan, -np.inf, np.inf, 0.0], [2, 3, 1]),
        ("float32", [-0.0, 0.0, -1.0], [0, 1, 2]),
        ("int32", [LIMITS.min, LIMITS.max, 0, LIMITS.max], [1, 3, 2]),
        ("int32", [LIMITS.min, 0, LIMITS.min + 1], [1, 2, 0]),
        ("uint8", [0, 255, 1, 254], [1, 3, 2]),
        ("uint32", [0, 2**32 - 1, 0], [1, 0, 2]),
        ("int64", [-5, -5, 7], [2, 0, 1]),
    ],
)
def test_the_largest_come_first_and_the_first_of_equals(
    dtype: str, line: Any, positions: list[int]
) -> None:
    values = np.array(line, dtype)
    x = input_node("x", values.shape, dtype)
    top, where = evaluate(list(p.top_k(x, 3)), {x: values})
    assert where.tolist() == positions
    assert where.dtype == np.int32
    assert np.array_equal(top, values[positions], equal_nan=values.dtype.kind == "f")


def test_none_and_all_of_the_largest() -> None:
    x = input_node("x", (2, 3))
    values = np.array([[1, 3, 2], [6, 5, 4]], np.float32)
    assert evaluate(p.top_k(x, 0)[0], {x: values}).shape == (2, 0)
    assert evaluate(p.top_k(x, 3)[0], {x: values}).tolist() == [[3, 2, 1], [6, 5, 4]]
    assert evaluate(p.top_k(x, 1, axis=0)[0], {x: values}).tolist() == [[6, 5, 4]]


def test_derivatives_of_sorting() -> None:
    random = np.random.default_rng(4)
    x = input_node("x", (3, 5), "float64")
    values = {x: random.permutation(15).reshape(3, 5) * 0.3}
    for node in (p.sort(x), p.sort(x, 0, descending=True), p.top_k(x, 2)[0], p.max(p.sort(x), 0)):
        total = weighted_total(p.square(node), 1)
        check_gradients(total, values, [x])
        check_second_gradients(total, values, [x])


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8"])
def test_one_hot(dtype: str) -> None:
    labels = input_node("labels", (2, 2), "int64")
    got = evaluate(p.one_hot(labels, 4, dtype), {labels: [[0, 3], [4, -1]]})
    assert got.dtype == dtype
    assert got.tolist() == [[[1, 0, 0, 0], [0, 0, 0, 1]], [[0, 0, 0, 0], [0, 0, 0, 0]]]


def test_one_hot_of_narrow_integers_and_many_classes() -> None:
    labels = input_node("labels", (2,), "uint8")
    got = evaluate(p.one_hot(labels, 300), {labels: [44, 255]})
    assert np.argwhere(got).tolist() == [[0, 44], [1, 255]]
    assert evaluate(p.one_hot(labels, 0), {labels: [44, 255]}).shape == (2, 0)


def test_taking_along_lines() -> None:
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    indices = np.array([[3], [0], [2]], np.int32)
    x, i = input_node("x", (3, 4)), input_node("i", (3, 1), "int32")
    got = evaluate(p.take_along(x, i), {x: values, i: indices})
    assert got.tolist() == [[3], [4], [10]]


def test_the_last_of_equal_indices_is_set() -> None:
    x = constant_node(np.zeros(3, np.float32))
    indices = constant_node(np.array([1, 1, 1, 0], np.int32))
    updates = constant_node(np.arange(1.0, 5.0, dtype=np.float32))
    assert evaluate(p.scatter(x, indices, updates, mode="set"), {}).tolist() == [4, 3, 0]


def test_additions_are_made_in_the_order_of_the_indices() -> None:
    updates = constant_node(np.array([[1e8, 1.0], [1.0, 1.0], [-1e8, 1.0]], np.float32))
    indices = constant_node(np.zeros((3, 2), np.int32))
    x = constant_node(np.zeros((1, 2), np.float32))
    assert evaluate(p.scatter(x, indices, updates, along=True), {}).tolist() == [[0.0, 3.0]]
    turned = p.scatter(
        p.transpose(x), p.transpose(indices), p.transpose(updates), axis=1, along=True
    )
    assert evaluate(turned, {}).tolist() == [[0.0], [3.0]]


def test_small_movements() -> None:
    x = input_node("x", (2, 1, 3))
    values = np.arange(6, dtype=np.float32).reshape(2, 1, 3)
    given = {x: values}
    assert p.squeeze(x, 1).shape == p.squeeze(x, -2).shape == (2, 3)
    assert [p.expand_dims(x, axis).shape for axis in (0, -1, 3)] == [
        (1, 2, 1, 3), (2, 1, 3, 1), (2, 1, 3, 1),
    ]  # fmt: skip
    assert np.array_equal(evaluate(p.swap_last(x), given), values.swapaxes(-1, -2))
    assert evaluate(p.full((2, 2), 7, "int32"), {}).tolist() == [[7, 7], [7, 7]]
    assert evaluate(p.ones_like(x), {}).tolist() == np.ones((2, 1, 3)).tolist()
    assert p.zeros_like(x).type == x.type
    assert evaluate(p.greater(x, 2.0), given).sum() == 3
    assert evaluate(p.greater_equal(x, 2.0), given).sum() == 4


def test_nodes_that_would_do_nothing_are_not_built() -> None:
    x = input_node("x", (2, 3))
    for same in (
        p.reshape(x, (2, -1)),
        p.transpose(x, (0, 1)),
        p.broadcast(x, (2, 3)),
        p.concatenate([x]),
        p.take_slice(x, (0, 0), (2, 3)),
        p.pad(x, (0, 0), (0, 0)),
        p.cast(x, "float32"),
        p.sum(x, ()),
        x[:],
        x**1,
    ):
        assert same is x
