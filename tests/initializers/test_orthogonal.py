"""Tests of orthogonal matrices."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from pellucid.dtypes import float32, float64
from pellucid.errors import OptionError, ShapeError
from pellucid.initializers import Orthogonal
from pellucid.initializers.base import normal_draws
from pellucid.initializers.orthogonal import orthonormalize


@pytest.mark.parametrize("gain", [1.0, 2.5])
@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (1, 4), (4, 1), (200, 200)])
def test_the_shorter_side_is_orthonormal(shape: tuple[int, int], gain: float) -> None:
    value = Orthogonal(gain)(shape, float64, 5, "w")
    product = value @ value.T if shape[0] <= shape[1] else value.T @ value
    np.testing.assert_allclose(product, gain**2 * np.eye(min(shape)), atol=1e-12)


def test_leading_axes_are_rows() -> None:
    value = Orthogonal()((2, 3, 4), float64, 5, "w").reshape(6, 4)
    np.testing.assert_allclose(value.T @ value, np.eye(4), atol=1e-13)


def test_agrees_with_householder() -> None:
    draws = normal_draws(30, 9, "w").reshape(5, 6)
    q, r = np.linalg.qr(draws.T)
    np.testing.assert_allclose(orthonormalize(draws), (q * np.sign(np.diag(r))).T, atol=1e-12)


def test_uniform_among_rotations() -> None:
    # A column of a uniformly drawn 2 x 2 orthogonal matrix has a uniform angle.
    columns = [Orthogonal()((2, 2), float64, seed, "w")[:, 0] for seed in range(400)]
    angles = np.array([np.arctan2(y, x) for x, y in columns])
    assert stats.kstest(angles, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3


def test_does_not_depend_on_threads() -> None:
    program = (
        "from pellucid.initializers import Orthogonal; import hashlib, numpy as np;"
        "value = Orthogonal()((150, 120), np.dtype('float32'), 0, 'w');"
        "print(hashlib.sha256(value.tobytes()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("shape", [(), (5,)])
def test_vectors_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError) as caught:
        Orthogonal()(shape, float32, 0, "hidden_1.bias")
    assert str(caught.value) == (
        f"Orthogonal needs a shape of at least 2 axes, got {shape} for 'hidden_1.bias': "
        "initialize it with zeros or a constant"
    )


def test_gain_above_0() -> None:
    with pytest.raises(OptionError, match=r"^Orthogonal needs gain to be a number above 0, got 0$"):
        Orthogonal(0)
