"""Expressions of kernels: Python computes from the text what the graph means."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

import numpy as np
import pytest

import pellucid.primitives as p
from pellucid.backends import evaluate
from pellucid.backends.native.compiler import lower_graph
from pellucid.backends.native.expressions import ValueNames, kernel_lines, number
from pellucid.backends.native.operations import Uniform
from pellucid.backends.native.plan import Constants, Plan, plan_graph
from pellucid.dtypes import boolean, float32, float64, int32
from pellucid.graph.node import Node, input_node

SEED = 11
LENGTH = 3


def planned(outputs: list[Node]) -> Plan:
    return plan_graph(lower_graph(outputs)[0], {}, None, [], Constants(), handed_out=True)


def lines_of(outputs: list[Node], leaves: Mapping[str, Node]) -> list[str]:
    plan = planned(outputs)
    names = ValueNames(plan, {leaf: name for name, leaf in leaves.items()})
    return [
        line
        for level in plan.levels
        for kernel in level
        for line in kernel_lines(kernel, plan.stored[kernel], names, "all")
    ]


def leaves_of(*names: str, dtype: str = "float64") -> dict[str, Node]:
    return {name: input_node(name, (LENGTH,), dtype) for name in names}


def test_operations_stand_between_their_operands() -> None:
    leaves = leaves_of("a", "b", "c")
    a, b, c = leaves.values()
    for node, text in (
        (a + b + c, "a + b + c"),
        (a + (b + c), "a + (b + c)"),
        (a - (b - c), "a - (b - c)"),
        ((a + b) * c, "(a + b) * c"),
        (a * b / c, "a * b / c"),
        (a / (b / c), "a / (b / c)"),
        (-(a + b), "-(a + b)"),
        (-a * b, "-a * b"),
        ((-a) ** b, "(-a) ** b"),
        ((a**b) ** c, "(a ** b) ** c"),
        (a ** (b**c), "a ** (b ** c)"),
        (p.less(a + b, c), "a + b < c"),
        (p.where(p.less(a, b), a, c), "where(a < b, a, c)"),
        (p.cast(p.less(a, b), float64) * c, "float64(a < b) * c"),
        (p.exp(a - b) * 0.5, "exp(a - b) * 0.5"),
        (p.cast(a, float32), "float32(a)"),
        (p.clip(a * 2.0, -1.0, 1.0), "clip(a * 2, low=-1.0, high=1.0)"),
    ):
        assert lines_of([node], leaves) == [f"%1 = {text}"]


def random_node(draw: random.Random, leaves: list[Node], depth: int) -> Node:
    if not depth or draw.random() < 0.15:
        return draw.choice(leaves)
    kind = draw.choice("+-*/nap")
    left = random_node(draw, leaves, depth - 1)
    if kind == "n":
        return -left
    if kind == "a":
        return p.abs(left)
    right = random_node(draw, leaves, depth - 1)
    if kind == "p":
        return p.power(p.abs(left) + 1.0, right)
    return {"+": left + right, "-": left - right, "*": left * right, "/": left / right}[kind]


@pytest.mark.parametrize("case", range(25))
def test_random_expressions_mean_what_they_say(case: int) -> None:
    draw = random.Random(f"{SEED} {case}")
    leaves = leaves_of("a", "b", "c")
    node = random_node(draw, list(leaves.values()), 5)
    values = {name: np.array([draw.uniform(-2, 2) for _ in range(LENGTH)]) for name in leaves}
    with np.errstate(all="ignore"):
        expected = evaluate(node, {leaves[name]: value for name, value in values.items()})
        known = {**values, "abs": np.abs, "maximum": np.maximum}
        result = np.zeros(0)
        for line in lines_of([node], leaves):
            name, _, expression = line.partition(" = ")
            known[name.replace("%", "v")] = result = eval(expression.replace("%", "v"), known)
    np.testing.assert_allclose(result, expected, rtol=1e-12, err_msg=f"seed {SEED} {case}")


def test_what_is_read_twice_or_reduced_has_a_line_of_its_own() -> None:
    leaves = leaves_of("a", "b")
    a, b = leaves.values()
    shared = p.exp(a)
    assert lines_of([shared * b + shared], leaves) == ["t1 = exp(a)", "%1 = t1 * b + t1"]
    assert lines_of([p.sqrt(p.sum(a * b))], leaves) == ["t1 = sum(a * b over all)", "%1 = sqrt(t1)"]


def test_a_long_expression_is_broken_up() -> None:
    leaves = leaves_of("a", "b")
    a, b = leaves.values()
    node = a
    for _ in range(40):
        node = p.tanh(node) + b
    lines = lines_of([node], leaves)
    assert len(lines) > 4
    assert max(map(len, lines)) < 100
    assert "".join(lines).count("tanh") == 40


def test_names_of_the_user_are_kept_and_quoted() -> None:
    leaves = leaves_of("a", "b c")
    a, b = leaves.values()
    inner = (a + b).named("the sum")
    assert lines_of([inner * 2.0], leaves) == ["the sum = a + 'b c'", "%1 = 'the sum' * 2"]


def test_equal_names_are_told_apart() -> None:
    x = input_node("x", (LENGTH, LENGTH))
    first, second = (x @ x).named("y"), (x @ p.transpose(x)).named("y")
    assert sorted(lines_of([first, second], {"x": x})) == ["y = x @ x", "y#2 = x @ transpose(x)"]


def test_how_an_operand_is_read_is_said() -> None:
    x, v = input_node("x", (4, 6)), input_node("v", (6,))
    for node, text in (
        (x[1:3] * 2.0, "part(x) * 2"),
        (x[:, ::2] * 2.0, "part(x) * 2"),
        (p.flip(x, 0) * 2.0, "part(x) * 2"),
        (p.transpose(x) * 2.0, "transpose(x) * 2"),
        (p.reshape(x, (24,)) * 2.0, "x * 2"),
        (x * v, "x * v"),
        (p.transpose(x), "transpose(x)"),
    ):
        assert lines_of([node], {"x": x, "v": v}) == [f"%1 = {text}"]


def test_numbers_have_the_digits_of_their_type() -> None:
    third = float(np.float32(1 / 3))
    assert number(Uniform(third, float32)) == "0.33333334"
    assert number(Uniform(1 / 3, float64)) == repr(1 / 3)
    assert number(Uniform(-0.0, float32)) == "-0"
    assert number(Uniform(float("nan"), float32)) == "nan"
    assert number(Uniform(-7, int32)) == "-7"
    assert number(Uniform(True, boolean)) == "True"


def test_special_operations_say_their_settings() -> None:
    x = input_node("x", (LENGTH, LENGTH))
    (line,) = lines_of([p.cumulative_sum(x, 1)], {"x": x})
    assert re.fullmatch(r"%1 = cumulative_sum\(x, axis=1.*\)", line)
