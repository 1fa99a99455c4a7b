"""The code of a planned graph: its kernels, called in order, with barriers between levels.

Each thread has a frame, a row of addresses and numbers of 8 bytes:

    frame = header (`Header`), slots of leaves and outputs, tables of the kernels
    table = the addresses of a kernel's buffers

A graph is a function (ptr %frame, ptr %turn, i64 %thread, i64 %threads). `turn` counts the barriers
that the thread has passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

from pellucid.backends.native.barrier import emit_barrier
from pellucid.backends.native.clocks import Clocks, Watch
from pellucid.backends.native.contraction import ContractionWriter
from pellucid.backends.native.emitted import Emitted
from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.loops import LoopWriter
from pellucid.backends.native.machine import Machine
from pellucid.backends.native.operations import Operation, Source, Special
from pellucid.backends.native.plan import InArena, InConstants, Plan
from pellucid.backends.native.sizes import WORD
from pellucid.backends.native.special import EMITTERS, scratch_bytes
from pellucid.backends.native.text import Function, Module, Value
from pellucid.graph.node import describe

FAULT_BYTES = 16
_INDEXED = ("gather", "scatter")


class Header(IntEnum):
    """What every frame begins with."""

    ARENA = 0
    CONSTANTS = 1
    WORK = 2
    FAULT = 3
    FLAGS = 4
    STRIDE = 5
    """The bytes from a thread's frame to the next one's."""
    CLOCKS = 31
    """Where the thread adds up times, if the code has clocks."""


SLOTS = 32
"""The first word after the headers of graphs and programs."""


class GraphWriter:
    """Writes the functions of planned graphs into one module."""

    def __init__(
        self,
        module: Module,
        machine: Machine,
        slots: Mapping[Any, int],
        clocks: Clocks | None = None,
    ) -> None:
        """Start.

        Args:
            module: into which everything goes.
            machine: for which.
            slots: the word of the frame that holds the address of a leaf or an output.
            clocks: None writes code without any.
        """
        self.module, self.machine, self.slots = module, machine, slots
        self.clocks = clocks
        self.workspace = 0
        self.words = SLOTS + len(slots)
        self.faults: list[tuple[str, int, str]] = []
        self._emitted: dict[Kernel, tuple[Emitted, int]] = {}

    def prepare(self, plan: Plan) -> None:
        """Write the kernels of a plan, so that all places are known where an index can be wrong."""
        for level in plan.levels:
            for kernel in level:
                self._table(kernel, plan)
                if kernel.special is not None:
                    self._fault(kernel.special, plan)

    def bind(self, plan: Plan) -> str:
        """Write a function (ptr %frame) that fills the tables of addresses of a plan's kernels."""
        f = Function(self.module, [("frame", "ptr")])
        arena = load_word(f, Header.ARENA, "ptr")
        constants = load_word(f, Header.CONSTANTS, "ptr")

        def address(source: Source) -> Value:
            if isinstance(source, Operation) and not source.size:
                return arena  # Nothing is read there.
            place = plan.places[source]
            if isinstance(place, InArena):
                return f.at(arena, place.offset)
            if isinstance(place, InConstants):
                return f.at(constants, place.offset)
            return load_word(f, self.slots[place.key], "ptr")

        for level in plan.levels:
            for kernel in level:
                emitted, table = self._table(kernel, plan)
                for position, source in enumerate(emitted.buffers):
                    place = WORD * (table + position)
                    f.store(address(source), f.argument("frame"), place, align=8)
        return self.module.close(f, "bind", is_hot=False)

    def write(self, plan: Plan, levels: Sequence[Sequence[Kernel]], stem: str) -> str:
        """Write a function that runs some levels of a plan, each ended by a barrier."""
        f = open_graph_function(self.module)
        watch = self.watch(f, f.argument("frame"))
        for level in levels:
            for kernel in level:
                self._call(f, plan, kernel)
                watch.lap(kernel)
            if level:
                barrier(f, f.argument("frame"), f.argument("turn"))
                watch.lap("barrier", level[0])
        return self.module.close(f, stem)

    def watch(self, f: Function, frame: Value, is_detail: bool = True) -> Watch:
        """Begin to measure a function, if there are clocks for it."""
        if self.clocks is None or is_detail > self.clocks.has_details:
            return Watch(f, None, None)
        return Watch(f, self.clocks, f.load("ptr", frame, WORD * Header.CLOCKS, align=8))

    def emitted(self, kernel: Kernel) -> Emitted:
        """Return the function of a kernel that was written."""
        return self._emitted[kernel][0]

    def _table(self, kernel: Kernel, plan: Plan) -> tuple[Emitted, int]:
        """Return a kernel's function, and the word of the frame where its addresses begin."""
        if kernel not in self._emitted:
            emitted = self.emit(kernel, plan)
            self._emitted[kernel] = emitted, self.words
            self.words += len(emitted.buffers)
        return self._emitted[kernel]

    def _call(self, f: Function, plan: Plan, kernel: Kernel) -> None:
        emitted, table = self._table(kernel, plan)
        team = f.argument("thread"), f.argument("threads")
        if kernel.special is not None:
            pointers = [load_word(f, table + i, "ptr") for i in range(len(emitted.buffers))]
            if kernel.special.node.primitive.name == "argsort":
                # Sorting counts from the scratch memory of the first thread.
                before = f.mul(f.argument("thread"), -emitted.workspace)
                pointers.append(f.at(load_word(f, Header.WORK, "ptr"), before))
            fault = load_word(f, Header.FAULT, "ptr")
            pointers.append(f.at(fault, FAULT_BYTES * self._fault(kernel.special, plan)))
            f.call_function(emitted.name, *pointers, *team)
            return
        pointers = [f.at(f.argument("frame"), WORD * table)]
        if kernel.contraction is not None:
            pointers.append(load_word(f, Header.WORK, "ptr"))
        f.call_function(emitted.name, *pointers, *team)

    def _fault(self, op: Special, plan: Plan) -> int:
        """Return the number of the place where a special operation says that an index is wrong."""
        name = op.node.primitive.name
        if name not in _INDEXED:
            return 0
        length = op.node.inputs[0].shape[op.node.attributes["axis"]]
        if op.node.name is not None:
            place = f" of {describe(op.node)}"
        else:
            user = plan.named_users.get(op.node)
            place = "" if user is None else f", on the way to {describe(user)}"
        fault = name, length, place
        if fault not in self.faults:
            self.faults.append(fault)
        return self.faults.index(fault)

    def emit(self, kernel: Kernel, plan: Plan) -> Emitted:
        """Write a kernel."""
        stored = plan.stored[kernel]
        if kernel.special is not None:
            op = kernel.special
            name = EMITTERS[op.node.primitive.name](self.module, op.node, self.machine.lanes)
            scratch = scratch_bytes(op.node, 1) if op.node.primitive.name == "argsort" else 0
            self.workspace = max(self.workspace, scratch)
            return Emitted(name, (*(read.source for read in op.reads), op), scratch)
        if kernel.contraction is not None:
            emitted = ContractionWriter(self.module, kernel, stored, self.machine).write()
            self.workspace = max(self.workspace, emitted.workspace)
            return emitted
        return LoopWriter(self.module, kernel, stored, self.machine.lanes).write()


def open_graph_function(module: Module) -> Function:
    """Open a function of a frame that a team runs."""
    pointers = [("frame", "ptr"), ("turn", "ptr")]
    return Function(module, [*pointers, ("thread", "i64"), ("threads", "i64")])


def load_word(f: Function, word: int, type_: str) -> Value:
    """Return a word of the frame."""
    return f.load(type_, f.argument("frame"), WORD * word, align=8)


def barrier(f: Function, frame: Value, turn: Value) -> None:
    """Let the threads wait for each other; `turn` is where a thread counts its barriers."""

    def meet() -> None:
        following = f.index(f.add(f.load("i64", turn), 1))
        f.store(following, turn)
        flags = f.load("ptr", frame, WORD * Header.FLAGS, align=8)
        emit_barrier(f, flags, following)

    f.when(f.compare("icmp ugt", f.argument("threads"), Value("1", "i64")), meet)


def own_frame(f: Function) -> Value:
    """Return the frame of a thread: `frame` is that of the first."""
    stride = load_word(f, Header.STRIDE, "i64")
    return f.at(f.argument("frame"), f.mul(stride, f.argument("thread")))
