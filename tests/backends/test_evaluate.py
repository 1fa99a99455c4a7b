"""Computing a few nodes: what comes back, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends import backend_named, evaluate
from pellucid.backends.reference import ReferenceBackend
from pellucid.errors import ExecutionError, GraphError, OptionError
from pellucid.graph.node import Node, constant_node, input_node


def test_one_node_and_several() -> None:
    x = input_node("x", (2,))
    assert evaluate(x * x, {x: [3, 4]}).tolist() == [9, 16]
    one, other, same = evaluate([x + 1.0, p.sum(x), x], {x: [3, 4]})
    assert one.tolist() == [4, 5]
    assert (float(other), other.shape, other.dtype) == (7.0, (), np.float32)
    assert same.tolist() == [3, 4]
    assert evaluate((), {}) == []


def test_constants_need_no_values() -> None:
    assert evaluate(constant_node([1.0, 2.0], "float32") * 2.0, {}).tolist() == [2, 4]


def test_values_take_the_type_of_the_leaf() -> None:
    x, n, b = input_node("x", ()), input_node("n", (), "int32"), input_node("b", (), "bool")
    for node, value in ((x, 0.1), (x, np.float64(0.1)), (x, 3), (n, 3.0), (n, True), (b, 1)):
        assert evaluate(node, {node: value}).dtype == node.dtype


@pytest.mark.parametrize(
    ("dtype", "value"),
    [("int32", 0.5), ("uint8", -1), ("uint8", 300), ("bool", 2), ("int32", 1e20)],
)
def test_values_that_would_change_are_refused(dtype: str, value: Any) -> None:
    n = input_node("n", (), dtype)
    text = f"the value of 'n' does not fit in elements of type {dtype}"
    with pytest.raises(ExecutionError, match=text):
        evaluate(n, {n: value})


def test_values_of_another_shape_are_refused() -> None:
    x = input_node("x", (2,))
    with pytest.raises(
        ExecutionError, match=re.escape("the input 'x' must be float32 (2,), got float32 (3,)")
    ):
        evaluate(x, {x: [1, 2, 3]})


def test_leaves_of_one_name_or_none_are_told_apart() -> None:
    x, y = input_node("x", ()), input_node("x", (2,))
    assert evaluate(x + y, {x: 1, y: [1, 2]}).tolist() == [2, 3]
    with pytest.raises(ExecutionError, match=re.escape("the input 'x (number 1)' must be float32")):
        evaluate(x + y, {x: 1, y: 3})


def test_a_leaf_without_a_value() -> None:
    x, y = input_node("x", (2,)), input_node("y", ())
    with pytest.raises(GraphError, match=re.escape("nothing gives a value to the leaf 'y' ()")):
        evaluate(x + y, {x: [1, 2]})


def test_only_leaves_are_given_values() -> None:
    x = input_node("x", (2,))
    hidden = p.tanh(x).named("hidden")
    with pytest.raises(
        GraphError,
        match=re.escape("the input 'hidden' is 'hidden' (2,): only leaves are given val"),
    ):
        evaluate(p.sum(hidden), {x: [1, 2], hidden: [0, 0]})
    with pytest.raises(GraphError, match="only leaves are given values"):
        evaluate(x, {constant_node(1.0): 2.0, x: [1, 2]})


def test_a_function_without_a_value() -> None:
    x = input_node("x", (2,))
    function = ReferenceBackend().compile_function({"pixels": x}, {"y": p.exp(x)})
    with pytest.raises(ExecutionError, match=re.escape("the input 'pixels' (2,) has no value")):
        function({})
    with pytest.raises(ExecutionError, match="must be float32"):
        function({"pixels": np.zeros(2)})


def test_there_is_no_such_backend() -> None:
    with pytest.raises(OptionError, match="no backend 'gpu': use one of native, reference"):
        backend_named("gpu")
    assert backend_named("reference").name == "reference"


def test_no_warning_escapes() -> None:
    x: Node = input_node("x", (3,))
    got = evaluate(p.log(x) / (x - x), {x: [-1.0, 0.0, 1e30]})
    assert not np.isfinite(got).any()
    assert evaluate(p.clip(x, -1e300, 1e300), {x: [1, 2, 3]}).tolist() == [1, 2, 3]
    assert evaluate(p.cast(x, "int32"), {x: [np.nan, 2.9, -2.9]})[1:].tolist() == [2, -2]
