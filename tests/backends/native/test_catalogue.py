"""Walks the table of primitives: values and gradients against the reference and the oracles."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends.native import NativeBackend
from pellucid.backends.reference import ReferenceBackend
from pellucid.dtypes import float32, float64, is_float
from pellucid.graph.node import Node, input_node
from pellucid.graph.primitive import Elementwise, primitive_named
from tests.backends.native.comparison import LENGTHS, Batch, Build, assert_near
from tests.derivatives import weighted_total
from tests.primitives.catalogue import CASES, Array, Case
from tests.primitives.test_catalogue import (
    IDS,
    TOLERANCES,
    built,
    expected_value,
    float_leaves,
    seed_of,
    strange_layout,
)
from tests.primitives.test_special_values import FEW, SMALLEST, SPECIAL

PARTS = 12
NAMED = list(zip(CASES, IDS, strict=True))
FLOATS = [float32, float64]
ULPS = 4
"""The bound of the elementwise vocabulary; a formula of several words is given a multiple."""


def slack(case: Case) -> float:
    """Return the units in the last place by which two backends may differ, for a case."""
    return 64 * max(1.0, min(case.rtol, 1e6))


def assert_is_oracle(case: Case, name: str, got: Array, arrays: list[Array]) -> None:
    expected = expected_value(case, arrays)
    assert got.shape == expected.shape, name
    if got.dtype.kind != "f":
        assert np.array_equal(got, expected), name
        return
    relative, absolute = (2 * t for t in TOLERANCES[got.dtype])
    np.testing.assert_allclose(
        got,
        expected.astype(got.dtype),
        rtol=case.rtol * relative,
        atol=case.atol * absolute,
        err_msg=name,
    )


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("part", range(PARTS))
def test_value_and_gradients(part: int, dtype: Any) -> None:
    batch, operands = Batch(), {}
    for case, name in NAMED[part::PARTS]:
        if not case.has_floats and dtype == float64:
            continue
        node, values = built(case, dtype, seed_of(name))
        nodes = [node]
        if is_float(node.dtype) and float_leaves(values):
            nodes += gradients(weighted_total(node, 1), float_leaves(values))
        batch.add(name, nodes, values)
        operands[name] = case, list(values.values())
    got, expected = batch.compute(NativeBackend()), batch.compute(ReferenceBackend())
    for name, (case, arrays) in operands.items():
        assert_is_oracle(case, name, got[name][0], arrays)
        for position, (mine, theirs) in enumerate(zip(got[name], expected[name], strict=True)):
            assert_near(mine, theirs, f"{name}, output {position}", slack(case))


@pytest.mark.parametrize("part", range(4))
def test_layout_of_inputs_does_not_change_a_bit(part: int) -> None:
    plain, strange = Batch(), Batch()
    for case, name in NAMED[part :: PARTS * 4]:
        node, values = built(case, float32, seed_of(name))
        plain.add(name, [node], values)
        strange.add(name, [node], {leaf: strange_layout(a) for leaf, a in values.items()})
    one, other = plain.compute(NativeBackend()), strange.compute(NativeBackend())
    for name in one:
        assert one[name][0].tobytes() == other[name][0].tobytes(), name


# Shapes


def of_elements() -> list[Case]:
    """Return a case of each elementwise primitive whose operands have one shape."""
    found: dict[str, Case] = {}
    for case in CASES:
        is_plain = isinstance(primitive_named(case.primitive), Elementwise)
        if is_plain and len({operand.shape for operand in case.operands}) == 1:
            found.setdefault(case.primitive, case)
    return list(found.values())


ELEMENTWISE = of_elements()
SHAPES = [(n,) for n in LENGTHS] + [(0,), (3, 0), (5, 1, 7), (33, 17), (2, 16), (100,)]


def drawn(case: Case, shape: tuple[int, ...], dtype: Any, seed: int) -> list[Array]:
    random = np.random.default_rng(seed)
    return [
        np.asarray(o.draw(random, shape), dtype if o.dtype == "float" else o.dtype)
        for o in case.operands
    ]


def turned(x: Node) -> Node:
    return p.transpose(p.reshape(x, (x.shape[0], -1))) if x.rank > 1 else p.flip(x, 0)


def repeated(x: Node) -> Node:
    return p.broadcast(x, (3, *x.shape))


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_elementwise_on_shapes(dtype: Any) -> None:
    """Every primitive on one of the shapes in turn, and every shape with many primitives."""
    batch, operands = Batch(), {}
    for number, case in enumerate(ELEMENTWISE):
        for shape in SHAPES[number % 3 :: 3]:
            arrays = drawn(case, shape, dtype, number)
            for way in (None, turned, repeated):

                def build(*leaves: Node, way: Any = way, case: Case = case) -> Node:
                    return case.build(*(way(x) if way is not None else x for x in leaves))

                if way is turned and 0 in shape:
                    continue
                if way is not None and number % 2:
                    continue
                name = f"{case.primitive}{shape}{getattr(way, '__name__', '')}"
                batch.build(name, build, *arrays)
                operands[name] = case, [_moved(way, a) for a in arrays]
    got = batch.compute(NativeBackend())
    for name, (case, arrays) in operands.items():
        assert_is_oracle(case, name, got[name][0], arrays)


def _moved(way: Any, array: Array) -> Array:
    if way is repeated:
        return np.broadcast_to(array, (3, *array.shape))
    if way is turned:
        return array.reshape(array.shape[0], -1).T if array.ndim > 1 else array[::-1]
    return array


def operand_shapes() -> list[tuple[int, ...]]:
    pairs = [(n, m) for n, m in product(LENGTHS, LENGTHS) if (n * 7 + m) % 5 == 0]
    return [*pairs, (17, 0), (0, 17), (3, 16, 5), (2, 3, 4, 17), (1, 1, 1)]


REDUCTIONS: list[tuple[str, Build, Any]] = [
    ("sum", p.sum, np.sum),
    ("product", p.product, np.prod),
    ("max", p.max, np.max),
    ("min", p.min, np.min),
    ("mean", p.mean, np.mean),
]


@pytest.mark.parametrize("dtype", [float32, float64, np.dtype(np.int32)], ids=str)
def test_reductions_on_shapes(dtype: Any) -> None:
    batch, expected = Batch(), {}
    random = np.random.default_rng(1)
    for shape in operand_shapes():
        array = np.asarray(random.uniform(-1.5, 1.5, shape) * 2, dtype)
        for number, (name, build, oracle) in enumerate(REDUCTIONS):
            if name == "product" and prod(shape) > 100:
                continue
            if name == "mean" and not is_float(dtype):
                continue
            if 0 in shape and name in ("max", "min", "mean"):
                continue
            axes = [None, (0,), (len(shape) - 1,), (0, len(shape) - 1)]
            axis = axes[(number + prod(shape)) % len(axes)]
            title = f"{name}{shape} along {axis}"

            def reduced(x: Node, build: Build = build, axis: Any = axis) -> Node:
                return build(x, axis)

            batch.build(title, reduced, array)
            wide = array.astype(np.longdouble) if is_float(dtype) else array
            with np.errstate(over="ignore"):
                expected[title] = np.asarray(oracle(wide, axis), dtype)
            turned_title = title + " turned"
            batch.build(turned_title, lambda x, r=reduced: r(p.transpose(x)), array)
            with np.errstate(over="ignore"):
                expected[turned_title] = np.asarray(oracle(wide.T, axis), dtype)
    got = batch.compute(NativeBackend())
    for title, (result,) in got.items():
        assert_near(result, expected[title], title)


ALONG_LINES: list[tuple[str, Build]] = [
    ("softmax", p.softmax),
    ("log_softmax", p.log_softmax),
    ("logsumexp", p.logsumexp),
    ("normalize", lambda x, axis: p.normalize(x, axis, 1e-3)),
    ("variance", lambda x, axis: p.variance(x, axis)),
    ("cumulative_sum", lambda x, axis: p.cumulative_sum(x, axis, False)),
    ("sort", lambda x, axis: p.sort(x, axis, False)),
    ("argmax", p.argmax),
    ("argmin", p.argmin),
    ("pad", lambda x, axis: p.pad(x, (1,) * x.rank, (2,) * x.rank, value=0.5)),
    ("joined", lambda x, axis: p.concatenate([x, p.flip(x, axis), x * 2.0], axis)),
    ("taken", lambda x, axis: p.gather(x, p.argmax(x, axis, keepdims=True), axis, True)),
    ("product", lambda x, axis: p.matmul(x, p.transpose(x)) if x.rank == 2 else p.square(x)),
]


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_lines_on_shapes_with_gradients(dtype: Any) -> None:
    """What the table has for few shapes, here with gradients on many, against the reference."""
    batch = Batch()
    random = np.random.default_rng(2)
    shapes = [shape for shape in operand_shapes() if 0 not in shape]
    for number, (name, build) in enumerate(ALONG_LINES):
        for shape in shapes[number % 4 :: 4]:
            axis = (number + prod(shape)) % len(shape)
            array = np.asarray(random.uniform(-3, 3, shape), dtype)
            leaf = input_node("x", array.shape, array.dtype)
            node = build(leaf, axis)
            nodes = [node]
            if is_float(node.dtype):
                nodes += gradients(weighted_total(node, number), [leaf])
            batch.add(f"{name}{shape} along {axis}", nodes, {leaf: array})
    got, expected = batch.compute(NativeBackend()), batch.compute(ReferenceBackend())
    for title in got:
        for mine, theirs in zip(got[title], expected[title], strict=True):
            assert_near(mine, theirs, title, 512)


# Special values

SPECIAL_ROWS = [case for case in CASES if case.specials]


def special_operands(case: Case, dtype: Any) -> list[Array]:
    if len(case.operands) == 1:
        return [np.array(SPECIAL[dtype], dtype)]
    return [np.array(column, dtype) for column in zip(*product(FEW, FEW), strict=True)]


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_special_values(dtype: Any) -> None:
    """Zeros of both signs, infinities, nan, the huge and those below the normal range."""
    batch, rows = Batch(), {}
    for number, case in enumerate(SPECIAL_ROWS):
        name = f"{number} {case}"
        rows[name] = case, special_operands(case, dtype)
        batch.build(name, case.build, *rows[name][1])
    got, same = batch.compute(NativeBackend()), batch.compute(ReferenceBackend())
    for name, (case, arrays) in rows.items():
        with np.errstate(all="ignore"):
            expected = np.asarray(case.oracle(*(array.astype(np.longdouble) for array in arrays)))
            for limit, value in case.limits.items():
                expected = np.where(arrays[0] == limit, value, expected)
            expected = expected.astype(same[name][0].dtype)
        for mine, theirs in zip(got[name], same[name], strict=True):
            assert_special(case, name, arrays, mine, expected)
            if mine.dtype.kind == "f":
                assert np.array_equal(np.isnan(mine), np.isnan(theirs)), name


def assert_special(case: Case, name: str, arrays: list[Array], got: Array, expected: Array) -> None:
    if got.dtype.kind != "f":
        assert np.array_equal(got, expected), name
        return
    relative = {float32: 4e-6, float64: 4e-13}[got.dtype] * case.rtol
    cancels = {float32: 6e-8, float64: 2e-16}[got.dtype] * case.atol if case.atol > 1 else 0.0
    for place, (mine, theirs) in enumerate(zip(got, expected, strict=True)):
        at = [array[place] for array in arrays]
        allowed = SMALLEST[got.dtype]
        if np.isfinite(at[0]):
            allowed += cancels * abs(float(at[0]))
        wanted = pytest.approx(float(theirs), rel=relative, abs=allowed, nan_ok=True)
        assert float(mine) == wanted, (name, at)
        if case.exact_zero and mine == 0 and theirs == 0:
            assert np.signbit(mine) == np.signbit(theirs), (name, at)


EXACT = {
    "abs": np.abs, "negative": np.negative, "sqrt": np.sqrt, "floor": np.floor, "round": np.rint,
    "square": np.square,
}  # fmt: skip


def test_words_of_the_processor_are_exact_below_the_normal_range_too() -> None:
    random = np.random.default_rng(3)
    bits = random.integers(0, 2**32, 4096, np.uint32)
    bits[:512] &= 0x807FFFFF
    x = bits.view(np.float32)
    y = np.roll(x, 7)
    batch = Batch()
    expected: dict[str, Array] = {}
    with np.errstate(all="ignore"):
        for name, oracle in EXACT.items():
            batch.build(name, getattr(p, name), x)
            expected[name] = oracle(x)
        for name in ("add", "subtract", "multiply", "divide"):
            batch.build(name, getattr(p, name), x, y)
            expected[name] = getattr(np, name)(x, y)
    for name, (got,) in batch.compute(NativeBackend()).items():
        missing = np.isnan(expected[name])
        assert np.array_equal(np.isnan(got), missing), name
        assert got[~missing].tobytes() == expected[name][~missing].tobytes(), name


def test_a_nan_goes_through_sums_maxima_and_products_of_matrices() -> None:
    for place in (0, 5, 16, 32):
        x = np.ones((3, 33), np.float32)
        x[1, place] = np.nan
        batch = Batch()
        for name, build in (("sum", p.sum), ("max", p.max), ("min", p.min), ("product", p.product)):
            batch.build(f"{name} of rows", lambda x, b=build: b(x, 1), x)
            batch.build(f"{name} of columns", lambda x, b=build: b(p.transpose(x), 0), x)
        batch.build("matrices", lambda x: p.matmul(x, p.full((33, 2), 1.0, x.dtype)), x)
        batch.build("turned matrices", lambda x: p.matmul(x, p.transpose(x)), x)
        batch.build("relu", lambda x: p.relu(p.matmul(x, p.full((33, 1), 1.0, x.dtype))), x)
        for name, (got,) in batch.compute(NativeBackend()).items():
            rows = np.isnan(got).reshape(3, -1)
            assert rows[1].all(), (name, place)
            if "turned" not in name:
                assert not rows[::2].any(), (name, place)
