"""Verification: each rule broken once, and the message that names pass, node and rule."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.errors import VerificationError
from pellucid.graph.node import Node, input_node
from pellucid.graph.primitive import (
    _PRIMITIVES,
    Attributes,
    Composite,
    TensorType,
    primitive_named,
    primitives,
)
from pellucid.graph.verify import verify
from pellucid.primitives.exponential import Exp


def broken(node: Node, **fields: object) -> Node:
    for field, value in fields.items():
        object.__setattr__(node, field, value)
    return node


def test_what_is_right_passes() -> None:
    x = input_node("x", (2, 3))
    verify([p.softmax(x) + 1.0, p.sum(x)], "building")
    verify([], "building")


def test_a_wrong_shape() -> None:
    node = broken(p.exp(input_node("x", (2, 3))).named("growth"), shape=(3, 2))
    with pytest.raises(
        VerificationError,
        match=r"after fusing: 'growth' \(3, 2\) breaks the rule 'type': it is .*\(3, 2\).*, but "
        r"its inputs give .*\(2, 3\)",
    ):
        verify([p.sum(node)], "fusing")


def test_a_wrong_type_below_the_output() -> None:
    x = input_node("x", (2, 3))
    node = broken(p.exp(x), dtype=np.dtype(np.float64))
    with pytest.raises(VerificationError, match=r"the result of exp .* breaks the rule 'type'"):
        verify([p.reshape(node, (6,))], "a pass")


def test_inputs_that_the_primitive_refuses() -> None:
    x, y = input_node("x", (2, 3)), input_node("y", (3,))
    node = broken(x + x, inputs=(x, y))
    with pytest.raises(
        VerificationError, match=r"breaks the rule 'type': add needs inputs of one shape, got"
    ):
        verify([node], "a pass")


def test_a_primitive_outside_of_the_set() -> None:
    stranger = Exp.__new__(Exp)
    node = broken(p.exp(input_node("x", ())), primitive=stranger)
    with pytest.raises(VerificationError, match="'listed': <primitive exp> is not in the closed s"):
        verify([node], "a pass")


class _Liar(Composite):
    """Its expansion has another shape than it says."""

    name = "a liar for a test"

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        return inputs[0]

    def expand(self, x: Node) -> Node:
        return p.sum(x)


@pytest.fixture
def liar() -> Iterator[_Liar]:
    made = _Liar()
    yield made
    del _PRIMITIVES[made.name]


def test_an_expansion_of_another_type(liar: _Liar) -> None:
    node = Node(liar, (input_node("x", (2,)),))
    with pytest.raises(VerificationError, match=r"rule 'expansion': it is .*, expanded"):
        verify([node], "a pass")


def test_names_of_primitives_are_given_once(liar: _Liar) -> None:
    with pytest.raises(ValueError, match="there is a primitive named 'a liar for a test' already"):
        _Liar()
    assert primitive_named("a liar for a test") is liar
    with pytest.raises(KeyError):
        primitive_named("no such primitive")


def test_the_list_is_in_order_of_name() -> None:
    names = [primitive.name for primitive in primitives()]
    assert names == sorted(names)
    assert repr(primitive_named("exp")) == "<primitive exp>"


def test_depth_is_no_limit() -> None:
    node = input_node("x", ())
    for _ in range(20_000):
        node = p.tanh(node)
    verify([node], "building")
