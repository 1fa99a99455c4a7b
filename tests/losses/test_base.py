"""Reductions and sample weights."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import Node, input_node
from pellucid.losses import AbsoluteError, Loss, Poisson, SquaredError
from tests.losses.oracle import run_loss

X = np.array([[1.0, 2.0], [3.0, 5.0], [0.0, -1.0]])
T = np.array([[1.0, 0.0], [2.0, 2.0], [1.0, 1.0]])
PER_ROW = np.array([2.0, 5.0, 2.5])
WEIGHTS = np.array([0.5, 0.0, 2.0])


def test_the_three_reductions() -> None:
    loss = SquaredError()
    np.testing.assert_allclose(run_loss(loss, X, T, reduction="none"), PER_ROW, rtol=1e-15)
    assert run_loss(loss, X, T, reduction="sum") == pytest.approx(9.5, rel=1e-15)
    assert run_loss(loss, X, T) == pytest.approx(9.5 / 3, rel=1e-15)
    weighted = PER_ROW * WEIGHTS
    np.testing.assert_allclose(run_loss(loss, X, T, WEIGHTS, "none"), weighted, rtol=1e-15)
    assert run_loss(loss, X, T, WEIGHTS, "sum") == pytest.approx(weighted.sum(), rel=1e-15)
    assert run_loss(loss, X, T, WEIGHTS) == pytest.approx(weighted.sum() / 2.5, rel=1e-15)


def test_a_row_of_weight_zero_counts_for_nothing_even_if_infinite() -> None:
    x = input_node("x", (2, 1), "float64")
    t, w = input_node("t", (2, 1), "float64"), input_node("w", (2,), "float64")
    loss = Poisson()(x, t, w)
    values = {x: [[800.0], [0.0]], t: [[1.0], [1.0]], w: [0.0, 1.0]}
    total, found = evaluate([loss, *gradients(loss, [x])], values)
    assert total == 1.0
    np.testing.assert_array_equal(found, [[0.0], [0.0]])
    values[w] = [0.0, 0.0]
    total, found = evaluate([loss, *gradients(loss, [x])], values)
    assert total == 0.0
    np.testing.assert_array_equal(found, [[0.0], [0.0]])


def test_what_is_refused() -> None:
    x, t = input_node("output", (3, 1)), input_node("target", (3, 1))
    text = r"^squared_error needs a weight for each of 3 rows, of shape \(3,\), got 'w' \(3, 1\)$"
    with pytest.raises(ShapeError, match=text):
        SquaredError()(x, t, input_node("w", (3, 1)))
    text = (
        r"^squared_error needs weights of float32, as the prediction, got float64 of 'w' \(3,\): "
        "cast them$"
    )
    with pytest.raises(DTypeError, match=text):
        SquaredError()(x, t, input_node("w", (3,), "float64"))
    with pytest.raises(OptionError, match=r"^reduction must be 'mean', 'sum' or 'none', got 'avg'"):
        SquaredError()(x, t, reduction="avg")  # type: ignore[arg-type]


def test_a_loss_of_ones_own_is_a_few_lines() -> None:
    class Cubed(Loss):
        name: ClassVar[str] = "cubed"

        def per_row(self, prediction: Node, target: Node) -> Node:
            return AbsoluteError().per_row(prediction, target) ** 3

    assert run_loss(Cubed(), [[1.0], [3.0]], [[0.0], [0.0]]) == pytest.approx(14.0)
    assert Cubed().configuration() == {"loss": "cubed"}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_loss_has_the_type_of_the_prediction(dtype: Any) -> None:
    assert run_loss(SquaredError(), X, T, WEIGHTS, dtype=dtype).dtype == dtype
