"""The words of formulas, in LLVM: what `backends/words.py` defines in NumPy.

Receives a formula and the registers of its arguments, gives the register of its result. Every
instruction works on all lanes at once and rounds as IEEE says, so that an element's bits depend on
its arguments only, however many lanes there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple

from pellucid.backends.native.functions import LIBRARY_NAMES, emit_function
from pellucid.backends.native.text import (
    Function,
    Value,
    float_type,
    is_unsigned,
    register_type,
    vector,
)
from pellucid.dtypes import DType, boolean, is_float
from pellucid.graph.formula import Word


class Element(NamedTuple):
    """The register of an expression, and its element type (LLVM's has no sign)."""

    value: Value
    dtype: DType


def emit_formula(
    f: Function,
    expression: Word,
    arguments: Sequence[Value],
    dtypes: Sequence[DType],
    lanes: int,
) -> Value:
    """Write a formula and return the register of its result.

    `arguments` are the node's inputs, vectors of `lanes` elements of types `dtypes`; booleans are
    `i1`. An expression that occurs twice is written once.
    """
    number_type = next((dtype for dtype in dtypes if is_float(dtype)), dtypes[0])
    written: dict[Word, Element] = {}

    def emit(part: Word) -> Element:
        if part not in written:
            written[part] = emit_new(part)
        return written[part]

    def emit_new(part: Word) -> Element:
        if part.operation == "argument":
            position = int(part.value or 0)
            return Element(arguments[position], dtypes[position])
        if part.operation == "constant":
            type_ = vector(register_type(number_type), lanes)
            number = 0 if part.value is None else part.value
            return Element(f.constant(number, type_), number_type)
        operands = [emit(one) for one in part.arguments]
        values = [one.value for one in operands]
        dtype = operands[-1].dtype
        if part.operation == "convert":
            wanted = part.dtype or dtype
            return Element(emit_conversion(f, values[0], dtype, wanted), wanted)
        value = EMITTERS[part.operation](f, dtype, *values)
        return Element(value, boolean if part.operation in ANSWERS else dtype)

    return emit(expression).value


def emit_conversion(f: Function, x: Value, dtype: DType, wanted: DType) -> Value:
    """Return x converted to another element type.

    A float becomes an integer by dropping its fraction; one too large becomes the largest, one too
    small the smallest, nan 0. A number becomes a boolean by comparison with 0.
    """
    target = register_type(wanted)
    if dtype == wanted:
        return x
    if wanted == boolean:
        zero = f.constant(0, x.type)
        return f.compare("fcmp une" if is_float(dtype) else "icmp ne", x, zero)
    if is_float(dtype):
        if is_float(wanted):
            return f.convert("fpext" if target == "double" else "fptrunc", x, target)
        return f.saturate(x, target, signed=not is_unsigned(wanted))
    if is_float(wanted):
        return f.convert("uitofp" if is_unsigned(dtype) else "sitofp", x, target)
    if dtype.itemsize > wanted.itemsize:
        return f.convert("trunc", x, target)
    return f.convert("zext" if is_unsigned(dtype) else "sext", x, target)


Emitter = Callable[..., Value]


def _arithmetic(floating: str, whole: str) -> Emitter:
    def emit(f: Function, dtype: DType, a: Value, b: Value) -> Value:
        return f.binary(floating if is_float(dtype) else whole, a, b)

    return emit


def _comparison(floating: str, signed: str, unsigned: str) -> Emitter:
    def emit(f: Function, dtype: DType, a: Value, b: Value) -> Value:
        if is_float(dtype):
            return f.compare(f"fcmp {floating}", a, b)
        return f.compare(f"icmp {unsigned if is_unsigned(dtype) else signed}", a, b)

    return emit


_less = _comparison("olt", "slt", "ult")


def _rounding(name: str) -> Emitter:
    def emit(f: Function, dtype: DType, x: Value) -> Value:
        return f.intrinsic(name, x)

    return emit


def _transcendental(name: str) -> Emitter:
    def emit(f: Function, dtype: DType, *values: Value) -> Value:
        return emit_function(f, name, *values)

    return emit


def _negate(f: Function, dtype: DType, x: Value) -> Value:
    if is_float(dtype):
        return f.op(f"fneg {x.type} {x.name}", x.type)
    return f.binary("sub", f.constant(0, x.type), x)


def _abs(f: Function, dtype: DType, x: Value) -> Value:
    if is_float(dtype):
        return f.intrinsic("llvm.fabs", x)
    if is_unsigned(dtype):
        return x
    return f.select(_less(f, dtype, x, f.constant(0, x.type)), _negate(f, dtype, x), x)


def _sign(f: Function, dtype: DType, x: Value) -> Value:
    zero, one, minus_one = (f.constant(number, x.type) for number in (0, 1, -1))
    above = f.select(_less(f, dtype, zero, x), one, zero)
    if is_unsigned(dtype):
        return above
    result = f.select(_less(f, dtype, x, zero), minus_one, above)
    return f.select(f.compare("fcmp uno", x, x), x, result) if is_float(dtype) else result


def _extreme(a_follows: Callable[[Function, DType, Value, Value], Value]) -> Emitter:
    """Return what writes minimum or maximum: `a_follows` says whether the second one wins.

    Of two equal numbers, zeros of different sign among them, the first one is taken. A comparison
    with nan is false, so that the selection takes a; only b remains to be looked at, and not even
    that where it is a literal.
    """

    def emit(f: Function, dtype: DType, a: Value, b: Value) -> Value:
        result = f.select(a_follows(f, dtype, a, b), b, a)
        if not is_float(dtype) or _is_number(b):
            return result
        return f.select(f.compare("fcmp uno", b, b), b, result)

    return emit


def _is_number(value: Value) -> bool:
    """Tell whether a value is a literal other than nan."""
    return not value.name.startswith("%") and "7FF8000000000000" not in value.name


def _remainder(f: Function, dtype: DType, a: Value, b: Value) -> Value:
    """Return the remainder with the sign of b; of whole numbers, 0 where b is 0."""
    if is_float(dtype):
        return _float_remainder(f, a, b)
    zero, one = f.constant(0, a.type), f.constant(1, a.type)
    # By 1 the remainder is 0; and the processor stops at 0, and at the lowest number by -1.
    if is_unsigned(dtype):
        return f.binary("urem", a, f.select(f.compare("icmp eq", b, zero), one, b))
    harmless = f.compare("icmp ule", f.binary("add", b, one), one)
    result = f.binary("srem", a, f.select(harmless, one, b))
    return f.select(_needs_divisor(f, dtype, result, b), f.binary("add", result, b), result)


def _needs_divisor(f: Function, dtype: DType, remainder: Value, b: Value) -> Value:
    """Return whether a remainder is not 0 and has not the sign of b."""
    zero = f.constant(0, b.type)
    differ = f.binary("xor", _less(f, dtype, remainder, zero), _less(f, dtype, b, zero))
    relation = "fcmp une" if is_float(dtype) else "icmp ne"
    return f.binary("and", differ, f.compare(relation, remainder, zero))


def _float_remainder(f: Function, a: Value, b: Value) -> Value:
    dtype = float_type(a.element)
    result = f.binary("frem", a, b)
    moved = f.binary("fadd", result, b)
    result_or_moved = f.select(_needs_divisor(f, dtype, result, b), moved, result)
    zero = f.constant(0, a.type)
    signed_zero = f.intrinsic("llvm.copysign", zero, b)
    return f.select(f.compare("fcmp oeq", result, zero), signed_zero, result_or_moved)


def _rsqrt(f: Function, dtype: DType, x: Value) -> Value:
    return f.binary("fdiv", f.constant(1, x.type), f.intrinsic("llvm.sqrt", x))


def _isfinite(f: Function, dtype: DType, x: Value) -> Value:
    return f.compare("fcmp olt", f.intrinsic("llvm.fabs", x), f.constant(inf, x.type))


def _logical(operation: str) -> Emitter:
    def emit(f: Function, dtype: DType, a: Value, b: Value) -> Value:
        return f.binary(operation, a, b)

    return emit


def _logical_not(f: Function, dtype: DType, x: Value) -> Value:
    return f.binary("xor", x, f.constant(1, x.type))


def _shift_right(f: Function, dtype: DType, a: Value, b: Value) -> Value:
    """Return floor(a / 2^b), also where b is larger than the number of bits."""
    most = f.constant(8 * dtype.itemsize - 1, b.type)
    within = f.compare("icmp ule", b, most)
    if not is_unsigned(dtype):
        return f.binary("ashr", a, f.select(within, b, most))
    shifted = f.binary("lshr", a, f.select(within, b, most))
    return f.select(within, shifted, f.constant(0, a.type))


def _select(f: Function, dtype: DType, condition: Value, a: Value, b: Value) -> Value:
    return f.select(condition, a, b)


ANSWERS = frozenset(
    {
        "isfinite", "equal", "not_equal", "less", "less_equal",
        "logical_and", "logical_or", "logical_not",
    }
)  # fmt: skip
"""The words that give booleans."""

EMITTERS: dict[str, Emitter] = {
    "add": _arithmetic("fadd", "add"),
    "subtract": _arithmetic("fsub", "sub"),
    "multiply": _arithmetic("fmul", "mul"),
    "divide": _arithmetic("fdiv", "sdiv"),
    "remainder": _remainder,
    "negate": _negate,
    "abs": _abs,
    "sign": _sign,
    "minimum": _extreme(lambda f, dtype, a, b: _less(f, dtype, b, a)),
    "maximum": _extreme(lambda f, dtype, a, b: _less(f, dtype, a, b)),
    "floor": _rounding("llvm.floor"),
    "round": _rounding("llvm.rint"),
    "sqrt": _rounding("llvm.sqrt"),
    "rsqrt": _rsqrt,
    **{name: _transcendental(name) for name in LIBRARY_NAMES},
    "isfinite": _isfinite,
    "equal": _comparison("oeq", "eq", "eq"),
    "not_equal": _comparison("une", "ne", "ne"),
    "less": _less,
    "less_equal": _comparison("ole", "sle", "ule"),
    "logical_and": _logical("and"),
    "logical_or": _logical("or"),
    "logical_not": _logical_not,
    "shift_right": _shift_right,
    "select": _select,
}
"""What writes each word: (function, type of its last operand, operands) to register."""
