"""The code of a run program: the whole of training as one function.

    void @run(ptr %frame, i64 %thread, i64 %threads)

    while thread 0 decides to go on:                                        barrier
        rows of the batch, copied side by side                              barrier
        step graph up to its guard; where the guard is False, stop
        the rest of the step graph, which writes the state
        thread 0 records the step's scalars
        if the epoch is complete:
            for each chunk of each evaluation: its graph; thread 0 adds up  barrier
            epoch graph; thread 0 records the epoch's scalars

Nothing is decided by a value that another thread may be changing: thread 0 decides, and all others
read its decision behind a barrier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import prod

from pellucid.backends.native.element_types import memory_type
from pellucid.backends.native.graph_code import (
    FAULT_BYTES,
    GraphWriter,
    Header,
    barrier,
    own_frame,
)
from pellucid.backends.native.operations import Leaf, Operation
from pellucid.backends.native.plan import InArena, Plan
from pellucid.backends.native.sizes import WORD
from pellucid.backends.native.special import emit_copy_rows, emit_rows
from pellucid.backends.native.text import Function, Value
from pellucid.dtypes import DType, is_float
from pellucid.graph.node import Node
from pellucid.graph.program import STEP, STOP

AHEAD = 512
"""The rows of so many positions are found at once, where batches are smaller."""


class Word(IntEnum):
    """The words of a program's frame that come after those of a graph."""

    CONTROL = 6
    ORDER = 7
    ROWS = 8
    UNTIL = 9
    BATCH_SIZE = 10
    STEPS_PER_EPOCH = 11
    STEP_RECORD = 12
    EPOCH_RECORD = 13
    STEP_ROOM = 14
    EPOCH_ROOM = 15
    SHARED = 16
    LAST_STEP = 17
    LAST_EPOCH = 18


class Shared(IntEnum):
    """The words that all threads share."""

    DECISION = 0
    STEPS = 1
    EPOCHS = 2


class Decision(IntEnum):
    """Why the program comes back; 0 is to go on."""

    GO_ON = 0
    REACHED = 1
    STOPPED = 2
    PAUSED = 3
    NONFINITE = 4
    FAULT = 5
    RECORD_FULL = 6


@dataclass(frozen=True)
class PlannedStep:
    """A step graph: its rows, columns by name, plan, and the positions of what is recorded."""

    rows: int
    columns: Mapping[str, Node]
    plan: Plan
    scalars: Sequence[int]
    guard: int | None


@dataclass(frozen=True)
class PlannedEvaluation:
    """An evaluation graph: its data set, chunk, columns, plan, and where its sums are added up."""

    name: str
    rows: int
    columns: Mapping[str, Node]
    present: Node
    plan: Plan
    totals: Sequence[int]


@dataclass(frozen=True)
class PlannedEpoch:
    """The epoch graph: its plan, and the positions of what is recorded."""

    plan: Plan
    scalars: Sequence[int]


class ProgramWriter:
    """Writes the function of a run program.

    Slots of the frame are looked up by key: a leaf of the state or of an evaluation, ("data", set,
    column), ("rows", set), ("padded", set, column), ("ones",), ("totals",).
    """

    def __init__(
        self,
        graphs: GraphWriter,
        state: Mapping[str, Node],
        steps: Sequence[PlannedStep],
        evaluations: Sequence[PlannedEvaluation],
        epoch: PlannedEpoch,
        by_blocks: bool = False,
    ) -> None:
        """Open the function; `by_blocks` says how rows are shuffled."""
        self.by_blocks = by_blocks
        self.graphs, self.module = graphs, graphs.module
        self.lanes = graphs.machine.lanes
        self.state, self.steps, self.evaluations, self.epoch = state, steps, evaluations, epoch
        pointers = [("frame", "ptr"), ("thread", "i64"), ("threads", "i64")]
        self.f = f = Function(self.module, pointers)
        self.turn = f.reserve(WORD, align=8)
        self.f.store(f.index(0), self.turn)
        self.alive = f.reserve(WORD, align=8)
        f.store(f.index(1), self.alive)
        self.block = f.reserve(WORD, align=8)
        f.store(f.index(-1), self.block)
        self.frame = own_frame(f)

    def write(self, name: str) -> None:
        """Write and export it."""
        f = self.f
        whole = self.graphs.watch(f, self.frame, is_detail=False)

        for evaluation in self.evaluations:
            self.graphs.prepare(evaluation.plan)
        for plan in [*(step.plan for step in self.steps), self.epoch.plan]:
            self.graphs.prepare(plan)
            f.call_function(self.graphs.bind(plan), self.frame)

        def turn() -> Value:
            watch = self.graphs.watch(f, self.frame)
            self._alone(self._decide)
            self._barrier()
            watch.lap("decision")
            go = f.compare("icmp eq", self._shared(Shared.DECISION), f.index(0))
            f.when(go, self._step, lambda: f.store(f.index(0), self.alive))
            return f.compare("icmp ne", f.load("i64", self.alive), f.index(0))

        f.loop_while(turn)
        whole.lap("whole")
        self.module.export(f, name)

    # Small parts

    def _word(self, word: int, type_: str = "i64") -> Value:
        return self.f.load(type_, self.frame, WORD * word, align=8)

    def _slot(self, key: object) -> Value:
        return self._word(self.graphs.slots[key], "ptr")

    def _set_slot(self, key: object, pointer: Value) -> None:
        self.f.store(pointer, self.frame, WORD * self.graphs.slots[key], align=8)

    def _shared(self, word: Shared) -> Value:
        return self.f.load("i64", self._word(Word.SHARED, "ptr"), WORD * word)

    def _share(self, word: Shared, value: Value) -> None:
        self.f.store(value, self._word(Word.SHARED, "ptr"), WORD * word)

    def _alone(self, body: Callable[[], object]) -> None:
        first = self.f.compare("icmp eq", self.f.argument("thread"), self.f.index(0))
        self.f.when(first, body)

    def _barrier(self) -> None:
        barrier(self.f, self.frame, self.turn)

    def _run(self, function: str) -> None:
        f = self.f
        team = f.argument("thread"), f.argument("threads")
        f.call_function(function, self.frame, self.turn, *team)

    def _in_arena(self, place: object) -> Value:
        assert isinstance(place, InArena)
        return self.f.at(self._word(Header.ARENA, "ptr"), place.offset)

    def _counter(self, name: str) -> Value:
        return self.f.load("i64", self._slot(self.state[name]))

    # One turn of the loop

    def _decide(self) -> None:
        """Store whether to go on, or why not. A later line wins over those before it."""
        f = self.f
        decision = f.index(Decision.GO_ON)

        def if_so(condition: Value, reason: Decision) -> None:
            nonlocal decision
            decision = f.select(condition, f.index(reason), decision)

        for done, room in ((Shared.STEPS, Word.STEP_ROOM), (Shared.EPOCHS, Word.EPOCH_ROOM)):
            full = f.compare("icmp sge", self._shared(done), self._word(room))
            if_so(full, Decision.RECORD_FULL)
        cells = self._word(Word.CONTROL, "ptr")
        asked = f.op(f"load atomic i64, ptr {cells.name} monotonic, align 8", "i64")
        if_so(f.compare("icmp ne", asked, f.index(0)), Decision.PAUSED)
        reached = f.compare("icmp sge", self._counter(STEP), self._word(Word.UNTIL))
        if_so(reached, Decision.REACHED)
        stop = f.load("i8", self._slot(self.state[STOP]))
        if_so(f.compare("icmp ne", stop, f.constant(0, "i8")), Decision.STOPPED)
        for number in range(len(self.graphs.faults)):
            fault = f.load("i64", self._word(Header.FAULT, "ptr"), FAULT_BYTES * number)
            if_so(f.compare("icmp ne", fault, f.index(0)), Decision.FAULT)
        self._share(Shared.DECISION, decision)

    def _step(self) -> None:
        f = self.f
        step, each = self._counter(STEP), self._word(Word.STEPS_PER_EPOCH)
        epoch, batch = f.index(f.div(step, each)), f.index(f.rem(step, each))
        last = f.compare("icmp eq", f.index(f.add(batch, 1)), each)
        full, short = self.steps[0], self.steps[-1]
        if full is short:
            self._batch(full, epoch, batch)
        else:
            f.when(
                last,
                lambda: self._batch(short, epoch, batch),
                lambda: self._batch(full, epoch, batch),
            )
        alive = f.compare("icmp ne", f.load("i64", self.alive), f.index(0))
        f.when(f.binary("and", alive, last), self._end_epoch)

    def _batch(self, step: PlannedStep, epoch: Value, batch: Value) -> None:
        """Take the rows of a batch and run the step graph on them."""
        f = self.f
        places = {
            source.node: place
            for source, place in step.plan.places.items()
            if isinstance(source, Leaf) and isinstance(place, InArena)
        }
        watch = self.graphs.watch(f, self.frame)
        if places:
            low, high = (f.index(n) for n in f.share(step.rows))
            rows = self._rows(epoch, batch, low, high)
            for column, leaf in step.columns.items():
                if leaf in places:
                    bytes_ = prod(leaf.shape[1:]) * leaf.dtype.itemsize
                    copy = emit_copy_rows(self.module, bytes_, self.lanes)
                    data, target = self._slot(("data", "train", column)), places[leaf]
                    f.call_function(copy, data, rows, self._in_arena(target), low, high)
            watch.lap("rows", step.rows)
            self._barrier()
            watch.lap("barrier", step.rows)
        plan, cut = step.plan, step.plan.guard_level
        if step.guard is None:
            self._run(self.graphs.write(plan, plan.levels, "step"))
            self._after_step(step)
            return
        self._run(self.graphs.write(plan, plan.levels[:cut], "forward"))
        guard = f.load("i8", self._in_arena(plan.places[plan.outputs[step.guard]]))
        sound = f.compare("icmp ne", guard, f.constant(0, "i8"))

        def go_on() -> None:
            self._run(self.graphs.write(plan, plan.levels[cut:], "update"))
            self._after_step(step)

        def give_up() -> None:
            f.store(f.index(0), self.alive)
            self._alone(lambda: self._share(Shared.DECISION, f.index(Decision.NONFINITE)))

        f.when(sound, go_on, give_up)

    def _rows(self, epoch: Value, batch: Value, low: Value, high: Value) -> Value:
        """Find the rows of a batch, or of several small ones at once, and return where they are."""
        f, each = self.f, self.steps[0].rows
        rows, order = self._word(Word.ROWS, "ptr"), self._word(Word.ORDER, "ptr")
        find = emit_rows(self.module, self.lanes, by_blocks=self.by_blocks)
        batches = AHEAD // each
        if batches <= 1:
            f.call_function(find, order, epoch, f.index(f.mul(batch, each)), rows, low, high)
            return rows
        block = f.div(batch, batches)
        key = f.index(f.add(f.mul(epoch, 1 << 32), block))
        first = f.index(f.mul(block, batches * each))

        def refill() -> None:
            f.store(key, self.block)
            left = f.sub(f.load("i64", order), first)
            own = (f.index(n) for n in f.share(f.minimum(left, batches * each)))
            f.call_function(find, order, epoch, first, rows, *own)
            self._barrier()

        f.when(f.compare("icmp ne", key, f.load("i64", self.block)), refill)
        return f.at(rows, f.mul(f.sub(batch, f.mul(block, batches)), each * 4))

    def _after_step(self, step: PlannedStep) -> None:
        def record() -> None:
            self._record(step.plan, step.scalars, Shared.STEPS, Word.STEP_RECORD, Word.LAST_STEP)
            cells = self._word(Word.CONTROL, "ptr")
            self.f.store(self._counter(STEP), cells, WORD)

        watch = self.graphs.watch(self.f, self.frame)
        self._alone(record)
        watch.lap("record")

    def _record(
        self, plan: Plan, scalars: Sequence[int], done: Shared, rows: Word, last: Word
    ) -> None:
        """Write scalars as a row of the record, and where the host sees the last ones."""
        f = self.f
        count = self._shared(done)
        row = f.at(self._word(rows, "ptr"), f.mul(count, WORD * len(scalars)))
        seen = self._word(last, "ptr")
        for column, position in enumerate(scalars):
            op = plan.outputs[position]
            value = self._as_double(self._output(plan, op), op.dtype)
            f.store(value, row, WORD * column)
            f.store(value, seen, WORD * column)
        self._share(done, f.index(f.add(count, 1)))

    def _output(self, plan: Plan, op: Operation) -> Value:
        return self._in_arena(plan.places[op])

    def _as_double(self, pointer: Value, dtype: DType) -> Value:
        f = self.f
        value = f.load(memory_type(dtype), pointer)
        if is_float(dtype):
            return f.convert("fpext", value, "double")
        signed = dtype.kind == "i"
        return f.convert("sitofp" if signed else "uitofp", value, "double")

    # The end of an epoch

    def _end_epoch(self) -> None:
        f = self.f
        # What the first thread records lies in the arena that the next graph writes.
        self._barrier()
        for evaluation in self.evaluations:
            self._evaluate(evaluation)
        self._run(self.graphs.write(self.epoch.plan, self.epoch.plan.levels, "epoch"))

        def record() -> None:
            plan, scalars = self.epoch.plan, self.epoch.scalars
            self._record(plan, scalars, Shared.EPOCHS, Word.EPOCH_RECORD, Word.LAST_EPOCH)
            cells = self._word(Word.CONTROL, "ptr")
            f.store(self._counter("epoch"), cells, 2 * WORD)

        self._alone(record)

    def _evaluate(self, evaluation: PlannedEvaluation) -> None:
        f = self.f
        graph = self.graphs.write(evaluation.plan, evaluation.plan.levels, "evaluation")
        count = self._word(self.graphs.slots["rows", evaluation.name])

        def chunk(start: Value | int, _: list[Value]) -> None:
            there = f.index(f.sub(count, start))
            rows = f.index(evaluation.rows)
            whole = f.compare("icmp sge", there, rows)
            f.when(
                whole,
                lambda: self._whole_chunk(evaluation, start),
                lambda: self._padded_chunk(evaluation, start, there),
            )
            f.call_function(self.graphs.bind(evaluation.plan), self.frame)
            self._run(graph)
            self._alone(lambda: self._add_up(evaluation, start))
            self._barrier()

        f.loop(0, count, evaluation.rows, chunk)

    def _whole_chunk(self, evaluation: PlannedEvaluation, start: Value | int) -> None:
        f = self.f
        for column, leaf in evaluation.columns.items():
            data = self._slot(("data", evaluation.name, column))
            self._set_slot(leaf, f.at(data, f.mul(start, _row_bytes(leaf))))
        self._set_slot(evaluation.present, self._slot(("ones",)))

    def _padded_chunk(
        self, evaluation: PlannedEvaluation, start: Value | int, there: Value
    ) -> None:
        """Copy the rows that are there, and put zeros behind them."""
        f = self.f

        def fill() -> None:
            for column, leaf in evaluation.columns.items():
                data = self._slot(("data", evaluation.name, column))
                target = self._slot(("padded", evaluation.name, column))
                bytes_ = _row_bytes(leaf)
                used = f.mul(there, bytes_)
                source = f.at(data, f.mul(start, bytes_))

                def copy(
                    i: Value | int, _: list[Value], s: Value = source, t: Value = target
                ) -> None:
                    f.store(f.load("i8", s, i), t, i)

                def clear(i: Value | int, _: list[Value], t: Value = target) -> None:
                    f.store(f.constant(0, "i8"), t, i)

                f.loop(0, used, 1, copy)
                f.loop(used, evaluation.rows * bytes_, 1, clear)
            present = self._slot(("padded", evaluation.name))

            def mark(i: Value | int, _: list[Value]) -> None:
                is_there = f.compare("icmp slt", f.index(i), there)
                one, zero = f.constant(1.0, "float"), f.constant(0.0, "float")
                f.store(f.select(is_there, one, zero), present, f.mul(i, 4))

            f.loop(0, evaluation.rows, 1, mark)

        self._alone(fill)
        for column, leaf in evaluation.columns.items():
            self._set_slot(leaf, self._slot(("padded", evaluation.name, column)))
        self._set_slot(evaluation.present, self._slot(("padded", evaluation.name)))
        self._barrier()

    def _add_up(self, evaluation: PlannedEvaluation, start: Value | int) -> None:
        """Add the sums of a chunk to those before; the first chunk begins."""
        f = self.f
        totals = self._slot(("totals",))
        first = f.compare("icmp eq", f.index(start), f.index(0))
        for op, offset in zip(evaluation.plan.outputs, evaluation.totals, strict=True):
            source, target = self._output(evaluation.plan, op), f.at(totals, offset)
            type_, size = memory_type(op.dtype), op.dtype.itemsize

            def add(
                i: Value | int,
                _: list[Value],
                source: Value = source,
                target: Value = target,
                type_: str = type_,
                size: int = size,
                adds: str = "fadd" if is_float(op.dtype) else "add",
            ) -> None:
                value = f.load(type_, source, f.mul(i, size))
                total = f.binary(adds, f.load(type_, target, f.mul(i, size)), value)
                f.store(f.select(first, value, total), target, f.mul(i, size))

            f.loop(0, op.size, 1, add)


def _row_bytes(leaf: Node) -> int:
    return prod(leaf.shape[1:]) * leaf.dtype.itemsize
