"""Loops over the index space of a kernel: a thread's share of it, and vectors along an axis."""

from __future__ import annotations

from collections.abc import Callable

from pellucid.backends.native.loops.domain import LoopDomain
from pellucid.backends.native.loops.values import Index
from pellucid.backends.native.text import Function, Value

SHARE_UNIT = 64
"""Shares of the last axis are so many elements: threads should not write to one cache line."""

Span = tuple[Index, Index]


def only_first_thread(f: Function, body: Callable[[], object]) -> None:
    """Let the first thread alone run `body`."""
    f.when(f.compare("icmp eq", f.argument("thread"), f.index(0)), body)


def outer_loops(f: Function, domain: LoopDomain, inner: Callable[[list[Index], Span], None]) -> int:
    """Loop over the axes that are neither reduced nor last; the longest is shared among threads.

    Args:
        f: the function of the kernel.
        domain: its index space, which has axes.
        inner: receives an index for each axis, those of other axes 0, and the range of the last
            axis that is the thread's.

    Returns:
        in how many parts the work can be shared.
    """
    lengths, last = domain.lengths, domain.last
    kept = [axis for axis in range(len(lengths)) if not domain.reduced[axis]]
    indices: list[Index] = [0] * len(lengths)
    if not kept:
        only_first_thread(f, lambda: inner(indices, (0, lengths[last])))
        return 1
    units = {axis: SHARE_UNIT if axis == last else 1 for axis in kept}
    shared = max(kept, key=lambda axis: (lengths[axis] // units[axis], -axis))
    own = f.share(lengths[shared], units[shared])
    spans = {axis: own if axis == shared else (0, lengths[axis]) for axis in range(len(lengths))}
    looped = [axis for axis in kept if axis != last]

    def descend(depth: int) -> None:
        if depth == len(looped):
            inner(list(indices), spans[last])
            return
        axis = looped[depth]

        def body(i: Index, _: list[Value]) -> None:
            indices[axis] = i
            descend(depth + 1)

        f.loop(*spans[axis], 1, body)

    descend(0)
    return -(-lengths[shared] // units[shared])


def vectors(
    f: Function, length: int, lanes: int, span: Span, body: Callable[[Index, int | None], None]
) -> None:
    """Run over a range of an axis in full vectors, and once more over what remains at its end.

    Args:
        f: the function.
        length: of the axis.
        lanes: of a vector.
        span: the range; where it ends before the axis, it is of whole vectors.
        body: receives where a vector begins, and how many of its lanes are there, None for all.
    """
    low, high = span
    rest = length % lanes
    whole = length - rest
    if whole:
        f.loop(low, f.minimum(high, whole), lanes, lambda j, _: body(j, None))
    if not rest:
        return
    if isinstance(high, int):
        body(whole, rest)
        return
    reaches = f.compare("icmp eq", high, f.index(length))
    some = f.compare("icmp slt", f.index(low), high)
    f.when(f.binary("and", reaches, some), lambda: body(whole, rest))
