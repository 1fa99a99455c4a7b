"""Where large arrays lie: in memory, or, beyond a budget, in files that are mapped into it.

A mapped file has no name: it vanishes with the array, also when the process is killed.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import DataError

__all__ = ["Memory", "available_bytes"]

SHARE = 0.25
"""How much of the available memory columns may take before files hold them."""

_UNKNOWN = 4 * 2**30
"""What is taken to be available where the system does not tell."""


class Memory:
    """Gives arrays, in memory while the budget lasts and in mapped files after that.

    `budget` is what it was given in bytes, whatever of it is left.

    >>> Memory(100).zeros((10,), np.float32).nbytes
    40
    """

    def __init__(self, budget: int | None = None) -> None:
        """Give out at most `budget` bytes of memory; by default a quarter of what is available."""
        self.budget = int(SHARE * available_bytes()) if budget is None else budget
        self._left = self.budget

    def zeros(
        self, shape: tuple[int, ...], dtype: npt.DTypeLike, order: str = "C"
    ) -> npt.NDArray[Any]:
        """An array of zeros of the shape and type.

        Raises DataError when it does not fit in memory and no file can be made to hold it.
        """
        element = np.dtype(dtype)
        size = math.prod(shape) * element.itemsize
        if size <= self._left or not size:
            self._left -= size
            return np.zeros(shape, element, order="F" if order == "F" else "C")
        return self._mapped(shape, element, order)

    def hold(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The array itself while the budget lasts, a copy in a mapped file after that.

        >>> Memory(100).hold(np.ones(10)).sum()
        np.float64(10.0)
        """
        if array.nbytes <= self._left:
            self._left -= array.nbytes
            return array
        copy = self._mapped(array.shape, array.dtype, "C")
        copy[...] = array
        return copy

    def _mapped(
        self, shape: tuple[int, ...], element: np.dtype[Any], order: str
    ) -> npt.NDArray[Any]:
        size = math.prod(shape) * element.itemsize
        if not size:
            return np.zeros(shape, element)
        try:
            with tempfile.TemporaryFile() as file:
                # Blocks are taken now, so that a full disk is an error here, not a signal later.
                os.posix_fallocate(file.fileno(), 0, size)
                return np.memmap(
                    file, element, "r+", shape=shape, order="F" if order == "F" else "C"
                )
        except OSError as error:
            raise DataError(
                f"{size / 1e9:.1f} GB are needed for the table, more than memory allows, and no "
                f"file in {tempfile.gettempdir()} can hold them: {error.strerror}. "
                "TMPDIR names another folder"
            ) from None


def available_bytes() -> int:
    """The memory that can be had without swapping, in bytes: of the machine, or of a container."""
    return min([_free_in_machine(), *free_in_groups()])


def _free_in_machine() -> int:
    try:
        entries = dict(line.split(":", 1) for line in _lines(Path("/proc/meminfo")))
        return 1024 * int(entries["MemAvailable"].split()[0])
    except (OSError, ValueError, KeyError):
        return _UNKNOWN


def free_in_groups(
    membership: Path = Path("/proc/self/cgroup"), mounted: Path = Path("/sys/fs/cgroup")
) -> Iterator[int]:
    """What each control group that limits this process leaves it, in bytes; Linux only.

    Source: the kernel's documents on control groups, version 1 ("memory") and version 2.
    """
    try:
        memberships = _lines(membership)
    except OSError:
        return
    for line in memberships:
        controllers, _, path = line.partition(":")[2].partition(":")
        if not controllers:
            root, limit, usage, cache = mounted, "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            root, cache = mounted / "memory", "total_inactive_file"
            limit, usage = "memory.limit_in_bytes", "memory.usage_in_bytes"
        else:
            continue
        group = root / path.lstrip("/")
        for folder in (group, *group.parents):
            try:
                most, used = (int(_lines(folder / name)[0]) for name in (limit, usage))
                entries = dict(line.split() for line in _lines(folder / "memory.stat"))
                # What of the files' cache was not used lately goes when memory is wanted.
                yield max(0, most - used + int(entries.get(cache, 0)))
            except (OSError, ValueError, IndexError):
                # No limit here, or "max".
                pass
            if folder == root:
                break


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
