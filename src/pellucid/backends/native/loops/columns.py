"""The code of loop kernels that reduce another axis than the last: passes along vectors of columns.

Element r goes to partial result r % 16, which is a vector with a lane for each column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pellucid.backends.native.elements import (
    VIRTUAL_LANES,
    combined,
    identity,
    number,
    tree_of_values,
)
from pellucid.backends.native.loops.pass_writer import PassWriter
from pellucid.backends.native.loops.passes import FEW_WORDS, Pass
from pellucid.backends.native.loops.values import Index
from pellucid.backends.native.operations import Reduce
from pellucid.backends.native.text import Value

Operands = Callable[[Index], list[Value]]
"""From a place of the reduced axis to the operands of the reductions there."""


class ColumnWriter(PassWriter):
    """Writes the code for one vector of columns."""

    def prepare(self) -> None:
        """Keep costly members in memory."""
        self.values.keep(self.length)

    def write_pass(self, pass_: Pass) -> None:
        """Run over the reduced axis."""

        def at(r: Index) -> list[Value]:
            return self._place(pass_, r)

        if not pass_.reduces:
            self.f.loop(0, self.length, 1, lambda r, _: at(r))
        elif len(pass_.reduces) == 1 and self.values.passes.words <= FEW_WORDS:
            self._in_registers(pass_.reduces[0], at)
        else:
            self._in_memory(pass_.reduces, at)

    def _place(self, pass_: Pass, r: Index) -> list[Value]:
        """Do what a pass does at one place, and return the operands of its reductions."""
        self.values.enter(self.indices_at(r), self.valid)
        self.values.reload(pass_)
        operands = [self.values.operand(reduce) for reduce in pass_.reduces]
        self.values.write(pass_)
        return operands

    def _in_registers(self, op: Reduce, operands: Operands) -> None:
        """Reduce with all partial results in registers, 16 places in a turn of the loop."""
        f = self.f
        whole = self.length - self.length % VIRTUAL_LANES

        def turn(r: Index, partial: list[Value]) -> list[Value]:
            return [
                combined(f, op.combine, total, operands(f.add(r, lane))[0], op.accumulator)
                for lane, total in enumerate(partial)
            ]

        partial: list[Value | None] = [None] * VIRTUAL_LANES
        if whole:
            start = [self._identity(op)] * VIRTUAL_LANES
            partial = [*f.loop(0, whole, VIRTUAL_LANES, turn, start)]
        for lane in range(self.length - whole):
            (value,) = operands(whole + lane)
            total = partial[lane]
            if total is not None:
                value = combined(f, op.combine, total, value, op.accumulator)
            partial[lane] = value
        self._complete(op, partial)

    def _in_memory(self, reduces: Sequence[Reduce], operands: Operands) -> None:
        """Reduce with partial results in memory, so that the loop's body is written once."""
        f = self.f
        steps = [self.lanes * reduce.accumulator.itemsize for reduce in reduces]
        memories = [f.reserve(VIRTUAL_LANES * step) for step in steps]
        for reduce, memory, step in zip(reduces, memories, steps, strict=True):
            self._fill(memory, step, self._identity(reduce))

        def turn(r: Index, _: list[Value]) -> None:
            lane = f.rem(r, VIRTUAL_LANES)
            for reduce, memory, step, value in zip(
                reduces, memories, steps, operands(r), strict=True
            ):
                place = f.at(memory, f.mul(lane, step))
                total = f.load(value.type, place)
                f.store(combined(f, reduce.combine, total, value, reduce.accumulator), place)

        f.loop(0, self.length, 1, turn)
        for reduce, memory, step in zip(reduces, memories, steps, strict=True):
            type_ = self._identity(reduce).type
            self._complete(reduce, [f.load(type_, memory, i * step) for i in range(VIRTUAL_LANES)])

    def _identity(self, op: Reduce) -> Value:
        return number(self.f, identity(op.combine, op.accumulator), op.accumulator, self.lanes)

    def _fill(self, memory: Value, step: int, value: Value) -> None:
        f = self.f
        f.loop(0, VIRTUAL_LANES, 1, lambda i, _: f.store(value, memory, f.mul(i, step)))

    def _complete(self, op: Reduce, partial: Sequence[Value | None]) -> None:
        one = tree_of_values(self.f, op.combine, partial, op.accumulator)
        self.values.complete(op, one)
