"""Concatenate and pad in machine code against their definitions in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.dtypes import DTYPES, is_float
from pellucid.graph.node import Node, input_node
from pellucid.shapes import size
from tests.backends.native.special_kernels import LANES, Array, check, draw

LENGTHS = [0, 1, 2, 3, 5, 13, 16, 17, 70]


def concatenation(random: np.random.Generator) -> tuple[Node, list[Array]]:
    while True:
        rank = int(random.integers(1, 5))
        axis, parts = int(random.integers(0, rank)), int(random.integers(2, 6))
        rest = [int(n) for n in random.choice(LENGTHS[random.integers(0, 2) :], rank)]
        shapes = [
            (*rest[:axis], int(length), *rest[axis + 1 :])
            for length in random.choice(LENGTHS, parts)
        ]
        if sum(map(size, shapes)) <= 20_000:
            break
    dtype = random.choice(np.array(DTYPES, object))
    nodes = [input_node(f"x{i}", shape, dtype) for i, shape in enumerate(shapes)]
    return p.concatenate(nodes, axis), [draw(random, shape, dtype) for shape in shapes]


def padding(random: np.random.Generator) -> tuple[Node, list[Array]]:
    while True:
        rank = int(random.integers(1, 5))
        shape = tuple(int(n) for n in random.choice(LENGTHS[random.integers(0, 2) :], rank))
        widths = random.choice([0, 0, 0, 1, 2, 3, 40], (3, rank))
        widths[2] = np.minimum(widths[2], 3)
        low, high, interior = (tuple(int(n) for n in row) for row in widths)
        dtype = random.choice(np.array(DTYPES, object))
        value = random.choice([0, 1, 3] + [-np.inf, np.nan, -0.0, 0.1] * is_float(dtype))
        value = float(value) if is_float(dtype) else int(value)
        node = p.pad(input_node("x", shape, dtype), low, high, interior, value)
        if node.primitive is p.pad and size(node.shape) <= 20_000:
            return node, [draw(random, shape, dtype)]


@pytest.mark.parametrize("lanes", LANES)
def test_concatenate_any_shapes(lanes: int) -> None:
    random = np.random.default_rng(lanes)
    check([concatenation(random) for _ in range(50)], lanes, f"seed {lanes}, lanes {lanes}")


@pytest.mark.parametrize("lanes", LANES)
def test_pad_any_shape(lanes: int) -> None:
    random = np.random.default_rng(lanes)
    check([padding(random) for _ in range(80)], lanes, f"seed {lanes}, lanes {lanes}")


@pytest.mark.parametrize("lanes", LANES)
def test_long_rows_are_shared_by_columns(lanes: int) -> None:
    random = np.random.default_rng(4)
    x, y = input_node("x", (2, 1001)), input_node("y", (2, 300))
    one = input_node("one", (3000,), "uint8")
    operands = [draw(random, node.shape, node.dtype) for node in (x, y, one)]
    cases = [
        (p.concatenate([x, y, x], 1), [operands[0], operands[1], operands[0]]),
        (p.pad(x, (0, 33), (1, 70), value=2.5), operands[:1]),
        (p.pad(x, (1, 33), (0, 5), (1, 2)), operands[:1]),
        (p.pad(one, (7,), (100,), (3,), 9), operands[2:]),
        (p.pad(one, (70,), (1,), (0,), 9), operands[2:]),
    ]
    check(cases, lanes, f"seed 4, lanes {lanes}")


@pytest.mark.parametrize("lanes", LANES)
def test_many_rows(lanes: int) -> None:
    random = np.random.default_rng(6)
    x, y = input_node("x", (1300, 3)), input_node("y", (1300, 1))
    values = [draw(random, node.shape, node.dtype) for node in (x, y)]
    cases = [(p.concatenate([x, y], 1), values), (p.pad(x, (0, 1), (0, 0)), values[:1])]
    cases.append((p.pad(y, (2, 0), (3, 0), (1, 0)), values[1:]))
    check(cases, lanes, f"seed 6, lanes {lanes}")
