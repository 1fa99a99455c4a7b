"""A run: segments of a program, with checkpoints, pauses and the record between them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pellucid.backends.base import Control, DataSet, Executable, Outcome, StateValues
from pellucid.errors import NonFiniteError
from pellucid.graph.program import EPOCH, STEP, RunProgram
from pellucid.training.checkpoint import FOLDER, Checkpoints
from pellucid.training.history import History
from pellucid.training.interruption import interruptible
from pellucid.training.nonfinite import find_culprit, has_sound_weights

FIRST_INTERVAL = 1.0
LARGEST_INTERVAL = 60.0
LARGEST_SHARE = 0.02


@dataclass(frozen=True)
class FinishedRun:
    """What a run has come to.

    Attributes:
        state: the last state.
        history: the scalars of every step and epoch.
        resumed_from_step: the step of the checkpoint that it went on from, or None.
        stopped_early: whether patience ended it before its last epoch.
        seconds: wall time of this process's part.
    """

    state: StateValues
    history: History
    resumed_from_step: int | None
    stopped_early: bool
    seconds: float


class UnsoundRunError(NonFiniteError):
    """A run that met a nan or an infinity, with its last good state and the record so far."""

    def __init__(self, error: NonFiniteError, state: StateValues, history: History) -> None:
        """Carry the message, the state and the record so far."""
        super().__init__(str(error))
        self.state, self.history = state, history


def run_program(
    program: RunProgram,
    executable: Executable,
    data: Mapping[str, DataSet],
    first: StateValues,
    epochs: int,
    *,
    folder: Path | None = None,
    resume: bool = False,
    control: Control | None = None,
) -> FinishedRun:
    """Run a program to its end.

    Args:
        program: what to run.
        executable: the program, compiled.
        data: "train" and the data sets that the evaluations name.
        first: the state to start from, where there is no checkpoint.
        epochs: how many at most.
        folder: where checkpoints and the log are kept; None keeps nothing.
        resume: whether to go on from the folder's last checkpoint.
        control: through which others see progress.

    Raises:
        UnsoundRunError: a nan or an infinity appeared; it carries the last good state.
        KeyboardInterrupt: on Ctrl-C, after everything is kept.
        SystemExit: on SIGTERM, likewise.
    """
    started = time.monotonic()
    control = control or Control()
    history = History(folder)
    checkpoints = None if folder is None else Checkpoints(folder / FOLDER)
    state, resumed_from = first, None
    if resume and checkpoints is not None:
        found = checkpoints.latest(program)
        if found is not None:
            state, resumed_from = found, int(found[STEP])
    history.cut_back(int(state[STEP]), int(state[EPOCH]))
    until = epochs * program.order.steps_per_epoch
    interval = FIRST_INTERVAL
    with interruptible(control) as interruption:
        while True:
            before = state
            with _pause_after(control, interval if checkpoints is not None else None):
                if interruption.signal is not None:
                    control.request_pause()
                segment = executable.run(state, data, until, control)
            state = segment.state
            history.append(segment.record)
            sound = has_sound_weights(program, state)
            if segment.outcome is Outcome.NONFINITE or not sound:
                culprit = find_culprit(program, executable, data, before, state)
                raise UnsoundRunError(culprit.error(), culprit.good, history)
            if checkpoints is not None:
                interval = _write(checkpoints, state, interval)
            if interruption.signal is not None:
                interruption.throw()
            if segment.outcome is not Outcome.PAUSED:
                break
    return FinishedRun(
        state,
        history,
        resumed_from,
        stopped_early=segment.outcome is Outcome.STOPPED and int(state[STEP]) < until,
        seconds=time.monotonic() - started,
    )


def _write(checkpoints: Checkpoints, state: StateValues, interval: float) -> float:
    """Write a checkpoint and return the time to the next, such that writing stays a small share."""
    started = time.monotonic()
    checkpoints.write(state)
    cost = time.monotonic() - started
    return min(max(interval * 1.5, cost / LARGEST_SHARE), LARGEST_INTERVAL)


@contextmanager
def _pause_after(control: Control, seconds: float | None) -> Iterator[None]:
    """Ask for a pause after some time, unless the segment ends before."""
    control.pause_requested = False
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, control.request_pause)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
