"""Tests of the initializers that draw: distributions, independence, reproducibility."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import stats

from pellucid.dtypes import float32, float64
from pellucid.errors import OptionError
from pellucid.initializers import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Initializer,
    LeCunNormal,
    LeCunUniform,
    Normal,
    Orthogonal,
    Uniform,
)

SHAPE = (40, 160)
"""A weight of 40 inputs and 160 outputs."""

UNIFORM = [
    (Uniform(-1, 3), -1.0, 3.0),
    (GlorotUniform(), -sqrt(6 / 200), sqrt(6 / 200)),
    (HeUniform(), -sqrt(6 / 40), sqrt(6 / 40)),
    (LeCunUniform(), -sqrt(3 / 40), sqrt(3 / 40)),
]
NORMAL = [
    (Normal(2, 0.5), 2.0, 0.5),
    (GlorotNormal(), 0.0, sqrt(2 / 200)),
    (HeNormal(), 0.0, sqrt(2 / 40)),
    (LeCunNormal(), 0.0, sqrt(1 / 40)),
]
ALL = [case[0] for case in [*UNIFORM, *NORMAL]] + [Orthogonal()]


@pytest.mark.parametrize(("initializer", "low", "high"), UNIFORM)
def test_uniform_distribution(initializer: Initializer, low: float, high: float) -> None:
    value = initializer(SHAPE, float64, 11, "weight")
    assert (value >= low).all()
    assert (value < high).all()
    assert stats.kstest(value.ravel(), stats.uniform(low, high - low).cdf).pvalue > 1e-3


@pytest.mark.parametrize(("initializer", "mean", "deviation"), NORMAL)
def test_normal_distribution(initializer: Initializer, mean: float, deviation: float) -> None:
    value = initializer(SHAPE, float64, 11, "weight")
    assert stats.kstest(value.ravel(), stats.norm(mean, deviation).cdf).pvalue > 1e-3
    # 6400 draws that were cut at two deviations would never reach three.
    assert abs(value - mean).max() > 3 * deviation


@pytest.mark.parametrize(
    ("shape", "inputs", "outputs"),
    [((9, 4), 9, 4), ((7,), 7, 7), ((3, 2, 5, 8), 30, 48), ((), 1, 1)],
)
def test_fans(shape: tuple[int, ...], inputs: int, outputs: int) -> None:
    draws = Uniform(-1, 1)(shape, float64, 0, "w")
    for initializer, limit in (
        (GlorotUniform(), sqrt(6 / (inputs + outputs))),
        (HeUniform(), sqrt(6 / inputs)),
        (LeCunUniform(), sqrt(3 / inputs)),
    ):
        value = initializer(shape, float64, 0, "w")
        np.testing.assert_allclose(value, limit * draws, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("initializer", ALL, ids=repr)
def test_equal_only_for_equal_seed_and_name(initializer: Initializer) -> None:
    value = initializer((6, 5), float32, 3, "a.weight")
    assert value.dtype == float32
    assert value.shape == (6, 5)
    assert value.tobytes() == initializer((6, 5), float32, 3, "a.weight").tobytes()
    for seed, name in ((4, "a.weight"), (3, "b.weight"), (3 + 2**32, "a.weight")):
        assert abs(value - initializer((6, 5), float32, seed, name)).min() > 0


@pytest.mark.parametrize("initializer", ALL, ids=repr)
def test_float32_is_float64_rounded(initializer: Initializer) -> None:
    wide = initializer((6, 5), float64, 3, "w")
    assert wide.dtype == float64
    narrow = initializer((6, 5), float32, 3, "w")
    assert narrow.tobytes() == wide.astype(np.float32).tobytes()


@pytest.mark.parametrize("initializer", ALL, ids=repr)
@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 0)])
def test_nothing_to_draw(initializer: Initializer, shape: tuple[int, ...]) -> None:
    assert initializer(shape, float32, 0, "w").shape == shape


def test_draws_of_two_names_are_uncorrelated() -> None:
    first, second = (Normal()((20000,), float64, 0, name) for name in ("a", "b"))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03


@pytest.mark.parametrize("low", [1.0, 2.0])
def test_uniform_bounds_in_order(low: float) -> None:
    with pytest.raises(OptionError) as caught:
        Uniform(low, 1.0)
    text = f"Uniform needs low to be below high, got low {low:g} and high 1"
    assert str(caught.value) == text


def test_negative_deviation() -> None:
    with pytest.raises(OptionError) as caught:
        Normal(0, -1)
    text = "Normal needs standard_deviation to be a number of at least 0, got -1"
    assert str(caught.value) == text
    assert (Normal(2, 0)((3,), float32, 0, "w") == 2).all()
