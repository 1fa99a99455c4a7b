"""Tests of schedules by name and by configuration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pellucid.errors import OptionError
from pellucid.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    Exponential,
    OneCycle,
    Range,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
    WarmUp,
    schedule_from,
)

NAMES = "constant, step, exponential, cosine, warm-up, one-cycle, plateau, range"


def choose(value: Any, rate: float = 0.1, steps: int = 100, steps_per_epoch: int = 1) -> Schedule:
    return schedule_from(value, rate=rate, steps=steps, steps_per_epoch=steps_per_epoch)


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("constant", Constant(0.1)),
        ("step", StepDecay(0.1, 0.1, 40)),
        ("exponential", Exponential(0.1, 0.01, 100)),
        ("cosine", Cosine(0.1, 100)),
        ("warm-up", WarmUp(5, Cosine(0.1, 95))),
        ("one-cycle", OneCycle(0.1, 100)),
        ("plateau", ReduceOnPlateau(0.1)),
        ("range", Range(1e-7, 0.1, 100)),
    ],
)
def test_names_have_defaults_that_suit_the_run(name: str, schedule: Schedule) -> None:
    assert choose(name, steps_per_epoch=10) == schedule
    assert choose(name.upper().replace("-", "_"), steps_per_epoch=10) == schedule
    assert choose({"schedule": name}, steps_per_epoch=10) == schedule


def test_every_name_is_tested() -> None:
    assert ", ".join(SCHEDULES) == NAMES


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "range"])
@pytest.mark.parametrize("steps", [1, 2, 19, 20])
def test_short_runs(name: str, steps: int) -> None:
    schedule = choose(name, steps=steps)
    assert isinstance(schedule, WarmUp) == (name == "warm-up" and steps == 20)


@pytest.mark.parametrize("value", [2, 0.5])
def test_numbers_are_constants(value: float) -> None:
    assert choose(value) == Constant(value)


@pytest.mark.parametrize(
    "schedule",
    [
        Constant(0.3),
        StepDecay(0.3, 0.2, 4),
        Exponential(0.3, 0.2, 4),
        Cosine(0.3, 7, 0.1),
        WarmUp(3, ReduceOnPlateau(0.3, patience=2)),
        WarmUp(3, WarmUp(4, Cosine(0.3, 7))),
        OneCycle(0.3, 7, 0.5, 3, 5),
        ReduceOnPlateau(0.3, 0.2, 3, 0.01, 0.001, 4),
        Range(0.1, 0.2, 7),
    ],
    ids=repr,
)
def test_configurations_round_trip(schedule: Schedule) -> None:
    assert choose(json.loads(json.dumps(schedule.configuration()))) == schedule
    assert choose(schedule) is schedule


def test_configurations_are_filled_in() -> None:
    assert choose({"schedule": "step", "factor": 0.5}) == StepDecay(0.1, 0.5, 34)
    assert choose({"schedule": "warm-up", "steps": 30}) == WarmUp(30, Cosine(0.1, 70))
    assert choose({"schedule": "warm-up", "then": "constant"}) == WarmUp(5, Constant(0.1))
    assert choose({"schedule": "warm-up", "steps": 200}) == WarmUp(200, Cosine(0.1, 1))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("cosin", f"there is no schedule 'cosin': did you mean 'cosine'? Use one of {NAMES}"),
        ("xyz", f"there is no schedule 'xyz': use one of {NAMES}"),
        (
            True,
            f"a schedule is a Schedule, a number, a configuration or a name ({NAMES}), got True",
        ),
        (
            {"rate": 1},
            "the configuration of the schedule needs 'schedule', its name, got {'rate': 1}",
        ),
        (
            {"schedule": "constant", "rate": 1},
            "the schedule 'constant' has no option 'rate': its options are learning_rate",
        ),
        (
            {"schedule": "warm-up", "size": 1},
            "the schedule 'warm-up' has no option 'size': its options are steps, then",
        ),
        (
            {"schedule": "warm-up", "steps": 0},
            "WarmUp needs steps to be a whole number of at least 1, got 0",
        ),
        (
            {"schedule": "warm-up", "steps": "few"},
            "WarmUp needs steps to be a whole number of at least 1, got 'few'",
        ),
        (-1, "Constant needs learning_rate to be a number above 0, got -1.0"),
    ],
)
def test_what_is_no_schedule(value: Any, text: str) -> None:
    with pytest.raises(OptionError) as caught:
        choose(value)
    assert str(caught.value) == text


def test_runs_without_steps() -> None:
    with pytest.raises(OptionError, match=r"^a schedule needs steps to be at least 1, got 0$"):
        choose("cosine", steps=0)
    text = "^a schedule needs steps_per_epoch to be at least 1, got 0$"
    with pytest.raises(OptionError, match=text):
        choose("cosine", steps_per_epoch=0)
