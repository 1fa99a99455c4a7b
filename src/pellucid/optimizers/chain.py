"""Transformations one after another, and the last one: the learning rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pellucid.errors import OptionError
from pellucid.graph.node import Node
from pellucid.optimizers.base import Nodes, Transformation
from pellucid.primitives import cast


@dataclass(frozen=True)
class ScaleByRate(Transformation):
    """-rate u: the step down the slope. The last of a chain."""

    name: ClassVar[str] = "scale_by_rate"

    def update(
        self, updates: Nodes, slots: Nodes, parameters: Nodes, step: Node, rate: Node
    ) -> tuple[dict[str, Node], dict[str, Node]]:
        """Multiply each update."""
        return {name: -cast(rate, update.dtype) * update for name, update in updates.items()}, {}


@dataclass(frozen=True)
class Chain(Transformation):
    """Transformations, each receiving what the one before gives.

    A slot's name begins with that of its transformation: "scale_by_adam.first_moment/weight"; the
    second of equal names is "trace_2".

    Attributes:
        transformations: in the order in which they act.

    Raises:
        OptionError: one of them is no transformation.

    Example:
        >>> from pellucid.graph.node import parameter_node
        >>> from pellucid.optimizers.averages import Trace
        >>> chain = Chain((Trace(0.9), ScaleByRate()))
        >>> list(chain.slots({"w": parameter_node("w", ())}))
        ['trace.velocity/w']
    """

    transformations: tuple[Transformation, ...]
    name: ClassVar[str] = "chain"

    def __post_init__(self) -> None:
        """Check the members."""
        object.__setattr__(self, "transformations", tuple(self.transformations))
        for member in self.transformations:
            if not isinstance(member, Transformation):
                raise OptionError(f"Chain needs transformations, got {member!r}")

    def _labelled(self) -> Iterator[tuple[str, Transformation]]:
        seen: dict[str, int] = {}
        for member in self.transformations:
            seen[member.name] = seen.get(member.name, 0) + 1
            number = seen[member.name]
            yield member.name if number == 1 else f"{member.name}_{number}", member

    def slots(self, parameters: Nodes) -> dict[str, Node]:
        """Return the slots of all members."""
        return {
            f"{label}.{slot}": leaf.named(f"{label}.{slot}")
            for label, member in self._labelled()
            for slot, leaf in member.slots(parameters).items()
        }

    def update(
        self, updates: Nodes, slots: Nodes, parameters: Nodes, step: Node, rate: Node
    ) -> tuple[dict[str, Node], dict[str, Node]]:
        """Pass the updates through all members."""
        passed = dict(updates)
        changed: dict[str, Node] = {}
        for label, member in self._labelled():
            prefix = f"{label}."
            own = {n.removeprefix(prefix): s for n, s in slots.items() if n.startswith(prefix)}
            passed, new = member.update(passed, own, parameters, step, rate)
            changed |= {prefix + slot: value for slot, value in new.items()}
        return passed, changed
