"""log x and log(1 + x) in float32.

A positive number is m 2^e with m in [2/3, 4/3), and log x = e ln 2 + log m.
"""

from __future__ import annotations

from math import inf, nan

from pellucid.backends.native.functions.registers import Register, long_polynomial

LN2 = 0.6931471805599453
"""Rounded to float32, its relative error 2^-28.5 is all that e ln 2 has, being added by a fused
multiply-add."""

LOG = (
    0.333332151,
    -0.249997973,
    0.200104073,
    -0.166804895,
    0.140058443,
    -0.121842325,
    0.139845714,
    -0.128918245,
)
"""log(1 + f) = f - f^2/2 + f^3 (..) on [-1/3, 1/3] by Remez's exchange, relative error 2^-27.4."""

TWO_THIRDS = 0x3F2AAAAB
"""The bits of 2/3."""
ONE = 0x3F800000
"""The bits of 1."""
SMALLEST_NORMAL = 2.0**-126


def log(x: Register) -> Register:
    """Return log x."""
    minus_e, m = split(x)
    return _limits(_sum(minus_e, m - 1.0), x, at=0.0)


def log1p(x: Register) -> Register:
    """Return log(1 + x).

    Of u = 1 + x, rounded, only the exponent counts: f = (1 + x) / 2^e - 1 is computed from x.
    """
    u = x + 1.0
    minus_e, m = _split_bits(u.bits())
    scale = ((minus_e << 23) + ONE).as_float()
    # The second term is -0 where it is 0, and leaves the sign of x alone.
    f = x.fma(scale, -(1.0 - scale))
    # Large numbers have no digit after the point that 1 could change, and no 1 / 2^e.
    f = (x > 2.0**26).select(m - 1.0, f)
    return _limits(_sum(minus_e.convert("sitofp", "float"), f), x, at=-1.0)


def split(x: Register) -> tuple[Register, Register]:
    """Return -e and m as floats, x being m 2^e with m in [2/3, 4/3).

    Makes sense of positive finite numbers, those below the normal range included.
    """
    small = x < SMALLEST_NORMAL
    normal = small.select(x * 2.0**23, x)
    minus_e, m = _split_bits(normal.bits())
    return minus_e.convert("sitofp", "float") + small.select(x.like(23.0), 0.0), m


def _split_bits(bits: Register) -> tuple[Register, Register]:
    """Return -e as a whole number and m as a float."""
    # Rounded up where e is rounded down.
    minus_e = (TWO_THIRDS + (1 << 23) - 1 - bits) >> 23
    return minus_e, (bits + (minus_e << 23)).as_float()


def _sum(minus_e: Register, f: Register) -> Register:
    """Return e ln 2 + log(1 + f)."""
    square = f * f
    rest = (f * square).fma(long_polynomial(f, LOG), square * -0.5)
    # With -e, a product of 0 is -0, which leaves the sign of the rest alone.
    return minus_e.fma(-LN2, f + rest)


def _limits(result: Register, x: Register, at: float) -> Register:
    """Return the result, corrected where x is infinite, nan, or not above `at`."""
    result = (x < inf).select(result, x)
    beyond = x.compare("fcmp oeq", at).select(x.like(-inf), nan)
    return (x > at).select(result, beyond)
