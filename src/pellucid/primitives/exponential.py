"""Exponentials, logarithms, circular functions and the error function of elements."""

from __future__ import annotations

from math import pi, sqrt

from pellucid.graph.formula import Word, word
from pellucid.graph.node import Node
from pellucid.primitives.arithmetic import reciprocal, square, times
from pellucid.primitives.operands import Unary

Gradients = tuple[Node | None, ...]


class Exp(Unary):
    """e to the power x."""

    name = "exp"

    def formula(self, x: Word) -> Word:
        """Return e^x."""
        return word("exp", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g e^x."""
        return (times(gradient, node),)


class Expm1(Unary):
    """e^x - 1, exact near 0."""

    name = "expm1"

    def formula(self, x: Word) -> Word:
        """Return e^x - 1."""
        return word("expm1", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g e^x."""
        return (times(gradient, exp(node.inputs[0])),)


class Log(Unary):
    """The natural logarithm."""

    name = "log"
    edges = "infinity at 0, unless the incoming gradient is 0"

    def formula(self, x: Word) -> Word:
        """Return log x."""
        return word("log", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g / x."""
        return (times(gradient, reciprocal(node.inputs[0])),)


class Log1p(Unary):
    """log(1 + x), exact near 0."""

    name = "log1p"
    edges = "infinity at -1, unless the incoming gradient is 0"

    def formula(self, x: Word) -> Word:
        """Return log(1 + x)."""
        return word("log1p", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g / (1 + x)."""
        return (times(gradient, reciprocal(1.0 + node.inputs[0])),)


class Sin(Unary):
    """The sine of x in radians."""

    name = "sin"

    def formula(self, x: Word) -> Word:
        """Return sin x."""
        return word("sin", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g cos x."""
        return (times(gradient, cos(node.inputs[0])),)


class Cos(Unary):
    """The cosine of x in radians."""

    name = "cos"

    def formula(self, x: Word) -> Word:
        """Return cos x."""
        return word("cos", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return -g sin x."""
        return (-times(gradient, sin(node.inputs[0])),)


class Tanh(Unary):
    """The hyperbolic tangent."""

    name = "tanh"

    def formula(self, x: Word) -> Word:
        """Return tanh x."""
        return word("tanh", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g (1 - tanh^2 x)."""
        return (times(gradient, 1.0 - square(node)),)


class Erf(Unary):
    """The error function, (2 / sqrt(pi)) times the integral of e^(-t^2) from 0 to x."""

    name = "erf"

    def formula(self, x: Word) -> Word:
        """Return erf x."""
        return word("erf", x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return (2 / sqrt(pi)) g e^(-x^2)."""
        return (times(gradient, 2.0 / sqrt(pi) * exp(-square(node.inputs[0]))),)


exp, expm1, log, log1p = Exp(), Expm1(), Log(), Log1p()
sin, cos, tanh, erf = Sin(), Cos(), Tanh(), Erf()
