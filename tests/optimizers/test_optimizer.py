"""Tests of optimizers and chains as such: order, names, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from pellucid.backends import evaluate
from pellucid.dtypes import float64
from pellucid.errors import GraphError, OptionError
from pellucid.graph.node import constant_node, input_node, parameter_node
from pellucid.optimizers import (
    AddDecayedWeights,
    Chain,
    ClipByValue,
    Optimizer,
    ScaleByAdadelta,
    ScaleByAdagrad,
    ScaleByAdam,
    ScaleByLion,
    ScaleByRate,
    ScaleByRMSProp,
    Trace,
    adam,
    compose,
    sgd,
)
from tests.optimizers.stepping import Stepper

STEP, RATE = constant_node(0, "int64"), constant_node(0.1)


def test_a_chain_acts_in_order() -> None:
    leaf = input_node("w", (1,))
    for members, expected in (
        ((ScaleByRate(), ClipByValue(0.5)), -0.4),
        ((ClipByValue(0.5), ScaleByRate()), -0.05),
        ((), 4.0),
    ):
        updates, _ = Chain(members).update({"w": leaf}, {}, {"w": leaf}, STEP, RATE)
        np.testing.assert_allclose(evaluate(updates["w"], {leaf: [4.0]}), expected, rtol=1e-6)


def test_equal_members_keep_apart() -> None:
    chain = Chain((Trace(0.5), Chain((Trace(0.25),)), Trace(0.75), ScaleByRate()))
    weight = parameter_node("w", ())
    slots = chain.slots({"w": weight})
    assert list(slots) == ["trace.velocity/w", "chain.trace.velocity/w", "trace_2.velocity/w"]
    stepper = Stepper(Optimizer(chain), {"w": np.array(0.0)})
    velocities = np.zeros(3)
    for _ in range(5):
        signal = 1.0
        for index, momentum in enumerate((0.5, 0.25, 0.75)):
            velocities[index] = signal = momentum * velocities[index] + signal
        stepper.advance({"w": np.array(1.0)})
        np.testing.assert_allclose(list(stepper.of("s").values()), velocities, rtol=1e-14)


def test_parts_come_in_their_order() -> None:
    optimizer = compose(
        0.1,
        Trace(),
        clip_global_norm=3,
        clip_norm=2,
        clip_value=1,
        weight_decay=0.1,
        max_norm=4,
    )
    assert isinstance(optimizer.transformation, Chain)
    assert [member.name for member in optimizer.transformation.transformations] == [
        "clip_by_value",
        "clip_by_norm",
        "clip_by_global_norm",
        "trace",
        "add_decayed_weights",
        "scale_by_rate",
    ]


def test_weight_decay_of_all_or_of_weights() -> None:
    nodes = {
        "matrix": parameter_node("matrix", (1, 1)),
        "bias": parameter_node("bias", (1,)),
        "members' biases": parameter_node("members' biases", (1, 1), incoming=()),
        "vector of weights": parameter_node("vector of weights", (1,), incoming=0),
    }
    values = {leaf: np.full(leaf.shape, 2.0, np.float32) for leaf in nodes.values()}
    for everything, expected in ((False, [3.0, 2.0, 2.0, 3.0]), (True, [3.0] * 4)):
        transformation = AddDecayedWeights(0.5, everything)
        updates, slots = transformation.update(nodes, {}, nodes, STEP, RATE)
        assert [v.item() for v in evaluate(list(updates.values()), values)] == expected
        assert slots == {}


def test_the_rate_is_not_inside() -> None:
    weight, gradient = parameter_node("w", (1,)), input_node("g", (1,))
    rate = input_node("rate", ())
    new, _ = sgd(123.0).apply({"w": gradient}, {}, {"w": weight}, STEP, rate)
    assert evaluate(new["w"], {weight: [1], gradient: [1], rate: 0.5}).tolist() == [0.5]
    assert sgd(123.0).transformation == sgd(1.0).transformation


@pytest.mark.parametrize(
    ("gradients", "text"),
    [
        ({}, "the optimizer needs a gradient for each parameter, got none of 'w'"),
        (
            {"w": (2,), "v": (2,)},
            "the optimizer got a gradient of 'v', which is no parameter",
        ),
        (
            {"w": (2, 1)},
            "the gradient of 'w' must be float32 (2,), as the parameter, got float32 (2, 1)",
        ),
    ],
)
def test_gradients_that_do_not_fit(gradients: dict[str, tuple[int, ...]], text: str) -> None:
    weight = parameter_node("w", (2,))
    nodes = {name: input_node(name, shape) for name, shape in gradients.items()}
    with pytest.raises(GraphError) as caught:
        sgd().apply(nodes, {}, {"w": weight}, STEP, RATE)
    assert str(caught.value) == text


def test_gradients_of_another_type() -> None:
    weight, gradient = parameter_node("w", (2,)), input_node("g", (2,), float64)
    with pytest.raises(GraphError, match=r"must be float32 .* got float64"):
        sgd().apply({"w": gradient}, {}, {"w": weight}, STEP, RATE)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: sgd(0), "Optimizer needs rate to be a number above 0, got 0"),
        (
            lambda: Optimizer(cast(Any, 3)),
            "Optimizer needs transformation to be a Transformation, got 3",
        ),
        (
            lambda: Optimizer(ScaleByRate(), cast(Any, 3)),
            "Optimizer needs constraint to be a Constraint or None, got 3",
        ),
        (lambda: Chain(cast(Any, (3,))), "Chain needs transformations, got 3"),
        (lambda: Trace(1.0), "Trace needs momentum to be a number of at least 0 and below 1"),
        (lambda: Trace(0.5, cast(Any, 1)), "Trace needs nesterov to be True or False, got 1"),
        (lambda: ScaleByAdam(1.0), "ScaleByAdam needs first_decay to be a number of at least 0"),
        (lambda: adam(second_decay=-1), "ScaleByAdam needs second_decay to be a number of at"),
        (lambda: adam(epsilon=0), "ScaleByAdam needs epsilon to be a number above 0, got 0"),
        (lambda: ScaleByLion(1.0), "ScaleByLion needs first_decay to be a number of at least 0"),
        (lambda: ScaleByAdagrad(0), "ScaleByAdagrad needs epsilon to be a number above 0, got 0"),
        (lambda: ScaleByAdagrad(1, -1), "ScaleByAdagrad needs initial to be a number of at least"),
        (lambda: ScaleByAdadelta(1), "ScaleByAdadelta needs decay to be a number of at least 0"),
        (lambda: ScaleByAdadelta(0.5, 0), "ScaleByAdadelta needs epsilon to be a number above 0"),
        (lambda: ScaleByRMSProp(1), "ScaleByRMSProp needs decay to be a number of at least 0"),
        (lambda: ScaleByRMSProp(0.5, 0), "ScaleByRMSProp needs epsilon to be a number above 0"),
        (
            lambda: sgd(weight_decay=-1),
            "AddDecayedWeights needs weight_decay to be a number of at least 0, got -1",
        ),
        (
            lambda: AddDecayedWeights(1, cast(Any, 2)),
            "AddDecayedWeights needs all_parameters to be True or False, got 2",
        ),
        (lambda: sgd(clip_norm=0), "ClipByNorm needs limit to be a number above 0, got 0"),
    ],
)
def test_options_out_of_range(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(OptionError) as caught:
        make()
    assert str(caught.value).startswith(text)
