"""sin x and cos x in float32.

With n the whole number nearest to x / (pi/2) and r = x - n pi/2 in [-pi/4, pi/4], the result is
sin r or cos r, or the negative of one, by the last two bits of n. Up to 2^17, r comes of pi/2 in
three parts (Cody, Waite, "Software manual for the elementary functions", 1980). Beyond it, n and r
come of whole numbers with as many digits of 2/pi as x has places before the point (Payne, Hanek,
"Radian reduction for trigonometric functions", 1983). Processors skip that code where no lane needs
it; no lane's result depends on another's.
"""

from __future__ import annotations

from math import inf, nan, pi

from pellucid.backends.native.element_types import vector
from pellucid.backends.native.functions.registers import Register, polynomial
from pellucid.backends.native.text import Value

PI_HALF = (1.5707963705062866, -4.371138828673793e-08, -1.7151245100058819e-15)
"""pi/2, each part rounded to float32. n times the first is subtracted without an error."""

SIN = (-0.166666552, 0.00833215471, -0.000195144545)
"""sin r = r + r^3 (..), in powers of r^2, by Remez's exchange; relative error 2^-26.7."""

COS = (0.0416666456, -0.00138873083, 2.44322091e-05)
"""cos r = 1 - r^2/2 + r^4 (..), in powers of r^2, by Remez's exchange; relative error 2^-32.8."""

LARGEST = 2.0**17
"""Up to here n has 17 bits, few enough for the three parts."""

WHOLE = 1.5 * 2.0**23
"""A float32 of this size has no fraction: what is added to it is rounded to a whole number."""

TWO_OVER_PI = 0x28BE60DB9391054A7F09D5F47D4D377036D8A5664F10E4107F
"""floor(2^198 2/pi)."""


def sin(x: Register) -> Register:
    """Return sin x."""
    quadrant, r = _reduce(x.abs())
    sign = (x.bits() & -(2**31)) ^ ((quadrant & 2) << 30)
    return _combine(quadrant, r, sign)


def cos(x: Register) -> Register:
    """Return cos x = sin(x + pi/2)."""
    quadrant, r = _reduce(x.abs())
    quadrant = quadrant + 1
    return _combine(quadrant, r, (quadrant & 2) << 30)


def _combine(quadrant: Register, r: Register, sign: Register) -> Register:
    square = r * r
    sine = (r * square).fma(polynomial(square, SIN), r)
    cosine = (square * square).fma(polynomial(square, COS), square.fma(-0.5, 1.0))
    is_odd = (quadrant & 1).compare("icmp ne", 0)
    return (is_odd.select(cosine, sine).bits() ^ sign).as_float()


def _reduce(x: Register) -> tuple[Register, Register]:
    """Return n, of which the last two bits count, and r, for x without its sign."""
    shifted = x.fma(2.0 / pi, WHOLE)
    n = shifted - WHOLE
    r = x
    for part in PI_HALF:
        r = n.fma(-part, r)
    quadrant = shifted.bits()
    is_large = x.compare("fcmp ugt", LARGEST)

    def reduce_large() -> list[Value]:
        wide_quadrant, wide_r = _reduce_lanes(x)
        return [
            is_large.select(wide_quadrant, quadrant).value,
            is_large.select(wide_r, r).value,
        ]

    quadrant_value, r_value = x.f.choose(
        _any_lane(is_large), reduce_large, [quadrant.value, r.value]
    )
    return Register(x.f, quadrant_value), Register(x.f, r_value)


def _any_lane(mask: Register) -> Value:
    """Return whether a condition holds in one lane at least."""
    if mask.value.lanes == 1:
        return mask.value
    bits = f"i{mask.value.lanes}"
    together = mask.f.op(f"bitcast {mask.value.type} {mask.value.name} to {bits}", bits)
    return mask.f.compare("icmp ne", together, mask.f.constant(0, bits))


def _reduce_lanes(x: Register) -> tuple[Register, Register]:
    """Return n and r for large x, one lane after the other."""
    f, lanes = x.f, x.value.lanes
    size = 4 * lanes
    memory = f.reserve(2 * size)
    f.store(x.value, memory)

    def reduce_one(lane: Value | int, _: list[Value]) -> None:
        place = f.at(memory, f.mul(lane, 4))
        quadrant, r = _reduce_large(Register(f, f.load("float", place)))
        f.store(r.value, place)
        f.store(quadrant.value, place, size)

    f.loop(0, lanes, 1, reduce_one)
    r = f.load(x.value.type, memory)
    quadrant = f.load(vector("i32", lanes), memory, size)
    return Register(f, quadrant), Register(f, r)


def _reduce_large(x: Register) -> tuple[Register, Register]:
    """Return n and r for one large x.

    x is m 2^(e - 150) with m of 24 bits. The window on 2/pi holds 2/pi 2^(e - 56) without its
    fraction, so that m times it, without 32 places, is x 2/pi with 62 places behind the point. What
    the window leaves out before its 128 places would only add multiples of 4 to n.
    """
    bits = x.bits()
    e = bits.unsigned_shift(23) & 0xFF
    m = ((bits & 0x7FFFFF) | 0x800000).convert("zext", "i128")
    places = ((254 - e) & 0xFF).convert("zext", "i256")
    window = places.like(TWO_OVER_PI).unsigned_shift(places).convert("trunc", "i128")
    turns = (m * window).unsigned_shift(32).convert("trunc", "i64")
    # Two bits before the point, 62 behind it.
    quadrant = (turns + (1 << 61)).unsigned_shift(62).convert("trunc", "i32")
    fraction = ((turns << 2) >> 2).convert("sitofp", "double")
    r = (fraction * (pi / 2 * 2.0**-62)).convert("fptrunc", "float")
    return quadrant, (x < inf).select(r, nan)
