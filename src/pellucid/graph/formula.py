"""The language in which an elementwise primitive says what it does to one element.

A formula is an expression of words from the closed list `WORDS`; every backend speaks these words
and nothing else, so that a new elementwise primitive needs no change in any backend.

    formula  = argument(position) | constant(number) | word(formula, ..)

Numbers in a formula take the floating-point type of the node's inputs.
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.dtypes import DType

WORDS: dict[str, int] = {
    "add": 2,
    "subtract": 2,
    "multiply": 2,
    "divide": 2,
    "remainder": 2,
    "negate": 1,
    "abs": 1,
    "sign": 1,
    "minimum": 2,
    "maximum": 2,
    "floor": 1,
    "round": 1,
    "sqrt": 1,
    "rsqrt": 1,
    "power": 2,
    "exp": 1,
    "expm1": 1,
    "log": 1,
    "log1p": 1,
    "sin": 1,
    "cos": 1,
    "tanh": 1,
    "erf": 1,
    "isfinite": 1,
    "equal": 2,
    "not_equal": 2,
    "less": 2,
    "less_equal": 2,
    "logical_and": 2,
    "logical_or": 2,
    "logical_not": 1,
    "shift_right": 2,
    "select": 3,
    "convert": 1,
}
"""Every word and its number of arguments. `convert` also carries the type that it converts to."""

Number = float | int | bool


@dataclass(frozen=True, eq=False)
class Word:
    """One expression of a formula: an argument, a constant, or a word applied to expressions."""

    operation: str
    arguments: tuple[Word, ...] = ()
    value: Number | None = None
    dtype: DType | None = None

    def __add__(self, other: Word | Number) -> Word:
        """Return the sum."""
        return word("add", self, other)

    def __radd__(self, other: Number) -> Word:
        """Return the sum."""
        return word("add", other, self)

    def __sub__(self, other: Word | Number) -> Word:
        """Return the difference."""
        return word("subtract", self, other)

    def __rsub__(self, other: Number) -> Word:
        """Return the difference."""
        return word("subtract", other, self)

    def __mul__(self, other: Word | Number) -> Word:
        """Return the product."""
        return word("multiply", self, other)

    def __rmul__(self, other: Number) -> Word:
        """Return the product."""
        return word("multiply", other, self)

    def __truediv__(self, other: Word | Number) -> Word:
        """Return the quotient."""
        return word("divide", self, other)

    def __rtruediv__(self, other: Number) -> Word:
        """Return the quotient."""
        return word("divide", other, self)

    def __neg__(self) -> Word:
        """Return the negated expression."""
        return word("negate", self)

    def __str__(self) -> str:
        """Return the formula as text, such as `multiply(x0, exp(x1))`."""
        if self.operation == "argument":
            return f"x{self.value}"
        if self.operation == "constant":
            return repr(self.value)
        return f"{self.operation}({', '.join(map(str, self.arguments))})"


def argument(position: int) -> Word:
    """Return the node's input at `position`."""
    return Word("argument", value=position)


def constant(value: Number) -> Word:
    """Return a number."""
    return Word("constant", value=value)


def word(operation: str, *arguments: Word | Number, dtype: DType | None = None) -> Word:
    """Apply one word of the list.

    Raises:
        ValueError: no such word, or not its number of arguments.

    Example:
        >>> print(word("maximum", argument(0), 0.0))
        maximum(x0, 0.0)
    """
    if WORDS.get(operation) != len(arguments):
        raise ValueError(f"{operation!r} with {len(arguments)} arguments is no word of a formula")
    expressions = tuple(a if isinstance(a, Word) else constant(a) for a in arguments)
    return Word(operation, expressions, dtype=dtype)
