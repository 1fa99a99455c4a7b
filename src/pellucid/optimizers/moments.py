"""Transformations of the Adam family: averages of gradients over averages of their size."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar

from pellucid.graph.node import Node
from pellucid.optimizers.averages import average
from pellucid.optimizers.base import Nodes, PerParameter
from pellucid.parts import require_number
from pellucid.primitives import abs, expm1, maximum, sqrt, square


@dataclass(frozen=True)
class _Moments(PerParameter):
    """What the family has in common.

    Attributes:
        first_decay: b1, of the average of gradients, at least 0 and below 1.
        second_decay: b2, of the average of their size, at least 0 and below 1.
        epsilon: keeps the quotient finite, above 0.
    """

    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "first_decay", "second_decay", at_least=0.0, below=1.0)
        require_number(self, "epsilon", above=0.0)

    def first_values(self) -> dict[str, float]:
        """Return the slots."""
        return {"first_moment": 0.0, "second_moment": 0.0}


class ScaleByAdam(_Moments):
    """Adam: m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2; gives m' / (sqrt(v') + epsilon).

    m' = m / (1 - b1^t) and v' = v / (1 - b2^t) correct the bias of starting from 0. The quotient is
    computed as r / (1 - b1^t) times m / (sqrt(v) + epsilon r) with r = sqrt(1 - b2^t): as the paper
    notes, so a weight costs one division.

    Attributes:
        first_decay: b1, at least 0 and below 1.
        second_decay: b2, at least 0 and below 1.
        epsilon: keeps the quotient finite, above 0.

    Slots: first_moment (m) and second_moment (v), 0 at first.

    Source: Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.

    Example:
        >>> from pellucid.graph.node import parameter_node
        >>> list(ScaleByAdam().slots({"w": parameter_node("w", (2,))}))
        ['first_moment/w', 'second_moment/w']
    """

    name: ClassVar[str] = "scale_by_adam"

    def transform(self, update: Node, slots: Nodes, count: Node) -> tuple[Node, dict[str, Node]]:
        """Return the scaled update."""
        first = average(slots["first_moment"], update, self.first_decay)
        second = average(slots["second_moment"], square(update), self.second_decay)
        root = square_root(share(self.second_decay, count))
        scaled = (root / share(self.first_decay, count)) * (
            first / (sqrt(second) + self.epsilon * root)
        )
        return scaled, {"first_moment": first, "second_moment": second}


class ScaleByAdaMax(_Moments):
    """AdaMax: m <- b1 m + (1 - b1) g;  u <- max(b2 u, |g| + epsilon); gives m / (1 - b1^t) / u.

    `epsilon`, which the paper has not, keeps 0 / 0 from happening where no gradient has come yet.

    Attributes:
        first_decay: b1, at least 0 and below 1.
        second_decay: b2, at least 0 and below 1.
        epsilon: keeps the quotient finite, above 0.

    Slots: first_moment (m) and infinity_norm (u), 0 at first.

    Source: Kingma, Ba, ICLR 2015, algorithm 2.

    Example:
        >>> from pellucid.graph.node import parameter_node
        >>> list(ScaleByAdaMax().slots({"w": parameter_node("w", (2,))}))
        ['first_moment/w', 'infinity_norm/w']
    """

    name: ClassVar[str] = "scale_by_adamax"

    def first_values(self) -> dict[str, float]:
        """Return the slots."""
        return {"first_moment": 0.0, "infinity_norm": 0.0}

    def transform(self, update: Node, slots: Nodes, count: Node) -> tuple[Node, dict[str, Node]]:
        """Return the scaled update."""
        first = average(slots["first_moment"], update, self.first_decay)
        norm = maximum(self.second_decay * slots["infinity_norm"], abs(update) + self.epsilon)
        scaled = (1.0 / share(self.first_decay, count)) * (first / norm)
        return scaled, {"first_moment": first, "infinity_norm": norm}


class ScaleByNadam(_Moments):
    """Nadam: Adam with Nesterov's look ahead.

    m and v as in Adam; gives (b1 m / (1 - b1^(t+1)) + (1 - b1) g / (1 - b1^t)) / (sqrt(v') +
    epsilon). b1 is constant, and v' has not the paper's further factor b2, as in every library.

    Attributes:
        first_decay: b1, at least 0 and below 1.
        second_decay: b2, at least 0 and below 1.
        epsilon: keeps the quotient finite, above 0.

    Slots: first_moment (m) and second_moment (v), 0 at first.

    Source: Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016, algorithm 2.

    Example:
        >>> from pellucid.graph.node import parameter_node
        >>> list(ScaleByNadam().slots({"w": parameter_node("w", (2,))}))
        ['first_moment/w', 'second_moment/w']
    """

    name: ClassVar[str] = "scale_by_nadam"

    def transform(self, update: Node, slots: Nodes, count: Node) -> tuple[Node, dict[str, Node]]:
        """Return the scaled update."""
        first = average(slots["first_moment"], update, self.first_decay)
        second = average(slots["second_moment"], square(update), self.second_decay)
        root = square_root(share(self.second_decay, count))
        ahead = average(
            (root / share(self.first_decay, count + 1.0)) * first,
            (root / share(self.first_decay, count)) * update,
            self.first_decay,
        )
        scaled = ahead / (sqrt(second) + self.epsilon * root)
        return scaled, {"first_moment": first, "second_moment": second}


def share(decay: float, count: Node) -> Node | float:
    """Return 1 - decay^count: how much of an average that began at 0 comes from what it averages.

    Computed as -expm1(count log decay): in float32, 1 - 0.999 would lose four of seven digits.

    Args:
        decay: at least 0 and below 1.
        count: the number of values averaged, a scalar.
    """
    return -expm1(count * log(decay)) if decay > 0.0 else 1.0


def square_root(number: Node | float) -> Node | float:
    """Return the square root of a node or of a number."""
    return sqrt(number) if isinstance(number, Node) else number**0.5
