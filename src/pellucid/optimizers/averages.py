"""Transformations that follow an average of past gradients: momentum and Lion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pellucid.graph.node import Node
from pellucid.optimizers.base import Nodes, PerParameter
from pellucid.parts import require_kind, require_number
from pellucid.primitives import sign


@dataclass(frozen=True)
class Trace(PerParameter):
    """Momentum: v <- mu v + g; gives v, or g + mu v with `nesterov`.

    The learning rate multiplies v afterwards, so that a changed rate acts on all of it at once. At
    a constant rate this is the literature's v <- mu v - rate g.

    Attributes:
        momentum: mu, at least 0 and below 1.
        nesterov: whether to look ahead along the new velocity.

    Slots: velocity, 0 at first.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964;
    Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep
    learning", ICML 2013.

    Example:
        >>> from pellucid.graph.node import parameter_node
        >>> list(Trace().slots({"w": parameter_node("w", (2,))}))
        ['velocity/w']
    """

    momentum: float = 0.9
    nesterov: bool = False
    name: ClassVar[str] = "trace"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "momentum", at_least=0.0, below=1.0)
        require_kind(self, "nesterov", bool, "True or False")

    def first_values(self) -> dict[str, float]:
        """Return the slots."""
        return {"velocity": 0.0}

    def transform(self, update: Node, slots: Nodes, count: Node) -> tuple[Node, dict[str, Node]]:
        """Return the velocity, or the look ahead."""
        velocity = self.momentum * slots["velocity"] + update
        ahead = update + self.momentum * velocity if self.nesterov else velocity
        return ahead, {"velocity": velocity}


@dataclass(frozen=True)
class ScaleByLion(PerParameter):
    """Lion: gives sign(b1 m + (1 - b1) g), then m <- b2 m + (1 - b2) g.

    Attributes:
        first_decay: b1, of the direction, at least 0 and below 1.
        second_decay: b2, of the average, at least 0 and below 1.

    Slots: first_moment, 0 at first.

    Source: Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, algorithm 2.

    Example:
        >>> from pellucid.graph.node import parameter_node
        >>> list(ScaleByLion().slots({"w": parameter_node("w", (2,))}))
        ['first_moment/w']
    """

    first_decay: float = 0.9
    second_decay: float = 0.99
    name: ClassVar[str] = "scale_by_lion"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "first_decay", "second_decay", at_least=0.0, below=1.0)

    def first_values(self) -> dict[str, float]:
        """Return the slots."""
        return {"first_moment": 0.0}

    def transform(self, update: Node, slots: Nodes, count: Node) -> tuple[Node, dict[str, Node]]:
        """Return the direction."""
        moment = slots["first_moment"]
        direction = sign(average(moment, update, self.first_decay))
        return direction, {"first_moment": average(moment, update, self.second_decay)}


def average(old: Node, new: Node, decay: float) -> Node:
    """Return the exponential moving average: decay old + (1 - decay) new."""
    return decay * old + (1.0 - decay) * new
