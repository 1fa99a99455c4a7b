"""The nonlinearities of neurons.

Each is a formula in words, in a form that neither overflows nor loses a nan, with the limit as its
value at infinity.
"""

from __future__ import annotations

from math import pi, sqrt

from pellucid.graph.formula import Word, word
from pellucid.graph.node import Node, Operand
from pellucid.primitives.arithmetic import minimum, square, times
from pellucid.primitives.comparison import greater, less, less_equal, logical_and, where
from pellucid.primitives.exponential import erf, exp
from pellucid.primitives.exponential import tanh as tanh_of
from pellucid.primitives.operands import Binary, Unary, elementwise

Gradients = tuple[Node | None, ...]

LOWEST = -3.4028234663852886e38
"""The lowest float32. A factor clipped to it times a vanishing one is 0 at minus infinity, not
nan."""

# Klambauer, Unterthiner, Mayr, Hochreiter, "Self-normalizing neural networks", 2017, appendix A2.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946

# Hendrycks, Gimpel, "Gaussian error linear units", 2016, section 2.
GELU_SLOPE = sqrt(2.0 / pi)
GELU_CUBIC = 0.044715


def _sigmoid(x: Word) -> Word:
    e = word("exp", -word("abs", x))
    return word("select", word("less", x, 0.0), e / (1.0 + e), 1.0 / (1.0 + e))


def _softplus(x: Word) -> Word:
    return word("maximum", x, 0.0) + word("log1p", word("exp", -word("abs", x)))


def _finite_below(x: Word) -> Word:
    return word("maximum", x, LOWEST)


class Step(Unary):
    """The threshold unit: 1 where x >= 0, else 0."""

    name = "step"
    edges = "0 everywhere, also at the jump"

    def formula(self, x: Word) -> Word:
        """Return 1 if x >= 0 else 0; nan of nan."""
        fired = word("select", word("less", x, 0.0), 0.0, 1.0)
        return word("select", word("equal", x, x), fired, x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return nothing: the function is flat."""
        return (None,)


class Identity(Unary):
    """x itself."""

    name = "identity"

    def formula(self, x: Word) -> Word:
        """Return x."""
        return x

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g."""
        return (gradient,)


class ReLU(Unary):
    """The rectified linear unit: x where x > 0, else 0."""

    name = "relu"
    edges = "0 at 0"

    def formula(self, x: Word) -> Word:
        """Return x if x > 0 else 0; nan of nan."""
        return word("select", word("less_equal", x, 0.0), 0.0, x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g where x > 0, else 0."""
        return (where(less_equal(node.inputs[0], 0.0), 0.0, gradient),)


class LeakyReLU(Unary):
    """x where x > 0, else `slope` x (Maas, Hannun, Ng 2013, slope 0.01)."""

    name = "leaky_relu"
    edges = "the slope at 0"

    def __call__(self, x: Operand, slope: float = 0.01) -> Node:
        """Build the node."""
        return elementwise(self, x, slope=float(slope))

    def formula(self, x: Word, *, slope: float) -> Word:
        """Return x if x > 0 else slope x."""
        return word("select", word("less_equal", x, 0.0), slope * x, x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g where x > 0, else slope g."""
        sloped = gradient * node.attributes["slope"]
        return (where(less_equal(node.inputs[0], 0.0), sloped, gradient),)


class PReLU(Binary):
    """x where x > 0, else a x with a learned slope a (He et al. 2015)."""

    name = "prelu"
    edges = "by x, the slope at 0"

    def formula(self, x: Word, slope: Word) -> Word:
        """Return x if x > 0 else slope x."""
        return word("select", word("less_equal", x, 0.0), slope * x, x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return (g or slope g, 0 or g x)."""
        x, slope = node.inputs
        below = less_equal(x, 0.0)
        by_x = where(below, times(gradient, slope), gradient)
        return by_x, where(below, times(gradient, x), 0.0)


class ELU(Unary):
    """x where x > 0, else alpha (e^x - 1) (Clevert, Unterthiner, Hochreiter 2015, alpha 1)."""

    name = "elu"
    edges = "alpha at 0"

    def __call__(self, x: Operand, alpha: float = 1.0) -> Node:
        """Build the node."""
        return elementwise(self, x, alpha=float(alpha))

    def formula(self, x: Word, *, alpha: float) -> Word:
        """Return x if x > 0 else alpha (e^x - 1)."""
        below = alpha * word("expm1", word("minimum", x, 0.0))
        return word("select", word("less_equal", x, 0.0), below, x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g where x > 0, else g alpha e^x."""
        (x,) = node.inputs
        sloped = times(gradient, node.attributes["alpha"] * exp(minimum(x, 0.0)))
        return (where(less_equal(x, 0.0), sloped, gradient),)


class SELU(Unary):
    """The scaled ELU that keeps mean 0 and variance 1 (Klambauer et al. 2017)."""

    name = "selu"
    edges = "scale times alpha at 0"

    def formula(self, x: Word) -> Word:
        """Return scale x if x > 0 else scale alpha (e^x - 1)."""
        below = (SELU_SCALE * SELU_ALPHA) * word("expm1", word("minimum", x, 0.0))
        return word("select", word("less_equal", x, 0.0), below, SELU_SCALE * x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return scale g where x > 0, else scale alpha g e^x."""
        (x,) = node.inputs
        below = times(gradient, SELU_SCALE * SELU_ALPHA * exp(minimum(x, 0.0)))
        return (where(less_equal(x, 0.0), below, gradient * SELU_SCALE),)


class GELU(Unary):
    """x times the normal distribution function of x (Hendrycks, Gimpel 2016)."""

    name = "gelu"

    def formula(self, x: Word) -> Word:
        """Return x (1 + erf(x / sqrt 2)) / 2."""
        return (0.5 * _finite_below(x)) * (1.0 + word("erf", sqrt(0.5) * x))

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g (Phi(x) + x phi(x))."""
        (x,) = node.inputs
        distribution = 0.5 * (1.0 + erf(sqrt(0.5) * x))
        density = (1.0 / sqrt(2.0 * pi)) * exp(-0.5 * square(x))
        return (times(gradient, distribution + times(density, x)),)


class GELUTanh(Unary):
    """The GELU with the distribution function replaced by a hyperbolic tangent."""

    name = "gelu_tanh"

    def formula(self, x: Word) -> Word:
        """Return x (1 + tanh(c (x + 0.044715 x^3))) / 2 with c = sqrt(2 / pi)."""
        inner = GELU_SLOPE * (x + GELU_CUBIC * (x * x * x))
        return (0.5 * _finite_below(x)) * (1.0 + word("tanh", inner))

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g ((1 + t) + x (1 - t^2) c (1 + 3 0.044715 x^2)) / 2."""
        (x,) = node.inputs
        x2 = square(x)
        t = tanh_of(GELU_SLOPE * (x + GELU_CUBIC * (x2 * x)))
        slope = times(1.0 - square(t), x * (GELU_SLOPE * (1.0 + 3.0 * GELU_CUBIC * x2)))
        return (times(gradient, 0.5 * (1.0 + t + slope)),)


class Sigmoid(Unary):
    """The logistic function 1 / (1 + e^-x)."""

    name = "sigmoid"

    def formula(self, x: Word) -> Word:
        """Return the logistic function from e^-|x|, which cannot overflow."""
        return _sigmoid(x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g s (1 - s)."""
        return (times(gradient, node * (1.0 - node)),)


class LogSigmoid(Unary):
    """The logarithm of the logistic function."""

    name = "log_sigmoid"

    def formula(self, x: Word) -> Word:
        """Return min(x, 0) - log(1 + e^-|x|)."""
        return word("minimum", x, 0.0) - word("log1p", word("exp", -word("abs", x)))

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g sigmoid(-x)."""
        return (times(gradient, sigmoid(-node.inputs[0])),)


class SiLU(Unary):
    """x sigmoid(x), also called swish (Elfwing, Uchibe, Doya 2017)."""

    name = "silu"

    def formula(self, x: Word) -> Word:
        """Return x sigmoid(x)."""
        return _finite_below(x) * _sigmoid(x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g (s + x s (1 - s))."""
        (x,) = node.inputs
        s = sigmoid(x)
        return (times(gradient, s + times(s * (1.0 - s), x)),)


class Softplus(Unary):
    """log(1 + e^x), the smooth ReLU."""

    name = "softplus"

    def formula(self, x: Word) -> Word:
        """Return max(x, 0) + log(1 + e^-|x|)."""
        return _softplus(x)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g sigmoid(x)."""
        return (times(gradient, sigmoid(node.inputs[0])),)


class Mish(Unary):
    """x tanh(softplus(x)) (Misra 2019)."""

    name = "mish"

    def formula(self, x: Word) -> Word:
        """Return x tanh(softplus(x))."""
        return _finite_below(x) * word("tanh", _softplus(x))

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g (t + x (1 - t^2) sigmoid(x)) with t = tanh(softplus(x))."""
        (x,) = node.inputs
        t = tanh_of(softplus(x))
        return (times(gradient, t + times((1.0 - square(t)) * sigmoid(x), x)),)


class HardSigmoid(Unary):
    """x / 6 + 1/2, clipped to [0, 1]."""

    name = "hard_sigmoid"
    edges = "0 at -3 and at 3"

    def formula(self, x: Word) -> Word:
        """Return the clipped line."""
        return word("minimum", word("maximum", x / 6.0 + 0.5, 0.0), 1.0)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g / 6 where -3 < x < 3, else 0."""
        (x,) = node.inputs
        inside = logical_and(greater(x, -3.0), less(x, 3.0))
        return (where(inside, gradient * (1.0 / 6.0), 0.0),)


class HardTanh(Unary):
    """x, clipped to [-1, 1]."""

    name = "hard_tanh"
    edges = "0 at -1 and at 1"

    def formula(self, x: Word) -> Word:
        """Return x clipped."""
        return word("minimum", word("maximum", x, -1.0), 1.0)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g where -1 < x < 1, else 0."""
        (x,) = node.inputs
        inside = logical_and(greater(x, -1.0), less(x, 1.0))
        return (where(inside, gradient, 0.0),)


step, identity, relu, leaky_relu, prelu = Step(), Identity(), ReLU(), LeakyReLU(), PReLU()
elu, selu, gelu, gelu_tanh, sigmoid = ELU(), SELU(), GELU(), GELUTanh(), Sigmoid()
log_sigmoid, silu, softplus, mish = LogSigmoid(), SiLU(), Softplus(), Mish()
hard_sigmoid, hard_tanh = HardSigmoid(), HardTanh()
