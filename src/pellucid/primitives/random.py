"""Random numbers as functions of seed, step and purpose.

Nothing is drawn in order: the bits for a purpose at a step are the same whatever else is computed,
on every backend. Each use in a network has a purpose of its own.
"""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np

from pellucid.dtypes import DType, as_dtype, boolean, float32, float64, int64, uint32
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.node import Node, apply
from pellucid.graph.primitive import (
    Array,
    Attributes,
    Composite,
    Structural,
    TensorType,
    require_kind,
)
from pellucid.philox import random_words
from pellucid.primitives.arithmetic import sqrt
from pellucid.primitives.comparison import cast, less, shift_right
from pellucid.primitives.exponential import cos, log
from pellucid.primitives.movement import full
from pellucid.shapes import Shape, as_shape, size

Gradients = tuple[Node | None, ...]


class RandomBits(Structural):
    """Random words, uint32: element i of purpose p at a step, as `philox.random_words` says.

    Inputs are the seed (two words of uint32) and the step (an int64 scalar).
    """

    name = "random_bits"
    differentiable = False

    def __call__(self, key: Node, step: Node, shape: int | Shape, purpose: int) -> Node:
        """Build the node."""
        return apply(self, key, step, shape=as_shape(shape), purpose=int(purpose))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the wanted shape."""
        _check_sources(inputs)
        return TensorType(attributes["shape"], uint32)

    def compute(self, key: Array, step: Array, *, shape: Shape, purpose: int) -> Array:
        """Draw with NumPy."""
        seed = int(key[0]) | int(key[1]) << 32
        return random_words(seed, purpose, int(step), size(shape)).reshape(shape)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing."""
        return None, None


def _check_sources(inputs: tuple[TensorType, ...]) -> None:
    if inputs != (TensorType((2,), uint32), TensorType((), int64)):
        got = " and ".join(f"{t.dtype} {t.shape}" for t in inputs)
        raise DTypeError(
            f"random numbers need a key (uint32 (2,)) and a step (int64 ()), got {got}"
        )


class Draw(Composite):
    """A distribution over random bits: flat in the seed and the step."""

    differentiable = False

    def __call__(
        self, key: Node, step: Node, shape: int | Shape, purpose: int, dtype: Any = float32
    ) -> Node:
        """Build the node."""
        lengths, wanted = as_shape(shape), as_dtype(dtype)
        return apply(self, key, step, shape=lengths, purpose=int(purpose), dtype=wanted)

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the wanted type."""
        _check_sources(inputs)
        require_kind(self.name, attributes["dtype"], "float")
        return TensorType(attributes["shape"], attributes["dtype"])

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing."""
        return None, None


class Uniform(Draw):
    """Uniform on [0, 1): 24 random bits for float32, 53 for float64."""

    name = "uniform"

    def expand(self, key: Node, step: Node, *, shape: Shape, purpose: int, dtype: DType) -> Node:
        """Return whole numbers times a power of two, which is exact."""
        if dtype == float32:
            bits = shift_right(random_bits(key, step, shape, purpose), np.uint32(8))
            return cast(bits, float32) * 2.0**-24
        high, low = (cast(random_bits(key, step, (2, *shape), purpose)[i], int64) for i in (0, 1))
        whole = shift_right(high, np.int64(5)) * 2**26 + shift_right(low, np.int64(6))
        return cast(whole, float64) * 2.0**-53


class Normal(Draw):
    """Normal with mean 0 and variance 1 (Box, Muller 1958)."""

    name = "normal"

    def expand(self, key: Node, step: Node, *, shape: Shape, purpose: int, dtype: DType) -> Node:
        """Return sqrt(-2 log(1 - u)) cos(2 pi v) of uniform u and v."""
        pairs = uniform(key, step, (2, *shape), purpose, dtype)
        return sqrt(-2.0 * log(1.0 - pairs[0])) * cos((2.0 * pi) * pairs[1])


class Bernoulli(Composite):
    """True with a probability, by comparing 32 random bits: equal in every backend."""

    name = "bernoulli"
    differentiable = False

    def __call__(
        self, key: Node, step: Node, shape: int | Shape, purpose: int, probability: float
    ) -> Node:
        """Build the node."""
        chance = float(probability)
        lengths = as_shape(shape)
        return apply(self, key, step, shape=lengths, purpose=int(purpose), probability=chance)

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return booleans of the wanted shape."""
        _check_sources(inputs)
        if not 0.0 <= attributes["probability"] <= 1.0:
            raise ShapeError(f"a probability is from 0 to 1, got {attributes['probability']}")
        return TensorType(attributes["shape"], boolean)

    def expand(
        self, key: Node, step: Node, *, shape: Shape, purpose: int, probability: float
    ) -> Node:
        """Return whether the bits, as a number below 2^32, are below the probability's share."""
        threshold = round(probability * 2**32)
        if threshold == 2**32:
            return full(shape, True, boolean)
        return less(random_bits(key, step, shape, purpose), np.uint32(threshold))

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing."""
        return None, None


random_bits, uniform, normal, bernoulli = RandomBits(), Uniform(), Normal(), Bernoulli()
