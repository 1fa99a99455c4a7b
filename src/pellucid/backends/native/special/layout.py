"""What kernels with loops of their own have in common: arguments, shares and moves of memory.

A kernel is `void @name(ptr %in0, .., ptr %out, ptr %fault, i64 %thread, i64 %threads)`. Arrays lie
row by row. Most kernels see their result as a table of rows and columns and give each thread either
some of the rows or some of the columns, whichever leaves more to share.
"""

from __future__ import annotations

from collections.abc import Callable
from math import gcd
from typing import NamedTuple

from pellucid.backends.native.element_types import memory_type, vector
from pellucid.backends.native.sizes import CACHE_LINE
from pellucid.backends.native.text import Function, Module, Value
from pellucid.dtypes import DType, boolean
from pellucid.shapes import Shape, size

Whole = Value | int
"""A whole number: one that Python knows, or a register of type i64."""
Span = tuple[Whole, Whole]
"""The first of some neighbours, and the one after the last."""

ENOUGH_ROWS = 64
"""So many rows can be shared among threads without a care for the columns."""


class Lines(NamedTuple):
    """A shape as seen from one axis: so many elements before it, along it and after it."""

    outer: int
    length: int
    inner: int


def lines_of(shape: Shape, axis: int) -> Lines:
    """Return a shape as seen from one axis.

    Example:
        >>> lines_of((2, 3, 4, 5), 2)
        Lines(outer=6, length=4, inner=5)
    """
    return Lines(size(shape[:axis]), shape[axis], size(shape[axis + 1 :]))


def open_kernel(module: Module, inputs: int, *more: str) -> Function:
    """Open a kernel; `more` names pointers that stand between the result and the fault."""
    pointers = [*(f"in{i}" for i in range(inputs)), "out", *more, "fault"]
    arguments = [(name, "ptr") for name in pointers]
    return Function(module, [*arguments, ("thread", "i64"), ("threads", "i64")])


def line_unit(bytes_: int) -> int:
    """Return how many things of some bytes fill whole cache lines.

    Example:
        >>> line_unit(4), line_unit(12), line_unit(128)
        (16, 16, 1)
    """
    return CACHE_LINE // gcd(CACHE_LINE, bytes_)


def share_rows(f: Function, rows: int, bytes_: int) -> Span:
    """Return the thread's share of rows of some bytes: whole cache lines where rows are many."""
    unit = line_unit(bytes_) if bytes_ < CACHE_LINE else 1
    return f.share(rows, unit if rows >= ENOUGH_ROWS * unit else 1)


def share_table(f: Function, rows: int, columns: int, itemsize: int) -> tuple[Span, Span]:
    """Return the thread's rows and columns of a table: all of the one and its share of the other.

    Example:
        >>> f = open_kernel(Module(), 1)
        >>> share_table(f, 2, 1000, 4)[0]
        (0, 2)
    """
    lines = -(-columns * itemsize // CACHE_LINE)
    if rows >= min(ENOUGH_ROWS, lines):
        return share_rows(f, rows, columns * itemsize), (0, columns)
    return (0, rows), f.share(columns, line_unit(itemsize))


def clip(f: Function, span: Span, low: int, high: int) -> Span:
    """Return the part of a span from low up to high; it may be empty.

    Example:
        >>> clip(open_kernel(Module(), 1), (3, 20), 5, 10)
        (5, 10)
    """
    first = f.maximum(span[0], low)
    return first, f.maximum(first, f.minimum(span[1], high))


def counting(f: Function, start: Value, lanes: int) -> Value:
    """Return start, start + 1, .. in the lanes of a vector."""
    first = f.splat(start, lanes)
    if lanes == 1:
        return first
    steps = ", ".join(f"{start.type} {lane}" for lane in range(lanes))
    return f.op(f"add {first.type} {first.name}, <{steps}>", first.type)


def in_vectors(f: Function, span: Span, lanes: int, body: Callable[[Whole, int], None]) -> None:
    """Run `body(at, width)` over a span: `lanes` elements at a time, then the rest in fewer."""
    low, high = span
    if isinstance(low, int) and isinstance(high, int):
        rest = max(0, high - low) % lanes
        f.loop(low, high - rest, lanes, lambda at, _: body(at, lanes))
        at, width = high - rest, lanes
        while rest:
            width //= 2
            if rest >= width:
                body(at, width)
                at, rest = at + width, rest - width
        return
    length = f.sub(high, low)
    middle = f.sub(high, f.rem(length, lanes))
    f.loop(low, middle, lanes, lambda at, _: body(at, lanes))
    if lanes > 1:
        f.loop(middle, high, 1, lambda at, _: body(at, 1))


def move(
    f: Function,
    source: Value,
    target: Value,
    span: Span,
    itemsize: int,
    lanes: int,
    ahead: Value | None = None,
) -> None:
    """Copy the elements of a span.

    Args:
        f: the function to write in.
        source: where element 0 lies.
        target: where it goes.
        span: which elements.
        itemsize: their bytes.
        lanes: the elements of float32 in a vector.
        ahead: memory of the same length to be fetched meanwhile, as it will be wanted soon.
    """
    word = 4 if itemsize % 4 == 0 else 1
    words = itemsize // word
    width = lanes if lanes == 1 else lanes * 4 // word
    if lanes > 1 and isinstance(span[0], int) and isinstance(span[1], int):
        # Where the length is known, four vectors in each round of the loop cost no longer tail.
        width *= 4

    def body(at: Whole, width: int) -> None:
        offset = f.mul(at, word)
        if ahead is not None:
            for line in range(0, width * word, CACHE_LINE):
                prefetch(f, f.at(ahead, f.add(offset, line)))
        value = f.load(vector(f"i{8 * word}", width), source, offset)
        f.store(value, target, offset)

    in_vectors(f, (f.mul(span[0], words), f.mul(span[1], words)), width, body)


def prefetch(f: Function, place: Value) -> None:
    """Ask for a cache line that will be read soon."""
    to_read, keep, data = (Value(number, "i32") for number in ("0", "3", "1"))
    f.call("void", "llvm.prefetch.p0", place, to_read, keep, data)


def fill(f: Function, target: Value, span: Span, value: float, dtype: DType, lanes: int) -> None:
    """Write one number to the elements of a span; the address is that of element 0."""
    element = memory_type(dtype)
    number = bool(value) if dtype == boolean else value

    def body(at: Whole, width: int) -> None:
        repeated = f.constant(number, vector(element, width))
        f.store(repeated, target, f.mul(at, dtype.itemsize))

    in_vectors(f, span, lanes, body)
