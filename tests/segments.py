"""Segments of some steps in place of seconds: no clock decides how many checkpoints there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pellucid.backends.base import Control, DataSet, Executable, Outcome, Segment, StateValues
from pellucid.backends.native.executable import NativeExecutable
from pellucid.backends.reference import ReferenceExecutable
from pellucid.graph.program import STEP


def pause_every(steps: int, patch: pytest.MonkeyPatch) -> None:
    """Let every executable pause after so many steps, as if the host had asked it to."""
    for kind in (NativeExecutable, ReferenceExecutable):
        patch.setattr(kind, "run", _pausing(kind.run, steps))


def _pausing(run: Any, steps: int) -> Any:
    def pausing(
        executable: Executable,
        state: StateValues,
        data: Mapping[str, DataSet],
        until: int,
        control: Control | None = None,
    ) -> Segment:
        soon = min(until, int(state[STEP]) + steps)
        segment: Segment = run(executable, state, data, soon, control)
        if segment.outcome is Outcome.REACHED and soon < until:
            return replace(segment, outcome=Outcome.PAUSED)
        return segment

    return pausing
