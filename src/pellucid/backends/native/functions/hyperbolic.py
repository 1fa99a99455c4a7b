"""tanh x in float32."""

from __future__ import annotations

from pellucid.backends.native.functions.exponential import scaled_expm1
from pellucid.backends.native.functions.registers import Register

END = 10.0
"""From 13 ln 2 = 9.011 on, tanh x rounds to 1."""


def tanh(x: Register) -> Register:
    """Return tanh x = t / (t + 2) with t = e^(2 |x|) - 1, and the sign of x."""
    size = x.abs().at_most(END)
    t = scaled_expm1(size + size)
    return (t / (t + 2.0)).with_sign_of(x)
