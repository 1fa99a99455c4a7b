"""Rewriting: fewer nodes, the same bits."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid import simplify as module
from pellucid.backends import evaluate
from pellucid.dtypes import float32, float64
from pellucid.graph.node import Node, constant_node, input_node
from pellucid.graph.primitive import Composite
from pellucid.graph.traversal import topological
from pellucid.primitives.operands import constant_value
from pellucid.simplify import expand_composites, simplify
from tests.naive import NaiveEvaluation, same_bits

AWKWARD = np.array([0.0, -0.0, 1.0, -1.5, np.inf, -np.inf, np.nan, 1e-45, 3e38, 2.0, -7.0, 0.5])

# What should be left: the leaf itself, or a number of nodes.
TO_LEAF: list[Callable[[Node], Node]] = [
    lambda x: x * 1.0,
    lambda x: 1.0 * x,
    lambda x: x * p.ones_like(x),
    lambda x: x / 1.0,
    lambda x: x - 0.0,
    lambda x: x - p.zeros_like(x),
    lambda x: p.negative(p.negative(x)),
    lambda x: p.identity(p.identity(x)),
    lambda x: p.multiply_no_nan(p.ones_like(x), x),
    lambda x: p.reshape(p.reshape(x, (4, 3)), (3, 4)),
    lambda x: p.transpose(p.transpose(x)),
    lambda x: ((x * 1.0) - 0.0) / 1.0,
]
KEPT: list[Callable[[Node], Node]] = [
    lambda x: x + 0.0,
    lambda x: x * 0.0,
    lambda x: x * -1.0,
    lambda x: x - x,
    lambda x: x / x,
    lambda x: x - constant_node(np.full(x.shape, -0.0, x.dtype)),
    lambda x: p.multiply_no_nan(x, 1.0),
    lambda x: 1.0 - x,
    lambda x: 1.0 / x,
    lambda x: p.multiply_no_nan(x, p.zeros_like(x)),
]


@pytest.mark.parametrize("build", TO_LEAF)
def test_what_does_nothing_is_left_out(build: Callable[[Node], Node]) -> None:
    x = input_node("x", (3, 4))
    assert simplify([build(x)])[0] is x


@pytest.mark.parametrize("build", [*TO_LEAF, *KEPT])
def test_bits_are_kept_for_every_value(build: Callable[[Node], Node]) -> None:
    for dtype in (float32, float64):
        x = input_node("x", (3, 4), dtype)
        values = AWKWARD.astype(dtype).reshape(3, 4)
        node = build(x)
        naive = NaiveEvaluation({x: values})(node)
        assert same_bits(naive, evaluate(simplify([node])[0], {x: values}))


@pytest.mark.parametrize("build", KEPT)
def test_what_is_not_exact_stays(build: Callable[[Node], Node]) -> None:
    x = input_node("x", (3, 4))
    node = build(x)
    assert len(topological(simplify([node]))) == len(topological([node]))


def test_whole_numbers_lose_their_zero() -> None:
    n = input_node("n", (3,), "int32")
    assert simplify([n + 0])[0] is n
    assert simplify([0 + n])[0] is n
    assert simplify([n * 1])[0] is n
    assert simplify([n - 0])[0] is n


def test_a_weight_of_zero_makes_zeros() -> None:
    x = input_node("x", (3, 4))
    (got,) = simplify([p.multiply_no_nan(p.zeros_like(x), x)])
    assert len(topological([got])) == 2
    assert not evaluate(got, {}).any()


def test_movements_are_joined() -> None:
    x = input_node("x", (2, 3, 4))
    (once,) = simplify([p.transpose(p.transpose(x, (1, 2, 0)), (1, 2, 0))])
    assert len(topological([once])) == 2
    (twice,) = simplify([p.broadcast(p.broadcast(x, (5, 2, 3, 4)), (6, 5, 2, 3, 4))])
    assert len(topological([twice])) == 2
    (flat,) = simplify([p.reshape(p.broadcast(constant_node(2.0), (2, 3)), (6,))])
    assert [node.primitive.name for node in topological([flat])] == ["constant", "broadcast"]


def test_transposes_are_joined_in_the_right_order() -> None:
    x = input_node("x", (2, 3, 4))
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    orders = [(0, 1, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0), (0, 2, 1), (1, 0, 2)]
    for first, second in product(orders, orders):
        got = evaluate(p.transpose(p.transpose(x, first), second), {x: values})
        assert np.array_equal(got, values.transpose(first).transpose(second))


def test_equal_nodes_become_one() -> None:
    x = input_node("x", (3,))
    y = p.exp(x * 2.0) + p.exp(x * 2.0)
    assert len(topological([y])) == 10
    assert len(topological(simplify([y]))) == 6
    one, other = simplify([p.sin(x), p.sin(x)])
    assert one is other


@pytest.mark.parametrize("reduction", [p.sum, p.product, p.max, p.min])
@pytest.mark.parametrize("axes", [0, -1, (0, 1), (0, 2), None, ()])
def test_a_reduction_that_keeps_its_axes_is_one_with_that_which_does_not(
    reduction: Callable[..., Node], axes: int | tuple[int, ...] | None
) -> None:
    if reduction is p.sum and axes == ():
        return  # That is no node.
    x = input_node("x", (2, 3, 2), "float64")
    values = AWKWARD.reshape(2, 3, 2)
    kept = reduction(x, axes, keepdims=True)
    plain, reshaped = simplify([reduction(x, axes), kept])
    assert not plain.attributes["keepdims"]
    assert reshaped is plain if axes == () else reshaped.inputs == (plain,)
    for finite in (values, np.nan_to_num(values, posinf=3.0, neginf=-0.0)):
        naive = NaiveEvaluation({x: finite})(kept)
        assert same_bits(naive, evaluate(reshaped, {x: finite}))


def test_a_sum_keeps_its_accumulator_and_its_name() -> None:
    x = input_node("x", (3,))
    wide = p.sum(x, 0, keepdims=True, accumulator="float64").named("total")
    narrow, got = simplify([p.sum(x, 0, keepdims=True), wide])
    assert got.name == "total"
    assert got.shape == (1,)
    assert got.inputs != narrow.inputs
    values = np.array([1e8, 1, -1e8], np.float32)
    assert evaluate(got, {x: values}) == 1


def test_the_statistics_of_a_batch_are_computed_once() -> None:
    x = input_node("x", (32, 10))
    statistics = [p.normalize(x, 0, 1e-5), p.mean(x, 0), p.variance(x, 0)]
    nodes = topological(simplify(statistics, lower=True))
    assert [node.primitive.name for node in nodes].count("sum") == 2


def test_what_differs_stays_apart() -> None:
    x, y = input_node("x", (3,)), input_node("y", (3,))
    pairs = [
        (p.sin(x), p.sin(y)),
        (p.clip(x, 0.0, 1.0), p.clip(x, -0.0, 1.0)),
        (p.pad(x, (1,), (0,), value=0.0), p.pad(x, (1,), (0,), value=-0.0)),
        (p.sum(x), p.sum(x, keepdims=True)),
        (constant_node(0.0), constant_node(-0.0)),
        (constant_node(1), constant_node(1, "int64")),
        (constant_node(np.zeros(2)), constant_node(np.zeros((2, 1)))),
        (p.sum(x), p.sum(x, accumulator="float64")),
    ]
    for pair in pairs:
        one, other = simplify(pair)
        assert one is not other


def test_leaves_that_look_alike_are_two() -> None:
    x, y = input_node("x", (3,)), input_node("y", (3,))
    (got,) = simplify([x - y])
    assert set(got.inputs) == {x, y}


def test_a_second_pass_changes_nothing() -> None:
    x = input_node("x", (3,))
    node = p.multiply_no_nan(p.zeros_like(x), x) + p.multiply_no_nan(p.zeros_like(x), p.exp(x))
    once = simplify([p.softmax(node) + node], lower=True)
    again = simplify(once)
    assert again[0] is once[0]


def test_composites_are_expanded_to_any_depth_and_keep_their_name() -> None:
    x = input_node("x", (3, 4))
    node = p.normalize(p.softmax(x), -1, 0.1).named("scaled")
    (got,) = expand_composites([node])
    assert got.name == "scaled"
    assert not any(isinstance(n.primitive, Composite) for n in topological([got]))
    kept = simplify([node])
    assert any(isinstance(n.primitive, Composite) for n in topological(kept))


def test_names_survive() -> None:
    x = input_node("x", (3,))
    (got,) = simplify([p.exp(x * 1.0).named("growth")])
    assert got.name == "growth"
    assert got.inputs == (x,)


def caught() -> bool:
    """Tell whether some graph of this file changes a bit when it is simplified."""
    x = input_node("x", (3, 4), "float64")
    values = AWKWARD.reshape(3, 4)
    return not all(
        same_bits(
            NaiveEvaluation({x: values})(build(x)), evaluate(simplify([build(x)])[0], {x: values})
        )
        for build in [*TO_LEAF, *KEPT]
    )


def plus_zero(node: Node) -> Node | None:
    return node.inputs[0] if module._is_constant(node.inputs[1], 0) else None


def times_zero(node: Node) -> Node | None:
    return p.zeros_like(node) if module._is_constant(node.inputs[1], 0) else None


def minus_any_zero(node: Node) -> Node | None:
    value = constant_value(node.inputs[1])
    return node.inputs[0] if value is not None and not np.any(value) else None


@pytest.mark.parametrize(
    ("name", "rule"),
    [("add", plus_zero), ("multiply", times_zero), ("subtract", minus_any_zero)],
)
def test_a_planted_wrong_rule_is_caught(
    name: str, rule: module.Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not caught()
    monkeypatch.setitem(module._RULES, name, (rule,))
    assert caught()


def test_a_weight_without_zeros_is_a_factor() -> None:
    x = input_node("x", (4, 3))
    weight = p.broadcast(p.reshape(p.full((4,), 0.25, "float32"), (4, 1)), (4, 3))
    (result,) = simplify([p.multiply_no_nan(weight, x)])
    assert result.primitive is p.multiply
    (kept,) = simplify([p.multiply_no_nan(x, x)])
    assert kept.primitive is p.multiply_no_nan


def test_arithmetic_on_constants_is_done_once() -> None:
    numbers = p.reciprocal(constant_node(3.0)), p.sqrt(constant_node(2.0)), p.full((2,), 1.5, "f4")
    results = simplify([*numbers[:2], p.square(numbers[2])])
    values = [constant_value(node) for node in results]
    assert [float(value) for value in values] == [np.float32(1 / 3), np.float32(2**0.5), 2.25]
    (kept,) = simplify([p.exp(constant_node(1.0))])
    assert kept.primitive is p.exp
