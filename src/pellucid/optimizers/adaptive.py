"""Transformations that divide each element by the size of its past gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pellucid.graph.node import Node
from pellucid.optimizers.averages import average
from pellucid.optimizers.base import Nodes, PerParameter
from pellucid.parts import require_number
from pellucid.primitives import sqrt, square


@dataclass(frozen=True)
class ScaleByAdagrad(PerParameter):
    """Adagrad: s <- s + g^2; gives g / (sqrt(s) + epsilon).

    Attributes:
        epsilon: keeps the quotient finite, above 0.
        initial: the first value of s, at least 0.

    Slots: sum_of_squares, `initial` at first.

    Source: Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", JMLR 2011, figure 1 with the diagonal matrix.

    Example:
        >>> from pellucid.graph.node import parameter_node
        >>> list(ScaleByAdagrad().slots({"w": parameter_node("w", (2,))}))
        ['sum_of_squares/w']
    """

    epsilon: float = 1e-10
    initial: float = 0.0
    name: ClassVar[str] = "scale_by_adagrad"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "epsilon", above=0.0)
        require_number(self, "initial", at_least=0.0)

    def first_values(self) -> dict[str, float]:
        """Return the slots."""
        return {"sum_of_squares": self.initial}

    def transform(self, update: Node, slots: Nodes, count: Node) -> tuple[Node, dict[str, Node]]:
        """Return the scaled update."""
        total = slots["sum_of_squares"] + square(update)
        return update / (sqrt(total) + self.epsilon), {"sum_of_squares": total}


@dataclass(frozen=True)
class ScaleByAdadelta(PerParameter):
    """Adadelta: steps in the units of the parameter.

    s <- rho s + (1 - rho) g^2;  d = g sqrt(x + epsilon) / sqrt(s + epsilon), which it gives;
    x <- rho x + (1 - rho) d^2.

    Attributes:
        decay: rho, at least 0 and below 1.
        epsilon: starts the first step and keeps the quotient finite, above 0.

    Slots: squared_gradient (s) and squared_update (x), 0 at first.

    Source: Zeiler, "ADADELTA: an adaptive learning rate method", 2012, algorithm 1.

    Example:
        >>> from pellucid.graph.node import parameter_node
        >>> list(ScaleByAdadelta().slots({"w": parameter_node("w", (2,))}))
        ['squared_gradient/w', 'squared_update/w']
    """

    decay: float = 0.95
    epsilon: float = 1e-6
    name: ClassVar[str] = "scale_by_adadelta"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "decay", at_least=0.0, below=1.0)
        require_number(self, "epsilon", above=0.0)

    def first_values(self) -> dict[str, float]:
        """Return the slots."""
        return {"squared_gradient": 0.0, "squared_update": 0.0}

    def transform(self, update: Node, slots: Nodes, count: Node) -> tuple[Node, dict[str, Node]]:
        """Return the scaled update."""
        past = slots["squared_update"]
        squared = average(slots["squared_gradient"], square(update), self.decay)
        scaled = update * (sqrt(past + self.epsilon) / sqrt(squared + self.epsilon))
        moved = average(past, square(scaled), self.decay)
        return scaled, {"squared_gradient": squared, "squared_update": moved}


@dataclass(frozen=True)
class ScaleByRMSProp(PerParameter):
    """RMSProp: s <- decay s + (1 - decay) g^2; gives g / (sqrt(s) + epsilon).

    Attributes:
        decay: at least 0 and below 1.
        epsilon: keeps the quotient finite, above 0.

    Slots: second_moment, 0 at first.

    Source: Tieleman, Hinton, "Lecture 6.5: RMSProp", Neural networks for machine learning, 2012.

    Example:
        >>> from pellucid.graph.node import parameter_node
        >>> list(ScaleByRMSProp().slots({"w": parameter_node("w", (2,))}))
        ['second_moment/w']
    """

    decay: float = 0.9
    epsilon: float = 1e-8
    name: ClassVar[str] = "scale_by_rmsprop"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "decay", at_least=0.0, below=1.0)
        require_number(self, "epsilon", above=0.0)

    def first_values(self) -> dict[str, float]:
        """Return the slots."""
        return {"second_moment": 0.0}

    def transform(self, update: Node, slots: Nodes, count: Node) -> tuple[Node, dict[str, Node]]:
        """Return the scaled update."""
        moment = average(slots["second_moment"], square(update), self.decay)
        return update / (sqrt(moment) + self.epsilon), {"second_moment": moment}
