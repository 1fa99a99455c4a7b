"""The cheap words of formulas in machine code, for every element type, against NumPy."""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from pellucid.backends.native import words
from pellucid.backends.native.functions import FUNCTIONS
from pellucid.backends.native.words import EMITTERS
from pellucid.backends.words import compile_formula as compile_in_numpy
from pellucid.dtypes import DTYPES, FLOATS, INTEGERS, DType, boolean, float32, float64
from pellucid.graph.formula import WORDS, argument, constant, word
from pellucid.graph.primitive import Elementwise, primitives
from tests.backends.native.harness import (
    LANES,
    Array,
    bits_of,
    compile_formula,
    compile_word,
)

SEED = 20
NUMBERS = (*FLOATS, *INTEGERS)
ODD = [0.0, 1.0, 0.5, 1.5, 2.5, 3.0, 7.75, 1e-30, 1e30, 1e-45, 2.0**31, 2.0**32, np.inf, np.nan]


def floats(dtype: DType) -> Array:
    """Return floats of all sizes and both signs, those at the edges among them."""
    generator = np.random.default_rng(SEED)
    small = generator.normal(size=40) * 10.0 ** generator.integers(-3, 4, 40)
    limits = np.finfo(dtype)
    edges = [limits.max, limits.tiny, limits.smallest_subnormal, 255.0, 255.5, 256.0, 2.0**63]
    plain = np.concatenate([ODD, [float(edge) for edge in edges], small])
    return np.concatenate([plain, -plain]).astype(dtype)


def integers(dtype: DType) -> Array:
    """Return integers of all sizes, the largest and smallest among them."""
    limits = np.iinfo(dtype)
    spread = [limits.max // 3, limits.max - 1, limits.max, limits.min, limits.min + 1]
    few = [*range(8), *range(30, 35), 62, 63, 64, 100]
    return np.array([*few, *(-x for x in few if limits.min < 0), *spread], dtype)


def samples(dtype: DType) -> Array:
    if dtype == boolean:
        return np.array([False, True])
    return floats(dtype) if dtype.kind == "f" else integers(dtype)


def operands(name: str, dtype: DType) -> list[Array]:
    """Return arrays in which every choice of arguments occurs."""
    return pairs(*[samples(dtype)] * WORDS[name])


def pairs(*each: Array) -> list[Array]:
    """Return columns in which every element of each array meets every one of the others."""
    return [
        np.array(c, a.dtype) for c, a in zip(zip(*product(*each), strict=True), each, strict=True)
    ]


def minimum_of(x: Array, y: Array) -> Array:
    """Return the smaller, the first of equals, and nan if there is one."""
    return np.where(np.isnan(y) | (y < x), y, x)


def maximum_of(x: Array, y: Array) -> Array:
    return np.where(np.isnan(y) | (y > x), y, x)


def shifted(x: Array, y: Array) -> Array:
    """Return floor(x / 2^y) by Python's integers."""
    places = [int(b) if 0 <= int(b) < 64 else 64 for b in y]
    return np.array([int(a) >> b for a, b in zip(x, places, strict=True)], x.dtype)


def floor_remainder(x: Array, y: Array) -> Array:
    """Return the remainder by Python's integers, or by NumPy."""
    if x.dtype.kind == "f":
        return np.remainder(x, y)
    both = zip(x, y, strict=True)
    return np.array([int(a) % int(b) if b else 0 for a, b in both], x.dtype)


ORACLES: list[tuple[str, Callable[..., Any], tuple[DType, ...]]] = [
    ("add", np.add, NUMBERS),
    ("subtract", np.subtract, NUMBERS),
    ("multiply", np.multiply, NUMBERS),
    ("divide", np.divide, FLOATS),
    ("remainder", floor_remainder, NUMBERS),
    ("negate", np.negative, NUMBERS),
    ("abs", np.abs, NUMBERS),
    ("sign", np.sign, NUMBERS),
    ("minimum", minimum_of, NUMBERS),
    ("maximum", maximum_of, NUMBERS),
    ("floor", np.floor, FLOATS),
    ("round", np.round, FLOATS),
    ("sqrt", np.sqrt, FLOATS),
    ("rsqrt", lambda x: np.divide(x.dtype.type(1), np.sqrt(x)), FLOATS),
    ("isfinite", np.isfinite, FLOATS),
    ("equal", np.equal, DTYPES),
    ("not_equal", np.not_equal, DTYPES),
    ("less", np.less, NUMBERS),
    ("less_equal", np.less_equal, NUMBERS),
    ("logical_and", np.logical_and, (boolean,)),
    ("logical_or", np.logical_or, (boolean,)),
    ("logical_not", np.logical_not, (boolean,)),
    ("shift_right", shifted, INTEGERS),
]
ROWS = [(name, oracle, dtype) for name, oracle, dtypes in ORACLES for dtype in dtypes]


def test_every_word_can_be_written_and_is_tested() -> None:
    assert {*EMITTERS, "convert"} == set(WORDS)
    tested = {name for name, _, _ in ORACLES} | {"select", "convert"}
    assert tested | set(FUNCTIONS) == set(WORDS)


@pytest.mark.parametrize(("name", "oracle", "dtype"), ROWS, ids=[f"{n}-{t}" for n, _, t in ROWS])
def test_words_give_the_bits_of_numpy(name: str, oracle: Callable[..., Any], dtype: DType) -> None:
    arrays = operands(name, dtype)
    with np.errstate(all="ignore"):
        expected = oracle(*arrays)
    for lanes in LANES:
        got = compile_word(name, [dtype] * len(arrays), expected.dtype, lanes)(*arrays)
        wrong = np.flatnonzero(bits_of(got) != bits_of(expected))
        assert not len(wrong), [(array[wrong[0]], got[wrong[0]]) for array in arrays]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_selection(dtype: DType) -> None:
    condition, x = pairs(samples(boolean), samples(dtype))
    y = x[::-1].copy()
    for lanes in LANES:
        got = compile_word("select", [boolean, dtype, dtype], dtype, lanes)(condition, x, y)
        assert np.array_equal(bits_of(got), bits_of(np.where(condition, x, y)))


def converted(x: Array, to: DType) -> Array:
    """Return the conversion by Python's numbers where NumPy leaves it open."""
    if x.dtype.kind != "f" or to.kind not in "iu":
        return x.astype(to)
    limits = np.iinfo(to)
    bounded = [0 if np.isnan(a) else max(min(float(a), 2.0**64), -(2.0**64)) for a in x]
    return np.array([max(min(int(a), limits.max), limits.min) for a in bounded], to)


@pytest.mark.parametrize("to", DTYPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_conversions(dtype: DType, to: DType) -> None:
    x = samples(dtype)
    with np.errstate(all="ignore"):
        expected = converted(x, to)
    for lanes in LANES:
        got = compile_word("convert", [dtype], to, lanes, to)(x)
        wrong = np.flatnonzero(bits_of(got) != bits_of(expected))
        assert not len(wrong), (x[wrong[0]], got[wrong[0]], expected[wrong[0]])


@pytest.mark.parametrize("number", [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan])
@pytest.mark.parametrize(("name", "oracle"), [("minimum", minimum_of), ("maximum", maximum_of)])
def test_extremes_with_a_number_in_the_formula(
    name: str, oracle: Callable[..., Array], number: float
) -> None:
    for dtype in FLOATS:
        x = floats(dtype)
        there = np.full_like(x, number)
        for formula, expected in [
            (word(name, argument(0), number), oracle(x, there)),
            (word(name, number, argument(0)), oracle(there, x)),
        ]:
            got = compile_formula(formula, [dtype], dtype, 8)(x)
            assert np.array_equal(bits_of(got), bits_of(expected))


def test_numbers_take_the_type_of_the_first_float() -> None:
    condition, x = pairs(samples(boolean), floats(float64))
    formula = word("select", argument(0), argument(1), 1.0 / 3.0)
    got = compile_formula(formula, [boolean, float64], float64, 4)(condition, x)
    assert np.array_equal(bits_of(got), bits_of(np.where(condition, x, 1.0 / 3.0)))
    whole = integers(np.dtype(np.int32))
    counted = compile_formula(argument(0) + 3, [whole.dtype], whole.dtype, 4)(whole)
    assert np.array_equal(counted, whole + np.int32(3))
    flags = samples(boolean)
    answered = word("logical_or", argument(0), constant(True))
    assert compile_formula(answered, [boolean], boolean, 4)(flags).all()


def test_a_zero_in_a_formula_keeps_its_sign() -> None:
    x = np.array([0.0, -0.0], np.float32)
    got = compile_formula(argument(0) + constant(-0.0), [float32], float32, 4)(x)
    assert np.signbit(got).tolist() == [False, True]


def test_an_expression_that_occurs_twice_is_written_once() -> None:
    quotient = argument(0) / argument(1)
    kernel = compile_formula(quotient * quotient + quotient, [float32] * 2, float32, 4)
    assert kernel.text.count("fdiv") == 1


def elementwise_on_floats() -> list[Elementwise]:
    found = [one for one in primitives() if isinstance(one, Elementwise)]
    return [one for one in found if one.accepts in ("float", "number")]


def expression_of(primitive: Elementwise) -> Any:
    attributes: dict[str, Any] = {"low": -1.0, "high": 1.0, "slope": 0.1, "alpha": 1.3}
    names = inspect.signature(primitive.formula).parameters.values()
    taken = [n.name for n in names if n.kind is n.KEYWORD_ONLY]
    return primitive.expression({name: attributes[name] for name in taken})


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("primitive", elementwise_on_floats(), ids=lambda p: p.name)
def test_every_formula_on_floats_is_that_of_the_reference(
    primitive: Elementwise, dtype: DType
) -> None:
    expression = expression_of(primitive)
    arrays = pairs(*[floats(dtype)] * primitive.arity)
    with np.errstate(all="ignore"):
        expected = compile_in_numpy(expression, dtype)(arrays)
    got = compile_formula(expression, [dtype] * len(arrays), expected.dtype, 8)(*arrays)
    if expected.dtype == boolean:
        assert np.array_equal(got, expected)
        return
    relative = {float32: 2e-6, float64: 2e-15}[dtype]
    # The GELU and its like cancel below 0.
    absolute = np.where(np.isfinite(arrays[-1]), relative * np.abs(arrays[-1]), 0) + 1e-37
    with np.errstate(invalid="ignore"):
        near = np.abs(got - expected) <= relative * np.abs(expected) + absolute
    wrong = np.flatnonzero(~(near | (bits_of(got) == bits_of(expected))))
    assert not len(wrong), [array[wrong[:5]] for array in (*arrays, got, expected)]


def test_the_docstrings() -> None:
    assert doctest.testmod(words).failed == 0
