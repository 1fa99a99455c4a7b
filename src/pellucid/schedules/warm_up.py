"""Schedules that begin with a rise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pellucid.dtypes import float32, float64
from pellucid.graph.node import Node
from pellucid.parts import require_kind, require_number, require_whole
from pellucid.primitives import cast, clip, less, maximum, minimum, where
from pellucid.schedules.base import Schedule
from pellucid.schedules.decay import cosine_between


@dataclass(frozen=True)
class WarmUp(Schedule):
    """A linear rise from 0 over `steps` steps to the rate of another schedule, which then begins.

    At the first step the rate is 0, so that slots fill before weights move.

    Attributes:
        steps: the length of the rise, at least 1.
        then: what follows; its step 0 is step number `steps`.

    Source: Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017,
    section 2.2.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import input_node
        >>> from pellucid.schedules.decay import Constant
        >>> step = input_node("step", (), "int64")
        >>> evaluate(WarmUp(10, Constant(1.0)).rate(step, {}), {step: 5})
        array(0.5, dtype=float32)
    """

    steps: int
    then: Schedule
    name: ClassVar[str] = "warm-up"

    def __post_init__(self) -> None:
        """Check the options."""
        require_whole(self, "steps", at_least=1)
        require_kind(self, "then", Schedule, "a Schedule")

    def variables(self) -> dict[str, Node]:
        """Return those of the schedule that follows."""
        return self.then.variables()

    def rate(self, step: Node, variables: Mapping[str, Node]) -> Node:
        """Return the rate."""
        following = self.then.rate(maximum(step - self.steps, 0), variables)
        share = minimum(cast(step, float64) / float(self.steps), 1.0)
        return cast(share * cast(following, float64), float32)

    def after_epoch(self, metric: Node, variables: Mapping[str, Node]) -> dict[str, Node]:
        """Return the variables' new values, as the schedule that follows has it."""
        return self.then.after_epoch(metric, variables)


@dataclass(frozen=True)
class OneCycle(Schedule):
    """One rise and one long fall, each half a cosine.

    From peak / initial_divisor to the peak at step number warm_up_share steps, then down to peak /
    (initial_divisor final_divisor) at step number `steps`, where it stays.

    Attributes:
        peak: the highest rate, above 0.
        steps: the length of the run, at least 1.
        warm_up_share: the share of the rise, above 0 and below 1.
        initial_divisor: at least 1.
        final_divisor: at least 1.

    Source: Smith, Topin, "Super-convergence: very fast training of neural networks using large
    learning rates", 2018; PyTorch's defaults. Momentum is not cycled.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import input_node
        >>> step = input_node("step", (), "int64")
        >>> evaluate(OneCycle(0.5, steps=10).rate(step, {}), {step: 3})
        array(0.5, dtype=float32)
    """

    peak: float
    steps: int
    warm_up_share: float = 0.3
    initial_divisor: float = 25.0
    final_divisor: float = 1e4
    name: ClassVar[str] = "one-cycle"

    def __post_init__(self) -> None:
        """Check the options."""
        require_number(self, "peak", above=0.0)
        require_whole(self, "steps", at_least=1)
        require_number(self, "warm_up_share", above=0.0, below=1.0)
        require_number(self, "initial_divisor", "final_divisor", at_least=1.0)

    def rate(self, step: Node, variables: Mapping[str, Node]) -> Node:
        """Return the rate."""
        time, turn = cast(step, float64), self.warm_up_share * self.steps
        first = self.peak / self.initial_divisor
        last = first / self.final_divisor
        rise = cosine_between(first, self.peak, minimum(time / turn, 1.0))
        fall = cosine_between(self.peak, last, clip((time - turn) / (self.steps - turn), 0.0, 1.0))
        return cast(where(less(time, turn), rise, fall), float32)
