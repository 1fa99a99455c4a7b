"""Initializers by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.initializers.base import Initializer
from pellucid.initializers.constant import Constant, Ones, Zeros
from pellucid.initializers.orthogonal import Orthogonal
from pellucid.initializers.random import Normal, Uniform
from pellucid.initializers.scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LeCunNormal,
    LeCunUniform,
)
from pellucid.parts import part_from

INITIALIZERS: dict[str, type[Initializer]] = {
    kind.name: kind
    for kind in (
        Zeros,
        Ones,
        Constant,
        Uniform,
        Normal,
        GlorotUniform,
        GlorotNormal,
        HeUniform,
        HeNormal,
        LeCunUniform,
        LeCunNormal,
        Orthogonal,
    )
}
"""Every initializer of the package by name."""


def initializer_from(value: str | Initializer | Mapping[str, Any]) -> Initializer:
    """Return an initializer.

    Args:
        value: one, returned as it is; a name of `INITIALIZERS`; or a configuration, such as
            {"initializer": "normal", "standard_deviation": 0.1}.

    Raises:
        OptionError: there is no such initializer or option.

    Example:
        >>> initializer_from("he_normal")
        HeNormal()
        >>> initializer_from({"initializer": "constant", "value": 2})
        Constant(value=2.0)
    """
    return part_from("initializer", value, Initializer, INITIALIZERS)
