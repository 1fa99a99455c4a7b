"""Concatenate and pad: arrays put side by side, or into a larger one."""

from __future__ import annotations

from typing import NamedTuple

from pellucid.backends.native.special.layout import (
    Span,
    Whole,
    clip,
    fill,
    lines_of,
    move,
    open_kernel,
    share_table,
)
from pellucid.backends.native.text import Function, Module, Value
from pellucid.graph.node import Node
from pellucid.shapes import size


def emit_concatenate(module: Module, node: Node, lanes: int) -> str:
    """Write the kernel of `concatenate` and return its name."""
    axis, itemsize = node.attributes["axis"], node.dtype.itemsize
    f = open_kernel(module, len(node.inputs))
    outer, length, inner = lines_of(node.shape, axis)
    if not size(node.shape):
        return module.close(f, "concatenate")
    rows, columns = share_table(f, outer, length * inner, itemsize)

    def row(r: Whole, _: list[Value]) -> None:
        target, start = f.at(f.argument("out"), f.mul(r, length * inner * itemsize)), 0
        for i, part in enumerate(node.inputs):
            own = part.shape[axis] * inner
            low, high = clip(f, columns, start, start + own)
            source = f.at(f.argument(f"in{i}"), f.mul(r, own * itemsize))
            there = f.at(target, start * itemsize)
            move(f, source, there, (f.sub(low, start), f.sub(high, start)), itemsize, lanes)
            start += own

    f.loop(*rows, 1, row)
    return module.close(f, "concatenate")


class PaddedAxis(NamedTuple):
    """So many elements, with others before, after and between them."""

    length: int
    low: int
    high: int
    interior: int

    @property
    def step(self) -> int:
        """The distance of neighbours in the result."""
        return self.interior + 1

    @property
    def end(self) -> int:
        """One more than the place of the last element in the result."""
        return self.low + max(0, (self.length - 1) * self.step + 1)

    @property
    def result(self) -> int:
        """The length in the result."""
        return self.end + self.high


def padded_axes(node: Node) -> list[PaddedAxis]:
    """Return the axes of a `pad` node, joined where rows stay rows.

    Example:
        >>> from pellucid import primitives as p
        >>> x = p.full((3, 4), 0, "float32")
        >>> padded_axes(p.pad(x, (1, 0), (0, 0)))
        [PaddedAxis(length=12, low=4, high=0, interior=0)]
    """
    attributes = node.attributes
    axes = map(
        PaddedAxis,
        node.inputs[0].shape,
        attributes["low"],
        attributes["high"],
        attributes["interior"],
    )
    joined: list[PaddedAxis] = []
    for axis in axes:
        if joined and not any(axis[1:]) and not joined[-1].interior:
            before, n = joined[-1], axis.length
            joined[-1] = PaddedAxis(before.length * n, before.low * n, before.high * n, 0)
        else:
            joined.append(axis)
    return joined


def emit_pad(module: Module, node: Node, lanes: int) -> str:
    """Write the kernel of `pad` and return its name."""
    f = open_kernel(module, 1)
    if not size(node.shape):
        return module.close(f, "pad")
    *outer, last = padded_axes(node)
    itemsize = node.dtype.itemsize
    outer_size = size(tuple(axis.result for axis in outer))
    rows, columns = share_table(f, outer_size, last.result, itemsize)
    source_bytes = last.length * itemsize

    def row(r: Whole, _: list[Value]) -> None:
        target = f.at(f.argument("out"), f.mul(r, last.result * itemsize))
        if not size(node.inputs[0].shape):
            _fill(f, target, columns, node, lanes)
            return
        source_row, inside = _source_row(f, r, outer)
        source = f.at(f.argument("in0"), f.mul(source_row, source_bytes))
        if inside is None:
            _put_row(f, source, target, columns, last, node, lanes)
        else:
            f.when(
                inside,
                lambda: _put_row(f, source, target, columns, last, node, lanes),
                lambda: _fill(f, target, columns, node, lanes),
            )

    f.loop(*rows, 1, row)
    return module.close(f, "pad")


def _source_row(f: Function, row: Whole, axes: list[PaddedAxis]) -> tuple[Whole, Value | None]:
    """Return the row of x that stands at a row of the result, and whether there is one.

    None stands for: always. Where there is none, the number of the row is meaningless.
    """
    inside: Value | None = None
    source: Whole = 0
    stride = 1
    for axis in reversed(axes):
        place = f.rem(row, axis.result)
        row = f.div(row, axis.result)
        if any(axis[1:]):
            # Below `low` the difference wraps round to a large number.
            place = f.sub(place, axis.low)
            holds = f.compare("icmp ult", f.index(place), f.index(axis.end - axis.low))
            if axis.interior:
                on = f.compare("icmp eq", f.index(f.rem(place, axis.step)), f.index(0))
                holds = f.binary("and", holds, on)
                place = f.div(place, axis.step)
            inside = holds if inside is None else f.binary("and", inside, holds)
        source = f.add(source, f.mul(place, stride))
        stride *= axis.length
    return source, inside


def _put_row(
    f: Function,
    source: Value,
    target: Value,
    columns: Span,
    axis: PaddedAxis,
    node: Node,
    lanes: int,
) -> None:
    """Write one row of the result that holds a row of x."""
    itemsize = node.dtype.itemsize
    if not axis.interior:
        low, high = clip(f, columns, axis.low, axis.end)
        _fill(f, target, clip(f, columns, 0, axis.low), node, lanes)
        inner = f.sub(low, axis.low), f.sub(high, axis.low)
        move(f, source, f.at(target, axis.low * itemsize), inner, itemsize, lanes)
        _fill(f, target, clip(f, columns, axis.end, axis.result), node, lanes)
        return
    _fill(f, target, columns, node, lanes)
    element = f"i{8 * itemsize}"
    first, after = (_elements_before(f, end, axis) for end in columns)

    def put(i: Whole, _: list[Value]) -> None:
        value = f.load(element, source, f.mul(i, itemsize))
        f.store(value, f.at(target, axis.low * itemsize), f.mul(i, axis.step * itemsize))

    f.loop(first, after, 1, put)


def _elements_before(f: Function, column: Whole, axis: PaddedAxis) -> Whole:
    """Return how many elements of a row of x stand before a column of the result."""
    beyond = f.sub(f.maximum(column, axis.low), axis.low)
    return f.minimum(f.div(f.add(beyond, axis.interior), axis.step), axis.length)


def _fill(f: Function, target: Value, columns: Span, node: Node, lanes: int) -> None:
    fill(f, target, columns, node.attributes["value"], node.dtype, lanes)
