"""Gather and scatter in machine code against their definitions in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends.native.special import repeated_base
from pellucid.dtypes import DTYPES, INTEGERS
from pellucid.graph.node import Node, input_node
from pellucid.graph.primitive import Structural
from pellucid.shapes import size
from tests.backends.native.special_kernels import LANES, THREADS, Array, check, draw, kernels, same

Operands = list[Array]
LENGTHS = [0, 1, 2, 3, 5, 7, 13, 16, 17, 31, 64, 100]


def drawn_shape(random: np.random.Generator, rank: int, largest: int = 3000) -> tuple[int, ...]:
    while True:
        shape = tuple(int(n) for n in random.choice(LENGTHS[random.integers(0, 2) :], rank))
        if size(shape) <= largest:
            return shape


def drawn_case(random: np.random.Generator, mode: str | None) -> tuple[Node, Operands]:
    """Return a gather (mode None) or scatter of random shape, types and axis."""
    while True:
        shape = drawn_shape(random, int(random.integers(1, 5)))
        axis, along = int(random.integers(0, len(shape))), bool(random.integers(0, 2))
        length = shape[axis]
        if along:
            count = int(random.choice(LENGTHS))
            chosen = indices_shape = (*shape[:axis], count, *shape[axis + 1 :])
        else:
            indices_shape = drawn_shape(random, int(random.integers(0, 3)), 200)
            chosen = shape[:axis] + indices_shape + shape[axis + 1 :]
        if size(chosen) <= 10_000 and (length or not size(indices_shape)):
            break
    dtype = random.choice(np.array(DTYPES if mode != "add" else DTYPES[:-1], object))
    index_type = random.choice(np.array(INTEGERS, object))
    x = input_node("x", shape, dtype)
    indices = input_node("indices", indices_shape, index_type)
    operands = [
        draw(random, shape, dtype),
        random.integers(0, max(1, length), indices_shape).astype(index_type),
    ]
    if mode is None:
        return p.gather(x, indices, axis, along), operands
    operands.append(draw(random, chosen, dtype))
    updates = input_node("updates", chosen, dtype)
    return p.scatter(x, indices, updates, axis, along, mode), operands


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("mode", [None, "add", "set"])
def test_any_shape_type_and_axis(mode: str | None, lanes: int) -> None:
    seed = lanes + 100 * len(mode or "")
    random = np.random.default_rng(seed)
    check([drawn_case(random, mode) for _ in range(40)], lanes, f"seed {seed}, lanes {lanes}")


TABLES = [((1000, 64), 0), ((200, 100), 0), ((70, 3, 5), 1), ((3, 40, 65), 1), ((4, 500), 1)]
"""Shapes that threads share by lines, by columns of slices and by slices."""


@pytest.mark.parametrize("lanes", LANES)
def test_tables_that_are_shared_in_every_way(lanes: int) -> None:
    random = np.random.default_rng(5)
    cases: list[tuple[Node, Operands]] = []
    for shape, axis in TABLES:
        count = 33
        chosen = (*shape[:axis], count, *shape[axis + 1 :])
        for along in (False, True):
            indices_shape = chosen if along else (count,)
            x, updates = input_node("x", shape), input_node("updates", chosen)
            indices = input_node("indices", indices_shape, "int32")
            at = random.integers(0, min(7, shape[axis]), indices_shape, np.int32)
            values = draw(random, shape, np.float32), draw(random, chosen, np.float32)
            cases.append((p.gather(x, indices, axis, along), [values[0], at]))
            for mode in ("add", "set"):
                node = p.scatter(x, indices, updates, axis, along, mode)
                cases.append((node, [values[0], at, values[1]]))
    check(cases, lanes, f"seed 5, lanes {lanes}")


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("shape", [(3, 1), (3, 100), (3, 70, 1)])
def test_equal_indices_add_in_their_order(shape: tuple[int, ...], lanes: int) -> None:
    random = np.random.default_rng(3)
    axis = len(shape) - 2
    chosen = (*shape[:axis], 50, *shape[axis + 1 :])
    # Of very different sizes: another order gives another sum.
    updates = (random.normal(size=chosen) * 10.0 ** random.integers(-4, 5, chosen)).astype("f4")
    assert not np.array_equal(updates.sum(axis), updates[..., ::-1, :].sum(axis))
    node = p.scatter(
        input_node("x", shape),
        input_node("indices", (50,), "int32"),
        input_node("updates", chosen),
        axis,
    )
    indices = random.integers(0, 2, 50, np.int32)
    check([(node, [np.zeros(shape, np.float32), indices, updates])], lanes, f"lanes {lanes}")


@pytest.mark.parametrize("lanes", LANES)
def test_the_first_operand_may_be_the_result(lanes: int) -> None:
    node = p.scatter(
        input_node("x", (7, 5)), input_node("i", (3,), "int32"), input_node("u", (3, 5))
    )
    (kernel,) = kernels([node], lanes)
    x = np.arange(35, dtype=np.float32).reshape(7, 5)
    indices, updates = np.array([6, 0, 6], np.int32), np.ones((3, 5), np.float32)
    result, fault = x.copy(), np.zeros(2, np.int64)
    arrays = [array.ctypes.data for array in (result, indices, updates, result, fault)]
    for thread in range(2):
        kernel.function(*arrays, thread, 2)
    np.add.at(x, indices, updates)
    np.testing.assert_array_equal(result, x)


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("shape", [(7, 5), (3, 100), (80, 3)])
def test_a_repeated_number_is_not_read_from_memory(shape: tuple[int, int], lanes: int) -> None:
    indices, updates = input_node("i", (3,), "int32"), input_node("u", (3, shape[1]))
    base = p.full(shape, -0.0, "float32")
    assert str(repeated_base(p.scatter(base, indices, updates))) == "-0.0"
    nodes = [p.scatter(base, indices, updates, mode=mode) for mode in ("add", "set")]
    at, values = np.array([2, 0, 2], np.int32), np.full((3, shape[1]), -0.0, np.float32)
    garbage, zeros = np.full(shape, 7, np.float32), np.full(shape, -0.0, np.float32)
    for kernel in kernels(nodes, lanes):
        for threads in THREADS:
            value, fault = kernel([garbage, at, values], threads)
            assert same(value, zeros)
            assert fault == [0, 0]
    assert repeated_base(p.scatter(input_node("x", shape), indices, updates)) is None


def faulty(
    index_type: Any, wrong: int, along: bool, mode: str | None, shape: tuple[int, ...], axis: int
) -> tuple[Node, Operands, Array]:
    """Return a case with wrong indices, its operands, and its value with 0 in their place."""
    random = np.random.default_rng(9)
    count = 11
    chosen = (*shape[:axis], count, *shape[axis + 1 :])
    indices_shape = chosen if along else (count,)
    indices = random.integers(0, shape[axis], indices_shape).astype(index_type)
    mended = indices.copy()
    places = random.integers(0, indices.size, 2)
    indices.flat[places], mended.flat[places] = wrong, 0
    x = input_node("x", shape)
    leaf = input_node("indices", indices_shape, index_type)
    operands = [draw(random, shape, np.float32), indices]
    node = p.gather(x, leaf, axis, along)
    if mode is not None:
        node = p.scatter(x, leaf, input_node("updates", chosen), axis, along, mode)
        operands.append(draw(random, chosen, np.float32))
    assert isinstance(node.primitive, Structural)
    value = node.primitive.compute(operands[0], mended, *operands[2:], **node.attributes)
    return node, operands, value


WRONG = [
    ("int32", -1), ("int64", -1), ("int32", 5), ("int64", 2**40), ("int64", -(2**63)),
    ("int32", 2**31 - 1), ("uint8", 255), ("uint32", 2**32 - 1),
]  # fmt: skip


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("mode", [None, "add", "set"])
def test_an_index_out_of_range_is_told_and_taken_for_0(mode: str | None, lanes: int) -> None:
    cases = [
        (faulty(index_type, wrong, along, mode, shape, axis), wrong)
        for index_type, wrong in WRONG
        for shape, axis in [((5, 3), 0), ((70, 5), 1), ((5, 70), 0)]
        for along in (False, True)
    ]
    made = kernels([node for (node, _, _), _ in cases], lanes)
    for kernel, ((node, operands, wanted), wrong) in zip(made, cases, strict=True):
        for threads in THREADS:
            value, fault = kernel(operands, threads)
            assert fault == [1, wrong], (node, operands, threads)
            assert same(value, wanted), (node, operands, threads)


@pytest.mark.parametrize("mode", [None, "add"])
def test_an_index_is_looked_at_where_there_is_nothing_to_move(mode: str | None) -> None:
    cases = []
    for shape, axis, indices_shape in [((0, 3), 0, (4,)), ((3, 0), 0, (4,)), ((0,), 0, ())]:
        chosen = shape[:axis] + indices_shape + shape[axis + 1 :]
        x, indices = input_node("x", shape), input_node("i", indices_shape, "int32")
        operands = [np.zeros(shape, np.float32), np.full(indices_shape, 3, np.int32)]
        node = p.gather(x, indices, axis)
        if mode is not None:
            node = p.scatter(x, indices, input_node("u", chosen), axis, mode=mode)
            operands.append(np.ones(chosen, np.float32))
        cases.append((node, operands))
    for kernel, (_, operands) in zip(kernels([n for n, _ in cases], 4), cases, strict=True):
        for threads in THREADS:
            assert kernel(operands, threads).fault == [1, 3]
