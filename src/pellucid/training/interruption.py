"""Ctrl-C and SIGTERM while a program runs: ask it to pause, so that everything can be kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pellucid.backends.base import Control


class Interruption:
    """Whether a signal has asked the run to end, and which.

    The first signal asks the running program for a pause; a second one ends it at once.
    """

    def __init__(self, control: Control) -> None:
        """Remember whom to ask."""
        self.signal: signal.Signals | None = None
        self._control = control

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Note the signal; a second one does not wait any more."""
        again = self.signal is not None
        self.signal = signal.Signals(number)
        if again:
            self.throw()
        self._control.request_pause()

    def throw(self) -> None:
        """Raise what the signal stands for: KeyboardInterrupt, or SystemExit(143) for SIGTERM."""
        if self.signal == signal.SIGTERM:
            raise SystemExit(128 + signal.SIGTERM)
        raise KeyboardInterrupt


@contextmanager
def interruptible(control: Control) -> Iterator[Interruption]:
    """Catch Ctrl-C and SIGTERM for a while; outside the main thread signals go elsewhere."""
    interruption = Interruption(control)
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, interruption.receive) for number in numbers}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
