"""The order of rows: which rows of the data stand at some positions of an epoch.

`graph.order.RowOrder` is the definition. Rows are computed many at a time, each as a pair (left,
right) of a rectangle that goes through the rounds of a Feistel network until it lies on a row.
"""

from __future__ import annotations

import numpy as np

from pellucid.backends.native.element_types import vector
from pellucid.backends.native.special.layout import Whole, counting
from pellucid.backends.native.special.random_words import philox, store_words
from pellucid.backends.native.text import Function, Module, Value
from pellucid.graph.order import PURPOSE, ROUNDS, RowOrder

ORDER_BYTES = 8 * 8
"""The size of an order in memory."""

AT_ONCE = 4
"""So many vectors of rows go through the rounds together: one alone would wait for its products."""


def order_fields(order: RowOrder) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return an order as `emit_rows` reads it: eight words of 64 bits.

    They are the number of rows, the sides of the rectangle, whether there is anything to shuffle,
    the low and the high word of the seed, the rows of a block and the number of blocks.

    Example:
        >>> order_fields(RowOrder(rows=10, batch_size=4, seed=1 + (2 << 32))).tolist()
        [10, 4, 3, 1, 1, 2, 1, 10]
    """
    height, width = order.sides
    shuffled = int(order.shuffled and order.blocks > 1)
    seed = order.seed & 0xFFFFFFFF, order.seed >> 32 & 0xFFFFFFFF
    return np.array(
        [order.rows, height, width, shuffled, *seed, order.block, order.blocks], np.int64
    )


def emit_rows(module: Module, lanes: int, *, by_blocks: bool = False) -> str:
    """Write the function that finds rows, and return its name.

    Without `by_blocks` a block is one row.

    Its arguments are (ptr %order, i64 %epoch, i64 %position, ptr %out, i64 %low, i64 %high): the
    rows at positions position + low up to position + high go to out[low] up to out[high], as int32.
    """
    pointers = [("order", "ptr"), ("epoch", "i64"), ("position", "i64"), ("out", "ptr")]
    f = Function(module, [*pointers, ("low", "i64"), ("high", "i64")])
    shuffled = f.compare("icmp ne", f.load("i64", f.argument("order"), 24), f.index(0))
    f.when(shuffled, lambda: _shuffled(f, lanes, by_blocks), lambda: _in_order(f))
    return module.close(f, "rows")


def _in_order(f: Function) -> None:
    position, out = f.argument("position"), f.argument("out")

    def put(i: Whole, _: list[Value]) -> None:
        row = f.convert("trunc", f.index(f.add(position, i)), "i32")
        f.store(row, out, f.mul(i, 4))

    f.loop(f.argument("low"), f.argument("high"), 1, put)


def _shuffled(f: Function, lanes: int, by_blocks: bool) -> None:
    position, out = f.argument("position"), f.argument("out")
    low, high = f.argument("low"), f.argument("high")
    width = 1 if lanes == 1 else AT_ONCE * lanes
    network = _Network(f, width)
    find = _Blocks(f, network).rows if by_blocks else network.rows
    spare = f.reserve(4 * width)
    last = f.convert("trunc", f.index(f.sub(f.add(position, high), 1)), "i32")

    def block(i: Whole, _: list[Value]) -> None:
        start = f.convert("trunc", f.index(f.add(position, i)), "i32")
        # Lanes beyond the last position repeat it.
        positions = f.intrinsic("llvm.umin", counting(f, start, width), f.splat(last, width))
        fits = f.compare("icmp sle", f.index(f.add(i, width)), high)
        target = f.select(fits, f.at(out, f.mul(i, 4)), spare)
        f.store(find(positions), target)

    f.loop(low, high, width, block)
    if width > 1:
        rest = f.rem(f.sub(high, low), width)
        start = f.sub(high, rest)
        target = f.at(out, f.mul(start, 4))
        f.loop(
            0, rest, 1, lambda i, _: f.store(f.load("i32", spare, f.mul(i, 4)), target, f.mul(i, 4))
        )


class _Blocks:
    """Blocks of neighbouring rows, which a network permutes."""

    def __init__(self, f: Function, network: _Network) -> None:
        """Read how large they are, and how many."""
        self.f, self.network = f, network
        sizes = (f.load("i32", f.argument("order"), at) for at in (48, 56))
        self.block, self.blocks = (f.splat(size, network.lanes) for size in sizes)
        self.per_block = _reciprocal(f, 48, network.lanes)

    def rows(self, positions: Value) -> Value:
        """Return the rows at some positions."""
        f = self.f
        block = _quotient(f, positions, self.per_block)
        within = f.binary("sub", positions, f.binary("mul", block, self.block))
        last = f.binary("sub", self.blocks, f.constant(1, self.blocks.type))
        moved = self.network.rows(f.intrinsic("llvm.umin", block, last))
        row = f.binary("add", f.binary("mul", moved, self.block), within)
        # Rows that make no whole block stay where they are.
        return f.select(f.compare("icmp ult", block, self.blocks), row, positions)


class _Network:
    """The Feistel network of an epoch, for some cells at a time."""

    def __init__(self, f: Function, lanes: int) -> None:
        """Read the order and draw the keys of the rounds."""
        self.f = f
        self.lanes = lanes
        self.type = vector("i32", lanes)
        order = f.argument("order")
        limits = [f.load("i32", order, at) for at in (56, 8, 16)]
        self.limit, self.height, self.width = (f.splat(limit, lanes) for limit in limits)
        # Widened, so that the code generator knows that the upper halves are 0.
        self.wide_height, self.wide_width = (
            f.splat(f.convert("zext", limit, "i64"), max(1, lanes // 2)) for limit in limits[1:]
        )
        self.per_width = _reciprocal(f, 16, lanes)
        self.keys = self._draw_keys()
        self.state = [f.reserve(4 * lanes) for _ in range(3)]

    def _draw_keys(self) -> Value:
        """Return where the keys of the rounds lie."""
        f = self.f
        keys, counters = f.reserve(4 * ROUNDS), ROUNDS // 4
        lanes = 1 if self.lanes == 1 else counters
        epoch = f.argument("epoch")
        key = tuple(f.splat(f.load("i64", f.argument("order"), at), lanes) for at in (32, 40))
        low, high = (
            f.splat(word, lanes) for word in (epoch, f.binary("lshr", epoch, f.constant(32, "i64")))
        )
        purpose = f.constant(PURPOSE, vector("i64", lanes))

        def draw(i: Whole, _: list[Value]) -> None:
            index = counting(f, f.index(i), lanes)
            words = philox(f, (key[0], key[1]), (index, purpose, low, high))
            store_words(f, words, f.at(keys, f.mul(i, 16)))

        f.loop(0, counters, lanes, draw)
        return keys

    def rows(self, positions: Value) -> Value:
        """Return the rows at some positions."""
        f = self.f
        left = _quotient(f, positions, self.per_width)
        right = f.binary("sub", positions, f.binary("mul", left, self.width))
        # No row yet: a number beyond all.
        for value, place in zip((left, right, f.constant(-1, self.type)), self.state, strict=True):
            f.store(value, place)
        found = positions

        def walk() -> Value:
            nonlocal found
            left, right, before = (f.load(self.type, place) for place in self.state)
            left, right = self._permute(left, right)
            cell = f.binary("add", f.binary("mul", left, self.width), right)
            # A lane that has its row keeps it, and walks on in vain with those that have none.
            has_row = f.compare("icmp ult", before, self.limit)
            found = f.select(has_row, before, cell)
            for value, place in zip((left, right, found), self.state, strict=True):
                f.store(value, place)
            beyond = f.compare("icmp uge", found, self.limit)
            if self.lanes == 1:
                return beyond
            bits = f.op(f"bitcast {beyond.type} {beyond.name} to i{self.lanes}", f"i{self.lanes}")
            return f.compare("icmp ne", bits, f.constant(0, bits.type))

        f.loop_while(walk)
        return found

    def _permute(self, left: Value, right: Value) -> tuple[Value, Value]:
        """Return the pairs after all rounds."""
        f = self.f

        def two_rounds(i: Whole, carried: list[Value]) -> list[Value]:
            left, right = carried
            keys = f.at(self.keys, f.mul(i, 4))
            left = self._round(left, right, f.load("i32", keys), self.height, self.wide_height)
            right = self._round(right, left, f.load("i32", keys, 4), self.width, self.wide_width)
            return [left, right]

        left, right = f.loop(0, ROUNDS, 2, two_rounds, [left, right])
        return left, right

    def _round(self, own: Value, other: Value, key: Value, bound: Value, wide: Value) -> Value:
        """Return own plus a hash of the other side, modulo the bound."""
        f = self.f
        total = f.binary("add", own, self._hash(other, key, wide))
        # What is below the bound already becomes a large number.
        return f.intrinsic("llvm.umin", total, f.binary("sub", total, bound))

    def _hash(self, value: Value, key: Value, bound: Value) -> Value:
        """Return a hash below the bound (the finalizer of MurmurHash3, by Appleby)."""
        f = self.f
        h = f.binary("xor", value, f.splat(key, self.lanes))
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            h = f.binary("xor", h, f.binary("lshr", h, f.constant(shift, h.type)))
            h = f.binary("mul", h, f.constant(factor, h.type))
        h = f.binary("xor", h, f.binary("lshr", h, f.constant(16, h.type)))
        return self._high_product(h, bound)

    def _high_product(self, h: Value, bound: Value) -> Value:
        """Return the high words of the products of 32 by 32 bits."""
        f = self.f
        half = f.constant(32, bound.type)
        if self.lanes == 1:
            product = f.binary("mul", f.convert("zext", h, "i64"), bound)
            return f.convert("trunc", f.binary("lshr", product, half), "i32")
        pairs = f.op(f"bitcast {h.type} {h.name} to {bound.type}", bound.type)
        mask = f.constant(0xFFFFFFFF, bound.type)
        even = f.binary("mul", f.binary("and", pairs, mask), bound)
        odd = f.binary("mul", f.binary("lshr", pairs, half), bound)
        words = [f.op(f"bitcast {p.type} {p.name} to {h.type}", h.type) for p in (even, odd)]
        order = [lane // 2 * 2 + 1 + lane % 2 * self.lanes for lane in range(self.lanes)]
        return f.shuffle(words[0], words[1], order)


def _reciprocal(f: Function, at: int, lanes: int) -> Value:
    """Return 1 over a field of the order, in doubles."""
    field = f.convert("sitofp", f.load("i64", f.argument("order"), at), "double")
    return f.splat(f.binary("fdiv", f.constant(1.0, "double"), field), lanes)


def _quotient(f: Function, positions: Value, reciprocal: Value) -> Value:
    """Return the whole part of positions over a number whose reciprocal is given."""
    # Half a position further no quotient is near a whole number, so that rounding is harmless.
    exact = f.convert("sitofp", positions, "double")
    shifted = f.binary("fadd", exact, f.constant(0.5, exact.type))
    return f.convert("fptosi", f.binary("fmul", shifted, reciprocal), "i32")
