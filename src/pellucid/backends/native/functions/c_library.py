"""Functions of the C library in float64, called lane by lane.

float64 serves for checking, so that it takes the C library's word. The machine code that calls
these functions finds them in the process.
"""

from __future__ import annotations

from pellucid.backends.native.text import Function, Value


def emit_call(f: Function, name: str, *values: Value) -> Value:
    """Return `name` of C's `math.h`, applied to each lane of registers of float64.

    The call is marked so that LLVM does not put its own idea of the function in its place, such
    as x x for pow(x, 2) where the exponent happens to be known.
    """
    result = Value("poison", values[0].type)
    f.module.declare(f"declare double @{name}({', '.join(['double'] * len(values))})")
    for lane in range(result.lanes):
        operands = ", ".join(f"double {f.extract(value, lane).name}" for value in values)
        one = f.op(f"call double @{name}({operands}) nobuiltin", "double")
        result = f.insert(result, one, lane)
    return result
