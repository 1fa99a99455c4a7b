"""What an optimizer is made of: transformations from gradients to updates, composed in a chain.

Receives gradients by parameter name, as nodes; gives the updates that are added to the parameters,
and the new values of the transformation's slots. Nothing is computed here: it is all graph.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from pellucid.graph.node import Node

Nodes = Mapping[str, Node]


class Transformation(ABC):
    """One step on the way from gradients to updates (after Optax's `GradientTransformation`)."""

    name: str

    def slots(self, parameters: Nodes) -> dict[str, Node]:
        """Return the state it keeps: slot name to a `state_node` that carries its first value.

        Args:
            parameters: the parameters by name. A slot that belongs to one is called
                "first_moment/hidden_1.weight": what it is, then the parameter.
        """
        return {}

    @abstractmethod
    def update(
        self, updates: Nodes, slots: Nodes, parameters: Nodes, step: Node, rate: Node
    ) -> tuple[dict[str, Node], dict[str, Node]]:
        """Return the transformed updates and the slots' new values.

        Args:
            updates: what the transformation before gives; gradients at first. By parameter name.
            slots: the nodes that stand for its slots.
            parameters: the parameters before the update.
            step: the number of updates made so far, an int64 scalar: 0 at the first.
            rate: the learning rate at this step, a float32 scalar.
        """

    @abstractmethod
    def configuration(self) -> dict[str, Any]:
        """Return what makes an equal one, as plain JSON."""
