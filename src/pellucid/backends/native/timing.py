"""The time that each kernel of a run program takes, measured by running it with clocks.

The first thread's times are told. Of several rounds the fastest counts, as other work of the
machine only ever adds to it. Reading the clock takes some nanoseconds, which are part of every
line; `measure_program` gives the time of a step without these clocks, too.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pellucid.backends.base import Array, DataSet
from pellucid.backends.native.describing import describe_graphs
from pellucid.backends.native.description import KernelDescription, Line, counted
from pellucid.backends.native.executable import NativeExecutable
from pellucid.backends.native.machine import Machine
from pellucid.backends.native.profile import Profile
from pellucid.errors import ExecutionError
from pellucid.graph.program import RunProgram

BETWEEN = "between the graphs"
WAITING = "waiting"
ROUNDS = 5
MOST_ROUNDS = 50
ENOUGH = 1.0
"""The seconds after which no more rounds begin, once there are a few."""
SECONDS = 0.2
"""What a round should take, if it is not told how many steps to do."""


class Timing(NamedTuple):
    """What one part of a program takes.

    Attributes:
        graph: the title of its graph.
        level: the number of its level in the graph, from 1; 0 where there is none.
        what: the kernel, or what is done around kernels.
        microseconds: on average for each step of the run.
        times: how often it is done for each step of the run.
        kernel: its description, None for what is no kernel.
    """

    graph: str
    level: int
    what: str
    microseconds: float
    times: float
    kernel: KernelDescription | None = None


@dataclass(frozen=True)
class Measurement:
    """Where the time of a run goes.

    Attributes:
        timings: the parts of the run in the order of the program.
        steps: how many were run.
        microseconds: of a step, with all that belongs to it.
        without_clocks: the same in the code that has no clocks.
        threads: how many ran.
    """

    timings: list[Timing]
    steps: int
    microseconds: float
    without_clocks: float
    threads: int

    def lines(self) -> Iterator[Line]:
        """Give its lines: for each graph its kernels, those that take longest first."""
        who = "" if self.threads == 1 else f"; the first of {self.threads} threads"
        yield "graph", f"where the time goes: {self.microseconds:,.2f} us a step{who}"
        yield (
            "cost",
            f"without the clocks {self.without_clocks:,.2f} us; the fastest of several rounds of "
            f"{counted(self.steps, 'step')}",
        )
        for graph in dict.fromkeys(timing.graph for timing in self.timings):
            parts = _summed([timing for timing in self.timings if timing.graph == graph])
            whole = sum(part.microseconds for part in parts)
            yield "level", f"{graph}: {self._time(whole).strip()}"
            for part in sorted(parts, key=lambda part: -part.microseconds):
                kind = "code" if part.kernel is not None else "cost"
                yield kind, f"{self._time(part.microseconds)} {_rate(part)}  {part.what}"

    def _time(self, microseconds: float) -> str:
        share = 100 * microseconds / self.microseconds
        return f"{microseconds:11,.3f} us {share:5.1f} %"


def _summed(timings: Sequence[Timing]) -> list[Timing]:
    """Return the parts of a graph with all barriers as one."""
    parts = [timing for timing in timings if timing.what != WAITING]
    waits = [timing for timing in timings if timing.what == WAITING]
    if waits:
        seconds, times = sum(w.microseconds for w in waits), sum(w.times for w in waits)
        what = f"waiting for each other, {times:,.4g} times a step"
        parts.append(Timing(waits[0].graph, 0, f"     {what}", seconds, times))
    return parts


def _rate(part: Timing) -> str:
    """Return how much a kernel does in a second."""
    if part.kernel is None or not part.kernel.flops or not part.microseconds:
        return " " * 13
    return f"{part.kernel.flops * part.times / part.microseconds / 1000:6.1f} GFLOP/s"


def measure_program(
    program: RunProgram,
    state: Mapping[str, Array],
    data: Mapping[str, DataSet],
    machine: Machine,
    threads: int = 0,
    steps: int = 0,
) -> Measurement:
    """Run steps of a program with clocks, and return where the time goes.

    Args:
        program: what to run.
        state: from which each round starts.
        data: as `Executable.run` takes it.
        machine: for which to compile.
        threads: how many; 0 lets the amount of work decide.
        steps: of a round; 0 chooses whole epochs that take a moment.

    Raises:
        ExecutionError: the first step cannot be done, as its loss is not finite.
    """
    timed = [_Timed(program, machine, threads, has_details) for has_details in (False, True)]
    plain, detailed = timed
    if not steps:
        steps = _choose_steps(program, plain.executable, state, data)
    begun, rounds = time.perf_counter(), 0
    while rounds < ROUNDS or (time.perf_counter() - begun < ENOUGH and rounds < MOST_ROUNDS):
        rounds += 1
        for one in timed:
            done = one.run(state, data, steps)
    return Measurement(
        timings=_named(program, detailed.profile, detailed.best, done),
        steps=done,
        microseconds=1e6 * detailed.whole / done,
        without_clocks=1e6 * plain.whole / done,
        threads=detailed.profile.threads,
    )


class _Timed:
    """A program with clocks, and the times of its fastest run."""

    def __init__(
        self, program: RunProgram, machine: Machine, threads: int, has_details: bool
    ) -> None:
        self.profile = Profile(program, has_details)
        self.executable = NativeExecutable(program, machine, threads, profile=self.profile)
        self.best: dict[Hashable, tuple[float, int]] = {}

    @property
    def whole(self) -> float:
        """The seconds of the fastest run."""
        return self.best["whole",][0]

    def run(self, state: Mapping[str, Array], data: Mapping[str, DataSet], steps: int) -> int:
        """Run a round, and return how many steps it did."""
        done = _steps_done(self.executable, state, data, steps)
        times = self.profile.times()
        if not self.best or times["whole",][0] < self.whole:
            self.best = times
        return done


def _choose_steps(
    program: RunProgram,
    executable: NativeExecutable,
    state: Mapping[str, Array],
    data: Mapping[str, DataSet],
) -> int:
    """Return steps for a round: whole epochs, unless one takes too long."""
    steps, done, seconds = 1, 1, 0.0
    while seconds < SECONDS / 4 and done == steps:
        steps *= 4
        begun = time.perf_counter()
        done = _steps_done(executable, state, data, steps)
        seconds = time.perf_counter() - begun
    fitting = max(1, int(SECONDS * done / seconds))
    each = program.order.steps_per_epoch
    return -(-fitting // each) * each if each <= 5 * fitting else fitting


def _steps_done(
    executable: NativeExecutable,
    state: Mapping[str, Array],
    data: Mapping[str, DataSet],
    steps: int,
) -> int:
    """Run, and return how many steps were done: a run may stop early."""
    segment = executable.run(state, data, steps)
    done = max((len(column) for column in segment.record.steps.values()), default=steps)
    if not done:
        raise ExecutionError(
            "nothing can be timed: the loss of the first step is not finite; look at the data, or "
            "use a lower learning rate"
        )
    return done


def _named(
    program: RunProgram,
    profile: Profile,
    times: Mapping[Hashable, tuple[float, int]],
    steps: int,
) -> list[Timing]:
    """Return what was timed, in the order of the program, with names."""
    result: list[Timing] = []

    def add(
        graph: str, level: int, what: str, key: Hashable, kernel: KernelDescription | None = None
    ) -> None:
        if key in times:
            seconds, count = times[key]
            result.append(Timing(graph, level, what, 1e6 * seconds / steps, count / steps, kernel))

    planned = profile.planned
    rows = {id(step.plan): step.rows for step in planned.steps}
    for graph, plan in zip(describe_graphs(program, planned), planned.plans, strict=True):
        if id(plan) in rows:
            add(graph.title, 0, "     taking the rows of the batch", ("rows", rows[id(plan)]))
            add(graph.title, 0, WAITING, ("barrier", rows[id(plan)]))
        for level, (described, kernels) in enumerate(
            zip(graph.levels, plan.levels, strict=True), start=1
        ):
            for kernel, key in zip(described, kernels, strict=True):
                add(graph.title, level, kernel.brief, (key,), kernel)
            add(graph.title, level, WAITING, ("barrier", kernels[0]))
    add(BETWEEN, 0, "     recording the step", ("record",))
    add(BETWEEN, 0, "     deciding to go on", ("decision",))
    whole, runs = times["whole",]
    known = sum(timing.microseconds for timing in result)
    rest = max(0.0, 1e6 * whole / steps - known)
    result.append(Timing(BETWEEN, 0, "     all else", rest, runs / steps))
    return result
