"""In which pass along the reduced axis each member of a kernel is computed, and what is kept.

A reduction ends a pass: what depends on it is computed in a later one. A full member that several
passes need is computed again in each of them, unless that costs more than keeping it.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.operations import Map, Operation, Reduce
from pellucid.graph.formula import Word

FEW_WORDS = 4
COSTLY = frozenset(
    [
        "exp",
        "expm1",
        "log",
        "log1p",
        "sin",
        "cos",
        "tanh",
        "erf",
        "power",
        "divide",
        "sqrt",
        "rsqrt",
        "remainder",
    ]
)
"""Words that take longer than to read their value from memory."""


@dataclass(frozen=True)
class Pass:
    """One pass along the reduced axis.

    Attributes:
        number: how many passes come before.
        reduces: the reductions that it completes.
        stores: the full members that it writes to buffers.
        keeps: the full members that it writes to memory of the kernel, for later passes.
    """

    number: int
    reduces: Sequence[Reduce]
    stores: Sequence[Operation]
    keeps: Sequence[Operation]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not (self.reduces or self.stores or self.keeps)


class Passes:
    """The passes of a kernel."""

    def __init__(self, kernel: Kernel, stored: Sequence[Operation]) -> None:
        """Find the pass of each member; a reduction counts to the one after it."""
        self.kernel, self.stored = kernel, stored
        self.number: dict[Operation, int] = {}
        self._users: dict[Operation, list[Operation]] = {}
        for member in kernel.members:
            inside = [source for source in _operations_read(member) if source in self.number]
            latest = max((self.number[source] for source in inside), default=0)
            self.number[member] = latest + isinstance(member, Reduce)
            self._users[member] = []
            for source in inside:
                self._users[source].append(member)
        self.count = 1 + max(self.number.values())

    def at(self, number: int, kept: Container[Operation]) -> Pass:
        """Return a pass, where some members are kept for later ones."""
        reduces = [
            m for m in self.kernel.members if isinstance(m, Reduce) and self.number[m] == number + 1
        ]
        mine = [m for m in self.kernel.members if self.is_full(m) and self.number[m] == number]
        return Pass(
            number,
            reduces,
            [m for m in self.stored if m in mine],
            [m for m in mine if m in kept and m not in self.stored],
        )

    def is_full(self, member: Operation) -> bool:
        """Tell whether a member has an element for each index."""
        return member not in self.kernel.outer

    @property
    def words(self) -> int:
        """The number of words of all formulas."""
        maps = (m for m in self.kernel.members if isinstance(m, Map))
        return sum(len(_words(m.expression)) for m in maps)

    # What is kept

    def needed_later(self) -> list[Operation]:
        """Return the full members that a later pass than their own reads."""
        return [
            member
            for member in self.kernel.members
            if self.is_full(member)
            and any(self._reads_in(user) > self.number[member] for user in self._users[member])
        ]

    def is_needed(self, member: Operation, number: int) -> bool:
        """Tell whether a pass needs a member: whether one of its users is computed then."""
        stack = list(self._users[member])
        while stack:
            user = stack.pop()
            if self._reads_in(user) == number and (isinstance(user, Reduce) or self.is_full(user)):
                return True
            if self.is_full(user) and self.number[user] < number:
                stack.extend(self._users[user])
        return False

    def is_costly(self, member: Operation) -> bool:
        """Tell whether computing a full member again would cost more than keeping it."""
        seen: set[Operation] = set()
        stack = [member]
        while stack:
            op = stack.pop()
            if op in seen or op not in self.number or not self.is_full(op):
                continue
            seen.add(op)
            if isinstance(op, Map) and not COSTLY.isdisjoint(_words(op.expression)):
                return True
            stack.extend(_operations_read(op))
        return len(seen) > FEW_WORDS

    def _reads_in(self, user: Operation) -> int:
        """Return the pass in which a member reads its operands."""
        return self.number[user] - isinstance(user, Reduce)


def _operations_read(op: Operation) -> list[Operation]:
    return [read.source for read in op.reads if isinstance(read.source, Operation)]


def _words(expression: Word) -> list[str]:
    """Return the words of a formula."""
    found, stack = [], [expression]
    while stack:
        word = stack.pop()
        if word.operation not in ("argument", "constant"):
            found.append(word.operation)
        stack.extend(word.arguments)
    return found
