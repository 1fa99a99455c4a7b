"""Does independent pieces of work on large arrays at the same time, one thread a core.

NumPy lets other threads run while it computes, so these need no processes of their own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["each_of"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def each_of(
    items: Sequence[Item], work: Callable[[Item], Result], *, together: bool = True
) -> list[Result]:
    """What `work` gives for each of the items, in order; one after another if not `together`.

    The error of the first item that has one is raised, whichever came first.

    >>> each_of([1, 2, 3], lambda number: number * number)
    [1, 4, 9]
    """
    threads = min(len(items), os.cpu_count() or 1)
    if threads < 2 or not together:
        return list(map(work, items))
    pool = ThreadPoolExecutor(threads)
    try:
        return list(pool.map(work, items))
    finally:
        pool.shutdown(cancel_futures=True)
