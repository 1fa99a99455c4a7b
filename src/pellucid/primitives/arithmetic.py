"""Arithmetic on elements: sums, products, quotients, powers, extremes, rounding.

Where a derivative is a product of the incoming gradient and a partial derivative that can be
infinite or nan, it is `multiply_no_nan`: a gradient of 0, as from a branch not taken, stays 0.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from pellucid.graph.formula import Word, word
from pellucid.graph.node import Node, Operand
from pellucid.primitives.comparison import equal, less, less_equal, logical_and, where
from pellucid.primitives.movement import zeros_like
from pellucid.primitives.operands import Binary, Unary, constant_value, elementwise

Gradients = tuple[Node | None, ...]


class Add(Binary):
    """x + y."""

    name = "add"
    accepts = "number"

    def formula(self, x: Word, y: Word) -> Word:
        """Return x + y."""
        return x + y

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return (g, g)."""
        return gradient, gradient


class Subtract(Binary):
    """x - y."""

    name = "subtract"
    accepts = "number"

    def formula(self, x: Word, y: Word) -> Word:
        """Return x - y."""
        return x - y

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return (g, -g)."""
        return gradient, -gradient


class Multiply(Binary):
    """x y."""

    name = "multiply"
    accepts = "number"

    def formula(self, x: Word, y: Word) -> Word:
        """Return x y."""
        return x * y

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return (g y, g x)."""
        x, y = node.inputs
        return times(gradient, y), times(gradient, x)


class MultiplyNoNan(Binary):
    """0 where x is 0, else x y: a product in which 0 wins over infinity and nan.

    Not symmetric. It is what derivatives multiply with, x being the incoming gradient.
    """

    name = "multiply_no_nan"

    def formula(self, x: Word, y: Word) -> Word:
        """Return 0 if x = 0 else x y."""
        return word("select", word("equal", x, 0.0), 0.0, x * y)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return (g y, g x), guarded in their turn; no influence of y where x is 0."""
        x, y = node.inputs
        return times(gradient, y), where(equal(x, 0.0), 0.0, times(gradient, x))


class Divide(Binary):
    """x / y."""

    name = "divide"

    def formula(self, x: Word, y: Word) -> Word:
        """Return x / y."""
        return x / y

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return (g / y, -g (x / y) / y)."""
        _, y = node.inputs
        by_x = times(gradient, reciprocal(y))
        return by_x, -times(by_x, node)


class Remainder(Binary):
    """x - y floor(x / y): the remainder with the sign of y."""

    name = "remainder"
    accepts = "number"
    edges = "at the jumps, the derivative of the piece that the value belongs to"

    def formula(self, x: Word, y: Word) -> Word:
        """Return the remainder."""
        return word("remainder", x, y)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return (g, -g floor(x / y))."""
        x, y = node.inputs
        return gradient, -times(gradient, floor(x / y))


class Power(Binary):
    """x to the power y.

    Plain numbers 1, 2 and -1 as exponents build x, `square` and `reciprocal`.
    """

    name = "power"
    edges = (
        "by x, 0 where y = 0; by y, 0 where x = 0 (the limit for y > 0), and nan where x < 0, "
        "as the logarithm there"
    )

    def __call__(self, x: Operand, y: Operand) -> Node:
        """Build the node."""
        if isinstance(x, Node) and isinstance(y, int | float) and not isinstance(y, bool):
            if y == 1:
                return x
            if y == 2:
                return square(x)
            if y == -1:
                return reciprocal(x)
            y = float(y)
        return elementwise(self, x, y)

    def formula(self, x: Word, y: Word) -> Word:
        """Return x to the power y."""
        return word("power", x, y)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return (g y x^(y-1), g x^y log x)."""
        from pellucid.primitives.exponential import log

        x, y = node.inputs
        by_x = multiply_no_nan(y, power(x, y - 1.0))
        zero = equal(x, 0.0)
        by_y = where(zero, 0.0, node * log(where(zero, 1.0, x)))
        return times(gradient, by_x), times(gradient, by_y)


class Square(Unary):
    """x x."""

    name = "square"
    accepts = "number"

    def formula(self, x: Word) -> Word:
        """Return x x."""
        return x * x

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return 2 g x."""
        (x,) = node.inputs
        return (times(gradient, x + x),)


class Reciprocal(Unary):
    """1 / x."""

    name = "reciprocal"

    def formula(self, x: Word) -> Word:
        """Return 1 / x."""
        return 1.0 / x

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return -g / x^2."""
        return (-times(gradient, square(node)),)


class Negative(Unary):
    """-x."""

    name = "negative"
    accepts = "number"

    def formula(self, x: Word) -> Word:
        """Return -x."""
        return -x

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return -g."""
        return (-gradient,)


class Abs(Unary):
    """|x|."""

    name = "abs"
    accepts = "number"
    edges = "0 at 0"

    def formula(self, x: Word) -> Word:
        """Return |x|."""
        return word("abs", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g sign(x)."""
        return (times(gradient, sign(node.inputs[0])),)


class Sign(Unary):
    """-1, 0 or 1; nan of nan."""

    name = "sign"
    accepts = "number"
    edges = "0 everywhere, also at the jump"

    def formula(self, x: Word) -> Word:
        """Return the sign."""
        return word("sign", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing: the function is flat."""
        return (None,)


class Minimum(Binary):
    """The smaller of x and y; nan if one of them is."""

    name = "minimum"
    accepts = "number"
    edges = "at a tie, half of the gradient to each"

    def formula(self, x: Word, y: Word) -> Word:
        """Return the smaller."""
        return word("minimum", x, y)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Give the gradient to the smaller."""
        x, y = node.inputs
        return _winner(gradient, x, y), _winner(gradient, y, x)


class Maximum(Binary):
    """The larger of x and y; nan if one of them is."""

    name = "maximum"
    accepts = "number"
    edges = "at a tie, half of the gradient to each"

    def formula(self, x: Word, y: Word) -> Word:
        """Return the larger."""
        return word("maximum", x, y)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Give the gradient to the larger."""
        x, y = node.inputs
        return _winner(gradient, y, x), _winner(gradient, x, y)


def _winner(gradient: Node, smaller: Node, larger: Node) -> Node:
    """Return the gradient where smaller < larger, half of it at a tie, else 0."""
    tied = where(equal(smaller, larger), gradient * 0.5, zeros_like(gradient))
    return where(less(smaller, larger), gradient, tied)


class Clip(Unary):
    """x, but no less than `low` and no more than `high`; nan of nan."""

    name = "clip"
    edges = "1 at both bounds"

    def __call__(self, x: Operand, low: float = -inf, high: float = inf) -> Node:
        """Build the node."""
        return elementwise(self, x, low=float(low), high=float(high))

    def formula(self, x: Word, *, low: float, high: float) -> Word:
        """Return min(max(x, low), high)."""
        return word("minimum", word("maximum", x, low), high)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g where low <= x <= high, else 0."""
        (x,) = node.inputs
        low, high = node.attributes["low"], node.attributes["high"]
        inside = logical_and(less_equal(low, x), less_equal(x, high))
        return (where(inside, gradient, 0.0),)


class Floor(Unary):
    """The largest whole number not above x."""

    name = "floor"
    edges = "0 everywhere, also at the jumps"

    def formula(self, x: Word) -> Word:
        """Return the floor."""
        return word("floor", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing: the function is flat."""
        return (None,)


class Round(Unary):
    """The nearest whole number; halves go to the even one."""

    name = "round"
    edges = "0 everywhere, also at the jumps"

    def formula(self, x: Word) -> Word:
        """Return x rounded."""
        return word("round", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing: the function is flat."""
        return (None,)


class Sqrt(Unary):
    """The square root."""

    name = "sqrt"
    edges = "infinity at 0, unless the incoming gradient is 0"

    def formula(self, x: Word) -> Word:
        """Return the square root."""
        return word("sqrt", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g / (2 sqrt(x))."""
        return (times(gradient, 0.5 / node),)


class Rsqrt(Unary):
    """1 / sqrt(x)."""

    name = "rsqrt"

    def formula(self, x: Word) -> Word:
        """Return the reciprocal square root."""
        return word("rsqrt", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return -g x^(-3/2) / 2."""
        (x,) = node.inputs
        return (times(gradient, -0.5 * (node / x)),)


add, subtract, multiply, divide, remainder = Add(), Subtract(), Multiply(), Divide(), Remainder()
multiply_no_nan, power, square, reciprocal = MultiplyNoNan(), Power(), Square(), Reciprocal()
negative, abs, sign, minimum, maximum, clip = (
    Negative(),
    Abs(),
    Sign(),
    Minimum(),
    Maximum(),
    Clip(),
)
floor, round, sqrt, rsqrt = Floor(), Round(), Sqrt(), Rsqrt()


def times(gradient: Node, partial: Node) -> Node:
    """Return gradient times partial derivative, with a gradient of 0 staying 0.

    A plain product where the partial derivative is a finite constant and nothing can go wrong.
    """
    value: Any = constant_value(partial)
    if value is not None and bool(np.isfinite(value).all()):
        return gradient * partial
    return multiply_no_nan(gradient, partial)
