"""The schedule that follows a metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import ClassVar

from pellucid.dtypes import float32, float64, int64
from pellucid.graph.node import Node, state_node
from pellucid.parts import require_number, require_whole
from pellucid.primitives import cast, isfinite, less, logical_and, maximum, where
from pellucid.schedules.base import Schedule

SMALLEST_CHANGE = 1e-8
"""A fall of the rate by no more than this is not made."""


@dataclass(frozen=True)
class ReduceOnPlateau(Schedule):
    """Multiplies the rate with `factor` when a metric has stopped falling.

    After an epoch, the metric has improved if it is below best - threshold |best|; nan never is.
    When more than `patience` epochs in a row have brought no improvement, the rate falls, but not
    below `minimum`, and the next `cooldown` epochs are not counted.

    Attributes:
        learning_rate: the rate at first, above 0.
        factor: above 0 and below 1.
        patience: at least 0.
        threshold: the share of the best value's size by which a better one is below it, at least 0
            and below 1.
        minimum: at least 0.
        cooldown: at least 0.

    Variables: rate and best (float64), bad_epochs and cooldown_left (int64).

    Source: the rule of PyTorch's `ReduceLROnPlateau` with mode "min" and threshold_mode "rel",
    whose best (1 - threshold) is the same while the best is positive. Of a negative one,
    such as an accuracy with its sign changed, it lies above: what stands still would improve.

    Example:
        >>> list(ReduceOnPlateau(0.1, patience=5).variables())
        ['rate', 'best', 'bad_epochs', 'cooldown_left']
    """

    learning_rate: float
    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    minimum: float = 0.0
    cooldown: int = 0
    name: ClassVar[str] = "plateau"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "learning_rate", above=0.0)
        require_number(self, "factor", above=0.0, below=1.0)
        require_whole(self, "patience", "cooldown", at_least=0)
        require_number(self, "threshold", at_least=0.0, below=1.0)
        require_number(self, "minimum", at_least=0.0)

    def variables(self) -> dict[str, Node]:
        """Return rate, best, bad_epochs and cooldown_left."""
        return {
            "rate": state_node("rate", (), float64, initial=self.learning_rate),
            "best": state_node("best", (), float64, initial=inf),
            "bad_epochs": state_node("bad_epochs", (), int64),
            "cooldown_left": state_node("cooldown_left", (), int64),
        }

    def rate(self, step: Node, variables: Mapping[str, Node]) -> Node:
        """Return the rate."""
        return cast(variables["rate"], float32)

    def after_epoch(self, metric: Node, variables: Mapping[str, Node]) -> dict[str, Node]:
        """Return the variables' new values."""
        rate, best, left = (variables[name] for name in ("rate", "best", "cooldown_left"))
        value = cast(metric, float64)
        improved = less(value, best - self._margin(best))
        cooling = less(0, left)
        bad_epochs = where(improved, 0, variables["bad_epochs"] + 1)
        bad_epochs = where(cooling, 0, bad_epochs)
        waited = less(self.patience, bad_epochs)
        lower = maximum(rate * self.factor, self.minimum)
        falls = logical_and(waited, less(SMALLEST_CHANGE, rate - lower))
        return {
            "rate": where(falls, lower, rate),
            "best": where(improved, value, best),
            "bad_epochs": where(waited, 0, bad_epochs),
            "cooldown_left": where(waited, self.cooldown, where(cooling, left - 1, left)),
        }

    def _margin(self, best: Node) -> Node:
        """Return by how much a better value is below the best; 0 while there is none."""
        return where(isfinite(best), self.threshold * abs(best), 0.0)
