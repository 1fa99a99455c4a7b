"""What a schedule is: the learning rate as nodes, a function of the step and of its own state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from pellucid.graph.node import Node
from pellucid.parts import options_of


class Schedule(ABC):
    """The learning rate at each step.

    Most are functions of the step alone. One that also follows a metric keeps variables: they are
    state of the run, changed after each epoch. A schedule is a frozen dataclass; its fields are its
    options.
    """

    name: ClassVar[str]

    def variables(self) -> dict[str, Node]:
        """Return the schedule's own state: name to a `state_node` that carries its first value."""
        return {}

    @abstractmethod
    def rate(self, step: Node, variables: Mapping[str, Node]) -> Node:
        """Return the learning rate, a float32 scalar.

        Args:
            step: the number of updates made so far, an int64 scalar.
            variables: the nodes that stand for the schedule's state.
        """

    def after_epoch(self, metric: Node, variables: Mapping[str, Node]) -> dict[str, Node]:
        """Return the variables' new values after an epoch.

        Args:
            metric: the monitored metric, a float32 scalar, of which less is better.
            variables: the nodes that stand for the schedule's state.
        """
        return {}

    def configuration(self) -> dict[str, Any]:
        """Return what `schedule_from` needs to make an equal one: {"schedule": .., ..}."""
        return {"schedule": self.name, **options_of(self)}
