"""The mean over members against each member's loss on its own."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import Node, input_node
from pellucid.losses import (
    BinaryCrossEntropy,
    Huber,
    Loss,
    MeanOverMembers,
    SoftmaxCrossEntropy,
    SquaredError,
)

SEED = 14
ROWS, MEMBERS = 7, 3
LABELS = np.random.default_rng(SEED).integers(0, 4, ROWS)
NUMBERS = np.random.default_rng(SEED).normal(size=(ROWS, 2))
CASES: list[tuple[Loss, int, np.ndarray, str]] = [
    (SquaredError(), 2, NUMBERS, "float64"),
    (Huber(0.5), 2, NUMBERS, "float64"),
    (BinaryCrossEntropy(), 1, (NUMBERS[:, :1] > 0).astype(float), "float64"),
    (SoftmaxCrossEntropy(label_smoothing=0.1), 4, LABELS, "int32"),
    (SoftmaxCrossEntropy((1.0, 0.5, 2.0, 3.0)), 4, LABELS, "int32"),
]


def nodes(outputs: int, target: np.ndarray, dtype: str) -> tuple[Node, Node, dict[Node, object]]:
    x = input_node("x", (ROWS, MEMBERS, outputs), "float64")
    t = input_node("t", target.shape, dtype)
    return x, t, {x: np.random.default_rng(SEED + 1).normal(size=x.shape), t: target}


@pytest.mark.parametrize("backend", ["reference", "native"])
@pytest.mark.parametrize(("inner", "outputs", "target", "dtype"), CASES, ids=lambda v: str(v)[:30])
def test_it_is_the_mean_of_the_members_losses(
    inner: Loss, outputs: int, target: np.ndarray, dtype: str, backend: str
) -> None:
    x, t, values = nodes(outputs, target, dtype)
    w = input_node("w", (ROWS,), "float64")
    values[w] = np.linspace(0, 2, ROWS)
    loss = MeanOverMembers(inner)
    each = [x[:, member] for member in range(MEMBERS)]
    rows, plain, weighted, *expected = evaluate(
        [
            loss.per_row(x, t),
            loss(x, t),
            loss(x, t, w),
            *(inner.per_row(one, t) for one in each),
            *(inner(one, t) for one in each),
            *(inner(one, t, w) for one in each),
        ],
        values,
        backend,
    )
    np.testing.assert_allclose(rows, np.mean(expected[:MEMBERS], 0), rtol=1e-12)
    assert plain == pytest.approx(np.mean(expected[MEMBERS : 2 * MEMBERS]), rel=1e-12)
    assert weighted == pytest.approx(np.mean(expected[2 * MEMBERS :]), rel=1e-12)


def test_gradients_of_members_do_not_touch_and_the_mean_is_never_worse() -> None:
    x, t, values = nodes(2, NUMBERS, "float64")
    loss = MeanOverMembers(SquaredError())
    total = loss(x, t)
    (slope,) = gradients(total, [x])
    found, got = evaluate([slope, total], values)
    prediction = np.asarray(values[x])
    # Of mean over rows, members and outputs of (x - t)^2, by hand.
    by_hand = 2 * (prediction - NUMBERS[:, None]) / (ROWS * MEMBERS * 2)
    np.testing.assert_allclose(found, by_hand, rtol=1e-12)
    of_mean = np.square(prediction.mean(1) - NUMBERS).mean()
    assert of_mean < got


def test_what_is_refused() -> None:
    loss = MeanOverMembers(SquaredError())
    x = input_node("x", (5, 3, 2))
    text = r"^mean_over_members needs predictions \(rows, members, ..\) and a target for each row, "
    for target in (input_node("t", (4, 2)), input_node("t", ())):
        with pytest.raises(ShapeError, match=text):
            loss.per_row(x, target)
    with pytest.raises(ShapeError, match=text):
        loss.per_row(input_node("x", (5,)), input_node("t", (5,)))
    with pytest.raises(ShapeError, match=r"^squared_error needs target of shape"):
        loss.per_row(x, input_node("t", (5, 1)))
    with pytest.raises(DTypeError, match=r"^squared_error needs a target of float32"):
        loss.per_row(x, input_node("t", (5, 2), "float64"))
    with pytest.raises(OptionError, match=r"^MeanOverMembers needs inner to be a Loss, got"):
        MeanOverMembers("huber")  # type: ignore[arg-type]
