"""A compiled run program in readable form: kernels, what they read and write, what they cost.

    program = graph .., totals
    graph   = title, level ..
    level   = kernel ..              threads meet after each level
    kernel  = what it computes, the buffers that it reads and writes, its cost

`describing` makes a description; its lines have kinds, so that a screen can show them in colours.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pellucid.shapes import Shape

WIDTH = 100
HARD_SPACE = "\x00"
"""Stands for a space at which no line is broken."""
Line = tuple[str, str]
"""A kind ("graph", "level", "kernel", "code", "buffers", "cost", "total") and text."""


@dataclass(frozen=True)
class BufferDescription:
    """A value in memory: its name, type and shape, and where it lies."""

    name: str
    dtype: str
    shape: Shape
    place: str

    def __str__(self) -> str:
        """Return it in words."""
        shape = " x ".join(map(str, self.shape))
        return f"{self.name} {self.dtype}[{shape}] {self.place}"


@dataclass(frozen=True)
class KernelDescription:
    """A kernel.

    Attributes:
        number: counted through its graph, from 1.
        kind: "loop", "contraction", or "special" and the name of a primitive.
        domain: its index space, with the names of axes that have one.
        lines: what it computes.
        reads: the buffers that it reads.
        writes: the buffers that it writes.
        flops: operations.
        subject: the name of what it writes first of all.
        bytes: of what it reads and writes, each element once.
        tile: rows and vectors that a contraction holds in registers, in words, else "".
        shares: into how many parts its work can be divided among threads; 0 if that is not known.
    """

    number: int
    kind: str
    domain: str
    lines: Sequence[str]
    reads: Sequence[BufferDescription]
    writes: Sequence[BufferDescription]
    subject: str
    flops: int
    bytes: int
    tile: str
    shares: int

    @property
    def title(self) -> str:
        """The kind and the domain."""
        return f"{self.kind}, {self.domain}" if self.domain else self.kind

    @property
    def brief(self) -> str:
        """The number, the title, and what is written first of all."""
        others = len(self.writes) - 1
        more = f" and {others} more" if others else ""
        return f"{self.number:3}  {self.title}: {self.subject}{more}"

    @property
    def cost(self) -> str:
        """The flops, bytes, tile and shares."""
        parts = [f"{self.flops:,} flops", byte_count(self.bytes)]
        if self.tile:
            parts.append(f"tile {self.tile}")
        if self.shares == 1:
            parts.append("one thread")
        elif self.shares:
            parts.append(f"{self.shares} shares")
        return ", ".join(parts)


@dataclass(frozen=True)
class GraphDescription:
    """A graph.

    Attributes:
        title: what it is, such as "step of 64 rows".
        levels: its kernels; threads meet after each level.
        guard_level: the first level that may write to the state, and None without a guard.
        arena: the bytes of its values.
    """

    title: str
    levels: Sequence[Sequence[KernelDescription]]
    guard_level: int | None
    arena: int

    @property
    def kernels(self) -> list[KernelDescription]:
        """All kernels, in order."""
        return [kernel for level in self.levels for kernel in level]

    @property
    def flops(self) -> int:
        """The operations of all kernels."""
        return sum(kernel.flops for kernel in self.kernels)

    @property
    def bytes(self) -> int:
        """The bytes that all kernels read and write."""
        return sum(kernel.bytes for kernel in self.kernels)

    def lines(self, brief: bool = False) -> Iterator[Line]:
        """Give its lines; `brief` leaves out what kernels compute, read and write."""
        yield (
            "graph",
            f"{self.title}: {counted(len(self.kernels), 'kernel')} in "
            f"{counted(len(self.levels), 'level')}, {self.flops:,} flops, "
            f"{byte_count(self.bytes)} read and written, arena {byte_count(self.arena)}",
        )
        for position, level in enumerate(self.levels):
            behind = ", only if guard is true" if position == self.guard_level else ""
            yield "level", f"level {position + 1}{behind}"
            for kernel in level:
                if brief:
                    yield "kernel", kernel.brief
                    yield "cost", f"       {kernel.cost}"
                    continue
                yield "kernel", f"{kernel.number:3}  {kernel.title}"
                for line in kernel.lines:
                    yield from _wrapped("code", [line], "")
                yield from _wrapped("buffers", list(map(str, kernel.reads)), "reads")
                yield from _wrapped("buffers", list(map(str, kernel.writes)), "writes")
                yield from _wrapped("cost", [kernel.cost], "costs")


@dataclass(frozen=True)
class Description:
    """A compiled run program.

    Attributes:
        graphs: its graphs: steps, evaluations, epoch.
        totals: what can be said of all of it: a word and its value.
    """

    graphs: Sequence[GraphDescription]
    totals: Sequence[tuple[str, str]]

    def lines(self, brief: bool = False) -> Iterator[Line]:
        """Give its lines; `brief` leaves out what kernels compute, read and write."""
        for graph in self.graphs:
            yield from graph.lines(brief)
            yield "cost", ""
        yield "graph", "the whole program"
        width = max(len(word) for word, _ in self.totals)
        for word, value in self.totals:
            yield "total", f"  {word.ljust(width)}  {value}"

    def __str__(self) -> str:
        """Return all of it as text."""
        return "\n".join(text for _, text in self.lines())


def byte_count(count: int) -> str:
    """Return a number of bytes with the unit that suits.

    Example:
        >>> byte_count(17), byte_count(4096), byte_count(3_250_000)
        ('17 B', '4.1 kB', '3.2 MB')
    """
    if count < 1000:
        return f"{count} B"
    power = next((power for power in (1, 2) if count < 999_950 * 1000 ** (power - 1)), 3)
    return f"{count / 1000**power:.1f} {('kB', 'MB', 'GB')[power - 1]}"


def counted(count: int, noun: str) -> str:
    """Return a number of things.

    Example:
        >>> counted(1, "kernel"), counted(3, "kernel")
        ('1 kernel', '3 kernels')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _wrapped(kind: str, parts: Sequence[str], title: str) -> Iterator[Line]:
    """Give parts in lines that are not too long, behind a title; several parts stay whole."""
    first = f"     {title.ljust(6)} " if title else "     "
    rest = " " * (len(first) if title else 9)
    if len(parts) > 1:
        parts = [part.replace(" ", HARD_SPACE) for part in parts]
    else:
        parts = [re.sub("'[^']*'", lambda m: m[0].replace(" ", HARD_SPACE), p) for p in parts]
    lines = textwrap.wrap(
        ", ".join(parts), WIDTH, initial_indent=first, subsequent_indent=rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    for line in lines:
        yield kind, line.replace(HARD_SPACE, " ")
