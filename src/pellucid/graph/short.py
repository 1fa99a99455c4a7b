"""Numbers in the few characters that a picture or a table has room for."""

from __future__ import annotations

from typing import Any

import numpy as np

ALL_SHOWN = 4
"""Up to so many elements are shown one by one."""


def short(value: Any, digits: int = 4) -> str:
    """Return a number, up to four numbers, or what can be said of more.

    Args:
        value: a number or an array of any shape.
        digits: significant digits of a floating-point number.

    Example:
        >>> short(-0.19661193324), short([1.5, 2.0]), short(range(100))
        ('-0.1966', '[1.5, 2]', '0 .. 99, mean 49.5')
        >>> short([0.0, float("nan"), 1.0, 2.0, float("inf")])
        '2 of 5 not finite'
    """
    array = np.asarray(value)
    if array.ndim == 0:
        return _number(array[()], digits)
    if array.size == 0:
        return "empty"
    if array.size <= ALL_SHOWN:
        return f"[{', '.join(_number(item, digits) for item in array.ravel())}]"
    if array.dtype == np.bool_:
        return f"{int(array.sum())} of {array.size} true"
    lost = array.size - int(np.isfinite(array).sum())
    if lost:
        return f"{lost} of {array.size} not finite"
    least, most = _number(array.min(), digits), _number(array.max(), digits)
    if least == most:
        return f"all {least}"
    return f"{least} .. {most}, mean {_number(array.mean(dtype=np.float64), digits)}"


def short_shape(shape: tuple[int, ...]) -> str:
    """Return a shape in words.

    Example:
        >>> short_shape(()), short_shape((3,)), short_shape((32, 10))
        ('scalar', '3', '32 x 10')
    """
    return " x ".join(map(str, shape)) if shape else "scalar"


def _number(number: Any, digits: int) -> str:
    if isinstance(number, bool | np.bool_ | int | np.integer):
        return str(number)
    return format(float(number), f".{digits}g")
