"""What an optimizer is made of: transformations from gradients to updates, composed in a chain.

Receives gradients by parameter name, as nodes; gives the updates that are added to the parameters,
and the new values of the transformation's slots. Nothing is computed here: it is all graph.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from pellucid.graph.node import Node, state_node
from pellucid.parts import options_of
from pellucid.primitives import cast

Nodes = Mapping[str, Node]


class Transformation(ABC):
    """One step on the way from gradients to updates (after Optax's `GradientTransformation`).

    A transformation is a frozen dataclass; its fields are its options.
    """

    name: ClassVar[str]

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

    def configuration(self) -> dict[str, Any]:
        """Return what makes an equal one, as plain JSON: {"transformation": .., ..}."""
        return {"transformation": self.name, **options_of(self)}


class PerParameter(Transformation):
    """A transformation that treats each parameter alone, with slots of the parameter's shape."""

    @abstractmethod
    def first_values(self) -> dict[str, float]:
        """Return what each parameter's slots start from, by the slots' names."""

    @abstractmethod
    def transform(self, update: Node, slots: Nodes, count: Node) -> tuple[Node, dict[str, Node]]:
        """Return one parameter's transformed update and its slots' new values.

        Args:
            update: what the transformation before gives.
            slots: its slots, by the names of `first_values`.
            count: the number of this update, 1 at the first, a scalar of the update's type.
        """

    def slots(self, parameters: Nodes) -> dict[str, Node]:
        """Return each slot for each parameter."""
        return {
            f"{slot}/{name}": state_node(
                f"{slot}/{name}", parameter.shape, parameter.dtype, initial=initial
            )
            for slot, initial in self.first_values().items()
            for name, parameter in parameters.items()
        }

    def update(
        self, updates: Nodes, slots: Nodes, parameters: Nodes, step: Node, rate: Node
    ) -> tuple[dict[str, Node], dict[str, Node]]:
        """Transform each parameter's update."""
        transformed: dict[str, Node] = {}
        changed: dict[str, Node] = {}
        for name, update in updates.items():
            own = {slot: slots[f"{slot}/{name}"] for slot in self.first_values()}
            count = cast(step, update.dtype) + 1.0
            transformed[name], new = self.transform(update, own, count)
            changed |= {f"{slot}/{name}": value for slot, value in new.items()}
        return transformed, changed
