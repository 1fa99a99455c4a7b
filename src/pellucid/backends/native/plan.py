"""When each kernel of a graph runs, and where each value lies.

    plan    = levels, places
    level   = kernels that need nothing of each other: between levels, threads wait for each other
    place   = slot (memory that is handed in) | constants, offset | arena, offset

A new value of a state is written over the old one where everything that reads the old one comes
before, or reads the same element in the same kernel. Otherwise it waits in the arena and is copied
in the end. Where the graph has a guard, nothing of the state is written before the guard is known.

The arena is planned once: values whose lives do not overlap share memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pellucid.backends.native.fusion import Fusion
from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.operations import (
    Fixed,
    Leaf,
    Map,
    Operation,
    Read,
    Source,
    lower,
)
from pellucid.backends.native.sizes import CACHE_LINE, bytes_of, rounded_up
from pellucid.backends.native.views import contiguous
from pellucid.graph.formula import argument
from pellucid.graph.node import Node
from pellucid.graph.traversal import named_users


@dataclass(frozen=True)
class InArena:
    """So many bytes into the arena."""

    offset: int


@dataclass(frozen=True)
class InSlot:
    """Memory that is handed in: that of a leaf, or of an output by its position."""

    key: Node | int


@dataclass(frozen=True)
class InConstants:
    """So many bytes into the constants."""

    offset: int


Place = InArena | InSlot | InConstants


@dataclass(frozen=True)
class Plan:
    """A graph, planned.

    Attributes:
        levels: the kernels, in order.
        stored: the members that each kernel writes.
        places: where each buffer lies.
        arena: the bytes of the arena.
        outputs: the operation of each output.
        guard_level: the first level that may write to the state.
    """

    levels: list[list[Kernel]]
    stored: Mapping[Kernel, list[Operation]]
    places: Mapping[Source, Place]
    arena: int
    outputs: list[Operation]
    guard_level: int

    @cached_property
    def named_users(self) -> Mapping[Node, Node]:
        """The first node with a name that depends on each node, for messages."""
        return named_users(output.node for output in self.outputs)


class Constants:
    """The arrays that are part of graphs, one after the other."""

    def __init__(self) -> None:
        """Start empty."""
        self._offsets: dict[bytes, int] = {}
        self._parts: list[bytes] = []
        self._size = 0

    def place(self, fixed: Fixed) -> InConstants:
        """Return where an array lies; equal ones lie in one place."""
        content = fixed.array.tobytes()
        key = str(fixed.dtype).encode() + b":" + content
        if key not in self._offsets:
            self._offsets[key] = self._size
            padded = content + bytes(-len(content) % CACHE_LINE)
            self._parts.append(padded)
            self._size += len(padded)
        return InConstants(self._offsets[key])

    def content(self) -> bytes:
        """Return all of them."""
        return b"".join(self._parts)


def plan_graph(
    outputs: Sequence[Node],
    updates: Mapping[int, Node],
    guard: int | None,
    inputs: Sequence[Node],
    constants: Constants,
    *,
    handed_out: bool = False,
    fuse: bool = True,
) -> Plan:
    """Return the plan of a graph.

    Args:
        outputs: nodes without composites.
        updates: for the position of an output, the leaf of the state whose new value it is.
        guard: the position of the output that says whether the state may be written.
        inputs: leaves whose values are brought into the arena before the graph runs.
        constants: where arrays of the graph go.
        handed_out: whether outputs go to memory of their own, in slots by their position.
        fuse: False gives each operation a kernel of its own.
    """
    planner = _Planner(outputs, updates, guard, inputs, constants, fuse)
    if handed_out:
        for position, op in enumerate(planner.results):
            if position not in updates:
                planner.places[op] = InSlot(position)
    return planner.plan()


class _Planner:
    """The kernels and places of one graph, while it is planned."""

    def __init__(
        self,
        outputs: Sequence[Node],
        updates: Mapping[int, Node],
        guard: int | None,
        inputs: Sequence[Node],
        constants: Constants,
        fuse: bool,
    ) -> None:
        self.constants, self.inputs = constants, inputs
        self.results = lower(outputs)
        self.fusion = Fusion(self.results, fuse)
        self.places: dict[Source, Place] = {}
        self.kept = {op for op in self.results if op.size}
        self.guard_kernel: Kernel | None = None
        if guard is not None:
            self.guard_kernel = self.fusion.kernel_of[self.results[guard]]
        for position, leaf in updates.items():
            if self.results[position].size:
                self._settle(self.results[position], leaf)

    def plan(self) -> Plan:
        """Order the kernels and place the buffers."""
        kernels = self.fusion.kernels
        levels = self._levels(kernels)
        stored = self._stored(kernels)
        arena = self._place_all(levels, stored)
        first = 0
        if self.guard_kernel is not None:
            first = 1 + next(i for i, level in enumerate(levels) if self.guard_kernel in level)
        return Plan(levels, stored, self.places, arena, self.results, first)

    # The state

    def _settle(self, op: Operation, leaf: Node) -> None:
        """Decide where the new value of a state goes."""
        kernel = self.fusion.kernel_of[op]
        if self._can_overwrite(kernel, op, leaf) and self._after_readers(kernel, leaf):
            self.places[op] = InSlot(leaf)
            return
        read = Read(op, contiguous(op.shape))
        copy = Map(op.node, op.shape, op.dtype, (read,), argument(0))
        late = self.fusion.open(copy)
        self.kept.add(copy)
        ordered = self._after_readers(late, leaf)
        assert ordered
        self.places[copy] = InSlot(leaf)

    def _after_readers(self, kernel: Kernel, leaf: Node) -> bool:
        """Put a kernel behind the guard and all others that read a state; False if it cannot be."""
        earlier = [
            other
            for other in self.fusion.kernels
            if other is not kernel and any(_reads(read, leaf) for _, read in other.reads())
        ]
        if self.guard_kernel is not None:
            earlier.append(self.guard_kernel)
        if any(other is kernel or self.fusion.depends(other, kernel) for other in earlier):
            return False
        return all(self.fusion.order(other, kernel) for other in earlier)

    def _can_overwrite(self, kernel: Kernel, op: Operation, leaf: Node) -> bool:
        """Tell whether the kernel itself reads no element after it has written it."""
        passes_again = any(kernel.reduced) and op not in kernel.outer
        if kernel.special is not None or passes_again:
            return not any(_reads(read, leaf) for _, read in kernel.reads())
        # A loop reads everything at a place before it writes there.
        return all(
            isinstance(member, Map)
            and (member in kernel.outer) == (op in kernel.outer)
            and read.is_whole
            for member, read in kernel.reads()
            if _reads(read, leaf)
        )

    # Order

    def _levels(self, kernels: list[Kernel]) -> list[list[Kernel]]:
        level: dict[Kernel, int] = {}
        pending = list(kernels)
        while pending:
            rest = []
            for kernel in pending:
                if all(other in level for other in kernel.before):
                    level[kernel] = 1 + max((level[o] for o in kernel.before), default=-1)
                else:
                    rest.append(kernel)
            assert len(rest) < len(pending), "kernels in a circle"
            pending = rest
        levels: list[list[Kernel]] = [[] for _ in range(1 + max(level.values(), default=-1))]
        for kernel in kernels:
            levels[level[kernel]].append(kernel)
        return levels

    # Memory

    def _stored(self, kernels: list[Kernel]) -> dict[Kernel, list[Operation]]:
        needed = set(self.kept)
        for kernel in kernels:
            for _, read in kernel.reads():
                if isinstance(read.source, Operation):
                    needed.add(read.source)
        return {kernel: [m for m in kernel.members if m in needed] for kernel in kernels}

    def _place_all(
        self, levels: list[list[Kernel]], stored: Mapping[Kernel, list[Operation]]
    ) -> int:
        """Place every buffer and return the bytes of the arena."""
        lives: dict[Operation | Leaf, list[int]] = {}
        for number, level in enumerate(levels):
            for kernel in level:
                for op in stored[kernel]:
                    if op not in self.places:
                        lives[op] = [number, len(levels) if op in self.kept else number]
        for number, level in enumerate(levels):
            for kernel in level:
                for _, read in kernel.reads():
                    source = read.source
                    if isinstance(source, Fixed):
                        self.places[source] = self.constants.place(source)
                    elif isinstance(source, Leaf):
                        if source.node not in self.inputs:
                            self.places[source] = InSlot(source.node)
                        else:
                            lives.setdefault(source, [-1, number])[1] = number
                    elif isinstance(source, Operation) and source in lives:
                        lives[source][1] = max(lives[source][1], number)
        wanted = [
            (born, dies, bytes_of(source.shape, source.dtype))
            for source, (born, dies) in lives.items()
        ]
        offsets, total = _packed(wanted)
        for source, offset in zip(lives, offsets, strict=True):
            self.places[source] = InArena(offset)
        return total


def _reads(read: Read, leaf: Node) -> bool:
    return isinstance(read.source, Leaf) and read.source.node is leaf


def _packed(lives: Sequence[tuple[int, int, int]]) -> tuple[list[int], int]:
    """Return an offset for each (born, dies, bytes), and the bytes of all; large ones first."""
    offsets = [0] * len(lives)
    placed: list[int] = []
    total = 0
    for i in sorted(range(len(lives)), key=lambda i: -lives[i][2]):
        born, dies, size = lives[i]
        taken = sorted(
            (offsets[j], offsets[j] + _aligned(lives[j][2]))
            for j in placed
            if lives[j][0] <= dies and born <= lives[j][1]
        )
        offset = 0
        for low, high in taken:
            if offset + size <= low:
                break
            offset = max(offset, high)
        offsets[i] = offset
        placed.append(i)
        total = max(total, offset + _aligned(size))
    return offsets, total


def _aligned(size: int) -> int:
    return rounded_up(max(size, 1), CACHE_LINE)
