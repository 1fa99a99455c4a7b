"""Cases of composites, the draws of random numbers among them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.dtypes import float32, float64
from pellucid.primitives.random import bernoulli, normal, random_bits, uniform
from tests.jax_oracle import jax
from tests.philox_scalar import words
from tests.primitives.case import Array, Case, Operand, between, plain, whole

jnp, nn = jax.numpy, jax.nn


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


def bits(shape: tuple[int, ...], purpose: int, seed: int, step: int) -> Array:
    drawn = words(seed, purpose, step, int(np.prod(shape)))
    return np.array(drawn, np.uint32).reshape(shape)


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
         from_seed(partial(bits, shape, 7)), KEY_AND_STEP)
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

COMPOSITE_CASES: list[Case] = [*COMPOSITES, *DRAWS]
