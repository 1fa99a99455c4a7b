"""Gradient descent and its kin."""

from pellucid.optimizers.adaptive import ScaleByAdadelta, ScaleByAdagrad, ScaleByRMSProp
from pellucid.optimizers.aliases import (
    OPTIMIZERS,
    adadelta,
    adagrad,
    adam,
    adamax,
    adamw,
    compose,
    lion,
    momentum,
    nadam,
    nesterov,
    rmsprop,
    sgd,
)
from pellucid.optimizers.averages import ScaleByLion, Trace
from pellucid.optimizers.base import PerParameter, Transformation
from pellucid.optimizers.chain import Chain, ScaleByRate
from pellucid.optimizers.choice import (
    CONSTRAINTS,
    TRANSFORMATIONS,
    optimizer_from,
    transformation_from,
)
from pellucid.optimizers.clipping import ClipByGlobalNorm, ClipByNorm, ClipByValue
from pellucid.optimizers.constraint import Constraint, MaxNorm
from pellucid.optimizers.decay import AddDecayedWeights
from pellucid.optimizers.moments import ScaleByAdam, ScaleByAdaMax, ScaleByNadam
from pellucid.optimizers.optimizer import Optimizer

__all__ = [
    "CONSTRAINTS",
    "OPTIMIZERS",
    "TRANSFORMATIONS",
    "AddDecayedWeights",
    "Chain",
    "ClipByGlobalNorm",
    "ClipByNorm",
    "ClipByValue",
    "Constraint",
    "MaxNorm",
    "Optimizer",
    "PerParameter",
    "ScaleByAdaMax",
    "ScaleByAdadelta",
    "ScaleByAdagrad",
    "ScaleByAdam",
    "ScaleByLion",
    "ScaleByNadam",
    "ScaleByRMSProp",
    "ScaleByRate",
    "Trace",
    "Transformation",
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "adamw",
    "compose",
    "lion",
    "momentum",
    "nadam",
    "nesterov",
    "optimizer_from",
    "rmsprop",
    "sgd",
    "transformation_from",
]
