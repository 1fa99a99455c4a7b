"""Weight decay, apart from the gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pellucid.graph.node import Node, incoming_axes
from pellucid.optimizers.base import Nodes, Transformation
from pellucid.parts import require_kind, require_number


@dataclass(frozen=True)
class AddDecayedWeights(Transformation):
    """Decoupled weight decay: u + weight_decay w.

    Placed after the scaling and before the rate, it makes each update shrink the weights by rate
    times weight_decay, however the gradient is scaled. Weights are decayed, which is said by each
    parameter (`parameter(..., incoming=..)`); a bias, a phase or a normalization's scale is not,
    since keeping it small does not make the network's function simpler.

    Attributes:
        weight_decay: the strength, at least 0.
        all_parameters: whether what is no weight is decayed, too.

    Source: Loshchilov, Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2,
    with the weight decay multiplied by the learning rate.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import constant_node, input_node
        >>> g, zero = input_node("g", (1, 2)), constant_node(0, "int64")
        >>> new, _ = AddDecayedWeights(0.5).update({"w": g}, {}, {"w": g}, zero, constant_node(0.5))
        >>> evaluate(new["w"], {g: [[2, 4]]})
        array([[3., 6.]], dtype=float32)
    """

    weight_decay: float
    all_parameters: bool = False
    name: ClassVar[str] = "add_decayed_weights"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "weight_decay", at_least=0.0)
        require_kind(self, "all_parameters", bool, "True or False")

    def update(
        self, updates: Nodes, slots: Nodes, parameters: Nodes, step: Node, rate: Node
    ) -> tuple[dict[str, Node], dict[str, Node]]:
        """Add to the updates of what is decayed."""
        decayed = dict(updates)
        for name, update in updates.items():
            if self.all_parameters or incoming_axes(parameters[name]):
                decayed[name] = update + self.weight_decay * parameters[name]
        return decayed, {}
