"""Schedules that are one formula: constant, stairs, exponentials, a cosine.

Formulas are computed in float64 and rounded to float32 once. The step t is the number of updates
made so far: 0 at the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import ClassVar

from pellucid.dtypes import float32, float64
from pellucid.errors import OptionError
from pellucid.graph.node import Node, constant_node
from pellucid.parts import require_number, require_whole
from pellucid.primitives import cast, cos, floor, minimum, power
from pellucid.schedules.base import Schedule


@dataclass(frozen=True)
class Constant(Schedule):
    """The same rate at every step.

    Attributes:
        learning_rate: the rate, above 0.

    Raises:
        OptionError: an option is out of its range; so for every schedule.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import input_node
        >>> step = input_node("step", (), "int64")
        >>> evaluate(Constant(0.5).rate(step, {}), {step: 7})
        array(0.5, dtype=float32)
    """

    learning_rate: float
    name: ClassVar[str] = "constant"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "learning_rate", above=0.0)

    def rate(self, step: Node, variables: Mapping[str, Node]) -> Node:
        """Return the rate."""
        return constant_node(self.learning_rate, float32)


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Stairs: learning_rate factor^floor(t / every).

    Attributes:
        learning_rate: the rate at first, above 0.
        factor: what it is multiplied with, above 0 and at most 1.
        every: after how many steps, at least 1.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import input_node
        >>> step = input_node("step", (), "int64")
        >>> evaluate(StepDecay(1.0, 0.5, every=10).rate(step, {}), {step: 25})
        array(0.25, dtype=float32)
    """

    learning_rate: float
    factor: float
    every: int
    name: ClassVar[str] = "step"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "learning_rate", above=0.0)
        require_number(self, "factor", above=0.0, at_most=1.0)
        require_whole(self, "every", at_least=1)

    def rate(self, step: Node, variables: Mapping[str, Node]) -> Node:
        """Return the rate."""
        stairs = floor(cast(step, float64) / float(self.every))
        return cast(self.learning_rate * power(self.factor, stairs), float32)


@dataclass(frozen=True)
class Exponential(Schedule):
    """An even fall: learning_rate factor^(t / every).

    Attributes:
        learning_rate: the rate at first, above 0.
        factor: by how much it has fallen after `every` steps, above 0 and at most 1.
        every: at least 1.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import input_node
        >>> step = input_node("step", (), "int64")
        >>> evaluate(Exponential(1.0, 0.25, every=10).rate(step, {}), {step: 5})
        array(0.5, dtype=float32)
    """

    learning_rate: float
    factor: float
    every: int
    name: ClassVar[str] = "exponential"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "learning_rate", above=0.0)
        require_number(self, "factor", above=0.0, at_most=1.0)
        require_whole(self, "every", at_least=1)

    def rate(self, step: Node, variables: Mapping[str, Node]) -> Node:
        """Return the rate."""
        exponent = cast(step, float64) / float(self.every)
        return cast(self.learning_rate * power(self.factor, exponent), float32)


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine: final + (learning_rate - final) (1 + cos(pi t / steps)) / 2.

    From step number `steps` on it stays at `final`.

    Attributes:
        learning_rate: the rate at first, above 0.
        steps: the length of the fall, at least 1.
        final: the rate at its end, at least 0.

    Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017,
    equation 5, without restarts.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import input_node
        >>> step = input_node("step", (), "int64")
        >>> evaluate(Cosine(1.0, steps=10).rate(step, {}), {step: 5})
        array(0.5, dtype=float32)
    """

    learning_rate: float
    steps: int
    final: float = 0.0
    name: ClassVar[str] = "cosine"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "learning_rate", above=0.0)
        require_whole(self, "steps", at_least=1)
        require_number(self, "final", at_least=0.0)

    def rate(self, step: Node, variables: Mapping[str, Node]) -> Node:
        """Return the rate."""
        share = minimum(cast(step, float64) / float(self.steps), 1.0)
        return cast(cosine_between(self.learning_rate, self.final, share), float32)


@dataclass(frozen=True)
class Range(Schedule):
    """The rise of the learning-rate range test: low (high / low)^(t / (steps - 1)).

    `low` at the first step, `high` at the last and after it.

    Attributes:
        low: above 0.
        high: above `low`.
        steps: the length of the test, at least 2.

    Source: Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.3,
    with an even rise of the logarithm.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import input_node
        >>> step = input_node("step", (), "int64")
        >>> evaluate(Range(0.25, 4.0, steps=9).rate(step, {}), {step: 4})
        array(1., dtype=float32)
    """

    low: float
    high: float
    steps: int
    name: ClassVar[str] = "range"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "low", "high", above=0.0)
        require_whole(self, "steps", at_least=2)
        if not self.low < self.high:
            raise OptionError(
                f"Range needs low to be below high, got low {self.low:g} and high {self.high:g}"
            )

    def rate(self, step: Node, variables: Mapping[str, Node]) -> Node:
        """Return the rate."""
        share = minimum(cast(step, float64) / (self.steps - 1.0), 1.0)
        return cast(self.low * power(self.high / self.low, share), float32)


def cosine_between(first: float, last: float, share: Node) -> Node:
    """Return the value after a share, from 0 to 1, of the half cosine from `first` to `last`."""
    return last + (first - last) * ((1.0 + cos(pi * share)) * 0.5)
