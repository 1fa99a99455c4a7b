"""x to the power y in float32, by way of float64.

|x| = m 2^e with m in [2/3, 4/3), and |x|^y = 2^(y (e + log2 m)). The logarithm has 42 good bits and
the power of 2 has 40, enough for the result to be the nearest float32 or, at a near tie, the next.
"""

from __future__ import annotations

from math import inf, nan

from pellucid.backends.native.functions.logarithm import split
from pellucid.backends.native.functions.registers import Register, polynomial

LOG2 = (
    2.8853900817773868,
    0.9617966948485337,
    0.5770777517684624,
    0.412226426062524,
    0.319277866777384,
    0.2909042526488244,
)
"""log2 m = s (..) in powers of s^2, s = (m - 1) / (m + 1), by Remez's exchange; relative error
2^-42.4."""

EXP2 = (
    1.0,
    0.6931471805481941,
    0.24022650698114098,
    0.05550410935347432,
    0.009618128615535557,
    0.0013333454778892459,
    0.00015403825698840154,
    1.5309178547900767e-05,
    1.317891865051503e-06,
)
"""2^r on [-1/2, 1/2] by Remez's exchange; relative error 2^-40.2."""

WHOLE = 1.5 * 2.0**52
"""A float64 of this size has no fraction: what is added to it is rounded to a whole number."""


def power(x: Register, y: Register) -> Register:
    """Return x to the power y, with the limits of C's pow: 1 where x is 1 or y is 0."""
    size = x.abs()
    exponent = y.convert("fpext", "double") * _log2(size)
    # 1 to the power infinity is 1; a nan among y comes back below.
    exponent = size.compare("fcmp oeq", 1.0).select(exponent.like(0.0), exponent)
    result = _exp2(exponent).convert("fptrunc", "float")
    half = y * 0.5
    is_whole = y.compare("fcmp oeq", y.floor())
    is_odd = is_whole & half.compare("fcmp une", half.floor())
    result = is_odd.select(result.with_sign_of(x), result)
    undefined = (x < 0.0) & (x > -inf) & is_whole.compare("icmp eq", 0)
    undefined = undefined | x.compare("fcmp uno", y)
    result = undefined.select(x.like(nan), result)
    is_one = x.compare("fcmp oeq", 1.0) | y.compare("fcmp oeq", 0.0)
    return is_one.select(x.like(1.0), result)


def _log2(x: Register) -> Register:
    """Return log2 x in float64, for x from 0 to infinity."""
    minus_e, m = split(x)
    m, minus_e = m.convert("fpext", "double"), minus_e.convert("fpext", "double")
    s = (m - 1.0) / (m + 1.0)
    result = s.fma(polynomial(s * s, LOG2), -minus_e)
    result = x.compare("fcmp oeq", inf).select(result.like(inf), result)
    return x.compare("fcmp oeq", 0.0).select(result.like(-inf), result)


def _exp2(x: Register) -> Register:
    """Return 2^x in float64, right from -160 to 160 and beyond float32 outside."""
    x = x.at_least(-160.0).at_most(160.0)
    shifted = x + (WHOLE + 1023.0)
    r = x - (shifted - (WHOLE + 1023.0))
    return polynomial(r, EXP2) * (shifted.bits() << 52).as_float()
