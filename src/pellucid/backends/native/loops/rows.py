"""The code of loop kernels that reduce the last axis: passes along each row.

A vector is 16 neighbours of a row, so that its lanes are the virtual lanes of a sum.
"""

from __future__ import annotations

from pellucid.backends.native.elements import (
    combined,
    identity,
    masked_identity,
    number,
    tree_of_lanes,
)
from pellucid.backends.native.loops.pass_writer import PassWriter
from pellucid.backends.native.loops.passes import Pass
from pellucid.backends.native.loops.values import Index
from pellucid.backends.native.operations import Operation
from pellucid.backends.native.text import Value

UNROLLED_BLOCKS = 2
"""Rows of up to so many vectors stay in registers from pass to pass."""


class RowWriter(PassWriter):
    """Writes the code for one row."""

    def prepare(self) -> None:
        """Keep the members of short rows in registers, costly ones of others in memory."""
        self.rest = self.length % self.lanes
        self.whole = self.length - self.rest
        self.is_unrolled = self.length <= UNROLLED_BLOCKS * self.lanes
        self.registers: dict[int, dict[Operation, Value]] = {}
        if not self.is_unrolled:
            self.values.keep(self.length)

    def write_pass(self, pass_: Pass) -> None:
        """Run over the row, vector by vector."""
        f = self.f
        totals = [
            number(f, identity(r.combine, r.accumulator), r.accumulator, self.lanes)
            for r in pass_.reduces
        ]
        if self.is_unrolled:
            for j in range(0, self.whole, self.lanes):
                known = self.registers.setdefault(j, {})
                totals = self._vector(pass_, j, None, totals, known)
        else:
            totals = f.loop(
                0,
                self.whole,
                self.lanes,
                lambda j, totals: self._vector(pass_, j, None, totals, {}),
                totals,
            )
        if self.rest:
            known = self.registers.setdefault(self.whole, {}) if self.is_unrolled else {}
            totals = self._vector(pass_, self.whole, self.rest, totals, known)
        for reduce, total in zip(pass_.reduces, totals, strict=True):
            self.values.complete(
                reduce, tree_of_lanes(f, reduce.combine, total, reduce.accumulator)
            )

    def _vector(
        self,
        pass_: Pass,
        j: Index,
        valid: int | None,
        totals: list[Value],
        known: dict[Operation, Value],
    ) -> list[Value]:
        """Do what a pass does at one vector of the row, and return the totals with it."""
        f, values = self.f, self.values
        values.enter(self.indices_at(j), valid, known)
        values.reload(pass_)
        result = []
        for reduce, total in zip(pass_.reduces, totals, strict=True):
            value = values.operand(reduce)
            value = masked_identity(f, reduce.combine, value, reduce.accumulator, valid)
            result.append(combined(f, reduce.combine, total, value, reduce.accumulator))
        values.write(pass_)
        return result
