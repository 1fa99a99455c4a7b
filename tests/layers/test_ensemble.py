"""Members side by side against the same networks one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import constant_node, input_node
from pellucid.layers import Dense, MemberDense, Sequential
from pellucid.losses import MeanOverMembers, SoftmaxCrossEntropy
from pellucid.primitives import sum
from pellucid.training.train import train
from tests.derivatives import check_gradients
from tests.layers.oracle import random_values, run_layer

SEED = 13
MEMBERS = 3


def ensemble() -> Sequential:
    return Sequential(
        MemberDense(MEMBERS, 5, "silu", name="hidden"),
        MemberDense(MEMBERS, 2, name="output"),
    )


def alone() -> Sequential:
    return Sequential(Dense(5, "silu", name="hidden"), Dense(2, name="output"))


@pytest.mark.parametrize(("backend", "tolerance"), [("reference", 1e-6), ("native", 1e-5)])
def test_each_member_is_a_network_of_its_own(backend: str, tolerance: float) -> None:
    together = ensemble()
    leaf = input_node("x", (19, 4))
    output = together(leaf)
    random = np.random.default_rng(SEED)
    x = random.normal(size=leaf.shape)
    values = random_values(together.parameters(), SEED)
    leaves = together.parameters()
    got = evaluate(output, {leaf: x, **{leaves[n]: v for n, v in values.items()}}, backend)
    assert got.shape == (19, MEMBERS, 2)
    for member in range(MEMBERS):
        own = {name: value[member] for name, value in values.items()}
        expected = run_layer(alone(), x, own)
        np.testing.assert_allclose(got[:, member], expected, rtol=tolerance, atol=tolerance)


def test_gradients_are_those_of_finite_differences() -> None:
    network = ensemble()
    x = input_node("x", (6, 4), "float64")
    output = network(x)
    random = np.random.default_rng(SEED)
    total = sum(output * constant_node(random.normal(size=output.shape)))
    leaves = network.parameters()
    values = {leaves[n]: v for n, v in random_values(leaves, SEED).items()}
    values[x] = random.normal(size=x.shape)
    check_gradients(total, values, [x, *leaves.values()], seed=SEED)


def test_a_members_gradient_does_not_depend_on_the_others() -> None:
    network = ensemble()
    x, labels = input_node("x", (8, 4), "float64"), input_node("labels", (8,), "int32")
    loss = MeanOverMembers(SoftmaxCrossEntropy())(network(x), labels)
    leaves = network.parameters()
    slopes = gradients(loss, list(leaves.values()))
    random = np.random.default_rng(SEED)
    known = {x: random.normal(size=x.shape), labels: random.integers(0, 2, 8)}
    values = random_values(leaves, SEED)
    first = evaluate(slopes, {**known, **{leaves[n]: v for n, v in values.items()}})
    for value in values.values():
        value[1:] = random.normal(size=value[1:].shape)
    second = evaluate(slopes, {**known, **{leaves[n]: v for n, v in values.items()}})
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one[0], other[0])
        assert not np.allclose(one[1], other[1])


def test_members_start_apart_and_with_the_spread_of_a_layer_alone() -> None:
    layer = MemberDense(4, 300, "relu")
    layer(input_node("x", (2, 200)))
    weight = layer.parameters()["weight"]
    first = weight.attributes["initializer"](weight.shape, weight.dtype, SEED, "hidden.weight")
    for member in range(4):
        # He et al. 2015: the variance is 2 / inputs, whatever the number of members.
        assert first[member].std() == pytest.approx(np.sqrt(2 / 200), rel=0.02)
        rest = np.delete(first, member, axis=0)
        assert all(abs(np.corrcoef(first[member].ravel(), r.ravel())[0, 1]) < 0.02 for r in rest)


@pytest.mark.parametrize("backend", ["reference", "native"])
def test_a_trained_ensemble_beats_its_members_on_average(backend: str) -> None:
    random = np.random.default_rng(SEED)
    x = random.normal(size=(300, 4)).astype(np.float32)
    y = ((x[:, 0] > 0) ^ (random.random(300) < 0.1)).astype(np.int32)
    trained = train(
        ensemble(),
        x[:200],
        y[:200],
        loss=MeanOverMembers(SoftmaxCrossEntropy()),
        learning_rate=0.02,
        epochs=10,
        batch_size=20,
        seed=SEED,
        backend=backend,
    )
    scores = trained.predict(x[200:]).astype(np.float64)
    odds = np.exp(scores - scores.max(2, keepdims=True))
    probabilities = odds / odds.sum(2, keepdims=True)
    truth = (np.arange(100), slice(None), y[200:])
    alone = -np.log(probabilities[truth]).mean()
    together = -np.log(probabilities.mean(1)[np.arange(100), y[200:]]).mean()
    assert together < alone < np.log(2)
    assert trained.steps["loss"][-1] < trained.steps["loss"][0]


def test_inputs_that_are_refused() -> None:
    text = (
        r"^MemberDense 'h' needs inputs of shape \(rows, features\) or \(rows, 3, features\), for "
        r"3 members, got 'x' \(4, 5, 6\)$"
    )
    with pytest.raises(ShapeError, match=text):
        MemberDense(3, 2, name="h")(input_node("x", (4, 5, 6)))
    layer = MemberDense(3, 2, name="h")
    layer(input_node("x", (4, 5)))
    with pytest.raises(ShapeError, match=r"^MemberDense 'h' needs inputs of width 5, got \(4, 6\)"):
        layer(input_node("x", (4, 6)))
    with pytest.raises(DTypeError, match=r"^MemberDense needs floats, got int32 of 'x' \(4, 6\)$"):
        MemberDense(3, 2)(input_node("x", (4, 6), "int32"))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ((0, 4), "^MemberDense needs members to be a whole number of at least 1, got 0$"),
        ((2, 0), "^MemberDense needs units to be a whole number of at least 1, got 0$"),
        ((2, 4, "rely"), "^there is no activation 'rely': did you mean 'relu'"),
        ((2, 4, None, "he"), "^there is no initializer 'he'"),
    ],
)
def test_options_that_are_refused(options: Any, text: str) -> None:
    with pytest.raises(OptionError, match=text):
        MemberDense(*options)
