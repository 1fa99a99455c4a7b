"""The names of axes: where they come from, how far they reach, and where they must not."""

from __future__ import annotations

from collections.abc import Mapping

import pellucid.primitives as p
from pellucid.backends.native.axis_names import AxisNames
from pellucid.graph.node import Node, input_node, parameter_node

ROWS, FEATURES, UNITS = 7, 5, 4


def weights(name: str, *shape: int) -> dict[str, Node]:
    return {f"{name}.weight": parameter_node(None, shape)}


def names_of(
    node: Node, columns: Mapping[str, Node], parameters: Mapping[str, Node]
) -> tuple[str | None, ...]:
    return AxisNames([node], columns, parameters).of(node)


def test_a_product_has_the_rows_and_the_units() -> None:
    x, w = input_node("x", (ROWS, FEATURES)), parameter_node(None, (FEATURES, UNITS))
    y = p.transpose(x) @ (x @ w)
    assert names_of(y, {"x": x}, {"hidden.weight": w}) == ("x", "hidden")


def test_names_reach_through_what_keeps_an_axis() -> None:
    x, w = input_node("x", (ROWS, FEATURES)), parameter_node(None, (FEATURES, UNITS))
    b = parameter_node(None, (UNITS,))
    parameters = {"hidden.weight": w, "hidden.bias": b}
    h = p.tanh(x @ w + b)
    for node, names in (
        (p.sum(h, 0), ("hidden",)),
        (p.sum(h, 0, keepdims=True), (None, "hidden")),
        (p.max(h, 1), ("rows",)),
        (p.reshape(h, (ROWS, 1, UNITS)), ("rows", None, "hidden")),
        (p.flip(p.transpose(h), 0), ("hidden", "rows")),
        (h[:, :2], ("rows", None)),
        (p.concatenate([h, h], 0), (None, None)),
        (p.cumulative_sum(h, 0), ("rows", "hidden")),
    ):
        assert names_of(node, {"x": x}, parameters) == names, node


def test_a_reshape_names_the_axes_around_those_that_it_joins() -> None:
    x = input_node("x", (ROWS, 2, 3, FEATURES))
    w = parameter_node(None, (FEATURES, UNITS))
    y = p.reshape(x @ p.broadcast(w, (ROWS, 2, FEATURES, UNITS)), (ROWS, 6, UNITS))
    assert names_of(y, {"x": x}, {"out.weight": w}) == ("rows", None, "out")


def test_an_embedding_has_the_rows_of_its_indices() -> None:
    words, table = input_node("words", (ROWS,), "int32"), parameter_node(None, (30, UNITS))
    y = p.gather(table, words)
    assert names_of(y, {"words": words}, {"embedding.table": table}) == ("rows", "embedding")
    along = p.gather(input_node("x", (ROWS, 9)), input_node("i", (ROWS, 2), "int32"), 1, along=True)
    assert names_of(along, {"i": along.inputs[1]}, {}) == ("rows", "i")


def test_of_layers_that_are_added_the_first_gives_the_name() -> None:
    x = input_node("x", (ROWS, UNITS))
    first, second = weights("first", UNITS, UNITS), weights("second", UNITS, UNITS)
    y = x @ first["first.weight"] + x @ second["second.weight"]
    assert names_of(y, {"x": x}, first | second) == ("rows", "first")


def test_a_repeated_number_joins_nothing() -> None:
    x = input_node("x", (UNITS, UNITS))
    first, second = weights("first", UNITS, UNITS), weights("second", UNITS, UNITS)
    zero = p.broadcast(p.cast(0.0, "float32"), (UNITS, UNITS))
    scale = p.broadcast(input_node("scale", (UNITS, 1)), (UNITS, UNITS))
    h = p.maximum(x @ first["first.weight"], zero) * scale
    y = p.maximum(h @ second["second.weight"], zero) * scale
    names = AxisNames([y], {"x": x}, first | second)
    assert names.of(h) == ("rows", "first")
    assert names.of(y) == ("rows", "second")
    assert names.of(zero) == (None, None)


def test_a_repeated_number_joins_nothing_in_any_order_of_axes() -> None:
    x = input_node("x", (UNITS, UNITS))
    first, second = weights("first", UNITS, UNITS), weights("second", UNITS, UNITS)
    zero = p.transpose(p.broadcast(input_node("zero", (1, UNITS)), (UNITS, UNITS)))
    h = p.maximum(x @ first["first.weight"], zero)
    y = p.transpose(p.maximum(p.transpose(h @ second["second.weight"]), p.transpose(zero)))
    names = AxisNames([y], {"x": x}, first | second)
    assert names.of(h) == ("rows", "first")
    assert names.of(y) == ("rows", "second")


def test_axes_of_length_one_have_no_name() -> None:
    x, w = input_node("x", (1, FEATURES)), parameter_node(None, (FEATURES, 1))
    assert names_of(x @ w, {"x": x}, {"out.weight": w}) == (None, None)
