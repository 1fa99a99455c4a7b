"""Predictions drawn by chance, for the tests of the room."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))


def drawn_classes(
    rows: int, classes: int, seed: int, *, sharp: float = 2.0, digits: int = 9
) -> tuple[Array, Array]:
    """Codes (rows,) and calibrated probabilities (rows, classes); ties where digits are few."""
    draw = np.random.default_rng(seed)
    read = softmax(draw.normal(size=(rows, classes)).round(digits) * sharp)
    truth = (draw.random((rows, 1)) > read.cumsum(1)[:, :-1]).sum(1)
    return truth, read


def without(read: Array, skill: float, seed: int) -> Array:
    """The same probabilities with noise on their logits."""
    noise = np.random.default_rng(seed).normal(size=read.shape)
    return softmax(np.log(read) + noise * skill)
