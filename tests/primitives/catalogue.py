"""The table of all primitives: how each is built, what it should give, and where it is smooth.

A case holds a builder (nodes to a node), an oracle on arrays that is not pellucid's own formula,
operands (shape, a way to draw values in a range where the function is smooth, element type), and
JAX's function of the same meaning where there is one. Oracles of float cases receive NumPy's
longdouble, whose functions are the C library's and whose range is wider, so that textbook forms
serve. Tests walk the table; a primitive without a case fails them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from math import erf, erfc, inf
from typing import Any

import numpy as np

import tests.jax_oracle
from pellucid import primitives as p
from pellucid.dtypes import boolean, float32, float64
from pellucid.graph.node import Node
from pellucid.primitives.random import bernoulli, normal, random_bits, uniform
from tests.philox_scalar import words

jax = tests.jax_oracle.jax
jnp, nn, lax = jax.numpy, jax.nn, jax.lax

Array = np.ndarray[Any, Any]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Array]


def between(low: float, high: float) -> Draw:
    """Uniform numbers."""
    return lambda random, shape: random.uniform(low, high, shape)


def away(*points: float, reach: float = 2.5, gap: float = 0.1) -> Draw:
    """Numbers at a distance from `gap` to `reach` from points where the function has a kink."""
    edges = [-reach + min(points), *points, max(points) + reach]
    spans = [(low + gap, high - gap) for low, high in pairwise(edges)]

    def draw(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
        chosen = np.array(spans)[random.integers(0, len(spans), shape)]
        return np.asarray(random.uniform(chosen[..., 0], chosen[..., 1]))

    return draw


def spaced(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Numbers no two of which are near each other, so that there are no ties."""
    count = int(np.prod(shape))
    return (random.permutation(count).reshape(shape) - count / 2) * 0.25


def off_whole(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Numbers off the whole and the half ones."""
    halves = random.integers(-6, 6, shape) / 2
    return np.asarray(halves + random.uniform(0.1, 0.4, shape))


def whole(low: int, high: int) -> Draw:
    """Whole numbers from low up to, not including, high: many ties."""
    return lambda random, shape: random.integers(low, high, shape)


def distinct(length: int) -> Draw:
    """Different whole numbers below `length`, along the last axis."""

    def draw(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
        lines = [random.permutation(length)[: shape[-1]] for _ in range(int(np.prod(shape[:-1])))]
        return np.array(lines, np.int64).reshape(shape)

    return draw


def coin(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Booleans."""
    return random.random(shape) < 0.5


@dataclass(frozen=True)
class Operand:
    """One input of a case; the element type "float" stands for each of the floats in turn."""

    shape: tuple[int, ...]
    draw: Draw
    dtype: str = "float"


@dataclass(frozen=True)
class Case:
    """One row of the table.

    `rtol` and `atol` loosen float32 and float64 together, as multiples of the usual ones, and
    `reason` says why. `exact_zero` tells whether the sign of a zero is defined.
    """

    primitive: str
    build: Callable[..., Node]
    oracle: Callable[..., Any]
    operands: tuple[Operand, ...] = ()
    jax: Callable[..., Any] | None = None
    rtol: float = 1
    atol: float = 1
    reason: str = ""
    smooth: bool = True
    specials: bool = False
    exact_zero: bool = True
    limits: dict[float, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert (self.rtol, self.atol) == (1, 1) or self.reason, "a looser tolerance has a reason"

    @property
    def has_floats(self) -> bool:
        return any(operand.dtype == "float" for operand in self.operands)

    def __str__(self) -> str:
        shapes = "x".join(str(operand.shape).replace(" ", "") for operand in self.operands)
        types = ",".join(o.dtype for o in self.operands if o.dtype != "float")
        return f"{self.primitive}{shapes}{types}"


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


def unary(name: str, build: Any, oracle: Any, draw: Draw, like: Any = None, **more: Any) -> list[
    Case
]:
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
positive = between(0.3, 3.0)
plain = between(-2.5, 2.5)
around = away(0.0)
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
    unary("sign", p.sign, lambda x: np.where(np.isnan(x), x, 1.0 * (x > 0) - (x < 0)), around,
          jnp.sign, exact_zero=False),
    unary("square", p.square, lambda x: x**2, plain, jnp.square),
    unary("reciprocal", p.reciprocal, lambda x: x ** np.longdouble(-1), around, jnp.reciprocal),
    unary("sqrt", p.sqrt, np.sqrt, positive, jnp.sqrt),
    unary("rsqrt", p.rsqrt, lambda x: 1 / np.sqrt(x), positive, lax.rsqrt),
    unary("floor", p.floor, np.floor, off_whole, jnp.floor),
    unary("round", p.round, np.round, off_whole, jnp.round),
    unary("clip", lambda x: p.clip(x, -1.0, 0.5), lambda x: np.clip(x, -1.0, 0.5),
          away(-1.0, 0.5), lambda x: jnp.clip(x, -1.0, 0.5), exact_zero=False),
    unary("clip", lambda x: p.clip(x, low=0.5), lambda x: np.where(x < 0.5, 0.5, x),
          away(0.5), lambda x: jnp.clip(x, 0.5), exact_zero=False),
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
    unary("leaky_relu", lambda x: p.leaky_relu(x, 0.3), partial(leaky, 0.3), around,
          lambda x: nn.leaky_relu(x, 0.3)),
    unary("elu", p.elu, partial(exponential_linear, 1.0, 1.0), around, nn.elu,
          exact_zero=False),
    unary("elu", lambda x: p.elu(x, 0.4), partial(exponential_linear, 0.4, 1.0), around,
          lambda x: nn.elu(x, 0.4), exact_zero=False),
    unary("selu", p.selu, partial(exponential_linear, ALPHA, SCALE), around, nn.selu,
          exact_zero=False),
    unary("gelu", p.gelu, lambda x: x * erfc_of(-x / np.sqrt(2)) / 2, plain,
          lambda x: nn.gelu(x, approximate=False), limits={-inf: 0.0}, exact_zero=False, atol=10,
          reason="1 + erf cancels far below 0, where the value is small beside the argument"),
    unary("gelu_tanh", p.gelu_tanh, gelu_of_tanh, plain, nn.gelu, limits={-inf: 0.0},
          exact_zero=False, atol=10,
          reason="1 + tanh cancels far below 0, where the value is small beside the argument"),
    unary("sigmoid", p.sigmoid, lambda x: 1 / (1 + np.exp(-x)), plain, nn.sigmoid),
    unary("log_sigmoid", p.log_sigmoid, lambda x: -softplus_of(-x), plain, nn.log_sigmoid,
          exact_zero=False),
    unary("silu", p.silu, lambda x: x / (1 + np.exp(-x)), plain, nn.silu, limits={-inf: 0.0},
          exact_zero=False),
    unary("softplus", p.softplus, softplus_of, plain, nn.softplus),
    unary("mish", p.mish, lambda x: x * np.tanh(softplus_of(x)), plain, nn.mish,
          limits={-inf: 0.0}, exact_zero=False),
    unary("hard_sigmoid", p.hard_sigmoid, lambda x: np.clip(x / 6 + 0.5, 0, 1),
          away(-3.0, 3.0), nn.hard_sigmoid, exact_zero=False),
    unary("hard_tanh", p.hard_tanh, lambda x: np.clip(x, -1, 1), away(-1.0, 1.0), nn.hard_tanh),
    binary("add", p.add, lambda x, y: x + y, (plain, plain), jnp.add),
    binary("subtract", p.subtract, lambda x, y: x - y, (plain, plain), jnp.subtract),
    binary("multiply", p.multiply, lambda x, y: x * y, (plain, plain), jnp.multiply),
    binary("divide", p.divide, lambda x, y: x / y, (plain, around), jnp.divide),
    binary("remainder", p.remainder, np.mod, (between(0.1, 0.9), between(1.0, 3.0)),
           jnp.remainder),
    binary("remainder", p.remainder, np.mod, (between(4.6, 5.4), between(-2.2, -1.9)),
           jnp.remainder),
    binary("multiply_no_nan", p.multiply_no_nan, lambda x, y: np.where(x == 0, 0, x * y),
           (around, plain)),
    binary("power", p.power, np.power, (positive, plain), jnp.power),
    binary("minimum", p.minimum, lambda x, y: np.where(x < y, x, np.where(np.isnan(x), x, y)),
           (away(0.0), between(-0.05, 0.05)), jnp.minimum, exact_zero=False),
    binary("maximum", p.maximum, lambda x, y: np.where(x > y, x, np.where(np.isnan(x), x, y)),
           (away(0.0), between(-0.05, 0.05)), jnp.maximum,
           exact_zero=False),
    binary("prelu", p.prelu, lambda x, a: np.where(x > 0, x, a * x), (around, plain)),
    binary("equal", p.equal, lambda x, y: x == y, (whole(0, 3), whole(0, 3))),
    binary("not_equal", p.not_equal, lambda x, y: x != y, (whole(0, 3), whole(0, 3))),
    binary("less", p.less, lambda x, y: x < y, (whole(0, 3), whole(0, 3))),
    binary("less_equal", p.less_equal, lambda x, y: x <= y, (whole(0, 3), whole(0, 3))),
]

few, some = whole(0, 6), whole(1, 6)
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
    typed("shift_right", p.shift_right, lambda x, y: x // 2**y, [whole(0, 200), whole(0, 8)],
          *WHOLE, "uint8", "uint32"),
]


def chosen(condition: Array, x: Array, y: Array) -> Array:
    shape = np.broadcast_shapes(condition.shape, x.shape, y.shape)
    condition, x, y = (np.broadcast_to(a, shape) for a in (condition, x, y))
    result = np.array(y)
    result[condition] = x[condition]
    return result


CHOICE = [
    Case("where", p.where, chosen, (Operand(c, coin, "bool"), Operand(x, plain), Operand(y, plain)),
         jax=jnp.where if c == (3, 5) else None)
    for c, x, y in [((3, 5), (3, 5), (3, 5)), ((3, 1), (5,), ()), ((), (4,), (4,)),
                    ((0, 3), (3,), (1, 1)), ((2, 3), (2, 1), (4, 1, 1))]
] + [
    Case("where", p.where, chosen, tuple(
        Operand((4, 3), draw, dtype) for draw, dtype in ((coin, "bool"), (few, d), (few, d))))
    for d in ("int32", "int64", "uint8")
]

CASTS = [
    Case("cast", partial(p.cast, dtype="int32"), np.trunc, (Operand((3, 4), away(0.0, reach=9)),),
         smooth=False),
    Case("cast", partial(p.cast, dtype="float64"), lambda x: x, (Operand((3, 4), plain),)),
    Case("cast", partial(p.cast, dtype="float32"), lambda x: x, (Operand((3, 4), plain),),
         smooth=False, rtol=1e7, reason="the result has the precision of float32"),
    Case("cast", partial(p.cast, dtype="float32"), lambda x: x, (Operand((3, 4), few, "int64"),)),
    Case("cast", partial(p.cast, dtype="float32"), lambda x: x, (Operand((), coin, "bool"),)),
    Case("cast", partial(p.cast, dtype="int64"), lambda x: x, (Operand((0,), few, "uint8"),)),
    Case("cast", partial(p.cast, dtype="uint8"), lambda x: x % 256,
         (Operand((5,), whole(0, 999), "int32"),)),
    Case("cast", partial(p.cast, dtype="bool"), lambda x: x != 0, (Operand((5,), few, "int32"),)),
]


def lines(function: Callable[[list[Any]], Any], x: Array, axis: int) -> Array:
    """Apply a function of lists to every line along an axis, and keep the axis."""
    if not x.size:
        return np.zeros(x.shape)
    moved = np.moveaxis(x, axis, -1)
    results = [np.atleast_1d(function(list(line))) for line in moved.reshape(-1, moved.shape[-1])]
    return np.moveaxis(np.array(results).reshape(*moved.shape[:-1], -1), -1, axis)


def over(axes: tuple[int, ...] | None, keepdims: bool, function: Callable[[Array], Any]) -> Any:
    """Return an oracle that reduces axes, one output element at a time."""

    def reduce(x: Array) -> Array:
        taken = tuple(range(x.ndim)) if axes is None else tuple(a % x.ndim for a in axes)
        kept = [axis for axis in range(x.ndim) if axis not in taken]
        result = np.zeros([x.shape[axis] for axis in kept], x.dtype)
        for index in np.ndindex(*result.shape):
            at: list[Any] = [slice(None)] * x.ndim
            for axis, position in zip(kept, index, strict=True):
                at[axis] = position
            result[index] = function(x[tuple(at)].ravel())
        return np.expand_dims(result, taken) if keepdims else result

    return reduce


def running(start: Any, combine: Callable[[Any, Any], Any]) -> Callable[[Array], Any]:
    def total(elements: Array) -> Any:
        result = elements.dtype.type(start)
        for element in elements:
            result = combine(result, element)
        return result

    return total


REDUCED: list[tuple[tuple[int, ...], tuple[int, ...] | None, bool]] = [
    ((3, 4), None, False), ((3, 4), (0,), False), ((3, 4), (-1,), True), ((2, 3, 5), (0, 2), False),
    ((7,), (0,), False), ((1, 1), (1,), False), ((2, 3, 2), (1,), True), ((), None, False),
]  # fmt: skip
EMPTY: list[tuple[tuple[int, ...], tuple[int, ...] | None, bool]] = [
    ((0, 3), (0,), False), ((3, 0), None, True), ((0, 3), (1,), False),
]  # fmt: skip


def reduction(
    name: str, build: Any, one: Any, draw: Draw, like: Any, empty: bool, **more: Any
) -> list[Case]:
    rows = REDUCED + (EMPTY if empty else EMPTY[2:])
    return [
        Case(
            name,
            partial(build, axis=axes, keepdims=keep),
            over(axes, keep, one),
            (Operand(shape, draw),),
            jax=like and partial(like, axis=axes, keepdims=keep) if shape == (2, 3, 5) else None,
            **more,
        )
        for shape, axes, keep in rows
    ]


add_up, multiply_up = running(0, lambda a, b: a + b), running(1, lambda a, b: a * b)


def log_sum(x: Array) -> Any:
    return np.log(add_up(np.exp(x)))


def average(x: Array) -> Any:
    return add_up(x) / len(x)


def spread_of(x: Array) -> Any:
    return average((x - average(x)) ** 2)


REDUCTIONS: list[list[Case]] = [
    reduction("sum", p.sum, add_up, plain, jnp.sum, True),
    reduction("product", p.product, multiply_up, around, jnp.prod, True),
    reduction("max", p.max, lambda x: sorted(x)[-1], spaced, jnp.max, False),
    reduction("min", p.min, lambda x: sorted(x)[0], spaced, jnp.min, False),
    reduction("mean", p.mean, average, plain, jnp.mean, False),
    reduction("variance", p.variance, spread_of, plain, jnp.var, False),
    reduction("logsumexp", p.logsumexp, log_sum, plain, nn.logsumexp, False),
    [
        Case(name, partial(build, axis=0), over((0,), False, one), (Operand((4, 3), few, dtype),))
        for name, build, one in (
            ("sum", p.sum, add_up),
            ("product", p.product, multiply_up),
            ("max", p.max, max),
            ("min", p.min, min),
        )
        for dtype in ("int32", "int64", "uint8")
    ],
    [
        Case("sum", partial(p.sum, axis=0, accumulator="float64"), over((0,), False, add_up),
             (Operand((50, 2), plain),)),
    ],
    [
        Case("product", partial(p.product, axis=1), over((1,), False, multiply_up),
             (Operand((5, 4), draw),), jax=partial(jnp.prod, axis=1))
        for draw in (whole(0, 2), whole(0, 3), whole(-1, 2))
    ],
]  # fmt: skip


def largest(line: list[Any]) -> int:
    return max(range(len(line)), key=lambda i: (line[i], -i))


def smallest(line: list[Any]) -> int:
    return min(range(len(line)), key=lambda i: (line[i], i))


def stable_order(line: list[Any]) -> list[int]:
    return sorted(range(len(line)), key=line.__getitem__)


LINES: list[Case] = [
    Case(name, partial(build, axis=axis, **extra), partial(lines, one, axis=axis),
         (Operand(shape, draw, dtype),), smooth=False)
    for shape, axis in (((3, 4), -1), ((3, 4), 0), ((2, 3, 2), 1), ((5,), 0), ((1, 1), 1))
    for draw, dtype in ((whole(0, 4), "float"), (plain, "float"), (few, "int32"), (few, "uint8"))
    for name, build, one, extra in (
        ("argmax", p.argmax, largest, {"keepdims": True}),
        ("argmin", p.argmin, smallest, {"keepdims": True}),
        ("argsort", p.argsort, stable_order, {}),
    )
] + [
    Case("argsort", partial(p.argsort, axis=1), partial(lines, stable_order, axis=1),
         (Operand((2, 0), plain),), smooth=False),
]  # fmt: skip


def sums_so_far(line: list[Any]) -> list[Any]:
    return [sum(line[: i + 1]) for i in range(len(line))]


def sums_from_here(line: list[Any]) -> list[Any]:
    return [sum(line[i:]) for i in range(len(line))]


RUNNING: list[Case] = [
    Case("cumulative_sum", partial(p.cumulative_sum, axis=axis, reverse=reverse),
         partial(lines, sums_from_here if reverse else sums_so_far, axis=axis),
         (Operand(shape, draw, dtype),),
         jax=partial(lax.cumsum, axis=axis % len(shape), reverse=reverse)
         if dtype == "float" and shape == (2, 3, 2) else None)
    for shape, axis in (((3, 4), -1), ((2, 3, 2), 1), ((7,), 0), ((0, 3), 0), ((2, 0), 1))
    for reverse in (False, True)
    for draw, dtype in ((plain, "float"), (few, "int64"))
]  # fmt: skip


def product_of_matrices(x: Array, y: Array) -> Array:
    """The definition, with vectors as NumPy takes them."""
    row, column = x.ndim == 1, y.ndim == 1
    x = x[None, :] if row else x
    y = y[:, None] if column else y
    result = (x[..., :, :, None] * y[..., None, :, :]).sum(-2)
    result = result[..., 0] if column else result
    return result[..., 0, :] if row and not column else result[..., 0] if row else result


MATRICES: list[Case] = [
    Case("matmul", p.matmul, product_of_matrices, (Operand(x, plain), Operand(y, plain)),
         jax=jnp.matmul if position < 3 else None, atol=10,
         reason="sums of up to 33 products that cancel")
    for position, (x, y) in enumerate([
        ((3, 4), (4, 2)), ((5, 3, 4), (4, 2)), ((5, 3, 4), (5, 4, 2)), ((1, 3, 4), (2, 4, 2)),
        ((2, 1, 3, 4), (5, 4, 1)), ((4,), (4, 3)), ((3, 4), (4,)), ((4,), (4,)), ((1, 1), (1, 1)),
        ((0, 4), (4, 2)), ((3, 0), (0, 2)), ((2, 3, 4), (4,)), ((4,), (2, 4, 3)),
        ((3, 4), (5, 4, 2)), ((17, 33), (33, 19)),
    ])
] + [
    Case("matmul", partial(p.matmul, accumulator="float64"), product_of_matrices,
         (Operand((3, 40), plain), Operand((40, 2), plain))),
]  # fmt: skip


def fortran_counted(shape: tuple[int, ...], x: Array) -> Array:
    result = np.zeros(shape, x.dtype)
    for target, source in zip(np.ndindex(*shape), np.ndindex(*x.shape), strict=True):
        result[target] = x[source]
    return result


def with_axes(order: tuple[int, ...], x: Array) -> Array:
    result = np.zeros([x.shape[axis] for axis in order], x.dtype)
    for source in np.ndindex(*x.shape):
        result[tuple(source[axis] for axis in order)] = x[source]
    return result


def repeated(shape: tuple[int, ...], x: Array) -> Array:
    return x + np.zeros(shape, x.dtype)


def joined(axis: int, *arrays: Array) -> Array:
    return np.moveaxis(
        np.array([part for a in arrays for part in np.moveaxis(a, axis, 0)]), 0, axis
    )


def reversed_along(axes: tuple[int, ...], x: Array) -> Array:
    for axis in axes:
        x = np.moveaxis(np.array(list(np.moveaxis(x, axis, 0))[::-1]), 0, axis)
    return x


def padded(low: Any, high: Any, interior: Any, value: Any, x: Array) -> Array:
    ends = zip(x.shape, low, high, interior, strict=True)
    result = np.full([a + n + max(0, n - 1) * i + b for n, a, b, i in ends], value, x.dtype)
    for index in np.ndindex(*x.shape):
        at = (a + k * (i + 1) for k, a, i in zip(index, low, interior, strict=True))
        result[tuple(at)] = x[index]
    return result


def cut(starts: Any, stops: Any, steps: Any, x: Array) -> Array:
    ranges = [list(range(*bounds)) for bounds in zip(starts, stops, steps, strict=True)]
    return x[np.ix_(*ranges)] if ranges else x


def moves(x: Draw, dtype: str) -> list[Case]:
    """Return the rows of the primitives that only move elements, for one type of elements."""

    def case(name: str, build: Any, oracle: Any, *shapes: tuple[int, ...], like: Any = None) -> Case:
        operands = tuple(Operand(shape, x, dtype) for shape in shapes)
        return Case(name, build, oracle, operands, jax=like if dtype == "float" else None)

    rows = [
        case("reshape", partial(p.reshape, shape=given), partial(fortran_counted, result), shape,
             like=partial(jnp.reshape, shape=result))
        for shape, given, result in [
            ((2, 6), (3, -1), (3, 4)), ((), (1, 1), (1, 1)), ((1,), (), ()), ((4,), -1, (4,)),
            ((0, 3), (3, -1), (3, 0)), ((2, 3, 4), (4, 6), (4, 6)), ((6,), (1, 6, 1), (1, 6, 1)),
        ]
    ]
    rows += [
        case("transpose", partial(p.transpose, axes=given), partial(with_axes, order), shape,
             like=partial(jnp.transpose, axes=order))
        for shape, given, order in [
            ((2, 3), None, (1, 0)), ((2, 3, 4), (1, 2, 0), (1, 2, 0)), ((), None, ()),
            ((2, 3, 4), (-1, 0, 1), (2, 0, 1)), ((0, 3), None, (1, 0)), ((5,), (0,), (0,)),
        ]
    ]
    rows += [
        case("broadcast", partial(p.broadcast, shape=shape), partial(repeated, shape), source,
             like=partial(jnp.broadcast_to, shape=shape))
        for source, shape in [
            ((), (2, 3)), ((3, 1), (3, 4)), ((1,), (0,)), ((3,), (2, 3)), ((1, 3, 1), (4, 2, 3, 5)),
            ((0, 1), (0, 2)), ((1,), (5,)), ((2,), (2,)),
        ]
    ] if dtype != "bool" else [
        case("broadcast", partial(p.broadcast, shape=(2, 3)), lambda a: np.array([a, a]), (3,)),
    ]
    rows += [
        case("concatenate", lambda *a, k=axis: p.concatenate(a, k), partial(joined, axis), *shapes,
             like=lambda *a, k=axis: jnp.concatenate(a, k))
        for axis, shapes in [
            (0, ((2, 3), (1, 3))), (1, ((2, 3), (2, 0), (2, 4))), (-1, ((2, 1, 3), (2, 1, 1))),
            (0, ((2,), (3,), (1,))), (0, ((4,),)),
        ]
    ]
    rows += [
        case("slice", lambda a, b=bounds: p.take_slice(a, *b), partial(cut, *bounds), shape,
             like=lambda a, b=bounds: lax.slice(a, *b))
        for shape, bounds in [
            ((5,), ((1,), (4,), (1,))), ((7, 4), ((1, 0), (7, 4), (3, 2))), ((5,), ((2,), (2,), (1,))),
            ((4, 0), ((1, 0), (3, 0), (1, 1))), ((6,), ((0,), (6,), (4,))), ((), ((), (), ())),
            ((3, 5), ((0, 4), (3, 5), (1, 1))),
        ]
    ]
    rows += [
        case("pad", lambda a, w=widths: p.pad(a, *w, value=0), partial(padded, *widths, 0), shape,
             like=lambda a, w=widths: lax.pad(a, a.dtype.type(0), tuple(zip(*w, strict=True))))
        for shape, widths in [
            ((3,), ((1,), (2,), (0,))), ((2, 3), ((0, 1), (1, 0), (2, 1))), ((0,), ((1,), (1,), (2,))),
            ((1, 2), ((0, 0), (0, 0), (3, 1))), ((), ((), (), ())), ((2,), ((0,), (0,), (0,))),
        ]
    ]
    rows += [
        case("flip", partial(p.flip, axes=given), partial(reversed_along, axes), shape,
             like=partial(jnp.flip, axis=axes))
        for shape, given, axes in [
            ((4,), None, (0,)), ((2, 3), (1,), (1,)), ((2, 3, 2), (0, -1), (0, 2)), ((0, 3), 1, (1,)),
            ((), None, ()), ((1,), 0, (0,)),
        ]
    ]  # fmt: skip
    return rows


MOVES: list[Case] = [
    *moves(plain, "float"),
    *moves(few, "int32"),
    *moves(few, "uint8"),
    *moves(coin, "bool"),
    Case("pad", lambda x: p.pad(x, (1, 0), (0, 2), value=-inf),
         partial(padded, (1, 0), (0, 2), (0, 0), -inf), (Operand((2, 2), plain),), smooth=False),
]  # fmt: skip


def gathered(axis: int, along: bool, x: Array, indices: Array) -> Array:
    axis %= x.ndim
    if along:
        result = np.zeros(indices.shape, x.dtype)
        for at in np.ndindex(*indices.shape):
            result[at] = x[(*at[:axis], indices[at], *at[axis + 1 :])]
        return result
    result = np.zeros(x.shape[:axis] + indices.shape + x.shape[axis + 1 :], x.dtype)
    for at in np.ndindex(*result.shape):
        inner = at[axis : axis + indices.ndim]
        result[at] = x[(*at[:axis], indices[inner], *at[axis + indices.ndim :])]
    return result


def scattered(
    axis: int, along: bool, mode: str, x: Array, indices: Array, updates: Array
) -> Array:
    result, axis = np.array(x), axis % x.ndim
    for at in np.ndindex(*updates.shape):
        if along:
            target = (*at[:axis], indices[at], *at[axis + 1 :])
        else:
            inner = at[axis : axis + indices.ndim]
            target = (*at[:axis], indices[inner], *at[axis + indices.ndim :])
        result[target] = updates[at] + (result[target] if mode == "add" else 0)
    return result


INDEXED: list[tuple[tuple[int, ...], tuple[int, ...], int, bool, str]] = [
    ((5, 3), (4,), 0, False, "int32"), ((5, 3), (2, 2), 0, False, "int64"),
    ((3, 5), (4,), 1, False, "int32"), ((2, 5, 3), (6,), -2, False, "uint8"),
    ((5,), (), 0, False, "int32"), ((5, 2), (0,), 0, False, "int32"), ((5,), (9,), 0, True, "int32"),
    ((5, 3), (2, 3), 0, True, "int64"), ((3, 5), (3, 7), -1, True, "int32"),
    ((2, 5, 2), (2, 1, 2), 1, True, "uint32"), ((5, 3), (0, 3), 0, True, "int32"),
]  # fmt: skip


def chosen_shape(x: Any, indices: Any, axis: int, along: bool) -> tuple[int, ...]:
    return indices if along else x[: axis % len(x)] + indices + x[axis % len(x) + 1 :]


def jax_gather(axis: int, along: bool, x: Any, indices: Any) -> Any:
    return (jnp.take_along_axis if along else jnp.take)(x, indices, axis=axis)


INDICES: list[Case] = [
    Case("gather", partial(p.gather, axis=axis, along=along), partial(gathered, axis, along),
         (Operand(x, plain), Operand(indices, whole(0, 5), dtype)),
         jax=partial(jax_gather, axis, along))
    for x, indices, axis, along, dtype in INDEXED
] + [
    Case("gather", p.gather, partial(gathered, 0, False),
         (Operand((5, 2), coin, "bool"), Operand((3,), whole(0, 5), "int32"))),
] + [
    Case("scatter", partial(p.scatter, axis=axis, along=along, mode=mode),
         partial(scattered, axis, along, mode),
         (Operand(x, plain), Operand(indices, whole(0, 5), dtype),
          Operand(chosen_shape(x, indices, axis, along), plain)))
    for x, indices, axis, along, dtype in INDEXED
    for mode in ("add", "set")
] + [
    Case("scatter", partial(p.scatter, mode="add"), partial(scattered, 0, False, "add"),
         (Operand((5,), few, "int32"), Operand((7,), whole(0, 5), "int32"),
          Operand((7,), few, "int32"))),
    Case("scatter", partial(p.scatter, mode="set"), partial(scattered, 0, False, "set"),
         (Operand((5,), few, "uint8"), Operand((7,), whole(0, 5), "int32"),
          Operand((7,), few, "uint8"))),
    Case("scatter", p.scatter, partial(scattered, 0, False, "add"),
         (Operand((5, 2), plain), Operand((3,), distinct(5), "int32"), Operand((3, 2), plain)),
         jax=lambda x, i, u: x.at[i].add(u)),
    Case("scatter", lambda x, i, u: p.scatter(x, i, u, mode="set"),
         partial(scattered, 0, False, "set"),
         (Operand((5, 2), plain), Operand((3,), distinct(5), "int32"), Operand((3, 2), plain)),
         jax=lambda x, i, u: x.at[i].set(u)),
]  # fmt: skip


def counted(shape: tuple[int, ...], axis: int) -> Array:
    result = np.zeros(shape)
    for at in np.ndindex(*shape):
        result[at] = at[axis]
    return result


COUNTED: list[Case] = [
    Case("iota", lambda s=shape, a=axis, d=dtype: p.iota(s, a, d),
         lambda s=shape, a=axis: counted(s, a))
    for shape, axis in (((4,), 0), ((2, 3), 0), ((2, 3), -1), ((0, 2), 1), ((2, 0), 1))
    for dtype in ("int32", "float32", "uint8", "int64")
]  # fmt: skip


def exponentials_over_sum(axis: int, x: Array) -> Array:
    return np.exp(x) / np.exp(x).sum(axis, keepdims=True)


def entropy_at_labels(logits: Array, labels: Array) -> Array:
    result = np.zeros(labels.shape, logits.dtype)
    for at in np.ndindex(*labels.shape):
        result[at] = -np.log(exponentials_over_sum(-1, logits[at])[labels[at]])
    return result


def jax_entropy(logits: Any, labels: Any) -> Any:
    return -jnp.take_along_axis(nn.log_softmax(logits), labels[..., None], -1)[..., 0]


def binary_entropy(x: Array, t: Array) -> Array:
    s = 1 / (1 + np.exp(-x))
    return -t * np.log(s) - (1 - t) * np.log(1 - s)


def standardized(axes: tuple[int, ...] | None, epsilon: float, x: Array) -> Array:
    level = x.mean(axes, keepdims=True)
    return (x - level) / np.sqrt(((x - level) ** 2).mean(axes, keepdims=True) + epsilon)


LINE_SHAPES = [((3, 4), -1), ((3, 4), 0), ((2, 3, 2), 1), ((5,), 0), ((2, 1), 1), ((0, 3), 1)]
COMPOSITES: list[Case] = [
    Case("softmax", partial(p.softmax, axis=axis), partial(exponentials_over_sum, axis),
         (Operand(shape, plain),), jax=partial(nn.softmax, axis=axis))
    for shape, axis in LINE_SHAPES
] + [
    Case("log_softmax", partial(p.log_softmax, axis=axis),
         lambda x, a=axis: np.log(exponentials_over_sum(a, x)), (Operand(shape, plain),),
         jax=partial(nn.log_softmax, axis=axis))
    for shape, axis in LINE_SHAPES
] + [
    Case("softmax_cross_entropy", p.softmax_cross_entropy, entropy_at_labels,
         (Operand((*rows, 4), plain), Operand(rows, whole(0, 4), dtype)), jax=jax_entropy)
    for rows, dtype in (((3,), "int32"), ((2, 3), "int64"), ((), "int32"), ((0,), "uint8"))
] + [
    Case("sigmoid_cross_entropy", p.sigmoid_cross_entropy, binary_entropy,
         (Operand(shape, plain), Operand(shape, between(0.0, 1.0))),
         jax=lambda x, t: -t * nn.log_sigmoid(x) - (1 - t) * nn.log_sigmoid(-x))
    for shape in ((3, 4), (), (1,), (0, 2))
] + [
    Case("normalize", partial(p.normalize, axis=axes, epsilon=1e-3),
         partial(standardized, axes, 1e-3), (Operand(shape, plain),),
         jax=partial(nn.standardize, axis=axes, epsilon=1e-3), rtol=10,
         reason="the mean is taken away, which cancels")
    for shape, axes in (((6, 3), (0,)), ((3, 4), (-1,)), ((2, 3, 2), (0, 2)), ((5,), None))
]  # fmt: skip

SEEDS = (0, 12345678901234567890)


def uniforms(shape: tuple[int, ...], purpose: int, wide: bool, seed: int, step: int) -> Array:
    count = int(np.prod(shape))
    if not wide:
        drawn = words(seed, purpose, step, count)
        return np.array([word >> 8 for word in drawn], np.float64).reshape(shape) / 2**24
    drawn = words(seed, purpose, step, 2 * count)
    pairs = zip(drawn[:count], drawn[count:], strict=True)
    whole_numbers = [(high >> 5) * 2**26 + (low >> 6) for high, low in pairs]
    return np.array(whole_numbers, np.float64).reshape(shape) / 2**53


def from_seed(function: Callable[[int, int], Any]) -> Callable[[Array, Array], Any]:
    """Return a function of the values of a key and a step."""
    return lambda key, step: function(int(key[0]) + (int(key[1]) << 32), int(step))


def normals(shape: tuple[int, ...], purpose: int, wide: bool, seed: int, step: int) -> Array:
    u, v = uniforms((2, *shape), purpose, wide, seed, step)
    return np.sqrt(-2 * np.log(1 - u)) * np.cos(2 * np.pi * v)


def below(shape: tuple[int, ...], purpose: int, chance: float, seed: int, step: int) -> Array:
    drawn = np.array(words(seed, purpose, step, int(np.prod(shape))), np.uint64)
    return (drawn < round(chance * 2**32)).reshape(shape)


KEY_AND_STEP = (
    Operand((2,), lambda random, shape: random.integers(0, 2**32, shape), "uint32"),
    Operand((), lambda random, shape: random.integers(0, 2**40, shape), "int64"),
)
DRAWS: list[Case] = [
    Case("random_bits", partial(random_bits, shape=shape, purpose=7),
         from_seed(lambda seed, step, s=shape: np.array(
             words(seed, 7, step, int(np.prod(s))), np.uint32).reshape(s)), KEY_AND_STEP)
    for shape in ((), (1,), (7,), (3, 5), (0, 2))
] + [
    Case("uniform", partial(uniform, shape=shape, purpose=2**31 + 1, dtype=dtype),
         from_seed(partial(uniforms, shape, 2**31 + 1, dtype == float64)), KEY_AND_STEP)
    for shape in ((), (5,), (3, 5), (0, 2)) for dtype in (float32, float64)
] + [
    Case("normal", partial(normal, shape=shape, purpose=3, dtype=dtype),
         from_seed(partial(normals, shape, 3, dtype == float64)), KEY_AND_STEP, atol=10,
         reason="cos(2 pi v) near its zeros, in the precision of the argument")
    for shape in ((), (5,), (3, 5), (0, 2)) for dtype in (float32, float64)
] + [
    Case("bernoulli", partial(bernoulli, shape=shape, purpose=3, probability=chance),
         from_seed(partial(below, shape, 3, chance)), KEY_AND_STEP)
    for shape in ((), (5,), (30, 5), (0, 2)) for chance in (0.0, 0.3, 1.0)
]  # fmt: skip

CASES: list[Case] = [
    *(case for rows in (*ELEMENTWISE, *WHOLE_NUMBERS, *REDUCTIONS) for case in rows),
    *CHOICE,
    *CASTS,
    *LINES,
    *RUNNING,
    *MATRICES,
    *MOVES,
    *INDICES,
    *COUNTED,
    *COMPOSITES,
    *DRAWS,
]


def values_of(case: Case, dtype: Any, seed: int) -> list[Array]:
    """Draw the operands of a case, floats in the type `dtype`."""
    random = np.random.default_rng(seed)
    return [
        np.asarray(
            operand.draw(random, operand.shape),
            dtype if operand.dtype == "float" else operand.dtype,
        )
        for operand in case.operands
    ]


__all__ = ["CASES", "Array", "Case", "Operand", "boolean", "values_of"]
