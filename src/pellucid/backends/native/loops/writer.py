"""The function of a loop kernel: which shape of code it has."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.backends.native.emitted import Emitted, load_table
from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.loops.columns import ColumnWriter
from pellucid.backends.native.loops.domain import collapsed_domain
from pellucid.backends.native.loops.maps import write_maps, write_numbers
from pellucid.backends.native.loops.passes import Passes
from pellucid.backends.native.loops.rows import RowWriter
from pellucid.backends.native.loops.short_rows import ShortRowWriter
from pellucid.backends.native.loops.values import Index, LoopValues
from pellucid.backends.native.loops.walk import Span, only_first_thread, outer_loops, vectors
from pellucid.backends.native.operations import Operation, Source
from pellucid.backends.native.text import Function, Module


class LoopWriter:
    """Writes one loop kernel."""

    def __init__(
        self, module: Module, kernel: Kernel, stored: Sequence[Operation], lanes: int
    ) -> None:
        """Collapse the domain and open the function.

        Args:
            module: into which the function goes.
            kernel: what to compute.
            stored: the members that are written to buffers.
            lanes: of a vector.
        """
        self.module, self.domain = module, collapsed_domain(kernel)
        sources: list[Source] = [access.source for access in self.domain.accesses.values()]
        self.buffers = tuple(dict.fromkeys([*sources, *stored]))
        self.f = Function(module, [("table", "ptr"), ("thread", "i64"), ("threads", "i64")])
        self.values = LoopValues(
            self.f,
            self.domain,
            Passes(kernel, stored),
            load_table(self.f, self.buffers),
            self.domain.fitting_lanes(lanes),
        )

    def write(self) -> Emitted:
        """Write the function."""
        if self.domain.lengths:
            shares = outer_loops(self.f, self.domain, self._inner)
        else:
            only_first_thread(self.f, lambda: write_numbers(self.values))
            shares = 1
        return Emitted(self.module.close(self.f, "loop"), self.buffers, shares=shares)

    def _inner(self, indices: list[Index], span: Span) -> None:
        """Write what is done for some indices of the outer axes."""
        if True not in self.domain.reduced:
            write_maps(self.values, indices, span)
        elif self.domain.reduced[-1]:
            RowWriter(self.values, indices).write()
        else:
            vectors(
                self.f,
                self.domain.lengths[-1],
                self.values.lanes,
                span,
                lambda j, valid: self._columns([*indices[:-1], j], valid),
            )

    def _columns(self, indices: list[Index], valid: int | None) -> None:
        if self.domain.has_short_rows:
            ShortRowWriter(self.values, indices, valid).write()
        else:
            ColumnWriter(self.values, indices, valid).write()
