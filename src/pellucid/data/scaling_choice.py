"""The ways to scale a column of numbers, by name, and the choice between them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from pellucid.data.quantile_scaling import QuantileScaling
from pellucid.data.robust_scaling import RobustScaling
from pellucid.data.scaling import Float64s, Scaling
from pellucid.data.table import did_you_mean, name_list
from pellucid.errors import OptionError

__all__ = ["AUTO", "SCALINGS", "FeatureScaling", "check_scaling", "fit_scaling", "scaling_name"]

AUTO = "auto"

FEWEST_VALUES = 10
"""A column of no more different values than this is no quantity with tails."""

HEAVY = 10.0
"""Tails are heavy where the middle 99 % of the rows are so many times as wide as the middle half.

Those of a normal distribution are 3.8 times as wide, of an exponential 4.8, of a log-normal one 9.
"""


FAR = 20.0
"""So too where a training row is so many standard deviations from the mean: alone, it would press
all others together."""


class FeatureScaling(Protocol):
    """What was learned of a column of numbers, and the way to numbers about as large as 1."""

    def standardise(self, values: Float64s) -> Float64s:
        """Finite numbers for finite values of any shape, 0 in the middle; nan stays nan."""

    def description(self) -> Mapping[str, Any]:
        """This scaling as plain JSON."""


SCALINGS: Mapping[str, type[Scaling] | type[RobustScaling] | type[QuantileScaling]] = (
    MappingProxyType({"standard": Scaling, "robust": RobustScaling, "quantile": QuantileScaling})
)
"""The ways to scale, by the name that options and descriptions use."""


def check_scaling(name: str) -> None:
    """OptionError unless a column of numbers can be scaled in the way of that name."""
    known = [AUTO, *SCALINGS]
    if name not in known:
        raise OptionError(
            f"the scaling must be one of {name_list(known)}, but it is {name!r}"
            f"{did_you_mean(name, known)}"
        )


def fit_scaling(values: Float64s, name: str = AUTO) -> FeatureScaling:
    """Learn from finite values of shape (n,), n at least 1.

    `auto` takes quantiles where tails are heavy, and standard units otherwise.

    >>> random = np.random.default_rng(0)
    >>> scaling_name(fit_scaling(random.normal(size=500)))
    'standard'
    >>> scaling_name(fit_scaling(random.standard_cauchy(size=500)))
    'quantile'
    """
    check_scaling(name)
    if name != AUTO:
        return SCALINGS[name].fit(values)
    standard = Scaling.fit(values)
    return QuantileScaling.fit(values) if _has_heavy_tails(values, standard) else standard


def _has_heavy_tails(values: Float64s, standard: Scaling) -> bool:
    low, first, third, high = np.quantile(values * 2.0**-4, (0.005, 0.25, 0.75, 0.995))
    ends = np.abs(standard.standardise(np.array([values.min(), values.max()])))
    if high - low <= HEAVY * (third - first) and ends.max() <= FAR:
        return False
    return len(np.unique(values)) > FEWEST_VALUES


def scaling_name(scaling: FeatureScaling) -> str:
    """The name of the way in which a scaling scales."""
    return next(name for name, known in SCALINGS.items() if type(scaling) is known)
