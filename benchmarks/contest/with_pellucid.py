"""pellucid: the run program of the network, compiled, and whole epochs in one call."""

from __future__ import annotations

from functools import partial

from contest.contestant import Contestant, LeftOutError, Maker
from contest.problem import Problem
from pellucid.backends import backend_named
from pellucid.backends.base import Outcome, Segment
from pellucid.errors import PellucidError


class Pellucid(Contestant):
    """Runs segments of the program from state to state."""

    def __init__(self, problem: Problem, threads: int, backend: str) -> None:
        """Build and compile the program."""
        super().__init__(problem, threads)
        program, self._first = problem.program()
        self._executable = backend_named(backend, threads).compile(program)
        self._data = {"train": {"features": problem.features, "target": problem.target}}
        self.reset()

    def reset(self) -> None:
        """Take the first state."""
        self._state, self._step = self._first, 0

    def run(self, epochs: int) -> None:
        """Run one segment."""
        self._segment(epochs * self.problem.steps)

    def losses(self, steps: int) -> list[float]:
        """Read the losses from the record."""
        self.reset()
        return self._segment(steps).record.steps["loss"].tolist()

    def _segment(self, steps: int) -> Segment:
        self._step += steps
        segment = self._executable.run(self._state, self._data, self._step)
        if segment.outcome is not Outcome.REACHED:
            raise LeftOutError(f"stopped: {segment.outcome.value}")
        self._state = segment.state
        return segment


def makers(name: str, backend: str) -> dict[str, Maker]:
    """Return what makes the contestant."""
    try:
        backend_named(backend, 1)
    except PellucidError as error:
        raise LeftOutError(str(error)) from None
    return {f"{backend} backend": partial(Pellucid, backend=backend)}
