"""Cases of matrix products and of the primitives that only move elements."""

from __future__ import annotations

from functools import partial
from math import inf
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.graph.node import Node
from tests.jax_oracle import jax
from tests.primitives.case import Array, Case, Draw, Operand, coin, few, plain

jnp, lax = jax.numpy, jax.lax


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


def padded_node(widths: tuple[Any, Any, Any], x: Node) -> Node:
    return p.pad(x, *widths, value=0)


def cut(starts: Any, stops: Any, steps: Any, x: Array) -> Array:
    ranges = [list(range(*bounds)) for bounds in zip(starts, stops, steps, strict=True)]
    return x[np.ix_(*ranges)] if ranges else x


def moves(x: Draw, dtype: str) -> list[Case]:
    """Return the rows of the primitives that only move elements, for one type of elements."""

    def case(
        name: str, build: Any, oracle: Any, *shapes: tuple[int, ...], like: Any = None
    ) -> Case:
        operands = tuple(Operand(shape, x, dtype) for shape in shapes)
        return Case(name, build, oracle, operands, jax=like if dtype == "float" else None)

    reshapes: list[tuple[tuple[int, ...], Any, tuple[int, ...]]] = [
        ((2, 6), (3, -1), (3, 4)),
        ((), (1, 1), (1, 1)),
        ((1,), (), ()),
        ((4,), -1, (4,)),
        ((0, 3), (3, -1), (3, 0)),
        ((2, 3, 4), (4, 6), (4, 6)),
        ((6,), (1, 6, 1), (1, 6, 1)),
    ]
    rows = [
        case(
            "reshape",
            partial(p.reshape, shape=given),
            partial(fortran_counted, result),
            shape,
            like=partial(jnp.reshape, shape=result),
        )
        for shape, given, result in reshapes
    ]
    rows += [
        case(
            "transpose",
            partial(p.transpose, axes=given),
            partial(with_axes, order),
            shape,
            like=partial(jnp.transpose, axes=order),
        )
        for shape, given, order in [
            ((2, 3), None, (1, 0)),
            ((2, 3, 4), (1, 2, 0), (1, 2, 0)),
            ((), None, ()),
            ((2, 3, 4), (-1, 0, 1), (2, 0, 1)),
            ((0, 3), None, (1, 0)),
            ((5,), (0,), (0,)),
        ]
    ]
    rows += (
        [
            case(
                "broadcast",
                partial(p.broadcast, shape=shape),
                partial(repeated, shape),
                source,
                like=partial(jnp.broadcast_to, shape=shape),
            )
            for source, shape in [
                ((), (2, 3)),
                ((3, 1), (3, 4)),
                ((1,), (0,)),
                ((3,), (2, 3)),
                ((1, 3, 1), (4, 2, 3, 5)),
                ((0, 1), (0, 2)),
                ((1,), (5,)),
                ((2,), (2,)),
            ]
        ]
        if dtype != "bool"
        else [
            case("broadcast", partial(p.broadcast, shape=(2, 3)), lambda a: np.array([a, a]), (3,)),
        ]
    )
    rows += [
        case(
            "concatenate",
            lambda *a, k=axis: p.concatenate(a, k),
            partial(joined, axis),
            *shapes,
            like=lambda *a, k=axis: jnp.concatenate(a, k),
        )
        for axis, shapes in [
            (0, ((2, 3), (1, 3))),
            (1, ((2, 3), (2, 0), (2, 4))),
            (-1, ((2, 1, 3), (2, 1, 1))),
            (0, ((2,), (3,), (1,))),
            (0, ((4,),)),
        ]
    ]
    rows += [
        case(
            "slice",
            lambda a, b=bounds: p.take_slice(a, *b),
            partial(cut, *bounds),
            shape,
            like=lambda a, b=bounds: lax.slice(a, *b),
        )
        for shape, bounds in [
            ((5,), ((1,), (4,), (1,))),
            ((7, 4), ((1, 0), (7, 4), (3, 2))),
            ((5,), ((2,), (2,), (1,))),
            ((4, 0), ((1, 0), (3, 0), (1, 1))),
            ((6,), ((0,), (6,), (4,))),
            ((), ((), (), ())),
            ((3, 5), ((0, 4), (3, 5), (1, 1))),
        ]
    ]
    rows += [
        case(
            "pad",
            partial(padded_node, widths),
            partial(padded, *widths, 0),
            shape,
            like=lambda a, w=widths: lax.pad(a, a.dtype.type(0), tuple(zip(*w, strict=True))),
        )
        for shape, widths in [
            ((3,), ((1,), (2,), (0,))),
            ((2, 3), ((0, 1), (1, 0), (2, 1))),
            ((0,), ((1,), (1,), (2,))),
            ((1, 2), ((0, 0), (0, 0), (3, 1))),
            ((), ((), (), ())),
            ((2,), ((0,), (0,), (0,))),
        ]
    ]
    rows += [
        case("flip", partial(p.flip, axes=given), partial(reversed_along, axes), shape,
             like=partial(jnp.flip, axis=axes))
        for shape, given, axes in [
            ((4,), None, (0,)), ((2, 3), (1,), (1,)), ((2, 3, 2), (0, -1), (0, 2)),
            ((0, 3), 1, (1,)),
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

MOVEMENT_CASES: list[Case] = [*MATRICES, *MOVES]
