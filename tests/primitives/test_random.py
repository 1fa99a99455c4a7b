"""Draws: moments, distribution, limits, independence of purposes and steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from pellucid.backends import evaluate
from pellucid.dtypes import DType, float32, float64
from pellucid.graph.node import Node, key_node, state_node
from pellucid.philox import random_words
from pellucid.primitives.random import bernoulli, normal, random_bits, uniform
from tests.philox_scalar import key_of

KEY, STEP = key_node(), state_node("step", (), "int64")
COUNT = 40_000


def drawn(node: Node, seed: int = 1, step: int = 2) -> Any:
    return evaluate(node, {KEY: key_of(seed), STEP: step})


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
def test_uniform(dtype: DType) -> None:
    values = drawn(uniform(KEY, STEP, COUNT, 5, dtype))
    assert values.dtype == dtype
    assert values.min() >= 0
    assert values.max() < 1
    assert stats.kstest(values.astype(float), "uniform").pvalue > 1e-3
    assert abs(values.mean(dtype=float) - 0.5) < 5 / np.sqrt(12 * COUNT)
    assert abs(values.var(dtype=float) - 1 / 12) < 5 * np.sqrt(1 / 180 / COUNT)
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 5 / np.sqrt(COUNT)


def test_uniform_is_below_1_for_the_largest_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from pellucid.primitives import random as module

    ones = np.uint32(2**32 - 1)
    monkeypatch.setattr(module, "random_words", lambda *a: np.full(a[3], ones, np.uint32))
    assert drawn(uniform(KEY, STEP, 2, 0, float32)).tolist() == [1 - 2.0**-24] * 2
    assert drawn(uniform(KEY, STEP, 2, 0, float64)).tolist() == [1 - 2.0**-53] * 2
    assert np.isfinite(drawn(normal(KEY, STEP, 2, 0, float32))).all()
    assert np.isfinite(drawn(normal(KEY, STEP, 2, 0, float64))).all()
    assert drawn(bernoulli(KEY, STEP, 2, 0, 1.0)).all()
    monkeypatch.setattr(module, "random_words", lambda *a: np.zeros(a[3], np.uint32))
    assert not drawn(uniform(KEY, STEP, 2, 0)).any()
    assert not drawn(normal(KEY, STEP, 2, 0)).any()
    assert not drawn(bernoulli(KEY, STEP, 2, 0, 0.0)).any()


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
def test_normal(dtype: DType) -> None:
    values = drawn(normal(KEY, STEP, COUNT, 6, dtype)).astype(float)
    assert stats.kstest(values, "norm").pvalue > 1e-3
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((values**power).mean() - moment) < 5 * np.sqrt(variance / COUNT)
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 5 / np.sqrt(COUNT)


@pytest.mark.parametrize("chance", [0.0, 1e-4, 0.2, 0.5, 0.9, 1.0])
def test_bernoulli(chance: float) -> None:
    values = drawn(bernoulli(KEY, STEP, (200, COUNT // 200), 7, chance))
    assert values.dtype == bool
    assert abs(values.mean() - chance) <= 5 * np.sqrt(chance * (1 - chance) / COUNT)


def test_a_draw_is_a_function_of_seed_purpose_step_and_place() -> None:
    base = drawn(random_bits(KEY, STEP, 100, 3))
    assert np.array_equal(base, random_words(1, 3, 2, 100))
    assert np.array_equal(base, drawn(random_bits(KEY, STEP, (10, 10), 3)).ravel())
    assert np.array_equal(base[:7], drawn(random_bits(KEY, STEP, 7, 3)))
    others = [
        drawn(random_bits(KEY, STEP, 100, 4)),
        drawn(random_bits(KEY, STEP, 100, 3), seed=2),
        drawn(random_bits(KEY, STEP, 100, 3), seed=1 + 2**32),
        drawn(random_bits(KEY, STEP, 100, 3), step=3),
        drawn(random_bits(KEY, STEP, 100, 3), step=2 + 2**32),
    ]
    for other in others:
        assert (base == other).sum() <= 1


@pytest.mark.parametrize("vary", ["purpose", "step", "seed"])
def test_what_is_drawn_apart_is_independent(vary: str) -> None:
    one = drawn(normal(KEY, STEP, COUNT, 1))
    other = {
        "purpose": lambda: drawn(normal(KEY, STEP, COUNT, 2)),
        "step": lambda: drawn(normal(KEY, STEP, COUNT, 1), step=3),
        "seed": lambda: drawn(normal(KEY, STEP, COUNT, 1), seed=9),
    }[vary]()
    assert abs(np.corrcoef(one, other)[0, 1]) < 5 / np.sqrt(COUNT)
    assert abs(np.corrcoef(one**2, other**2)[0, 1]) < 5 / np.sqrt(COUNT)
