"""e^x and e^x - 1 in float32.

With n the whole number nearest to x / ln 2 and r = x - n ln 2, e^x = 2^n e^r, and e^r on
[-0.347, 0.347] is a polynomial.
"""

from __future__ import annotations

from pellucid.backends.native.functions.registers import Register, polynomial

LOG2_E = 1.4426950408889634
LN2_HIGH = 0.6931471824645996
"""ln 2 rounded to float32: n times it is subtracted from x without an error."""
LN2_LOW = -1.9046542121259336e-09
"""The rest of ln 2."""

EXP = (1.0, 1.0, 0.49999994, 0.166665211, 0.041668389, 0.0083687352, 0.00138145604)
EXPM1 = (0.49999997, 0.166665435, 0.0416672006, 0.00836653821, 0.00138825178)
"""e^r = 1 + r + r^2 (..), by Remez's exchange, relative errors 2^-28.0 of e^r, 2^-25.8 of e^r - 1.

(`benchmarks/coefficients.py` derives these and all other coefficients.)
"""

WHOLE = 1.5 * 2.0**23
"""A float32 of this size has no fraction: what is added to it is rounded to a whole number, which
then stands in its last bits."""


def exp(x: Register) -> Register:
    """Return e^x.

    2^n is made of two factors: one alone would leave the range of float32 before the result does.
    """
    x = x.at_least(-104.0).at_most(89.0)
    # The last bits are n + 254, the sum of the exponents of both factors as they are stored.
    shifted = x.fma(LOG2_E, WHOLE + 254.0)
    r = _remainder(x, shifted - (WHOLE + 254.0))
    bits = shifted.bits()
    first = (bits << 22) & 0x7F800000
    second = (bits << 23) - first
    return polynomial(r, EXP) * first.as_float() * second.as_float()


def expm1(x: Register) -> Register:
    """Return e^x - 1.

    Half of it is computed, since 2^128 is no float32.
    """
    half = scaled_expm1(x.at_least(-20.0).at_most(89.0), -1)
    # The smallest numbers have no half, and the sign of 0 would be lost.
    return (x.abs() < 2.0**-25).select(x, half + half)


def scaled_expm1(x: Register, places: int = 0) -> Register:
    """Return (e^x - 1) 2^places = 2^places (2^n - 1 + 2^n r + 2^n r^2 (..)), x being moderate.

    It has the sign of x, but is 0 where x is -0.
    """
    shifted = x.fma(LOG2_E, WHOLE + 127.0 + places)
    r = _remainder(x, shifted - (WHOLE + 127.0 + places))
    power = (shifted.bits() << 23).as_float()
    rest = r * r * polynomial(r, EXPM1)
    return power.fma(rest, power.fma(r, power - 2.0**places))


def _remainder(x: Register, n: Register) -> Register:
    return n.fma(-LN2_LOW, n.fma(-LN2_HIGH, x))
