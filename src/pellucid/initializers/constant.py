"""Initializers that give one number everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pellucid.dtypes import DType
from pellucid.initializers.base import Array, Initializer
from pellucid.parts import require_number
from pellucid.shapes import Shape


@dataclass(frozen=True)
class Zeros(Initializer):
    """0 everywhere: the usual first value of a bias.

    Example:
        >>> Zeros()((2,), np.dtype("float32"), seed=0, name="bias")
        array([0., 0.], dtype=float32)
    """

    name: ClassVar[str] = "zeros"

    def __call__(self, shape: Shape, dtype: DType, seed: int, name: str) -> Array:
        """Return zeros."""
        return np.zeros(shape, dtype)


@dataclass(frozen=True)
class Ones(Initializer):
    """1 everywhere: the usual first value of a normalization's scale.

    Example:
        >>> Ones()((2,), np.dtype("float32"), seed=0, name="scale")
        array([1., 1.], dtype=float32)
    """

    name: ClassVar[str] = "ones"

    def __call__(self, shape: Shape, dtype: DType, seed: int, name: str) -> Array:
        """Return ones."""
        return np.ones(shape, dtype)


@dataclass(frozen=True)
class Constant(Initializer):
    """One number everywhere.

    Attributes:
        value: the number.

    Raises:
        OptionError: `value` is no finite number.

    Example:
        >>> Constant(0.25)((2,), np.dtype("float64"), seed=0, name="slope")
        array([0.25, 0.25])
    """

    value: float = 0.0
    name: ClassVar[str] = "constant"

    def __post_init__(self) -> None:
        """Check the number."""
        require_number(self, "value")

    def __call__(self, shape: Shape, dtype: DType, seed: int, name: str) -> Array:
        """Return the number, repeated."""
        return np.full(shape, self.value, dtype)
