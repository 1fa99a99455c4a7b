"""The words of formulas, in LLVM: what `backends/words.py` defines in NumPy.

Receives a formula and the registers of its arguments, gives the register of its result. Every
instruction works on all lanes at once and rounds as IEEE says, so that an element's bits depend on
its arguments only, however many lanes there are. Which of several nans comes out is left open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple

from pellucid.backends.native.element_types import is_unsigned, register_type, vector
from pellucid.backends.native.functions import FUNCTIONS, emit_function
from pellucid.backends.native.text import Function, Value
from pellucid.dtypes import DType, boolean, is_float
from pellucid.graph.formula import Word


class Element(NamedTuple):
    """The register of an expression, and its element type: in LLVM's types signs do not show."""

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

    Example:
        >>> from pellucid.backends.native.text import Module
        >>> from pellucid.dtypes import float32
        >>> from pellucid.graph.formula import argument
        >>> f = Function(Module(), [("x", "float")])
        >>> emit_formula(f, argument(0) * 2.0, f.arguments, [float32], lanes=1)
        Value(name='%v1', type='float')
        >>> print(f.body())
        entry:
          %v1 = fmul float %x, 0x4000000000000000
          ret void
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
            number = 0 if part.value is None else part.value
            type_ = vector(register_type(number_type), lanes)
            return Element(f.constant(number, type_), number_type)
        operands = [emit(one) for one in part.arguments]
        dtype = operands[-1].dtype
        if part.operation == "convert":
            wanted = part.dtype or dtype
            return Element(emit_conversion(f, operands[0].value, dtype, wanted), wanted)
        value = EMITTERS[part.operation](f, dtype, *(one.value for one in operands))
        return Element(value, boolean if part.operation in ANSWERS else dtype)

    return emit(expression).value


def emit_conversion(f: Function, x: Value, dtype: DType, wanted: DType) -> Value:
    """Return x converted from one element type to another.

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
"""(function, element type of the last operand, registers of the operands) to register."""


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
_differs = _comparison("une", "ne", "ne")


def _binary(operation: str) -> Emitter:
    def emit(f: Function, dtype: DType, a: Value, b: Value) -> Value:
        return f.binary(operation, a, b)

    return emit


def _intrinsic(name: str) -> Emitter:
    def emit(f: Function, dtype: DType, x: Value) -> Value:
        return f.intrinsic(name, x)

    return emit


def _transcendental(word: str) -> Emitter:
    def emit(f: Function, dtype: DType, *values: Value) -> Value:
        return emit_function(f, word, *values)

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
    zero, one = f.constant(0, x.type), f.constant(1, x.type)
    above = f.select(_less(f, dtype, zero, x), one, zero)
    if is_unsigned(dtype):
        return above
    result = f.select(_less(f, dtype, x, zero), f.constant(-1, x.type), above)
    return f.select(f.compare("fcmp uno", x, x), x, result) if is_float(dtype) else result


def _minimum(f: Function, dtype: DType, a: Value, b: Value) -> Value:
    return _second_if(f, dtype, _less(f, dtype, b, a), a, b)


def _maximum(f: Function, dtype: DType, a: Value, b: Value) -> Value:
    return _second_if(f, dtype, _less(f, dtype, a, b), a, b)


def _second_if(f: Function, dtype: DType, condition: Value, a: Value, b: Value) -> Value:
    """Return b where a comparison of the two holds or b is nan, else a.

    So of two equal numbers, zeros of different sign among them, it is the first. A comparison with
    nan is false and gives a, so that a need not be looked at, nor b where it is a known number.
    """
    result = f.select(condition, b, a)
    if not is_float(dtype) or _is_known_number(b):
        return result
    return f.select(f.compare("fcmp uno", b, b), b, result)


def _is_known_number(value: Value) -> bool:
    """Tell whether a value is a literal other than nan."""
    return not value.name.startswith("%") and "7FF8000000000000" not in value.name


def _remainder(f: Function, dtype: DType, a: Value, b: Value) -> Value:
    """Return the remainder with the sign of b, which is 0 for an integer b of 0."""
    zero = f.constant(0, a.type)
    if is_float(dtype):
        rest = f.binary("frem", a, b)
        signed_zero = f.intrinsic("llvm.copysign", zero, b)
        is_zero = f.compare("fcmp oeq", rest, zero)
        return f.select(is_zero, signed_zero, _towards(f, dtype, rest, b))
    # The processor stops at a divisor of 0, and where the lowest number is divided by -1. The
    # remainder is to be 0 there, as it is by 1.
    one = f.constant(1, a.type)
    if is_unsigned(dtype):
        return f.binary("urem", a, f.select(f.compare("icmp eq", b, zero), one, b))
    is_dangerous = f.compare("icmp ule", f.binary("add", b, one), one)
    divisor = f.select(is_dangerous, one, b)
    return _towards(f, dtype, f.binary("srem", a, divisor), b)


def _towards(f: Function, dtype: DType, rest: Value, b: Value) -> Value:
    """Return a remainder that has the sign of the dividend, moved by b to have the sign of b."""
    zero = f.constant(0, b.type)
    apart = f.binary("xor", _less(f, dtype, rest, zero), _less(f, dtype, b, zero))
    is_off = f.binary("and", apart, _differs(f, dtype, rest, zero))
    return f.select(is_off, f.binary("fadd" if is_float(dtype) else "add", rest, b), rest)


def _rsqrt(f: Function, dtype: DType, x: Value) -> Value:
    return f.binary("fdiv", f.constant(1, x.type), f.intrinsic("llvm.sqrt", x))


def _isfinite(f: Function, dtype: DType, x: Value) -> Value:
    return f.compare("fcmp olt", f.intrinsic("llvm.fabs", x), f.constant(inf, x.type))


def _logical_not(f: Function, dtype: DType, x: Value) -> Value:
    return f.binary("xor", x, f.constant(1, x.type))


def _shift_right(f: Function, dtype: DType, a: Value, b: Value) -> Value:
    """Return floor(a / 2^b), also where b has more places than a; a negative b counts as such."""
    last = f.constant(8 * dtype.itemsize - 1, b.type)
    is_within = f.compare("icmp ule", b, last)
    places = f.select(is_within, b, last)
    if not is_unsigned(dtype):
        return f.binary("ashr", a, places)
    return f.select(is_within, f.binary("lshr", a, places), f.constant(0, a.type))


def _select(f: Function, dtype: DType, condition: Value, a: Value, b: Value) -> Value:
    return f.select(condition, a, b)


_QUESTIONS = ("isfinite", "equal", "not_equal", "less", "less_equal")
ANSWERS = frozenset((*_QUESTIONS, "logical_and", "logical_or", "logical_not"))
"""The words that give booleans."""

EMITTERS: dict[str, Emitter] = {
    "add": _arithmetic("fadd", "add"),
    "subtract": _arithmetic("fsub", "sub"),
    "multiply": _arithmetic("fmul", "mul"),
    "divide": _binary("fdiv"),
    "remainder": _remainder,
    "negate": _negate,
    "abs": _abs,
    "sign": _sign,
    "minimum": _minimum,
    "maximum": _maximum,
    "floor": _intrinsic("llvm.floor"),
    "round": _intrinsic("llvm.rint"),
    "sqrt": _intrinsic("llvm.sqrt"),
    "rsqrt": _rsqrt,
    **{word: _transcendental(word) for word in FUNCTIONS},
    "isfinite": _isfinite,
    "equal": _comparison("oeq", "eq", "eq"),
    "not_equal": _differs,
    "less": _less,
    "less_equal": _comparison("ole", "sle", "ule"),
    "logical_and": _binary("and"),
    "logical_or": _binary("or"),
    "logical_not": _logical_not,
    "shift_right": _shift_right,
    "select": _select,
}
"""What writes each word but `convert`."""
