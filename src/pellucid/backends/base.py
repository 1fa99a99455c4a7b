"""What a backend is: something that compiles a graph or a run program to something callable.

Receives run programs and graphs, never layers. `run` does a whole segment of training and comes
back only when the segment ends, the program stops, the host asks for a pause, or a step's guard
fails.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

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
    """What the host and a running program tell each other.

    The host asks for a pause from another thread or a signal handler; the program answers at the
    next step. The program publishes how far it is, for progress.
    """

    def __init__(self) -> None:
        """Start with no request and no progress."""
        self.pause_requested = False
        self.step = 0
        self.epoch = 0
        self.step_scalars: dict[str, float] = {}
        self.epoch_scalars: dict[str, float] = {}

    def request_pause(self) -> None:
        """Ask the program to come back after the step that it is in."""
        self.pause_requested = True


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
        """Compute the step that follows `state` and return every node's value, inputs first."""


class Function(ABC):
    """A compiled graph."""

    @abstractmethod
    def __call__(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Return the outputs by name, given the inputs by name."""


class Backend(ABC):
    """One of the ways to run a graph, chosen by an argument and never by a global."""

    name: str

    @abstractmethod
    def compile(self, program: RunProgram) -> Executable:
        """Compile a run program."""

    @abstractmethod
    def compile_function(self, inputs: Mapping[str, Node], outputs: Mapping[str, Node]) -> Function:
        """Compile a graph; `inputs` must name every leaf that is no constant."""
