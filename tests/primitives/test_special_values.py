"""Zeros of both signs, infinities, nan, ties, the huge and the tiny, for every elementwise one."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import special

from pellucid import primitives as p
from pellucid.dtypes import float32, float64
from pellucid.graph.node import constant_node, input_node
from pellucid.graph.primitive import Elementwise, primitive_named, primitives
from tests.derivatives import compute
from tests.primitives.catalogue import CASES, Case

COMMON = [0.0, 1.0, 0.5, 3.0, 10.0, 100.0, 1e4, 1e-30, 1e30, 3e38, 1e-45, np.inf]
SPECIAL = {
    float32: [sign * x for x in COMMON for sign in (1, -1)] + [np.nan],
    float64: [sign * x for x in (*COMMON, 1e308, 5e-324, 1e-300) for sign in (1, -1)] + [np.nan],
}
FEW = [0.0, -0.0, 1.0, -1.0, 2.0, -2.5, 1e30, -1e30, 1e-45, np.inf, -np.inf, np.nan]
ROWS = [case for case in CASES if case.specials]
IDS = [f"{position}-{case}" for position, case in enumerate(ROWS)]

# Below the normal range numbers have fewer digits; there only the size is compared.
SMALLEST = {float32: 2e-37, float64: 1e-300}


def test_every_elementwise_primitive_on_floats_has_a_row() -> None:
    wanted = {
        one.name
        for one in primitives()
        if isinstance(one, Elementwise) and one.accepts in ("float", "number", "any")
    }
    assert wanted - {"where", "cast"} == {case.primitive for case in ROWS}


@pytest.mark.parametrize("dtype", [float32, float64], ids=str)
@pytest.mark.parametrize("case", ROWS, ids=IDS)
def test_values(case: Case, dtype: Any) -> None:
    if len(case.operands) == 1:
        arrays = [np.array(SPECIAL[dtype], dtype)]
    else:
        arrays = [np.array(column, dtype) for column in zip(*product(FEW, FEW), strict=True)]
    leaves = [input_node(f"x{i}", array.shape, dtype) for i, array in enumerate(arrays)]
    (got,) = compute([case.build(*leaves)], dict(zip(leaves, arrays, strict=True)))
    with np.errstate(all="ignore"):
        expected = np.asarray(case.oracle(*(array.astype(np.longdouble) for array in arrays)))
        for limit, value in case.limits.items():
            expected = np.where(arrays[0] == limit, value, expected)
        expected = expected.astype(got.dtype)
    if got.dtype.kind != "f":
        assert np.array_equal(got, expected)
        return
    relative = {float32: 3e-6, float64: 4e-13}[dtype] * case.rtol
    size = np.abs(arrays[0])
    cancels = {float32: 3e-8, float64: 6e-17}[dtype] * case.atol if case.atol > 1 else 0.0
    for place, (mine, theirs) in enumerate(zip(got, expected, strict=True)):
        at = [array[place] for array in arrays]
        allowed = SMALLEST[dtype]
        if np.isfinite(size[place]):
            allowed += cancels * float(size[place])
        wanted = pytest.approx(float(theirs), rel=relative, abs=allowed, nan_ok=True)
        assert float(mine) == wanted, at
        if case.exact_zero and mine == 0 and theirs == 0:
            assert np.signbit(mine) == np.signbit(theirs), at


LOSES_NAN = {"isfinite", "equal", "not_equal", "less", "less_equal", "multiply_no_nan", "power"}
"""Questions have answers; 0 times nan is 0 for the one made for that; x to the power 0 is 1."""


@pytest.mark.parametrize("case", ROWS, ids=IDS)
def test_nan_stays_nan(case: Case) -> None:
    if case.primitive in LOSES_NAN:
        return
    for dtype in (float32, float64):
        x = input_node("x", (), dtype)
        others = [constant_node(0.5, dtype) for _ in case.operands[1:]]
        (got,) = compute([case.build(x, *others)], {x: np.array(np.nan, dtype)})
        assert np.isnan(got)


@pytest.mark.parametrize("name", ["relu", "step", "leaky_relu", "maximum", "minimum", "clip"])
def test_nan_passes_through_what_compares(name: str) -> None:
    x = input_node("x", (2,))
    build: Any = primitive_named(name)
    node = build(x, 0.0) if name in ("maximum", "minimum") else build(x)
    assert np.isnan(compute([node], {x: np.array([np.nan, -np.nan], np.float32)})[0]).all()


@pytest.mark.parametrize("build", [p.silu, p.gelu, p.gelu_tanh, p.mish])
def test_limits_of_activations(build: Any) -> None:
    for dtype in (float32, float64):
        x = input_node("x", (2,), dtype)
        (got,) = compute([build(x)], {x: np.array([-np.inf, np.inf], dtype)})
        assert got.tolist() == [0.0, np.inf]


BIG = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4 - 1, 1e4 + 1]], np.float32)
HOLED = np.array([[-np.inf, 0.0, 1.0], [-np.inf, -np.inf, 5.0], [1e4, -np.inf, -1e4]], np.float32)


@pytest.mark.parametrize("rows", [BIG, HOLED], ids=["huge", "minus infinity"])
@pytest.mark.parametrize(
    ("build", "oracle"),
    [
        (p.softmax, special.softmax),
        (p.log_softmax, special.log_softmax),
        (lambda x, axis: p.logsumexp(x, axis), special.logsumexp),
    ],
)
def test_stable_forms_along_lines(rows: Any, build: Any, oracle: Any) -> None:
    x = input_node("x", rows.shape)
    (got,) = compute([build(x, axis=-1)], {x: rows})
    assert got.dtype == np.float32
    with np.errstate(divide="ignore"):
        expected = oracle(rows.astype(np.float64), axis=-1)
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=0)


def test_softmax_cross_entropy_at_huge_logits() -> None:
    for rows in (BIG, HOLED):
        for label in range(3):
            x = input_node("x", rows.shape)
            labels = constant_node(np.full(3, label, np.int32))
            (got,) = compute([p.softmax_cross_entropy(x, labels)], {x: rows})
            expected = -special.log_softmax(rows.astype(np.float64), axis=-1)[:, label]
            np.testing.assert_allclose(got, expected, rtol=1e-6, atol=0)


def test_sigmoid_cross_entropy_keeps_its_digits_and_limits() -> None:
    logits = np.array([-np.inf, -1e4, -50, -20, -1, 0, 1, 20, 50, 1e4, np.inf], np.float32)
    x = input_node("x", logits.shape)
    for target, expected in [
        (1.0, -special.log_expit(logits.astype(np.float64))),
        (0.0, -special.log_expit(-logits.astype(np.float64))),
    ]:
        targets = constant_node(np.full(logits.shape, target, np.float32))
        (got,) = compute([p.sigmoid_cross_entropy(x, targets)], {x: logits})
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-42)
    (nan,) = compute([p.sigmoid_cross_entropy(x, p.zeros_like(x))], {x: logits * np.nan})
    assert np.isnan(nan).all()


def test_softplus_and_log_sigmoid_at_huge_arguments() -> None:
    values = np.array([-1e4, -100, -20, 0, 20, 100, 1e4], np.float32)
    x = input_node("x", values.shape)
    soft, log = compute([p.softplus(x), p.log_sigmoid(x)], {x: values})
    wide = values.astype(np.float64)
    np.testing.assert_allclose(soft, -special.log_expit(-wide), rtol=1e-6, atol=1e-43)
    np.testing.assert_allclose(log, special.log_expit(wide), rtol=1e-6, atol=1e-43)


def test_lines_of_minus_infinity_only() -> None:
    x = input_node("x", (2,))
    nothing = {x: np.full(2, -np.inf, np.float32)}
    total, share = compute([p.logsumexp(x), p.softmax(x)], nothing)
    assert total == -np.inf
    assert np.isnan(share).all()


def test_extremes_and_sorting_with_nan_and_ties() -> None:
    values = np.array([3.0, np.nan, -0.0, 0.0, 3.0, np.nan], np.float32)
    x = input_node("x", values.shape)
    nodes = [p.max(x), p.min(x), p.argmax(x), p.argmin(x), p.argsort(x), p.sort(x)]
    top, low, where_top, where_low, order, line = compute(nodes, {x: values})
    assert np.isnan(top)
    assert np.isnan(low)
    assert where_top == 1
    assert where_low == 1
    assert order.tolist() == [2, 3, 0, 4, 1, 5]
    assert line[:4].tolist() == [0.0, 0.0, 3.0, 3.0]
    assert np.isnan(line[4:]).all()
