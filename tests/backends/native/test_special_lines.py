"""Sorting, extremes and running sums along an axis in machine code, against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends.native.special import scratch_bytes
from pellucid.dtypes import DTYPES, boolean
from pellucid.graph.node import Node, input_node
from tests.backends.native.special_kernels import LANES, SPECIALS, Array, check, draw, kernels

NUMBERS = [dtype for dtype in DTYPES if dtype != boolean]
PRIMITIVES: dict[str, Callable[[Node, int], Node]] = {
    "argsort": p.argsort,
    "argmax": partial(p.argmax, keepdims=True),
    "argmin": partial(p.argmin, keepdims=True),
    "cumulative_sum": p.cumulative_sum,
    "reversed cumulative_sum": partial(p.cumulative_sum, reverse=True),
}
SHAPES: list[tuple[int, ...]] = [
    (1,), (2,), (7,), (8,), (9,), (17,), (40,), (41,), (64,), (100,), (127,), (257,), (1000,),
    (1, 1), (3, 5), (5, 3), (100, 7), (7, 100), (2, 33, 17), (3, 1, 5), (70, 3), (1100, 2),
    (2, 3, 4, 5), (3, 257),
]  # fmt: skip
EMPTY: list[tuple[int, ...]] = [(0, 3), (3, 0), (2, 0, 5)]


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("name", PRIMITIVES)
def test_every_axis_and_type(name: str, lanes: int) -> None:
    seed = lanes
    random = np.random.default_rng(seed)
    cases: list[tuple[Node, list[Array]]] = []
    for position, shape in enumerate([*SHAPES, *EMPTY]):
        for axis in range(len(shape)):
            if shape[axis] or not name.startswith("arg") or name == "argsort":
                dtype = NUMBERS[(position + axis + lanes) % len(NUMBERS)]
                node = PRIMITIVES[name](input_node("x", shape, dtype), axis)
                cases.append((node.inputs[0] if node.primitive.name == "reshape" else node,
                              [draw(random, shape, dtype)]))  # fmt: skip
    check(cases, lanes, f"seed {seed}, lanes {lanes}")


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("name", PRIMITIVES)
def test_special_values_in_every_type(name: str, lanes: int) -> None:
    seed = 10 + lanes
    random = np.random.default_rng(seed)
    cases: list[tuple[Node, list[Array]]] = []
    for dtype in NUMBERS:
        for shape, axis in [((5, 83), 1), ((11, 30), 0), ((6, 12), 1)]:
            if dtype.kind == "f":
                x = random.choice(SPECIALS, shape).astype(dtype)
            else:
                limits = np.iinfo(dtype)
                x = random.choice(np.array([limits.min, 0, 1, limits.max], dtype), shape)
            cases.append((PRIMITIVES[name](input_node("x", shape, dtype), axis), [x]))
    check(cases, lanes, f"seed {seed}, lanes {lanes}")


@pytest.mark.parametrize("lanes", LANES)
def test_the_first_of_equals_and_of_nans_wherever_it_stands(lanes: int) -> None:
    length = 75
    ties: Array = np.zeros((length, length), np.float32)
    nans: Array = np.tile(np.array([np.inf, -np.inf, 1], np.float32), (length, length // 3))
    for place in range(length):
        ties[place, [place, *range(place, length, 5)]] = 1
        nans[place, [place, *range(place, length, 7)]] = np.nan
    x = input_node("x", (length, length))
    argmax, argmin = PRIMITIVES["argmax"], PRIMITIVES["argmin"]
    cases = [(argmax(x, 1), [ties]), (argmin(x, 1), [-ties]), (argmax(x, 1), [nans])]
    cases += [(argmin(x, 1), [nans]), (argmax(x, 0), [nans.T]), (argmin(x, 0), [-ties.T])]
    check([(node, [np.ascontiguousarray(v) for v in values]) for node, values in cases], lanes, "")


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 20, 65, 129])
def test_sorting_of_every_length(length: int) -> None:
    random = np.random.default_rng(length)
    x = random.integers(0, max(2, length // 2), (200, length)).astype(np.float32)
    x[::3][random.random(x[::3].shape) < 0.3] = np.nan
    x[1::3] *= random.choice([-1, 1], x[1::3].shape)
    check([(p.argsort(input_node("x", x.shape)), [x])], 8, f"seed {length}")


def test_long_lines_sort_in_scratch_memory() -> None:
    random = np.random.default_rng(1)
    cases: list[tuple[Node, list[Array]]] = []
    for dtype in ("float32", "float64", "int64"):
        node = p.argsort(input_node("x", (3, 1111), dtype))
        assert scratch_bytes(node, 4) == 4 * scratch_bytes(node, 1) > 0
        cases.append((node, [draw(random, node.shape, dtype)]))
    assert scratch_bytes(p.argsort(input_node("x", (1000, 10))), 4) == 0
    check(cases, 8, "seed 1")


def test_all_orders_of_six() -> None:
    from itertools import permutations

    x: Array = np.array(list(permutations(range(6))), np.int32)
    check([(p.argsort(input_node("x", x.shape, "int32")), [x])], 4, "")


def test_a_running_sum_keeps_the_sign_of_zero_and_rounds_at_each_step() -> None:
    tiny = 2.0**-24
    x: Array = np.array([[-0.0, -0.0, 0.0], [1.0, tiny, tiny]], np.float32)
    (kernel,) = kernels([p.cumulative_sum(input_node("x", (2, 3)), 1)], 4)
    value = kernel([x]).value
    assert np.signbit(value[0]).tolist() == [True, True, False]
    assert value[1].tolist() == [1.0, 1.0, 1.0]


def scrambled(values: Any) -> Array:
    return np.random.default_rng(2).permutation(np.array(values, np.float32))


def test_nan_is_last_and_zeros_are_equal() -> None:
    x = scrambled([np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 0.0, -0.0, 1e-45, -1e-45])
    (kernel,) = kernels([p.argsort(input_node("x", x.shape))], 4)
    order = kernel([x]).value
    assert np.isnan(x[order][-2:]).all()
    assert (np.diff(order[2:6]) > 0).any()
    assert order.tolist() == sorted(range(len(x)), key=lambda i: (np.isnan(x[i]), x[i] + 0.0, i))
