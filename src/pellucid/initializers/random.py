"""Initializers that draw each element independently, with bounds or a deviation of one's own.

Values are drawn in float64 and then rounded to the parameter's type. No normal distribution is
truncated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pellucid.dtypes import DType
from pellucid.errors import OptionError
from pellucid.initializers.base import Array, Initializer, normal_draws, uniform_draws
from pellucid.parts import require_number
from pellucid.shapes import Shape, size


@dataclass(frozen=True)
class Uniform(Initializer):
    """Uniform on [low, high).

    Attributes:
        low: the lower end.
        high: the upper end, above `low`.

    Raises:
        OptionError: an end is no finite number, or they are not in order.

    Example:
        >>> import numpy as np
        >>> value = Uniform(-1, 1)((2, 3), np.dtype("float32"), seed=0, name="weight")
        >>> value.shape, bool(abs(value).max() <= 1)
        ((2, 3), True)
    """

    low: float = -0.05
    high: float = 0.05
    name: ClassVar[str] = "uniform"

    def __post_init__(self) -> None:
        """Check the ends."""
        require_number(self, "low", "high")
        if not self.low < self.high:
            raise OptionError(
                f"Uniform needs low to be below high, got low {self.low:g} and high {self.high:g}"
            )

    def __call__(self, shape: Shape, dtype: DType, seed: int, name: str) -> Array:
        """Return the draws."""
        draws = uniform_draws(size(shape), seed, name)
        return (self.low + (self.high - self.low) * draws).reshape(shape).astype(dtype)


@dataclass(frozen=True)
class Normal(Initializer):
    """Normal, not truncated.

    Attributes:
        mean: the mean.
        standard_deviation: the standard deviation, at least 0.

    Raises:
        OptionError: one is no finite number, or the deviation is negative.

    Example:
        >>> import numpy as np
        >>> Normal(0, 0.1)((2, 3), np.dtype("float32"), seed=0, name="weight").shape
        (2, 3)
    """

    mean: float = 0.0
    standard_deviation: float = 0.05
    name: ClassVar[str] = "normal"

    def __post_init__(self) -> None:
        """Check both numbers."""
        require_number(self, "mean")
        require_number(self, "standard_deviation", at_least=0.0)

    def __call__(self, shape: Shape, dtype: DType, seed: int, name: str) -> Array:
        """Return the draws."""
        draws = normal_draws(size(shape), seed, name)
        return (self.mean + self.standard_deviation * draws).reshape(shape).astype(dtype)
