"""The transcendental words of formulas, by family.

In float32 they are code of our own, of any number of lanes and without branches (but for huge
angles): the results depend neither on the C library nor on what else is computed. Every float32
was tried (`benchmarks/words.py`). Errors are at most 0.9 units in the last place for `exp` and
`log`, 0.51 for `power` (pairs drawn at random), 1.4 for `expm1`, 1.7 for `log1p`, `sin` and `cos`,
2.0 for `erf`, 2.7 for `tanh`; numbers below the normal range count like all others. In float64 the
words are the C library's.
"""

from __future__ import annotations

from collections.abc import Callable

from pellucid.backends.native.functions.c_library import emit_call
from pellucid.backends.native.functions.circular import cos, sin
from pellucid.backends.native.functions.error_function import erf
from pellucid.backends.native.functions.exponential import exp, expm1
from pellucid.backends.native.functions.hyperbolic import tanh
from pellucid.backends.native.functions.logarithm import log, log1p
from pellucid.backends.native.functions.power import power
from pellucid.backends.native.functions.registers import Register
from pellucid.backends.native.text import Function, Value

FUNCTIONS: dict[str, tuple[Callable[..., Register], str]] = {
    "exp": (exp, "exp"),
    "expm1": (expm1, "expm1"),
    "log": (log, "log"),
    "log1p": (log1p, "log1p"),
    "sin": (sin, "sin"),
    "cos": (cos, "cos"),
    "tanh": (tanh, "tanh"),
    "erf": (erf, "erf"),
    "power": (power, "pow"),
}
"""Each word: what writes it for float32, and its name in the C library."""


def emit_function(f: Function, word: str, *values: Value) -> Value:
    """Return a word out of `FUNCTIONS`, applied to registers of float32 or float64."""
    write, library_name = FUNCTIONS[word]
    if values[0].element == "float":
        return write(*(Register(f, value) for value in values)).value
    return emit_call(f, library_name, *values)
