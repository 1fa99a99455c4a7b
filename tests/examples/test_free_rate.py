from __future__ import annotations

import numpy as np
import pytest

from pellucid.backends.native.signature import program_signature
from pellucid.errors import OptionError
from pellucid.examples.free_rate import FreeRate
from pellucid.layers import Dense
from pellucid.schedules.base import Schedule
from pellucid.training.train import Trained, train


def _train(schedule: str | Schedule, rate: float | None = None) -> Trained:
    x = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    return train(
        Dense(1),
        x,
        x @ np.array([[1.0], [-2.0], [0.5]], np.float32),
        loss="squared_error",
        optimizer="sgd",
        schedule=schedule,
        learning_rate=rate,
        batch_size=8,
        epochs=20,
    )


@pytest.mark.parametrize("rate", [0.01, 0.3])
def test_it_trains_as_the_schedule_with_the_rate_in_its_graph(rate: float) -> None:
    for free, fixed in ((FreeRate(rate), "constant"), (FreeRate(rate, 100), "cosine")):
        ours, theirs = _train(free), _train(fixed, rate)
        np.testing.assert_allclose(
            ours.steps["learning_rate"], theirs.steps["learning_rate"], rtol=2e-7, atol=1e-12
        )
        for name, value in theirs.parameters.items():
            np.testing.assert_allclose(ours.parameters[name], value, rtol=1e-5, atol=1e-6)


def test_the_rate_falls_along_half_a_cosine() -> None:
    rates = _train(FreeRate(0.3, falling_over=100)).steps["learning_rate"]
    by_hand = 0.15 * (1 + np.cos(np.pi * np.arange(100) / 100))
    np.testing.assert_allclose(rates, by_hand, rtol=1e-6)


def test_two_rates_share_one_program() -> None:
    free = {program_signature(_train(FreeRate(rate)).program) for rate in (0.01, 0.3)}
    fixed = {program_signature(_train("constant", rate).program) for rate in (0.01, 0.3)}
    assert (len(free), len(fixed)) == (1, 2)


def test_it_refuses_what_is_no_rate() -> None:
    with pytest.raises(OptionError, match="learning_rate"):
        FreeRate(0.0)
    with pytest.raises(OptionError, match="falling_over"):
        FreeRate(0.1, falling_over=-1)
