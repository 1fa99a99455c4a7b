"""What a row of the table of primitives holds, and ways to draw its operands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from pellucid.graph.node import Node

Array = np.ndarray[Any, Any]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Array]


def between(low: float, high: float) -> Draw:
    """Uniform numbers."""
    return lambda random, shape: random.uniform(low, high, shape)


def away(*points: float, reach: float = 2.5, gap: float = 0.1) -> Draw:
    """Numbers at a distance from `gap` to `reach` from points where the function has a kink."""
    edges = [-reach + min(points), *points, max(points) + reach]
    spans = [(low + gap, high - gap) for low, high in pairwise(edges)]

    def draw(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
        chosen = np.array(spans)[random.integers(0, len(spans), shape)]
        return np.asarray(random.uniform(chosen[..., 0], chosen[..., 1]))

    return draw


def spaced(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Numbers no two of which are near each other, so that there are no ties."""
    count = int(np.prod(shape))
    return (random.permutation(count).reshape(shape) - count / 2) * 0.25


def off_whole(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Numbers off the whole and the half ones."""
    halves = random.integers(-6, 6, shape) / 2
    return np.asarray(halves + random.uniform(0.1, 0.4, shape))


def whole(low: int, high: int) -> Draw:
    """Whole numbers from low up to, not including, high: many ties."""
    return lambda random, shape: random.integers(low, high, shape)


def distinct(length: int) -> Draw:
    """Different whole numbers below `length`, along the last axis."""

    def draw(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
        lines = [random.permutation(length)[: shape[-1]] for _ in range(int(np.prod(shape[:-1])))]
        return np.array(lines, np.int64).reshape(shape)

    return draw


def coin(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Booleans."""
    return random.random(shape) < 0.5


@dataclass(frozen=True)
class Operand:
    """One input of a case; the element type "float" stands for each of the floats in turn."""

    shape: tuple[int, ...]
    draw: Draw
    dtype: str = "float"


@dataclass(frozen=True)
class Case:
    """One row of the table.

    `rtol` and `atol` loosen float32 and float64 together, as multiples of the usual ones, and
    `reason` says why. `exact_zero` tells whether the sign of a zero is defined.
    """

    primitive: str
    build: Callable[..., Node]
    oracle: Callable[..., Any]
    operands: tuple[Operand, ...] = ()
    jax: Callable[..., Any] | None = None
    rtol: float = 1
    atol: float = 1
    reason: str = ""
    smooth: bool = True
    specials: bool = False
    exact_zero: bool = True
    limits: dict[float, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert (self.rtol, self.atol) == (1, 1) or self.reason, "a looser tolerance has a reason"

    @property
    def has_floats(self) -> bool:
        return any(operand.dtype == "float" for operand in self.operands)

    def __str__(self) -> str:
        shapes = "x".join(str(operand.shape).replace(" ", "") for operand in self.operands)
        types = ",".join(o.dtype for o in self.operands if o.dtype != "float")
        return f"{self.primitive}{shapes}{types}"


positive = between(0.3, 3.0)
plain = between(-2.5, 2.5)
around = away(0.0)
few = whole(0, 6)
