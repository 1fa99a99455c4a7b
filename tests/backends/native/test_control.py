"""What the host and a running program tell each other: pauses, progress, signals, threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends.base import Control, Outcome, Segment
from pellucid.backends.native import NativeBackend, executable
from pellucid.graph.node import input_node
from pellucid.graph.program import RunProgram
from tests.backends.native.runs import assert_same_bits, run_of
from tests.backends.programs import data, descent, descent_state, first_state, regression
from tests.patience import PATIENCE

Array = np.ndarray[Any, Any]
NEVER = 10**12


def run(
    program: RunProgram,
    until: int,
    state: dict[str, Array] | None = None,
    threads: int = 1,
    **more: Any,
) -> Segment:
    compiled = NativeBackend(threads=threads).compile(program)
    return compiled.run(state or first_state(), data(), until, **more)


def wait_for_step(control: Control, step: int) -> None:
    """Wait in a thread while the main one runs a program that goes on until it is paused."""
    while control.step < step:
        time.sleep(0.001)


def in_background(work: Callable[..., object], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("threads", [1, 3])
def test_progress_is_seen_while_it_runs_and_other_threads_of_python_go_on(threads: int) -> None:
    control, program = Control(), regression(most_epochs=NEVER)
    seen: list[tuple[int, int, int, float]] = []

    def watch() -> None:
        for _ in range(5):
            wait_for_step(control, control.step + 1)
            # In this order, as the program goes on between the looks.
            seen.append((control.step, control.epoch, control.step, control.step_scalars["loss"]))
        control.request_pause()

    watching = in_background(watch)
    segment = run(program, NEVER, threads=threads, control=control)
    watching.join()
    assert segment.outcome is Outcome.PAUSED
    assert len(seen) == 5
    assert seen == sorted(seen, key=lambda row: row[:3])
    assert all(np.isfinite(loss) for *_, loss in seen)
    # The end of an epoch is published after its last step.
    assert all(before // 3 - 1 <= epoch <= after // 3 for before, epoch, after, _ in seen)


INTERRUPTED = """
import os, signal, sys, threading, time
from pellucid.backends.base import Control
from pellucid.backends.native import NativeBackend
from tests.backends.programs import data, first_state, regression

# A shell that starts a process in the background lets it ignore this signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
threads = int(sys.argv[1])
compiled = NativeBackend(threads=threads).compile(regression(most_epochs=10**12))
control = Control()

def send():
    while control.step < 10:
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=send, daemon=True).start()
try:
    # Without an interruption it takes weeks.
    compiled.run(first_state(), data(), 10**12, control)
except KeyboardInterrupt:
    print("interrupted")
again = compiled.run(first_state(), data(), 9)
print("again", int(again.state["step"]))
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupt_ends_a_run(threads: int) -> None:
    """In a process of its own, whose main thread is free."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(INTERRUPTED), str(threads)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["interrupted", "again 9"]


def test_a_handler_that_asks_for_a_pause_ends_the_run_softly() -> None:
    control = Control()
    before = signal.signal(signal.SIGINT, lambda *_: control.request_pause())

    def send() -> None:
        wait_for_step(control, 6)
        os.kill(os.getpid(), signal.SIGINT)

    try:
        sending = in_background(send)
        segment = run(regression(most_epochs=NEVER), NEVER, control=control)
        sending.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert segment.outcome is Outcome.PAUSED


def test_a_guard_undoes_all_that_a_step_of_training_writes() -> None:
    """Parameters, slots, running statistics and sums: with momentum, BatchNorm and dropout."""
    found = run_of("momentum")
    sets = {name: dict(columns) for name, columns in found.data.items()}
    rows = found.program.order.batch_rows(9)
    features = sets["train"]["features"].copy()
    features[rows[0]] = np.nan
    sets["train"]["features"] = features
    bad = min(s for s in range(20) if rows[0] in found.program.order.batch_rows(s))
    for threads in (1, 3):
        compiled = NativeBackend(threads=threads).compile(found.program)
        segment = compiled.run(found.first, sets, found.until)
        assert segment.outcome is Outcome.NONFINITE
        assert int(segment.state["step"]) == bad
        clean = compiled.run(found.first, sets, bad)
        for name, value in clean.state.items():
            assert segment.state[name].tobytes() == value.tobytes(), name


@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_a_full_record_is_emptied_and_the_run_goes_on(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    program = regression(noise=0.3)
    expected = run(program, 23)
    monkeypatch.setattr(executable, "MOST_RECORDED", most)
    for threads in (1, 2):
        assert_same_bits(run(program, 23, threads=threads), expected, f"{most} rows")
    program = descent()
    sets = {"train": {"x": np.zeros(1, np.float32)}}
    segment = NativeBackend().compile(program).run(descent_state(), sets, 50)
    np.testing.assert_allclose(segment.record.steps["theta"], 10 * 0.8 ** np.arange(50), rtol=1e-13)
    assert int(segment.state["epoch"]) == 50


def test_thousands_of_epochs_of_one_step_in_one_call() -> None:
    sets = {"train": {"x": np.zeros(1, np.float32)}}
    control = Control()
    segment = NativeBackend().compile(descent(1e-4)).run(descent_state(), sets, 20_000, control)
    expected = 10 * (1 - 2e-4) ** np.arange(20_000)
    np.testing.assert_allclose(segment.record.steps["theta"], expected, rtol=1e-9)
    assert control.epoch == int(segment.state["epoch"]) == 20_000


def test_several_runs_at_once() -> None:
    names = ["adam", "momentum", "adadelta", "adam"]
    expected = {}
    for name in set(names):
        one = run_of(name)
        expected[name] = (
            NativeBackend(threads=2).compile(one.program).run(one.first, one.data, one.until)
        )
    compiled = {name: NativeBackend(threads=2).compile(run_of(name).program) for name in expected}
    results: list[tuple[str, Segment]] = []

    def work(name: str) -> None:
        one = run_of(name)
        for _ in range(3):
            results.append((name, compiled[name].run(one.first, one.data, one.until)))

    workers = [in_background(work, name) for name in names]
    for worker in workers:
        worker.join(PATIENCE)
    assert len(results) == 3 * len(names)
    for name, segment in results:
        assert_same_bits(segment, expected[name], name)


def test_one_function_called_from_several_threads() -> None:
    x = input_node("x", (300, 300))
    y = p.tanh(x @ x) + p.sum(x)
    function = NativeBackend(threads=1).compile_function({"x": x}, {"y": y})
    given = [np.full((300, 300), value, np.float32) for value in (0.01, 0.02, 0.03, 0.04)]
    expected = [function({"x": value})["y"].tobytes() for value in given]
    wrong: list[int] = []

    def work(which: int) -> None:
        for _ in range(40):
            if function({"x": given[which]})["y"].tobytes() != expected[which]:
                wrong.append(which)

    workers = [in_background(work, which) for which in range(4)]
    for worker in workers:
        worker.join(PATIENCE)
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_after_a_fork_both_processes_run() -> None:
    """In a process of its own: the test runner has threads that a fork would leave behind."""
    program = """
    import os, sys
    from pellucid.backends.native import NativeBackend
    from tests.backends.programs import data, first_state, regression
    compiled = NativeBackend(threads=3).compile(regression(noise=0.3))
    before = compiled.run(first_state(), data(), 9).state["w"].tobytes()
    child = os.fork()
    after = compiled.run(first_state(), data(), 9).state["w"].tobytes()
    other = NativeBackend(threads=2).compile(regression(4, noise=0.3, most_epochs=7))
    same = other.run(first_state(), data(), 9).state["w"].tobytes()
    if child == 0:
        os._exit(0 if before == after == same else 3)
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status) or before != after or before != same)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
