"""The position of the largest or smallest along one axis: the first of equals, or of nans."""

from __future__ import annotations

from pellucid.backends.native.special.keys import load_key
from pellucid.backends.native.special.layout import (
    Lines,
    Whole,
    counting,
    in_vectors,
    lines_of,
    open_kernel,
    share_table,
)
from pellucid.backends.native.text import Function, Module, Value
from pellucid.dtypes import DType
from pellucid.graph.node import Node
from pellucid.shapes import size


def emit_argmax(module: Module, node: Node, lanes: int) -> str:
    """Write the kernel of `argmax` and return its name."""
    return _emit(module, node, lanes)


def emit_argmin(module: Module, node: Node, lanes: int) -> str:
    """Write the kernel of `argmin` and return its name."""
    return _emit(module, node, lanes)


def _emit(module: Module, node: Node, lanes: int) -> str:
    x, name = node.inputs[0], node.primitive.name
    f = open_kernel(module, 1)
    if not size(node.shape):
        return module.close(f, name)
    lines = lines_of(x.shape, node.attributes["axis"])
    search = _Search(f, name == "argmax", x.dtype, lines)
    rows, columns = share_table(f, lines.outer, lines.inner, node.dtype.itemsize)
    width = _width(lines, lanes)

    def row(r: Whole, _: list[Value]) -> None:
        base = f.at(f.argument("in0"), f.mul(r, lines.length * search.stride))
        target = f.at(f.argument("out"), f.mul(r, lines.inner * 4))

        def column(at: Whole, width: int) -> None:
            source = f.at(base, f.mul(at, x.dtype.itemsize))
            f.store(search.of_lines(source, width), target, f.mul(at, 4))

        if width > 1:
            f.store(search.of_line(base, width), target)
        else:
            in_vectors(f, columns, lanes, column)

    f.loop(*rows, 1, row)
    return module.close(f, name)


def _width(lines: Lines, lanes: int) -> int:
    """Return in how many parts each line is searched: four vectors, one, or 1 for no parts."""
    if lines.inner > 1 or lanes == 1:
        return 1
    return next((width for width in (4 * lanes, lanes) if lines.length >= 4 * width), 1)


class _Search:
    """The search along lines: the best keys so far, and where they are."""

    def __init__(self, f: Function, largest: bool, dtype: DType, lines: Lines) -> None:
        self.f = f
        self.dtype = dtype
        self.length = lines.length
        self.stride = lines.inner * dtype.itemsize
        self.relation = "icmp sgt" if largest else "icmp slt"
        self.nan = 1 if largest else -1

    def _load(self, source: Value, position: Whole, width: int) -> Value:
        offset = self.f.mul(position, self.stride)
        return load_key(self.f, source, offset, self.dtype, width, self.nan)

    def _better(self, best: list[Value], other: list[Value]) -> list[Value]:
        """Return a key and its position, or another pair where that is strictly better."""
        f = self.f
        takes = f.compare(self.relation, other[0], best[0])
        return [f.select(takes, b, a) for a, b in zip(best, other, strict=True)]

    def of_lines(self, source: Value, width: int) -> Value:
        """Return the positions in neighbouring lines."""
        start = self._load(source, 0, width)
        f, none = self.f, self.f.splat(self.f.constant(0, "i32"), width)

        def body(k: Whole, carried: list[Value]) -> list[Value]:
            here = f.splat(f.convert("trunc", f.index(k), "i32"), width)
            return self._better(carried, [self._load(source, k, width), here])

        return f.loop(1, self.length, 1, body, [start, none])[1]

    def of_line(self, source: Value, width: int) -> Value:
        """Return the position in one line; lane i searches every `width`-th element from i on."""
        f = self.f
        full = self.length // width * width
        start = counting(f, f.constant(0, "i32"), width)

        def body(k: Whole, carried: list[Value]) -> list[Value]:
            here = f.binary("add", carried[2], f.constant(width, start.type))
            return [*self._better(carried[:2], [self._load(source, k, width), here]), here]

        first = [self._load(source, 0, width), start, start]
        best = f.loop(width, full, width, body, first)[:2]
        if full < self.length:
            # The last vector goes over some elements again, which changes nothing.
            last = self.length - width
            here = counting(f, f.constant(last, "i32"), width)
            best = self._better(best, [self._load(source, last, width), here])
        while best[0].lanes > 1:
            best = self._halve(best)
        return best[1]

    def _halve(self, best: list[Value]) -> list[Value]:
        """Return the better of each lane and the one half the vector on; of equals the first."""
        f, half = self.f, best[0].lanes // 2
        if half == 1:
            a, b = ([f.extract(value, lane) for value in best] for lane in (0, 1))
        else:
            orders = range(half), range(half, 2 * half)
            a, b = ([f.shuffle(value, value, order) for value in best] for order in orders)
        earlier = f.compare("icmp slt", b[1], a[1])
        equal = f.compare("icmp eq", a[0], b[0])
        takes = f.compare(self.relation, b[0], a[0])
        takes = f.binary("or", takes, f.binary("and", equal, earlier))
        return [f.select(takes, y, x) for x, y in zip(a, b, strict=True)]
