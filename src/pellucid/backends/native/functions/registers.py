"""Registers with operators, so that a function's code reads as its formula.

A `Register` knows the function that it is written into; numbers beside it become literals of its
type. Each operator is one instruction on all lanes, rounded once: nothing is fused or reordered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.backends.native.element_types import Number
from pellucid.backends.native.text import Function, Value


@dataclass(frozen=True, eq=False)
class Register:
    """A value, and the function that it is written into."""

    f: Function
    value: Value

    def __add__(self, other: Register | Number) -> Register:
        """Return the sum."""
        return self._binary("fadd", "add", other)

    def __sub__(self, other: Register | Number) -> Register:
        """Return the difference."""
        return self._binary("fsub", "sub", other)

    def __neg__(self) -> Register:
        """Return a float with the other sign."""
        return Register(
            self.f, self.f.op(f"fneg {self.value.type} {self.value.name}", self.value.type)
        )

    def __rsub__(self, other: Number) -> Register:
        """Return the difference."""
        return self.like(other) - self

    def __mul__(self, other: Register | Number) -> Register:
        """Return the product."""
        return self._binary("fmul", "mul", other)

    def __truediv__(self, other: Register | Number) -> Register:
        """Return the quotient of floats."""
        return self._binary("fdiv", "sdiv", other)

    def __and__(self, other: Register | Number) -> Register:
        """Return the bits that both have."""
        return self._binary("and", "and", other)

    def __or__(self, other: Register | Number) -> Register:
        """Return the bits that one of them has."""
        return self._binary("or", "or", other)

    def __xor__(self, other: Register | Number) -> Register:
        """Return the bits in which they differ."""
        return self._binary("xor", "xor", other)

    def __lshift__(self, places: Register | Number) -> Register:
        """Return the bits, moved to higher places."""
        return self._binary("shl", "shl", places)

    def __rshift__(self, places: Register | Number) -> Register:
        """Return the bits of a signed number, moved to lower places."""
        return self._binary("ashr", "ashr", places)

    def unsigned_shift(self, places: Register | Number) -> Register:
        """Return the bits, moved to lower places, with zeros behind them."""
        return self._binary("lshr", "lshr", places)

    def __lt__(self, other: Register | Number) -> Register:
        """Return whether a float is less; false of nan."""
        return self.compare("fcmp olt", other)

    def __gt__(self, other: Register | Number) -> Register:
        """Return whether a float is greater; false of nan."""
        return self.compare("fcmp ogt", other)

    def compare(self, relation: str, other: Register | Number) -> Register:
        """Return the answer of `fcmp ..` or `icmp ..`."""
        return Register(self.f, self.f.compare(relation, self.value, self.like(other).value))

    def select(self, yes: Register, no: Register | Number) -> Register:
        """Return `yes` where this condition holds, else `no`."""
        value = self.f.select(self.value, yes.value, yes.like(no).value)
        return Register(self.f, value)

    def fma(self, factor: Register | Number, term: Register | Number) -> Register:
        """Return the product with a factor, plus a term, rounded once."""
        value = self.f.fma(self.value, self.like(factor).value, self.like(term).value)
        return Register(self.f, value)

    def abs(self) -> Register:
        """Return a float without its sign."""
        return Register(self.f, self.f.intrinsic("llvm.fabs", self.value))

    def floor(self) -> Register:
        """Return the largest whole number that is not greater."""
        return Register(self.f, self.f.intrinsic("llvm.floor", self.value))

    def at_least(self, low: Number) -> Register:
        """Return a float raised to a bound; nan stays nan."""
        return (self < low).select(self.like(low), self)

    def at_most(self, high: Number) -> Register:
        """Return a float lowered to a bound; nan stays nan."""
        return (self > high).select(self.like(high), self)

    def convert(self, operation: str, element: str) -> Register:
        """Return it converted to elements of another type (`fpext`, `bitcast` ..)."""
        return Register(self.f, self.f.convert(operation, self.value, element))

    def bits(self) -> Register:
        """Return a float's bits as a whole number."""
        return self.convert("bitcast", {"float": "i32", "double": "i64"}[self.value.element])

    def as_float(self) -> Register:
        """Return bits as the float that they are."""
        return self.convert("bitcast", {"i32": "float", "i64": "double"}[self.value.element])

    def like(self, other: Register | Number) -> Register:
        """Return a number as a literal of this register's type; a register as it is."""
        if isinstance(other, Register):
            return other
        return Register(self.f, self.f.constant(other, self.value.type))

    def with_sign_of(self, other: Register) -> Register:
        """Return a float with the sign of another."""
        return Register(self.f, self.f.intrinsic("llvm.copysign", self.value, other.value))

    def _binary(self, floating: str, whole: str, other: Register | Number) -> Register:
        operation = floating if self.value.element in ("float", "double") else whole
        return Register(self.f, self.f.binary(operation, self.value, self.like(other).value))


def polynomial(x: Register, coefficients: Sequence[Number]) -> Register:
    """Return the polynomial with these coefficients, that of the highest power last.

    Horner's rule: the fewest instructions and the least error.
    """
    *rest, highest = coefficients
    value = x.like(highest)
    for coefficient in reversed(rest):
        value = value.fma(x, coefficient)
    return value


def long_polynomial(x: Register, coefficients: Sequence[Number]) -> Register:
    """Return the same as two polynomials in x^2, which the processor computes side by side."""
    square = x * x
    odd = polynomial(square, coefficients[1::2])
    return odd.fma(x, polynomial(square, coefficients[::2]))
