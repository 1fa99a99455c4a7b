"""Penalties against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.graph.node import Node, parameter_node
from pellucid.losses import l1, l2

VALUES = {
    "hidden.weight": np.array([[1.0, -2.0], [0.0, 3.0]]),
    "hidden.bias": np.array([5.0, -7.0]),
    "kernel": np.array([[[2.0]]]),
}


def leaves() -> dict[str, Node]:
    return {name: parameter_node(name, v.shape, "float64") for name, v in VALUES.items()}


@pytest.mark.parametrize(("everything", "total"), [(False, 8.0), (True, 20.0)])
def test_l1(everything: bool, total: float) -> None:
    nodes = leaves()
    known = {nodes[name]: value for name, value in VALUES.items()}
    penalty = l1(nodes, 0.25, everything)
    value, *slopes = evaluate([penalty, *gradients(penalty, list(nodes.values()))], known)
    assert value == pytest.approx(0.25 * total, rel=1e-15)
    for name, slope in zip(VALUES, slopes, strict=True):
        counted = everything or VALUES[name].ndim >= 2
        np.testing.assert_array_equal(slope, 0.25 * counted * np.sign(VALUES[name]))


@pytest.mark.parametrize(("everything", "total"), [(False, 18.0), (True, 92.0)])
def test_l2(everything: bool, total: float) -> None:
    nodes = leaves()
    known = {nodes[name]: value for name, value in VALUES.items()}
    penalty = l2(nodes, 0.5, everything)
    value, *slopes = evaluate([penalty, *gradients(penalty, list(nodes.values()))], known)
    assert value == pytest.approx(0.25 * total, rel=1e-15)
    for name, slope in zip(VALUES, slopes, strict=True):
        counted = everything or VALUES[name].ndim >= 2
        np.testing.assert_array_equal(slope, 0.5 * counted * VALUES[name])


def test_what_is_no_weight_costs_nothing_whatever_its_axes() -> None:
    weights = parameter_node("weight", (2, 1, 3), "float64", incoming=1)
    biases = parameter_node("bias", (2, 3), "float64", incoming=())
    known = {weights: np.ones((2, 1, 3)), biases: np.full((2, 3), 9.0)}
    for penalty, total in ((l1, 6.0), (l2, 3.0)):
        assert evaluate(penalty({"weight": weights, "bias": biases}, 1.0), known) == total


def test_no_matrix_costs_nothing() -> None:
    for penalty in (l1, l2):
        node = penalty({"bias": parameter_node("bias", (3,), "float64")}, 0.5)
        assert (node.shape, str(node.dtype)) == ((), "float64")
        assert evaluate(node, {}) == 0
        assert str(penalty({}, 0.5).dtype) == "float32"
