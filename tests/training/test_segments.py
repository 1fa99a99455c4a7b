"""Between segments: when a run is asked to pause, and how long until the next checkpoint."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pellucid.backends.base import Control, StateValues
from pellucid.training import run
from pellucid.training.checkpoint import Checkpoints


def test_a_pause_is_asked_for_by_the_clock() -> None:
    control = Control()
    with run._pause_after(control, 0.0):
        while not control.pause_requested:
            time.sleep(0.001)
    with run._pause_after(control, 1e6):
        assert not control.pause_requested
    with run._pause_after(control, None):
        assert not control.pause_requested


@pytest.mark.parametrize(
    ("interval", "cost", "following"),
    [(1.0, 0.001, 1.5), (1.0, 0.5, 25.0), (50.0, 0.1, 60.0), (1.0, 9.0, 60.0)],
)
def test_writing_checkpoints_stays_a_small_share(
    interval: float, cost: float, following: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)

    class Slow(Checkpoints):
        def write(self, state: StateValues) -> None:
            nonlocal now
            now += cost

    found = run._write(Slow(tmp_path), {}, interval)
    assert found == pytest.approx(following)
