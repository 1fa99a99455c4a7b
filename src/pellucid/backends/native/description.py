"""A compiled run program in readable form: kernels, what they read and write, what they cost.

Receives a run program and a machine; gives a `Description`, whose text says for each graph and each
level the kernels. The code is made as for a run, past the disk cache, so that its size and the time
that it took can be told.
"""

from __future__ import annotations

import re
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from pellucid.backends.native.artifact import Artifact
from pellucid.backends.native.axis_names import AxisNames
from pellucid.backends.native.compiler import (
    PlannedProgram,
    build_program,
    plan_program,
    write_program,
)
from pellucid.backends.native.contraction import ContractionWriter
from pellucid.backends.native.executable import threads_for
from pellucid.backends.native.expressions import UNNAMED, ValueNames, kernel_lines
from pellucid.backends.native.graph_code import GraphWriter
from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.machine import Machine
from pellucid.backends.native.operations import Map, Operation, Read, Source, Uniform
from pellucid.backends.native.plan import InArena, InConstants, Place, Plan
from pellucid.backends.native.text import Module
from pellucid.graph.node import Node
from pellucid.graph.program import Role, RunProgram
from pellucid.shapes import Shape

WIDTH = 100
HARD_SPACE = "\x00"
"""Stands for a space at which no line is broken."""
Line = tuple[str, str]
"""A kind ("graph", "level", "kernel", "code", "buffers", "cost", "total") and text."""


@dataclass(frozen=True)
class BufferDescription:
    """A value in memory: its name, type and shape, and where it lies."""

    name: str
    dtype: str
    shape: Shape
    place: str

    def __str__(self) -> str:
        """Return it in words."""
        shape = " x ".join(map(str, self.shape))
        return f"{self.name} {self.dtype}[{shape}] {self.place}"


@dataclass(frozen=True)
class KernelDescription:
    """A kernel.

    Attributes:
        number: counted through its graph, from 1.
        kind: "contraction", "loop", or the name of a special primitive.
        domain: its index space, with the names of axes that have one.
        lines: what it computes.
        reads: the buffers that it reads.
        writes: the buffers that it writes.
        flops: operations.
        subject: the name of what it writes first of all.
        bytes: of what it reads and writes, each element once.
        tile: rows and vectors that a contraction holds in registers, in words, else "".
        shares: into how many parts its work can be divided among threads; 0 if that is not known.
    """

    number: int
    kind: str
    domain: str
    lines: Sequence[str]
    reads: Sequence[BufferDescription]
    writes: Sequence[BufferDescription]
    subject: str
    flops: int
    bytes: int
    tile: str
    shares: int

    @property
    def title(self) -> str:
        """The kind and the domain."""
        return f"{self.kind}, {self.domain}" if self.domain else self.kind

    @property
    def brief(self) -> str:
        """The number, the title, and what is written first of all."""
        others = len(self.writes) - 1
        more = f" and {others} more" if others else ""
        return f"{self.number:3}  {self.title}: {self.subject}{more}"

    @property
    def cost(self) -> str:
        """The flops, bytes, tile and shares."""
        parts = [f"{self.flops:,} flops", byte_count(self.bytes)]
        if self.tile:
            parts.append(f"tile {self.tile}")
        if self.shares == 1:
            parts.append("one thread")
        elif self.shares:
            parts.append(f"{self.shares} shares")
        return ", ".join(parts)


@dataclass(frozen=True)
class GraphDescription:
    """A graph.

    Attributes:
        title: what it is, such as "step of 64 rows".
        levels: its kernels; threads meet after each level.
        guard_level: the first level that may write to the state, and None without a guard.
        arena: the bytes of its values.
    """

    title: str
    levels: Sequence[Sequence[KernelDescription]]
    guard_level: int | None
    arena: int

    @property
    def kernels(self) -> list[KernelDescription]:
        """All kernels, in order."""
        return [kernel for level in self.levels for kernel in level]

    @property
    def flops(self) -> int:
        """The operations of all kernels."""
        return sum(kernel.flops for kernel in self.kernels)

    @property
    def bytes(self) -> int:
        """The bytes that all kernels read and write."""
        return sum(kernel.bytes for kernel in self.kernels)

    def lines(self, brief: bool = False) -> Iterator[Line]:
        """Give its lines; `brief` leaves out what kernels compute, read and write."""
        yield (
            "graph",
            f"{self.title}: {counted(len(self.kernels), 'kernel')} in "
            f"{counted(len(self.levels), 'level')}, {self.flops:,} flops, "
            f"{byte_count(self.bytes)} read and written, arena {byte_count(self.arena)}",
        )
        for position, level in enumerate(self.levels):
            behind = ", only if guard is true" if position == self.guard_level else ""
            yield "level", f"level {position + 1}{behind}"
            for kernel in level:
                if brief:
                    yield "kernel", kernel.brief
                    yield "cost", f"       {kernel.cost}"
                    continue
                yield "kernel", f"{kernel.number:3}  {kernel.title}"
                for line in kernel.lines:
                    yield from _wrapped("code", [line], "")
                yield from _wrapped("buffers", list(map(str, kernel.reads)), "reads")
                yield from _wrapped("buffers", list(map(str, kernel.writes)), "writes")
                yield from _wrapped("cost", [kernel.cost], "costs")


@dataclass(frozen=True)
class Description:
    """A compiled run program.

    Attributes:
        graphs: its graphs: steps, evaluations, epoch.
        totals: what can be said of all of it: a word and its value.
    """

    graphs: Sequence[GraphDescription]
    totals: Sequence[tuple[str, str]]

    def lines(self, brief: bool = False) -> Iterator[Line]:
        """Give its lines; `brief` leaves out what kernels compute, read and write."""
        for graph in self.graphs:
            yield from graph.lines(brief)
            yield "cost", ""
        yield "graph", "the whole program"
        width = max(len(word) for word, _ in self.totals)
        for word, value in self.totals:
            yield "total", f"  {word.ljust(width)}  {value}"

    def __str__(self) -> str:
        """Return all of it as text."""
        return "\n".join(text for _, text in self.lines())


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
    artifact = build_program(planned, module, writer)
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
    state = {variable.leaf: variable.name for variable in program.state}
    steps = sorted(program.steps, key=lambda graph: -graph.rows)
    graphs = []

    def add(
        title: str, plan: Plan, columns: Mapping[str, Node], names: Sequence[str], first: int,
        guard: int | None = None,
    ) -> None:  # fmt: skip
        leaves = {**state, **{leaf: name for name, leaf in columns.items()}}
        outputs = {first + position: name for position, name in enumerate(names)}
        if guard is not None:
            outputs[guard] = "guard"
        values = ValueNames(plan, leaves, outputs)
        axes = AxisNames([op.node for op in plan.outputs], columns, parameters)
        describer = _Describer(plan, values, axes, set(columns.values()), set(parameters), writer)
        graphs.append(describer.graph(title, guard is not None))

    for number, (graph, step) in enumerate(zip(steps, planned.steps, strict=True)):
        title = f"{'short step' if number else 'step'} of {step.rows} rows"
        first = step.scalars[0] if step.scalars else 0
        add(title, step.plan, step.columns, list(graph.scalars), first, step.guard)
    for evaluation in planned.evaluations:
        sums = [f"sum of {key}" for key in program.evaluations[evaluation.name].sums]
        title = f"evaluation of {evaluation.rows} rows of {evaluation.name}"
        columns = {**evaluation.columns, "present": evaluation.present}
        add(title, evaluation.plan, columns, sums, 0)
    epoch = planned.epoch
    inputs = {leaf: name for name, leaf in program.epoch.inputs.items()}
    state |= {leaf: f"sum of {name}" for leaf, name in inputs.items()}
    first = epoch.scalars[0] if epoch.scalars else 0
    add("end of an epoch", epoch.plan, {}, list(program.epoch.scalars), first)
    return graphs


class _Describer:
    """Describes the kernels of one graph."""

    def __init__(
        self,
        plan: Plan,
        names: ValueNames,
        axes: AxisNames,
        columns: set[Node],
        parameters: set[str],
        writer: GraphWriter | None,
    ) -> None:
        self._plan, self._names, self._axes = plan, names, axes
        self._columns, self._writer = columns, writer
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
            kind = kernel.special.node.primitive.name
        if kernel.contraction is not None:
            kind = "contraction"
            left, right = kernel.contraction.node.inputs
            depth = kernel.contraction.reads[0].view.shape[-1]
            name = self._axes.of(left)[-1] or self._axes.of(right)[-2]
            domain += f", over {f'{name} ' if name else ''}{depth}"
            domain = domain.removeprefix(", ")
            tile = self._tile(kernel, stored)
        reads: dict[Source, int] = {}
        for _, read in kernel.reads():
            reads[read.source] = reads.get(read.source, 0) + _touched(read)
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

    def _tile(self, kernel: Kernel, stored: Sequence[Operation]) -> str:
        if self._writer is None:
            return ""
        choice = ContractionWriter(Module(), kernel, stored, self._writer.machine)
        tile = choice.tile
        return f"{counted(tile.rows, 'row')} x {counted(tile.vectors, 'vector')} of {choice.lanes}"

    def _buffer(self, source: Source) -> BufferDescription:
        assert not isinstance(source, Uniform)
        where = _place(self._plan.places.get(source), self._columns)
        name = self._names.of(source)
        return BufferDescription(name, str(source.dtype), source.shape, where)


def _place(place: Place | None, columns: set[Node]) -> str:
    if isinstance(place, InArena):
        return f"arena+{place.offset}"
    if isinstance(place, InConstants):
        return f"constants+{place.offset}"
    if place is None:
        return "no elements"
    return "data" if place.key in columns else "state"


def _touched(read: Read) -> int:
    """Return the bytes of the different elements that are read."""
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
    return prod(value.shape) * value.dtype.itemsize


def byte_count(count: int) -> str:
    """Return a number of bytes with the unit that suits.

    Example:
        >>> byte_count(17), byte_count(4096), byte_count(3_250_000)
        ('17 B', '4.1 kB', '3.2 MB')
    """
    if count < 1000:
        return f"{count} B"
    power = next((power for power in (1, 2) if count < 999_950 * 1000 ** (power - 1)), 3)
    return f"{count / 1000**power:.1f} {('kB', 'MB', 'GB')[power - 1]}"


def counted(count: int, noun: str) -> str:
    """Return a number of things.

    Example:
        >>> counted(1, "kernel"), counted(3, "kernel")
        ('1 kernel', '3 kernels')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _wrapped(kind: str, parts: Sequence[str], title: str) -> Iterator[Line]:
    """Give parts in lines that are not too long, behind a title; several parts stay whole."""
    first = f"     {title.ljust(6)} " if title else "     "
    rest = " " * (len(first) if title else 9)
    if len(parts) > 1:
        parts = [part.replace(" ", HARD_SPACE) for part in parts]
    else:
        parts = [re.sub("'[^']*'", lambda m: m[0].replace(" ", HARD_SPACE), p) for p in parts]
    lines = textwrap.wrap(
        ", ".join(parts), WIDTH, initial_indent=first, subsequent_indent=rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    for line in lines:
        yield kind, line.replace(HARD_SPACE, " ")
