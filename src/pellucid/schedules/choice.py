"""Schedules by name, with defaults that suit the length of the run."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

from pellucid.errors import OptionError
from pellucid.parts import find_named, make_part, split_configuration
from pellucid.schedules.base import Schedule
from pellucid.schedules.decay import Constant, Cosine, Exponential, Range, StepDecay
from pellucid.schedules.plateau import ReduceOnPlateau
from pellucid.schedules.warm_up import OneCycle, WarmUp

SCHEDULES: dict[str, type[Schedule]] = {
    kind.name: kind
    for kind in (
        Constant,
        StepDecay,
        Exponential,
        Cosine,
        WarmUp,
        OneCycle,
        ReduceOnPlateau,
        Range,
    )
}
"""Every schedule of the package by name."""

WARM_UP_SHARE = 0.05
STAIRS = 3
STAIR_FACTOR = 0.1
EXPONENTIAL_FACTOR = 0.01
LOWEST_RATE = 1e-7


def schedule_from(
    value: str | float | Schedule | Mapping[str, Any],
    *,
    rate: float,
    steps: int,
    steps_per_epoch: int = 1,
) -> Schedule:
    """Return a schedule for a run.

    By name, and where a configuration leaves an option out:

    - "constant": `rate` all the way;
    - "step": three stairs over the run, each a tenth of the one before, rounded up to whole epochs;
    - "exponential": down to 1 % of `rate` at the end;
    - "cosine": down to 0 at the end;
    - "warm-up": a linear rise over 5 % of the run, then "cosine" over the rest;
    - "one-cycle": the cycle that peaks at `rate`, as long as the run;
    - "plateau": `ReduceOnPlateau` with its own defaults;
    - "range": from 1e-7 to `rate` over the run.

    Args:
        value: one; a number, for a constant; a name of `SCHEDULES`; or a configuration, such as
            {"schedule": "step", "every": 100}.
        rate: the learning rate at first; of "warm-up" and "one-cycle", the highest.
        steps: the number of steps in the run.
        steps_per_epoch: of them, in each epoch.

    Raises:
        OptionError: there is no such schedule or option, or the run has no steps.

    Example:
        >>> schedule_from("cosine", rate=0.1, steps=500)
        Cosine(learning_rate=0.1, steps=500, final=0.0)
    """
    if isinstance(value, Schedule):
        return value
    if isinstance(value, Real) and not isinstance(value, bool):
        return Constant(float(value))
    if isinstance(value, str):
        value = {"schedule": value}
    if not isinstance(value, Mapping):
        raise OptionError(
            "a schedule is a Schedule, a number, a configuration or a name "
            f"({', '.join(SCHEDULES)}), got {value!r}"
        )
    for title, length in (("steps", steps), ("steps_per_epoch", steps_per_epoch)):
        if length < 1:
            raise OptionError(f"a schedule needs {title} to be at least 1, got {length}")
    name, options = split_configuration("schedule", value)
    kind = find_named("schedule", name, SCHEDULES)
    if kind is WarmUp:
        return _warm_up(options, rate, steps, steps_per_epoch)
    defaults = _defaults(rate, steps, steps_per_epoch)[kind]
    return make_part(kind, f"the schedule {kind.name!r}", {**defaults, **options})


def _defaults(
    rate: float, steps: int, steps_per_epoch: int
) -> dict[type[Schedule], dict[str, Any]]:
    stair = -(-steps // STAIRS)
    whole_epochs = -(-stair // steps_per_epoch) * steps_per_epoch
    return {
        Constant: {"learning_rate": rate},
        StepDecay: {"learning_rate": rate, "factor": STAIR_FACTOR, "every": whole_epochs},
        Exponential: {"learning_rate": rate, "factor": EXPONENTIAL_FACTOR, "every": steps},
        Cosine: {"learning_rate": rate, "steps": steps},
        OneCycle: {"peak": rate, "steps": steps},
        ReduceOnPlateau: {"learning_rate": rate},
        Range: {"low": LOWEST_RATE, "high": rate, "steps": steps},
    }


def _warm_up(options: dict[str, Any], rate: float, steps: int, steps_per_epoch: int) -> Schedule:
    """Return a warm-up, or what follows it alone where 5 % of the run are less than a step."""
    rise = options.get("steps", int(WARM_UP_SHARE * steps))
    rest = max(steps - rise, 1) if isinstance(rise, int) else steps
    then = schedule_from(
        options.get("then", "cosine"), rate=rate, steps=rest, steps_per_epoch=steps_per_epoch
    )
    if rise == 0 and "steps" not in options:
        return then
    return make_part(WarmUp, "the schedule 'warm-up'", {**options, "steps": rise, "then": then})
