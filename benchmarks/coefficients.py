"""Derive the coefficients in `backends/native/functions`, and compare them with those there.

    python benchmarks/coefficients.py

Each polynomial is the best one on its interval: its largest error is the smallest possible (Remez,
"Sur la determination des polynomes d'approximation de degre donnee", 1934). The exchange is made on
the points of a fine grid, in long double; then the coefficients are rounded to the type in which
they are used. Printed are the error before and after rounding, as powers of 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special

from pellucid.backends.native.functions.circular import COS, SIN
from pellucid.backends.native.functions.error_function import LOG_COMPLEMENT
from pellucid.backends.native.functions.exponential import EXP, EXPM1
from pellucid.backends.native.functions.logarithm import LOG
from pellucid.backends.native.functions.power import EXP2, LOG2

Array = np.ndarray[Any, Any]
Long = np.longdouble


def grid(low: float, high: float, count: int = 6000) -> Array:
    """Return points that lie closer together towards both ends, as the extremes of errors do."""
    turn = np.cos(np.pi * np.arange(count).astype(Long) / (count - 1))
    points = (Long(low) + Long(high) - (Long(high) - Long(low)) * turn) / 2
    # At 0 some of the functions below are a quotient of zeros.
    return points[np.abs(points) > 1e-3 * high]


def solve(matrix: Array, right: Array) -> Array:
    """Solve linear equations in long double, by elimination with pivots."""
    rows = np.concatenate([matrix, right[:, None]], axis=1)
    count = len(rows)
    for k in range(count):
        pivot = k + int(np.argmax(np.abs(rows[k:, k])))
        rows[[k, pivot]] = rows[[pivot, k]]
        rows[k] /= rows[k, k]
        for i in range(count):
            if i != k:
                rows[i] -= rows[i, k] * rows[k]
    return rows[:, -1]


def extremes(error: Array, wanted: int) -> Array:
    """Return where an error is largest on each stretch of one sign, `wanted` places of them."""
    changes = np.flatnonzero(np.sign(error[1:]) != np.sign(error[:-1])) + 1
    stretches = np.split(np.arange(len(error)), changes)
    places = [int(part[np.argmax(np.abs(error[part]))]) for part in stretches]
    while len(places) > wanted:
        smallest = min(range(len(places)), key=lambda i: abs(error[places[i]]))
        if len(places) == wanted + 1 or smallest in (0, len(places) - 1):
            places.pop(0 if abs(error[places[0]]) < abs(error[places[-1]]) else -1)
        else:
            del places[smallest : smallest + 2]
    return np.array(places)


def best(x: Array, degree: int, target: Array, weight: Array) -> Array:
    """Return the polynomial whose largest error, times the weight, is the smallest."""
    powers = x[:, None] ** np.arange(degree + 1)
    places = np.linspace(0, len(x) - 1, degree + 2).astype(int)
    signs = (-1.0) ** np.arange(degree + 2)
    for _ in range(100):
        matrix = np.concatenate([powers[places], (signs / weight[places])[:, None]], axis=1)
        coefficients = solve(matrix, target[places])[:-1]
        error = weight * (powers @ coefficients - target)
        following = extremes(error, degree + 2)
        if len(following) < degree + 2 or np.array_equal(following, places):
            break
        places = following
    return coefficients


def show(
    name: str,
    stored: Sequence[float],
    x: Array,
    target: Array,
    weight: Array,
    dtype: Any = np.float32,
) -> None:
    """Derive as many coefficients as are stored; print the errors, and what differs."""
    found = best(x, len(stored) - 1, target, weight)
    powers = x[:, None] ** np.arange(len(stored))
    errors = [
        np.log2(float(np.abs(weight * (powers @ some - target)).max()))
        for some in (found, np.array(stored, dtype).astype(Long))
    ]
    print(f"{name}: relative error 2^{errors[0]:.2f}, as stored 2^{errors[1]:.2f}")
    for mine, theirs in zip(found, stored, strict=True):
        rounded = float(dtype(mine))
        text = f"{rounded:.9g}" if dtype == np.float32 else repr(rounded)
        print(f"    {text}" + ("" if rounded == dtype(theirs) else f"   stored: {theirs!r}"))


def main() -> None:
    """Derive all of them."""
    r = grid(-0.3467, 0.3467)
    rest = (np.expm1(r) - r) / r**2
    show("exp", EXP[2:], r, rest, r**2 / np.exp(r))
    show("expm1", EXPM1, r, rest, np.abs(r**2 / np.expm1(r)))

    f = grid(-0.33334, 0.33334)
    log = np.log1p(f)
    show("log", LOG, f, (log - f + f**2 / 2) / f**3, np.abs(f**3 / log))

    z = grid(0, (np.pi / 4 + 0.001) ** 2)
    x = np.sqrt(z)
    show("sin", SIN, z, (np.sin(x) / x - 1) / z, z * x / np.sin(x))
    show("cos", COS, z, (np.cos(x) - 1 + z / 2) / z**2, z**2 / np.cos(x))

    a = grid(0, 3.95)
    # To float64 only, but for a result in float32.
    complement = np.where(a < 0.5, np.log1p(-special.erf(a.astype(float))), 0).astype(Long)
    tail = np.log(special.erfcx(a.astype(float))) - a**2
    u = np.where(a < 0.5, complement, tail)
    size = np.abs(a * special.erfc(a.astype(float)) / special.erf(a.astype(float)))
    show("log(1 - erf)", LOG_COMPLEMENT, a, u / a + 1, size)

    z = grid(0, 0.0401)
    s = np.sqrt(z)
    log2 = np.log1p(2 * s / (1 - s)) / np.log(Long(2)) / s
    show("log2", LOG2, z, log2, 1 / log2, np.float64)

    r = grid(-0.5001, 0.5001)
    show("exp2 - 1", EXP2[1:], r, (np.exp2(r) - 1) / r, np.abs(r) / np.exp2(r), np.float64)


if __name__ == "__main__":
    main()
