"""The initializer that gives matrices with orthogonal columns or rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pellucid.dtypes import DType
from pellucid.errors import ShapeError
from pellucid.initializers.base import Array, Initializer, normal_draws
from pellucid.parts import require_number
from pellucid.shapes import Shape, size


@dataclass(frozen=True)
class Orthogonal(Initializer):
    """A random orthogonal matrix times a gain: signals keep their length through any depth.

    The shape is taken as (everything before the last axis, the last axis). The shorter side is
    orthonormal, uniformly among all such matrices: columns of a tall one, rows of a wide one.

    Attributes:
        gain: the length of each column (or row), above 0.

    Raises:
        OptionError: `gain` is no number above 0.
        ShapeError: when called for a shape with fewer than 2 axes.

    Source: Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks", ICLR 2014.

    Example:
        >>> value = Orthogonal()((3, 2), np.dtype("float64"), seed=0, name="weight")
        >>> bool(np.allclose(value.T @ value, np.eye(2)))
        True
    """

    gain: float = 1.0
    name: ClassVar[str] = "orthogonal"

    def __post_init__(self) -> None:
        """Check the gain."""
        require_number(self, "gain", above=0.0)

    def __call__(self, shape: Shape, dtype: DType, seed: int, name: str) -> Array:
        """Return the matrix, in the wanted shape."""
        if len(shape) < 2:
            raise ShapeError(
                f"Orthogonal needs a shape of at least 2 axes, got {shape} for {name!r}: "
                "initialize it with zeros or a constant"
            )
        columns = shape[-1]
        rows = size(shape[:-1])
        short, long = sorted((rows, columns))
        vectors = orthonormalize(normal_draws(short * long, seed, name).reshape(short, long))
        matrix = vectors if rows == short else vectors.T
        return (self.gain * matrix).reshape(shape).astype(dtype)


def orthonormalize(vectors: Array) -> Array:
    """Return the rows of `vectors` made orthonormal, in order: modified Gram-Schmidt.

    Written without matrix products, whose bits may depend on the number of threads. Dividing by
    positive lengths makes the result of normal draws uniform among orthogonal matrices (Mezzadri,
    "How to generate random matrices from the classical compact groups", 2007).

    Args:
        vectors: float64 (count, length), linearly independent, so count <= length.

    Example:
        >>> orthonormalize(np.array([[2.0, 0.0], [3.0, 5.0]]))
        array([[1., 0.],
               [0., 1.]])
    """
    result = vectors.copy()
    for index, row in enumerate(result):
        row /= np.sqrt(np.sum(row * row))
        rest = result[index + 1 :]
        rest -= np.sum(rest * row, axis=1, keepdims=True) * row
    return result
