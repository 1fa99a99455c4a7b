"""Comparison, logic, choice and conversion of elements."""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import DType, as_dtype, is_float
from pellucid.graph.formula import Word, word
from pellucid.graph.node import Node, Operand, apply, as_node
from pellucid.graph.primitive import Attributes, Elementwise, require_kind, require_same
from pellucid.primitives.movement import zeros_like
from pellucid.primitives.operands import (
    Binary,
    Unary,
    as_nodes,
    broadcast_together,
    check_types,
)

Gradients = tuple[Node | None, ...]


class Comparison(Binary):
    """A question to two numbers; the answer has no derivative."""

    accepts = "any"
    gives_boolean = True
    differentiable = False

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing."""
        return None, None


class Equal(Comparison):
    """x = y; nan equals nothing."""

    name = "equal"

    def formula(self, x: Word, y: Word) -> Word:
        """Return x = y."""
        return word("equal", x, y)


class NotEqual(Comparison):
    """x differs from y; nan differs from everything."""

    name = "not_equal"

    def formula(self, x: Word, y: Word) -> Word:
        """Return x != y."""
        return word("not_equal", x, y)


class Less(Comparison):
    """x < y; False if one is nan."""

    name = "less"
    accepts = "number"

    def formula(self, x: Word, y: Word) -> Word:
        """Return x < y."""
        return word("less", x, y)


class LessEqual(Comparison):
    """x <= y; False if one is nan."""

    name = "less_equal"
    accepts = "number"

    def formula(self, x: Word, y: Word) -> Word:
        """Return x <= y."""
        return word("less_equal", x, y)


class LogicalAnd(Comparison):
    """x and y."""

    name = "logical_and"
    accepts = "boolean"

    def formula(self, x: Word, y: Word) -> Word:
        """Return x and y."""
        return word("logical_and", x, y)


class LogicalOr(Comparison):
    """x or y."""

    name = "logical_or"
    accepts = "boolean"

    def formula(self, x: Word, y: Word) -> Word:
        """Return x or y."""
        return word("logical_or", x, y)


class LogicalNot(Unary):
    """Not x."""

    name = "logical_not"
    accepts = "boolean"
    gives_boolean = True
    differentiable = False

    def formula(self, x: Word) -> Word:
        """Return not x."""
        return word("logical_not", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing."""
        return (None,)


class IsFinite(Unary):
    """Whether x is neither infinite nor nan."""

    name = "isfinite"
    gives_boolean = True
    differentiable = False

    def formula(self, x: Word) -> Word:
        """Return whether x is finite."""
        return word("isfinite", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing."""
        return (None,)


class Where(Elementwise):
    """x where the condition holds, else y; what is not chosen has no influence, nor a gradient.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> x = input_node("x", (3,))
        >>> where(less(x, 0.0), 0.0, x).shape
        (3,)
    """

    name = "where"
    arity = 3
    accepts = "any"

    def __call__(self, condition: Operand, x: Operand, y: Operand) -> Node:
        """Build the node."""
        chosen = (as_node(condition), *as_nodes(x, y))
        check_types(self, chosen, {})
        return apply(self, *broadcast_together(self.name, chosen))

    def result_dtype(self, inputs: tuple[DType, ...], attributes: Attributes) -> DType:
        """Return the type of what is chosen from."""
        require_kind("the condition of where", inputs[0], "boolean")
        require_same(self.name, inputs[1:])
        return inputs[1]

    def formula(self, condition: Word, x: Word, y: Word) -> Word:
        """Return the chosen one."""
        return word("select", condition, x, y)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Give the gradient to the chosen one."""
        condition, zero = node.inputs[0], zeros_like(gradient)
        return None, where(condition, gradient, zero), where(condition, zero, gradient)


class Cast(Elementwise):
    """x as another element type.

    A float becomes an integer by dropping its fraction, towards 0; one that is too large becomes
    the largest integer of the type, one too small the smallest, nan 0. An integer becomes a
    narrower one by keeping its low bits. A number becomes a boolean by comparison with 0, a boolean
    the number 0 or 1.

    Example:
        >>> from pellucid.backends import evaluate
        >>> from pellucid.graph.node import constant_node
        >>> x = constant_node([-1.0, 2.9, float("inf"), float("nan")])
        >>> evaluate(cast(x, "uint8"), {})
        array([  0,   2, 255,   0], dtype=uint8)
    """

    name = "cast"
    accepts = "any"

    def __call__(self, x: Operand, dtype: Any) -> Node:
        """Build the node; x itself where it has the type already."""
        node, wanted = as_node(x), as_dtype(dtype)
        return node if node.dtype == wanted else apply(self, node, dtype=wanted)

    def result_dtype(self, inputs: tuple[DType, ...], attributes: Attributes) -> DType:
        """Return the wanted type."""
        return attributes["dtype"]

    def formula(self, x: Word, *, dtype: DType) -> Word:
        """Return x converted."""
        return word("convert", x, dtype=dtype)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Cast back, between floats."""
        (x,) = node.inputs
        return (cast(gradient, x.dtype) if is_float(x.dtype) else None,)


class ShiftRight(Binary):
    """Unsigned x shifted right by y bits: floor(x / 2^y)."""

    name = "shift_right"
    accepts = "integer"
    differentiable = False

    def formula(self, x: Word, y: Word) -> Word:
        """Return the shifted word."""
        return word("shift_right", x, y)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing."""
        return None, None


equal, not_equal, less, less_equal = Equal(), NotEqual(), Less(), LessEqual()
logical_and, logical_or, logical_not = LogicalAnd(), LogicalOr(), LogicalNot()
isfinite, where, cast, shift_right = IsFinite(), Where(), Cast(), ShiftRight()


def greater(x: Operand, y: Operand) -> Node:
    """Return whether x > y."""
    return less(y, x)


def greater_equal(x: Operand, y: Operand) -> Node:
    """Return whether x >= y."""
    return less_equal(y, x)
