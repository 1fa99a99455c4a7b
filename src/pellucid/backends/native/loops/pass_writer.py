"""What all code with reductions has in common: passes along the reduced axis, one after another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from pellucid.backends.native.loops.passes import Pass
from pellucid.backends.native.loops.values import Index, LoopValues


class PassWriter(ABC):
    """Writes the passes for some indices of the axes that are not reduced."""

    def __init__(
        self, values: LoopValues, indices: Sequence[Index], valid: int | None = None
    ) -> None:
        """Start.

        Args:
            values: of the kernel.
            indices: one for each axis, 0 for the one that is walked.
            valid: so many lanes are there; None for all.
        """
        self.f, self.values, self.lanes = values.f, values, values.lanes
        self.indices, self.valid = indices, valid
        self.length = values.domain.lengths[values.domain.walked]

    def write(self) -> None:
        """Write all passes."""
        values = self.values
        values.begin(self.indices, self.valid)
        values.compute_outer(0)
        values.hoist()
        self.prepare()
        for number in range(values.passes.count):
            pass_ = values.pass_at(number)
            if not pass_.is_empty:
                self.write_pass(pass_)
            values.compute_outer(number + 1)
        values.store_outer()

    def indices_at(self, index: Index) -> list[Index]:
        """Return the indices of a place of the walk."""
        indices = list(self.indices)
        indices[self.values.domain.walked] = index
        return indices

    @abstractmethod
    def prepare(self) -> None:
        """Write what comes before the first pass."""

    @abstractmethod
    def write_pass(self, pass_: Pass) -> None:
        """Write one pass."""
