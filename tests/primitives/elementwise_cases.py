"""Cases of the elementwise primitives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import erf, erfc, inf
from typing import Any

import numpy as np

from pellucid import primitives as p
from tests.jax_oracle import jax
from tests.primitives.case import (
    Array,
    Case,
    Draw,
    Operand,
    around,
    away,
    between,
    coin,
    few,
    off_whole,
    plain,
    positive,
    whole,
)

jnp, nn, lax = jax.numpy, jax.nn, jax.lax

UNARY_SHAPES: list[tuple[int, ...]] = [(3, 5), (), (1,), (7,), (2, 1, 4), (0, 3)]
BINARY_SHAPES: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
    ((3, 5), (3, 5)),
    ((3, 5), (5,)),
    ((3, 1), (1, 4)),
    ((), (2, 3)),
    ((7,), ()),
    ((), ()),
    ((0, 3), (1, 3)),
    ((2, 1, 3), (4, 1)),
]


def unary(
    name: str, build: Any, oracle: Any, draw: Draw, like: Any = None, **more: Any
) -> list[Case]:
    """Return the rows of an elementwise primitive of one input: a row a shape."""
    return [
        Case(
            name,
            build,
            oracle,
            (Operand(shape, draw),),
            jax=like if position == 0 else None,
            specials=position == 0,
            **more,
        )
        for position, shape in enumerate(UNARY_SHAPES)
    ]


def binary(
    name: str, build: Any, oracle: Any, draws: tuple[Draw, Draw], like: Any = None, **more: Any
) -> list[Case]:
    """Return the rows of an elementwise primitive of two inputs: a row a pair of shapes."""
    return [
        Case(
            name,
            build,
            oracle,
            (Operand(x, draws[0]), Operand(y, draws[1])),
            jax=like if position in (0, 2) else None,
            specials=position == 0,
            **more,
        )
        for position, (x, y) in enumerate(BINARY_SHAPES)
    ]


def typed(
    name: str, build: Any, oracle: Any, draws: Sequence[Draw], *dtypes: str, **more: Any
) -> list[Case]:
    """Return rows on elements that are no floats: a row a type and shape."""
    return [
        Case(name, build, oracle, tuple(Operand(shape, d, dtype) for d in draws), **more)
        for dtype in dtypes
        for shape in [(3, 4), (), (0,)]
    ]


def libm(function: Callable[[float], float]) -> Callable[[Array], Array]:
    """Return a function of floats as a function of arrays."""
    return np.vectorize(function, otypes=[np.float64])


WHOLE = ("int32", "int64")
erf_of, erfc_of = libm(erf), libm(erfc)
ALPHA, SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def exponential_linear(alpha: float, scale: float, x: Array) -> Array:
    return np.where(x > 0, scale * x, scale * alpha * np.expm1(np.minimum(x, 0)))


def gelu_of_tanh(x: Array) -> Array:
    inner = np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)
    # (1 + tanh u) / 2 = 1 / (1 + e^(-2u)), which does not cancel.
    return x / (1 + np.exp(-2 * inner))


def softplus_of(x: Array) -> Array:
    return np.logaddexp(np.zeros_like(x), x)


def step_of(x: Array) -> Array:
    return np.where(np.isnan(x), x, np.heaviside(x, 1))


def leaky(slope: float, x: Array) -> Array:
    return np.where(x > 0, x, slope * x)


ELEMENTWISE: list[list[Case]] = [
    unary("abs", p.abs, np.fabs, around, jnp.abs),
    unary("negative", p.negative, lambda x: x * np.longdouble(-1), plain, lambda x: -x),
    unary(
        "sign",
        p.sign,
        lambda x: np.where(np.isnan(x), x, 1.0 * (x > 0) - (x < 0)),
        around,
        jnp.sign,
        exact_zero=False,
    ),
    unary("square", p.square, lambda x: x**2, plain, jnp.square),
    unary("reciprocal", p.reciprocal, lambda x: x ** np.longdouble(-1), around, jnp.reciprocal),
    unary("sqrt", p.sqrt, np.sqrt, positive, jnp.sqrt),
    unary("rsqrt", p.rsqrt, lambda x: 1 / np.sqrt(x), positive, lax.rsqrt),
    unary("floor", p.floor, np.floor, off_whole, jnp.floor),
    unary("round", p.round, np.round, off_whole, jnp.round),
    unary(
        "clip",
        lambda x: p.clip(x, -1.0, 0.5),
        lambda x: np.clip(x, -1.0, 0.5),
        away(-1.0, 0.5),
        lambda x: jnp.clip(x, -1.0, 0.5),
        exact_zero=False,
    ),
    unary(
        "clip",
        lambda x: p.clip(x, low=0.5),
        lambda x: np.where(x < 0.5, 0.5, x),
        away(0.5),
        lambda x: jnp.clip(x, 0.5),
        exact_zero=False,
    ),
    unary("exp", p.exp, np.exp, plain, jnp.exp),
    unary("expm1", p.expm1, np.expm1, plain, jnp.expm1),
    unary("log", p.log, np.log, positive, jnp.log),
    unary("log1p", p.log1p, np.log1p, between(-0.6, 3.0), jnp.log1p),
    unary("sin", p.sin, np.sin, plain, jnp.sin),
    unary("cos", p.cos, np.cos, plain, jnp.cos),
    unary("tanh", p.tanh, np.tanh, plain, jnp.tanh),
    unary("erf", p.erf, erf_of, plain, lax.erf),
    unary("isfinite", p.isfinite, np.isfinite, plain),
    unary("identity", p.identity, lambda x: x, plain, nn.identity),
    unary("step", p.step, step_of, around),
    unary("relu", p.relu, lambda x: np.where(x < 0, 0, x), around, nn.relu, exact_zero=False),
    unary("leaky_relu", p.leaky_relu, partial(leaky, 0.01), around, nn.leaky_relu),
    unary(
        "leaky_relu",
        lambda x: p.leaky_relu(x, 0.3),
        partial(leaky, 0.3),
        around,
        lambda x: nn.leaky_relu(x, 0.3),
    ),
    unary("elu", p.elu, partial(exponential_linear, 1.0, 1.0), around, nn.elu, exact_zero=False),
    unary(
        "elu",
        lambda x: p.elu(x, 0.4),
        partial(exponential_linear, 0.4, 1.0),
        around,
        lambda x: nn.elu(x, 0.4),
        exact_zero=False,
    ),
    unary(
        "selu", p.selu, partial(exponential_linear, ALPHA, SCALE), around, nn.selu, exact_zero=False
    ),
    unary(
        "gelu",
        p.gelu,
        lambda x: x * erfc_of(-x / np.sqrt(2)) / 2,
        plain,
        lambda x: nn.gelu(x, approximate=False),
        limits={-inf: 0.0},
        exact_zero=False,
        atol=10,
        reason="1 + erf cancels far below 0, where the value is small beside the argument",
    ),
    unary(
        "gelu_tanh",
        p.gelu_tanh,
        gelu_of_tanh,
        plain,
        nn.gelu,
        limits={-inf: 0.0},
        exact_zero=False,
        atol=10,
        reason="1 + tanh cancels far below 0, where the value is small beside the argument",
    ),
    unary("sigmoid", p.sigmoid, lambda x: 1 / (1 + np.exp(-x)), plain, nn.sigmoid),
    unary(
        "log_sigmoid",
        p.log_sigmoid,
        lambda x: -softplus_of(-x),
        plain,
        nn.log_sigmoid,
        exact_zero=False,
    ),
    unary(
        "silu",
        p.silu,
        lambda x: x / (1 + np.exp(-x)),
        plain,
        nn.silu,
        limits={-inf: 0.0},
        exact_zero=False,
    ),
    unary("softplus", p.softplus, softplus_of, plain, nn.softplus),
    unary(
        "mish",
        p.mish,
        lambda x: x * np.tanh(softplus_of(x)),
        plain,
        nn.mish,
        limits={-inf: 0.0},
        exact_zero=False,
    ),
    unary(
        "hard_sigmoid",
        p.hard_sigmoid,
        lambda x: np.clip(x / 6 + 0.5, 0, 1),
        away(-3.0, 3.0),
        nn.hard_sigmoid,
        exact_zero=False,
    ),
    unary("hard_tanh", p.hard_tanh, lambda x: np.clip(x, -1, 1), away(-1.0, 1.0), nn.hard_tanh),
    binary("add", p.add, lambda x, y: x + y, (plain, plain), jnp.add),
    binary("subtract", p.subtract, lambda x, y: x - y, (plain, plain), jnp.subtract),
    binary("multiply", p.multiply, lambda x, y: x * y, (plain, plain), jnp.multiply),
    binary("divide", p.divide, lambda x, y: x / y, (plain, around), jnp.divide),
    binary("remainder", p.remainder, np.mod, (between(0.1, 0.9), between(1.0, 3.0)), jnp.remainder),
    binary(
        "remainder", p.remainder, np.mod, (between(4.6, 5.4), between(-2.2, -1.9)), jnp.remainder
    ),
    binary(
        "multiply_no_nan",
        p.multiply_no_nan,
        lambda x, y: np.where(x == 0, 0, x * y),
        (around, plain),
    ),
    binary("power", p.power, np.power, (positive, plain), jnp.power),
    binary(
        "minimum",
        p.minimum,
        lambda x, y: np.where(x < y, x, np.where(np.isnan(x), x, y)),
        (away(0.0), between(-0.05, 0.05)),
        jnp.minimum,
        exact_zero=False,
    ),
    binary(
        "maximum",
        p.maximum,
        lambda x, y: np.where(x > y, x, np.where(np.isnan(x), x, y)),
        (away(0.0), between(-0.05, 0.05)),
        jnp.maximum,
        exact_zero=False,
    ),
    binary("prelu", p.prelu, lambda x, a: np.where(x > 0, x, a * x), (around, plain)),
    binary("equal", p.equal, lambda x, y: x == y, (whole(0, 3), whole(0, 3))),
    binary("not_equal", p.not_equal, lambda x, y: x != y, (whole(0, 3), whole(0, 3))),
    binary("less", p.less, lambda x, y: x < y, (whole(0, 3), whole(0, 3))),
    binary("less_equal", p.less_equal, lambda x, y: x <= y, (whole(0, 3), whole(0, 3))),
]
some = whole(1, 6)
WHOLE_NUMBERS: list[list[Case]] = [
    typed("abs", p.abs, np.abs, [whole(-5, 6)], *WHOLE),
    typed("negative", p.negative, lambda x: 0 - x, [whole(-5, 6)], *WHOLE, "uint8"),
    typed("sign", p.sign, lambda x: (x > 0) * 1 - (x < 0) * 1, [whole(-2, 3)], *WHOLE),
    typed("square", p.square, lambda x: x**2, [whole(-5, 6)], *WHOLE),
    typed("add", p.add, lambda x, y: x + y, [few, few], *WHOLE, "uint8", "uint32"),
    typed("subtract", p.subtract, lambda x, y: x - y, [few, few], *WHOLE, "uint8"),
    typed("multiply", p.multiply, lambda x, y: x * y, [few, whole(0, 90)], *WHOLE, "uint8"),
    typed("remainder", p.remainder, lambda x, y: x - y * (x // y), [whole(-9, 9), some], *WHOLE),
    typed("minimum", p.minimum, lambda x, y: np.where(x < y, x, y), [few, few], *WHOLE, "uint8"),
    typed("maximum", p.maximum, lambda x, y: np.where(x > y, x, y), [few, few], *WHOLE, "uint8"),
    typed("equal", p.equal, lambda x, y: x == y, [few, few], *WHOLE),
    typed("equal", p.equal, lambda x, y: ~(x ^ y), [coin, coin], "bool"),
    typed("not_equal", p.not_equal, lambda x, y: x ^ y, [coin, coin], "bool"),
    typed("less", p.less, lambda x, y: x < y, [few, few], *WHOLE, "uint8"),
    typed("less_equal", p.less_equal, lambda x, y: x <= y, [few, few], *WHOLE, "uint32"),
    typed("logical_and", p.logical_and, lambda x, y: x & y, [coin, coin], "bool"),
    typed("logical_or", p.logical_or, lambda x, y: x | y, [coin, coin], "bool"),
    typed("logical_not", p.logical_not, lambda x: ~x, [coin], "bool"),
    typed(
        "shift_right",
        p.shift_right,
        lambda x, y: x // 2**y,
        [whole(0, 200), whole(0, 8)],
        *WHOLE,
        "uint8",
        "uint32",
    ),
]


def chosen(condition: Array, x: Array, y: Array) -> Array:
    shape = np.broadcast_shapes(condition.shape, x.shape, y.shape)
    condition, x, y = (np.broadcast_to(a, shape) for a in (condition, x, y))
    result = np.array(y)
    result[condition] = x[condition]
    return result


CHOICE = [
    Case(
        "where",
        p.where,
        chosen,
        (Operand(c, coin, "bool"), Operand(x, plain), Operand(y, plain)),
        jax=jnp.where if c == (3, 5) else None,
    )
    for c, x, y in [
        ((3, 5), (3, 5), (3, 5)),
        ((3, 1), (5,), ()),
        ((), (4,), (4,)),
        ((0, 3), (3,), (1, 1)),
        ((2, 3), (2, 1), (4, 1, 1)),
    ]
] + [
    Case(
        "where",
        p.where,
        chosen,
        tuple(Operand((4, 3), draw, dtype) for draw, dtype in ((coin, "bool"), (few, d), (few, d))),
    )
    for d in ("int32", "int64", "uint8")
]

CASTS = [
    Case(
        "cast",
        partial(p.cast, dtype="int32"),
        np.trunc,
        (Operand((3, 4), away(0.0, reach=9)),),
        smooth=False,
    ),
    Case("cast", partial(p.cast, dtype="float64"), lambda x: x, (Operand((3, 4), plain),)),
    Case(
        "cast",
        partial(p.cast, dtype="float32"),
        lambda x: x,
        (Operand((3, 4), plain),),
        smooth=False,
        rtol=1e7,
        reason="the result has the precision of float32",
    ),
    Case("cast", partial(p.cast, dtype="float32"), lambda x: x, (Operand((3, 4), few, "int64"),)),
    Case("cast", partial(p.cast, dtype="float32"), lambda x: x, (Operand((), coin, "bool"),)),
    Case("cast", partial(p.cast, dtype="int64"), lambda x: x, (Operand((0,), few, "uint8"),)),
    Case(
        "cast",
        partial(p.cast, dtype="uint8"),
        lambda x: x % 256,
        (Operand((5,), whole(0, 999), "int32"),),
    ),
    Case("cast", partial(p.cast, dtype="bool"), lambda x: x != 0, (Operand((5,), few, "int32"),)),
]

ELEMENTWISE_CASES: list[Case] = [
    *(case for rows in (*ELEMENTWISE, *WHOLE_NUMBERS) for case in rows),
    *CHOICE,
    *CASTS,
]
