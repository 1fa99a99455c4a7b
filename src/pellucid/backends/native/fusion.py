"""From operations to kernels: which operations are computed together.

Kernels are found greedily, operands first: an operation joins the kernel of one of its operands
where indices fit and no cycle of kernels comes about. A map that reads no kernel waits for the
operation that will read it, so that it can be computed where it is needed; maps that wait for one
reader and cannot join its kernel are put into one of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from pellucid.backends.native.kernels import Kernel, index_space
from pellucid.backends.native.operations import Map, Operation, Reduce, operations_of

FEW_OUTPUTS = 64
LARGE_DOMAIN = 16384
"""A reduction to fewer outputs than threads can share, over more elements than one thread should
take alone: what it reads is computed in a kernel of its own."""


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
        self._fuse = fuse
        operations = [op for op in operations_of(outputs) if op.size]
        self._users: dict[Operation, list[Operation]] = {op: [] for op in operations}
        for op in operations:
            for source in _sources(op):
                self._users[source].append(op)
        self._outputs = set(outputs)
        self._waiting: set[Operation] = set()
        for op in operations:
            self._place(op)
        # From the last one on, so that each takes along what waits for it alone.
        for op in reversed(operations):
            if op in self._waiting:
                self._land(op, [])

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

    # Kernels

    def open(self, op: Operation) -> Kernel:
        """Give an operation a kernel of its own."""
        kernel = Kernel(len(self._ancestors), *index_space(op))
        self.kernels.append(kernel)
        self._ancestors.append(0)
        kernel.append(op, isinstance(op, Reduce))
        self._entered(kernel, op)
        return kernel

    def _join(self, kernel: Kernel, op: Operation) -> bool:
        """Put an operation into a kernel, if it fits."""
        others = (self.kernel_of[source] for source in _sources(op))
        if any(other is not kernel and self.depends(other, kernel) for other in others):
            return False
        if not kernel.accept(op):
            return False
        self._entered(kernel, op)
        return True

    def _entered(self, kernel: Kernel, op: Operation) -> None:
        self.kernel_of[op] = kernel
        for source in _sources(op):
            if self.kernel_of[source] is not kernel:
                ordered = self.order(self.kernel_of[source], kernel)
                assert ordered, "kernels in a circle"

    def _leave(self, op: Operation) -> None:
        self.kernel_of.pop(op).remove(op)

    # Placing operations

    def _place(self, op: Operation) -> None:
        if self._fuse and isinstance(op, Map):
            if op.size > 1 and not any(source in self.kernel_of for source in _sources(op)):
                self._waiting.add(op)
                return
            for kernel in self._candidates(op):
                if self._join_with_waiting(kernel, op):
                    return
        if self._fuse and isinstance(op, Reduce) and self._place_reduction(op):
            return
        self._land_for(op)
        self.open(op)

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

    # Maps that wait

    def _waiting_for(self, op: Operation) -> list[Operation]:
        """Return the waiting operations that one depends on, operands first."""
        # What has a kernel depends on nothing that waits.
        return operations_of(_sources(op), among=self._waiting)

    def _join_with_waiting(self, kernel: Kernel, op: Operation) -> bool:
        """Put an operation, and the waiting ones that it reads, into a kernel, if it fits."""
        saved = kernel.domain, kernel.reduced
        taken: list[Operation] = []
        landed: list[Kernel] = []
        for waiting in self._waiting_for(op):
            if waiting not in self._waiting:
                continue
            sources = _sources(waiting)
            if self._waiting.isdisjoint(sources) and self._join(kernel, waiting):
                taken.append(waiting)
                self._waiting.remove(waiting)
            elif any(source in taken for source in sources):
                # It reads what may leave the kernel again, so that it cannot be placed yet.
                break
            else:
                self._land(waiting, landed)
        else:
            if self._join(kernel, op):
                return True
        for waiting in taken:
            self._leave(waiting)
            self._waiting.add(waiting)
        kernel.domain, kernel.reduced = saved
        return False

    def _land_for(self, op: Operation) -> None:
        """Place the waiting operations that one depends on, together where they fit."""
        landed: list[Kernel] = []
        # From the last one on, which none of the others reads.
        for waiting in reversed(self._waiting_for(op)):
            if waiting in self._waiting:
                self._land(waiting, landed)

    def _land(self, op: Operation, landed: list[Kernel]) -> None:
        """Place a waiting operation and those that it depends on, together where they fit.

        Args:
            op: the operation.
            landed: the kernels that were opened for the same reader. New ones are added.
        """
        for waiting in [*self._waiting_for(op), op]:
            self._waiting.remove(waiting)
            kernels = [*self._candidates(waiting), *landed]
            if not any(self._join(kernel, waiting) for kernel in kernels):
                landed.append(self.open(waiting))

    # Reductions

    def _place_reduction(self, op: Reduce) -> bool:
        source = op.reads[0].source
        if not isinstance(source, Operation):
            return False
        self._land_for(op)
        kernel = self.kernel_of[source]
        domain = prod(op.reads[0].view.shape)
        is_wide = op.size >= FEW_OUTPUTS or domain <= LARGE_DOMAIN
        if kernel.special is None and kernel.contraction is None and is_wide:
            return self._join(kernel, op)
        chain = self._own_chain(source, op)
        if not chain:
            return False
        if len(chain) == len(kernel.members):
            return self._join(kernel, op)
        if any(kernel.reduced):
            return False
        for member in chain:
            self._leave(member)
        fresh = self.open(chain[0])
        for member in [*chain[1:], op]:
            if not self._join(fresh, member):
                fresh = self.open(member)
        return True

    def _own_chain(self, source: Operation, user: Operation) -> list[Operation]:
        """Return the maps of one kernel that lead to one operation alone, operands first."""
        chain: list[Operation] = []
        mine = {user}
        for member in reversed(self.kernel_of[source].members):
            users = self._users[member]
            if isinstance(member, Map) and member not in self._outputs and mine.issuperset(users):
                mine.add(member)
                chain.insert(0, member)
        return chain


def _sources(op: Operation) -> list[Operation]:
    """Return the operations that one reads and that have elements."""
    return [r.source for r in op.reads if isinstance(r.source, Operation) and r.source.size]
