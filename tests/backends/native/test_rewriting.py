"""Rewriting: what falls away, what stays, and what the host is asked to check."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.backends.native import NativeBackend
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


# What follows products

MEMBERS, ROWS, WIDTH, UNITS = 3, 7, 5, 18


def layer(x: Node, w: Node, b: Node) -> Node:
    """Return silu(x w + b) of each member, (rows, members, units)."""
    return p.silu(p.transpose(p.transpose(x, (1, 0, 2)) @ w, (1, 0, 2)) + b)


def leaves() -> list[Node]:
    shapes = (ROWS, MEMBERS, WIDTH), (MEMBERS, WIDTH, UNITS), (MEMBERS, UNITS)
    return [input_node(name, shape) for name, shape in zip("xwb", shapes, strict=True)]


def rewritten(*outputs: Node) -> list[Node]:
    return rewrite(simplify(outputs, lower=True))[0]


def test_what_follows_a_product_lies_as_the_product_does() -> None:
    x, w, b = leaves()
    (y,) = rewritten(layer(x, w, b) * p.cast(p.less(x[:, :, :1], 0.5), "float32"))
    assert y.primitive.name == "transpose"
    assert y.shape == (ROWS, MEMBERS, UNITS)
    (product,) = (node for node in topological([y]) if node.primitive.name == "matmul")
    behind = [node for node in topological([y]) if product in topological([node])][1:-1]
    assert {node.shape for node in behind} == {(MEMBERS, ROWS, UNITS)}
    assert "transpose" not in [node.primitive.name for node in behind]


def test_products_of_members_need_no_transposes_between_them() -> None:
    x, w, b = leaves()
    v = input_node("v", (MEMBERS, UNITS, 4))
    y = layer(layer(x, w, b), v, input_node("c", (MEMBERS, 4)))
    loss = p.sum(y * input_node("t", y.shape))
    # The first product's left side and each weight's gradient are read across; nothing is moved.
    for node in topological(rewritten(loss, *gradients(loss, [w, v]))):
        if node.primitive.name == "matmul":
            for source in node.inputs:
                inner = source.inputs[0] if source.primitive.name == "transpose" else source
                assert inner.shape[0] == MEMBERS or inner is x, node


@pytest.mark.parametrize("axes", [(0, 2, 1), (2, 1, 0), (1, 2, 0)])
def test_what_follows_lines_that_are_taken_apart_stays(axes: tuple[int, ...]) -> None:
    x, w, _ = leaves()
    turned = p.transpose(p.transpose(x, (1, 0, 2)) @ w, axes)
    (y,) = rewritten(p.tanh(turned))
    assert (y.primitive.name, y.shape) == ("tanh", turned.shape)


def test_a_transpose_of_what_is_no_product_stays_where_it_is() -> None:
    x, _, _ = leaves()
    for before in (x, p.exp(x), p.sort(x)):
        (y,) = rewritten(p.tanh(p.transpose(before, (1, 0, 2))))
        assert y.primitive.name == "tanh"


@pytest.mark.parametrize("options", [{}, {"threads": 3}, {"lanes": 4}, {"fuse": False}])
def test_moving_a_transpose_changes_no_bit(options: dict[str, Any]) -> None:
    x, w, b = leaves()
    random = np.random.default_rng(3)
    values = {n: random.normal(size=n.shape).astype(np.float32) for n in (x, w, b)}
    moved = layer(x, w, b)
    loss = p.sum(p.square(moved))
    # The same without transposes behind products: each member's part is a product of matrices.
    alone = [p.silu(x[:, m] @ w[m] + b[m]) for m in range(MEMBERS)]
    outputs = {"moved": moved, "slope": gradients(loss, [x])[0]}
    outputs |= {f"alone {m}": node for m, node in enumerate(alone)}
    inputs = {str(leaf.name): leaf for leaf in values}
    function = NativeBackend(**options).compile_function(inputs, outputs)
    got = function({str(leaf.name): value for leaf, value in values.items()})
    for member in range(MEMBERS):
        assert got["moved"][:, member].tobytes() == got[f"alone {member}"].tobytes()
    expected = evaluate([moved, outputs["slope"]], values)
    np.testing.assert_allclose(got["moved"], expected[0], rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(got["slope"], expected[1], rtol=2e-5, atol=1e-5)
