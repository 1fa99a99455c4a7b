"""Products of matrices: shapes around tiles and blocks, strides, batches, and what follows them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends.native import NativeBackend
from pellucid.backends.native.machine import host_machine
from pellucid.dtypes import float32, float64
from pellucid.graph.node import Node, constant_node, input_node
from tests.backends.native.comparison import Array, Batch, bits

EPSILON = {float32: 2.0**-24, float64: 2.0**-53}
BLOCK = 512
"""The depth after which a sum begins anew, by the design."""

DEPTHS = (1, 2, 31, 511, 512, 513, 1024, 1025, 1500)
SHAPES = [
    (1, 1), (1, 2), (2, 1), (1, 16), (16, 1), (1, 33), (33, 1), (3, 5), (13, 17), (14, 32),
    (15, 31), (16, 16), (17, 33), (24, 64), (25, 65), (31, 100), (64, 7), (100, 3), (49, 48),
]  # fmt: skip


def draw(seed: int, *shape: int, dtype: Any = float32) -> Array:
    return np.asarray(np.random.default_rng(seed).normal(size=shape), dtype)


def assert_is_product(got: Array, left: Array, right: Array, what: str) -> None:
    """Hold a product to the bound on the error of any order of summation, far from its worst."""
    exact = left.astype(np.longdouble) @ right.astype(np.longdouble)
    sizes = np.abs(left).astype(np.longdouble) @ np.abs(right).astype(np.longdouble)
    assert got.shape == exact.shape, what
    depth = left.shape[-1]
    allowed = (4 + np.sqrt(depth)) * EPSILON[got.dtype] * sizes
    assert (np.abs(got - exact) <= allowed).all(), what


def compare(batch: Batch, operands: dict[str, tuple[Array, Array]], **options: Any) -> None:
    for name, (got,) in batch.compute(NativeBackend(**options)).items():
        assert_is_product(got, *operands[name], name)


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
@pytest.mark.parametrize("layout", ["plain", "left turned", "right turned", "both turned"])
def test_shapes_and_layouts(layout: str, dtype: Any) -> None:
    batch, operands = Batch(), {}
    for number, (rows, columns) in enumerate(SHAPES):
        for depth in (DEPTHS[number % 3], (7, 16, 40)[number % 3]):
            left, right = draw(1, rows, depth, dtype=dtype), draw(2, depth, columns, dtype=dtype)
            name = f"({rows}, {depth}) @ ({depth}, {columns}) {layout}"
            turn_left, turn_right = "left" in layout or "both" in layout, "right" in layout
            turn_right = turn_right or "both" in layout

            def build(x: Node, y: Node, a: bool = turn_left, b: bool = turn_right) -> Node:
                return (p.transpose(x) if a else x) @ (p.transpose(y) if b else y)

            given = left.T.copy() if turn_left else left, right.T.copy() if turn_right else right
            batch.build(name, build, *given)
            operands[name] = left, right
    compare(batch, operands, threads=2)


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
def test_depths_around_blocks(dtype: Any) -> None:
    batch, operands = Batch(), {}
    for depth in DEPTHS:
        for rows, columns in ((1, 40), (40, 1), (5, 17), (50, 33)):
            for turned in (False, True):
                left = draw(3, rows, depth, dtype=dtype)
                right = draw(4, depth, columns, dtype=dtype)
                name = f"({rows}, {depth}) @ ({depth}, {columns}) {turned}"
                given = right.T.copy() if turned else right

                def build(x: Node, y: Node, turned: bool = turned) -> Node:
                    return x @ (p.transpose(y) if turned else y)

                batch.build(name, build, left, given)
                operands[name] = left, right
    compare(batch, operands)


def fused_multiply_adds(left: Array, right: Array) -> Array:
    """Return a float32 product, summed in order of depth in blocks, by exact steps in Python."""
    total: Array | None = None
    for start in range(0, left.shape[1], BLOCK):
        block = np.zeros((left.shape[0], right.shape[1]), np.float32)
        for k in range(start, min(start + BLOCK, left.shape[1])):
            # A product of two float32 is exact in float64, and so is the rounding of its sum with
            # a float32 but for ties at the 53rd bit, which longdouble leaves out.
            product = left[:, k : k + 1].astype(np.longdouble) * right[k].astype(np.longdouble)
            block = (product + block).astype(np.float32)
        total = block if total is None else (total + block).astype(np.float32)
    assert total is not None
    return total


@pytest.mark.parametrize("lanes", [4, 8, 16])
def test_the_order_of_summation_is_that_of_the_design(lanes: int) -> None:
    if not host_machine().has_fma or np.finfo(np.longdouble).nmant < 63:
        pytest.skip("no fused multiply-add, or no longdouble to compute it with")
    batch, expected = Batch(), {}
    shapes = [(3, 30, 5), (1, 513, 17), (33, 520, 1), (17, 1100, 3), (20, 64, 70)]
    for rows, depth, columns in shapes:
        left, right = draw(5, rows, depth), draw(6, depth, columns)
        name = f"{rows} {depth} {columns}"
        batch.build(name, lambda x, y: x @ y, left, right)
        batch.build(name + " turned", lambda x, y: x @ p.transpose(y), left, right.T.copy())
        expected[name] = expected[name + " turned"] = fused_multiply_adds(left, right)
    for name, (got,) in batch.compute(NativeBackend(threads=2, lanes=lanes)).items():
        assert got.tobytes() == expected[name].tobytes(), name


def test_awkward_strides() -> None:
    """Slices, reversed axes, steps, and lines that lie a power of two apart."""
    batch, operands = Batch(), {}
    wide, tall = draw(7, 40, 2048), draw(8, 2048, 40)
    square = draw(9, 64, 64)

    def add(name: str, build: Any, given: tuple[Array, ...], left: Array, right: Array) -> None:
        batch.build(name, build, *given)
        operands[name] = left, right

    add("power of two", lambda x, y: x @ y, (wide, tall), wide, tall)
    add(
        "power of two, turned",
        lambda x, y: p.transpose(y) @ p.transpose(x),
        (wide, tall),
        tall.T,
        wide.T,
    )
    add("columns", lambda x: x[:, 3:40] @ x[5:42, :], (square,), square[:, 3:40], square[5:42])
    add("reversed", lambda x: x[::-1] @ x[:, ::-1], (square,), square[::-1], square[:, ::-1])
    add("reversed depth", lambda x: x[:, ::-1] @ x[::-1], (square,), square[:, ::-1], square[::-1])
    add("steps", lambda x: x[::3, ::2] @ x[::2, ::5], (square,), square[::3, ::2], square[::2, ::5])
    add(
        "one row repeated",
        lambda x: p.broadcast(x[2], (20, 64)) @ x,
        (square,),
        np.broadcast_to(square[2], (20, 64)),
        square,
    )
    add(
        "one column repeated",
        lambda x: x @ p.broadcast(x[:, 1:2], (64, 20)),
        (square,),
        square,
        np.broadcast_to(square[:, 1:2], (64, 20)),
    )
    add(
        "a number",
        lambda x: x @ p.full((64, 9), 0.5, x.dtype),
        (square,),
        square,
        np.full((64, 9), 0.5, np.float32),
    )
    add(
        "a number on the left",
        lambda x: p.full((9, 64), 0.5, x.dtype) @ x,
        (square,),
        np.full((9, 64), 0.5, np.float32),
        square,
    )
    compare(batch, operands, threads=3)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((3, 4, 5), (3, 5, 6)),
        ((3, 1, 4, 5), (2, 5, 6)),
        ((2, 3, 17, 20), (20, 33)),
        ((17, 20), (2, 3, 20, 33)),
        ((7, 1, 20), (7, 20, 1)),
        ((2, 5, 513), (2, 513, 3)),
        ((4, 33, 1), (4, 1, 15)),
        ((5,), (5, 6)),
        ((6, 5), (5,)),
        ((33,), (33,)),
        ((3, 5, 5), (5,)),
    ],
    ids=str,
)
def test_batches_and_vectors(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    batch = Batch()
    a, b = draw(10, *left), draw(11, *right)
    batch.build("product", p.matmul, a, b)
    exact = np.matmul(a.astype(np.float64), b.astype(np.float64))
    for threads in (1, 3):
        (got,) = batch.compute(NativeBackend(threads=threads))["product"]
        np.testing.assert_allclose(got, exact, rtol=1e-5, atol=1e-5)
        assert got.shape == exact.shape


@pytest.mark.parametrize("shape", [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0)])
def test_empty_products(shape: tuple[int, int, int]) -> None:
    rows, depth, columns = shape
    batch = Batch()
    batch.build(
        "product",
        lambda x, y: p.tanh(x @ y) + 1.0,
        np.ones((rows, depth), np.float32),
        np.ones((depth, columns), np.float32),
    )
    (got,) = batch.compute(NativeBackend(threads=2))["product"]
    assert got.tolist() == np.ones((rows, columns)).tolist()


def test_an_accumulator_of_float64() -> None:
    random = np.random.default_rng(12)
    left = (random.normal(size=(9, 700)) * 10.0 ** random.integers(-4, 5, (9, 700))).astype("f4")
    right = random.normal(size=(700, 35)).astype(np.float32)
    batch = Batch()
    batch.build("wide", lambda x, y: p.matmul(x, y, accumulator="float64"), left, right)
    batch.build(
        "turned",
        lambda x, y: p.matmul(p.transpose(x), y, accumulator="float64"),
        left.T.copy(),
        right,
    )
    column = right[:, :1].copy()
    batch.build("column", lambda x, y: p.matmul(x, y, accumulator="float64"), left, column)
    batch.build("then", lambda x, y: p.matmul(x, y, accumulator="float64") * 2.0, left, right)
    exact = left.astype(np.float64) @ right.astype(np.float64)
    results = batch.compute(NativeBackend())
    expected = {"wide": exact, "turned": exact, "column": exact[:, :1], "then": 2 * exact}
    for name, wanted in expected.items():
        (got,) = results[name]
        assert got.dtype == np.float32
        # The sum is rounded once: half a unit in the last place, and the sum's own error.
        spacing = np.spacing(np.abs(wanted).astype(np.float32)).astype(np.float64)
        assert (np.abs(got - wanted) <= 0.51 * spacing).all(), name


@pytest.mark.parametrize("shape", [(40, 30, 33), (1, 20, 50), (50, 20, 1), (5, 600, 18)], ids=str)
def test_what_follows_a_product_has_the_bits_that_it_has_alone(shape: tuple[int, int, int]) -> None:
    rows, depth, columns = shape
    x, w = draw(13, rows, depth), draw(14, depth, columns)
    bias, mask, column = draw(15, columns), draw(16, rows, columns), draw(17, rows, 1)

    def build(*leaves: Node) -> list[Node]:
        a, b, c, d, e = leaves
        product = a @ b
        hidden = p.gelu(product + c)
        scaled = p.where(p.less(0.0, d), hidden * e, -hidden)
        turned = p.transpose(p.transpose(scaled) * 0.5)
        return [turned, product, p.cast(p.less(0.0, hidden), "float64"), p.sum(scaled, 0)]

    results = []
    for options in ({"fuse": True}, {"fuse": False}, {"fuse": True, "threads": 3, "lanes": 8}):
        batch = Batch()
        given = (x, w, bias, mask, column)
        leaves = [input_node(f"x{i}", a.shape, a.dtype) for i, a in enumerate(given)]
        batch.add("only", build(*leaves), dict(zip(leaves, given, strict=True)))
        results.append(bits(batch.compute(NativeBackend(**options))["only"]))
    assert results[0] == results[1] == results[2]


def test_gradients_of_products() -> None:
    x, w = input_node("x", (37, 65)), input_node("w", (65, 19))
    values = {x: draw(18, 37, 65), w: draw(19, 65, 19)}
    weights = draw(20, 37, 19)
    batch = Batch()
    batch.add("only", gradients(x @ w, [x, w], constant_node(weights)), values)
    by_x, by_w = batch.compute(NativeBackend(threads=2))["only"]
    assert_is_product(by_x, weights, values[w].T, "by x")
    assert_is_product(by_w, values[x].T, weights, "by w")
