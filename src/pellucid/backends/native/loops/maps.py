"""The code of loop kernels that reduce nothing."""

from __future__ import annotations

from pellucid.backends.native.elements import store_elements
from pellucid.backends.native.loops.values import Index, LoopValues
from pellucid.backends.native.loops.walk import Span, vectors


def write_numbers(values: LoopValues) -> None:
    """Write the code of a kernel without axes: each member is one number."""
    values.begin([])
    passes = values.passes
    results = {member: values.compute_once(member) for member in passes.kernel.members}
    for op in passes.stored:
        store_elements(values.f, results[op], values.place(op), op.dtype)


def write_maps(values: LoopValues, indices: list[Index], span: Span) -> None:
    """Write the loop along the last axis, for some indices of the others."""
    values.begin(indices)
    values.hoist()

    def at(j: Index, valid: int | None) -> None:
        values.enter([*indices[:-1], j], valid)
        # All is read before anything is written: an output may lie where a state was.
        stored = [(op, values.full(op)) for op in values.passes.stored]
        for op, value in stored:
            store_elements(values.f, value, values.place(op), op.dtype, valid)

    vectors(values.f, values.domain.lengths[-1], values.lanes, span, at)
