"""A team of threads that run one compiled function together.

    void @run(ptr %frame, i64 %thread, i64 %threads)

Every thread calls the function with its own number and does its share. Threads are started for the
call and are gone after it, so that a process may fork between calls; ctypes lets other threads of
Python run meanwhile. Inside, the threads meet at barriers (`barrier`).
"""

from __future__ import annotations

import _thread
import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import inf
from pathlib import Path, PurePosixPath

from pellucid.errors import BackendError

Runnable = Callable[[int, int, int], object]
"""Takes the address of the frame, the number of the thread and the number of threads."""

_LOOK = 0.02
"""The seconds after which the calling thread looks for signals that came to another thread."""


def run_team(
    function: Runnable,
    frame_address: int,
    threads: int,
    interruptible: bool = False,
    stop: Callable[[], None] | None = None,
) -> None:
    """Run a function with a team of threads and come back when all of them are done.

    The calling thread only waits, since Python runs handlers of signals there and nowhere else.
    One thread that need not be interrupted is the calling thread itself.

    Args:
        function: does the share of one thread.
        frame_address: its first argument.
        threads: the number of threads.
        interruptible: let handlers of signals run while one thread runs, too.
        stop: asks the function to end soon; called when a handler raises an exception. That
            exception goes on when the team is done, as the team uses the caller's memory.

    Raises:
        BackendError: the threads cannot be started.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if threads == 1 and not (interruptible and in_main):
        function(frame_address, 0, 1)
        return
    errors = _Team(function, frame_address, threads).run(stop)
    if errors:
        raise errors[0]


class _Team:
    """The threads of one call. All of them run, or none does: a barrier would wait for ever."""

    def __init__(self, function: Runnable, frame_address: int, threads: int) -> None:
        self._function = function
        self._frame_address = frame_address
        self._threads = threads
        self._gate = _thread.allocate_lock()
        self._done = [_thread.allocate_lock() for _ in range(threads)]
        self._running = [True] * threads
        self._begun = False
        self._all_started = False
        self._cores: set[int] = set()
        self._errors: list[BaseException] = []

    def run(self, stop: Callable[[], None] | None) -> list[BaseException]:
        """Start the threads, wait for all of them, and return what was raised, first things first.

        A handler of a signal may raise an exception anywhere in here. Then the threads either have
        not begun and never will, or they are waited for.
        """
        asked = stop is None
        while True:
            try:
                if not self._begun:
                    self._start()
                if self._errors and not asked and stop is not None:
                    asked = True
                    stop()
                if self._all_started:
                    self._wait()
                return self._errors
            except BaseException as error:
                self._errors.append(error)

    def _start(self) -> None:
        self._begun = True
        self._gate.acquire()
        try:
            for thread in range(self._threads):
                self._done[thread].acquire()
                _thread.start_new_thread(self._work, (thread,))
            self._all_started = True
        except RuntimeError as error:
            raise BackendError(
                f"{self._threads} threads cannot be started ({error}): ask for fewer"
            ) from error
        finally:
            self._gate.release()

    def _wait(self) -> None:
        for thread, done in enumerate(self._done):
            while self._running[thread]:
                done.acquire(timeout=_LOOK)

    def _work(self, thread: int) -> None:
        try:
            with self._gate:
                pass
            if self._all_started:
                _spread(self._cores, thread)
                self._function(self._frame_address, thread, self._threads)
        except BaseException as error:
            self._errors.append(error)
        finally:
            self._running[thread] = False
            self._done[thread].release()


def _spread(cores: set[int], thread: int) -> None:
    """Leave a core that another thread of the team is on, if there is a free one.

    `cores` are those of the threads before. Threads that are started together often begin on one
    core, and the system takes milliseconds to see it. It stays free to move each of them.
    """
    if sys.platform != "linux" or _current_core is None:
        return
    core: int = _current_core()
    if core in cores:
        allowed = os.sched_getaffinity(0)
        free = sorted(allowed - cores)
        if not free:
            return
        # Several processes that begin together should not all choose the same.
        core = free[(os.getpid() + thread) % len(free)]
        with suppress(OSError):
            os.sched_setaffinity(0, {core})
            os.sched_setaffinity(0, allowed)
    cores.add(core)


_current_core = (
    getattr(ctypes.CDLL(None), "sched_getcpu", None) if sys.platform == "linux" else None
)


def available_threads() -> int:
    """Return how many threads of this process can run at once.

    That is the number of cores, less those that the process may not use, and not more than the
    share of their time that its control group has.
    """
    cores = os.cpu_count() or 1
    if sys.platform == "linux":
        cores = len(os.sched_getaffinity(0))
    return max(1, int(min(cores, _quota())))


def _quota(system: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> float:
    """Return how many cores' time Linux gives to the control groups that the process is in."""
    least = inf
    with suppress(OSError, ValueError):
        for line in own.read_text(encoding="utf-8").splitlines():
            _, controllers, name = line.split(":", 2)
            if controllers and "cpu" not in controllers.split(","):
                continue
            root = system / "cpu" if controllers else system
            group = PurePosixPath(name.lstrip("/"))
            for part in (group, *group.parents):
                least = min(least, *_shares(root / part))
    return least


def _shares(folder: Path) -> Iterator[float]:
    """Give the cores' time that a control group has: version 2's file, then those of version 1."""
    yield inf
    with suppress(OSError, ValueError):
        quota, period = (folder / "cpu.max").read_text(encoding="utf-8").split()
        yield int(quota) / int(period)
    with suppress(OSError, ValueError):
        quota = (folder / "cpu.cfs_quota_us").read_text(encoding="utf-8")
        if int(quota) > 0:
            yield int(quota) / int((folder / "cpu.cfs_period_us").read_text(encoding="utf-8"))
