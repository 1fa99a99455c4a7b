"""Losses by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.losses.base import Loss
from pellucid.losses.classification import (
    BinaryCrossEntropy,
    Hinge,
    Perceptron,
    SoftmaxCrossEntropy,
)
from pellucid.losses.regression import (
    AbsoluteError,
    GaussianNLL,
    Huber,
    Poisson,
    Quantile,
    SquaredError,
)
from pellucid.parts import part_from

LOSSES: dict[str, type[Loss]] = {
    kind.name: kind
    for kind in (
        SquaredError,
        AbsoluteError,
        Huber,
        Quantile,
        Poisson,
        GaussianNLL,
        BinaryCrossEntropy,
        SoftmaxCrossEntropy,
        Hinge,
        Perceptron,
    )
}
"""Every loss of the package by name."""


def loss_from(value: str | Loss | Mapping[str, Any]) -> Loss:
    """Return a loss.

    Args:
        value: one, returned as it is; a name of `LOSSES`; or a configuration, such as
            {"loss": "huber", "delta": 2}.

    Raises:
        OptionError: there is no such loss or option.

    Example:
        >>> loss_from("squared_error")
        SquaredError()
        >>> loss_from({"loss": "quantile", "level": 0.9})
        Quantile(level=0.9)
    """
    return part_from("loss", value, Loss, LOSSES)
