"""Mean and standard deviation of the training rows, and the way to standard units and back.

    z = (x - mean) / scale

Sums are taken after division by a power of two, which changes no bit of ordinary numbers and
lets values near the end of float64's range through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pellucid.data.descriptions import number_of

__all__ = ["FARTHEST", "Float64s", "Scaling", "power_of_two"]

Float64s: TypeAlias = npt.NDArray[np.float64]

FARTHEST = 1e6
"""Standard units are cut off here: n training rows reach sqrt(n) at most."""


@dataclass(frozen=True)
class Scaling:
    """A mean and a scale (standard deviation with divisor n), in the user's units.

    A constant has scale 0 and is 0 in standard units.

    >>> scaling = Scaling.fit(np.array([1.0, 3.0]))
    >>> scaling
    Scaling(mean=2.0, scale=1.0)
    >>> scaling.standardise(np.array([4.0])), scaling.restore(np.array([2.0]))
    (array([2.]), array([4.]))
    """

    mean: float
    scale: float

    @classmethod
    def fit(cls, values: Float64s) -> Scaling:
        """Learn from finite values of shape (n,), n at least 1."""
        low, high = float(values.min()), float(values.max())
        if low == high:
            return cls(low, 0.0)
        exponent = power_of_two(values)
        small = np.ldexp(values, -exponent)
        mean = float(small.mean())
        deviation = float(np.sqrt(np.square(small - mean).mean()))
        return cls(float(np.ldexp(mean, exponent)), float(np.ldexp(deviation, exponent)))

    @classmethod
    def from_description(cls, description: Any) -> Scaling:
        """The scaling under 'mean' and 'scale'; ModelFileError if there is none."""
        return cls(number_of(description, "mean"), number_of(description, "scale", least=0.0))

    def description(self) -> dict[str, float]:
        """This scaling as plain JSON."""
        return {"mean": self.mean, "scale": self.scale}

    def standardise(self, values: Float64s) -> Float64s:
        """Values of any shape in standard units, float64, within 1e6; nan stays nan."""
        if self.scale == 0.0:
            return np.where(np.isnan(values), np.nan, 0.0)
        # Halves, so that the difference of two numbers of opposite sign stays in range.
        with np.errstate(over="ignore"):
            standard = (values * 0.5 - self.mean * 0.5) / self.scale * 2.0
        return np.clip(standard, -FARTHEST, FARTHEST)

    def restore(self, standard: Float64s) -> Float64s:
        """Values of any shape in the user's units, float64."""
        return np.asarray(standard, dtype=np.float64) * self.scale + self.mean


def power_of_two(values: Float64s) -> int:
    """The exponent e for which no value is beyond -2^e and 2^e."""
    return int(np.frexp(max(abs(float(values.min())), abs(float(values.max()))))[1])
