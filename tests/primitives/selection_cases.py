"""Cases of gather, scatter and counting."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from pellucid import primitives as p
from tests.jax_oracle import jax
from tests.primitives.case import Array, Case, Operand, coin, distinct, few, plain, whole

jnp = jax.numpy


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


def scattered(axis: int, along: bool, mode: str, x: Array, indices: Array, updates: Array) -> Array:
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
    ((5,), (), 0, False, "int32"), ((5, 2), (0,), 0, False, "int32"),
    ((5,), (9,), 0, True, "int32"),
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

SELECTION_CASES: list[Case] = [*INDICES, *COUNTED]
