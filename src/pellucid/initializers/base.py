"""What an initializer is: the first value of a parameter as a function of seed, name and shape."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from pellucid.dtypes import DType
from pellucid.errors import ShapeError
from pellucid.graph.node import Node, describe
from pellucid.parts import options_of
from pellucid.philox import name_to_purpose, random_words
from pellucid.shapes import Shape, size

Array = np.ndarray[Any, Any]
BLOCK = 1 << 16


class Initializer(ABC):
    """The first value of a parameter.

    Calling it gives the value: equal for equal seed, name and shape, and independent for two names.
    An initializer is a frozen dataclass; its fields are its options.
    """

    name: ClassVar[str]

    @abstractmethod
    def __call__(self, shape: Shape, dtype: DType, seed: int, name: str) -> Array:
        """Return the first value of the parameter `name`, of that shape and dtype.

        Args:
            shape: of a weight: (inputs, outputs) last, as `x @ weight` needs it.
            dtype: a floating-point type.
            seed: of the run.
            name: the parameter's path in the network, such as "hidden_1.weight".
        """

    def configuration(self) -> dict[str, Any]:
        """Return what `initializer_from` needs to make an equal one: {"initializer": .., ..}."""
        return {"initializer": self.name, **options_of(self)}


def uniform_draws(count: int, seed: int, name: str) -> Array:
    """Return float64 (count,) uniform on [0, 1), from 53 random bits each.

    Example:
        >>> bool(0 <= uniform_draws(1, seed=0, name="w")[0] < 1)
        True
    """
    return _in_blocks(count, lambda first, length: _uniform(first, length, seed, name))


def normal_draws(count: int, seed: int, name: str) -> Array:
    """Return float64 (count,) normal with mean 0 and variance 1 (Box, Muller 1958).

    Example:
        >>> normal_draws(3, seed=0, name="w").shape
        (3,)
    """

    def draw(first: int, length: int) -> Array:
        radius = np.sqrt(-2.0 * np.log(1.0 - _uniform(first, length, seed, name)))
        return radius * np.cos(2.0 * np.pi * _uniform(count + first, length, seed, name))

    return _in_blocks(count, draw)


def _uniform(first: int, count: int, seed: int, name: str) -> Array:
    words = random_words(seed, name_to_purpose(name), 0, 2 * count, 2 * first).astype(np.uint64)
    whole = (words[0::2] >> np.uint64(5)) * np.uint64(2**26) + (words[1::2] >> np.uint64(6))
    return whole.astype(np.float64) * 2.0**-53


def _in_blocks(count: int, draw: Callable[[int, int], Array]) -> Array:
    """Return draws made a block at a time: on the way they take several times their size."""
    result = np.empty(count)
    for first in range(0, count, BLOCK):
        length = min(BLOCK, count - first)
        result[first : first + length] = draw(first, length)
    return result


def fans(shape: Shape) -> tuple[int, int]:
    """Return the number of inputs and outputs of a unit: the last two axes times the ones before.

    Example:
        >>> fans((3, 4)), fans((5,)), fans((3, 3, 16, 32))
        ((3, 4), (5, 5), (144, 288))
    """
    if len(shape) < 2:
        return size(shape), size(shape)
    receptive = size(shape[:-2])
    return shape[-2] * receptive, shape[-1] * receptive


def first_value(leaf: Node, value: Any) -> Array:
    """Return a number or array as the first value of a leaf, repeated to its shape.

    Raises:
        ShapeError: it does not fit the leaf.
    """
    array = np.asarray(value, leaf.dtype)
    if array.shape not in ((), leaf.shape):
        raise ShapeError(f"{describe(leaf)} cannot start from a value of shape {array.shape}")
    return np.array(np.broadcast_to(array, leaf.shape))


def seed_words(seed: int) -> Array:
    """Return a seed as the two words of uint32 that a key holds, low one first.

    Example:
        >>> seed_words(2**32 + 5).tolist()
        [5, 1]
    """
    return np.array([seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF], np.uint32)
