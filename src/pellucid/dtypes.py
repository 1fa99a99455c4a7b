"""The element types of a node, and how Python and NumPy values become them.

Receives whatever names a type; gives a `numpy.dtype` out of the short closed list below. There is
no silent promotion: two nodes of different types meet only after a `cast`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import DTypeError

DType = np.dtype[Any]

float32: DType = np.dtype(np.float32)
float64: DType = np.dtype(np.float64)
int32: DType = np.dtype(np.int32)
int64: DType = np.dtype(np.int64)
uint8: DType = np.dtype(np.uint8)
uint32: DType = np.dtype(np.uint32)
boolean: DType = np.dtype(np.bool_)

DTYPES: tuple[DType, ...] = (float32, float64, int32, int64, uint8, uint32, boolean)
FLOATS: tuple[DType, ...] = (float32, float64)
INTEGERS: tuple[DType, ...] = (int32, int64, uint8, uint32)


def as_dtype(value: Any) -> DType:
    """Return the element type that `value` names.

    Raises:
        DTypeError: `value` names no type of the list.

    Example:
        >>> as_dtype("float32")
        dtype('float32')
    """
    try:
        # NumPy takes None for float64.
        dtype: DType | None = None if value is None else np.dtype(value)
    except (TypeError, ValueError):
        dtype = None
    if dtype not in DTYPES or dtype is None:
        known = ", ".join(str(known) for known in DTYPES)
        raise DTypeError(f"{value!r} is not an element type of pellucid: use one of {known}")
    return dtype


def is_float(dtype: DType) -> bool:
    """Tell whether `dtype` is a floating-point type."""
    return dtype in FLOATS


def is_integer(dtype: DType) -> bool:
    """Tell whether `dtype` is an integer type; boolean is none."""
    return dtype in INTEGERS
