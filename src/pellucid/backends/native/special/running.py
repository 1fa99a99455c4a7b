"""The running sum along one axis, added one element after the other in the element's own type."""

from __future__ import annotations

from pellucid.backends.native.element_types import memory_type, vector
from pellucid.backends.native.special.layout import (
    Lines,
    Whole,
    in_vectors,
    lines_of,
    move,
    open_kernel,
    share_table,
)
from pellucid.backends.native.text import Function, Module, Value
from pellucid.dtypes import is_float
from pellucid.graph.node import Node
from pellucid.shapes import size


def emit_cumulative_sum(module: Module, node: Node, lanes: int) -> str:
    """Write the kernel of `cumulative_sum` and return its name."""
    f = open_kernel(module, 1)
    if not size(node.shape):
        return module.close(f, "cumulative_sum")
    lines = lines_of(node.shape, node.attributes["axis"])
    itemsize = node.dtype.itemsize
    rows, columns = share_table(f, lines.outer, lines.inner, itemsize)
    operation = "fadd" if is_float(node.dtype) else "add"

    def line(row: Whole, _: list[Value]) -> None:
        if lines.inner == 1:
            _sum_line(f, row, lines, operation, node)
            return

        # Row by row of the slices, since those lie together in memory.
        first = _slice(f, row, 0, lines, node)
        move(f, f.at(f.argument("in0"), first), f.at(f.argument("out"), first), columns,
             itemsize, lanes)  # fmt: skip

        def following(k: Whole, _: list[Value]) -> None:
            own = _slice(f, row, k, lines, node)
            before = f.at(f.argument("out"), _slice(f, row, f.sub(k, 1), lines, node))
            source, target = f.at(f.argument("in0"), own), f.at(f.argument("out"), own)

            def add(at: Whole, width: int) -> None:
                type_, offset = vector(memory_type(node.dtype), width), f.mul(at, itemsize)
                total = f.load(type_, before, offset), f.load(type_, source, offset)
                f.store(f.binary(operation, *total), target, offset)

            in_vectors(f, columns, lanes, add)

        f.loop(1, lines.length, 1, following)

    f.loop(*rows, 1, line)
    return module.close(f, "cumulative_sum")


def _slice(f: Function, row: Whole, k: Whole, lines: Lines, node: Node) -> Whole:
    """Return where the slice that is the k-th to be added begins, in bytes."""
    position = f.sub(lines.length - 1, k) if node.attributes["reverse"] else k
    return f.mul(f.add(f.mul(row, lines.length), position), lines.inner * node.dtype.itemsize)


def _sum_line(f: Function, row: Whole, lines: Lines, operation: str, node: Node) -> None:
    type_ = memory_type(node.dtype)
    source, target = f.argument("in0"), f.argument("out")
    first = _slice(f, row, 0, lines, node)
    start = f.load(type_, source, first)
    f.store(start, target, first)

    def following(k: Whole, carried: list[Value]) -> list[Value]:
        own = _slice(f, row, k, lines, node)
        total = f.binary(operation, carried[0], f.load(type_, source, own))
        f.store(total, target, own)
        return [total]

    f.loop(1, lines.length, 1, following, [start])
