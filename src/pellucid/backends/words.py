"""The words of formulas, in NumPy: the definition of every elementwise primitive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.dtypes import DType, is_float, is_integer
from pellucid.graph.formula import Word
from pellucid.graph.primitive import in_rows

Array = np.ndarray[Any, Any]
Formula = Callable[[Sequence[Array]], Array]


def _erf(x: Array) -> Array:
    from scipy.special import erf

    return erf(x)


def _of_rows(function: Callable[..., Array]) -> Callable[..., Array]:
    """Return a function whose rounding does not depend on how its arguments lie in memory."""
    return lambda *arguments: function(*map(in_rows, arguments))


MEANINGS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "remainder": np.remainder,
    "negate": np.negative,
    "abs": np.abs,
    "sign": np.sign,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "floor": np.floor,
    "round": np.rint,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: np.divide(x.dtype.type(1), np.sqrt(x)),
    "power": _of_rows(np.power),
    "exp": _of_rows(np.exp),
    "expm1": _of_rows(np.expm1),
    "log": _of_rows(np.log),
    "log1p": _of_rows(np.log1p),
    "sin": _of_rows(np.sin),
    "cos": _of_rows(np.cos),
    "tanh": _of_rows(np.tanh),
    "erf": _of_rows(_erf),
    "isfinite": np.isfinite,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_not": np.logical_not,
    "shift_right": np.right_shift,
    "select": np.where,
}
"""What each word means, but for `convert`."""


def _converted(x: Any, dtype: DType) -> Any:
    """Return x in another type, where a float that no integer equals becomes the nearest; nan 0."""
    if not is_float(x.dtype) or not is_integer(dtype):
        return x.astype(dtype)
    limits = np.iinfo(dtype)
    # As floats: the largest integer is none in every type, the power of two above it is.
    least, beyond = x.dtype.type(limits.min), x.dtype.type(2.0 ** (limits.max.bit_length()))
    whole = np.trunc(x)
    inside = np.where((whole >= least) & (whole < beyond), whole, 0).astype(dtype)
    outside = np.where(whole >= beyond, limits.max, np.where(whole < least, limits.min, inside))
    return outside.astype(dtype)


def compile_formula(expression: Word, number_type: DType) -> Formula:
    """Return a function of the arguments' arrays; numbers in the formula are of `number_type`."""
    if expression.operation == "argument":
        position = int(expression.value or 0)
        return lambda arguments: arguments[position]
    if expression.operation == "constant":
        with np.errstate(over="ignore"):
            number = number_type.type(expression.value)
        return lambda arguments: number
    parts = [compile_formula(part, number_type) for part in expression.arguments]
    if expression.operation == "convert":
        (part,), dtype = parts, expression.dtype or number_type
        return lambda arguments: _converted(part(arguments), dtype)
    meaning = MEANINGS[expression.operation]
    if len(parts) == 1:
        (one,) = parts
        return lambda arguments: meaning(one(arguments))
    if len(parts) == 2:
        one, two = parts
        return lambda arguments: meaning(one(arguments), two(arguments))
    one, two, three = parts
    return lambda arguments: meaning(one(arguments), two(arguments), three(arguments))
