"""The index space of a loop kernel with as few axes as its reads allow, and how arrays lie in it.

Receives a kernel; gives lengths, and for each array its strides along the axes that are left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from pellucid.backends.native.elements import VIRTUAL_LANES
from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.operations import Operation, Read, Source
from pellucid.backends.native.views import collapse, contiguous

LONGEST_SHORT = 16
FEWEST_SHORT = 8
"""Rows of up to 16 elements are taken a vector of rows at a time, if there are at least 8 rows."""

T = TypeVar("T")


@dataclass(frozen=True)
class Access:
    """How an array is walked: its strides along the axes, and where it begins, in elements."""

    source: Source
    strides: tuple[int, ...]
    offset: int


@dataclass(frozen=True)
class LoopDomain:
    """The collapsed index space of a kernel. At most one axis is reduced.

    Attributes:
        lengths: of its axes.
        reduced: for each axis whether it is reduced.
        accesses: how each array that a member reads from outside is walked.
        full: the strides of a buffer with an element for each index.
        outer: the strides of a buffer with an element for each index of the axes not reduced.
        has_short_rows: the reduced axis is the last one of the arrays and short; here it comes
            before the one along which vectors lie.
    """

    lengths: tuple[int, ...]
    reduced: tuple[bool, ...]
    accesses: Mapping[tuple[Operation, Read], Access]
    full: tuple[int, ...]
    outer: tuple[int, ...]
    has_short_rows: bool = False

    @property
    def last(self) -> int:
        """The axis along which vectors lie."""
        return len(self.lengths) - 1

    @property
    def walked(self) -> int:
        """The axis that is walked innermost: the reduced one if there is one, else the last."""
        return self.reduced.index(True) if True in self.reduced else self.last

    def fitting_lanes(self, lanes: int) -> int:
        """Return the lanes of vectors that suit the last axis: at most so many, but for rows."""
        if not self.lengths:
            return 1
        if self.reduced[-1]:
            return VIRTUAL_LANES
        while lanes > 4 and lanes // 2 >= self.lengths[-1]:
            lanes //= 2
        return lanes


def collapsed_domain(kernel: Kernel) -> LoopDomain:
    """Return the index space of a kernel with as few axes as its reads allow."""
    views = {}
    for member, read in kernel.reads():
        view = kernel.walk(member, read)
        assert view is not None
        views[member, read] = view
    full = contiguous(kernel.domain)
    outer = kernel.spread(contiguous(kernel.outer_domain))
    strides = [view.strides for view in (full, outer, *views.values())]
    lengths, reduced, kept = collapse(kernel.domain, strides, kernel.reduced)
    own_full, own_outer, *own = (tuple(strides) for strides in kept)
    accesses = {
        (member, read): Access(read.source, strides, view.offset)
        for ((member, read), view), strides in zip(views.items(), own, strict=True)
    }
    domain = LoopDomain(tuple(lengths), tuple(reduced), accesses, own_full, own_outer)
    return _with_short_rows(domain) if _are_rows_short(domain) else domain


def _are_rows_short(domain: LoopDomain) -> bool:
    return (
        len(domain.lengths) > 1
        and domain.reduced[-1]
        and domain.lengths[-1] <= LONGEST_SHORT
        and domain.lengths[-2] >= FEWEST_SHORT
    )


def _with_short_rows(domain: LoopDomain) -> LoopDomain:
    """Return a domain with its last two axes exchanged, so that vectors lie across the rows."""
    accesses = {
        key: replace(access, strides=_exchanged(access.strides))
        for key, access in domain.accesses.items()
    }
    return LoopDomain(
        _exchanged(domain.lengths),
        _exchanged(domain.reduced),
        accesses,
        _exchanged(domain.full),
        _exchanged(domain.outer),
        has_short_rows=True,
    )


def _exchanged(axes: tuple[T, ...]) -> tuple[T, ...]:
    return (*axes[:-2], axes[-1], axes[-2])
