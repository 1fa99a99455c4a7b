"""Compiled graphs and run programs, ready to be called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.backends.base import (
    Array,
    Control,
    DataSet,
    Executable,
    Function,
    Outcome,
    Record,
    Segment,
    StateValues,
)
from pellucid.backends.checks import check_data, check_leaves, checked
from pellucid.backends.native.artifact import Artifact
from pellucid.backends.native.cache import ObjectCache, cache_key
from pellucid.backends.native.compiler import (
    ENTRY,
    compile_graph,
    compile_program,
    function_slots,
    program_slots,
    total_offsets,
)
from pellucid.backends.native.frame import Frames, aligned, aligned_copy
from pellucid.backends.native.machine import Machine
from pellucid.backends.native.object_code import Library
from pellucid.backends.native.profile import Profile
from pellucid.backends.native.program_code import AHEAD, Decision, Shared, Word
from pellucid.backends.native.signature import graph_signature, program_signature
from pellucid.backends.native.special import order_fields
from pellucid.backends.native.team import available_threads, run_team
from pellucid.errors import BackendError, ExecutionError
from pellucid.graph.node import Node
from pellucid.graph.program import EPOCH, STEP, RunProgram
from pellucid.graph.traversal import topological
from pellucid.primitives.selection import check_indices

FLOPS_OF_A_MEETING = 150_000
"""Work of one thread that outweighs waiting for the others once."""

MOST_RECORDED = 1 << 16
"""The rows of the record that one call fills; where more are needed, it is called again."""

_OUTCOMES = {
    Decision.REACHED: Outcome.REACHED,
    Decision.STOPPED: Outcome.STOPPED,
    Decision.PAUSED: Outcome.PAUSED,
    Decision.NONFINITE: Outcome.NONFINITE,
}


FLOPS_OF_A_TEAM = 50_000_000
"""Work of one thread that outweighs starting another for one call."""
CALLS_OF_A_THREAD = 4
"""Calls of however little work that outweigh it: what surrounds them counts, too."""


def threads_for(artifact: Artifact, wanted: int, start: int = 0) -> int:
    """Return how many threads run some code: as many as pay their way, at most those wanted.

    `start` is the work that starting a thread costs, where it is started for this work alone.
    """
    most = wanted or available_threads()
    cost = start + FLOPS_OF_A_MEETING * artifact.levels
    return max(1, min(most, artifact.flops // max(1, cost)))


def _compiled_graph(
    inputs: Sequence[Node], outputs: Sequence[Node], machine: Machine, fuse: bool
) -> Artifact:
    """Return the code of a graph, from the disk cache if it is there."""
    key = cache_key(machine, "graph", str(fuse), graph_signature(inputs, outputs))
    return _cached(key, lambda: compile_graph(inputs, outputs, machine, fuse))


def _compiled_program(program: RunProgram, machine: Machine, fuse: bool) -> Artifact:
    """Return the code of a run program, from the disk cache if it is there."""
    key = cache_key(machine, "program", str(fuse), program_signature(program))
    return _cached(key, lambda: compile_program(program, machine, fuse))


def _cached(key: str, compile_: Callable[[], Artifact]) -> Artifact:
    cache = ObjectCache()
    content = cache.get(key)
    if content is not None:
        try:
            return Artifact.unpack(content)
        except BackendError:
            pass  # Of another make: it is replaced.
    artifact = compile_()
    cache.put(key, artifact.pack())
    return artifact


class NativeFunction(Function):
    """A graph as a function of named arrays."""

    def __init__(
        self,
        inputs: Mapping[str, Node],
        outputs: Mapping[str, Node],
        machine: Machine,
        threads: int = 0,
        fuse: bool = True,
    ) -> None:
        """Compile the graph."""
        check_leaves(inputs, outputs)
        self._inputs, self._outputs = dict(inputs), dict(outputs)
        leaves, nodes = list(self._inputs.values()), list(self._outputs.values())
        self._artifact = artifact = _compiled_graph(leaves, nodes, machine, fuse)
        self._slots = function_slots(leaves, nodes)
        self._run = Library(artifact.objects, machine).function(ENTRY, 3)
        self._threads = threads_for(artifact, threads, FLOPS_OF_A_TEAM)
        self._checks = [
            (list(self._inputs)[int(position)], length) for _, position, length in artifact.indices
        ]
        self._most = threads or available_threads()
        self._idle: dict[int, list[_Call]] = {}

    def calls_at_once(self, calls: int) -> int:
        """Return as many as there are threads: calls need not wait for each other, a team does.

        A thread is started for as many calls as outweigh that.
        """
        each = max(1, FLOPS_OF_A_TEAM // max(1, self._artifact.flops))
        return max(1, min(self._most, calls // min(each, CALLS_OF_A_THREAD)))

    def __call__(self, values: Mapping[str, Array], at_once: int = 1) -> dict[str, Array]:
        """Return the outputs by name, given the inputs by name.

        Several threads may call at once; a team that shares the machine has the fewer of its own.
        """
        threads = max(1, min(self._threads, self._most // at_once))
        idle = self._idle.setdefault(threads, [])
        try:
            call = idle.pop()
        except IndexError:
            call = _Call(self._artifact, self._slots, threads)
        for name, node in self._inputs.items():
            call.hand_in(node, checked(name, node, values))
        for name, length in self._checks:
            check_indices(f"the input '{name}'", np.asarray(values[name]), length)
        results = {}
        for position, (name, node) in enumerate(self._outputs.items()):
            result = results[name] = np.empty(node.shape, node.dtype)
            call.point(position, result)
        run_team(self._run, call.frames.begin(), threads)
        check_faults(self._artifact, call.frames)
        idle.append(call)
        return results


class _Call:
    """The memory of one call of a function. Inputs stay, as most are the same the next time."""

    def __init__(self, artifact: Artifact, slots: Mapping[Any, int], threads: int) -> None:
        self.frames = Frames(artifact, threads)
        self._slots = slots
        self._inputs: dict[Node, tuple[Array, Array]] = {}

    def hand_in(self, node: Node, value: Array) -> None:
        """Let the frames point at the value of an input."""
        known = self._inputs.get(node)
        if known is None or known[0] is not value or known[1] is not value:
            whole = np.ascontiguousarray(value)
            self._inputs[node] = value, whole
            self.point(node, whole)

    def point(self, key: Node | int, array: Array) -> None:
        """Let the frames point at an array."""
        self.frames.set(self._slots[key], array.__array_interface__["data"][0])


def check_faults(artifact: Artifact, frames: Frames) -> None:
    """Raise ExecutionError if an index was out of range."""
    for (who, length, place), (found, index) in zip(artifact.faults, frames.faults(), strict=True):
        if found:
            raise ExecutionError(
                f"{who}: index {index} is out of range for an axis of length {length}{place}"
            )


class NativeExecutable(Executable):
    """A run program in machine code."""

    def __init__(
        self,
        program: RunProgram,
        machine: Machine,
        threads: int = 0,
        fuse: bool = True,
        profile: Profile | None = None,
    ) -> None:
        """Compile the program; with a profile, its time is measured."""
        program.verify("building the run program")
        self._program, self._machine, self._wanted, self._fuse = program, machine, threads, fuse
        self._leaves = {variable.name: variable.leaf for variable in program.state}
        self._profile = profile
        if profile is None:
            self._artifact = _compiled_program(program, machine, fuse)
        else:
            self._artifact = profile.compile(machine)
        self._run = Library(self._artifact.objects, machine).function(ENTRY, 3)
        self._slots = program_slots(program)
        self._offsets = total_offsets(program)
        self._values: dict[int, NativeFunction] = {}

    def run(
        self,
        state: Mapping[str, Array],
        data: Mapping[str, DataSet],
        until: int,
        control: Control | None = None,
    ) -> Segment:
        """Run a segment, as `Executable.run` says."""
        values = {n: aligned_copy(checked(n, leaf, state)) for n, leaf in self._leaves.items()}
        check_data(self._program, data)
        for data_set, column, length in self._artifact.indices:
            who = f"the column '{column}' of the data set '{data_set}'"
            check_indices(who, np.asarray(data[data_set][column]), length)
        control = control or Control()
        program = self._program
        first_step, first_epoch = int(values[STEP]), int(values[EPOCH])
        names = list(program.steps[0].scalars), list(program.epoch.scalars)
        last = control.open_scalars(*names)
        threads = threads_for(self._artifact, self._wanted)
        frames = Frames(self._artifact, threads)
        if self._profile is not None:
            self._profile.begin(frames, threads)
        self._hand_in(frames, values, data)
        frames.point(Word.CONTROL, control.cells)
        frames.point(Word.LAST_STEP, last[0])
        frames.point(Word.LAST_EPOCH, last[1])
        frames.set(Word.UNTIL, until)
        shared = aligned(64, zeroed=True).view(np.int64)
        frames.point(Word.SHARED, shared)
        steps: list[Array] = []
        epochs: list[Array] = []
        decision = Decision.RECORD_FULL
        while decision is Decision.RECORD_FULL:
            each = program.order.steps_per_epoch
            room = max(1, min(until - int(values[STEP]), MOST_RECORDED))
            rooms = room, room // each + 2
            records = [np.empty((n, len(k))) for n, k in zip(rooms, names, strict=True)]
            for word, record in zip((Word.STEP_RECORD, Word.EPOCH_RECORD), records, strict=True):
                frames.point(word, record)
            frames.set(Word.STEP_ROOM, rooms[0])
            frames.set(Word.EPOCH_ROOM, rooms[1])
            shared[:] = 0
            run_team(
                self._run,
                frames.begin(),
                threads,
                interruptible=True,
                stop=control.request_pause,
            )
            decision = Decision(int(shared[Shared.DECISION]))
            steps.append(records[0][: shared[Shared.STEPS]])
            epochs.append(records[1][: shared[Shared.EPOCHS]])
        if decision is Decision.FAULT:
            check_faults(self._artifact, frames)
        columns = _columns(names[0], steps), _columns(names[1], epochs)
        whole = Record(first_step, columns[0], first_epoch, columns[1])
        return Segment(values, whole, _OUTCOMES[decision])

    def _hand_in(self, frames: Frames, values: StateValues, data: Mapping[str, DataSet]) -> None:
        """Point the frames at the state, the data and the memory beside the arena."""
        program, slots = self._program, self._slots
        order = program.order
        for name, leaf in self._leaves.items():
            frames.point(slots[leaf], values[name])
        for column in program.steps[0].inputs:
            whole = np.ascontiguousarray(data["train"][column])
            frames.point(slots["data", "train", column], whole)
        longest = 1
        for name, evaluation in program.evaluations.items():
            longest = max(longest, evaluation.rows)
            frames.point(slots["padded", name], np.zeros(evaluation.rows, np.float32))
            for column, leaf in evaluation.inputs.items():
                whole = np.ascontiguousarray(data[name][column])
                frames.point(slots["data", name, column], whole)
                frames.set(slots["rows", name], len(whole))
                padded = np.zeros(leaf.shape if len(whole) % evaluation.rows else 1, leaf.dtype)
                frames.point(slots["padded", name, column], padded)
        frames.point(slots["ones",], np.ones(longest, np.float32))
        totals = aligned(self._offsets[""])
        frames.point(slots["totals",], totals)
        for key, leaf in program.epoch.inputs.items():
            frames.point(slots[leaf], totals[self._offsets[key] :])
        frames.point(Word.ORDER, order_fields(order))
        frames.point(Word.ROWS, np.zeros(max(order.batch_size, AHEAD) + 16, np.int32))
        frames.set(Word.BATCH_SIZE, order.batch_size)
        frames.set(Word.STEPS_PER_EPOCH, order.steps_per_epoch)

    def step_values(
        self, state: Mapping[str, Array], data: Mapping[str, DataSet]
    ) -> list[tuple[Node, Array]]:
        """Compute the next step and return every node's value, as `Executable.step_values` says."""
        values = {n: checked(n, leaf, state) for n, leaf in self._leaves.items()}
        check_data(self._program, data)
        taken = self._program.order.batch_rows(int(values[STEP]))
        graph = self._program.step_graph(len(taken))
        guard = [] if graph.guard is None else [graph.guard]
        nodes = topological([*graph.scalars.values(), *guard, *graph.updates.values()])
        if len(taken) not in self._values:
            inputs = {f"state {n}": leaf for n, leaf in self._leaves.items()}
            inputs |= {f"column {n}": leaf for n, leaf in graph.inputs.items()}
            outputs = {str(i): node for i, node in enumerate(nodes)}
            self._values[len(taken)] = NativeFunction(
                inputs, outputs, self._machine, self._wanted, self._fuse
            )
        handed: dict[str, Array] = {f"state {n}": value for n, value in values.items()}
        handed |= {f"column {n}": data["train"][n][taken] for n in graph.inputs}
        results = self._values[len(taken)](handed)
        return [(node, results[str(i)]) for i, node in enumerate(nodes)]


def _columns(names: Sequence[str], parts: Sequence[Array]) -> dict[str, Array]:
    """Return the columns of the parts of a record."""
    rows: Any = np.concatenate(parts)
    return {name: np.ascontiguousarray(rows[:, column]) for column, name in enumerate(names)}
