"""Mean and scale: against NumPy's own, and at the ends of float64's range."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.scaling import FARTHEST, Scaling


def test_agrees_with_numpy_to_the_last_digits() -> None:
    values = np.random.default_rng(0).normal(50.0, 7.0, 1000)
    scaling = Scaling.fit(values)
    np.testing.assert_allclose(scaling.mean, values.mean(), rtol=1e-14)
    np.testing.assert_allclose(scaling.scale, values.std(), rtol=1e-14)
    standard = scaling.standardise(values)
    np.testing.assert_allclose(standard, (values - values.mean()) / values.std(), rtol=1e-9)
    np.testing.assert_allclose(scaling.restore(standard), values, rtol=1e-12)


def test_a_power_of_two_changes_no_bit() -> None:
    values = np.random.default_rng(1).normal(0.0, 1.0, 100)
    plain = Scaling.fit(values)
    larger = Scaling.fit(values * 2.0**500)
    assert larger == Scaling(plain.mean * 2.0**500, plain.scale * 2.0**500)
    assert larger.standardise(values * 2.0**500).tobytes() == plain.standardise(values).tobytes()


@pytest.mark.parametrize("constant", [0.0, 0.1, -3.0, 1e300, 5e-324])
def test_a_constant_is_zero(constant: float) -> None:
    scaling = Scaling.fit(np.full(7, constant))
    assert scaling == Scaling(constant, 0.0)
    standard = scaling.standardise(np.array([constant, 1.0, np.nan]))
    np.testing.assert_array_equal(standard, [0.0, 0.0, np.nan])


def test_far_values_are_cut_off() -> None:
    scaling = Scaling(0.0, 1e-300)
    np.testing.assert_array_equal(
        scaling.standardise(np.array([1e300, -1e300, np.nan])), [FARTHEST, -FARTHEST, np.nan]
    )


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_every_finite_number_has_a_finite_place(values: list[float], other: float) -> None:
    array = np.array(values)
    scaling = Scaling.fit(array)
    assert np.isfinite([scaling.mean, scaling.scale]).all()
    assert array.min() <= scaling.mean <= array.max() or np.isclose(scaling.mean, array.mean())
    assert np.isfinite(scaling.standardise(np.array([*values, other]))).all()
    assert np.abs(scaling.standardise(array)).max() <= np.sqrt(len(values)) * 1.001
