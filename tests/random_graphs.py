"""Random graphs over the whole catalogue: shared nodes, several shapes, reductions, choices.

A graph is a function of its seed. Each step draws a move, which builds one or a few nodes on nodes
that are there already; a move whose value is not finite, or is large, is dropped, so that graphs
stay where finite differences mean something. The scalar `output` is a weighted sum of several
nodes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.dtypes import DType, float64, is_float
from pellucid.errors import PellucidError
from pellucid.graph.node import Node, constant_node, input_node
from tests.naive import Array, NaiveEvaluation

LARGEST = 30.0


@dataclass(frozen=True)
class RandomGraph:
    """A scalar node, the nodes it was made of, and the leaves' values."""

    seed: int
    output: Node
    nodes: tuple[Node, ...]
    values: dict[Node, Array]

    @property
    def leaves(self) -> list[Node]:
        return list(self.values)


class _Builder:
    def __init__(self, seed: int, dtype: DType) -> None:
        self.random = np.random.default_rng(seed)
        self.dtype = dtype
        lengths = self.random.choice([1, 2, 3, 4, 5], 3)
        self.a, self.b, self.c = (int(length) for length in lengths)
        self.values: dict[Node, Array] = {}
        self.pool: list[Node] = []
        a, b, c = self.a, self.b, self.c
        shapes = [(a, b), (b,), (a, 1), (b, c), (), (c, a, b), (1, b)]
        for position in range(int(self.random.integers(2, 5))):
            shape = shapes[int(self.random.integers(len(shapes)))]
            leaf = input_node(f"x{position}", shape, dtype)
            self.values[leaf] = np.asarray(self.random.uniform(-2, 2, shape), dtype)
            self.pool.append(leaf)
        self.naive = NaiveEvaluation(self.values)

    def pick(self, least_rank: int = 0) -> Node:
        """Return a node of the pool; late ones more often, so that graphs get deep."""
        fitting = [node for node in self.pool if node.rank >= least_rank]
        if not fitting:
            raise _NothingFitsError
        late = self.random.random() < 0.5
        return fitting[-1] if late else fitting[int(self.random.integers(len(fitting)))]

    def axis(self, x: Node) -> int:
        return int(self.random.integers(-x.rank, x.rank))

    def some_axes(self, x: Node) -> tuple[int, ...]:
        return tuple(axis for axis in range(x.rank) if self.random.random() < 0.6)

    def chance(self) -> bool:
        return bool(self.random.random() < 0.5)

    def whole(self, low: int, high: int, shape: tuple[int, ...] = ()) -> Any:
        return self.random.integers(low, high, shape)

    def add(self, node: Node) -> None:
        """Keep a node that is worth going on from."""
        if not is_float(node.dtype) or np.prod(node.shape) > 120 or not np.prod(node.shape):
            return
        value = self.naive(node)
        if np.isfinite(value).all() and np.abs(value).max(initial=0) < LARGEST:
            self.pool.append(node)


class _NothingFitsError(Exception):
    """No node of the pool fits a move."""


Move = Callable[[_Builder], Node]

UNARY: list[Callable[[Any], Node]] = [
    p.abs, p.negative, p.sign, p.square, p.exp, p.expm1, p.sin, p.cos, p.tanh, p.erf, p.floor,
    p.round, p.identity, p.step, p.relu, p.leaky_relu, p.elu, p.selu, p.gelu, p.gelu_tanh,
    p.sigmoid, p.log_sigmoid, p.silu, p.softplus, p.mish, p.hard_sigmoid, p.hard_tanh,
    lambda x: p.clip(x, -0.7, 0.9),
]  # fmt: skip
ON_POSITIVE: list[Callable[[Any], Node]] = [
    p.sqrt, p.rsqrt, p.log, p.log1p, p.reciprocal, lambda x: p.power(x, -0.7),
    lambda x: p.power(0.6, x),
]  # fmt: skip
BINARY: list[Callable[[Any, Any], Node]] = [
    p.add, p.subtract, p.multiply, p.minimum, p.maximum, p.prelu, p.multiply_no_nan,
    lambda x, y: p.divide(x, p.softplus(y) + 0.3),
    lambda x, y: p.remainder(x, p.square(y) + 0.5),
    lambda x, y: p.power(p.sigmoid(x) + 0.2, y),
]  # fmt: skip
REDUCTIONS: list[Callable[..., Node]] = [
    p.sum, p.mean, p.max, p.min, p.variance, p.logsumexp, p.product,
]  # fmt: skip
PLAIN: list[Callable[[Any], Node]] = [
    lambda x: x * 1.0,
    lambda x: 1.0 * x,
    lambda x: x - 0.0,
    lambda x: x + 0.0,
    lambda x: x / 1.0,
    lambda x: p.negative(p.negative(x)),
    lambda x: x * 0.0,
    lambda x: p.multiply_no_nan(p.ones_like(x), x),
    lambda x: p.multiply_no_nan(p.zeros_like(x), x),
    lambda x: p.transpose(p.transpose(x)),
    lambda x: p.reshape(p.reshape(x, -1), x.shape),
    lambda x: p.broadcast(p.broadcast(x, (2, *x.shape)), (3, 2, *x.shape))[1],
    lambda x: p.reshape(p.broadcast(constant_node(0.5, x.dtype), x.shape), -1) * p.reshape(x, -1),
]


def one_of(functions: list[Callable[..., Node]]) -> Move:
    return lambda g: functions[g.whole(0, len(functions))](g.pick())


def of_two(g: _Builder) -> Node:
    return BINARY[g.whole(0, len(BINARY))](g.pick(), g.pick())


def of_positive(g: _Builder) -> Node:
    return ON_POSITIVE[g.whole(0, len(ON_POSITIVE))](p.softplus(g.pick()) + 0.2)


def reduced(g: _Builder) -> Node:
    x = g.pick(1)
    return REDUCTIONS[g.whole(0, len(REDUCTIONS))](x, g.some_axes(x), keepdims=g.chance())


def along_lines(g: _Builder) -> Node:
    x = g.pick(1)
    axis = g.axis(x)
    kinds: list[Callable[[], Node]] = [
        lambda: p.softmax(x, axis),
        lambda: p.log_softmax(x, axis),
        lambda: p.normalize(x, axis, 0.1),
        lambda: p.cumulative_sum(x, axis, g.chance()),
        lambda: p.sort(x, axis, g.chance()),
        lambda: p.top_k(x, g.whole(1, x.shape[axis] + 1), axis)[0],
        lambda: x - p.cast(p.argmax(x, axis, keepdims=True), x.dtype),
    ]
    return kinds[g.whole(0, len(kinds))]()


def product_of_matrices(g: _Builder) -> Node:
    x, y = g.pick(1), g.pick(1)
    if x.shape[-1] != y.shape[max(0, y.rank - 2)]:
        y = p.transpose(y)
    return p.matmul(x, y)


def chosen(g: _Builder) -> Node:
    x, y, z = g.pick(), g.pick(), g.pick()
    conditions: list[Callable[[], Node]] = [
        lambda: p.less(z, 0.1),
        lambda: p.less_equal(0.1, z),
        lambda: p.logical_and(p.isfinite(z), p.greater(z, -0.3)),
        lambda: p.logical_not(p.logical_or(p.less(z, -1.0), p.greater_equal(z, 1.0))),
        lambda: p.not_equal(z, 0.5),
    ]
    return p.where(conditions[g.whole(0, len(conditions))](), x, y)


def guarded(g: _Builder) -> Node:
    """A branch that is not finite where it is not taken."""
    x = g.pick()
    kinds: list[Callable[[], Node]] = [
        lambda: p.where(p.less(0.2, x), p.tanh(p.sqrt(x)), 0.0),
        lambda: p.where(p.less(0.2, x), p.sigmoid(x * p.log(x)), x),
        lambda: p.where(p.less(x, 0.2), x, p.softplus(p.power(x, 0.5))),
    ]
    return kinds[g.whole(0, len(kinds))]()


def moved(g: _Builder) -> Node:
    x = g.pick(1)
    axis = g.axis(x) % x.rank
    order = tuple(int(i) for i in g.random.permutation(x.rank))
    low, high, between = (tuple(map(int, g.whole(0, 2, (x.rank,)))) for _ in range(3))
    starts = tuple(int(g.whole(0, length)) for length in x.shape)
    kinds: list[Callable[[], Node]] = [
        lambda: p.transpose(x, order),
        lambda: p.reshape(x, (-1, x.shape[axis])),
        lambda: p.flip(x, axis),
        lambda: p.concatenate([x, x * 0.5, x], axis),
        lambda: p.pad(x, low, high, between, 0.5),
        lambda: p.take_slice(x, starts, x.shape, tuple(1 + value for value in low)),
        lambda: x[::-1],
        lambda: p.broadcast(x, (2, *x.shape)),
    ]
    return kinds[g.whole(0, len(kinds))]()


def indexed(g: _Builder) -> Node:
    x = g.pick(1)
    axis = g.axis(x) % x.rank
    along = g.chance()
    count = int(g.whole(1, 4))
    shape = (*x.shape[:axis], count, *x.shape[axis + 1 :]) if along else (count,)
    indices = constant_node(g.whole(0, x.shape[axis], shape), "int32")
    taken = p.gather(x, indices, axis, along)
    if g.chance():
        return taken
    return p.scatter(x, indices, p.sin(taken), axis, along, "add" if g.chance() else "set")


def losses(g: _Builder) -> Node:
    x = g.pick(1)
    if g.chance():
        return p.sigmoid_cross_entropy(x, p.sigmoid(p.sin(x)))
    labels = constant_node(g.whole(0, x.shape[-1], x.shape[:-1]), "int64")
    return p.softmax_cross_entropy(x, labels)


MOVES: list[Move] = [
    one_of(UNARY), one_of(UNARY), one_of(PLAIN), of_two, of_two, of_positive, reduced, along_lines,
    product_of_matrices, chosen, guarded, moved, indexed, losses,
]  # fmt: skip


def random_graph(seed: int, dtype: DType = float64, most_moves: int = 14) -> RandomGraph:
    """Return the graph of a seed."""
    g = _Builder(seed, dtype)
    for _ in range(int(g.whole(3, most_moves + 1))):
        try:
            g.add(MOVES[g.whole(0, len(MOVES))](g))
        except (_NothingFitsError, PellucidError):
            # Shapes that do not fit: the next move will do.
            continue
    total = p.sum(g.pool[-1] * float(g.random.uniform(0.5, 1.5)))
    for node in g.pool:
        if g.random.random() < 0.4:
            total = total + p.mean(node * float(g.random.uniform(-1.5, 1.5)))
    return RandomGraph(seed, total, tuple(g.pool), g.values)
