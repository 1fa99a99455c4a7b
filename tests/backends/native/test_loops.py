"""Loop kernels: the order of their sums, all their forms, and the sharing among threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends.native import NativeBackend
from pellucid.dtypes import float32, float64
from pellucid.graph.node import Node, input_node
from tests.backends.native.comparison import LENGTHS, Array, Batch, assert_near, bits

LONG = (48, 63, 64, 65, 255, 1000)


def tree(values: Array) -> Array:
    """Return the sum along axis 0: element r to lane r % 16, then lanes as a tree of halves."""
    lanes = np.full((16, *values.shape[1:]), -0.0, values.dtype)
    for r, value in enumerate(values):
        lanes[r % 16] = lanes[r % 16] + value
    while len(lanes) > 1:
        half = len(lanes) // 2
        lanes = lanes[:half] + lanes[half:]
    return np.asarray(lanes[0])


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
@pytest.mark.parametrize("lanes", [4, 8, 16])
def test_sums_have_the_order_of_the_design(lanes: int, dtype: Any) -> None:
    batch, expected = Batch(), {}
    random = np.random.default_rng(1)
    for length in (*LENGTHS, *LONG):
        if length == 1:
            continue
        for others in (1, 5, 19):
            x = np.asarray(random.normal(size=(length, others)), dtype)
            sums = {
                "columns": (lambda x: p.sum(x, 0), x),
                "rows": (lambda x: p.sum(x, 1), x.T.copy()),
                "turned rows": (lambda x: p.sum(p.transpose(x), 1), x),
                "of squares": (lambda x: p.sum(p.square(x), 1), x.T.copy()),
                "of squares of columns": (lambda x: p.sum(p.square(x), 0), x),
            }
            for title, (build, given) in sums.items():
                name = f"{title} {length} {others}"
                batch.build(name, build, given)
                expected[name] = tree(x * x if "squares" in title else x)
    for name, (got,) in batch.compute(NativeBackend(lanes=lanes, threads=2)).items():
        assert got.tobytes() == expected[name].tobytes(), name


def test_a_sum_of_zeros_keeps_their_sign() -> None:
    batch = Batch()
    for length in (2, 16, 17, 40):
        for value in (0.0, -0.0):
            x = np.full((length, 3), value, np.float32)
            batch.build(f"columns {length} {value}", lambda x: p.sum(x, 0), x)
            batch.build(f"rows {length} {value}", lambda x: p.sum(x, 1), x.T.copy())
    for name, (got,) in batch.compute(NativeBackend()).items():
        assert np.array_equal(np.signbit(got), np.full(3, "-0.0" in name)), name


def softmax_and_more(x: Node) -> list[Node]:
    """Return values that need several passes along one axis, some of them kept."""
    top = p.max(x, 1, keepdims=True)
    powers = p.exp(x - top)
    total = p.sum(powers, 1, keepdims=True)
    share = powers / total
    spread = p.sum(p.square(share - p.mean(share, 1, keepdims=True)), 1, keepdims=True)
    return [share, share * p.sqrt(spread + 0.1), p.reshape(spread, (x.shape[0],)), powers]


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
def test_passes_over_rows_and_columns(dtype: Any) -> None:
    """The same values along either axis, of every length, to the same bits, and against NumPy."""
    batch, arrays = Batch(), {}
    random = np.random.default_rng(2)
    for length in (*LENGTHS[1:], 64, 200, 3000):
        x = np.asarray(random.normal(size=(5, length)), dtype)
        for turned in (False, True):
            leaf = input_node("x", x.T.shape if turned else x.shape, dtype)
            name = f"{length} {'columns' if turned else 'rows'}"
            given = x.T.copy() if turned else x
            nodes = softmax_and_more(p.transpose(leaf) if turned else leaf)
            batch.add(name, nodes, {leaf: given})
            arrays[name] = x
    got = batch.compute(NativeBackend(threads=2))
    for name, x in arrays.items():
        wide = x.astype(np.longdouble)
        powers = np.exp(wide - wide.max(1, keepdims=True))
        share = powers / powers.sum(1, keepdims=True)
        spread = ((share - share.mean(1, keepdims=True)) ** 2).sum(1)
        expected = [share, share * np.sqrt(spread + 0.1)[:, None], spread, powers]
        for mine, theirs in zip(got[name], expected, strict=True):
            assert_near(mine, theirs.astype(dtype), name)
        if "rows" in name:
            assert bits(got[name]) == bits(got[name.replace("rows", "columns")]), name


def test_several_reductions_in_one_kernel() -> None:
    batch, arrays = Batch(), {}
    random = np.random.default_rng(3)
    for shape in ((33, 17), (17, 33), (2, 100), (100, 2), (31, 64)):
        for axis in (0, 1):
            x = random.normal(size=shape).astype(np.float32)
            leaf = input_node("x", shape)
            nodes = [
                p.sum(leaf, axis), p.max(leaf, axis), p.min(leaf, axis),
                p.sum(p.cast(leaf, "float64"), axis), p.max(p.abs(leaf), axis),
                p.sum(p.cast(p.less(0.0, leaf), "int32"), axis),
                p.sum(leaf * leaf, axis, accumulator="float64"),
            ]  # fmt: skip
            name = f"{shape} {axis}"
            batch.add(name, nodes, {leaf: x})
            arrays[name] = x, axis
    for name, got in batch.compute(NativeBackend(threads=2)).items():
        x, axis = arrays[name]
        wide = x.astype(np.float64)
        expected = [
            wide.sum(axis).astype(np.float32), x.max(axis), x.min(axis), wide.sum(axis),
            np.abs(x).max(axis), (x > 0).sum(axis).astype(np.int32),
            (x * x).astype(np.float64).sum(axis).astype(np.float32),
        ]  # fmt: skip
        for mine, theirs in zip(got, expected, strict=True):
            assert_near(mine, theirs, name)


MAPS: dict[str, tuple[Callable[..., Node], Callable[..., Array]]] = {
    "bias": (lambda x, y, c: x + y, lambda x, y, c: x + y),
    "column": (lambda x, y, c: x * c, lambda x, y, c: x * c),
    "outer": (lambda x, y, c: p.add(y, c), lambda x, y, c: y + c),
    "turned": (
        lambda x, y, c: p.transpose(p.transpose(x) * p.transpose(c)) - y,
        lambda x, y, c: (x.T * c.T).T - y,
    ),
    "reversed": (lambda x, y, c: x[::-1] + x[:, ::-1], lambda x, y, c: x[::-1] + x[:, ::-1]),
    "booleans": (
        lambda x, y, c: p.where(p.logical_and(p.less(x, y), p.less(c, x)), x, -x),
        lambda x, y, c: np.where((x < y) & (c < x), x, -x),
    ),
    "integers": (
        lambda x, y, c: p.cast(p.cast(x * 10.0, "int32") * 3, "float32") + y,
        lambda x, y, c: ((x * np.float32(10)).astype(np.int32) * 3).astype(np.float32) + y,
    ),
    "doubles": (
        lambda x, y, c: p.cast(p.cast(x, "float64") * p.cast(c, "float64"), "float32"),
        lambda x, y, c: (x.astype(np.float64) * c.astype(np.float64)).astype(np.float32),
    ),
}


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_maps_on_broadcast_and_turned_operands_are_numpys_to_the_bit(threads: int) -> None:
    batch, expected = Batch(), {}
    random = np.random.default_rng(4)
    for rows in (1, 2, 15, 33, 129):
        for columns in (1, 3, 16, 17, 64, 130):
            shapes = (rows, columns), (columns,), (rows, 1)
            given = [random.normal(size=shape).astype(np.float32) for shape in shapes]
            for title, (build, oracle) in MAPS.items():
                name = f"{title} {rows} {columns}"
                batch.build(name, build, *given)
                expected[name] = oracle(*given)
    for name, (got,) in batch.compute(NativeBackend(threads=threads)).items():
        assert got.tobytes() == expected[name].astype(got.dtype).tobytes(), name


def test_booleans_in_memory_are_zeros_and_ones() -> None:
    batch = Batch()
    random = np.random.default_rng(5)
    for length in LENGTHS:
        x = random.normal(size=length).astype(np.float32)
        flags = random.random(length) < 0.5
        batch.build(f"{length}", lambda x, f: p.logical_or(p.less(x, 0.0), f), x, flags)
        (got,) = batch.compute(NativeBackend())[f"{length}"]
        assert got.dtype == np.bool_
        assert got.view(np.uint8).max(initial=0) <= 1
        assert np.array_equal(got, (x < 0) | flags)


def normalized(x: Node) -> Node:
    return x * p.cast(p.rsqrt(p.sum(p.square(p.cast(x, "float64")))), "float32")


def test_few_outputs_of_many_elements() -> None:
    """A sum over more than one thread should take, of maps that are shared among threads."""
    random = np.random.default_rng(6)
    x = random.normal(size=(300, 200)).astype(np.float32)
    batch = Batch()
    batch.build("all", lambda x: p.sum(p.tanh(x) * x), x)
    batch.build("rows", lambda x: p.sum(p.square(x - p.mean(x)), 1), x)
    batch.build("norm", normalized, x)
    wide = x.astype(np.float64)
    expected = {
        "all": (np.tanh(wide) * wide).sum(),
        "rows": ((wide - wide.mean()) ** 2).sum(1),
        "norm": wide / np.sqrt((wide**2).sum()),
    }
    results = [batch.compute(NativeBackend(threads=threads)) for threads in (1, 2, 5)]
    for name in batch.groups:
        assert bits(results[0][name]) == bits(results[1][name]) == bits(results[2][name]), name
    for name, (got,) in batch.compute(NativeBackend()).items():
        np.testing.assert_allclose(got, expected[name], rtol=2e-5, atol=1e-6, err_msg=name)
