"""Clocks in compiled code: where the time of a run goes.

Clocks are handed to the writers of code. With them, each thread reads the processor's clock after
each kernel and each barrier, and adds the ticks that have passed to a row of numbers of its own:

    row = for each mark its ticks, and how often they were added

Without them, the same writers leave no trace of clocks in the code.
"""

from __future__ import annotations

import platform
from collections.abc import Hashable, Sequence

from pellucid.backends.native.text import Function, Value

MARK_BYTES = 16


class Clocks:
    """What is timed, by key: the whole of a program, its kernels and barriers, what is around them.

    Attributes:
        has_details: whether anything but the whole is timed.
    """

    def __init__(self, has_details: bool = True) -> None:
        """Start with nothing."""
        self.has_details = has_details
        self._numbers: dict[Hashable, int] = {}

    @property
    def marks(self) -> Sequence[Hashable]:
        """The keys, in the order of their numbers."""
        return list(self._numbers)

    def number(self, key: Hashable) -> int:
        """Return the number of a mark."""
        return self._numbers.setdefault(key, len(self._numbers))


class Watch:
    """Measures a function while it is written; without clocks it writes nothing."""

    def __init__(self, f: Function, clocks: Clocks | None, row: Value | None) -> None:
        """Begin to measure; `row` is where the thread's numbers lie."""
        self._f, self._clocks, self._row = f, clocks, row
        if clocks is not None:
            self._since = read_clock(f)

    def lap(self, *key: Hashable) -> None:
        """Add the ticks since the last lap to a mark."""
        if self._clocks is None or self._row is None:
            return
        f, now = self._f, read_clock(self._f)
        place = MARK_BYTES * self._clocks.number(key)
        ticks = f.load("i64", self._row, place)
        passed = f.sub(now, self._since)
        f.store(f.index(f.add(ticks, passed)), self._row, place)
        times = f.load("i64", self._row, place + MARK_BYTES // 2)
        f.store(f.index(f.add(times, 1)), self._row, place + MARK_BYTES // 2)
        self._since = now


def read_clock(f: Function) -> Value:
    """Return the clock of the processor, in ticks, when all before is done.

    LLVM has two clocks: programs may read the cycles of x86, but those of ARM are the system's own.
    """
    machine = platform.machine().lower()
    if machine in ("x86_64", "amd64", "i686", "x86"):
        f.call("void", "llvm.x86.sse2.lfence")
    is_arm = machine in ("aarch64", "arm64")
    return f.call("i64", "llvm.readsteadycounter" if is_arm else "llvm.readcyclecounter")
