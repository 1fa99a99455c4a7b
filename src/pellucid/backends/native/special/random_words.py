"""Random words: Philox 4x32 with ten rounds, many counters at a time.

A 32-bit word stands in the low half of a 64-bit lane, and whatever is in the high half is ignored:
so products of 32 by 32 bits need no shuffling. `pellucid.philox` is the definition.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.backends.native.special.layout import Whole, counting, open_kernel
from pellucid.backends.native.text import Function, Module, Value
from pellucid.graph.node import Node
from pellucid.philox import ROUNDS
from pellucid.shapes import size

_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)
_MASK = 0xFFFFFFFF
_WORDS = 4


def philox(f: Function, key: tuple[Value, Value], counters: Sequence[Value]) -> list[Value]:
    """Return four words for each counter.

    Args:
        f: the function to write in.
        key: two words, each repeated in a vector of i64.
        counters: four words of as many counters as the vectors have lanes.
    """
    type_ = counters[0].type
    mask, half = f.constant(_MASK, type_), f.constant(32, type_)

    def one_round(_: Whole, state: list[Value]) -> list[Value]:
        x0, x1, x2, x3, k0, k1 = state
        p0, p1 = (
            f.binary("mul", f.binary("and", x, mask), f.constant(multiplier, type_))
            for x, multiplier in zip((x0, x2), _MULTIPLIERS, strict=True)
        )
        x0 = f.binary("xor", f.binary("xor", f.binary("lshr", p1, half), x1), k0)
        x2 = f.binary("xor", f.binary("xor", f.binary("lshr", p0, half), x3), k1)
        k0, k1 = (
            f.binary("add", k, f.constant(weyl, type_))
            for k, weyl in zip((k0, k1), _WEYL, strict=True)
        )
        return [x0, p1, x2, p0, k0, k1]

    return f.loop(0, ROUNDS, 1, one_round, [*counters, *key])[:4]


def store_words(f: Function, words: Sequence[Value], target: Value) -> None:
    """Write the words of some counters, those of one counter together."""
    mask, half = f.constant(_MASK, words[0].type), f.constant(32, words[0].type)
    low, high = (
        f.binary("or", f.binary("and", words[i], mask), f.binary("shl", words[i + 1], half))
        for i in (0, 2)
    )
    lanes = low.lanes
    if lanes == 1:
        f.store(low, target, 0, 4)
        f.store(high, target, 8, 4)
        return
    order = [lane + part for lane in range(lanes) for part in (0, lanes)]
    f.store(f.shuffle(low, high, order), target, 0, 4)


def emit_random_bits(module: Module, node: Node, lanes: int) -> str:
    """Write the kernel of `random_bits` and return its name.

    All such kernels of a module share the function that draws.
    """
    f = open_kernel(module, 2)
    count = size(node.shape)
    if count:
        block = _WORDS * lanes
        # Whole cache lines for each thread.
        low, high = f.share(-(-count // block), max(1, 4 // lanes))
        name = _emit_draw(module, lanes)
        purpose = f.constant(node.attributes["purpose"] & _MASK, "i64")
        spans = [f.index(low), f.index(high), f.index(count)]
        f.call_function(name, *f.arguments[:3], purpose, *spans)
    return module.close(f, "random_bits")


def _emit_draw(module: Module, lanes: int) -> str:
    """Write the function that draws some blocks of words, a counter for each lane in each block."""
    pointers = [(name, "ptr") for name in ("key", "step", "out")]
    numbers = [(name, "i64") for name in ("purpose", "low", "high", "count")]
    f = Function(module, [*pointers, *numbers])
    out, low, high, count = (f.argument(name) for name in ("out", "low", "high", "count"))
    block = _WORDS * lanes
    key = load_words(f, f.argument("key"), lanes)
    step = load_words(f, f.argument("step"), lanes)
    purpose = f.splat(f.argument("purpose"), lanes)
    spare = f.reserve(4 * block)

    def draw(i: Whole, _: list[Value]) -> None:
        index = counting(f, f.index(f.mul(i, lanes)), lanes)
        words = philox(f, key, (index, purpose, *step))
        # The words of the last block may be too many for the result.
        fits = f.compare("icmp ule", f.index(f.mul(f.add(i, 1), block)), count)
        store_words(f, words, f.select(fits, f.at(out, f.mul(i, 4 * block)), spare))

    def copy(i: Whole, _: list[Value]) -> None:
        word = f.load("i32", spare, f.mul(f.rem(i, block), 4))
        f.store(word, out, f.mul(i, 4))

    f.loop(low, high, 1, draw)
    whole = f.mul(f.div(count, block), block)
    f.loop(whole, f.minimum(f.mul(high, block), count), 1, copy)
    return module.close(f, "draw")


def load_words(f: Function, pointer: Value, lanes: int) -> tuple[Value, Value]:
    """Return the two words at an address, each repeated in a vector of i64."""
    low, high = (f.convert("zext", f.load("i32", pointer, at), "i64") for at in (0, 4))
    return f.splat(low, lanes), f.splat(high, lanes)
