"""Conditions that parameters must meet after each update."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.graph.node import Node
from pellucid.optimizers.base import Nodes
from pellucid.optimizers.clipping import shrink, squared_norm
from pellucid.parts import options_of, require_number


class Constraint(ABC):
    """A condition, and the nearest parameters that meet it.

    A constraint is a frozen dataclass; its fields are its options.
    """

    name: ClassVar[str]

    @abstractmethod
    def project(self, parameters: Nodes) -> dict[str, Node]:
        """Return the nearest parameters that meet the condition."""

    def configuration(self) -> dict[str, Any]:
        """Return what makes an equal one, as plain JSON: {"constraint": .., ..}."""
        return {"constraint": self.name, **options_of(self)}


@dataclass(frozen=True)
class MaxNorm(Constraint):
    """The norm of each unit's incoming weights is at most `limit`.

    A unit is a column of a weight (inputs, outputs), or what the last axis counts of one with more
    axes. A parameter with fewer than 2 axes, such as a bias, is left as it is.

    Attributes:
        limit: above 0; the paper uses 3 to 4.

    Raises:
        OptionError: `limit` is no number above 0.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: a simple way to
    prevent neural networks from overfitting", JMLR 2014, section 5.1.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import input_node
        >>> w = input_node("w", (2, 1))
        >>> evaluate(MaxNorm(1.0).project({"w": w})["w"], {w: [[3], [4]]})
        array([[0.6],
               [0.8]], dtype=float32)
    """

    limit: float
    name: ClassVar[str] = "max_norm"

    def __post_init__(self) -> None:
        """Check the limit."""
        require_number(self, "limit", above=0.0)

    def project(self, parameters: Nodes) -> dict[str, Node]:
        """Shrink the columns that are too long."""
        projected = dict(parameters)
        for name, weight in parameters.items():
            if weight.rank >= 2:
                squared = squared_norm(weight, tuple(range(weight.rank - 1)))
                projected[name] = shrink(weight, squared, self.limit)
        return projected
