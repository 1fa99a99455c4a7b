"""The memory that compiled code works in, and the frame through which it finds it."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.backends.native.artifact import Artifact
from pellucid.backends.native.barrier import flags_bytes, lower_flags
from pellucid.backends.native.graph_code import Header
from pellucid.backends.native.sizes import CACHE_LINE, WORD, rounded_up
from pellucid.backends.native.team import available_threads

Array = np.ndarray[Any, Any]
ALIGNMENT = 2 * CACHE_LINE
"""Processors fetch lines in pairs, which threads should not share either."""


def aligned(bytes_: int, zeroed: bool = False) -> Array:
    """Return bytes that begin at a multiple of 128.

    Example:
        >>> aligned(10).ctypes.data % 128, aligned(10).size
        (0, 10)
    """
    make = np.zeros if zeroed else np.empty
    memory = make(bytes_ + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + bytes_]


def aligned_copy(value: Array) -> Array:
    """Return a copy of an array, row by row, that begins at a multiple of 128."""
    value = np.asarray(value)
    copy = aligned(value.nbytes).view(value.dtype).reshape(value.shape)
    copy[...] = value
    return copy


class Frames:
    """A frame for each thread of a team, and the memory that all of them share."""

    def __init__(self, artifact: Artifact, threads: int) -> None:
        """Take the memory that the code needs."""
        self.stride = rounded_up(artifact.words * WORD, ALIGNMENT)
        self._rows = aligned(self.stride * threads, zeroed=True)
        self._words = self._rows.view(np.int64).reshape(threads, -1)
        self._threads, self._address = threads, int(self._rows.ctypes.data)
        self._row = self.stride // WORD
        # A memory view sets a number ten times as fast as an array.
        self._view = self._rows.data.cast("q")
        self._work = rounded_up(artifact.workspace, ALIGNMENT)
        self._kept: list[Array] = []
        self.arena = aligned(artifact.arena)
        self._faults = np.zeros((len(artifact.faults), 2), np.int64)
        self.point(Header.ARENA, self.arena)
        self.point(Header.CONSTANTS, aligned_copy(np.frombuffer(artifact.constants, np.uint8)))
        self.point(Header.FAULT, self._faults)
        self._flags = aligned(flags_bytes(threads))
        self._is_shared = threads > available_threads()
        self.point(Header.FLAGS, self._flags)
        work = aligned(self._work * threads)
        self.point(Header.WORK, work)
        self.set(Header.STRIDE, self.stride)
        self._words[:, Header.WORK] += np.arange(threads) * self._work

    def begin(self) -> int:
        """Make ready for a call, and return where the frame of the first thread lies."""
        if self._threads > 1:
            lower_flags(self._flags, self._is_shared)
        if len(self._faults):
            self._faults[:] = 0
        return self._address

    def faults(self) -> list[list[int]]:
        """Return for each place where an index is used whether one was out of range, and which."""
        found: list[list[int]] = self._faults.tolist()
        return found

    def set(self, word: int, number: int) -> None:
        """Set a word of every frame."""
        for thread in range(self._threads):
            self._view[thread * self._row + word] = number

    def point(self, word: int, array: Array) -> None:
        """Let a word of every frame point at an array, which lives as long as the frames."""
        self._kept.append(array)
        self._words[:, word] = array.ctypes.data

    def point_each(self, word: int, rows: Array) -> None:
        """Let a word of each thread's frame point at a row of its own."""
        self._kept.append(rows)
        self._words[:, word] = [row.ctypes.data for row in rows]
