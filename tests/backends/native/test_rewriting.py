"""Rewriting: what falls away, what stays, and what the host is asked to check."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.native.rewriting import rewrite
from pellucid.errors import ExecutionError
from pellucid.graph.node import Node, input_node
from pellucid.graph.traversal import topological
from pellucid.simplify import simplify


def names(outputs: list[Node]) -> list[str]:
    return [node.primitive.name for node in topological(outputs)]


def test_the_mask_of_a_rectifier_reads_what_it_gave() -> None:
    x = input_node("x", (3,))
    y = p.exp(x)
    outputs, _ = rewrite(simplify([p.relu(y), p.where(p.less_equal(y, 0.0), 0.0, x)], lower=True))
    (mask,) = (n for n in topological(outputs) if n.primitive.name == "less_equal")
    assert mask.inputs[0] is outputs[0]


def test_a_comparison_with_another_number_stays() -> None:
    x = input_node("x", (3,))
    outputs, _ = rewrite(simplify([p.relu(x), p.less_equal(x, 1.0)], lower=True))
    assert outputs[1].inputs[0] is x


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_a_choice_by_what_is_handed_in_becomes_a_sum(dtype: str) -> None:
    x, labels = input_node("x", (4, 3)), input_node("labels", (4,), dtype)
    outputs, chosen = rewrite(simplify([p.softmax_cross_entropy(x, labels)], lower=True))
    assert "gather" not in names(outputs)
    assert [(c.leaf, c.length) for c in chosen] == [(labels, 3)]


def test_a_choice_by_what_is_computed_stays() -> None:
    x, i = input_node("x", (4, 3)), input_node("i", (4, 1), "int64")
    for computed in (p.cast(i, "uint8"), i + 1, p.argmax(x, 1, keepdims=True)):
        outputs, chosen = rewrite(simplify([p.gather(x, computed, 1, along=True)], lower=True))
        assert "gather" in names(outputs)
        assert chosen == []


def test_an_index_that_wraps_in_a_cast_wraps() -> None:
    x, i = input_node("x", (1, 3)), input_node("i", (1, 1), "int64")
    chosen = p.gather(x, p.cast(i, "uint8"), 1, along=True)
    values = {x: [[5.0, 6.0, 7.0]], i: [[257]]}
    assert evaluate(chosen, values, "native") == evaluate(chosen, values) == 6.0


def test_an_index_out_of_range_is_named() -> None:
    x, labels = input_node("x", (2, 3)), input_node("labels", (2,), "int32")
    loss = p.softmax_cross_entropy(x, labels)
    values = {x: np.zeros((2, 3)), labels: [0, 3]}
    message = "the input 'labels': index 3 is out of range for an axis of length 3"
    with pytest.raises(ExecutionError, match=message):
        evaluate(loss, values, "native")


def test_a_chosen_nan_is_not_lost_and_others_do_not_matter() -> None:
    x, labels = input_node("x", (2, 3)), input_node("labels", (2, 1), "int32")
    chosen = p.gather(x, labels, 1, along=True)
    values = {x: [[np.nan, -0.0, 1.0], [np.inf, np.nan, 2.0]], labels: [[1], [1]]}
    found = evaluate(chosen, values, "native")
    assert np.signbit(found[0, 0])
    assert np.isnan(found[1, 0])
