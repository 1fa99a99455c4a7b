"""Gather and scatter: elements, or slices, at indices along one axis.

An index out of range is never followed: the kernel writes it to `fault[1]`, then 1 to `fault[0]`,
and goes on as if the index were 0. Any one of several wrong indices may be the one that is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pellucid.backends.native.element_types import is_unsigned, memory_type, vector
from pellucid.backends.native.sizes import CACHE_LINE
from pellucid.backends.native.special.layout import (
    ENOUGH_ROWS,
    Lines,
    Span,
    Whole,
    fill,
    in_vectors,
    line_unit,
    lines_of,
    move,
    open_kernel,
    share_rows,
    share_table,
)
from pellucid.backends.native.text import Function, Module, Value
from pellucid.dtypes import is_float
from pellucid.graph.node import Node
from pellucid.primitives.operands import constant_value
from pellucid.shapes import size

WIDE = 4 * CACHE_LINE
"""From so many bytes on, the slices of a scatter are shared by columns."""


def emit_gather(module: Module, node: Node, lanes: int) -> str:
    """Write the kernel of `gather` and return its name."""
    x, indices = node.inputs
    f = open_kernel(module, 2)
    lines = lines_of(x.shape, node.attributes["axis"])
    if not size(node.shape) or not lines.length:
        _only_check(f, indices, lines.length)
        return module.close(f, "gather")
    count = _count(node, indices)
    itemsize = node.dtype.itemsize
    element = f"i{8 * itemsize}"
    rows, columns = share_table(f, lines.outer * count, lines.inner, itemsize)
    table, out = f.argument("in0"), f.argument("out")

    def row(r: Whole, k: Whole, base: Whole) -> None:
        target = f.at(out, f.mul(r, lines.inner * itemsize))

        def one(column: Whole, _: list[Value]) -> None:
            at = f.add(f.mul(r, lines.inner), column)
            source = f.at(table, _place(f, base, _index(f, indices, at, lines.length), lines, node))
            offset = f.mul(column, itemsize)
            f.store(f.load(element, source, offset), target, offset)

        if node.attributes["along"]:
            f.loop(*columns, 1, one)
        else:
            index = _index(f, indices, k, lines.length)
            source = f.at(table, _place(f, base, index, lines, node))
            move(f, source, target, columns, itemsize, lanes)

    _walk(f, rows, count, lines, itemsize, row)
    return module.close(f, "gather")


def _place(f: Function, base: Whole, index: Value, lines: Lines, node: Node) -> Whole:
    """Return where the slice of an index begins, in bytes."""
    return f.add(base, f.mul(index, lines.inner * node.dtype.itemsize))


def _walk(
    f: Function,
    rows: Span,
    count: int,
    lines: Lines,
    itemsize: int,
    body: Callable[[Whole, Whole, Whole], None],
) -> None:
    """Run `body(row, position among the indices, bytes before the line's first element)`."""
    if lines.outer == 1:
        f.loop(*rows, 1, lambda r, _: body(r, r, 0))
        return
    step = lines.length * lines.inner * itemsize
    first = f.index(f.rem(rows[0], count)), f.index(f.mul(f.div(rows[0], count), step))

    def row(r: Whole, carried: list[Value]) -> list[Value]:
        k, base = carried
        body(r, k, base)
        following = f.index(f.add(k, 1))
        wraps = f.compare("icmp eq", following, f.index(count))
        return [
            f.select(wraps, f.index(0), following),
            f.select(wraps, f.index(f.add(base, step)), base),
        ]

    f.loop(*rows, 1, row, first)


def emit_scatter(module: Module, node: Node, lanes: int) -> str:
    """Write the kernel of `scatter` and return its name.

    Each thread has a part of the result and takes the updates for it in the order of the indices.
    The first operand may lie where the result does.
    """
    x, indices, _ = node.inputs
    f = open_kernel(module, 3)
    lines = lines_of(x.shape, node.attributes["axis"])
    if not size(node.shape):
        _only_check(f, indices, lines.length)
        return module.close(f, "scatter")
    itemsize = node.dtype.itemsize
    owned = _Owned((0, lines.outer), (0, lines.length), (0, lines.inner))
    if lines.outer >= ENOUGH_ROWS:
        bytes_ = lines.length * lines.inner * itemsize
        owned = owned._replace(outer=share_rows(f, lines.outer, bytes_))
    elif lines.inner * itemsize >= WIDE:
        owned = owned._replace(columns=f.share(lines.inner, line_unit(itemsize)))
    else:
        owned = owned._replace(slices=share_rows(f, lines.length, lines.inner * itemsize))
    _begin(f, node, lines, owned, lanes)
    count = _count(node, indices)

    def if_own(index: Value, then: Callable[[], None]) -> None:
        low, high = owned.slices
        if (low, high) == (0, lines.length):
            then()
            return
        inside = f.index(f.sub(index, low))
        f.when(f.compare("icmp ult", inside, f.index(f.sub(high, low))), then)

    def update(line: Whole, k: Whole) -> None:
        row = f.add(f.mul(line, count), k)
        updates = f.at(f.argument("in2"), f.mul(row, lines.inner * itemsize))

        def put(index: Value, span: Span) -> None:
            target_row = f.add(f.mul(line, lines.length), index)
            target = f.at(f.argument("out"), f.mul(target_row, lines.inner * itemsize))
            if node.attributes["mode"] == "add":
                _add(f, updates, target, span, node, lanes)
            else:
                move(f, updates, target, span, itemsize, lanes)

        def one(column: Whole, _: list[Value]) -> None:
            index = _index(f, indices, f.add(f.mul(row, lines.inner), column), lines.length)
            if_own(index, lambda: put(index, (column, f.add(column, 1))))

        if node.attributes["along"]:
            f.loop(*owned.columns, 1, one)
        else:
            index = _index(f, indices, k, lines.length)
            if_own(index, lambda: put(index, owned.columns))

    def updates_of_line(line: Whole, _: list[Value]) -> None:
        f.loop(0, count, 1, lambda k, _: update(line, k))

    f.loop(*owned.outer, 1, updates_of_line)
    return module.close(f, "scatter")


def repeated_base(node: Node) -> Any:
    """Return the number with which a `scatter` begins everywhere, or None where it has an array.

    Where there is one, the kernel does not read its first operand.
    """
    value = constant_value(node.inputs[0])
    return value.item() if value is not None and value.size == 1 else None


class _Owned(NamedTuple):
    """What a thread has of the result: some lines, some slices of each, some columns of those."""

    outer: Span
    slices: Span
    columns: Span


def _begin(f: Function, node: Node, lines: Lines, owned: _Owned, lanes: int) -> None:
    """Write the thread's part of the first operand to the result, if it does not lie there."""
    x, out = f.argument("in0"), f.argument("out")
    row, itemsize = lines.inner, node.dtype.itemsize
    base = repeated_base(node)

    def write(offset: Whole, span: Span) -> None:
        target = f.at(out, f.mul(offset, itemsize))
        if base is None:
            move(f, f.at(x, f.mul(offset, itemsize)), target, span, itemsize, lanes)
        else:
            fill(f, target, span, base, node.dtype, lanes)

    def begin() -> None:
        run = lines.length * row
        if owned.columns != (0, row):
            rows = lines.outer * lines.length
            f.loop(0, rows, 1, lambda r, _: write(f.mul(r, row), owned.columns))
        elif owned.slices != (0, lines.length):
            span = f.mul(owned.slices[0], row), f.mul(owned.slices[1], row)
            f.loop(0, lines.outer, 1, lambda line, _: write(f.mul(line, run), span))
        else:
            write(0, (f.mul(owned.outer[0], run), f.mul(owned.outer[1], run)))

    if base is None:
        f.when(f.compare("icmp ne", x, out), begin)
    else:
        begin()


def _add(f: Function, updates: Value, target: Value, span: Span, node: Node, lanes: int) -> None:
    operation = "fadd" if is_float(node.dtype) else "add"
    itemsize = node.dtype.itemsize

    def body(at: Whole, width: int) -> None:
        type_, offset = vector(memory_type(node.dtype), width), f.mul(at, itemsize)
        total = f.binary(operation, f.load(type_, target, offset), f.load(type_, updates, offset))
        f.store(total, target, offset)

    in_vectors(f, span, lanes, body)


def _count(node: Node, indices: Node) -> int:
    """Return how many slices, or elements of each line, the indices choose."""
    axis, along = node.attributes["axis"], node.attributes["along"]
    return indices.shape[axis] if along else size(indices.shape)


def _index(f: Function, indices: Node, at: Whole, length: int) -> Value:
    """Return an index as i64, 0 in place of one that is out of range."""
    dtype = indices.dtype
    raw = f.load(memory_type(dtype), f.argument("in1"), f.mul(at, dtype.itemsize))
    wide = f.convert("zext" if is_unsigned(dtype) else "sext", raw, "i64")
    # As a number without sign, a negative one is too large.
    wrong = f.compare("icmp uge", wide, f.index(length))

    def tell() -> None:
        f.store(wide, f.argument("fault"), 8)
        f.store(f.index(1), f.argument("fault"))

    f.when(wrong, tell)
    return f.select(wrong, f.index(0), wide)


def _only_check(f: Function, indices: Node, length: int) -> None:
    """Look at the indices where there is nothing to move."""

    def check(at: Whole, _: list[Value]) -> None:
        _index(f, indices, at, length)

    if size(indices.shape):
        f.loop(*f.share(size(indices.shape)), 1, check)
