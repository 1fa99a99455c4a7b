"""Random words and the order of rows in machine code against their definitions."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends.native.special import (
    ORDER_BYTES,
    emit_copy_rows,
    emit_rows,
    order_fields,
)
from pellucid.backends.native.text import Module
from pellucid.graph.node import Node, input_node, key_node
from pellucid.graph.order import RowOrder
from pellucid.philox import random_words
from tests.backends.native.special_kernels import LANES, Array, Guarded, check, functions, kernels

COUNTS = [0, 1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 128, 129, 257, 1000, 4099]
SEEDS = [0, 1, 0xFFFFFFFF, 2**32, 0x123456789ABCDEF0, 2**64 - 1]


def words_of(seed: int) -> Array:
    return np.array([seed & 0xFFFFFFFF, seed >> 32], np.uint32)


@pytest.mark.parametrize("lanes", LANES)
def test_random_words_are_those_of_philox(lanes: int) -> None:
    key, step = key_node(), input_node("step", (), "int64")
    cases: list[tuple[Node, list[Array]]] = []
    for position, count in enumerate(COUNTS):
        seed = SEEDS[position % len(SEEDS)]
        number = [0, 1, 7, 2**32 + 5, 2**62 + 3][position % 5]
        purpose = [0, 3, 2**31 - 1][position % 3]
        node = p.random_bits(key, step, (count,), purpose)
        cases.append((node, [words_of(seed), np.array(number, np.int64)]))
    check(cases, lanes, f"lanes {lanes}")


@pytest.mark.parametrize("lanes", LANES)
def test_random_words_against_the_function_itself(lanes: int) -> None:
    node = p.random_bits(key_node(), input_node("step", (), "int64"), (7, 11), 42)
    (kernel,) = kernels([node], lanes)
    value = kernel([words_of(SEEDS[4]), np.array(99, np.int64)], 3).value
    np.testing.assert_array_equal(value.ravel(), random_words(SEEDS[4], 42, 99, 77))


class RowFinder:
    """Finds the rows of an epoch in machine code."""

    def __init__(self, lanes: int, by_blocks: bool = False) -> None:
        emit = partial(emit_rows, lanes=lanes, by_blocks=by_blocks)
        (self._function,) = functions([emit])

    def __call__(
        self, order: RowOrder, epoch: int, position: int, count: int, shares: int = 1
    ) -> Array:
        """Return `count` rows from a position on, found in several shares."""
        fields = order_fields(order)
        assert fields.nbytes == ORDER_BYTES
        result = Guarded((count,), np.int32, 0x77)
        for share in range(shares):
            low, high = count * share // shares, count * (share + 1) // shares
            self._function(fields.ctypes.data, epoch, position, result.array.ctypes.data, low, high)
        result.check()
        return result.array


SIZES = [1, 2, 3, 4, 5, 7, 10, 16, 17, 100, 1000, 1025, 2401, 60000]
# 2401: the sides are 50 and 49, and 49 * (1 / 49) < 1 in float64.


@pytest.mark.parametrize("lanes", LANES)
def test_rows_are_those_of_the_order(lanes: int) -> None:
    find = RowFinder(lanes)
    for rows in SIZES:
        for epoch, seed in [(0, 0), (1, 5), (2, 2**63 + 7), (1000, 2**32), (2**33 + 1, 3)]:
            order = RowOrder(rows, 1, seed)
            wanted = order.epoch_rows(epoch)
            np.testing.assert_array_equal(find(order, epoch, 0, rows), wanted)
            if rows > 1000:
                break


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("shuffled", [False, True])
def test_any_batch_in_any_shares(lanes: int, shuffled: bool) -> None:
    find = RowFinder(lanes)
    random = np.random.default_rng(lanes)
    for rows in (11, 977, 60000):
        order = RowOrder(rows, 1, seed=8, shuffled=shuffled)
        epoch_rows = order.epoch_rows(3)
        for _ in range(20):
            start = int(random.integers(0, rows))
            count = int(random.integers(0, min(300, rows - start) + 1))
            for shares in (1, 2, 3, 8):
                got = find(order, 3, start, count, shares)
                np.testing.assert_array_equal(got, epoch_rows[start : start + count])


@pytest.mark.parametrize("lanes", LANES)
def test_rows_by_blocks(lanes: int) -> None:
    find = RowFinder(lanes, by_blocks=True)
    sizes = [(1, 1), (10, 3), (12, 12), (977, 7), (60_000, 4099), (2**31 - 1, 4099)]
    for rows, block in [*sizes, (2401 * 49, 49)]:
        order = RowOrder(rows, 1, seed=21, block=block)
        for start in {0, rows // 3, max(rows - 150, 0)}:
            count = min(150, rows - start)
            for shares in (1, 3):
                got = find(order, 5, start, count, shares)
                wanted = order.rows_at(5, np.arange(start, start + count))
                np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("rows", [2**31 - 1, 2**31 - 2**16, 46340**2 - 5, 2**24 + 1])
def test_the_largest_orders(rows: int, lanes: int) -> None:
    find, order = RowFinder(lanes), RowOrder(rows, 1, seed=1)
    for start in (0, 1, rows // 3, rows - 150):
        got = find(order, 6, start, 150)
        np.testing.assert_array_equal(got, order.rows_at(6, np.arange(start, start + 150)))


@pytest.mark.parametrize("lanes", LANES)
def test_rows_are_copied(lanes: int) -> None:
    sizes = [0, 1, 2, 3, 4, 7, 8, 12, 52, 64, 100, 260, 261, 784, 1023, 3136]
    made = functions([partial(emit_copy_rows_of, size, lanes) for size in sizes])
    random = np.random.default_rng(lanes)
    for size, function in zip(sizes, made, strict=True):
        data = random.integers(0, 256, (50, size), np.uint8)
        rows = random.integers(0, 50, 37, np.int32)
        for shares in (1, 3):
            result = Guarded((37, size), np.uint8, 0x3C)
            for share in range(shares):
                low, high = 37 * share // shares, 37 * (share + 1) // shares
                arrays = [array.ctypes.data for array in (data, rows, result.array)]
                function(*arrays, low, high)
            result.check()
            np.testing.assert_array_equal(result.array, data[rows])


def emit_copy_rows_of(size: int, lanes: int, module: Module) -> str:
    return emit_copy_rows(module, size, lanes)
