"""How much other processes had of our cores while something was timed.

Threads that wait for each other by spinning, as OpenMP's do, become slower by far more than the
share that others take, so that results from a busy machine compare nothing.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

TOLERATED = 0.05
"""The share from which on results carry a warning."""

_STATISTICS = Path("/proc/stat")
_BUSY = (1, 2, 3, 6, 7, 8)
"""Columns of a core's line: user, nice, system, interrupts, soft interrupts, stolen."""


class Disturbance:
    """Counts from its making on.

    Example:
        >>> share = Disturbance().share()
        >>> share is None or 0 <= share
        True
    """

    def __init__(self) -> None:
        """Read the counters."""
        self._start = self._read()

    def share(self) -> float | None:
        """Return the share of our cores' time that went to others; None if it is not known."""
        end = self._read()
        if self._start is None or end is None:
            return None
        wall, busy, own = (b - a for a, b in zip(self._start, end, strict=True))
        return max(0.0, busy - own) / max(wall * len(os.sched_getaffinity(0)), 1e-9)

    def _read(self) -> tuple[float, float, float] | None:
        """Return wall time, busy time of our cores, and time of this process and its children."""
        if not hasattr(os, "sched_getaffinity"):
            return None
        ours = {f"cpu{core}" for core in os.sched_getaffinity(0)}
        try:
            lines = [line.split() for line in _STATISTICS.read_text().splitlines()]
        except OSError:
            return None
        ticks = sum(int(line[i]) for line in lines if line[0] in ours for i in _BUSY)
        return time.perf_counter(), ticks / os.sysconf("SC_CLK_TCK"), sum(os.times()[:4])


def warning(share: float | None) -> str:
    """Return what to say of a share, such as "others had 30 % of the cores"; empty if nothing."""
    if share is None or share <= TOLERATED:
        return ""
    return f"others had {share:.0%} of these cores meanwhile: the times compare nothing"
