"""Tests of initializers by name and by configuration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pellucid.errors import OptionError
from pellucid.initializers import (
    INITIALIZERS,
    Constant,
    HeNormal,
    Initializer,
    Normal,
    Orthogonal,
    Uniform,
    initializer_from,
)

NAMES = (
    "zeros, ones, constant, uniform, normal, glorot_uniform, glorot_normal, he_uniform, he_normal, "
    "lecun_uniform, lecun_normal, orthogonal"
)


def test_names() -> None:
    assert ", ".join(INITIALIZERS) == NAMES


@pytest.mark.parametrize("name", INITIALIZERS)
def test_every_name_makes_its_kind(name: str) -> None:
    assert type(initializer_from(name)) is INITIALIZERS[name]
    assert initializer_from(name.replace("_", "-").upper()) == initializer_from(name)


@pytest.mark.parametrize(
    "initializer",
    [
        *(kind() for kind in INITIALIZERS.values()),
        Constant(0.3),
        Uniform(-2, 1),
        Normal(1, 0.2),
        Orthogonal(2),
    ],
    ids=repr,
)
def test_configurations_round_trip(initializer: Initializer) -> None:
    configuration = json.loads(json.dumps(initializer.configuration()))
    assert initializer_from(configuration) == initializer
    assert initializer_from(initializer) is initializer


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            "he_norml",
            f"there is no initializer 'he_norml': did you mean 'he_normal'? Use one of {NAMES}",
        ),
        (
            "xavier",
            f"there is no initializer 'xavier': use one of {NAMES}",
        ),
        (
            3,
            f"an initializer is an Initializer, a configuration or a name ({NAMES}), got 3",
        ),
        (
            {"initializer": "normal", "deviation": 1},
            "the initializer 'normal' has no option 'deviation': "
            "its options are mean, standard_deviation",
        ),
        (
            {"value": 1},
            "the configuration of the initializer needs 'initializer', its name, got {'value': 1}",
        ),
        (
            {"initializer": "zeros", "value": 1},
            "the initializer 'zeros' has no option 'value': it has none",
        ),
    ],
)
def test_what_is_no_initializer(value: Any, text: str) -> None:
    with pytest.raises(OptionError) as caught:
        initializer_from(value)
    assert str(caught.value) == text


def test_equal_kinds_are_equal() -> None:
    assert HeNormal() == HeNormal()
    assert Constant(1) != Constant(2)
