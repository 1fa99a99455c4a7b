"""Kernels: what is computed in one pass over memory.

    kernel = loop          maps and reductions over one index space
           | contraction   a product of matrices, and the maps that follow it
           | special       one special operation

    loop   = domain (lengths), which of its axes are reduced, members
    member = operation at full level (an element for each index of the domain)
           | operation at outer level (one for each index of the axes that are not reduced)

A reduction stands at outer level and reads full level. What one member reads of another lies at the
same index, so that it never leaves the registers; a member that another kernel needs, or that is an
output, is written to a buffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from pellucid.backends.native.operations import (
    Contract,
    Operation,
    Read,
    Reduce,
    Special,
    Uniform,
)
from pellucid.backends.native.views import View, collapse, common_refinement, contiguous
from pellucid.shapes import Shape

MOST_MEMBERS = 64


@dataclass(eq=False)
class Kernel:
    """Operations that are computed together.

    Attributes:
        number: of the kernel among all.
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

    def reads_full(self, member: Operation) -> bool:
        """Tell whether a member reads full level: all do but the maps at outer level."""
        return isinstance(member, Reduce) or member not in self.outer

    def walk(self, member: Operation, read: Read) -> View | None:
        """Return how a member reads, along the whole domain.

        None where strides cannot say it.
        """
        if self.reads_full(member):
            return read.view.reshaped(self.domain)
        view = read.view.reshaped(self.outer_domain)
        return None if view is None else self.spread(view)

    def spread(self, view: View) -> View:
        """Return a view of the outer domain along the whole one: the same for a whole line."""
        strides = iter(view.strides)
        spread = tuple(0 if reduced else next(strides) for reduced in self.reduced)
        return View(self.domain, spread, view.offset)

    def collapsed(self) -> tuple[list[int], list[bool]] | None:
        """Return lengths and classes of as few axes as the reads allow; None if that is too many.

        A loop can reduce one axis.
        """
        strides = [contiguous(self.domain).strides]
        for member, read in self.reads():
            view = self.walk(member, read)
            if view is None:
                return None
            strides.append(view.strides)
        lengths, classes, _ = collapse(self.domain, strides, self.reduced)
        return (lengths, classes) if classes.count(True) <= 1 else None

    # What fits

    def accept(self, op: Operation) -> bool:
        """Take an operation in, if it fits.

        The domain may become finer: its axes are split so that it has the operation's as well.
        """
        if len(self.members) >= MOST_MEMBERS:
            return False
        saved = self.domain, self.reduced
        outer = self._fit(op)
        if outer is not None:
            is_linked = self._is_linked(op, outer)
            self.append(op, outer)
            if is_linked and (self.contraction is not None or self.collapsed() is not None):
                return True
            self.remove(op)
        self.domain, self.reduced = saved
        return False

    def append(self, op: Operation, outer: bool) -> None:
        """Make an operation a member, at outer level or not."""
        self.members.append(op)
        if outer:
            self.outer.add(op)

    def remove(self, op: Operation) -> None:
        """Leave a member out."""
        self.members.remove(op)
        self.outer.discard(op)

    def _fit(self, op: Operation) -> bool | None:
        """Fit the domain to an operation; return whether that is of outer level, None if it cannot.

        What is refined stays so, even if the answer is None.
        """
        if isinstance(op, Reduce):
            return self._fit_reduction(op)
        if op.size == prod(self.domain):
            is_product = self.contraction is not None
            fits = self._fits_product(op) if is_product else self._refine(op.shape)
            return False if fits else None
        if any(self.reduced) and op.size == prod(self.outer_domain):
            return True
        return None

    def _fits_product(self, op: Operation) -> bool:
        """Tell whether all that an operation reads can be read along the product's axes."""
        return all(
            isinstance(read.source, Uniform) or read.view.reshaped(self.domain) is not None
            for read in op.reads
        )

    def _refine(self, shape: Shape) -> bool:
        finer = common_refinement(self.domain, shape)
        if finer is None:
            return False
        self.reduced = _refined_flags(self.domain, self.reduced, finer)
        self.domain = finer
        return True

    def _fit_reduction(self, op: Reduce) -> bool | None:
        lengths, own = index_space(op)
        if prod(lengths) != prod(self.domain):
            return None
        finer = common_refinement(self.domain, lengths)
        if finer is None:
            return None
        wanted = _refined_flags(lengths, own, finer)
        if any(self.reduced):
            if _refined_flags(self.domain, self.reduced, finer) != wanted:
                return None
        elif self.outer:
            return None
        self.domain, self.reduced = finer, wanted
        return True

    def _is_linked(self, op: Operation, outer: bool) -> bool:
        """Tell whether an operation reads members at its own index only."""
        inside = set(self.members)
        reads_full = isinstance(op, Reduce) or not outer
        for read in op.reads:
            if read.source not in inside:
                continue
            view = read.view.reshaped(self.domain if reads_full else self.outer_domain)
            if view is None or view.offset:
                return False
            if read.source not in self.outer:
                if not reads_full or not view.is_contiguous:
                    return False
            elif reads_full:
                spread = self.spread(contiguous(self.outer_domain))
                if view != spread or isinstance(op, Reduce):
                    return False
            elif not view.is_contiguous:
                return False
        return True


def index_space(op: Operation) -> tuple[Shape, tuple[bool, ...]]:
    """Return the lengths of what an operation goes over, and which of these axes it reduces.

    Axes of length 1 are left out.
    """
    shape = op.reads[0].view.shape if isinstance(op, Reduce) else op.shape
    axes = op.axes if isinstance(op, Reduce) else ()
    kept = [axis for axis, length in enumerate(shape) if length != 1]
    return tuple(shape[axis] for axis in kept), tuple(axis in axes for axis in kept)


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
