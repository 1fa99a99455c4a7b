"""An optimizer: from gradients to the next parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.errors import GraphError
from pellucid.graph.node import Node
from pellucid.optimizers.base import Nodes, Transformation
from pellucid.optimizers.constraint import Constraint
from pellucid.parts import options_of, require_kind, require_number


@dataclass(frozen=True)
class Optimizer:
    """A transformation of gradients to updates, which are added, and perhaps a constraint.

    Attributes:
        transformation: usually a `Chain` that ends with `ScaleByRate`.
        constraint: what the new parameters must meet.
        rate: the learning rate that suits it, for a schedule to start from. It is not used here:
            `apply` is given the rate of the step.

    Raises:
        OptionError: an argument is of another kind, or `rate` is no number above 0.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import constant_node, input_node, parameter_node
        >>> from pellucid.optimizers.chain import ScaleByRate
        >>> w, g = parameter_node("w", (2,)), input_node("g", (2,))
        >>> step, rate = constant_node(0, "int64"), constant_node(0.5)
        >>> new, _ = Optimizer(ScaleByRate()).apply({"w": g}, {}, {"w": w}, step, rate)
        >>> evaluate(new["w"], {w: [1, 2], g: [2, 2]})
        array([0., 1.], dtype=float32)
    """

    transformation: Transformation
    constraint: Constraint | None = None
    rate: float = 0.01

    def __post_init__(self) -> None:
        """Check the arguments."""
        require_kind(self, "transformation", Transformation, "a Transformation")
        require_kind(self, "constraint", Constraint | None, "a Constraint or None")
        require_number(self, "rate", above=0.0)

    def slots(self, parameters: Nodes) -> dict[str, Node]:
        """Return the state it keeps: slot name to a `state_node` that carries its first value."""
        return self.transformation.slots(parameters)

    def apply(
        self, gradients: Nodes, slots: Nodes, parameters: Nodes, step: Node, rate: Node
    ) -> tuple[dict[str, Node], dict[str, Node]]:
        """Return the new parameters and the new values of the slots.

        Args:
            gradients: of what is lowered, by parameter name.
            slots: the nodes that stand for the slots, as `slots` gives them.
            parameters: before the update, by name.
            step: the number of updates made so far, an int64 scalar.
            rate: the learning rate at this step, a float32 scalar.

        Raises:
            GraphError: a parameter has no gradient, a gradient no parameter, or they differ in
                shape or type.
        """
        _check_gradients(gradients, parameters)
        updates, changed = self.transformation.update(gradients, slots, parameters, step, rate)
        moved = {name: leaf + updates[name] for name, leaf in parameters.items()}
        return self.constraint.project(moved, parameters) if self.constraint else moved, changed

    def configuration(self) -> dict[str, Any]:
        """Return what `optimizer_from` needs to make an equal one."""
        return {"optimizer": "composed", **options_of(self)}


def _check_gradients(gradients: Nodes, parameters: Nodes) -> None:
    for name in parameters:
        if name not in gradients:
            raise GraphError(
                f"the optimizer needs a gradient for each parameter, got none of {name!r}"
            )
    for name, gradient in gradients.items():
        if name not in parameters:
            raise GraphError(f"the optimizer got a gradient of {name!r}, which is no parameter")
        if gradient.type != parameters[name].type:
            raise GraphError(
                f"the gradient of {name!r} must be {_spell(parameters[name])}, as the parameter, "
                f"got {_spell(gradient)}"
            )


def _spell(node: Node) -> str:
    return f"{node.dtype} {node.shape}"
