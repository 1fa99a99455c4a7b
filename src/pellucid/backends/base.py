"""What a backend is: something that compiles a graph or a run program to something callable.

Receives run programs and graphs, never layers. `run` does a whole segment of training and comes
back only when the segment ends, the program stops, the host asks for a pause, or a step's guard
fails.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

import numpy as np

from pellucid.graph.node import Node
from pellucid.graph.program import RunProgram

Array = np.ndarray[Any, Any]
StateValues = dict[str, Array]
DataSet = Mapping[str, Array]
"""Columns of one data set by name, each with one row a sample."""


class Outcome(Enum):
    """Why `run` came back."""

    REACHED = "the step asked for was reached"
    STOPPED = "the program set its stop flag"
    PAUSED = "the host asked for a pause"
    NONFINITE = "a step's guard was False; that step is undone"


class Control:
    """What the host and a running program tell each other, in memory that both can reach.

    The host asks for a pause from another thread or a signal handler; the program answers at the
    next step. The program publishes how far it is, for progress.

    Attributes:
        cells: int64 (3,): whether a pause is asked for, and the numbers of steps and epochs done.
        step_scalars: the scalars of the last step by name.
        epoch_scalars: the scalars of the last epoch by name.
    """

    def __init__(self) -> None:
        """Start with no request and no progress."""
        self.cells = np.zeros(3, np.int64)
        self._names: tuple[list[str], list[str]] = ([], [])
        self._values = (np.zeros(0), np.zeros(0))

    @property
    def pause_requested(self) -> bool:
        """Whether the host has asked for a pause."""
        return bool(self.cells[0])

    @pause_requested.setter
    def pause_requested(self, asked: bool) -> None:
        self.cells[0] = asked

    def request_pause(self) -> None:
        """Ask the program to come back after the step that it is in."""
        self.cells[0] = 1

    @property
    def step(self) -> int:
        """The number of steps done."""
        return int(self.cells[1])

    @property
    def epoch(self) -> int:
        """The number of epochs done."""
        return int(self.cells[2])

    @property
    def step_scalars(self) -> dict[str, float]:
        """The scalars of the last step by name; empty before the first."""
        return self._scalars(0) if self.step else {}

    @property
    def epoch_scalars(self) -> dict[str, float]:
        """The scalars of the last epoch by name; empty before the first."""
        return self._scalars(1) if self.epoch else {}

    def open_scalars(self, steps: Sequence[str], epochs: Sequence[str]) -> tuple[Array, Array]:
        """Return the float64 arrays into which a program writes its last scalars of those names."""
        names = (list(steps), list(epochs))
        if names != self._names:
            self._names, self._values = names, (np.zeros(len(steps)), np.zeros(len(epochs)))
        return self._values

    def _scalars(self, which: int) -> dict[str, float]:
        return dict(zip(self._names[which], self._values[which].tolist(), strict=True))


@dataclass(frozen=True)
class Record:
    """The scalars of a segment, as float64: one row a step and one row an epoch.

    `first_step` and `first_epoch` are the numbers (from 0) of the first rows.
    """

    first_step: int
    steps: dict[str, Array]
    first_epoch: int
    epochs: dict[str, Array]


@dataclass(frozen=True)
class Segment:
    """What `run` gives back: the state between two steps, what was recorded, and why it ended."""

    state: StateValues
    record: Record
    outcome: Outcome


class Executable(ABC):
    """A compiled run program."""

    @abstractmethod
    def run(
        self,
        state: Mapping[str, Array],
        data: Mapping[str, DataSet],
        until: int,
        control: Control | None = None,
    ) -> Segment:
        """Run from `state` until step number `until`, or until something else ends the segment.

        Args:
            state: a value for each variable; not changed.
            data: "train" and the data sets that the evaluations name.
            until: the number of steps, counted from the start of the run.
            control: how the host pauses it and sees progress.
        """

    @abstractmethod
    def step_values(
        self, state: Mapping[str, Array], data: Mapping[str, DataSet]
    ) -> list[tuple[Node, Array]]:
        """Compute the step that follows `state` and return every node's value, inputs first.

        The nodes are those of the step graph as it was built, composites as one node. Values have
        the bits that they have in `run`.
        """


class Function(ABC):
    """A compiled graph."""

    def calls_at_once(self, calls: int) -> int:
        """Return how many of so many calls are best made side by side, each in a thread."""
        return 1

    @abstractmethod
    def __call__(self, values: Mapping[str, Array], at_once: int = 1) -> dict[str, Array]:
        """Return the outputs by name, given the inputs by name.

        Args:
            values: the inputs.
            at_once: how many calls the caller makes side by side.
        """


class Backend(ABC):
    """One of the ways to run a graph, chosen by an argument and never by a global."""

    name: ClassVar[str]

    def __init__(self, threads: int = 0) -> None:
        """Say how many threads may be used; 0 lets the backend choose."""
        self.threads = threads

    @abstractmethod
    def compile(self, program: RunProgram) -> Executable:
        """Compile a run program."""

    @abstractmethod
    def compile_function(self, inputs: Mapping[str, Node], outputs: Mapping[str, Node]) -> Function:
        """Compile a graph; `inputs` must name every leaf that is no constant."""
