"""Backpropagation: what it refuses, what it accumulates, and whether its checker sees mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.errors import DTypeError, ShapeError, VerificationError
from pellucid.graph.node import Node, apply, constant_node, input_node
from pellucid.graph.primitive import _PRIMITIVES, Attributes, Composite, TensorType
from pellucid.graph.traversal import topological
from pellucid.primitives.activation import Sigmoid
from pellucid.primitives.arithmetic import Square, Subtract
from pellucid.primitives.exponential import Tanh
from pellucid.primitives.movement import Broadcast
from tests.derivatives import check_gradients, check_second_gradients, compute


def scalar(name: str) -> Node:
    return input_node(name, (), "float64")


def test_the_product_of_a_sum() -> None:
    x, y, z = scalar("x"), scalar("y"), scalar("z")
    f = (x + y) * z
    values = {x: np.array(-2.0), y: np.array(5.0), z: np.array(-4.0)}
    got = compute([f, *gradients(f, [x, y, z])], values)
    assert [float(value) for value in got] == [-12.0, -4.0, -4.0, 3.0]


def test_the_neuron_with_two_inputs() -> None:
    leaves = [scalar(name) for name in ("w0", "w1", "w2", "x0", "x1")]
    w0, w1, w2, x0, x1 = leaves
    f = 1.0 / (1.0 + p.exp(-(w0 * x0 + w1 * x1 + w2)))
    point = dict(zip(leaves, map(np.array, (2.0, -3.0, -3.0, -1.0, -2.0)), strict=True))
    value, *slopes = compute([f, *gradients(f, leaves)], point)
    assert round(float(value), 2) == 0.73
    assert [round(float(slope), 2) for slope in slopes] == [-0.20, -0.39, 0.20, 0.39, -0.59]


def test_shared_nodes_add_up() -> None:
    x = scalar("x")
    square = x * x
    (slope,) = gradients(square * square + square, [x])
    assert float(evaluate(slope, {x: 3.0})) == 4 * 27 + 2 * 3


def test_inputs_may_be_interior_repeated_unused_or_the_output() -> None:
    x, unused = scalar("x"), input_node("unused", (2, 3), "float64")
    y = x * x
    z = y * 3.0
    by_z, by_y, by_x, again, nothing = gradients(z, [z, y, x, x, unused])
    values = {x: np.array(2.0), unused: np.ones((2, 3))}
    got = compute([by_z, by_y, by_x, again, nothing], values)
    assert [float(value) for value in got[:4]] == [1.0, 3.0, 12.0, 12.0]
    assert got[4].shape == (2, 3)
    assert not got[4].any()


def test_an_output_gradient_weighs_the_elements() -> None:
    x = input_node("x", (3,), "float64")
    (got,) = gradients(x * x, [x], constant_node(np.array([1.0, 0.0, -2.0])))
    assert evaluate(got, {x: [1.0, 2.0, 3.0]}).tolist() == [2.0, 0.0, -12.0]


def test_no_gradient_passes_through_integers() -> None:
    x = scalar("x")
    whole = p.cast(p.cast(x, "int32"), "float64")
    (slope,) = gradients(whole * x, [x])
    assert float(evaluate(slope, {x: 2.5})) == 2.0


def test_what_is_refused() -> None:
    x, n = input_node("x", (2,)), input_node("n", (), "int32")
    with pytest.raises(ShapeError, match=r"'x' \(2,\) is no scalar: sum it, or say with output_gr"):
        gradients(x, [x])
    with pytest.raises(DTypeError, match=r"'n' \(\) is of type int32: only floats have gradients"):
        gradients(p.sum(x), [n])
    with pytest.raises(DTypeError, match="only floats have gradients"):
        gradients(n, [x])
    with pytest.raises(
        ShapeError, match=r"the gradient of 'x' \(2,\) must be float32 \(2,\), got float64 \(2,\)"
    ):
        gradients(x, [x], constant_node(np.ones(2)))


def test_a_derivative_of_another_shape_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    x = input_node("x", (2,))
    monkeypatch.setattr(Tanh, "derivative", lambda self, node, g: (p.sum(g),))
    with pytest.raises(
        VerificationError,
        match=r"the derivative of the result of tanh \(2,\) by 'x' \(2,\) must be float32 \(2,\), "
        r"got float32 \(\)",
    ):
        gradients(p.sum(p.tanh(x)), [x])


def test_a_derivative_with_a_broken_node_inside_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = input_node("x", (2,))

    def wrong(self: Tanh, node: Node, gradient: Node) -> tuple[Node, ...]:
        inner = p.exp(node).named("slope")
        object.__setattr__(inner, "dtype", np.dtype(np.float64))
        return (p.cast(inner, "float32"),)

    monkeypatch.setattr(Tanh, "derivative", wrong)
    with pytest.raises(
        VerificationError, match=r"after gradients: 'slope' \(2,\) breaks the rule 'type'"
    ):
        gradients(p.sum(p.tanh(x)), [x])


def test_depth_is_no_limit() -> None:
    x = scalar("x")
    node = x
    for _ in range(2_000):
        node = node + 1e-3 * p.sin(x)
    (slope,) = gradients(node, [x])
    assert float(evaluate(slope, {x: 0.5})) == pytest.approx(1 + 2 * np.cos(0.5), rel=1e-9)
    chain = x
    for _ in range(20_000):
        chain = p.sin(chain)
    (deep,) = gradients(chain, [x])
    assert 0 < float(evaluate(deep, {x: 0.5})) < 1


class _Twice(Composite):
    """x times y, for whoever asks what a composite of one's own is differentiated like."""

    name = "a composite of two for a test"

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        return inputs[0]

    def expand(self, x: Node, y: Node) -> Node:
        return x * y + p.sin(x)


@pytest.fixture
def composite() -> Iterator[_Twice]:
    made = _Twice()
    yield made
    del _PRIMITIVES[made.name]


def test_a_composite_whose_inputs_depend_on_each_other(composite: _Twice) -> None:
    x = scalar("x")
    y = p.exp(x)
    for inputs in ((x, y), (y, x), (x, x), (y, y)):
        total = apply(composite, *inputs) * 2.0
        values = {x: np.array(0.7)}
        check_gradients(total, values, [x])
        check_second_gradients(total, values, [x])


def test_a_composite_without_a_derivative_of_its_own_says_so(composite: _Twice) -> None:
    x = scalar("x")
    assert not composite.has_own_derivative
    assert p.softmax.has_own_derivative
    with pytest.raises(NotImplementedError):
        composite.derivative(apply(composite, x, x), x)


def test_a_composite_does_not_walk_what_lies_below_it() -> None:
    x = input_node("x", (4,), "float64")
    node: Node = x
    for _ in range(3_000):
        node = node - p.mean(node) * 0.5
    (slope,) = gradients(p.sum(node), [x])
    assert len(topological([slope])) < 60_000


def mixed(x: Node, b: Node) -> Node:
    return p.sum(p.tanh(x * 0.5 + b) * p.sigmoid(x - b))


def checked() -> None:
    x, b = input_node("x", (3, 4), "float64"), input_node("b", (4,), "float64")
    random = np.random.default_rng(1)
    check_gradients(mixed(x, b), {x: random.normal(size=(3, 4)), b: random.normal(size=4)}, [x, b])


def test_the_checker_accepts_what_is_right() -> None:
    checked()


@pytest.mark.parametrize("primitive", [Tanh, Sigmoid])
def test_the_checker_catches_a_scaled_derivative(
    primitive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = primitive.derivative

    def wrong(self: Any, node: Node, gradient: Node) -> tuple[Node, ...]:
        return (right(self, node, gradient)[0] * 1.001,)

    monkeypatch.setattr(primitive, "derivative", wrong)
    with pytest.raises(AssertionError, match="by differences"):
        checked()


def test_the_checker_catches_a_wrong_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Subtract, "derivative", lambda self, node, g: (g, g))
    with pytest.raises(AssertionError, match="by differences"):
        checked()


def test_the_checker_catches_a_dropped_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Broadcast, "derivative", lambda self, node, g: (g[0],))
    with pytest.raises(AssertionError, match="by differences"):
        checked()


def test_the_checker_of_second_derivatives_catches_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The derivative of tanh is made with a square, so that only the second one is wrong."""
    x = scalar("x")
    monkeypatch.setattr(Square, "derivative", lambda self, node, g: (g * node.inputs[0] * 2.002,))
    values = {x: np.array(0.7)}
    check_gradients(p.tanh(x), values, [x])
    with pytest.raises(AssertionError, match="by differences"):
        check_second_gradients(p.tanh(x), values, [x])
