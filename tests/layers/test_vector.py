"""All parameters as one vector, of values and of nodes."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.node import input_node, parameter_node
from pellucid.graph.traversal import substitute
from pellucid.layers import Dense, Sequential, flatten_parameters, unflatten_parameters
from pellucid.primitives import square, sum
from tests.layers.oracle import random_values, run_layer


def test_there_and_back_keeps_every_bit() -> None:
    network = Sequential(Dense(3, "tanh"), Dense(2))
    network(input_node("x", (1, 4)))
    leaves = network.parameters()
    values = random_values(leaves, seed=3)
    vector = flatten_parameters(values)
    assert vector.shape == (4 * 3 + 3 + 3 * 2 + 2,)
    np.testing.assert_array_equal(vector[:12], values["dense_1.weight"].ravel())
    again = unflatten_parameters(vector, leaves)
    assert list(again) == list(values)
    for name, value in values.items():
        np.testing.assert_array_equal(again[name], value)


def test_nodes_give_the_same_as_values() -> None:
    network = Sequential(Dense(3, "tanh"), Dense(2))
    network(input_node("x", (1, 4), "float64"))
    leaves = network.parameters()
    values = random_values(leaves, seed=3)
    known = {leaves[name]: value for name, value in values.items()}
    vector = flatten_parameters(leaves)
    assert vector.shape == (23,)
    got = evaluate([vector, *unflatten_parameters(vector, leaves).values()], known)
    np.testing.assert_array_equal(got[0], flatten_parameters(values))
    for part, value in zip(got[1:], values.values(), strict=True):
        np.testing.assert_array_equal(part, value)


def test_a_network_is_a_function_of_one_vector() -> None:
    network = Sequential(Dense(3, "tanh"), Dense(1))
    x = input_node("x", (5, 4), "float64")
    output = sum(square(network(x)))
    leaves = network.parameters()
    point = parameter_node("point", (19,), "float64")
    parts = unflatten_parameters(point, leaves)
    (moved,) = substitute([output], {leaf: parts[name] for name, leaf in leaves.items()})
    values = random_values(leaves, seed=3)
    array = np.random.default_rng(1).normal(size=x.shape)
    (slope,) = gradients(moved, [point])
    total, flat = evaluate([moved, slope], {x: array, point: flatten_parameters(values)})
    assert total == pytest.approx((run_layer(network, array, values) ** 2).sum(), rel=1e-12)
    known = {x: array, **{leaves[name]: value for name, value in values.items()}}
    direct = evaluate(gradients(output, list(leaves.values())), known)
    np.testing.assert_allclose(
        flat, flatten_parameters(dict(zip(leaves, direct, strict=True))), rtol=1e-12
    )


def test_one_parameter_and_a_scalar() -> None:
    node = parameter_node("a", ())
    assert flatten_parameters({"a": node}).shape == (1,)
    np.testing.assert_array_equal(flatten_parameters({"a": np.float64(3)}), [3.0])  # type: ignore[dict-item]
    assert unflatten_parameters(np.array([3.0]), {"a": node})["a"].shape == ()


def test_what_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"^there are no parameters to be put into a vector$"):
        flatten_parameters({})
    text = "^parameters of one vector need one element type: 'a' is float32, 'b' is float64$"
    with pytest.raises(DTypeError, match=text):
        flatten_parameters({"a": np.zeros(2, np.float32), "b": np.zeros(2)})
    text = r"^2 parameters of 5 elements in all need a vector of shape \(5,\), got \(6,\)$"
    like = {"a": np.zeros((2, 2)), "b": np.zeros(1)}
    with pytest.raises(ShapeError, match=text):
        unflatten_parameters(np.zeros(6), like)
    with pytest.raises(ShapeError, match=text):
        unflatten_parameters(input_node("v", (6,)), like)
