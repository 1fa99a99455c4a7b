"""What training lowers."""

from pellucid.losses.base import Loss, Reduction
from pellucid.losses.choice import LOSSES, loss_from
from pellucid.losses.classification import (
    BinaryCrossEntropy,
    Hinge,
    Perceptron,
    SoftmaxCrossEntropy,
    zero_one,
)
from pellucid.losses.ensemble import MeanOverMembers
from pellucid.losses.penalties import l1, l2
from pellucid.losses.regression import (
    AbsoluteError,
    GaussianNLL,
    Huber,
    Poisson,
    Quantile,
    SquaredError,
)

__all__ = [
    "LOSSES",
    "AbsoluteError",
    "BinaryCrossEntropy",
    "GaussianNLL",
    "Hinge",
    "Huber",
    "Loss",
    "MeanOverMembers",
    "Perceptron",
    "Poisson",
    "Quantile",
    "Reduction",
    "SoftmaxCrossEntropy",
    "SquaredError",
    "l1",
    "l2",
    "loss_from",
    "zero_one",
]
