"""Learning rates that change as training goes on."""

from pellucid.schedules.base import Schedule
from pellucid.schedules.choice import SCHEDULES, schedule_from
from pellucid.schedules.decay import Constant, Cosine, Exponential, Range, StepDecay
from pellucid.schedules.plateau import ReduceOnPlateau
from pellucid.schedules.warm_up import OneCycle, WarmUp

__all__ = [
    "SCHEDULES",
    "Constant",
    "Cosine",
    "Exponential",
    "OneCycle",
    "Range",
    "ReduceOnPlateau",
    "Schedule",
    "StepDecay",
    "WarmUp",
    "schedule_from",
]
