"""How much memory a piece of work takes at its height."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


class Peak:
    """What was measured.

    Attributes:
        bytes: by how much the resident memory rose at its height; None where this is not known.
    """

    bytes: int | None = None


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure what happens in the block: the peak above the resident memory at its start.

    Memory that earlier work gave back to the allocator, and not to the system, is not seen when it
    is used again, so that this is a lower bound.
    """
    gc.collect()
    peak = Peak()
    try:
        _CLEAR.write_text(_RESET_PEAK)
        before = _read("VmRSS")
    except OSError:
        yield peak
        return
    yield peak
    peak.bytes = max(0, _read("VmHWM") - before)


def _read(field: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise OSError(f"the system does not tell {field}")
