"""First values of parameters."""

from pellucid.initializers.base import Initializer
from pellucid.initializers.choice import INITIALIZERS, initializer_from
from pellucid.initializers.constant import Constant, Ones, Zeros
from pellucid.initializers.orthogonal import Orthogonal
from pellucid.initializers.random import Normal, Uniform
from pellucid.initializers.scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LeCunNormal,
    LeCunUniform,
)

__all__ = [
    "INITIALIZERS",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "LeCunNormal",
    "LeCunUniform",
    "Normal",
    "Ones",
    "Orthogonal",
    "Uniform",
    "Zeros",
    "initializer_from",
]
