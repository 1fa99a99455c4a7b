"""The positions that sort along one axis: a merge sort of words that hold a key and a position.

    word = key (the element as a whole number of the same order), position

No two words are equal, so that any sort of words is a stable sort of elements. A line is cut into
2^m runs of 5 to 8 words, the last one filled up; each word of a run goes to the place that as many
words lie below. Then neighbouring runs are merged, their lower half from the front and their upper
half from the back, which needs no test for the end of a run, and no branch that could be guessed
wrong.
"""

from __future__ import annotations

from pellucid.backends.native.sizes import CACHE_LINE, rounded_up
from pellucid.backends.native.special.keys import key_bits, load_key
from pellucid.backends.native.special.layout import (
    Lines,
    Whole,
    line_unit,
    lines_of,
    open_kernel,
)
from pellucid.backends.native.text import Function, Module, Value
from pellucid.dtypes import DType
from pellucid.graph.node import Node
from pellucid.shapes import size

MOST_IN_RUN = 8
"""The longest run that is sorted by counting."""
ON_STACK = 4096
"""Lines that need no more bytes than this are sorted on the stack."""


def emit_argsort(module: Module, node: Node, lanes: int) -> str:
    """Write the kernel of `argsort` and return its name.

    After its result it takes the address of as much memory as `scratch_bytes` says.
    """
    f = open_kernel(module, 1, "scratch")
    if not size(node.shape):
        return module.close(f, "argsort")
    (x,) = node.inputs
    lines = lines_of(x.shape, node.attributes["axis"])
    run, merges = _plan(lines.length)
    word = _word(x.dtype)
    words = run << merges
    if _line_bytes(node) <= ON_STACK:
        place = f.reserve(_line_bytes(node))
    else:
        own = f.mul(f.argument("thread"), _line_bytes(node))
        place = f.at(f.argument("scratch"), own)
    other = f.at(place, words * word)
    stride = lines.inner * x.dtype.itemsize

    def line(number: Whole, _: list[Value]) -> None:
        first = _first_of_line(f, number, lines)
        source = f.at(f.argument("in0"), f.mul(first, x.dtype.itemsize))
        target = f.at(f.argument("out"), f.mul(first, 4))
        _load_words(f, source, stride, place, lines.length, words, x.dtype)
        _sort_runs(f, place, other, words, run, word)
        here, there = other, place
        for merge in range(merges):
            _merge_runs(f, here, there, words, run << merge, word)
            here, there = there, here

        def put(i: Whole, _: list[Value]) -> None:
            f.store(f.load("i32", here, f.mul(i, word)), target, f.mul(i, lines.inner * 4))

        f.loop(0, lines.length, 1, put)

    count = lines.outer * lines.inner
    # Neighbouring lines of an inner axis write to the same cache lines.
    unit = line_unit(4) if count >= 64 * line_unit(4) and lines.inner > 1 else 1
    f.loop(*f.share(count, unit), 1, line)
    return module.close(f, "argsort")


def scratch_bytes(node: Node, threads: int) -> int:
    """Return how many bytes, aligned to a cache line, an `argsort` needs beside its result."""
    if not size(node.shape) or _line_bytes(node) <= ON_STACK:
        return 0
    return threads * _line_bytes(node)


def _plan(length: int) -> tuple[int, int]:
    """Return the length of a run, and how often runs are merged."""
    merges = 0
    while length > MOST_IN_RUN << merges:
        merges += 1
    return -(-length // (1 << merges)), merges


def _word(dtype: DType) -> int:
    """Return the bytes of a word: keys of up to 32 bits share 64 with their position."""
    return 8 if dtype.itemsize <= 4 else 16


def _line_bytes(node: Node) -> int:
    """Return the bytes of two copies of a line's words, in whole cache lines."""
    length = node.shape[node.attributes["axis"]]
    run, merges = _plan(length)
    bytes_ = 2 * (run << merges) * _word(node.inputs[0].dtype)
    return rounded_up(bytes_, CACHE_LINE)


def _first_of_line(f: Function, number: Whole, lines: Lines) -> Whole:
    """Return the element with which a line begins."""
    outer, inner = f.div(number, lines.inner), f.rem(number, lines.inner)
    return f.add(f.mul(outer, lines.length * lines.inner), inner)


def _load_words(
    f: Function, source: Value, stride: int, target: Value, length: int, words: int, dtype: DType
) -> None:
    """Write the words of a line, and above them those that fill up the last run."""
    word, bits = _word(dtype), key_bits(dtype)
    type_, shift = f"i{8 * word}", 4 * word

    def store(key: Value, i: Whole) -> None:
        wide = f.convert("zext", key, type_)
        high = f.binary("shl", wide, f.constant(shift, type_))
        low = f.convert("zext", f.index(i), type_)
        f.store(f.binary("or", high, low), target, f.mul(i, word))

    def element(i: Whole, _: list[Value]) -> None:
        store(load_key(f, source, f.mul(i, stride), dtype, nan=1), i)

    f.loop(0, length, 1, element)
    largest = f.constant((1 << (bits - 1)) - 1, f"i{bits}")
    f.loop(length, words, 1, lambda i, _: store(largest, i))


def _sort_runs(f: Function, source: Value, target: Value, words: int, run: int, word: int) -> None:
    """Sort each run, from one copy to the other."""
    type_ = f"i{8 * word}"

    def sort_run(start: Whole, _: list[Value]) -> None:
        first = f.mul(start, word)

        def place(i: Whole, _: list[Value]) -> None:
            own = f.load(type_, source, f.add(first, f.mul(i, word)))

            def count(j: Whole, carried: list[Value]) -> list[Value]:
                other = f.load(type_, source, f.add(first, f.mul(j, word)))
                below = f.convert("zext", f.compare("icmp slt", other, own), "i64")
                return [f.index(f.add(carried[0], below))]

            (rank,) = f.loop(0, run, 1, count, [f.index(0)])
            f.store(own, target, f.add(first, f.mul(rank, word)))

        f.loop(0, run, 1, place)

    f.loop(0, words, run, sort_run)


def _merge_runs(f: Function, source: Value, target: Value, words: int, run: int, word: int) -> None:
    """Merge each two neighbouring runs, from one copy to the other."""
    type_ = f"i{8 * word}"

    def merge(start: Whole, _: list[Value]) -> None:
        low = f.at(source, f.mul(start, word))
        high = f.at(low, run * word)
        front = f.at(target, f.mul(start, word))

        def step(k: Whole, carried: list[Value]) -> list[Value]:
            i, j, p, q = carried
            x, y = f.load(type_, low, f.mul(i, word)), f.load(type_, high, f.mul(j, word))
            takes_high = f.compare("icmp slt", y, x)
            f.store(f.select(takes_high, y, x), front, f.mul(k, word))
            took = f.convert("zext", takes_high, "i64")
            i, j = f.index(f.sub(f.add(i, 1), took)), f.index(f.add(j, took))
            x, y = f.load(type_, low, f.mul(p, word)), f.load(type_, high, f.mul(q, word))
            takes_low = f.compare("icmp slt", y, x)
            back = f.sub(2 * run - 1, k)
            f.store(f.select(takes_low, x, y), front, f.mul(back, word))
            took = f.convert("zext", takes_low, "i64")
            p, q = f.index(f.sub(p, took)), f.index(f.sub(f.add(q, took), 1))
            return [i, j, p, q]

        ends = [f.index(0), f.index(0), f.index(run - 1), f.index(run - 1)]
        f.loop(0, run, 1, step, ends)

    f.loop(0, words, 2 * run, merge)
