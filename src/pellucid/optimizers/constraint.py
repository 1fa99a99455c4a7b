"""Conditions that parameters must meet after each update."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.graph.node import Node, incoming_axes
from pellucid.optimizers.base import Nodes
from pellucid.optimizers.clipping import shrink, squared_norm
from pellucid.parts import options_of, require_number


class Constraint(ABC):
    """A condition, and the nearest parameters that meet it.

    A constraint is a frozen dataclass; its fields are its options.
    """

    name: ClassVar[str]

    @abstractmethod
    def project(self, moved: Nodes, parameters: Nodes) -> dict[str, Node]:
        """Return the nearest values that meet the condition.

        Args:
            moved: the parameters' values after an update, by name.
            parameters: the parameters themselves, which say what they hold.
        """

    def configuration(self) -> dict[str, Any]:
        """Return what makes an equal one, as plain JSON: {"constraint": .., ..}."""
        return {"constraint": self.name, **options_of(self)}


@dataclass(frozen=True)
class MaxNorm(Constraint):
    """The norm of each unit's incoming weights is at most `limit`.

    Which weights those are is said by each parameter (`parameter(..., incoming=..)`): a column of a
    weight (inputs, units); of an embedding, one category's vector. What is no weight, such as a
    bias, is left as it is.

    Attributes:
        limit: above 0; the paper uses 3 to 4.

    Raises:
        OptionError: `limit` is no number above 0.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: a simple way to
    prevent neural networks from overfitting", JMLR 2014, section 5.1.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import parameter_node
        >>> w = parameter_node("w", (2, 1))
        >>> evaluate(MaxNorm(1.0).project({"w": w}, {"w": w})["w"], {w: [[3], [4]]})
        array([[0.6],
               [0.8]], dtype=float32)
    """

    limit: float
    name: ClassVar[str] = "max_norm"

    def __post_init__(self) -> None:
        """Check the limit."""
        require_number(self, "limit", above=0.0)

    def project(self, moved: Nodes, parameters: Nodes) -> dict[str, Node]:
        """Shrink the units whose weights are too long."""
        projected = dict(moved)
        for name, value in moved.items():
            axes = incoming_axes(parameters[name])
            if axes:
                projected[name] = shrink(value, squared_norm(value, axes), self.limit)
        return projected
