"""No loss broadcasts (rows, 1) against (rows,), nor mixes types."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.node import Node, input_node
from pellucid.losses import (
    LOSSES,
    BinaryCrossEntropy,
    GaussianNLL,
    Hinge,
    Loss,
    Perceptron,
    Quantile,
    SoftmaxCrossEntropy,
    SquaredError,
    loss_from,
    zero_one,
)

ALIKE = [
    "squared_error",
    "absolute_error",
    "huber",
    "quantile",
    "poisson",
    "binary_cross_entropy",
    "hinge",
    "perceptron",
]
PerRow = Callable[[Node, Node], Node]


def made(name: str) -> Loss:
    return Quantile(0.5) if name == "quantile" else loss_from(name)


def per_row(name: str) -> PerRow:
    return zero_one if name == "zero_one" else made(name).per_row


def test_every_loss_is_here() -> None:
    assert {*ALIKE, "gaussian_nll", "softmax_cross_entropy"} == set(LOSSES)


@pytest.mark.parametrize("name", [*ALIKE, "zero_one"])
@pytest.mark.parametrize(
    ("predicted", "wanted"), [((4, 1), (4,)), ((4,), (4, 1)), ((4, 1), (1, 4)), ((1,), (1, 1))]
)
def test_a_column_against_a_line(
    name: str, predicted: tuple[int, ...], wanted: tuple[int, ...]
) -> None:
    text = (
        f"{name} needs target of shape {predicted} for the prediction 'output' {predicted}, "
        f"got 'target' {wanted}: reshape the target to {predicted}"
    )
    with pytest.raises(ShapeError, match=f"^{re.escape(text)}$"):
        per_row(name)(input_node("output", predicted), input_node("target", wanted))


@pytest.mark.parametrize("name", ALIKE)
@pytest.mark.parametrize("wanted", [(1, 3), (4, 1), (1,), (), (3,)])
def test_nothing_is_broadcast(name: str, wanted: tuple[int, ...]) -> None:
    text = (
        f"{name} needs target of shape (4, 3) for the prediction 'output' (4, 3), "
        f"got 'target' {wanted}"
    )
    with pytest.raises(ShapeError, match=f"^{re.escape(text)}$"):
        made(name).per_row(input_node("output", (4, 3)), input_node("target", wanted))


@pytest.mark.parametrize("name", [*ALIKE, "zero_one"])
def test_types_are_not_mixed(name: str) -> None:
    output = input_node("output", (4, 1))
    text = (
        f"{name} needs a target of float32, as the prediction, got float64 of 'target' (4, 1): "
        "cast it"
    )
    with pytest.raises(DTypeError, match=f"^{re.escape(text)}$"):
        per_row(name)(output, input_node("target", (4, 1), "float64"))
    with pytest.raises(DTypeError, match=r"got int32 of 'target' \(4, 1\): cast it$"):
        per_row(name)(output, input_node("target", (4, 1), "int32"))
    text = rf"^{name} needs predictions of floats, got int32 of 'output' \(4, 1\)$"
    with pytest.raises(DTypeError, match=text):
        per_row(name)(input_node("output", (4, 1), "int32"), output)


@pytest.mark.parametrize("name", [*ALIKE, "zero_one"])
@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_both_forms_give_a_line(name: str, shape: tuple[int, ...]) -> None:
    made_of = per_row(name)(input_node("output", shape), input_node("target", shape))
    assert made_of.shape == (4,)


@pytest.mark.parametrize("loss", [SquaredError(), BinaryCrossEntropy(), Perceptron(), Hinge()])
def test_a_scalar_has_no_rows(loss: Loss) -> None:
    text = rf"^{loss.name} needs rows, got the scalar 'output' \(\)$"
    with pytest.raises(ShapeError, match=text):
        loss.per_row(input_node("output", ()), input_node("target", ()))


@pytest.mark.parametrize("name", ["softmax_cross_entropy", "hinge", "zero_one"])
def test_labels_are_integers_in_a_line(name: str) -> None:
    logits = input_node("output", (4, 3))
    assert per_row(name)(logits, input_node("target", (4,), "int64")).shape == (4,)
    text = (
        f"{name} needs labels of shape (4,) for the prediction 'output' (4, 3), "
        "got 'target' (4, 1): reshape the labels to (4,)"
    )
    with pytest.raises(ShapeError, match=f"^{re.escape(text)}$"):
        per_row(name)(logits, input_node("target", (4, 1), "int32"))
    text = "got 'target' (4, 3)"
    with pytest.raises(ShapeError, match=f"{re.escape(text)}$"):
        per_row(name)(logits, input_node("target", (4, 3), "int32"))


def test_softmax_cross_entropy_takes_nothing_else() -> None:
    loss = SoftmaxCrossEntropy()
    text = (
        r"^softmax_cross_entropy needs labels that are integers, the numbers of the classes from "
        r"0, got float32 of 'target' \(4,\)$"
    )
    with pytest.raises(DTypeError, match=text):
        loss.per_row(input_node("output", (4, 3)), input_node("target", (4,)))
    text = (
        r"^softmax_cross_entropy needs predictions \(rows, classes\) of at least 2 classes, "
        r"got 'output' \(4{}\)$"
    )
    for shape, shown in (((4,), ","), ((4, 1), ", 1"), ((4, 3, 2), ", 3, 2")):
        with pytest.raises(ShapeError, match=text.format(shown)):
            loss.per_row(input_node("output", shape), input_node("target", (4,), "int32"))
    with pytest.raises(DTypeError, match=r"^softmax_cross_entropy needs predictions of floats"):
        loss.per_row(input_node("output", (4, 3), "int32"), input_node("target", (4,), "int32"))


def test_gaussian_nll_takes_nothing_else() -> None:
    loss = GaussianNLL()
    assert loss.per_row(input_node("output", (4, 6)), input_node("t", (4, 3))).shape == (4,)
    for shape in ((4,), (4, 3), (4, 0), (4, 2, 2)):
        text = (
            "gaussian_nll needs predictions (rows, 2 k): k means, then k logarithms of variances; "
            f"got 'output' {shape}"
        )
        with pytest.raises(ShapeError, match=f"^{re.escape(text)}$"):
            loss.per_row(input_node("output", shape), input_node("target", (4, 1)))
    text = (
        "gaussian_nll needs target of shape (4, 1) for the prediction 'output' (4, 2), "
        "got 'target' (4,): reshape the target to (4, 1)"
    )
    with pytest.raises(ShapeError, match=f"^{re.escape(text)}$"):
        loss.per_row(input_node("output", (4, 2)), input_node("target", (4,)))
    with pytest.raises(ShapeError, match=r"got 'target' \(4, 2\)$"):
        loss.per_row(input_node("output", (4, 2)), input_node("target", (4, 2)))
    with pytest.raises(DTypeError, match=r"^gaussian_nll needs a target of float32, as the pred"):
        loss.per_row(input_node("output", (4, 2)), input_node("target", (4, 1), "float64"))
    with pytest.raises(DTypeError, match=r"^gaussian_nll needs predictions of floats, got int32"):
        loss.per_row(input_node("output", (4, 2), "int32"), input_node("target", (4, 1)))
