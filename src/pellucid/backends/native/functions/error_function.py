"""erf x in float32."""

from __future__ import annotations

from pellucid.backends.native.functions.exponential import scaled_expm1
from pellucid.backends.native.functions.registers import Register, long_polynomial

LOG_COMPLEMENT = (
    -0.128379166,
    -0.636619389,
    -0.102777906,
    0.019153323,
    0.000159956078,
    -0.00166661583,
    0.000632623676,
    -0.000117584255,
    9.25014774e-06,
)
"""log(1 - erf x) = x (..) - x on [0, 3.95], by Remez's exchange; relative error of erf x 2^-26.9."""

END = 3.95
"""From 3.92 on, erf x rounds to 1."""


def erf(x: Register) -> Register:
    """Return erf x = 1 - e^u with u = log(1 - erf |x|), and the sign of x."""
    size = x.abs().at_most(END)
    u = size.fma(long_polynomial(size, LOG_COMPLEMENT), -size)
    return scaled_expm1(u).with_sign_of(x)
