"""Cases of reductions, running sums and what looks for positions along lines."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from pellucid import primitives as p
from tests.jax_oracle import jax
from tests.primitives.case import Array, Case, Draw, Operand, around, few, plain, spaced, whole

jnp, nn, lax = jax.numpy, jax.nn, jax.lax


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

REDUCTION_CASES: list[Case] = [
    *(case for rows in REDUCTIONS for case in rows),
    *LINES,
    *RUNNING,
]
