"""A learning rate that can be changed without compiling again.

A rate is usually a constant of the graph, so that each rate is a program of its own. Here it is a
variable of the state that no step changes: one compiled program serves all rates of a search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import ClassVar

from pellucid.dtypes import float32, float64
from pellucid.graph.node import Node, state_node
from pellucid.parts import require_number, require_whole
from pellucid.primitives import cast, cos
from pellucid.schedules.base import Schedule


@dataclass(frozen=True)
class FreeRate(Schedule):
    """A constant rate, or half a cosine from it down to 0.

    Attributes:
        learning_rate: the rate at first, above 0.
        falling_over: the number of updates in which it falls to 0; 0 lets it stay.

    Raises:
        OptionError: an option is out of its range.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import input_node
        >>> schedule, step = FreeRate(0.5, falling_over=100), input_node("step", (), "int64")
        >>> rate = schedule.variables()["rate"]
        >>> evaluate(schedule.rate(step, {"rate": rate}), {step: 50, rate: 0.5})
        array(0.25, dtype=float32)
    """

    learning_rate: float
    falling_over: int = 0
    name: ClassVar[str] = "free_rate"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "learning_rate", above=0.0)
        require_whole(self, "falling_over", at_least=0)

    def variables(self) -> dict[str, Node]:
        """Return the rate, float64."""
        return {"rate": state_node("rate", (), float64, initial=self.learning_rate)}

    def rate(self, step: Node, variables: Mapping[str, Node]) -> Node:
        """Return the rate at a step."""
        rate = variables["rate"]
        if self.falling_over:
            rate = rate * (0.5 + 0.5 * cos(cast(step, float64) * (pi / self.falling_over)))
        return cast(rate, float32)
