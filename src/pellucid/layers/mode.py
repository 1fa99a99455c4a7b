"""How a network is being called: in training or evaluation, with which randomness.

A mode is handed down from layer to layer while one graph is built, and collects what layers say
beside their output: new values of their state, and penalties on what they compute.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from pellucid.errors import GraphError
from pellucid.graph.node import Node
from pellucid.primitives import bernoulli, normal

if TYPE_CHECKING:
    from pellucid.layers.base import Layer

_FIRST_PURPOSE = 1 << 31


class Call(NamedTuple):
    """That a layer was called: with which input, and what came out."""

    layer: Layer
    input: Node
    output: Node


class Mode:
    """The circumstances of one call of a network.

    Attributes:
        training: whether dropout acts, and normalizations use the batch's statistics.
        updates: state leaf to its new value, as layers have given them.
        penalties: scalars that layers want added to the loss.
        calls: of layers, in the order in which they ended, inner ones first.

    Example:
        >>> Mode().training
        False
    """

    def __init__(
        self, training: bool = False, key: Node | None = None, step: Node | None = None
    ) -> None:
        """Say how the network is called.

        Args:
            training: whether this is training.
            key: the seed of random draws, from `key_node`; needed by layers that draw.
            step: the number of updates made so far, an int64 scalar.
        """
        self.training = training
        self.updates: dict[Node, Node] = {}
        self.penalties: list[Node] = []
        self.calls: list[Call] = []
        self._key, self._step = key, step
        # The upper half: purposes made from names, of initial values, lie in the lower.
        self._purpose = _FIRST_PURPOSE
        self._path: list[str] = []

    @contextmanager
    def inside(self, name: str | None) -> Iterator[str]:
        """Enter a layer; gives its path, such as "tower.hidden_1", from the names on the way."""
        names = [name] if name else []
        self._path += names
        try:
            yield ".".join(self._path)
        finally:
            del self._path[len(self._path) - len(names) :]

    def update(self, leaf: Node, value: Node) -> None:
        """Give a state leaf its new value after this step."""
        self.updates[leaf] = value

    def penalize(self, penalty: Node) -> None:
        """Add a scalar to the loss of this step, such as the mean size of what a layer computes."""
        self.penalties.append(penalty)

    def latest(self, leaf: Node) -> Node:
        """Return the value that a state leaf has been given so far, or the leaf itself."""
        return self.updates.get(leaf, leaf)

    def bernoulli(self, shape: tuple[int, ...], probability: float) -> Node:
        """Return booleans that are True with a probability, drawn anew at each step."""
        key, step, purpose = self._draw()
        return bernoulli(key, step, shape, purpose, probability)

    def normal(self, shape: tuple[int, ...]) -> Node:
        """Return normal numbers with mean 0 and variance 1, drawn anew at each step."""
        key, step, purpose = self._draw()
        return normal(key, step, shape, purpose)

    def _draw(self) -> tuple[Node, Node, int]:
        if self._key is None or self._step is None:
            who = f"the layer '{'.'.join(self._path)}'" if self._path else "a layer"
            raise GraphError(f"{who} draws random numbers: the mode needs a key and a step")
        self._purpose += 1
        return self._key, self._step, self._purpose
