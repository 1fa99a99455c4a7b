"""Tests of what optimizers keep: names, first values, formulas by hand, the size of the graph."""

from __future__ import annotations

from itertools import pairwise
from math import expm1, log1p

import numpy as np
import pytest

from pellucid.backends import evaluate
from pellucid.dtypes import float32, float64
from pellucid.graph.node import Node, constant_node, input_node, parameter_node
from pellucid.graph.traversal import topological
from pellucid.optimizers import (
    OPTIMIZERS,
    Optimizer,
    ScaleByAdagrad,
    adagrad,
    optimizer_from,
)
from pellucid.optimizers.moments import share
from pellucid.simplify import simplify
from tests.optimizers.stepping import Stepper

SLOTS = {
    "sgd": [],
    "momentum": ["trace.velocity"],
    "nesterov": ["trace.velocity"],
    "adagrad": ["scale_by_adagrad.sum_of_squares"],
    "adadelta": ["scale_by_adadelta.squared_gradient", "scale_by_adadelta.squared_update"],
    "rmsprop": ["scale_by_rmsprop.second_moment"],
    "adam": ["scale_by_adam.first_moment", "scale_by_adam.second_moment"],
    "adamax": ["scale_by_adamax.first_moment", "scale_by_adamax.infinity_norm"],
    "nadam": ["scale_by_nadam.first_moment", "scale_by_nadam.second_moment"],
    "adamw": ["scale_by_adam.first_moment", "scale_by_adam.second_moment"],
    "lion": ["scale_by_lion.first_moment"],
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_names_and_types(name: str) -> None:
    parameters = {
        "hidden_1.weight": parameter_node("a", (2, 3), float64),
        "hidden_1.bias": parameter_node("b", (3,)),
    }
    slots = optimizer_from(name, clip_norm=1.0, weight_decay=0.1).slots(parameters)
    assert sorted(slots) == sorted(f"{slot}/{p}" for slot in SLOTS[name] for p in parameters)
    for slot, leaf in slots.items():
        assert leaf.name == slot
        assert leaf.type == parameters[slot.split("/")[1]].type
        assert leaf.attributes["initial"] == 0.0


def test_adagrad_by_hand() -> None:
    random = np.random.default_rng(5)
    weight, gradients = random.normal(size=(2, 3)), random.normal(size=(20, 2, 3))
    stepper = Stepper(adagrad(epsilon=0.3, initial=0.2), {"w": weight})
    total = np.full((2, 3), 0.2)
    for gradient in gradients:
        total = total + gradient**2
        weight = weight - float(np.float32(0.1)) * gradient / (np.sqrt(total) + 0.3)
        moved = stepper.advance({"w": gradient})["w"]
        np.testing.assert_allclose(moved, weight, rtol=1e-12)
        np.testing.assert_allclose(
            stepper.of("s")["scale_by_adagrad.sum_of_squares/w"], total, rtol=1e-14
        )
    assert ScaleByAdagrad(0.3, 0.2).first_values() == {"sum_of_squares": 0.2}


@pytest.mark.parametrize("decay", [0.9, 0.999, 0.99999, 1e-3])
@pytest.mark.parametrize("count", [1, 2, 7, 1000, 10**7])
def test_bias_correction_keeps_its_digits_in_float32(decay: float, count: int) -> None:
    node = share(decay, constant_node(count, float32))
    assert isinstance(node, Node)
    exact = -expm1(count * log1p(decay - 1.0))
    np.testing.assert_allclose(float(evaluate(node, {})), exact, rtol=3e-7)


def test_bias_correction_without_memory() -> None:
    assert share(0.0, constant_node(3, float32)) == 1.0


def test_a_late_step() -> None:
    stepper = Stepper(optimizer_from("adam"), {"w": np.ones(2, np.float32)})
    stepper.step = 2**40
    moved = stepper.advance({"w": np.ones(2, np.float32)})["w"]
    np.testing.assert_allclose(moved, 1 - 0.1 * 0.1 / np.sqrt(0.001), rtol=1e-5)


def nodes(optimizer: Optimizer, parameters: int) -> int:
    leaves = {f"w{i}": parameter_node(f"w{i}", (2, i + 1)) for i in range(parameters)}
    gradients = {name: input_node(f"g.{name}", leaf.shape) for name, leaf in leaves.items()}
    step, rate = input_node("step", (), "int64"), input_node("rate", ())
    new, changed = optimizer.apply(gradients, optimizer.slots(leaves), leaves, step, rate)
    return len(topological(simplify([*new.values(), *changed.values()])))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_graph_grows_evenly_with_parameters_and_not_with_steps(name: str) -> None:
    optimizer = optimizer_from(name, weight_decay=0.1, clip_global_norm=1.0, max_norm=2.0)
    sizes = [nodes(optimizer, count) for count in (2, 3, 4, 5)]
    assert len({b - a for a, b in pairwise(sizes)}) == 1
    stepper = Stepper(optimizer, {"w": np.ones((2, 2), np.float32)})
    before = len(topological(stepper.outputs.values()))
    for _ in range(50):
        stepper.advance({"w": np.full((2, 2), 0.5, np.float32)})
    assert len(topological(stepper.outputs.values())) == before
    assert stepper.step == 50


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_cut_anywhere_gives_the_same_bits(name: str) -> None:
    random = np.random.default_rng(8)
    gradients = random.normal(size=(12, 3)).astype(np.float32)
    start = np.ones(3, np.float32)
    whole = Stepper(optimizer_from(name), {"w": start})
    for gradient in gradients:
        whole.advance({"w": gradient})
    first = Stepper(optimizer_from(name), {"w": start})
    for gradient in gradients[:5]:
        first.advance({"w": gradient})
    second = Stepper(optimizer_from(name), {"w": start})
    second.values, second.step = first.values, first.step
    for gradient in gradients[5:]:
        second.advance({"w": gradient})
    for key, value in whole.values.items():
        assert value.tobytes() == second.values[key].tobytes()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_goes_down_a_bowl(name: str) -> None:
    start = np.array([[3.0, -2.0]])
    stepper = Stepper(optimizer_from(name, weight_decay=0.0), {"w": start})
    rate = {"adadelta": 30.0, "adagrad": 0.2, "lion": 0.02}.get(name, 0.05)
    weight = start
    for _ in range(300):
        weight = stepper.advance({"w": 2 * weight}, rate)["w"]
    assert np.sum(weight**2) < 0.2 * np.sum(start**2)
