"""The position of the largest or smallest along one axis: the first of equals, or of nans."""

from __future__ import annotations

from pellucid.backends.native.special.layout import (
    Lines,
    Whole,
    in_vectors,
    lines_of,
    open_kernel,
    share_table,
)
from pellucid.backends.native.text import (
    Function,
    Module,
    Value,
    is_unsigned,
    memory_type,
    vector,
)
from pellucid.dtypes import DType, is_float
from pellucid.graph.node import Node
from pellucid.shapes import size

LONG = 4
"""Lines of so many vectors are searched in lanes."""


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
    in_lanes = lines.inner == 1 and 1 < lanes <= lines.length // LONG

    def row(r: Whole, _: list[Value]) -> None:
        base = f.at(f.argument("in0"), f.mul(r, lines.length * search.stride))
        target = f.at(f.argument("out"), f.mul(r, lines.inner * 4))

        def column(at: Whole, width: int) -> None:
            source = f.at(base, f.mul(at, x.dtype.itemsize))
            start = search.first(source, width)
            positions = search.go_on(source, width, 1, start)[1]
            f.store(positions, target, f.mul(at, 4))

        if in_lanes:
            f.store(search.in_lanes(base, lanes), target)
        else:
            in_vectors(f, columns, lanes, column)

    f.loop(*rows, 1, row)
    return module.close(f, name)


class _Search:
    """The search along lines: values that are best so far, and their positions."""

    def __init__(self, f: Function, largest: bool, dtype: DType, lines: Lines) -> None:
        self.f = f
        self.dtype = dtype
        self.element = memory_type(dtype)
        self.length = lines.length
        self.stride = lines.inner * dtype.itemsize
        signed = "u" if is_unsigned(dtype) else "s"
        # `u`: true if one is nan.
        kind = "fcmp u" if is_float(dtype) else f"icmp {signed}"
        self.relation = f"{kind}{'gt' if largest else 'lt'}"

    def beats(self, new: Value, best: Value) -> Value:
        """Tell whether a value is strictly better: larger, or nan where the best is none."""
        better = self.f.compare(self.relation, new, best)
        if is_float(self.dtype):
            better = self.f.binary("and", better, self.f.compare("fcmp ord", best, best))
        return better

    def first(self, source: Value, width: int) -> list[Value]:
        """Return the first value of `width` neighbouring lines, and its position."""
        start = self.f.load(vector(self.element, width), source)
        return [start, self.f.constant(0, vector("i32", width))]

    def go_on(self, source: Value, width: int, position: int, carried: list[Value]) -> list[Value]:
        """Return the best of `width` neighbouring lines from a position on, and where it is."""
        f = self.f

        def body(k: Whole, carried: list[Value]) -> list[Value]:
            best, positions = carried
            new = f.load(best.type, source, f.mul(k, self.stride))
            better = self.beats(new, best)
            here = f.splat(f.convert("trunc", f.index(k), "i32"), width)
            return [f.select(better, new, best), f.select(better, here, positions)]

        return f.loop(position, self.length, 1, body, carried)

    def in_lanes(self, source: Value, lanes: int) -> Value:
        """Return the position in one line, each lane having searched every so many elements."""
        f = self.f
        start = f.load(vector(self.element, lanes), source)
        steps = f.op(f"add <{lanes} x i32> zeroinitializer, {_counting(lanes)}", f"<{lanes} x i32>")
        full = self.length // lanes * lanes

        def body(k: Whole, carried: list[Value]) -> list[Value]:
            best, positions, here = carried
            here = f.binary("add", here, f.constant(lanes, here.type))
            new = f.load(best.type, source, f.mul(k, self.stride))
            better = self.beats(new, best)
            return [f.select(better, new, best), f.select(better, here, positions), here]

        best, positions, _ = f.loop(lanes, full, lanes, body, [start, steps, steps])
        return self.go_on(source, 1, full, self._best_lane(best, positions))[1]

    def _best_lane(self, best: Value, positions: Value) -> list[Value]:
        """Return the best of all lanes; of equals the one with the lowest position."""
        f, lanes = self.f, best.lanes
        values, places = f.reserve(8 * lanes), f.reserve(4 * lanes)
        f.store(best, values)
        f.store(positions, places)

        def body(lane: Whole, carried: list[Value]) -> list[Value]:
            value = f.load(self.element, values, f.mul(lane, self.dtype.itemsize))
            place = f.load("i32", places, f.mul(lane, 4))
            earlier = f.compare("icmp slt", place, carried[1])
            # Where neither beats the other they are equal, or both nan.
            loses = self.beats(carried[0], value)
            equal_or_better = f.binary("xor", loses, f.constant(True, "i1"))
            takes = f.binary("and", equal_or_better, earlier)
            takes = f.binary("or", takes, self.beats(value, carried[0]))
            return [f.select(takes, value, carried[0]), f.select(takes, place, carried[1])]

        first = [f.load(self.element, values), f.load("i32", places)]
        return f.loop(1, lanes, 1, body, first)


def _counting(lanes: int) -> str:
    return "<" + ", ".join(f"i32 {lane}" for lane in range(lanes)) + ">"
