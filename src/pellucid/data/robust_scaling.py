"""Median and quartiles of the training rows, with a smooth limit for values far out.

    z = (x - median) / (upper quartile - lower quartile)
    y = z / sqrt(1 + (z / 3)^2)

As in RealMLP: Holzmüller, Grinsztajn, Steinwart (2024), Better by Default: Strong Pre-Tuned MLPs
and Boosted Trees on Tabular Data, section 3.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data.scaling import Float64s, Scaling, power_of_two

__all__ = ["LIMIT", "RobustScaling"]

LIMIT = 3.0
"""No value gets farther from 0 than this."""


@dataclass(frozen=True)
class RobustScaling:
    """A median and a distance of quartiles, in the user's units.

    Where the quartiles are equal, half the range takes the place of their distance. A constant has
    scale 0 and is 0 everywhere.

    >>> scaling = RobustScaling.fit(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    >>> scaling.linear
    Scaling(mean=3.0, scale=2.0)
    >>> scaling.standardise(np.array([3.0, 5.0, 1e9])).round(3).tolist()
    [0.0, 0.949, 3.0]
    """

    linear: Scaling

    @classmethod
    def fit(cls, values: Float64s) -> RobustScaling:
        """Learn from finite values of shape (n,), n at least 1."""
        exponent = power_of_two(values)
        small = np.ldexp(values, -exponent)
        low, middle, high = np.quantile(small, [0.25, 0.5, 0.75]).tolist()
        spread = high - low if high > low else 0.5 * (float(small.max()) - float(small.min()))
        with np.errstate(over="ignore"):
            scale = min(float(np.ldexp(spread, exponent)), sys.float_info.max)
        return cls(Scaling(float(np.ldexp(middle, exponent)), scale))

    @classmethod
    def from_description(cls, description: Any) -> RobustScaling:
        """The scaling under 'mean' and 'scale'; ModelFileError if there is none."""
        return cls(Scaling.from_description(description))

    def description(self) -> dict[str, Any]:
        """This scaling as plain JSON."""
        return dict(self.linear.description())

    def standardise(self, values: Float64s) -> Float64s:
        """Values of any shape in the units above, float64, within -3 and 3; nan stays nan."""
        standard = self.linear.standardise(values)
        return standard / np.sqrt(1.0 + np.square(standard / LIMIT))
