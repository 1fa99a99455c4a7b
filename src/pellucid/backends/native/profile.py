"""The time that each part of a run program takes: code with clocks, and what they show.

Receives a program; `NativeExecutable` compiles and runs it with the profile. The numbers are those
of the run that came last, one row a thread.
"""

from __future__ import annotations

import time
from collections.abc import Hashable
from functools import cache
from typing import Any

import numpy as np

from pellucid.backends.native.artifact import Artifact
from pellucid.backends.native.clocks import MARK_BYTES, Clocks, read_clock
from pellucid.backends.native.compiler import build_artifact, plan_program, write_program
from pellucid.backends.native.frame import ALIGNMENT, Frames, aligned
from pellucid.backends.native.graph_code import Header
from pellucid.backends.native.machine import Machine
from pellucid.backends.native.object_code import Library, build
from pellucid.backends.native.sizes import rounded_up
from pellucid.backends.native.text import Function, Module
from pellucid.graph.program import RunProgram

Array = np.ndarray[Any, Any]
CALIBRATION = 0.02
"""The seconds in which the processor's clock is compared with the system's."""


class Profile:
    """A planned program that is compiled with clocks, and the times that they showed.

    Attributes:
        planned: the program in kernels, to which the keys of times belong.
    """

    def __init__(self, program: RunProgram, has_details: bool = True, fuse: bool = True) -> None:
        """Plan the program; without details nothing but the whole of a run is timed."""
        self.planned = plan_program(program, fuse)
        self._clocks = Clocks(has_details)
        self._rows: Array = np.zeros((1, 0), np.int64)

    def compile(self, machine: Machine) -> Artifact:
        """Return the code, with clocks."""
        self._clocks = Clocks(self._clocks.has_details)
        self._seconds_per_tick = seconds_per_tick(machine)
        module, writer = write_program(self.planned, machine, self._clocks)
        return build_artifact(self.planned, module, writer)

    def begin(self, frames: Frames, threads: int) -> None:
        """Let the threads of a run add up their times, from 0."""
        width = rounded_up(MARK_BYTES * len(self._clocks.marks), ALIGNMENT)
        rows = aligned(width * threads, zeroed=True)
        self._rows = rows.view(np.int64).reshape(threads, -1)
        frames.point_each(Header.CLOCKS, self._rows)

    @property
    def threads(self) -> int:
        """How many threads the last run had."""
        return len(self._rows)

    def times(self, thread: int = 0) -> dict[Hashable, tuple[float, int]]:
        """Return for each key its seconds in the last run, and how often it was timed."""
        row = self._rows[thread]
        return {
            key: (float(row[2 * i]) * self._seconds_per_tick, int(row[2 * i + 1]))
            for i, key in enumerate(self._clocks.marks)
        }


@cache
def seconds_per_tick(machine: Machine) -> float:
    """Return how long a tick of the processor's clock is: measured, in a fiftieth of a second."""
    module = Module()
    f = Function(module, [("target", "ptr")])
    f.store(read_clock(f), f.argument("target"))
    module.export(f, "clock")
    look = Library([build(module.text(), machine)], machine).function("clock", 1)
    ticks = np.zeros(2, np.int64)
    seconds = []
    for position in range(2):
        look(ticks.ctypes.data + 8 * position)
        seconds.append(time.perf_counter())
        time.sleep(CALIBRATION * (1 - position))
    return (seconds[1] - seconds[0]) / max(int(ticks[1] - ticks[0]), 1)
