"""Exponentials, logarithms and their like in machine code, against float64 and long double."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from scipy import special

from pellucid.backends.native.functions import FUNCTIONS
from pellucid.backends.native.machine import Machine, host_machine
from pellucid.dtypes import float32, float64
from tests.backends.native.harness import (
    LANES,
    Array,
    Kernel,
    bits_of,
    compile_word,
    errors_in_ulps,
)

SEED = 7
EXACT: dict[str, Callable[..., Any]] = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "erf": special.erf,
}
WORST = {
    "exp": 1.0,
    "expm1": 1.5,
    "log": 1.0,
    "log1p": 1.75,
    "sin": 1.75,
    "cos": 1.75,
    "tanh": 2.75,
    "erf": 2.0,
}
"""The largest errors in units in the last place, of all float32 there are."""


def kernel(name: str, lanes: int = 16, dtype: Any = float32, **more: Any) -> Kernel:
    arguments = 2 if name == "power" else 1
    return compile_word(name, [dtype] * arguments, dtype, lanes, **more)


def around(*centers: float, count: int = 300) -> Array:
    """Return the nearest float32 to each number, and as many next to it on both sides."""
    bits = np.array(centers, np.float32).view(np.int32)[:, None]
    near = (bits + np.arange(-count, count + 1, dtype=np.int32)).ravel().view(np.float32)
    return np.concatenate([near, -near])


def dense() -> Array:
    """Return one float32 in 4099, of all signs and sizes, with infinities and nans."""
    return np.arange(0, 2**32, 4099, dtype=np.uint64).astype(np.uint32).view(np.float32)


EDGES = [
    *(1e-40, 2.0**-126, 2.0**-25, 2.0**-24, 2.0**-23, 0.3465736, 0.5, 2 / 3, 1.0, 4 / 3, 2.0**26),
    *(0.28, 3.92, 3.95, 9.01, 10.0, 17.3, 20.0, 88.37, 88.72, 89.0, 103.97, 104.0, 1e30, 3.4e38),
]


def hard() -> Array:
    """Return the neighbours of places where a formula changes, and of multiples of pi / 2."""
    generator = np.random.default_rng(SEED)
    quarters = np.concatenate([np.arange(1, 40), generator.integers(40, 2**27, 2000)])
    turns = around(*(quarters * (np.pi / 2)), count=1)
    limits = np.array([0.0, -0.0, inf, -inf, nan, 1e-45, -1e-45], np.float32)
    return np.concatenate([around(*EDGES, 2.0**17), turns, limits])


def test_every_function_is_tested() -> None:
    assert set(FUNCTIONS) == set(EXACT) | {"power"}


@pytest.mark.parametrize("numbers", [dense, hard])
@pytest.mark.parametrize("name", EXACT)
def test_errors_in_float32(name: str, numbers: Callable[[], Array]) -> None:
    x = numbers()
    with np.errstate(all="ignore"):
        exact = EXACT[name](x.astype(np.float64))
    got = kernel(name)(x)
    errors = errors_in_ulps(got, exact)
    worst = int(np.argmax(errors))
    assert errors[worst] <= WORST[name], (x[worst], got[worst], exact[worst])


LIMITS: dict[str, list[tuple[float, float]]] = {
    "exp": [(0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, 0.0), (88.73, inf), (-104.0, 0.0)],
    "expm1": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -1.0), (88.73, inf), (-20.0, -1.0)],
    "log": [(1.0, 0.0), (0.0, -inf), (-0.0, -inf), (inf, inf), (-inf, nan), (-1e-45, nan)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1.0, -inf), (inf, inf), (-inf, nan), (-1.1, nan)],
    "sin": [(0.0, 0.0), (-0.0, -0.0), (inf, nan), (-inf, nan)],
    "cos": [(0.0, 1.0), (-0.0, 1.0), (inf, nan), (-inf, nan)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (inf, 1.0), (-inf, -1.0), (9.1, 1.0), (1e-45, 1e-45)],
    "erf": [(0.0, 0.0), (-0.0, -0.0), (inf, 1.0), (-inf, -1.0), (4.0, 1.0), (1e-45, 1e-45)],
}


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
@pytest.mark.parametrize("name", EXACT)
def test_limits(name: str, dtype: Any) -> None:
    rows = [*LIMITS[name], (nan, nan), (-nan, nan)]
    if dtype == float64:
        rows = [row for row in rows if np.isinf(row[0]) or abs(row[0]) in (0.0, 1.0)]
    x, expected = (np.array(column, dtype) for column in zip(*rows, strict=True))
    got = kernel(name, 4, dtype)(x)
    assert np.array_equal(bits_of(got), bits_of(expected)), got


@pytest.mark.parametrize("name", FUNCTIONS)
def test_bits_do_not_depend_on_lanes_nor_on_neighbours(name: str) -> None:
    generator = np.random.default_rng(SEED)
    x = generator.permutation(np.concatenate([hard(), dense()[::16]]))
    y = generator.permutation(np.tile(around(0.5, 1.0, 3.0, 30.0, count=2), len(x)))[: len(x)]
    arrays = [x, y] if name == "power" else [x]
    expected = kernel(name, 1)(*arrays)
    for lanes in LANES[1:]:
        assert np.array_equal(bits_of(kernel(name, lanes)(*arrays)), bits_of(expected))
    order = generator.permutation(len(x))
    moved = kernel(name, 16)(*(array[order] for array in arrays))
    assert np.array_equal(bits_of(moved), bits_of(expected[order]))


def test_bits_do_not_depend_on_the_processor() -> None:
    host = host_machine()
    if not (host.has_fma and host.lanes >= 8 and "avx" in host.features):
        pytest.skip("this processor has no AVX2, so that there is no other one to make code for")
    older = Machine("haswell", "+avx2,+fma", lanes=8, registers=16, has_fma=True)
    x = np.concatenate([hard(), dense()[::16]])
    for name in EXACT:
        there = kernel(name, 8, machine=older)(x)
        assert np.array_equal(bits_of(there), bits_of(kernel(name, 16)(x))), name


def test_large_angles_do_not_disturb_small_ones() -> None:
    small = np.linspace(-3, 3, 64, dtype=np.float32)
    for name in ("sin", "cos"):
        alone = kernel(name)(small)
        mixed = np.where(np.arange(64) % 3 == 0, np.float32(1e30), small)
        kept = np.arange(64) % 3 != 0
        assert np.array_equal(kernel(name)(mixed)[kept], alone[kept])


POWERS = [0.0, 0.5, 0.75, 1.0, 2.0, 2.5, 3.0, 1e30, 2.0**24, 2.0**24 - 1, 2.0**23 + 0.5, 1e-45, inf]


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
def test_limits_of_power(dtype: Any) -> None:
    numbers = np.array([*POWERS, *(-x for x in POWERS), nan], dtype)
    x, y = (np.array(column, dtype) for column in zip(*product(numbers, numbers), strict=True))
    with np.errstate(all="ignore"):
        exact = np.power(x.astype(np.float64), y.astype(np.float64))
    got = kernel("power", 8, dtype)(x, y)
    allowed = {float32: 0.51, float64: 1.0}[dtype]
    wrong = np.flatnonzero(errors_in_ulps(got, exact) > allowed)
    assert not len(wrong), [(x[i], y[i], got[i], exact[i]) for i in wrong[:5]]


def test_errors_of_power_in_float32() -> None:
    generator = np.random.default_rng(SEED)
    count = 200_000
    x = np.exp(generator.uniform(-87, 88, count)).astype(np.float32)
    x[::3] = 1 + generator.normal(size=len(x[::3])) * 2.0 ** -generator.integers(1, 24, len(x[::3]))
    # Exponents that use the whole range of results, up to those below the normal range.
    with np.errstate(divide="ignore", invalid="ignore"):
        y = (generator.uniform(-105, 90, count) / np.log(np.abs(x))).astype(np.float32)
    y[::5] = np.round(y[::5])
    with np.errstate(all="ignore"):
        exact = np.power(x.astype(np.float64), y.astype(np.float64))
    errors = errors_in_ulps(kernel("power")(x, y), exact)
    worst = int(np.argmax(errors))
    assert errors[worst] <= 0.51, (x[worst], y[worst])
    # So that no range was missed.
    assert np.isfinite(exact).mean() > 0.9
    assert (np.abs(exact) < 2.0**-126).sum() > 1000
    assert (np.abs(exact) > 2.0**120).sum() > 1000


@pytest.mark.parametrize("name", EXACT)
def test_errors_in_float64(name: str) -> None:
    generator = np.random.default_rng(SEED)
    x = generator.normal(size=20_000) * 10.0 ** generator.uniform(-8, 3, 20_000)
    x = np.abs(x) - (name == "log1p") if name in ("log", "log1p") else x
    with np.errstate(all="ignore"):
        exact = EXACT[name](x if name == "erf" else x.astype(np.longdouble))
    got = kernel(name, 4, float64)(x)
    assert errors_in_ulps(got, exact.astype(np.longdouble)).max() <= 4
