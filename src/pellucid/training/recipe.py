"""How a network is to be trained: everything but the network and the data."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

from pellucid.errors import OptionError
from pellucid.losses.base import Loss
from pellucid.optimizers.optimizer import Optimizer
from pellucid.schedules.base import Schedule
from pellucid.training.metrics import Metric


@dataclass(frozen=True)
class Recipe:
    """How a network is to be trained.

    Attributes:
        loss: what is lowered.
        optimizer: how gradients become updates.
        schedule: the learning rate at each step.
        epochs: how often all rows are seen, at most.
        batch_size: rows an update.
        seed: of initial weights, order of rows and dropout.
        metrics: what is computed after each epoch beside the loss.
        monitor: the scalar that decides on the best epoch, such as "validation_loss".
        patience: epochs without a better value of it before the run stops; None never stops.
        averaging: the share of the steps taken so far that weights are averaged over, with weights
            that fall towards the earlier ones; the averages are what is evaluated and kept. 0 keeps
            the weights as they are.
        l1: strength of the penalty on absolute weights.
        l2: strength of the penalty on squared weights.
        shuffled: whether rows are reordered in each epoch.
        block: so many neighbouring rows stay together when rows are reordered, which spares data
            that lie in a file from being read row by row.

    Averages: Shamir, Zhang, "Stochastic gradient descent for non-smooth optimization: convergence
    results and optimal averaging schemes", ICML 2013, section 4 (polynomial-decay averaging; its
    eta is 1 / averaging - 1).
    """

    loss: Loss
    optimizer: Optimizer
    schedule: Schedule
    epochs: int
    batch_size: int
    seed: int = 0
    metrics: tuple[Metric, ...] = field(default=())
    monitor: str = "train_loss"
    patience: int | None = None
    averaging: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    shuffled: bool = True
    block: int = 1

    def __post_init__(self) -> None:
        """Refuse what is impossible, in the options' names."""
        object.__setattr__(self, "epochs", whole_option("epochs", self.epochs))
        object.__setattr__(self, "batch_size", whole_option("batch_size", self.batch_size))
        if self.patience is not None:
            object.__setattr__(self, "patience", whole_option("patience", self.patience))
        for name, strength in (("l1", self.l1), ("l2", self.l2)):
            number = isinstance(strength, Real) and not isinstance(strength, bool)
            if not number or not 0.0 <= strength < float("inf"):
                raise OptionError(f"{name} must be a number of at least 0, got {strength!r}")
        if not 0.0 <= self.averaging <= 1.0:
            raise OptionError(f"averaging must be from 0 to 1, got {self.averaging}")
        if not isinstance(self.seed, Integral) or not 0 <= self.seed < 2**64:
            raise OptionError(f"seed must be from 0 to 2^64 - 1, got {self.seed!r}")
        object.__setattr__(self, "seed", int(self.seed))
        if not isinstance(self.shuffled, bool):
            raise OptionError(f"shuffled must be True or False, got {self.shuffled!r}")

    def metric_named(self, name: str) -> Metric | None:
        """Return the metric of that name, None for the loss."""
        for metric in self.metrics:
            if metric.name == name:
                return metric
        return None


def whole_option(name: str, value: Any) -> int:
    """Return an option that is a whole number of at least 1.

    Raises:
        OptionError: it is none, or too small.

    Example:
        >>> whole_option("epochs", 3)
        3
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise OptionError(f"{name} must be a whole number of at least 1, got {value!r}")
    if value < 1:
        raise OptionError(f"{name} must be at least 1, got {value}")
    return int(value)
