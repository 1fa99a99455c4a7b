"""Teams of threads: everybody runs once, nobody passes a barrier early, nothing is left behind."""

from __future__ import annotations

import _thread
import gc
import os
import platform
import signal
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from types import FrameType

import numpy as np
import pytest

from pellucid.backends.base import Array
from pellucid.backends.native import barrier, team
from pellucid.backends.native.barrier import emit_barrier, flags_bytes
from pellucid.backends.native.machine import host_machine, load_llvm
from pellucid.backends.native.object_code import Library, NativeFunction, build
from pellucid.backends.native.team import available_threads, run_team
from pellucid.backends.native.text import Function, Module, Value
from pellucid.errors import BackendError
from tests.patience import PATIENCE

THREADS = [1, 2, 3, 4, 8]
MOST = max(THREADS)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells")

FLAGS = 4096
"""Where the flags begin in a frame; before them are cells of 8 bytes, one cache line each."""


def frame_address(frame: Array) -> int:
    address: int = frame.ctypes.data
    assert address % 128 == 0
    return address


def new_frame() -> Array:
    """Return int64 cells that begin at a multiple of 128 bytes; all are 0."""
    cells = np.zeros((FLAGS + flags_bytes(MOST)) // 8 + 16, np.int64)
    start = -cells.ctypes.data % 128 // 8
    return cells[start:]


@cache
def compiled(write: Callable[[Function], None]) -> NativeFunction:
    """Return the function `run` whose body is written by a function of this module."""
    module = Module()
    f = Function(module, [("frame", "ptr"), ("thread", "i64"), ("threads", "i64")])
    write(f)
    module.export(f, "run")
    machine = host_machine()
    return Library([build(module.text(), machine)], machine).function("run", 3)


def cell(f: Function, number: Value | int) -> Value:
    return f.at(f.argument("frame"), f.mul(number, 64))


def flags(f: Function) -> Value:
    return f.at(f.argument("frame"), FLAGS)


def write_counting(f: Function) -> None:
    """Cells 1 on count how often each thread ran, cell 0 stores the number of threads."""
    place = cell(f, f.add(f.argument("thread"), 1))
    f.store(f.index(f.add(f.load("i64", place), 1)), place)
    f.when(
        f.compare("icmp eq", f.argument("thread"), f.constant(0, "i64")),
        lambda: f.store(f.argument("threads"), cell(f, 0)),
    )


@pytest.mark.parametrize("interruptible", [False, True])
@pytest.mark.parametrize("threads", THREADS)
def test_every_thread_runs_once(threads: int, interruptible: bool) -> None:
    frame = new_frame()
    run_team(compiled(write_counting), frame_address(frame), threads, interruptible)
    assert frame[: 8 * (MOST + 1) : 8].tolist() == [
        threads,
        *[1] * threads,
        *[0] * (MOST - threads),
    ]


def write_handing_round(f: Function) -> None:
    """Hand a counter round: in round i thread i mod threads adds 1 to it, and all others read it.

    Nothing but the barrier orders reads and writes of cell 0. Each thread counts in a cell of its
    own how often it read what it should. Cell 1 holds the number of rounds.
    """
    thread, threads = f.argument("thread"), f.argument("threads")
    own = cell(f, f.add(thread, 2))

    def turn(i: Value | int, carried: list[Value]) -> list[Value]:
        seen = f.load("i64", cell(f, 0))
        right = f.compare("icmp eq", seen, f.index(i))
        count = f.index(f.add(carried[0], f.convert("zext", right, "i64")))
        emit_barrier(f, flags(f), f.index(f.add(f.mul(i, 2), 1)))
        f.when(
            f.compare("icmp eq", f.index(f.rem(i, threads)), thread),
            lambda: f.store(f.index(f.add(f.load("i64", cell(f, 0)), 1)), cell(f, 0)),
        )
        emit_barrier(f, flags(f), f.index(f.add(f.mul(i, 2), 2)))
        return [count]

    rounds = f.load("i64", cell(f, 1))
    (count,) = f.loop(0, rounds, 1, turn, [f.constant(0, "i64")])
    f.store(count, own)


@pytest.mark.parametrize("threads", THREADS)
def test_nobody_passes_a_barrier_before_all_have_come(threads: int) -> None:
    # Where threads have to take turns on a processor, each round is several slices of its time.
    rounds = 500 if threads <= min(4, available_threads()) else 100
    frame = new_frame()
    frame[8] = rounds
    run_team(compiled(write_handing_round), frame_address(frame), threads)
    assert frame[0] == rounds
    assert frame[16 : 16 + 8 * threads : 8].tolist() == [rounds] * threads


def test_two_teams_at_once_do_not_disturb_each_other() -> None:
    function, rounds = compiled(write_handing_round), 100
    frames = {threads: new_frame() for threads in (2, 3, 4)}

    def run(threads: int) -> None:
        for _ in range(5):
            frames[threads][:] = 0
            frames[threads][8] = rounds
            run_team(function, frame_address(frames[threads]), threads)

    callers = [threading.Thread(target=run, args=(threads,)) for threads in frames]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    for threads, frame in frames.items():
        assert frame[0] == rounds
        assert frame[16 : 16 + 8 * threads : 8].tolist() == [rounds] * threads


def test_the_barrier_is_written_once() -> None:
    module = Module()
    f = Function(module, [("frame", "ptr"), ("thread", "i64"), ("threads", "i64")])
    for number in range(5):
        emit_barrier(f, flags(f), f.constant(number + 1, "i64"))
    module.export(f, "run")
    assert module.text().count("define void @barrier") == 1
    assert module.text().count("call void @barrier") == 5


def write_coming_late(f: Function) -> None:
    """In round i thread i mod threads comes to the barrier only when all others sleep.

    Cell 0 holds the number of rounds, and cell 1 is not 0 once there is no more patience.
    """
    thread, threads = f.argument("thread"), f.argument("threads")
    sleepers = f.at(flags(f), f.add(f.mul(thread, flags_bytes(1)), barrier._SLEEPERS))

    def some_are_awake() -> Value:
        asleep = f.op(f"load atomic i64, ptr {sleepers.name} acquire, align 8", "i64")
        patience = f.op(f"load atomic i64, ptr {cell(f, 1).name} acquire, align 8", "i64")
        missing = f.select(
            f.compare("icmp eq", patience, f.constant(0, "i64")),
            f.index(f.sub(threads, 1)),
            f.constant(0, "i64"),
        )
        return f.compare("icmp ult", asleep, missing)

    def turn(i: Value | int, _: list[Value]) -> None:
        f.when(
            f.compare("icmp eq", f.index(f.rem(i, threads)), thread),
            lambda: f.loop_while(some_are_awake),
        )
        emit_barrier(f, flags(f), f.index(f.add(i, 1)))

    f.loop(0, f.load("i64", cell(f, 0)), 1, turn)


@pytest.mark.skipif(barrier._futex() is None, reason="threads sleep by Linux's futex only")
@pytest.mark.parametrize("threads", [2, 3, 8])
def test_who_waits_long_sleeps_until_the_last_has_come(threads: int) -> None:
    frame = new_frame()
    frame[0] = 50
    watchdog = threading.Timer(PATIENCE, lambda: frame.__setitem__(8, 1))
    watchdog.start()
    run_team(compiled(write_coming_late), frame_address(frame), threads)
    watchdog.cancel()
    watchdog.join()
    assert not frame[8]
    # Nobody is left asleep on a flag, and every flag is at the last turn.
    words = frame[FLAGS // 8 :][: flags_bytes(threads) // 8].reshape(threads, -1)
    assert words[:, 0].tolist() == [50] * threads
    assert not words[:, 1:].any()


def test_more_threads_than_cores_stand_back_sooner() -> None:
    looks = {}
    for is_shared in (False, True):
        flags = np.full(flags_bytes(3), 255, np.uint8)
        barrier.lower_flags(flags, is_shared)
        words = flags.view(np.int64)
        looks[is_shared] = int(words.sum())
        assert np.count_nonzero(words) == 1
        assert not words.reshape(3, -1)[:, 0].any()
    assert 0 < looks[True] <= looks[False]
    assert (looks[True] < looks[False]) == (barrier._futex() is not None)


def test_flags_lie_in_lines_of_their_own() -> None:
    assert [flags_bytes(threads) % 128 for threads in THREADS] == [0] * len(THREADS)
    # The cells next to the flags that a team uses are not touched.
    for threads in THREADS:
        frame = new_frame()
        frame[FLAGS // 8 :] = 0
        frame[FLAGS // 8 + flags_bytes(threads) // 8 :] = 77
        frame[8] = 3
        run_team(compiled(write_handing_round), frame_address(frame), threads)
        assert (frame[FLAGS // 8 + flags_bytes(threads) // 8 :] == 77).all()


@pytest.mark.parametrize(
    ("system", "machine", "triple", "expected"),
    [
        ("linux", "x86_64", "x86_64-unknown-linux-gnu", ("pause", "syscall")),
        ("win32", "AMD64", "x86_64-pc-windows-msvc", ("pause", "SwitchToThread")),
        ("darwin", "arm64", "arm64-apple-darwin", ("isb", "sched_yield")),
        ("linux", "aarch64", "aarch64-unknown-linux-gnu", ("isb", "syscall")),
        ("linux", "riscv64", "riscv64-unknown-linux-gnu", ("syscall",)),
        ("linux", "s390x", "s390x-unknown-linux-gnu", ("sched_yield",)),
    ],
)
def test_waiting_is_written_for_each_machine(
    system: str,
    machine: str,
    triple: str,
    expected: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(sys, "platform", system)
    module = Module()
    f = Function(module, [("frame", "ptr"), ("thread", "i64"), ("threads", "i64")])
    emit_barrier(f, flags(f), f.constant(1, "i64"))
    module.export(f, "run")
    monkeypatch.undo()
    ways = [way for way in ("syscall", "SwitchToThread", "sched_yield") if way in expected]
    assert [w for w in ("syscall", "SwitchToThread", "sched_yield") if w in module.text()] == ways
    binding = load_llvm()
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    try:
        target = binding.Target.from_triple(triple).create_target_machine(opt=1)
    except RuntimeError:
        pytest.skip(f"this LLVM makes no code for {machine}")
    parsed = binding.parse_assembly(module.text(), binding.create_context())
    parsed.verify()
    assembly = target.emit_assembly(parsed)
    assert all(word in assembly for word in expected)


# What is raised


def test_an_exception_of_a_thread_reaches_the_caller() -> None:
    ran = []

    def function(frame: int, thread: int, threads: int) -> None:
        ran.append(thread)
        if thread == 2:
            raise ZeroDivisionError(f"thread {thread} of {threads}")

    with pytest.raises(ZeroDivisionError, match="thread 2 of 4"):
        run_team(function, 0, 4)
    assert sorted(ran) == [0, 1, 2, 3]


def test_an_exception_of_the_only_thread_reaches_the_caller() -> None:
    def function(frame: int, thread: int, threads: int) -> None:
        raise ZeroDivisionError

    for interruptible in (False, True):
        with pytest.raises(ZeroDivisionError):
            run_team(function, 0, 1, interruptible)


def test_threads_that_cannot_be_started_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were started must not begin: they would wait at a barrier for ever."""
    start = _thread.start_new_thread
    started: list[tuple[int]] = []

    def limited(function: Callable[..., object], arguments: tuple[int]) -> int:
        if len(started) == 2:
            raise RuntimeError("can't start new thread")
        started.append(arguments)
        return start(function, arguments)

    monkeypatch.setattr(_thread, "start_new_thread", limited)
    frame = new_frame()
    frame[8] = 100
    with pytest.raises(BackendError, match=r"4 threads cannot be started \(can't start.*fewer"):
        run_team(compiled(write_handing_round), frame_address(frame), 4)
    assert frame[0] == 0
    assert not frame[FLAGS // 8 :].any()
    monkeypatch.undo()
    run_team(compiled(write_handing_round), frame_address(frame), 4)
    assert frame[0] == 100


# Signals


def write_spinning(f: Function) -> None:
    """Say in cell 1 that it runs, wait until cell 0 is not 0, and then for each other."""
    f.emit(f"store atomic i64 1, ptr {cell(f, 1).name} release, align 8")

    def look() -> Value:
        seen = f.op(f"load atomic i64, ptr {cell(f, 0).name} acquire, align 8", "i64")
        return f.compare("icmp eq", seen, f.constant(0, "i64"))

    f.loop_while(look)
    emit_barrier(f, flags(f), f.constant(1, "i64"))


RUNNING = 8
SIGNAL, WATCHDOG = 1, 2


def run_spinning(
    threads: int, handler: Callable[[Array], None], stop: Callable[[Array], None] | None = None
) -> Array:
    """Run until the handler of a signal sets cell 0, or a watchdog, if no handler can run."""
    frame = new_frame()
    function = compiled(write_spinning)
    over = threading.Event()

    def send() -> None:
        while not frame[RUNNING]:
            if over.wait(0.001):
                return
        os.kill(os.getpid(), signal.SIGINT)
        if not over.wait(PATIENCE):
            frame[0] = WATCHDOG

    def receive(number: int, _: FrameType | None) -> None:
        handler(frame)

    before = signal.signal(signal.SIGINT, receive)
    sender = threading.Thread(target=send, daemon=True)
    try:
        sender.start()
        run_team(
            function,
            frame_address(frame),
            threads,
            interruptible=True,
            stop=None if stop is None else lambda: stop(frame),
        )
    finally:
        over.set()
        sender.join()
        signal.signal(signal.SIGINT, before)
    return frame


@POSIX
@pytest.mark.parametrize("threads", [1, 2, 4, 8])
def test_handlers_of_signals_run_while_native_code_does(threads: int) -> None:
    def handler(frame: Array) -> None:
        frame[0] = frame[0] or SIGNAL

    assert run_spinning(threads, handler)[0] == SIGNAL


@POSIX
@pytest.mark.parametrize("threads", [1, 3])
def test_an_exception_of_a_handler_goes_on_when_the_team_is_done(threads: int) -> None:
    frames = []

    def handler(frame: Array) -> None:
        frames.append(frame)
        raise KeyboardInterrupt

    def stop(frame: Array) -> None:
        frame[0] = SIGNAL

    with pytest.raises(KeyboardInterrupt):
        run_spinning(threads, handler, stop)
    assert frames[0][0] == SIGNAL


@POSIX
def test_without_a_way_to_stop_the_team_is_waited_for() -> None:
    frames = []

    def handler(frame: Array) -> None:
        frames.append(frame)
        threading.Timer(0.05, lambda: frame.__setitem__(0, SIGNAL)).start()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_spinning(2, handler)
    assert frames[0][0] == SIGNAL


@POSIX
def test_an_exception_at_any_moment_leaves_no_thread_behind() -> None:
    """Handlers raise while the team is started, runs and ends."""
    seed = 20240
    print("seed", seed)
    random = Random(seed)
    function = compiled(write_handing_round)
    inside: list[int] = []

    def counted(frame: int, thread: int, threads: int) -> None:
        inside.append(1)
        function(frame, thread, threads)
        inside.append(-1)

    def receive(number: int, _: FrameType | None) -> None:
        raise KeyboardInterrupt

    interrupted = 0
    # Python drops what a handler raises while garbage of earlier tests is collected.
    gc.collect()
    gc.disable()
    before = signal.signal(signal.SIGALRM, receive)
    try:
        for _ in range(300):
            frame = new_frame()
            frame[8] = 4
            try:
                signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-5, 7e-4))
                run_team(counted, frame_address(frame), 3)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                interrupted += 1
            assert sum(inside) == 0
            assert frame[0] in (0, 4)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()
    assert interrupted > 0


def test_in_another_thread_one_thread_is_the_caller_itself() -> None:
    seen = []

    def function(frame: int, thread: int, threads: int) -> None:
        seen.append(threading.get_ident())

    caller = threading.Thread(target=run_team, args=(function, 0, 1, True))
    caller.start()
    caller.join()
    run_team(function, 0, 1)
    assert seen[1] == threading.get_ident()
    assert seen[0] != seen[1]


# Processes and processors


@POSIX
# JAX warns of every fork in a process that other tests have brought it into.
@pytest.mark.filterwarnings("ignore:os.fork.. was called:RuntimeWarning")
def test_a_process_may_fork_after_a_team_ran() -> None:
    function = compiled(write_handing_round)
    frame = new_frame()
    frame[8] = 100
    run_team(function, frame_address(frame), 4)
    child = os.fork()
    if child == 0:
        signal.alarm(round(PATIENCE))
        code = 1
        try:
            frame[:] = 0
            frame[8] = 200
            run_team(function, frame_address(frame), 3)
            code = 0 if frame[0] == 200 else 2
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert frame[0] == 100


@LINUX
def test_the_processors_of_the_caller_are_respected_and_left() -> None:
    before = os.sched_getaffinity(0)
    seen: list[set[int]] = []

    def function(frame: int, thread: int, threads: int) -> None:
        seen.append(os.sched_getaffinity(0))

    try:
        for allowed in (before, set(sorted(before)[:2]), {max(before)}):
            os.sched_setaffinity(0, allowed)
            seen.clear()
            run_team(function, 0, 4)
            assert seen == [allowed] * 4
            assert os.sched_getaffinity(0) == allowed
            assert available_threads() <= len(allowed)
    finally:
        os.sched_setaffinity(0, before)


@LINUX
def test_threads_on_one_core_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    moves: list[set[int]] = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 6, 9})
    monkeypatch.setattr(os, "sched_setaffinity", lambda _, cores: moves.append(set(cores)))
    monkeypatch.setattr(team, "_current_core", lambda: 5)
    cores: set[int] = set()
    for thread in range(6):
        team._spread(cores, thread)
    # The first stays, three leave and are set free again, and then there is no free one.
    assert cores == {3, 5, 6, 9}
    assert moves[1::2] == [{3, 5, 6, 9}] * 3
    assert sorted(min(cores) for cores in moves[0::2]) == [3, 6, 9]
    assert all(len(cores) == 1 for cores in moves[0::2])


@LINUX
def test_a_system_that_forbids_moving_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int, cores: set[int]) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    monkeypatch.setattr(team, "_current_core", lambda: min(os.sched_getaffinity(0)))
    test_every_thread_runs_once(4, False)


def write_file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@LINUX
@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("0::/a/b\n", {}, float("inf")),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n"}, float("inf")),
        ("0::/a/b\n", {"a/b/cpu.max": "250000 100000\n"}, 2.5),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "150000 100000\n"}, 1.5),
        # In a container the group's own name is not to be seen; its files lie at the root.
        ("0::/docker/x\n", {"cpu.max": "300000 100000\n"}, 3.0),
        ("0::/\n", {"cpu.max": "nonsense\n"}, float("inf")),
        (
            "4:cpu,cpuacct:/a\n3:memory:/b\n0::/\n",
            {"cpu/a/cpu.cfs_quota_us": "50000\n", "cpu/a/cpu.cfs_period_us": "100000\n"},
            0.5,
        ),
        (
            "4:cpuacct,cpu:/a\n",
            {"cpu/a/cpu.cfs_quota_us": "-1\n", "cpu/a/cpu.cfs_period_us": "100000\n"},
            float("inf"),
        ),
        (
            "4:cpuset:/a\n",
            {"cpu/a/cpu.cfs_quota_us": "50000\n", "cpu/a/cpu.cfs_period_us": "100000\n"},
            float("inf"),
        ),
    ],
)
def test_the_share_of_a_control_group_is_read(
    own: str, files: dict[str, str], expected: float, tmp_path: Path
) -> None:
    for name, text in files.items():
        write_file(tmp_path / "system" / name, text)
    write_file(tmp_path / "own", own)
    assert team._quota(tmp_path / "system", tmp_path / "own") == expected


def test_without_control_groups_nothing_is_limited(tmp_path: Path) -> None:
    assert team._quota(tmp_path, tmp_path / "missing") == float("inf")


@pytest.mark.parametrize(("quota", "expected"), [(0.5, 1), (1.0, 1), (1.9, 1), (1e9, None)])
def test_threads_fit_into_the_share(
    quota: float, expected: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "_quota", lambda: quota)
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    assert available_threads() == (cores if expected is None else expected)
