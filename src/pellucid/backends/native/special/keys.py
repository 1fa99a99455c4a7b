"""Numbers of every type as whole numbers with a sign that have the same order."""

from __future__ import annotations

from pellucid.backends.native.element_types import is_unsigned, vector
from pellucid.backends.native.special.layout import Whole
from pellucid.backends.native.text import Function, Value
from pellucid.dtypes import DType, is_float


def key_bits(dtype: DType) -> int:
    """Return the bits of a key: 32 for types of up to 32 bits, else 64."""
    return max(32, 8 * dtype.itemsize)


def load_key(
    f: Function, source: Value, offset: Whole, dtype: DType, lanes: int = 1, nan: int = 0
) -> Value:
    """Return the keys of elements at an address: those of -0 and 0 are equal.

    Args:
        f: the function to write in.
        source: where the array lies.
        offset: how many bytes on the first element is.
        dtype: the type of the elements.
        lanes: the number of elements.
        nan: 1 to have nan above all numbers, -1 to have it below.
    """
    bits = key_bits(dtype)
    raw = f.load(vector(f"i{8 * dtype.itemsize}", lanes), source, offset)
    type_ = vector(f"i{bits}", lanes)
    top = f.constant(1 << (bits - 1), type_)
    if not is_float(dtype):
        if raw.type != type_:
            return f.convert("zext", raw, f"i{bits}")
        return f.binary("xor", raw, top) if is_unsigned(dtype) else raw
    # A float's bits are a sign and a magnitude, which grows with the number.
    magnitude = f.binary("and", raw, f.constant((1 << (bits - 1)) - 1, type_))
    sign = f.binary("ashr", raw, f.constant(bits - 1, type_))
    key = f.binary("sub", f.binary("xor", magnitude, sign), sign)
    infinity = 0x7F800000 if bits == 32 else 0x7FF << 52
    is_nan = f.compare("icmp ugt", magnitude, f.constant(infinity, type_))
    beyond = (1 << (bits - 1)) - 1 if nan > 0 else 1 << (bits - 1)
    return f.select(is_nan, f.constant(beyond, type_), key)
