"""From graphs and run programs to machine code, stage by stage.

    nodes -> operations -> kernels -> plan -> LLVM text -> object code

A stage knows nothing of those after it; each has its grammar at the head of its module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.backends.native.artifact import Artifact
from pellucid.backends.native.clocks import Clocks
from pellucid.backends.native.graph_code import SLOTS, GraphWriter, own_frame
from pellucid.backends.native.machine import Machine
from pellucid.backends.native.object_code import build_all
from pellucid.backends.native.plan import Constants, Plan, plan_graph
from pellucid.backends.native.program_code import (
    PlannedEpoch,
    PlannedEvaluation,
    PlannedStep,
    ProgramWriter,
)
from pellucid.backends.native.rewriting import Chosen, rewrite
from pellucid.backends.native.sizes import WORD, bytes_of, rounded_up
from pellucid.backends.native.team import available_threads
from pellucid.backends.native.text import Function, Module
from pellucid.graph.node import Node
from pellucid.graph.program import RunProgram, StepGraph
from pellucid.graph.traversal import topological
from pellucid.simplify import simplify

ENTRY = "run"
MOST_PARTS = 8
PART = 60_000
"""So many letters of text are worth a thread of their own."""


def function_slots(inputs: Sequence[Node], outputs: Sequence[Node]) -> dict[Any, int]:
    """Return the word of the frame for each leaf, and for each output by its position."""
    keys: list[Any] = [*inputs, *range(len(outputs))]
    return {key: SLOTS + position for position, key in enumerate(keys)}


def compile_graph(
    inputs: Sequence[Node], outputs: Sequence[Node], machine: Machine, fuse: bool = True
) -> Artifact:
    """Return the code of a graph: its function writes the outputs to memory that is handed in."""
    lowered, chosen = lower_graph(outputs)
    constants = Constants()
    plan = plan_graph(lowered, {}, None, [], constants, handed_out=True, fuse=fuse)
    module = Module()
    writer = GraphWriter(module, machine, function_slots(inputs, outputs))
    _export_graph(module, writer.bind(plan), writer.write(plan, plan.levels, "graph"))
    return Artifact(
        objects=build_module(module, machine),
        constants=constants.content(),
        arena=plan.arena,
        workspace=writer.workspace,
        words=writer.words,
        flops=flops_of(lowered),
        levels=len(plan.levels),
        indices=[("", str(list(inputs).index(c.leaf)), c.length) for c in chosen],
        faults=writer.faults,
    )


def lower_graph(outputs: Sequence[Node]) -> tuple[list[Node], list[Chosen]]:
    """Return outputs without composites, rewritten, and what the host has to check."""
    return rewrite(simplify(outputs, lower=True))


def build_module(module: Module, machine: Machine) -> list[bytes]:
    """Return the machine code of a module; a long one is compiled in parts, side by side."""
    threads = available_threads()
    parts = max(1, min(threads, MOST_PARTS, len(module) // PART))
    return build_all(module.texts(parts), machine, threads)


def _export_graph(module: Module, bind: str, graph: str) -> None:
    f = Function(module, [("frame", "ptr"), ("thread", "i64"), ("threads", "i64")])
    turn = f.reserve(WORD, align=8)
    f.store(f.index(0), turn)
    frame = own_frame(f)
    f.call_function(bind, frame)
    f.call_function(graph, frame, turn, f.argument("thread"), f.argument("threads"))
    module.export(f, ENTRY)


def flops_of(outputs: Sequence[Node]) -> int:
    """Return the operations of a graph."""
    return sum(node.primitive.flops(node) for node in topological(outputs))


def program_slots(program: RunProgram) -> dict[Any, int]:
    """Return the word of the frame for whatever the code of a program is handed."""
    keys: list[Any] = [variable.leaf for variable in program.state]
    keys += [("data", "train", column) for column in program.steps[0].inputs]
    for name, evaluation in program.evaluations.items():
        keys += [*evaluation.inputs.values(), evaluation.present]
        keys += [("rows", name), ("padded", name)]
        for column in evaluation.inputs:
            keys += [("data", name, column), ("padded", name, column)]
    keys += [("ones",), ("totals",), *program.epoch.inputs.values()]
    return {key: SLOTS + position for position, key in enumerate(keys)}


def total_offsets(program: RunProgram) -> dict[str, int]:
    """Return where each sum of the evaluations is added up, and under "" the bytes of all."""
    offsets, at = {}, 0
    for name, evaluation in program.evaluations.items():
        for key, node in evaluation.sums.items():
            offsets[f"{name}.{key}"] = at
            at += rounded_up(bytes_of(node.shape, node.dtype), WORD)
    return {**offsets, "": at}


@dataclass(frozen=True)
class PlannedProgram:
    """A run program, planned: what is written as code.

    Attributes:
        leaves: the state by name.
        slots: the word of the frame for whatever the code is handed.
        steps: the step graphs, that of the full batch first.
        evaluations: the evaluation graphs.
        epoch: the epoch graph.
        constants: the arrays that are part of graphs.
        flops: operations of a step.
        indices: what has to be checked before a run, as `Artifact` says.
        by_blocks: whether neighbouring rows stay together when they are shuffled.
    """

    leaves: Mapping[str, Node]
    slots: Mapping[Any, int]
    steps: Sequence[PlannedStep]
    evaluations: Sequence[PlannedEvaluation]
    epoch: PlannedEpoch
    constants: bytes
    flops: int
    indices: Sequence[tuple[str, str, int]]
    by_blocks: bool

    @property
    def plans(self) -> list[Plan]:
        """The plans of all graphs, in the order in which they are named above."""
        before = [step.plan for step in self.steps]
        return [*before, *(e.plan for e in self.evaluations), self.epoch.plan]


def compile_program(program: RunProgram, machine: Machine, fuse: bool = True) -> Artifact:
    """Return the code of a run program."""
    planned = plan_program(program, fuse)
    module, writer = write_program(planned, machine)
    return build_artifact(planned, module, writer)


def plan_program(program: RunProgram, fuse: bool = True) -> PlannedProgram:
    """Return a run program in kernels, with the places of all values."""
    planner = _ProgramPlanner(program, fuse)
    steps = [planner.step(graph) for graph in sorted(program.steps, key=lambda g: -g.rows)]
    evaluations = [planner.evaluation(name) for name in program.evaluations]
    return PlannedProgram(
        leaves=planner.leaves,
        slots=program_slots(program),
        steps=steps,
        evaluations=evaluations,
        epoch=planner.epoch(),
        constants=planner.constants.content(),
        flops=planner.flops,
        indices=sorted(planner.indices),
        by_blocks=program.order.block > 1,
    )


class _ProgramPlanner:
    """Plans the graphs of a run program, and gathers what belongs to all of them."""

    def __init__(self, program: RunProgram, fuse: bool) -> None:
        self._program, self._fuse = program, fuse
        self._totals = total_offsets(program)
        self.leaves = {variable.name: variable.leaf for variable in program.state}
        self.constants = Constants()
        self.flops = 0
        self.indices: set[tuple[str, str, int]] = set()

    def step(self, graph: StepGraph) -> PlannedStep:
        guard = [] if graph.guard is None else [graph.guard]
        outputs, chosen = lower_graph([*graph.updates.values(), *graph.scalars.values(), *guard])
        self._check(chosen, "train", graph.inputs)
        outputs, updates = self._without_idle(outputs, graph.updates)
        self.flops = max(self.flops, flops_of(outputs))
        scalars = range(len(updates), len(updates) + len(graph.scalars))
        position = scalars.stop if guard else None
        inputs = list(graph.inputs.values())
        plan = plan_graph(outputs, updates, position, inputs, self.constants, fuse=self._fuse)
        return PlannedStep(graph.rows, graph.inputs, plan, scalars, position)

    def evaluation(self, name: str) -> PlannedEvaluation:
        graph = self._program.evaluations[name]
        outputs, chosen = lower_graph(list(graph.sums.values()))
        self._check(chosen, name, graph.inputs)
        plan = plan_graph(outputs, {}, None, [], self.constants, fuse=self._fuse)
        totals = [self._totals[f"{name}.{key}"] for key in graph.sums]
        return PlannedEvaluation(name, graph.rows, graph.inputs, graph.present, plan, totals)

    def epoch(self) -> PlannedEpoch:
        graph = self._program.epoch
        outputs, _ = lower_graph([*graph.updates.values(), *graph.scalars.values()])
        outputs, updates = self._without_idle(outputs, graph.updates)
        plan = plan_graph(outputs, updates, None, [], self.constants, fuse=self._fuse)
        return PlannedEpoch(plan, range(len(updates), len(outputs)))

    def _check(self, chosen: Sequence[Chosen], data_set: str, columns: Mapping[str, Node]) -> None:
        """Note which columns of a data set hold indices."""
        names = {leaf: name for name, leaf in columns.items()}
        self.indices.update((data_set, names[index.leaf], index.length) for index in chosen)

    def _without_idle(
        self, outputs: Sequence[Node], updates: Iterable[str]
    ) -> tuple[list[Node], dict[int, Node]]:
        """Leave out the updates that change nothing: a state whose new value is itself.

        Returns:
            the other outputs, and the leaf of the state for the position of each update.
        """
        leaves = [self.leaves[name] for name in updates]
        changed = [
            (new, leaf) for new, leaf in zip(outputs, leaves, strict=False) if new is not leaf
        ]
        rest = outputs[len(leaves) :]
        return [*(new for new, _ in changed), *rest], {
            position: leaf for position, (_, leaf) in enumerate(changed)
        }


def write_program(
    planned: PlannedProgram, machine: Machine, clocks: Clocks | None = None
) -> tuple[Module, GraphWriter]:
    """Return the text of a planned program, and what wrote its graphs."""
    module = Module()
    writer = GraphWriter(module, machine, planned.slots, clocks)
    graphs = planned.steps, planned.evaluations, planned.epoch
    ProgramWriter(writer, planned.leaves, *graphs, planned.by_blocks).write(ENTRY)
    return module, writer


def build_artifact(planned: PlannedProgram, module: Module, writer: GraphWriter) -> Artifact:
    """Return the code of what `write_program` wrote."""
    return Artifact(
        objects=build_module(module, writer.machine),
        constants=planned.constants,
        arena=max(plan.arena for plan in planned.plans),
        workspace=writer.workspace,
        words=writer.words,
        flops=planned.flops,
        levels=len(planned.plans[0].levels),
        indices=planned.indices,
        faults=writer.faults,
    )
