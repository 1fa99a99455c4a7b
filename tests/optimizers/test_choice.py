"""Tests of optimizers by name and by configuration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pellucid.errors import OptionError
from pellucid.optimizers import (
    CONSTRAINTS,
    OPTIMIZERS,
    TRANSFORMATIONS,
    AddDecayedWeights,
    Chain,
    ClipByGlobalNorm,
    MaxNorm,
    Optimizer,
    ScaleByRate,
    Trace,
    adam,
    adamw,
    lion,
    momentum,
    optimizer_from,
    sgd,
    transformation_from,
)

NAMES = "sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adam, adamax, nadam, adamw, lion"
RATES = {
    "sgd": 0.01,
    "momentum": 0.01,
    "nesterov": 0.01,
    "adagrad": 0.01,
    "adadelta": 1.0,
    "rmsprop": 0.001,
    "adam": 0.001,
    "adamax": 0.002,
    "nadam": 0.002,
    "adamw": 0.001,
    "lion": 1e-4,
}


def test_names_and_default_rates() -> None:
    assert ", ".join(OPTIMIZERS) == NAMES
    assert {name: optimizer_from(name).rate for name in OPTIMIZERS} == RATES


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_name(name: str) -> None:
    assert optimizer_from(name) == OPTIMIZERS[name]()
    assert optimizer_from(name.upper()) == OPTIMIZERS[name]()
    options: dict[str, Any] = {
        "rate": 0.5,
        "weight_decay": 0.25,
        "clip_value": 1.0,
        "clip_norm": 2.0,
        "clip_global_norm": 3.0,
        "max_norm": 4.0,
    }
    expected = OPTIMIZERS[name](**options)
    assert optimizer_from(name, **options) == expected
    assert optimizer_from({"optimizer": name, **options}) == expected


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_configurations_round_trip(name: str) -> None:
    for optimizer in (
        optimizer_from(name),
        optimizer_from(name, 0.3, weight_decay=0.1, clip_norm=0.5, clip_value=1, max_norm=2),
    ):
        configuration = json.loads(json.dumps(optimizer.configuration()))
        assert optimizer_from(configuration) == optimizer
        assert optimizer_from(configuration, 0.7).rate == 0.7


def test_every_transformation_round_trips() -> None:
    needed: dict[str, dict[str, Any]] = {"add_decayed_weights": {"weight_decay": 0.1}}
    for name, kind in TRANSFORMATIONS.items():
        options: dict[str, Any] = needed.get(
            name, {"limit": 2.0} if name.startswith("clip") else {}
        )
        if kind is Chain:
            options = {"transformations": [{"transformation": "trace", "momentum": 0.5}]}
        made = transformation_from({"transformation": name, **options})
        assert type(made) is kind
        assert transformation_from(made.configuration()) == made
    nested = Chain((Chain((Trace(0.5),)), ScaleByRate()))
    assert transformation_from(nested.configuration()) == nested
    assert list(CONSTRAINTS) == ["max_norm"]


def test_given_options_win() -> None:
    assert optimizer_from({"optimizer": "adam", "rate": 0.1}, rate=0.2) == adam(0.2)
    assert optimizer_from("adamw") == adamw(weight_decay=0.01)
    assert optimizer_from("adamw", weight_decay=0.0) == adam()
    assert optimizer_from({"optimizer": "momentum", "momentum": 0.5}) == momentum(momentum=0.5)
    assert lion().transformation == lion(weight_decay=0.0).transformation


def test_an_optimizer_stays_what_it_is() -> None:
    own = Optimizer(Chain((Trace(0.5), AddDecayedWeights(0.1), ScaleByRate())), MaxNorm(2), 0.3)
    assert optimizer_from(own) == own
    assert optimizer_from(own, 0.5) == Optimizer(own.transformation, own.constraint, 0.5)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("adm", f"there is no optimizer 'adm': did you mean 'adam'? Use one of {NAMES}"),
        ("xyz", f"there is no optimizer 'xyz': use one of {NAMES}"),
        (
            3,
            f"an optimizer is an Optimizer, a configuration or a name ({NAMES}), got 3",
        ),
        (
            {"rate": 3},
            "the configuration of the optimizer needs 'optimizer', its name, got {'rate': 3}",
        ),
        (
            {"optimizer": "sgd", "momentum": 0.9},
            "the optimizer 'sgd' has no option 'momentum': its options are rate, clip_value, "
            "clip_norm, clip_global_norm, weight_decay, max_norm",
        ),
        (
            {"optimizer": "composed"},
            "a composed optimizer needs the option 'transformation'",
        ),
        (
            {"optimizer": "composed", "transformation": "trace"},
            "the configuration of a transformation must be a mapping, got 'trace'",
        ),
        (
            {"optimizer": "composed", "transformation": {"transformation": "trac"}},
            "there is no transformation 'trac': did you mean 'trace'? Use one of "
            f"{', '.join(TRANSFORMATIONS)}",
        ),
        (
            {"optimizer": "composed", "transformation": {"transformation": "trace", "mu": 1}},
            "the transformation 'trace' has no option 'mu': its options are momentum, nesterov",
        ),
        (
            {
                "optimizer": "composed",
                "transformation": {"transformation": "scale_by_rate"},
                "constraint": {"constraint": "max_norm"},
            },
            "the constraint 'max_norm' needs the option 'limit'",
        ),
    ],
)
def test_what_is_no_optimizer(value: Any, text: str) -> None:
    with pytest.raises(OptionError) as caught:
        optimizer_from(value)
    assert str(caught.value) == text


@pytest.mark.parametrize("value", [sgd(), sgd().configuration()])
def test_nothing_is_added_to_a_complete_optimizer(value: Any) -> None:
    with pytest.raises(OptionError) as caught:
        optimizer_from(value, 0.5, weight_decay=0.1, clip_norm=1.0)
    assert str(caught.value) == (
        "weight_decay and clip_norm cannot be added to an optimizer that is complete: "
        "choose the optimizer by its name, or compose them when it is made"
    )


def test_options_of_python_are_checked_by_python() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'clip'"):
        adam(clip=1.0)  # type: ignore[call-arg]
    assert ClipByGlobalNorm(1).limit == 1.0
