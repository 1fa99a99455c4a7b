"""Packing a panel of the right operand of a product: row by row of depth, vector by vector.

A panel that lies with its columns as neighbours is copied; one that lies with its depth as
neighbours is transposed in squares of registers. Columns beyond the last are zero, so that the
product needs no masks; what they give is never stored.

Source of the transposition: Eklundh, "A fast computer method for matrix transposing", 1972.
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.backends.native.element_types import memory_type, vector
from pellucid.backends.native.elements import convert_float, load_elements, number
from pellucid.backends.native.text import Function, Module, Value
from pellucid.dtypes import DType


@dataclass(frozen=True)
class Panel:
    """Columns of the right operand over the whole depth.

    Attributes:
        depth: its rows.
        depth_stride: elements from row to row in the source.
        column_stride: elements from column to column in the source.
        vectors: its width.
        there: the columns that exist.
        lanes: of a vector.
        dtype: of the source.
        accumulator: of what is packed.
    """

    depth: int
    depth_stride: int
    column_stride: int
    vectors: int
    there: int
    lanes: int
    dtype: DType
    accumulator: DType

    @property
    def vector_bytes(self) -> int:
        """The bytes of a packed vector."""
        return self.lanes * self.accumulator.itemsize

    @property
    def line_bytes(self) -> int:
        """The bytes of a packed row."""
        return self.vectors * self.vector_bytes


def emit_pack(module: Module, panel: Panel) -> str:
    """Write the function (source, target) that packs one panel, and return its name."""
    f = Function(module, [("source", "ptr"), ("target", "ptr")])
    if panel.column_stride == 1 or panel.there == 1 or panel.depth == 1:
        _copy(f, panel)
    else:
        _transpose(f, panel)
    return module.close(f, "pack")


def _copy(f: Function, panel: Panel) -> None:
    source, target = f.arguments
    item, lanes = panel.dtype.itemsize, panel.lanes

    def line(k: Value | int, _: list[Value]) -> None:
        row = f.at(source, f.mul(k, panel.depth_stride * item))
        packed = f.at(target, f.mul(k, panel.line_bytes))
        for q in range(panel.vectors):
            left = panel.there - q * lanes
            loaded = load_elements(
                f,
                f.at(row, q * lanes * panel.column_stride * item),
                panel.dtype,
                lanes,
                stride=panel.column_stride if left > 1 else 1,
                valid=None if left >= lanes else left,
            )
            value = convert_float(f, loaded, panel.accumulator)
            f.store(value, packed, q * panel.vector_bytes, align=panel.vector_bytes)

    f.loop(0, panel.depth, 1, line)


def _transpose(f: Function, panel: Panel) -> None:
    source, target = f.arguments
    item, lanes = panel.dtype.itemsize, panel.lanes
    square = _emit_square(f.module, lanes, panel.dtype, panel.accumulator)

    def squares(k: Value | int, count: int) -> None:
        for q in range(panel.vectors):
            first = f.at(source, q * lanes * panel.column_stride * item)
            packed = f.at(target, q * panel.vector_bytes)
            there = max(0, panel.there - q * lanes)
            numbers = (panel.column_stride * item, there, count, panel.line_bytes)
            f.call_function(
                square,
                f.at(first, f.mul(k, item)),
                f.at(packed, f.mul(k, panel.line_bytes)),
                *(f.index(n) for n in numbers),
            )

    whole = panel.depth - panel.depth % lanes
    f.loop(0, whole, lanes, lambda k, _: squares(k, lanes))
    if panel.depth % lanes:
        squares(whole, panel.depth % lanes)


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
