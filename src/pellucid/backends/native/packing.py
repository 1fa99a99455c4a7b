"""Packing a panel of the right operand of a product: row by row of depth, vector by vector.

A panel that lies with its columns as neighbours is copied; one that lies with its depth as
neighbours is transposed in squares of registers. Columns beyond the last are zero, so that the
product needs no masks; what they give is never stored.

Source of the transposition: Eklundh, "A fast computer method for matrix transposing", 1972.
"""

from __future__ import annotations

from pellucid.backends.native.elements import convert_float, load_elements
from pellucid.backends.native.text import Function, Module, Value
from pellucid.dtypes import DType


def emit_pack(
    module: Module,
    *,
    depth: int,
    depth_stride: int,
    column_stride: int,
    vectors: int,
    there: int,
    lanes: int,
    dtype: DType,
    accumulator: DType,
) -> str:
    """Write the function (source, panel) that packs one panel, and return its name.

    Args:
        module: into which it goes.
        depth: the rows of the panel.
        depth_stride: elements from row to row.
        column_stride: elements from column to column.
        vectors: of the panel.
        there: its columns that exist.
        lanes: of a vector.
        dtype: of the source.
        accumulator: of the panel.
    """
    f = Function(module, [("source", "ptr"), ("panel", "ptr")])
    if column_stride == 1 or there == 1 or depth == 1:
        _copy(f, depth, depth_stride, column_stride, vectors, there, lanes, dtype, accumulator)
    else:
        _transpose(f, depth, column_stride, vectors, there, lanes, dtype, accumulator)
    return module.close(f, "pack")


def _copy(
    f: Function,
    depth: int,
    depth_stride: int,
    column_stride: int,
    vectors: int,
    there: int,
    lanes: int,
    dtype: DType,
    accumulator: DType,
) -> None:
    source, panel = f.arguments
    bytes_ = lanes * accumulator.itemsize

    def line(k: Value | int, _: list[Value]) -> None:
        row = f.at(source, f.mul(k, depth_stride * dtype.itemsize))
        target = f.at(panel, f.mul(k, vectors * bytes_))
        for q in range(vectors):
            left = there - q * lanes
            place = f.at(row, q * lanes * column_stride * dtype.itemsize)
            loaded = load_elements(
                f, place, dtype, lanes, stride=column_stride if left > 1 else 1,
                valid=None if left >= lanes else left,
            )
            f.store(convert_float(f, loaded, accumulator), target, q * bytes_, align=bytes_)

    f.loop(0, depth, 1, line)


def _transpose(
    f: Function,
    depth: int,
    column_stride: int,
    vectors: int,
    there: int,
    lanes: int,
    dtype: DType,
    accumulator: DType,
) -> None:
    source, panel = f.arguments
    bytes_ = lanes * accumulator.itemsize
    zero = load_type_zero(f, accumulator, lanes)

    def square(k: Value | int, count: int) -> None:
        for q in range(vectors):
            rows = []
            for c in range(lanes):
                if q * lanes + c >= there:
                    rows.append(zero)
                    continue
                place = f.at(source, (q * lanes + c) * column_stride * dtype.itemsize)
                place = f.at(place, f.mul(k, dtype.itemsize))
                valid = None if count == lanes else count
                loaded = load_elements(f, place, dtype, lanes, valid=valid)
                rows.append(convert_float(f, loaded, accumulator))
            target = f.at(panel, f.mul(k, vectors * bytes_))
            for r, row in enumerate(transposed(f, rows)[:count]):
                f.store(row, target, (r * vectors + q) * bytes_, align=bytes_)

    whole = depth - depth % lanes
    f.loop(0, whole, lanes, lambda k, _: square(k, lanes))
    if depth % lanes:
        square(whole, depth % lanes)


def load_type_zero(f: Function, dtype: DType, lanes: int) -> Value:
    """Return a vector of zeros."""
    from pellucid.backends.native.elements import number

    return number(f, 0.0, dtype, lanes)


def transposed(f: Function, rows: list[Value]) -> list[Value]:
    """Return the columns of a square of registers, by log2(lanes) rounds of exchanges."""
    lanes = len(rows)
    distance = lanes // 2
    while distance:
        result = list(rows)
        low = [i if not i & distance else lanes + (i ^ distance) for i in range(lanes)]
        high = [i | distance if not i & distance else lanes + i for i in range(lanes)]
        for i in range(lanes):
            if not i & distance:
                a, b = rows[i], rows[i | distance]
                result[i], result[i | distance] = f.shuffle(a, b, low), f.shuffle(a, b, high)
        rows = result
        distance //= 2
    return rows
