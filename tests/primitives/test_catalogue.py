"""Walks the table of primitives: values, layouts, derivatives, second derivatives, against JAX."""

from __future__ import annotations

from collections import Counter
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.dtypes import float32, float64, is_float
from pellucid.graph.node import Node, constant_node, input_node
from pellucid.graph.primitive import Leaf, primitive_named, primitives
from pellucid.graph.verify import verify
from tests import jax_oracle
from tests.derivatives import (
    check_gradients,
    check_second_gradients,
    compute,
    weighted_total,
)
from tests.primitives.catalogue import CASES, Array, Case, values_of

IDS = [f"{position}-{case}" for position, case in enumerate(CASES)]
TOLERANCES = {float32: (2e-6, 3e-7), float64: (1e-13, 1e-14)}
"""Relative and absolute: some units in the last place of numbers around 1."""

SMOOTH = [
    (case, name)
    for case, name in zip(CASES, IDS, strict=True)
    if case.has_floats and case.smooth and primitive_named(case.primitive).differentiable
]
FLAT = [
    (case, name)
    for case, name in zip(CASES, IDS, strict=True)
    if case.has_floats and not primitive_named(case.primitive).differentiable
]


def seed_of(name: str) -> int:
    return crc32(name.encode())


def built(case: Case, dtype: Any, seed: int) -> tuple[Node, dict[Node, Array]]:
    """Return the node of a case on leaves, and the leaves' values."""
    arrays = values_of(case, dtype, seed)
    leaves = [input_node(f"x{i}", array.shape, array.dtype) for i, array in enumerate(arrays)]
    return case.build(*leaves), dict(zip(leaves, arrays, strict=True))


def float_leaves(values: dict[Node, Array]) -> list[Node]:
    return [leaf for leaf in values if is_float(leaf.dtype)]


def expected_value(case: Case, arrays: list[Array]) -> Array:
    wide = [a.astype(np.longdouble) if a.dtype.kind == "f" else a for a in arrays]
    with np.errstate(all="ignore"):
        return np.asarray(case.oracle(*wide))


def assert_close(case: Case, got: Array, expected: Array) -> None:
    assert got.shape == expected.shape
    if got.dtype.kind != "f":
        assert np.array_equal(got, expected)
        return
    relative, absolute = TOLERANCES[got.dtype]
    np.testing.assert_allclose(
        got, expected.astype(got.dtype), rtol=case.rtol * relative, atol=case.atol * absolute
    )


def test_every_primitive_has_a_case_and_every_case_a_primitive() -> None:
    listed = {primitive.name for primitive in primitives() if not isinstance(primitive, Leaf)}
    assert {case.primitive for case in CASES} == listed


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_value(case: Case) -> None:
    for dtype in (float32, float64) if case.has_floats else (float32,):
        for seed in range(3):
            node, values = built(case, dtype, seed_of(str(case)) + seed)
            verify([node], "building")
            (got,) = compute([node], values)
            assert got.dtype == node.dtype
            assert got.shape == node.shape
            assert_close(case, got, expected_value(case, list(values.values())))


def strange_layout(array: Array) -> Array:
    """Return an equal array that lies in memory backwards, with gaps, last axis first."""
    wide = np.zeros([2 * length for length in array.shape[::-1]], array.dtype)
    backwards: list[Any] = [slice(None, None, -2)] * array.ndim
    places = wide[(..., *backwards)].T
    places[...] = array
    return places


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_layout_in_memory_does_not_change_a_bit(case: Case) -> None:
    for dtype in (float32, float64) if case.has_floats else (float32,):
        node, values = built(case, dtype, 5)
        (plain,) = compute([node], values)
        (strange,) = compute([node], {leaf: strange_layout(a) for leaf, a in values.items()})
        assert plain.tobytes() == strange.tobytes()


@pytest.mark.parametrize(("case", "name"), SMOOTH, ids=[name for _, name in SMOOTH])
def test_derivative(case: Case, name: str) -> None:
    for seed in range(2):
        node, values = built(case, float64, seed_of(name) + seed)
        total = weighted_total(node, seed)
        check_gradients(total, values, float_leaves(values), seed=seed_of(name) + seed)


@pytest.mark.parametrize(("case", "name"), SMOOTH, ids=[name for _, name in SMOOTH])
def test_second_derivative(case: Case, name: str) -> None:
    node, values = built(case, float64, seed_of(name))
    # Squared, so that the outer derivative varies too.
    total = weighted_total(p.square(node) + node, 1)
    check_second_gradients(total, values, float_leaves(values), seed=seed_of(name))


@pytest.mark.parametrize(("case", "name"), SMOOTH, ids=[name for _, name in SMOOTH])
def test_derivative_in_float32_is_the_one_in_float64(case: Case, name: str) -> None:
    if case.rtol > 1e3:
        pytest.skip(case.reason)
    found = []
    for dtype in (float32, float64):
        _, values = built(case, float32, seed_of(name))
        leaves = [
            input_node(f"x{i}", leaf.shape, dtype if is_float(leaf.dtype) else leaf.dtype)
            for i, leaf in enumerate(values)
        ]
        given = {
            leaf: array.astype(leaf.dtype)
            for leaf, array in zip(leaves, values.values(), strict=True)
        }
        wanted = gradients(weighted_total(case.build(*leaves), 1), float_leaves(given))
        assert all(g.type == leaf.type for g, leaf in zip(wanted, float_leaves(given), strict=True))
        found.append(compute(wanted, given))
    for single, double in zip(*found, strict=True):
        np.testing.assert_allclose(single, double, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("case", "name"), FLAT, ids=[name for _, name in FLAT])
def test_what_has_no_derivative_gives_zero(case: Case, name: str) -> None:
    node, values = built(case, float64, seed_of(name))
    leaves = float_leaves(values)
    total = weighted_total(p.cast(node, float64), 1)
    for gradient in compute(gradients(total, leaves), values):
        assert not gradient.any()


def some_with_jax() -> list[tuple[Case, str]]:
    """Return the first two cases of each function, since JAX compiles every shape anew."""
    taken: list[tuple[Case, str]] = []
    counts: Counter[str] = Counter()
    for case, name in zip(CASES, IDS, strict=True):
        if case.jax is not None and counts[case.primitive] < 2:
            counts[case.primitive] += 1
            taken.append((case, name))
    return taken


WITH_JAX = some_with_jax()


@pytest.mark.parametrize(("case", "name"), WITH_JAX, ids=[name for _, name in WITH_JAX])
def test_value_and_derivative_agree_with_jax(case: Case, name: str) -> None:
    node, values = built(case, float64, seed_of(name))
    leaves = float_leaves(values)
    random = np.random.default_rng(1)
    weights = random.uniform(-1, 1, node.shape)
    got = compute([node, *gradients(node, leaves, constant_node(weights))], values)
    places = [position for position, leaf in enumerate(values) if leaf in leaves]

    def function(*floats: Any) -> Any:
        arrays: list[Any] = list(values.values())
        for position, array in zip(places, floats, strict=True):
            arrays[position] = array
        assert case.jax is not None
        return case.jax(*arrays)

    with jax_oracle.float64():
        jnp = jax_oracle.jax.numpy
        value, pull_back = jax_oracle.jax.vjp(function, *(jnp.asarray(values[x]) for x in leaves))
        expected = [value, *pull_back(jnp.asarray(weights))]
    for mine, theirs in zip(got, expected, strict=True):
        assert theirs.dtype == np.float64
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-11)
