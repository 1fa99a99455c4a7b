"""Primitives written in other primitives: means, softmax, cross-entropy, normalizations.

Each stays one node through differentiation and is expanded by the backend that lowers it, which can
so fuse it without having to recognise it. Forms are stable where the textbook's overflow.
"""

from __future__ import annotations

from math import inf

from pellucid.errors import ShapeError
from pellucid.graph.node import Node, Operand, apply, as_node
from pellucid.graph.primitive import (
    Attributes,
    Composite,
    TensorType,
    require_kind,
    require_same,
)
from pellucid.primitives.activation import sigmoid, softplus
from pellucid.primitives.arithmetic import abs, multiply_no_nan, rsqrt, square, times
from pellucid.primitives.axes import axes_of, axis_of
from pellucid.primitives.comparison import equal, isfinite, less_equal, where
from pellucid.primitives.exponential import exp, log
from pellucid.primitives.movement import broadcast, expand_dims, reshape, squeeze
from pellucid.primitives.reduction import max, spread, sum
from pellucid.primitives.selection import gather, one_hot
from pellucid.shapes import Axes, reduced_shape, size

Gradients = tuple[Node | None, ...]


class AxesComposite(Composite):
    """A reduction of axes that is written in other primitives."""

    def __call__(self, x: Operand, axis: Axes = None, keepdims: bool = False) -> Node:
        """Build the node; `axis` is one axis, several or all (None)."""
        x = as_node(x)
        return apply(self, x, axes=axes_of(self.name, x, axis), keepdims=bool(keepdims))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the shape without the axes."""
        (x,), axes = inputs, attributes["axes"]
        require_kind(self.name, x.dtype, "float")
        if size(tuple(x.shape[axis] for axis in axes)) == 0:
            raise ShapeError(
                f"{self.name} of no elements has no value: shape {x.shape}, axes {axes}"
            )
        return TensorType(reduced_shape(x.shape, axes, attributes["keepdims"]), x.dtype)


class Mean(AxesComposite):
    """The arithmetic mean along axes."""

    name = "mean"

    def expand(self, x: Node, *, axes: tuple[int, ...], keepdims: bool) -> Node:
        """Return the sum divided by the count."""
        return sum(x, axes, keepdims) / _count(x, axes)


class Variance(AxesComposite):
    """The mean squared distance from the mean along axes (divided by n, not n - 1)."""

    name = "variance"

    def expand(self, x: Node, *, axes: tuple[int, ...], keepdims: bool) -> Node:
        """Return the mean of squared distances, in two passes."""
        return mean(square(x - mean(x, axes, keepdims=True)), axes, keepdims)


class LogSumExp(AxesComposite):
    """log(sum(e^x)) along axes, without overflow."""

    name = "logsumexp"
    edges = "where all are minus infinity the value is minus infinity and the gradient 0"

    def expand(self, x: Node, *, axes: tuple[int, ...], keepdims: bool) -> Node:
        """Return m + log(sum(e^(x - m))) with m the largest finite value taken out."""
        top = _finite_max(x, axes)
        total = log(sum(exp(x - spread(top, x, axes)), axes, keepdims))
        return total + reshape(top, total.shape)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g e^(x - logsumexp(x))."""
        (x,), axes = node.inputs, node.attributes["axes"]
        shift = where(equal(node, -inf), 0.0, node)
        return (times(spread(gradient, x, axes), exp(x - spread(shift, x, axes))),)


def _count(x: Node, axes: tuple[int, ...]) -> float:
    return float(size(tuple(x.shape[axis] for axis in axes)))


def _finite_max(x: Node, axes: tuple[int, ...]) -> Node:
    """Return the largest along axes, and 0 where that is infinite or nan."""
    top = max(x, axes, keepdims=True)
    return where(isfinite(top), top, 0.0)


class LineComposite(Composite):
    """A function of the lines along one axis that keeps the shape."""

    def __call__(self, x: Operand, axis: int = -1) -> Node:
        """Build the node."""
        x = as_node(x)
        return apply(self, x, axis=axis_of(self.name, x, axis))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the type of x."""
        (x,) = inputs
        require_kind(self.name, x.dtype, "float")
        if not x.shape or x.shape[attributes["axis"]] == 0:
            raise ShapeError(f"{self.name} of no elements has no value: shape {x.shape}")
        return x


class Softmax(LineComposite):
    """e^x divided by its sum along an axis, without overflow."""

    name = "softmax"

    def expand(self, x: Node, *, axis: int) -> Node:
        """Return e^(x - max) over its sum."""
        powers = exp(x - spread(_finite_max(x, (axis,)), x, (axis,)))
        return powers / spread(sum(powers, axis, keepdims=True), x, (axis,))

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return s (g - sum(g s))."""
        axis = (node.attributes["axis"],)
        inner = sum(times(gradient, node), axis, keepdims=True)
        return (times(gradient - spread(inner, node, axis), node),)


class LogSoftmax(LineComposite):
    """The logarithm of the softmax along an axis, without overflow."""

    name = "log_softmax"

    def expand(self, x: Node, *, axis: int) -> Node:
        """Return x - max - log(sum(e^(x - max)))."""
        shifted = x - spread(_finite_max(x, (axis,)), x, (axis,))
        return shifted - spread(log(sum(exp(shifted), axis, keepdims=True)), x, (axis,))

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g - softmax(x) sum(g)."""
        axis = (node.attributes["axis"],)
        total = spread(sum(gradient, axis, keepdims=True), node, axis)
        return (gradient - times(total, exp(node)),)


class SoftmaxCrossEntropy(Composite):
    """-log softmax(logits) at the label, for each row: (.., classes) and integers (..) give
    (..)."""

    name = "softmax_cross_entropy"

    def __call__(self, logits: Operand, labels: Operand) -> Node:
        """Build the node."""
        return apply(self, as_node(logits), as_node(labels))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the shape of the labels."""
        logits, labels = inputs
        require_kind(self.name, logits.dtype, "float")
        require_kind(f"the labels of {self.name}", labels.dtype, "integer")
        if not logits.shape or logits.shape[:-1] != labels.shape or logits.shape[-1] == 0:
            raise ShapeError(
                f"logits (.., classes) need labels (..), got {logits.shape} and {labels.shape}"
            )
        return TensorType(labels.shape, logits.dtype)

    def expand(self, logits: Node, labels: Node) -> Node:
        """Return -log_softmax(logits) at the label."""
        chosen = gather(log_softmax(logits), expand_dims(labels, -1), axis=-1, along=True)
        return -squeeze(chosen, -1)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return g (softmax(logits) - one-hot(label))."""
        logits, labels = node.inputs
        surplus = softmax(logits) - one_hot(labels, logits.shape[-1], logits.dtype)
        return times(broadcast(expand_dims(gradient, -1), logits.shape), surplus), None


class SigmoidCrossEntropy(Composite):
    """-t log s(x) - (1 - t) log(1 - s(x)) of logits x and targets t in [0, 1], elementwise."""

    name = "sigmoid_cross_entropy"

    def __call__(self, logits: Operand, targets: Operand) -> Node:
        """Build the node; the two have one shape, without broadcasting."""
        return apply(self, as_node(logits), as_node(targets))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the common type."""
        logits, targets = inputs
        require_same(self.name, (logits.dtype, targets.dtype))
        require_kind(self.name, logits.dtype, "float")
        if logits.shape != targets.shape:
            raise ShapeError(
                f"logits and targets need one shape, got {logits.shape} and {targets.shape}"
            )
        return logits

    def expand(self, logits: Node, targets: Node) -> Node:
        """Return max(x, 0) - t x + log(1 + e^-|x|): exact where it is small, 0 in the limits."""
        weight = where(less_equal(logits, 0.0), -targets, 1.0 - targets)
        return multiply_no_nan(weight, logits) + softplus(-abs(logits))

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return (g (s(x) - t), -g x)."""
        logits, targets = node.inputs
        return times(gradient, sigmoid(logits) - targets), -times(gradient, logits)


class Normalize(Composite):
    """(x - mean) / sqrt(variance + epsilon) along axes: the core of batch and layer
    normalization."""

    name = "normalize"

    def __call__(self, x: Operand, axis: Axes, epsilon: float) -> Node:
        """Build the node."""
        x = as_node(x)
        return apply(self, x, axes=axes_of(self.name, x, axis), epsilon=float(epsilon))

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the type of x."""
        (x,), axes = inputs, attributes["axes"]
        require_kind(self.name, x.dtype, "float")
        if size(tuple(x.shape[axis] for axis in axes)) == 0:
            raise ShapeError(f"normalize of no elements has no value: shape {x.shape}, axes {axes}")
        return x

    def expand(self, x: Node, *, axes: tuple[int, ...], epsilon: float) -> Node:
        """Return the centred values over their deviation."""
        centred = x - spread(mean(x, axes, keepdims=True), x, axes)
        scale = rsqrt(mean(square(centred), axes, keepdims=True) + epsilon)
        return centred * spread(scale, x, axes)

    def derivative(self, node: Node, gradient: Node) -> Gradients:
        """Return (g - mean(g) - y mean(g y)) / sqrt(variance + epsilon)."""
        (x,), axes = node.inputs, node.attributes["axes"]
        scale = rsqrt(variance(x, axes, keepdims=True) + node.attributes["epsilon"])
        common = mean(times(gradient, node), axes, keepdims=True)
        along = times(spread(common, x, axes), node)
        level = spread(mean(gradient, axes, keepdims=True), x, axes)
        return (times(gradient - level - along, spread(scale, x, axes)),)


mean, variance, logsumexp = Mean(), Variance(), LogSumExp()
softmax, log_softmax = Softmax(), LogSoftmax()
softmax_cross_entropy, sigmoid_cross_entropy = SoftmaxCrossEntropy(), SigmoidCrossEntropy()
normalize = Normalize()
