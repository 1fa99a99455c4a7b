"""Tests of the schedule that follows a metric, against PyTorch's rule written out in Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, nan
from typing import Any

import numpy as np
import pytest

from pellucid.backends import backend_named
from pellucid.errors import OptionError
from pellucid.graph.node import input_node
from pellucid.schedules import ReduceOnPlateau, Schedule, WarmUp


@dataclass
class Torch:
    """`ReduceLROnPlateau(mode="min", threshold_mode="rel", eps=1e-8)`, statement by statement.

    But for the sign of the margin: PyTorch's is negative where the best is.
    """

    lr: float
    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    min_lr: float = 0.0
    cooldown: int = 0
    best: float = field(default=inf)
    num_bad_epochs: int = 0
    cooldown_counter: int = 0

    def step(self, metric: float) -> float:
        margin = self.threshold * abs(self.best) if isfinite(self.best) else 0.0
        if metric < self.best - margin:
            self.best = metric
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            new_lr = max(self.lr * self.factor, self.min_lr)
            if self.lr - new_lr > 1e-8:
                self.lr = new_lr
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        return self.lr


def follow(schedule: Schedule, metrics: Sequence[float], step: int = 0) -> list[dict[str, Any]]:
    """Return the variables, and the rate, after each epoch."""
    leaves = schedule.variables()
    metric, count = input_node("metric", ()), input_node("step", (), "int64")
    inputs = {**leaves, "metric": metric, "count": count}
    outputs = schedule.after_epoch(metric, leaves)
    assert {name: node.type for name, node in outputs.items()} == {
        name: leaf.type for name, leaf in leaves.items()
    }
    backend = backend_named("reference")
    advance = backend.compile_function(inputs, outputs)
    rate = backend.compile_function(
        {**leaves, "count": count}, {"now": schedule.rate(count, leaves)}
    )
    state = {
        name: np.array(leaf.attributes["initial"], leaf.dtype) for name, leaf in leaves.items()
    }
    now = np.array(step)
    history = []
    for value in metrics:
        state = advance({**state, "metric": np.array(value, np.float32), "count": now})
        history.append({**state, "now": rate({**state, "count": now})["now"]})
    return history


def check(metrics: Sequence[float], **options: Any) -> list[dict[str, Any]]:
    history = follow(ReduceOnPlateau(0.5, **options), metrics)
    names = {"minimum": "min_lr"}
    torch = Torch(0.5, **{names.get(name, name): value for name, value in options.items()})
    for epoch, (metric, ours) in enumerate(zip(metrics, history, strict=True)):
        wanted = torch.step(float(np.float32(metric)))
        assert float(ours["rate"]) == wanted, f"epoch {epoch}"
        assert ours["now"] == np.float32(wanted)
        assert ours["now"].dtype == np.float32
        assert float(ours["best"]) == torch.best
        assert int(ours["bad_epochs"]) == torch.num_bad_epochs
        assert int(ours["cooldown_left"]) == torch.cooldown_counter
    return history


@pytest.mark.parametrize("patience", [0, 1, 3])
@pytest.mark.parametrize("cooldown", [0, 1, 4])
@pytest.mark.parametrize("minimum", [0.0, 0.01])
@pytest.mark.parametrize("threshold", [0.0, 0.05])
def test_random_metrics(patience: int, cooldown: int, minimum: float, threshold: float) -> None:
    seed = patience + 10 * cooldown
    print(f"seed {seed}")
    random = np.random.default_rng(seed)
    metrics = np.cumsum(random.normal(-0.02, 0.2, 60)) + 5 * np.exp(-np.arange(60) / 5)
    metrics[random.integers(0, 60, 5)] = nan
    history = check(
        list(metrics),
        factor=0.3,
        patience=patience,
        cooldown=cooldown,
        minimum=minimum,
        threshold=threshold,
    )
    assert float(history[-1]["rate"]) < 0.5


def test_defaults_wait_eleven_epochs() -> None:
    rates = [float(epoch["rate"]) for epoch in check([1.0] * 13)]
    assert rates == [0.5] * 11 + [0.05] * 2


@pytest.mark.parametrize("metric", [nan, inf])
def test_what_is_no_number_is_no_improvement(metric: float) -> None:
    history = check([1.0, metric, metric], patience=1)
    assert [float(epoch["rate"]) for epoch in history] == [0.5, 0.5, 0.05]
    assert float(history[-1]["best"]) == 1.0
    only = check([metric, metric, 3.0], patience=1)
    assert float(only[-1]["best"]) == 3.0


def test_small_improvements_do_not_count() -> None:
    history = check([1.0, 0.99995, 0.9999, 0.99985], patience=2)
    assert [float(epoch["best"]) for epoch in history[:2]] == [1.0, 1.0]


@pytest.mark.parametrize("metric", [-0.9, -1e-6, -1e6, 0.0, 0.9])
def test_what_stands_still_is_no_improvement(metric: float) -> None:
    history = check([metric] * 5, patience=1, threshold=0.01)
    rates = [float(epoch["rate"]) for epoch in history]
    assert rates == pytest.approx([0.5, 0.5, 0.05, 0.05, 0.005], rel=1e-12)


def test_a_negative_metric_improves_by_a_share_of_its_size() -> None:
    history = check([-1.0, -1.009, -1.011, -1.0], patience=9, threshold=0.01)
    bests = [float(epoch["best"]) for epoch in history]
    assert bests == [-1.0, -1.0, float(np.float32(-1.011)), float(np.float32(-1.011))]


def test_the_rate_stops_falling() -> None:
    history = check([1.0] * 12, factor=0.1, patience=0)
    assert 1e-9 < float(history[-1]["rate"]) < 1e-8


def test_after_a_warm_up() -> None:
    schedule = WarmUp(10, ReduceOnPlateau(0.5, patience=0))
    assert follow(schedule, [1.0, 1.0], step=5)[-1]["now"] == np.float32(0.025)
    assert follow(schedule, [1.0, 1.0], step=20)[-1]["now"] == np.float32(0.05)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"learning_rate": 0}, "learning_rate to be a number above 0, got 0"),
        ({"factor": 1}, "factor to be a number above 0 and below 1, got 1"),
        ({"patience": -1}, "patience to be a whole number of at least 0, got -1"),
        ({"threshold": 1}, "threshold to be a number of at least 0 and below 1, got 1"),
        ({"minimum": -1}, "minimum to be a number of at least 0, got -1"),
        ({"cooldown": 0.5}, "cooldown to be a whole number of at least 0, got 0.5"),
    ],
)
def test_options_out_of_range(options: dict[str, Any], text: str) -> None:
    with pytest.raises(OptionError) as caught:
        ReduceOnPlateau(**{"learning_rate": 1.0, **options})
    assert str(caught.value) == f"ReduceOnPlateau needs {text}"
