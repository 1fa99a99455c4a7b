"""The types of elements and vectors as LLVM writes them, and numbers of these types.

type = element (`float`, `double`, `i1`, `i8` ..) | `<lanes x element>`
"""

from __future__ import annotations

import struct

from pellucid.dtypes import DType, boolean, float32, is_float, uint8, uint32

Number = float | int | bool


def vector(element: str, lanes: int) -> str:
    """Return the type of a vector, and of a scalar for one lane.

    Example:
        >>> vector("float", 8), vector("i1", 1)
        ('<8 x float>', 'i1')
    """
    return element if lanes == 1 else f"<{lanes} x {element}>"


def lanes_of(type_: str) -> int:
    """Return the number of elements of a type."""
    return int(type_[1 : type_.index(" ")]) if type_[0] == "<" else 1


def element_of(type_: str) -> str:
    """Return the type of one element of a type."""
    return type_[type_.index("x ") + 2 : -1] if type_[0] == "<" else type_


def register_type(dtype: DType) -> str:
    """Return the type of an element in a register: booleans are one bit there."""
    return "i1" if dtype == boolean else memory_type(dtype)


def memory_type(dtype: DType) -> str:
    """Return the type of an element in memory.

    Example:
        >>> memory_type(boolean), memory_type(float32)
        ('i8', 'float')
    """
    if is_float(dtype):
        return "float" if dtype == float32 else "double"
    return f"i{8 * dtype.itemsize}"


def is_unsigned(dtype: DType) -> bool:
    """Tell whether an integer type has no sign."""
    return dtype in (uint8, uint32, boolean)


def literal(number: Number, type_: str) -> str:
    """Return a number as LLVM writes it, repeated for a vector.

    Example:
        >>> literal(1.5, "float"), literal(3, "<2 x i32>")
        ('0x3FF8000000000000', 'splat (i32 3)')
    """
    element, lanes = element_of(type_), lanes_of(type_)
    if element in ("float", "double"):
        text = f"0x{_double_bits(_rounded(number, element)):016X}"
    elif element == "i1":
        text = "true" if number else "false"
    else:
        bits = int(element[1:])
        whole = int(number) & ((1 << bits) - 1)
        text = str(whole - (1 << bits) if whole >> (bits - 1) else whole)
    if lanes == 1:
        return text
    return f"splat ({element} {text})"


def _rounded(number: Number, element: str) -> float:
    if element == "double":
        return float(number)
    import numpy as np

    with np.errstate(over="ignore"):
        return float(np.float32(number))


def _double_bits(number: float) -> int:
    bits: int = struct.unpack("<Q", struct.pack("<d", number))[0]
    return bits


def element_size(type_: str) -> int:
    """Return the bytes of one element in memory.

    Example:
        >>> element_size("<4 x double>"), element_size("i32")
        (8, 4)
    """
    element = element_of(type_)
    sizes = {"float": 4, "double": 8, "ptr": 8}
    return sizes[element] if element in sizes else max(1, int(element[1:]) // 8)


def name_in_intrinsics(type_: str) -> str:
    """Return how the name of an intrinsic spells a type: `v16f32`, `i64`."""
    element = element_of(type_)
    short = {"float": "f32", "double": "f64"}.get(element, element)
    lanes = lanes_of(type_)
    return short if lanes == 1 else f"v{lanes}{short}"
