"""A backend that runs on the reference and remembers what went into and came out of each `run`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pellucid.backends.base import (
    Array,
    Backend,
    Control,
    DataSet,
    Executable,
    Function,
    Segment,
)
from pellucid.backends.reference import ReferenceBackend
from pellucid.graph.node import Node
from pellucid.graph.program import RunProgram

State = dict[str, Array]


class RecordingExecutable(Executable):
    """Remembers the state before and after each segment."""

    def __init__(self, inner: Executable) -> None:
        self.inner = inner
        self.calls: list[tuple[State, State]] = []

    def run(
        self,
        state: Mapping[str, Array],
        data: Mapping[str, DataSet],
        until: int,
        control: Control | None = None,
    ) -> Segment:
        before = {name: np.array(value) for name, value in state.items()}
        segment = self.inner.run(state, data, until, control)
        after = {name: np.array(value) for name, value in segment.state.items()}
        self.calls.append((before, after))
        return segment

    def step_values(
        self, state: Mapping[str, Array], data: Mapping[str, DataSet]
    ) -> list[tuple[Node, Array]]:
        return self.inner.step_values(state, data)


class RecordingBackend(Backend):
    """The reference backend, with a memory."""

    name = "recording"

    def __init__(self) -> None:
        self.executables: list[RecordingExecutable] = []

    def compile(self, program: RunProgram) -> RecordingExecutable:
        executable = RecordingExecutable(ReferenceBackend().compile(program))
        self.executables.append(executable)
        return executable

    def compile_function(self, inputs: Mapping[str, Node], outputs: Mapping[str, Node]) -> Function:
        return ReferenceBackend().compile_function(inputs, outputs)


def same_bits(first: State, second: State) -> bool:
    """Tell whether two states have the same names, shapes, types and bits."""
    return first.keys() == second.keys() and all(
        first[name].dtype == second[name].dtype
        and first[name].shape == second[name].shape
        and first[name].tobytes() == second[name].tobytes()
        for name in first
    )
