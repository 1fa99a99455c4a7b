"""The transcendental words of formulas, by family."""

from __future__ import annotations

from collections.abc import Callable

from pellucid.backends.native.functions.circular import cos, sin
from pellucid.backends.native.functions.error_function import erf
from pellucid.backends.native.functions.exponential import exp, expm1
from pellucid.backends.native.functions.hyperbolic import tanh
from pellucid.backends.native.functions.library import emit_call
from pellucid.backends.native.functions.logarithm import log, log1p
from pellucid.backends.native.functions.power import power
from pellucid.backends.native.functions.registers import Register
from pellucid.backends.native.text import Function, Value

LIBRARY_NAMES = {
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "log1p": "log1p",
    "sin": "sin",
    "cos": "cos",
    "tanh": "tanh",
    "erf": "erf",
    "power": "pow",
}
"""Each word and its name in the C library."""

SINGLE: dict[str, Callable[..., Register]] = {
    "exp": exp,
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "sin": sin,
    "cos": cos,
    "tanh": tanh,
    "erf": erf,
    "power": power,
}
"""What writes a word for float32, where there is code of our own."""


def emit_function(f: Function, word: str, *values: Value) -> Value:
    """Return a word out of `LIBRARY_NAMES`, applied to registers of float32 or float64."""
    if values[0].element == "float" and word in SINGLE:
        return SINGLE[word](*(Register(f, value) for value in values)).value
    return emit_call(f, LIBRARY_NAMES[word], *values)
