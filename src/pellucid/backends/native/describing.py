"""Describing a compiled run program: what stands in a `Description`, taken from plan and code.

Receives a run program and a machine. The code is made as for a run, past the disk cache, so that
its size and the time that it took can be told.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from math import prod

from pellucid.backends.native.artifact import Artifact
from pellucid.backends.native.axis_names import AxisNames
from pellucid.backends.native.blocking import Blocking
from pellucid.backends.native.compiler import (
    PlannedProgram,
    build_artifact,
    plan_program,
    write_program,
)
from pellucid.backends.native.description import (
    BufferDescription,
    Description,
    GraphDescription,
    KernelDescription,
    byte_count,
    counted,
)
from pellucid.backends.native.executable import threads_for
from pellucid.backends.native.expressions import UNNAMED, ValueNames, kernel_lines
from pellucid.backends.native.graph_code import GraphWriter
from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.machine import Machine
from pellucid.backends.native.operations import Contract, Map, Operation, Read, Source, Uniform
from pellucid.backends.native.plan import InArena, InConstants, Place, Plan
from pellucid.backends.native.sizes import bytes_of
from pellucid.backends.native.text import Module
from pellucid.graph.node import Node
from pellucid.graph.program import Role, RunProgram


def describe_program(
    program: RunProgram, machine: Machine, threads: int = 0, fuse: bool = True
) -> Description:
    """Compile a run program, and describe the code.

    Args:
        program: what to describe.
        machine: for which to compile.
        threads: how many would run it; 0 lets the amount of work decide.
        fuse: whether operations share kernels.

    Raises:
        BackendError: the program cannot be compiled here.
    """
    begun = time.perf_counter()
    planned = plan_program(program, fuse)
    module, writer = write_program(planned, machine)
    written = time.perf_counter()
    artifact = build_artifact(planned, module, writer)
    seconds = written - begun, time.perf_counter() - written
    graphs = describe_graphs(program, planned, writer)
    totals = [
        ("a step", f"{graphs[0].flops:,} flops, {byte_count(graphs[0].bytes)}"),
        ("state", byte_count(sum(_bytes_of(leaf) for leaf in planned.leaves.values()))),
        *_memory(artifact),
        ("threads", str(threads_for(artifact, threads))),
        ("vectors", f"{machine.lanes} lanes of float32, {machine.cpu}"),
        *_code(module, artifact, seconds),
    ]
    return Description(graphs, totals)


def _memory(artifact: Artifact) -> list[tuple[str, str]]:
    return [
        ("constants", byte_count(len(artifact.constants))),
        ("arena", f"{byte_count(artifact.arena)}, and {byte_count(artifact.workspace)} a thread"),
    ]


def _code(
    module: Module, artifact: Artifact, seconds: tuple[float, float]
) -> list[tuple[str, str]]:
    lines = module.text().count("\n")
    size = sum(len(content) for content in artifact.objects)
    return [
        ("LLVM text", f"{lines:,} lines, written in {seconds[0]:.2f} s"),
        (
            "machine code",
            f"{byte_count(size)} in {counted(len(artifact.objects), 'object')}, "
            f"made in {seconds[1]:.2f} s",
        ),
    ]


def describe_graphs(
    program: RunProgram, planned: PlannedProgram, writer: GraphWriter | None = None
) -> list[GraphDescription]:
    """Return a description of each graph, in the order of `PlannedProgram.plans`.

    Args:
        program: it knows the names of things.
        planned: the program in kernels.
        writer: wrote them; without it, tiles and shares are left out.
    """
    parameters = {v.name: v.leaf for v in program.state if v.role is Role.PARAMETER}
    sums = {leaf: f"sum of {name}" for name, leaf in program.epoch.inputs.items()}
    known = {**{variable.leaf: variable.name for variable in program.state}, **sums}
    graphs = []

    def add(
        title: str,
        plan: Plan,
        columns: Mapping[str, Node],
        outputs: Mapping[int, str],
        has_guard: bool = False,
    ) -> None:
        leaves = {**known, **{leaf: name for name, leaf in columns.items()}}
        origins = {**dict.fromkeys(sums, "sums"), **dict.fromkeys(columns.values(), "data")}
        values = ValueNames(plan, leaves, outputs)
        axes = AxisNames([op.node for op in plan.outputs], columns, parameters)
        describer = _Describer(plan, values, axes, origins, set(parameters), writer)
        graphs.append(describer.graph(title, has_guard))

    steps = sorted(program.steps, key=lambda graph: -graph.rows)
    for graph, step in zip(steps, planned.steps, strict=True):
        title = f"{'step' if graph is steps[0] else 'short step'} of {counted(step.rows, 'row')}"
        outputs = dict(zip(step.scalars, graph.scalars, strict=True))
        if step.guard is not None:
            outputs[step.guard] = "guard"
        add(title, step.plan, step.columns, outputs, step.guard is not None)
    for evaluation in planned.evaluations:
        outputs = {
            position: f"sum of {name}"
            for position, name in enumerate(program.evaluations[evaluation.name].sums)
        }
        columns = {**evaluation.columns, "present": evaluation.present}
        rows = counted(evaluation.rows, "row")
        add(f"evaluation of {rows} of {evaluation.name}", evaluation.plan, columns, outputs)
    outputs = dict(zip(planned.epoch.scalars, program.epoch.scalars, strict=True))
    add("end of an epoch", planned.epoch.plan, {}, outputs)
    return graphs


class _Describer:
    """Describes the kernels of one graph."""

    def __init__(
        self,
        plan: Plan,
        names: ValueNames,
        axes: AxisNames,
        origins: Mapping[Node, str],
        parameters: set[str],
        writer: GraphWriter | None,
    ) -> None:
        self._plan, self._names, self._axes = plan, names, axes
        self._origins, self._writer = origins, writer
        self._updates = {f"new {path}" for path in parameters}

    def graph(self, title: str, has_guard: bool) -> GraphDescription:
        number = 0
        levels = []
        for level in self._plan.levels:
            described = []
            for kernel in level:
                number += 1
                described.append(self.kernel(number, kernel))
            levels.append(described)
        guard = self._plan.guard_level if has_guard else None
        return GraphDescription(title, levels, guard, self._plan.arena)

    def kernel(self, number: int, kernel: Kernel) -> KernelDescription:
        stored = self._plan.stored[kernel]
        names = self._axis_names(kernel)
        axes = [
            f"{name} {length}" if name else str(length)
            for name, length in zip(names, kernel.domain, strict=True)
        ]
        flags = list(zip(axes, kernel.reduced, strict=True))
        reduced = " x ".join(axis for axis, is_reduced in flags if is_reduced)
        domain = " x ".join(axis for axis, is_reduced in flags if not is_reduced)
        kind, tile = "loop", ""
        if reduced:
            domain = f"{domain}, over {reduced}" if domain else f"over {reduced}"
        if kernel.special is not None:
            kind = f"special {kernel.special.node.primitive.name}"
        if kernel.contraction is not None:
            kind = "contraction"
            left, right = kernel.contraction.node.inputs
            depth = kernel.contraction.reads[0].view.shape[-1]
            name = self._axes.of(left)[-1] or self._axes.of(right)[-2]
            domain += f", over {f'{name} ' if name else ''}{depth}"
            domain = domain.removeprefix(", ")
            tile = self._tile(kernel.contraction)
        reads: dict[Source, int] = {}
        for _, read in kernel.reads():
            reads[read.source] = reads.get(read.source, 0) + touched_bytes(read)
        results = [self._names.of(op) for op in stored]
        moved = sum(min(size, _bytes_of(source)) for source, size in reads.items())
        return KernelDescription(
            number=number,
            kind=kind,
            domain=domain,
            lines=kernel_lines(kernel, stored, self._names, reduced),
            reads=[self._buffer(source) for source in reads],
            writes=[self._buffer(op) for op in stored],
            subject=self._first_of_all(results),
            flops=sum(_flops(member) for member in kernel.members),
            bytes=moved + sum(_bytes_of(op) for op in stored),
            tile=tile,
            shares=0 if self._writer is None else self._writer.emitted(kernel).shares,
        )

    def _axis_names(self, kernel: Kernel) -> Sequence[str | None]:
        """Return the names of the axes of a kernel's domain, from a value that has them all."""
        values = [(op.node, op.shape) for op in kernel.members if op not in kernel.outer]
        values += [
            (op.node.inputs[0], op.reads[0].view.shape)
            for op in kernel.members
            if op in kernel.outer and op.node.inputs
        ]
        for node, shape in values:
            long = [axis for axis, length in enumerate(shape) if length != 1]
            if node.shape == shape and tuple(shape[axis] for axis in long) == kernel.domain:
                names = self._axes.of(node)
                return [names[axis] for axis in long]
        return [None] * len(kernel.domain)

    def _first_of_all(self, results: Sequence[str]) -> str:
        """Return the name of a result: a parameter's new value, or else one that has a name."""
        named = [name for name in results if not name.startswith(UNNAMED)]
        return next((name for name in named if name in self._updates), [*named, *results][0])

    def _tile(self, product: Contract) -> str:
        if self._writer is None:
            return ""
        blocking = Blocking(product, self._writer.machine)
        tile, lanes = blocking.tile, blocking.lanes
        return f"{counted(tile.rows, 'row')} x {counted(tile.vectors, 'vector')} of {lanes}"

    def _buffer(self, source: Source) -> BufferDescription:
        assert not isinstance(source, Uniform)
        where = _place(self._plan.places.get(source), self._origins)
        name = self._names.of(source)
        return BufferDescription(name, str(source.dtype), source.shape, where)


def _place(place: Place | None, origins: Mapping[Node, str]) -> str:
    if isinstance(place, InArena):
        return f"arena+{place.offset}"
    if isinstance(place, InConstants):
        return f"constants+{place.offset}"
    if place is None:
        return "no elements"
    assert isinstance(place.key, Node)
    return origins.get(place.key, "state")


def touched_bytes(read: Read) -> int:
    """Return the bytes of the different elements that are read.

    Example:
        >>> import numpy as np
        >>> from pellucid.backends.native.operations import Fixed
        >>> from pellucid.backends.native.views import View
        >>> array = Fixed(np.zeros(10, np.float32))
        >>> touched_bytes(Read(array, View(shape=(4, 3), strides=(0, 2), offset=1)))
        12
    """
    axes = zip(read.view.shape, read.view.strides, strict=True)
    return prod(length for length, stride in axes if stride) * read.dtype.itemsize


def _flops(op: Operation) -> int:
    """Return the operations of a member; a copy has the node that it copies, and none."""
    if isinstance(op, Map) and op.expression.operation == "argument":
        return 0
    return op.node.primitive.flops(op.node)


def _bytes_of(value: Source | Node) -> int:
    if isinstance(value, Uniform):
        return 0
    return bytes_of(value.shape, value.dtype)
