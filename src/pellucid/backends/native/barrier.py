"""The barrier at which the threads of a team wait for each other, written into compiled code.

Receives the function that is being written; gives it a call of the barrier, which the module has
once. Each thread has a flag, the number of the last barrier that it came to, and waits until all
flags are there. Waiting costs little where every thread has a core, and where it has none: a thread
looks for as long as falling asleep and waking would take (Karlin, Li, Manasse, Owicki, "Empirical
studies of competitive spinning for a shared-memory multiprocessor", SOSP 1991), and then sleeps
until the one that it waits for has come, so that its core is free for that one.
"""

from __future__ import annotations

import platform
import sys
from typing import Any

import numpy as np

from pellucid.backends.native.text import Function, Value

Array = np.ndarray[Any, Any]

_FLAG_BYTES = 128
"""Two cache lines, as processors fetch lines in pairs."""
_SLEEPERS = 64
"""Where in a flag's bytes the number of threads stands that sleep until the flag changes."""
_LOOKS = 72
"""Where in the first flag's bytes the number of looks stands after which a thread stands back."""
_LOOKS_ALONE = 1000
"""Looks where each thread has a core: some 20 microseconds, as long as waking takes."""
_LOOKS_SHARED = 50
"""Where threads share cores, or cannot sleep: the one that is late may need this one's core."""
_SYSTEM_CALLS = {"x86_64": 202, "aarch64": 98, "riscv64": 98}
"""Linux's number of `futex`, by machine."""
_WAIT, _WAKE = 128, 129
"""Its operations, among the threads of one process."""
_ALL = 2**31 - 1


def flags_bytes(threads: int) -> int:
    """Return the bytes of the flags of a barrier, which `lower_flags` makes ready for a team."""
    return threads * _FLAG_BYTES


def lower_flags(flags: Array, is_shared: bool) -> None:
    """Make the flags ready for a team.

    Args:
        flags: uint8 (`flags_bytes(threads)`,).
        is_shared: whether there are more threads than cores for them.
    """
    flags[:] = 0
    looks = _LOOKS_SHARED if is_shared or _futex() is None else _LOOKS_ALONE
    flags[_LOOKS : _LOOKS + 8].view(np.int64)[0] = looks


def emit_barrier(f: Function, flags: Value, turn: Value) -> None:
    """Write a barrier: no thread goes on before all have come, with all that they wrote.

    Args:
        f: a function with arguments `thread` and `threads`.
        flags: the address of `flags_bytes(threads)` lowered flags, at a multiple of 128.
        turn: 1 at the first barrier that uses the flags, and one more at each.
    """
    arguments = [flags, turn, f.argument("thread"), f.argument("threads")]
    signature = [("flags", "ptr"), ("turn", "i64"), ("thread", "i64"), ("threads", "i64")]
    barrier = Function(f.module, signature)
    barrier.when(
        barrier.compare("icmp ugt", barrier.argument("threads"), barrier.constant(1, "i64")),
        lambda: _emit_meeting(barrier),
    )
    f.call_function(f.module.close(barrier, "barrier"), *arguments)


def _emit_meeting(f: Function) -> None:
    """Write that a thread raises its own flag to the turn and waits for all others' to be there."""
    flags, turn = f.argument("flags"), f.argument("turn")
    own = f.at(flags, f.mul(f.argument("thread"), _FLAG_BYTES))
    # In one order with what sleepers do: either it is seen here that one sleeps, or that one sees
    # the flag as it is now and does not fall asleep.
    f.emit(f"store atomic i64 {turn.name}, ptr {own.name} seq_cst, align 8")
    if _futex() is not None:
        _emit_waking(f, own)

    most = f.load("i64", flags, _LOOKS)

    def wait_for(thread: Value | int, _: list[Value]) -> None:
        flag = f.at(flags, f.mul(thread, _FLAG_BYTES))
        looks = f.reserve(8, align=8)
        f.store(f.constant(0, "i64"), looks)

        def look() -> Value:
            seen = f.op(f"load atomic i64, ptr {flag.name} acquire, align 8", "i64")
            late = f.compare("icmp ult", seen, turn)
            f.when(late, lambda: _emit_pause(f, looks, most, flag, seen))
            return late

        f.loop_while(look)

    f.loop(0, f.argument("threads"), 1, wait_for)


def _emit_pause(f: Function, looks: Value, most: Value, flag: Value, seen: Value) -> None:
    """Write a short rest; after many of them the thread sleeps, or lets others have its core."""
    count = f.load("i64", looks)
    f.store(f.index(f.add(count, 1)), looks)

    def stand_back() -> None:
        if _futex() is not None:
            _emit_sleep(f, flag, seen)
        else:
            f.call("i32", "SwitchToThread" if sys.platform == "win32" else "sched_yield")

    f.when(f.compare("icmp uge", count, most), stand_back, lambda: _emit_relaxing(f))


def _emit_relaxing(f: Function) -> None:
    """Write the processor's instruction for a thread that waits."""
    if platform.machine().lower() in ("x86_64", "amd64", "i686", "x86"):
        f.call("void", "llvm.x86.sse2.pause")
    elif platform.machine().lower() in ("aarch64", "arm64"):
        # `yield` takes no time on most of these processors, and `isb` about as long as `pause`.
        f.call("void", "llvm.aarch64.isb", f.constant(15, "i32"))


def _emit_sleep(f: Function, flag: Value, seen: Value) -> None:
    """Write that the thread sleeps until a flag is no longer what it was seen to be."""
    sleepers = f.at(flag, _SLEEPERS)
    f.op(f"atomicrmw add ptr {sleepers.name}, i64 1 seq_cst, align 8", "i64")
    _emit_futex(f, flag, _WAIT, f.op(f"and i64 {seen.name}, {2**32 - 1}", "i64"))
    f.op(f"atomicrmw sub ptr {sleepers.name}, i64 1 seq_cst, align 8", "i64")


def _emit_waking(f: Function, own: Value) -> None:
    """Write that all are woken that sleep until a thread's own flag changes."""
    sleepers = f.at(own, _SLEEPERS)
    count = f.op(f"load atomic i64, ptr {sleepers.name} seq_cst, align 8", "i64")
    f.when(
        f.compare("icmp ne", count, f.constant(0, "i64")),
        lambda: _emit_futex(f, own, _WAKE, f.constant(_ALL, "i64")),
    )


def _emit_futex(f: Function, flag: Value, operation: int, number: Value) -> None:
    """Write a call of Linux's `futex` on the lower half of a flag, which comes first."""
    kind = f.constant(_futex() or 0, "i64")
    no_limit = f.constant(0, "i64")
    f.call("i64", "syscall", kind, flag, f.constant(operation, "i64"), number, no_limit)


def _futex() -> int | None:
    """Return the number of the system call by which threads sleep, where it is known."""
    return _SYSTEM_CALLS.get(platform.machine()) if sys.platform == "linux" else None
