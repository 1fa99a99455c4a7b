"""Moving elements between memory and registers, and combining them in reductions.

A vector of elements lies along one axis with a stride; at the end of an axis only its first `valid`
lanes are there. Booleans are bytes in memory and bits in registers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.backends.native.element_types import literal, memory_type, register_type, vector
from pellucid.backends.native.text import Function, Value
from pellucid.backends.native.words import emit_formula
from pellucid.dtypes import DType, boolean, is_float
from pellucid.graph.formula import argument, word

VIRTUAL_LANES = 16
"""A reduction adds element r to lane r % 16, whatever the machine's vectors are, and then adds the
lanes as a tree: 8 to 8, 4 to 4, 2 to 2, 1 to 1."""

_COMBINE = {
    "sum": word("add", argument(0), argument(1)),
    "product": word("multiply", argument(0), argument(1)),
    "max": word("maximum", argument(0), argument(1)),
    "min": word("minimum", argument(0), argument(1)),
}


def mask_of(valid: int, lanes: int) -> Value:
    """Return the mask of the first `valid` lanes."""
    bits = ", ".join(f"i1 {'true' if lane < valid else 'false'}" for lane in range(lanes))
    return Value(f"<{bits}>", vector("i1", lanes))


def load_elements(
    f: Function,
    pointer: Value,
    dtype: DType,
    lanes: int,
    *,
    stride: int = 1,
    valid: int | None = None,
) -> Value:
    """Return elements from memory; lanes beyond `valid` are zero and not touched."""
    element = memory_type(dtype)
    if lanes == 1:
        return _to_register(f, f.load(element, pointer), dtype)
    if stride == 0:
        return f.splat(_to_register(f, f.load(element, pointer), dtype), lanes)
    type_ = vector(element, lanes)
    if stride == 1:
        if valid is None:
            loaded = f.load(type_, pointer)
        elif valid == 1:
            loaded = f.insert(f.constant(0, type_), f.load(element, pointer), 0)
        else:
            loaded = f.load_masked(type_, pointer, mask_of(valid, lanes))
        return _to_register(f, loaded, dtype)
    result = f.constant(0, type_)
    for lane in range(lanes if valid is None else valid):
        one = f.load(element, pointer, lane * stride * dtype.itemsize)
        result = f.insert(result, one, lane)
    return _to_register(f, result, dtype)


def store_elements(
    f: Function, value: Value, pointer: Value, dtype: DType, valid: int | None = None
) -> None:
    """Write elements to neighbouring places; lanes beyond `valid` are left out."""
    if dtype == boolean:
        value = f.convert("zext", value, "i8")
    if valid is None or value.lanes == 1:
        f.store(value, pointer)
    elif valid == 1:
        f.store(f.extract(value, 0), pointer)
    else:
        f.store_masked(value, pointer, mask_of(valid, value.lanes))


def load_lines(
    f: Function, pointer: Value, dtype: DType, count: int, lanes: int, valid: int | None
) -> list[Value]:
    """Return a block of rows of `count` elements as vectors of one element of each row."""
    there = count * (lanes if valid is None else valid)
    loaded = []
    for k in range(count):
        left = there - k * lanes
        if left <= 0:
            loaded.append(number(f, 0, dtype, lanes))
            continue
        place = f.at(pointer, k * lanes * dtype.itemsize)
        loaded.append(load_elements(f, place, dtype, lanes, valid=None if left >= lanes else left))
    if count == 1:
        return loaded
    return [
        _collected(f, loaded, [lane * count + r for lane in range(lanes)]) for r in range(count)
    ]


def store_lines(
    f: Function, values: Sequence[Value], pointer: Value, dtype: DType, valid: int | None
) -> None:
    """Write vectors of one element of each row as a block of rows."""
    count, lanes = len(values), values[0].lanes
    there = count * (lanes if valid is None else valid)
    for k in range(count):
        left = there - k * lanes
        if left <= 0:
            return
        flat = range(k * lanes, (k + 1) * lanes)
        places = [(i % count) * lanes + i // count for i in flat]
        value = values[0] if count == 1 else _collected(f, values, places)
        place = f.at(pointer, k * lanes * dtype.itemsize)
        store_elements(f, value, place, dtype, None if left >= lanes else left)


def _collected(f: Function, values: Sequence[Value], places: Sequence[int]) -> Value:
    """Return elements out of several vectors, counted on from the first to the last."""
    lanes = values[0].lanes
    result: Value | None = None
    for number_, value in enumerate(values):
        mine = {lane for lane, place in enumerate(places) if place // lanes == number_}
        if not mine:
            continue
        if result is None:
            order = [places[lane] % lanes if lane in mine else 0 for lane in range(lanes)]
            result = f.shuffle(value, value, order)
        else:
            order = [
                lanes + places[lane] % lanes if lane in mine else lane for lane in range(lanes)
            ]
            result = f.shuffle(result, value, order)
    assert result is not None
    return result


def number(f: Function, value: Any, dtype: DType, lanes: int) -> Value:
    """Return a number as a register value."""
    return f.constant(value, vector(register_type(dtype), lanes))


def convert_float(f: Function, value: Value, dtype: DType) -> Value:
    """Return floats in another floating-point type; others are left as they are."""
    if not is_float(dtype) or value.element not in ("float", "double"):
        return value
    wanted = register_type(dtype)
    if wanted == value.element:
        return value
    return f.convert("fpext" if wanted == "double" else "fptrunc", value, wanted)


def identity(combine: str, dtype: DType) -> float | int:
    """Return what changes nothing in a reduction; for a sum that is -0, as 0 + -0 is 0."""
    if combine == "sum":
        return -0.0 if is_float(dtype) else 0
    if combine == "product":
        return 1
    if is_float(dtype):
        return float("-inf") if combine == "max" else float("inf")
    limits = np.iinfo(dtype)
    return int(limits.min if combine == "max" else limits.max)


def combined(f: Function, combine: str, a: Value, b: Value, dtype: DType) -> Value:
    """Return two partial results of a reduction as one."""
    return emit_formula(f, _COMBINE[combine], (a, b), (dtype, dtype), a.lanes)


def tree_of_lanes(f: Function, combine: str, value: Value, dtype: DType) -> Value:
    """Return the 16 lanes of a vector as one number."""
    lanes = value.lanes
    while lanes > 1:
        lanes //= 2
        low = f.shuffle(value, value, range(lanes)) if lanes > 1 else f.extract(value, 0)
        high = (
            f.shuffle(value, value, range(lanes, 2 * lanes)) if lanes > 1 else f.extract(value, 1)
        )
        value = combined(f, combine, low, high, dtype)
    return value


def tree_of_values(
    f: Function, combine: str, values: Sequence[Value | None], dtype: DType
) -> Value:
    """Return 16 partial results, None for those that no element came to, as one."""
    rest = list(values)
    while len(rest) > 1:
        half = len(rest) // 2
        joined: list[Value | None] = []
        for low, high in zip(rest[:half], rest[half:], strict=True):
            if low is None or high is None:
                joined.append(high if low is None else low)
            else:
                joined.append(combined(f, combine, low, high, dtype))
        rest = joined
    assert rest[0] is not None
    return rest[0]


def masked_identity(
    f: Function, combine: str, value: Value, dtype: DType, valid: int | None
) -> Value:
    """Return a vector whose lanes beyond `valid` change nothing in a reduction."""
    if valid is None:
        return value
    other = Value(literal(identity(combine, dtype), value.type), value.type)
    return f.select(mask_of(valid, value.lanes), value, other)


def _to_register(f: Function, value: Value, dtype: DType) -> Value:
    """Return what was loaded as it is in registers: a byte of a boolean becomes a bit."""
    if dtype != boolean:
        return value
    return f.compare("icmp ne", value, f.constant(0, value.type))
