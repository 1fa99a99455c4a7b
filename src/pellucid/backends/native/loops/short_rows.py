"""The code of loop kernels that reduce the last axis, where it is short: many rows at a time.

Element r of each row is in vector r, so that a reduction works on whole vectors.
"""

from __future__ import annotations

from pellucid.backends.native.elements import VIRTUAL_LANES, store_lines, tree_of_values
from pellucid.backends.native.loops.pass_writer import PassWriter
from pellucid.backends.native.loops.passes import Pass
from pellucid.backends.native.operations import Operation
from pellucid.backends.native.text import Value


class ShortRowWriter(PassWriter):
    """Writes the code for one vector of short rows."""

    def prepare(self) -> None:
        """Load what lies row by row, and keep all members in registers."""
        self.values.load_lines(self.length)
        self.registers: list[dict[Operation, Value]] = [{} for _ in range(self.length)]

    def write_pass(self, pass_: Pass) -> None:
        """Go over the elements of the rows."""
        f, values = self.f, self.values
        partial: list[list[Value | None]] = [[None] * VIRTUAL_LANES for _ in pass_.reduces]
        stored: list[list[Value]] = [[] for _ in pass_.stores]
        for r, known in enumerate(self.registers):
            values.enter(self.indices_at(r), self.valid, known)
            for reduce, lanes in zip(pass_.reduces, partial, strict=True):
                lanes[r] = values.operand(reduce)
            for op, line in zip(pass_.stores, stored, strict=True):
                line.append(values.full(op))
        for reduce, lanes in zip(pass_.reduces, partial, strict=True):
            values.complete(reduce, tree_of_values(f, reduce.combine, lanes, reduce.accumulator))
        values.enter(self.indices, self.valid)
        for op, line in zip(pass_.stores, stored, strict=True):
            store_lines(f, line, values.place(op), op.dtype, self.valid)
