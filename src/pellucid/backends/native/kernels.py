"""From operations to kernels: what is computed in one pass over memory.

    kernel = loop          maps and reductions over one index space
           | contraction   a product of matrices, and the maps that follow it
           | special       one special operation

    loop   = domain (lengths), which of its axes are reduced, members
    member = operation at full level (an element for each index of the domain)
           | operation at outer level (one for each index of the axes that are not reduced)

A reduction stands at outer level and reads full level. What one member reads of another lies at the
same index, so that it never leaves the registers; a member that another kernel needs, or that is an
output, is written to a buffer.

Kernels are found greedily, operands first: an operation joins the kernel of one of its operands
where indices fit and no cycle of kernels comes about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from pellucid.backends.native.operations import (
    Contract,
    Map,
    Operation,
    Read,
    Reduce,
    Source,
    Special,
    Uniform,
    operations_of,
)
from pellucid.backends.native.views import View, collapse, common_refinement, contiguous
from pellucid.shapes import Shape

MOST_MEMBERS = 64
FEW_OUTPUTS = 64
LARGE_DOMAIN = 16384
"""A reduction to fewer outputs than threads can share, over more elements than one thread should
take alone: what it reads is computed in a kernel of its own."""


@dataclass(eq=False)
class Kernel:
    """Operations that are computed together.

    Attributes:
        domain: the lengths of its index space, without axes of length 1.
        reduced: for each axis of the domain whether it is reduced.
        members: the operations, operands first.
        outer: those of them at outer level.
        before: kernels that must be done before.
    """

    number: int
    domain: Shape
    reduced: tuple[bool, ...]
    members: list[Operation] = field(default_factory=list)
    outer: set[Operation] = field(default_factory=set)
    before: set[Kernel] = field(default_factory=set)

    @property
    def contraction(self) -> Contract | None:
        """The product of matrices, if there is one."""
        first = self.members[0]
        return first if isinstance(first, Contract) else None

    @property
    def special(self) -> Special | None:
        """The special operation, if it is one."""
        first = self.members[0]
        return first if isinstance(first, Special) else None

    @property
    def outer_domain(self) -> Shape:
        """The lengths of the axes that are not reduced."""
        return tuple(n for n, red in zip(self.domain, self.reduced, strict=True) if not red)

    def reads(self) -> list[tuple[Operation, Read]]:
        """Return what members read from outside."""
        inside = set(self.members)
        return [
            (member, read)
            for member in self.members
            for read in member.reads
            if read.source not in inside and not isinstance(read.source, Uniform)
        ]

    def view_of(self, member: Operation, read: Read) -> View | None:
        """Return how a member reads, along the axes of its level."""
        if isinstance(member, Reduce) or member not in self.outer:
            return read.view.reshaped(self.domain)
        return read.view.reshaped(self.outer_domain)

    def spread_strides(self, view: View) -> tuple[int, ...]:
        """Return the strides along the whole domain of a view of the outer one."""
        strides = iter(view.strides)
        return tuple(0 if red else next(strides) for red in self.reduced)

    def collapsed(self) -> tuple[list[int], list[bool]] | None:
        """Return lengths and classes of as few axes as the reads allow; None if that is too many.

        A loop can reduce one axis.
        """
        strides = [contiguous(self.domain).strides]
        for member, read in self.reads():
            view = self.view_of(member, read)
            if view is None:
                return None
            full = isinstance(member, Reduce) or member not in self.outer
            strides.append(view.strides if full else self.spread_strides(view))
        lengths, classes, _ = collapse(self.domain, strides, self.reduced)
        return (lengths, classes) if classes.count(True) <= 1 else None


class Fusion:
    """The kernels of some outputs."""

    def __init__(self, outputs: Sequence[Operation], fuse: bool = True) -> None:
        """Find the kernels.

        Args:
            outputs: what has to be computed.
            fuse: False gives each operation a kernel of its own, for comparison.
        """
        self.kernels: list[Kernel] = []
        self.kernel_of: dict[Operation, Kernel] = {}
        self._ancestors: list[int] = []
        self._numbers = 0
        self._fuse = fuse
        operations = [op for op in operations_of(outputs) if op.size]
        self._users: dict[Operation, list[Operation]] = {op: [] for op in operations}
        for op in operations:
            for source in _sources(op):
                self._users[source].append(op)
        self._outputs = set(outputs)
        self._floating: dict[Operation, None] = {}
        for op in operations:
            self._place(op)
        while self._floating:
            self._land(next(iter(self._floating)))

    # Order between kernels

    def depends(self, kernel: Kernel, other: Kernel) -> bool:
        """Tell whether a kernel has to come after another."""
        return bool(self._ancestors[kernel.number] >> other.number & 1)

    def order(self, first: Kernel, then: Kernel) -> bool:
        """Demand that one kernel comes before another; False, and nothing done, if it cannot."""
        if first is then or self.depends(first, then):
            return False
        then.before.add(first)
        self._inherit(then, self._ancestors[first.number] | 1 << first.number)
        return True

    def _inherit(self, kernel: Kernel, ancestors: int) -> None:
        bit = 1 << kernel.number
        self._ancestors[kernel.number] |= ancestors
        for number, known in enumerate(self._ancestors):
            if known & bit:
                self._ancestors[number] = known | ancestors

    # Placing operations

    def _place(self, op: Operation) -> None:
        if self._fuse and isinstance(op, Map):
            if op.size > 1 and not any(source in self.kernel_of for source in _sources(op)):
                # It reads no kernel yet: it waits for the one that will read it.
                self._floating[op] = None
                return
            for kernel in self._candidates(op):
                if self._join_with_waiting(kernel, op):
                    return
        if self._fuse and isinstance(op, Reduce) and self._place_reduction(op):
            return
        self._land_sources(op)
        self.open(op)

    def _join_with_waiting(self, kernel: Kernel, op: Operation) -> bool:
        """Put an operation, and the waiting ones that it reads, into a kernel, if it fits."""
        saved = kernel.domain, kernel.reduced
        taken: list[Operation] = []
        for waiting in self._waiting_for(op):
            if waiting not in self._floating:
                continue
            if self._sources_placed(waiting) and self._join(kernel, waiting):
                taken.append(waiting)
                del self._floating[waiting]
            elif any(source in taken for source in _sources(waiting)):
                # It reads what may leave the kernel again, so that it cannot be placed yet.
                break
            else:
                self._land(waiting)
        else:
            if self._join(kernel, op):
                return True
        for waiting in taken:
            kernel.members.remove(waiting)
            kernel.outer.discard(waiting)
            del self.kernel_of[waiting]
            self._floating[waiting] = None
        kernel.domain, kernel.reduced = saved
        return False

    def _waiting_for(self, op: Operation) -> list[Operation]:
        """Return the waiting operations that one depends on, operands first."""
        return [o for o in operations_of([op]) if o in self._floating and o is not op]

    def _sources_placed(self, op: Operation) -> bool:
        return not any(source in self._floating for source in _sources(op))

    def _land_sources(self, op: Operation) -> None:
        for waiting in self._waiting_for(op):
            if waiting in self._floating:
                self._land(waiting)

    def _land(self, op: Operation) -> None:
        """Place a waiting operation, and those that it depends on, on their own."""
        for waiting in [*self._waiting_for(op), op]:
            if waiting not in self._floating:
                continue
            del self._floating[waiting]
            if not any(self._join(kernel, waiting) for kernel in self._candidates(waiting)):
                self.open(waiting)

    def _candidates(self, op: Operation) -> list[Kernel]:
        """Return the kernels that an operation may join, the best first."""
        found: dict[Kernel, None] = {}
        for source in _sources(op):
            kernel = self.kernel_of.get(source)
            if kernel is not None and kernel.special is None:
                found[kernel] = None
        if op.size == 1:
            for kernel in self.kernels:
                if not kernel.domain and kernel.special is None and kernel.contraction is None:
                    found[kernel] = None
        return sorted(found, key=lambda k: (k.contraction is None, -k.number))

    def _place_reduction(self, op: Reduce) -> bool:
        source = op.reads[0].source
        if not isinstance(source, Operation):
            return False
        self._land_sources(op)
        kernel = self.kernel_of[source]
        domain = prod(op.reads[0].view.shape)
        is_wide = op.size >= FEW_OUTPUTS or domain <= LARGE_DOMAIN
        if kernel.special is None and kernel.contraction is None and is_wide:
            return self._join(kernel, op)
        # Maps that nothing else needs move to the reduction.
        chain = self._own_chain(source, {op})
        if not chain:
            return False
        if len(chain) == len(kernel.members):
            return self._join(kernel, op)
        if kernel.reduced and any(kernel.reduced):
            return False
        for member in chain:
            kernel.members.remove(member)
            kernel.outer.discard(member)
            del self.kernel_of[member]
        fresh = self.open(chain[0])
        for member in [*chain[1:], op]:
            if not self._join(fresh, member):
                fresh = self.open(member)
        return True

    def _own_chain(self, source: Operation, users: set[Operation]) -> list[Operation]:
        """Return the maps of one kernel that lead to `users` alone, operands first."""
        kernel = self.kernel_of[source]
        chain: list[Operation] = []
        mine = set(users)
        for member in reversed(kernel.members):
            wanted = self._users[member]
            if (
                isinstance(member, Map)
                and member not in self._outputs
                and wanted
                and all(user in mine for user in wanted)
            ):
                mine.add(member)
                chain.insert(0, member)
        return chain

    def open(self, op: Operation) -> Kernel:
        """Give an operation a kernel of its own."""
        if isinstance(op, Reduce):
            shape = op.reads[0].view.shape
            flags = [axis in op.axes for axis in range(len(shape))]
        else:
            shape, flags = op.shape, [False] * len(op.shape)
        keep = [axis for axis, length in enumerate(shape) if length != 1]
        kernel = Kernel(
            self._numbers,
            tuple(shape[axis] for axis in keep),
            tuple(flags[axis] for axis in keep),
        )
        self._numbers += 1
        self.kernels.append(kernel)
        self._ancestors.append(0)
        self._enter(kernel, op, isinstance(op, Reduce))
        return kernel

    def _enter(self, kernel: Kernel, op: Operation, outer: bool) -> None:
        kernel.members.append(op)
        self.kernel_of[op] = kernel
        if outer:
            kernel.outer.add(op)
        for source in _sources(op):
            other = self.kernel_of[source]
            if other is not kernel:
                kernel.before.add(other)
                bits = self._ancestors[other.number] | 1 << other.number
                self._inherit(kernel, bits)

    def _join(self, kernel: Kernel, op: Operation) -> bool:
        """Put an operation into a kernel, if it fits."""
        if len(kernel.members) >= MOST_MEMBERS or not self._acyclic(kernel, op):
            return False
        saved = kernel.domain, kernel.reduced
        outer = self._fit(kernel, op)
        if outer is None:
            kernel.domain, kernel.reduced = saved
            return False
        kernel.members.append(op)
        if outer:
            kernel.outer.add(op)
        fits = kernel.contraction is not None or kernel.collapsed() is not None
        kernel.members.pop()
        kernel.outer.discard(op)
        if not fits or not self._linked(kernel, op, outer):
            kernel.domain, kernel.reduced = saved
            return False
        self._enter(kernel, op, outer)
        return True

    def _acyclic(self, kernel: Kernel, op: Operation) -> bool:
        others = (self.kernel_of[source] for source in _sources(op))
        return not any(other is not kernel and self.depends(other, kernel) for other in others)

    def _fit(self, kernel: Kernel, op: Operation) -> bool | None:
        """Fit the domain to an operation; return whether it is of outer level, None if it cannot.

        The domain may become finer: its axes are split so that it has the operation's as well.
        """
        if isinstance(op, Reduce):
            return self._fit_reduction(kernel, op)
        if op.size == prod(kernel.domain):
            if kernel.contraction is not None:
                return False if self._fits_contraction(kernel, op) else None
            return False if self._refine(kernel, op.shape) else None
        if any(kernel.reduced) and op.size == prod(kernel.outer_domain):
            return True
        return None

    def _fits_contraction(self, kernel: Kernel, op: Operation) -> bool:
        """Tell whether all that an operation reads can be read along the product's axes."""
        return all(
            isinstance(read.source, Uniform) or read.view.reshaped(kernel.domain) is not None
            for read in op.reads
        )

    def _refine(self, kernel: Kernel, shape: Shape) -> bool:
        finer = common_refinement(kernel.domain, shape)
        if finer is None:
            return False
        if finer != kernel.domain:
            kernel.reduced = _refined_flags(kernel.domain, kernel.reduced, finer)
            kernel.domain = finer
        return True

    def _fit_reduction(self, kernel: Kernel, op: Reduce) -> bool | None:
        shape = op.reads[0].view.shape
        flags = [axis in op.axes for axis in range(len(shape))]
        keep = [axis for axis, length in enumerate(shape) if length != 1]
        lengths = tuple(shape[axis] for axis in keep)
        own = tuple(flags[axis] for axis in keep)
        if prod(lengths) != prod(kernel.domain):
            return None
        finer = common_refinement(kernel.domain, lengths)
        if finer is None:
            return None
        wanted = _refined_flags(lengths, own, finer)
        if any(kernel.reduced):
            if _refined_flags(kernel.domain, kernel.reduced, finer) != wanted:
                return None
        elif kernel.outer:
            return None
        kernel.domain, kernel.reduced = finer, wanted
        return True

    def _linked(self, kernel: Kernel, op: Operation, outer: bool) -> bool:
        """Tell whether an operation reads members at its own index only."""
        inside = set(kernel.members)
        full = isinstance(op, Reduce) or not outer
        for read in op.reads:
            source: Source = read.source
            if source not in inside:
                continue
            view = read.view.reshaped(kernel.domain if full else kernel.outer_domain)
            if view is None or view.offset:
                return False
            if source not in kernel.outer:
                if not full or not view.is_contiguous:
                    return False
            elif full:
                own = contiguous(kernel.outer_domain)
                if view.strides != kernel.spread_strides(own) or isinstance(op, Reduce):
                    return False
            elif not view.is_contiguous:
                return False
        return True


def _sources(op: Operation) -> list[Operation]:
    """Return the operations that one reads and that have elements."""
    return [r.source for r in op.reads if isinstance(r.source, Operation) and r.source.size]


def _refined_flags(coarse: Shape, flags: Sequence[bool], fine: Shape) -> tuple[bool, ...]:
    """Return the class of each finer axis."""
    result: list[bool] = []
    lengths = iter(fine)
    for length, flag in zip(coarse, flags, strict=True):
        part = 1
        while part < length:
            part *= next(lengths)
            result.append(flag)
    return tuple(result)
