"""The derivative at ties and edges, as each class's `edges` says, in one table."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.dtypes import float32, float64
from pellucid.graph.node import constant_node, input_node
from pellucid.graph.primitive import Leaf, primitives
from tests.derivatives import compute

ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805

# Name, builder, inputs, expected derivatives of the sum by each input.
EDGES: list[tuple[str, Any, list[Any], list[Any]]] = [
    ("abs", p.abs, [[0.0, -0.0, 2.0, -2.0]], [[0, 0, 1, -1]]),
    ("sign", p.sign, [[0.0, -1.0, inf]], [[0, 0, 0]]),
    ("floor", p.floor, [[0.0, 1.0, 0.5]], [[0, 0, 0]]),
    ("round", p.round, [[0.5, 1.5, 1.0]], [[0, 0, 0]]),
    ("step", p.step, [[0.0, -0.0, 1.0]], [[0, 0, 0]]),
    ("minimum", p.minimum, [[1.0, 1.0, 2.0, 0.0], [1.0, 2.0, 1.0, -0.0]],
     [[0.5, 1, 0, 0.5], [0.5, 0, 1, 0.5]]),
    ("maximum", p.maximum, [[1.0, 1.0, 2.0, 0.0], [1.0, 2.0, 1.0, -0.0]],
     [[0.5, 0, 1, 0.5], [0.5, 1, 0, 0.5]]),
    ("clip", lambda x: p.clip(x, -1.0, 1.0), [[-1.0, 1.0, 0.0, 1.5, -1.5]], [[1, 1, 1, 0, 0]]),
    ("remainder", p.remainder, [[2.0, 5.0, -1.0], [1.0, 2.0, 2.0]], [[1, 1, 1], [-2, -2, 1]]),
    ("sqrt", p.sqrt, [[0.0, 4.0]], [[inf, 0.25]]),
    ("sqrt", lambda x: p.sqrt(x) * 0.0, [[0.0]], [[0]]),
    ("log", p.log, [[0.0, 4.0]], [[inf, 0.25]]),
    ("log", lambda x: p.log(x) * 0.0, [[0.0]], [[0]]),
    ("log1p", p.log1p, [[-1.0, 3.0]], [[inf, 0.25]]),
    ("log1p", lambda x: p.log1p(x) * 0.0, [[-1.0]], [[0]]),
    ("power", p.power, [[2.0, 0.0, 0.0, 0.0, 3.0], [0.0, 2.0, 0.0, 1.0, 1.0]],
     [[0, 0, 0, 1, 1], [np.log(2.0), 0, 0, 0, 3 * np.log(3.0)]]),
    ("power", p.power, [[-2.0], [2.0]], [[-4], [nan]]),
    ("power", lambda x: p.power(x, 0.5), [[0.0, 4.0]], [[inf, 0.25]]),
    ("relu", p.relu, [[0.0, -0.0, 1.0, -1.0]], [[0, 0, 1, 0]]),
    ("leaky_relu", lambda x: p.leaky_relu(x, 0.25), [[0.0, 1.0, -1.0]], [[0.25, 1, 0.25]]),
    ("prelu", p.prelu, [[0.0, 2.0, -2.0], [0.25, 0.25, 0.25]], [[0.25, 1, 0.25], [0, 0, -2]]),
    ("elu", lambda x: p.elu(x, 0.5), [[0.0, 1.0]], [[0.5, 1]]),
    ("selu", p.selu, [[0.0, 1.0]], [[SCALE * ALPHA, SCALE]]),
    ("hard_sigmoid", p.hard_sigmoid, [[-3.0, 3.0, 0.0]], [[0, 0, 1 / 6]]),
    ("hard_tanh", p.hard_tanh, [[-1.0, 1.0, 0.0]], [[0, 0, 1]]),
    ("max", p.max, [[3.0, 1.0, 3.0]], [[0.5, 0, 0.5]]),
    ("max", p.max, [[0.0, -0.0, -1.0, 0.0]], [[1 / 3, 1 / 3, 0, 1 / 3]]),
    ("min", p.min, [[3.0, 1.0, 1.0, 1.0, 1.0]], [[0, 0.25, 0.25, 0.25, 0.25]]),
    ("scatter", lambda x, u: p.scatter(x, constant_node(np.array([1, 1, 0], np.int32)), u,
                                       mode="set"),
     [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[0, 0, 1], [0, 1, 1]]),
    ("logsumexp", p.logsumexp, [[-inf, -inf]], [[0, 0]]),
    ("logsumexp", p.logsumexp, [[-inf, 1.0]], [[0, 1]]),
    ("product", p.product, [[0.0, 3.0, 2.0]], [[6, 0, 0]]),
    ("product", p.product, [[0.0, 3.0, 0.0]], [[0, 0, 0]]),
]  # fmt: skip


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
@pytest.mark.parametrize(("name", "build", "inputs", "expected"), EDGES)
def test_derivative_at_edges(
    name: str, build: Any, inputs: list[Any], expected: list[Any], dtype: Any
) -> None:
    arrays = [np.array(array, dtype) for array in inputs]
    leaves = [input_node(f"x{i}", array.shape, dtype) for i, array in enumerate(arrays)]
    wanted = gradients(p.sum(build(*leaves)), leaves)
    for got, right in zip(
        compute(wanted, dict(zip(leaves, arrays, strict=True))), expected, strict=True
    ):
        np.testing.assert_allclose(got, np.array(right, dtype), rtol=1e-6)


def test_every_primitive_that_speaks_of_edges_is_in_the_table() -> None:
    speaking = {one.name for one in primitives() if one.edges and not isinstance(one, Leaf)}
    assert speaking <= {name for name, *_ in EDGES}


def test_mixed_derivative_of_power_where_the_exponent_is_0() -> None:
    x, y = input_node("x", (), "float64"), input_node("y", (), "float64")
    by_x, by_y = gradients(p.power(x, y), [x, y])
    first, second = gradients(by_x, [y])[0], gradients(by_y, [x])[0]
    for got in compute([first, second], {x: np.array(4.0), y: np.array(0.0)}):
        assert got == pytest.approx(0.25)


SINGULAR: dict[str, tuple[Any, Any, list[float]]] = {
    "sqrt": (lambda x: p.less(0.0, x), p.sqrt, [0.0, -1.0, -inf]),
    "log": (lambda x: p.less(0.0, x), p.log, [0.0, -1.0, -inf]),
    "reciprocal": (lambda x: p.not_equal(x, 0.0), lambda x: 1.0 / x, [0.0, -0.0]),
    "entropy": (lambda x: p.less(0.0, x), lambda x: x * p.log(x), [0.0, -1.0]),
    "exp": (lambda x: p.less(x, 10.0), p.exp, [1000.0, inf]),
    "power": (lambda x: p.less(0.0, x), lambda x: x**0.5, [0.0, -1.0]),
    "negative power": (lambda x: p.less(0.0, x), lambda x: x**-1.5, [0.0, -1.0]),
    "rsqrt": (lambda x: p.less(0.0, x), p.rsqrt, [0.0, -1.0]),
    "log1p": (lambda x: p.less(-1.0, x), p.log1p, [-1.0, -2.0]),
    "quotient": (lambda x: p.not_equal(x, 0.0), lambda x: p.sin(x) / x, [0.0]),
    "missing": (p.isfinite, lambda x: x * x, [nan, inf, -inf]),
    "tanh of sqrt": (lambda x: p.less(0.0, x), lambda x: p.tanh(p.sqrt(x)), [0.0, -1.0]),
    "remainder": (lambda x: p.not_equal(x, 0.0), lambda x: p.remainder(1.0, x), [0.0]),
}


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
@pytest.mark.parametrize("name", SINGULAR)
def test_no_nan_from_a_branch_not_taken(name: str, dtype: Any) -> None:
    condition, build, values = SINGULAR[name]
    array = np.array([*values, 0.7], dtype)
    x = input_node("x", array.shape, dtype)
    total = p.sum(p.where(condition(x), build(x), 0.0))
    (first,) = gradients(total, [x])
    (second,) = gradients(p.sum(first * 3.0), [x])
    (third,) = gradients(p.sum(second * 0.5), [x])
    for got in compute([first, second, third], {x: array}):
        assert not got[:-1].any()
        assert np.isfinite(got).all()


def test_norms_behind_where_have_a_derivative_at_0() -> None:
    x = input_node("x", (3, 2), "float64")
    squares = p.sum(p.square(x), 1, keepdims=True)
    norm = p.where(p.less(0.0, squares), p.sqrt(squares), 0.0)
    (first,) = gradients(p.sum(norm), [x])
    (second,) = gradients(p.sum(first * constant_node(np.ones((3, 2)))), [x])
    values = np.array([[0.0, 0.0], [3.0, 4.0], [-0.0, 0.0]])
    by_x, twice = compute([first, second], {x: values})
    np.testing.assert_allclose(by_x, np.array([[0, 0], [0.6, 0.8], [0, 0]]))
    u = np.array([0.6, 0.8])
    curved = (np.eye(2) - np.outer(u, u)) @ np.ones(2) / 5
    np.testing.assert_allclose(twice, np.array([[0, 0], curved, [0, 0]]), atol=1e-15)


AWKWARD = [0.0, -0.0, -1.0, 1.0, 1e30, -1e30, inf, -inf, nan]
SMOOTH: list[Any] = [
    p.abs, p.square, p.reciprocal, p.sqrt, p.rsqrt, p.exp, p.expm1, p.log, p.log1p, p.sin, p.cos,
    p.tanh, p.erf, p.relu, p.leaky_relu, p.elu, p.selu, p.gelu, p.gelu_tanh, p.sigmoid,
    p.log_sigmoid, p.silu, p.softplus, p.mish, p.hard_sigmoid, p.hard_tanh, p.clip, p.identity,
    p.negative, lambda x: p.power(x, 1.5), lambda x: p.power(2.0, x), lambda x: p.prelu(x, x),
    lambda x: p.minimum(x, 0.5), lambda x: p.maximum(x, 0.5), lambda x: x / (x - 1.0),
    lambda x: p.remainder(x, 2.0), lambda x: p.multiply_no_nan(x, x),
]  # fmt: skip


@pytest.mark.parametrize("outer", [None, *SMOOTH])
def test_what_is_not_chosen_has_no_gradient_at_any_value(outer: Any) -> None:
    """Every function, and every function of every function, behind a `where` that is False."""
    values = np.array(AWKWARD)
    x = input_node("x", values.shape, "float64")
    never = input_node("never", values.shape, "bool")
    for inner in SMOOTH:
        inside = inner(x) if outer is None else outer(inner(x))
        (first,) = gradients(p.sum(p.where(never, inside, 0.0)), [x])
        (second,) = gradients(p.sum(first * constant_node(np.arange(1.0, 10.0))), [x])
        given = {x: values, never: np.zeros(values.shape, np.bool_)}
        for order, got in enumerate(compute([first, second], given), 1):
            assert not got.any(), (inner, order, got)


ALONG: list[Any] = [
    p.sum, p.mean, p.max, p.min, p.product, p.variance, p.logsumexp, p.softmax, p.log_softmax,
    p.cumulative_sum, p.sort, lambda x: p.normalize(x, -1, 0.1),
    lambda x: p.softmax_cross_entropy(x, constant_node(np.int32(1))),
    lambda x: p.sigmoid_cross_entropy(x, p.ones_like(x)),
]  # fmt: skip


@pytest.mark.parametrize("build", ALONG)
@pytest.mark.parametrize("values", [[nan, 1.0, 2.0], [inf, 1.0, 2.0], [-inf, -inf, -inf]])
def test_a_line_that_is_not_chosen_has_no_gradient(build: Any, values: list[float]) -> None:
    x = input_node("x", (3,), "float64")
    result = build(x)
    never = constant_node(np.zeros(result.shape, np.bool_))
    (first,) = gradients(p.sum(p.where(never, result, 0.0)), [x])
    assert not compute([first], {x: np.array(values)})[0].any()
