"""What always saying the same costs, against a search for it in the losses that train."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar

from pellucid.backends import evaluate
from pellucid.fitting.constant_losses import least_of_counts, of_codes, of_numbers
from pellucid.graph.node import constant_node
from pellucid.losses import loss_from

Array = np.ndarray[Any, Any]


def loss_of(name: str, said: Array, told: Array, **options: Any) -> float:
    """Return the mean loss by the graph that training lowers."""
    loss = loss_from({"loss": name, **options})
    prediction, target = (constant_node(values, "float64") for values in (said, told))
    return float(evaluate(loss(prediction, target), {}).item())


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("squared_error", {}),
        ("absolute_error", {}),
        ("huber", {}),
        ("quantile", {"level": 0.8}),
        ("poisson", {}),
    ],
)
def test_the_constant_costs_what_the_best_of_all_costs(
    name: str, options: dict[str, float], seed: int
) -> None:
    draw = np.random.default_rng(seed)
    told = draw.gamma(0.7, 3.0, (81, 1)) if name != "poisson" else draw.poisson(3.0, (81, 1)) * 1.0

    def cost(said: float) -> float:
        return loss_of(name, np.full_like(told, said), told, **options)

    best = minimize_scalar(cost, bounds=(-5.0, 15.0), method="bounded", options={"xatol": 1e-9})
    found = of_numbers(name, told, options.get("level", 0.5))
    assert found.shape == (81,)
    assert found.mean() == pytest.approx(best.fun, rel=1e-6, abs=1e-9)
    both = of_numbers(name, np.hstack([told, 2.0 * told]), options.get("level", 0.5))
    apart = [of_numbers(name, part, options.get("level", 0.5)) for part in (told, 2.0 * told)]
    assert both == pytest.approx(np.mean(apart, axis=0))


def test_a_distribution_is_as_wide_as_its_rows() -> None:
    told = np.random.default_rng(3).normal(2.0, 3.0, (50, 1))

    def cost(said: Array) -> float:
        return loss_of("gaussian_nll", np.tile(said, (50, 1)), told)

    best = minimize(cost, [0.0, 0.0]).fun
    assert of_numbers("gaussian_nll", told, 0.5).mean() == pytest.approx(best, rel=1e-6)
    assert np.isfinite(of_numbers("gaussian_nll", np.ones((4, 1)), 0.5)).all()


def test_counts_said_exactly_cost_least() -> None:
    told = np.array([[0.0], [1.0], [2.0], [400.0]])
    exact = [
        0.0,
        *(minimize_scalar(lambda x, t=t: np.exp(x) - t * x).fun for t in (1.0, 2.0, 400.0)),
    ]
    assert least_of_counts(told) == pytest.approx(np.mean(exact), rel=1e-9)
    assert of_numbers("poisson", np.zeros((3, 1)), 0.5).tolist() == [0.0] * 3


def test_codes_cost_what_their_class_surprises() -> None:
    codes = np.array([0, 0, 0, 1])
    found = of_codes(codes, None)
    assert found == pytest.approx([-np.log(0.75)] * 3 + [-np.log(0.25)])
    balanced = of_codes(codes, np.array([2 / 3, 2 / 3, 2 / 3, 2.0]))
    assert balanced.mean() == pytest.approx(np.log(2.0))
