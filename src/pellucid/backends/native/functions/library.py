"""Functions of the C library, called element by element in double precision.

float64 serves for checking, so that it takes the C library's word. Receives registers of float32
or float64 of any number of lanes, gives one of the same type; the machine code that calls these
functions finds them in the process.
"""

from __future__ import annotations

from pellucid.backends.native.text import Function, Value, vector


def emit_call(f: Function, name: str, *values: Value) -> Value:
    """Return `name` of C's `math.h`, applied to each lane.

    The call is marked so that LLVM does not put its own idea of the function in its place, such
    as x x for pow(x, 2) where the exponent happens to be known.
    """
    wide = [f.convert("fpext", value, "double") for value in values]
    result = Value("poison", vector("double", values[0].lanes))
    f.module.declare(f"declare double @{name}({', '.join(['double'] * len(values))})")
    for lane in range(result.lanes):
        operands = ", ".join(f"double {f.extract(value, lane).name}" for value in wide)
        one = f.op(f"call double @{name}({operands}) nobuiltin", "double")
        result = f.insert(result, one, lane)
    return f.convert("fptrunc", result, values[0].element)
