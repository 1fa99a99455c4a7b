"""erf x in float32."""

from __future__ import annotations

from pellucid.backends.native.functions.exponential import scaled_expm1
from pellucid.backends.native.functions.registers import Register, long_polynomial

LOG_COMPLEMENT = (
    -0.128379166,
    -0.636619329,
    -0.102778144,
    0.0191541035,
    0.000158635041,
    -0.00166538288,
    0.000631986128,
    -0.000117413962,
    9.23189327e-06,
)
"""log(1 - erf x) = x (..) - x on [0, 3.95], by Remez's exchange; the relative error of erf x is
2^-26.5."""

END = 3.95
"""From 3.92 on, erf x rounds to 1."""


def erf(x: Register) -> Register:
    """Return erf x = 1 - e^u with u = log(1 - erf |x|), and the sign of x."""
    size = x.abs().at_most(END)
    u = size.fma(long_polynomial(size, LOG_COMPLEMENT), -size)
    return scaled_expm1(u).with_sign_of(x)
