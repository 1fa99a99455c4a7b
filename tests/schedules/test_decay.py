"""Tests of schedules that are formulas, at every step, against Optax and closed forms."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi
from typing import Any

import numpy as np
import optax
import pytest

from pellucid.errors import OptionError
from pellucid.schedules import (
    Constant,
    Cosine,
    Exponential,
    OneCycle,
    Range,
    Schedule,
    StepDecay,
    WarmUp,
)
from tests import jax_oracle
from tests.schedules.rates import rates

Formula = Callable[[int], Any]


@pytest.mark.parametrize(
    ("schedule", "formula"),
    [
        (Constant(0.3), lambda t: 0.3),
        (StepDecay(0.4, 0.5, 7), lambda t: 0.4 * 0.5 ** (t // 7)),
        (StepDecay(0.4, 0.1, 1), lambda t: 0.4 * 0.1**t),
        (Exponential(0.4, 0.5, 7), lambda t: 0.4 * 0.5 ** (t / 7)),
        (Cosine(0.4, 30), lambda t: 0.2 * (1 + cos(pi * min(t, 30) / 30))),
        (Cosine(0.4, 30, 0.1), lambda t: 0.1 + 0.15 * (1 + cos(pi * min(t, 30) / 30))),
        (Cosine(0.1, 30, 0.4), lambda t: 0.4 - 0.15 * (1 + cos(pi * min(t, 30) / 30))),
        (Range(1e-6, 10, 36), lambda t: 10 ** (-6 + 7 * min(t, 35) / 35)),
        (WarmUp(8, Constant(0.3)), lambda t: 0.3 * min(t / 8, 1)),
        (WarmUp(1, Constant(0.3)), lambda t: 0.3 * min(t, 1)),
        (
            WarmUp(8, StepDecay(0.4, 0.5, 7)),
            lambda t: 0.4 * t / 8 if t < 8 else 0.4 * 0.5 ** ((t - 8) // 7),
        ),
        (
            WarmUp(4, WarmUp(4, Constant(0.3))),
            lambda t: 0 if t <= 4 else 0.3 * min((t - 4) / 4, 1),
        ),
    ],
    ids=lambda value: repr(value) if isinstance(value, Schedule) else "",
)
def test_closed_forms(schedule: Schedule, formula: Formula) -> None:
    steps = list(range(40))
    expected = np.array([formula(t) for t in steps])
    np.testing.assert_allclose(rates(schedule, steps), expected, rtol=1.2e-7, atol=1e-12)


@pytest.mark.parametrize(
    ("schedule", "peer"),
    [
        (
            StepDecay(0.4, 0.5, 7),
            lambda: optax.exponential_decay(0.4, 7, 0.5, staircase=True),
        ),
        (Exponential(0.4, 0.3, 7), lambda: optax.exponential_decay(0.4, 7, 0.3)),
        (Cosine(0.4, 30), lambda: optax.cosine_decay_schedule(0.4, 30)),
        (Cosine(0.4, 30, 0.1), lambda: optax.cosine_decay_schedule(0.4, 30, 0.25)),
        (OneCycle(0.4, 30), lambda: optax.cosine_onecycle_schedule(30, 0.4)),
        (
            OneCycle(0.4, 40, 0.2, 10, 100),
            lambda: optax.cosine_onecycle_schedule(40, 0.4, 0.2, 10, 100),
        ),
        (
            WarmUp(5, Cosine(0.4, 25, 0.1)),
            lambda: optax.warmup_cosine_decay_schedule(0.0, 0.4, 5, 30, 0.1),
        ),
    ],
    ids=lambda value: repr(value) if isinstance(value, Schedule) else "",
)
def test_against_optax(schedule: Schedule, peer: Callable[[], Formula]) -> None:
    steps = list(range(45))
    with jax_oracle.float64():
        formula = peer()
        expected = np.array([float(formula(t)) for t in steps])
    np.testing.assert_allclose(rates(schedule, steps), expected, rtol=2e-7, atol=1e-12)


def test_one_cycle_at_its_corners() -> None:
    first, peak, last, after = rates(OneCycle(0.5, 1000), [0, 300, 1000, 2000])
    assert peak == np.float32(0.5)
    assert first == np.float32(0.5 / 25)
    np.testing.assert_allclose([last, after], 0.5 / 25 / 1e4, rtol=1e-6)


def test_one_cycle_of_one_step() -> None:
    assert rates(OneCycle(0.5, 1), [0]) == np.float32(0.5 / 25)


def test_late_steps_keep_their_precision() -> None:
    late = 2**33 + 1
    expected = 0.1 * 0.5 ** (late / 2**33)
    np.testing.assert_allclose(rates(Exponential(0.1, 0.5, 2**33), [late]), expected, rtol=1.2e-7)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Constant(0), "Constant needs learning_rate to be a number above 0, got 0"),
        (lambda: StepDecay(-1, 0.1, 2), "StepDecay needs learning_rate to be a number above 0"),
        (lambda: StepDecay(1, 2, 2), "StepDecay needs factor to be a number above 0 and at most 1"),
        (lambda: StepDecay(1, 0.1, 0), "StepDecay needs every to be a whole number of at least 1"),
        (lambda: Exponential(0, 0.1, 1), "Exponential needs learning_rate to be a number above 0"),
        (
            lambda: Exponential(1, 0, 1),
            "Exponential needs factor to be a number above 0 and at most 1, got 0",
        ),
        (
            lambda: Exponential(1, 0.1, 1.5),  # type: ignore[arg-type]
            "Exponential needs every to be a whole number of at least 1, got 1.5",
        ),
        (lambda: Cosine(0, 1), "Cosine needs learning_rate to be a number above 0, got 0"),
        (lambda: Cosine(1, 0), "Cosine needs steps to be a whole number of at least 1, got 0"),
        (lambda: Cosine(1, 1, -1), "Cosine needs final to be a number of at least 0, got -1"),
        (lambda: Range(0, 1, 9), "Range needs low to be a number above 0, got 0"),
        (lambda: Range(1, 0, 9), "Range needs high to be a number above 0, got 0"),
        (lambda: Range(1, 2, 1), "Range needs steps to be a whole number of at least 2, got 1"),
        (lambda: Range(2, 1, 9), "Range needs low to be below high, got low 2 and high 1"),
        (
            lambda: WarmUp(0, Constant(1)),
            "WarmUp needs steps to be a whole number of at least 1, got 0",
        ),
        (
            lambda: WarmUp(1, 0.1),  # type: ignore[arg-type]
            "WarmUp needs then to be a Schedule, got 0.1",
        ),
        (lambda: OneCycle(0, 9), "OneCycle needs peak to be a number above 0, got 0"),
        (lambda: OneCycle(1, 0), "OneCycle needs steps to be a whole number of at least 1, got 0"),
        (
            lambda: OneCycle(1, 9, 1.0),
            "OneCycle needs warm_up_share to be a number above 0 and below 1, got 1.0",
        ),
        (
            lambda: OneCycle(1, 9, 0.5, 0.5),
            "OneCycle needs initial_divisor to be a number of at least 1, got 0.5",
        ),
        (
            lambda: OneCycle(1, 9, 0.5, 5, 0),
            "OneCycle needs final_divisor to be a number of at least 1, got 0",
        ),
    ],
)
def test_options_out_of_range(make: Callable[[], Schedule], text: str) -> None:
    with pytest.raises(OptionError) as caught:
        make()
    assert str(caught.value).startswith(text)
