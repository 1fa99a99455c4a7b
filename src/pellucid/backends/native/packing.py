"""Packing a panel of the right operand of a product: row by row of depth, vector by vector.

A panel that lies with its columns as neighbours is copied; one that lies with its depth as
neighbours is transposed in squares of registers. Columns beyond the last are zero, so that the
product needs no masks; what they give is never stored.

Source of the transposition: Eklundh, "A fast computer method for matrix transposing", 1972.
"""

from __future__ import annotations

from pellucid.backends.native.elements import convert_float, load_elements, number
from pellucid.backends.native.text import Function, Module, Value, memory_type, vector
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
                f,
                place,
                dtype,
                lanes,
                stride=column_stride if left > 1 else 1,
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
    line = vectors * lanes * accumulator.itemsize
    square = _emit_square(f.module, lanes, dtype, accumulator)

    def squares(k: Value | int, count: int) -> None:
        for q in range(vectors):
            first = f.at(source, q * lanes * column_stride * dtype.itemsize)
            target = f.at(panel, q * lanes * accumulator.itemsize)
            numbers = (column_stride * dtype.itemsize, max(0, there - q * lanes), count, line)
            f.call_function(
                square,
                f.at(first, f.mul(k, dtype.itemsize)),
                f.at(target, f.mul(k, line)),
                *(f.index(n) for n in numbers),
            )

    whole = depth - depth % lanes
    f.loop(0, whole, lanes, lambda k, _: squares(k, lanes))
    if depth % lanes:
        squares(whole, depth % lanes)


def _emit_square(module: Module, lanes: int, dtype: DType, accumulator: DType) -> str:
    """Write the function that transposes a square of registers, and return its name.

    Its arguments are (source, target, bytes from column to column in the source, columns that are
    there, depth that is there, bytes from depth to depth in the target).
    """
    numbers = ("stride", "columns", "depth", "line")
    f = Function(module, [("source", "ptr"), ("target", "ptr"), *((n, "i64") for n in numbers)])
    source, target, stride, columns, depth, line = f.arguments
    size = lanes * accumulator.itemsize
    full = f.compare("icmp eq", depth, f.index(lanes))
    element = memory_type(dtype)
    counting = Value("<" + ", ".join(f"i64 {i}" for i in range(lanes)) + ">", vector("i64", lanes))
    some = f.compare("icmp slt", counting, f.splat(depth, lanes))
    zero = number(f, 0.0, accumulator, lanes)

    type_ = vector(element, lanes)

    def at_once() -> None:
        places = (f.at(source, f.mul(c, stride)) for c in range(lanes))
        rows = [convert_float(f, f.load(type_, place), accumulator) for place in places]
        for r, row in enumerate(transposed(f, rows)):
            f.store(row, f.at(target, f.mul(r, line)), align=size)

    def part() -> None:
        """Go through memory, since how much is there is not known."""
        scratch = f.reserve(lanes * size)

        def column(c: Value | int, _: list[Value]) -> None:
            loaded = f.load_masked(type_, f.at(source, f.mul(c, stride)), some)
            f.store(convert_float(f, loaded, accumulator), scratch, f.mul(c, size))

        there = f.minimum(columns, lanes)
        f.loop(0, there, 1, column)
        f.loop(there, lanes, 1, lambda c, _: f.store(zero, scratch, f.mul(c, size)))
        rows = [f.load(zero.type, scratch, c * size, align=size) for c in range(lanes)]
        for r, row in enumerate(transposed(f, rows)):
            f.store(row, scratch, r * size, align=size)

        def put(r: Value | int, _: list[Value]) -> None:
            row = f.load(zero.type, scratch, f.mul(r, size), align=size)
            f.store(row, target, f.mul(r, line), align=size)

        f.loop(0, depth, 1, put)

    wide = f.compare("icmp sge", columns, f.index(lanes))
    f.when(f.binary("and", full, wide), at_once, part)
    return module.close(f, "square")


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
