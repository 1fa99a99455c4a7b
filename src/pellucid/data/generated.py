"""Small tables drawn from a seed, whose answer is known: the course's own problems.

Each function takes a seed and gives a dict of columns (name to 1-d array). The same seed gives
the same rows.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "circles",
    "class_pass",
    "heights",
    "moons",
    "polynomial",
    "sine",
    "spirals",
    "xor",
]

Columns: TypeAlias = dict[str, npt.NDArray[Any]]
TALL = 160.0


def xor(seed: int) -> Columns:
    """400 points around the corners of the unit square; 1 where exactly one coordinate is 1."""
    random = np.random.default_rng(seed)
    corners = random.permutation(np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], 100, axis=0))
    points = corners + random.normal(0.0, 0.15, corners.shape)
    return {"x1": points[:, 0], "x2": points[:, 1], "xor": corners[:, 0] ^ corners[:, 1]}


def circles(seed: int) -> Columns:
    """400 points on a circle of radius 1 (outer) and one of radius 0.5 (inner), with noise."""
    random = np.random.default_rng(seed)
    inner = random.permutation(np.arange(400) % 2 == 0)
    angle = random.uniform(0.0, 2.0 * np.pi, 400)
    radius = np.where(inner, 0.5, 1.0) + random.normal(0.0, 0.08, 400)
    return {
        "x1": radius * np.cos(angle),
        "x2": radius * np.sin(angle),
        "circle": np.where(inner, "inner", "outer"),
    }


def moons(seed: int) -> Columns:
    """400 points on two half circles that reach into each other, with noise."""
    random = np.random.default_rng(seed)
    lower = random.permutation(np.arange(400) % 2 == 0)
    angle = random.uniform(0.0, np.pi, 400)
    x1 = np.where(lower, 1.0 - np.cos(angle), np.cos(angle))
    x2 = np.where(lower, 0.5 - np.sin(angle), np.sin(angle))
    return {
        "x1": x1 + random.normal(0.0, 0.12, 400),
        "x2": x2 + random.normal(0.0, 0.12, 400),
        "moon": np.where(lower, "lower", "upper"),
    }


def spirals(seed: int) -> Columns:
    """600 points on two spirals of one and a half turns around each other, with noise."""
    random = np.random.default_rng(seed)
    second = random.permutation(np.arange(600) % 2 == 0)
    # The square root spreads the points evenly over the length of the arms.
    turn = np.sqrt(random.uniform(0.02, 1.0, 600))
    angle = 3.0 * np.pi * turn + np.where(second, np.pi, 0.0)
    return {
        "x1": turn * np.cos(angle) + random.normal(0.0, 0.02, 600),
        "x2": turn * np.sin(angle) + random.normal(0.0, 0.02, 600),
        "spiral": np.where(second, "b", "a"),
    }


def heights(seed: int) -> Columns:
    """300 people's heights in cm, to a millimetre; 'tall' from 160 cm on."""
    random = np.random.default_rng(seed)
    height = np.round(random.normal(TALL, 12.0, 300), 1)
    return {"height": height, "label": np.where(height >= TALL, "tall", "not tall")}


def class_pass(seed: int) -> Columns:
    """400 students: lectures attended, hours spent on the final project, and whether they passed.

    The probability to pass is a sigmoid of 0.9 lectures + 0.25 hours - 7.
    """
    random = np.random.default_rng(seed)
    lectures = random.integers(0, 9, 400)
    hours = np.round(random.uniform(0.0, 30.0, 400), 1)
    probability = 1.0 / (1.0 + np.exp(7.0 - 0.9 * lectures - 0.25 * hours))
    passed = random.uniform(size=400) < probability
    return {
        "lectures attended": lectures,
        "hours on final project": hours,
        "result": np.where(passed, "pass", "fail"),
    }


def sine(seed: int) -> Columns:
    """400 points of y = sin(x) for x between -2 pi and 2 pi, with noise of deviation 0.1."""
    random = np.random.default_rng(seed)
    x = random.uniform(-2.0 * np.pi, 2.0 * np.pi, 400)
    return {"x": x, "y": np.sin(x) + random.normal(0.0, 0.1, 400)}


def polynomial(seed: int) -> Columns:
    """400 points of y = x^3 - 2 x + 1 for x between -2 and 2, with noise of deviation 0.3."""
    random = np.random.default_rng(seed)
    x = random.uniform(-2.0, 2.0, 400)
    return {"x": x, "y": x**3 - 2.0 * x + 1.0 + random.normal(0.0, 0.3, 400)}
