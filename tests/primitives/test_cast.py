"""Conversion between element types, on both backends, against Python's own numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.graph.node import input_node

INTEGERS = ("int32", "int64", "uint8", "uint32")
FLOATS = ("float32", "float64")


def edges(target: str) -> list[float]:
    """Return floats at, inside and beyond the limits of an integer type, and special ones."""
    limits = np.iinfo(target)
    near = [float(limits.min), float(limits.max), 2.0**7, 2.0**8, 2.0**31, 2.0**32, 2.0**63]
    moved = [x + d for x in (*near, *(-x for x in near)) for d in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    special = [0.0, -0.0, 0.9, -0.9, 1.5, -1.5, 1e-45, 1e19, -1e19, 3e38, -3e38]
    return [*moved, *special, math.inf, -math.inf, math.nan]


def to_integer(value: float, target: str) -> int:
    """Return what the docstring says: toward 0, held within the type, nan to 0."""
    limits = np.iinfo(target)
    if math.isnan(value):
        return 0
    if math.isinf(value):
        return int(limits.max if value > 0 else limits.min)
    return max(int(limits.min), min(int(limits.max), math.trunc(value)))


def converted(values: Any, target: str, backend: str) -> np.ndarray[Any, Any]:
    x = input_node("x", values.shape, values.dtype)
    return evaluate(p.cast(x, target), {x: values}, backend)


@pytest.mark.parametrize("backend", ["reference", "native"])
@pytest.mark.parametrize("target", INTEGERS)
@pytest.mark.parametrize("source", FLOATS)
def test_a_float_becomes_the_nearest_integer_towards_0(
    source: str, target: str, backend: str
) -> None:
    values = np.array(edges(target), source)
    wanted = [to_integer(float(value), target) for value in values]
    assert converted(values, target, backend).tolist() == wanted
    for value, one in zip(values[-3:], wanted[-3:], strict=True):
        assert converted(np.array(value), target, backend).tolist() == one


@pytest.mark.parametrize("backend", ["reference", "native"])
@pytest.mark.parametrize("target", INTEGERS)
@pytest.mark.parametrize("source", INTEGERS)
def test_an_integer_keeps_its_low_bits(source: str, target: str, backend: str) -> None:
    limits, bits = np.iinfo(source), np.iinfo(target).bits
    numbers = sorted({int(limits.min), -1, 0, 1, 200, 300, 2**31, int(limits.max)})
    numbers = [number for number in numbers if limits.min <= number <= limits.max]
    wanted = [number % 2**bits for number in numbers]
    if np.iinfo(target).min < 0:
        wanted = [number - 2**bits * (number >= 2 ** (bits - 1)) for number in wanted]
    assert converted(np.array(numbers, source), target, backend).tolist() == wanted


@pytest.mark.parametrize("backend", ["reference", "native"])
@pytest.mark.parametrize("source", [*FLOATS, "int64", "uint8"])
def test_a_boolean_is_whether_a_number_is_not_0(source: str, backend: str) -> None:
    numbers = [0.0, 1.0, 0.25, math.nan, math.inf, -0.0] if source in FLOATS else [0, 1, 200]
    values = np.array(numbers, source)
    found = converted(values, "bool", backend)
    assert found.tolist() == [number != 0 for number in numbers]
    assert converted(found, source, backend).tolist() == [float(number != 0) for number in numbers]
