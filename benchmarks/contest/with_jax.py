"""JAX: one `jit` of a `lax.scan` over the epoch, its state donated, data resident.

There are variants: the update is Optax's or written by hand; the loop is unrolled or not, or it is
Python's, which for large networks costs nothing and spares the scan its copies.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

from contest.contestant import Contestant, Maker
from contest.network import (
    ADAM_DECAYS,
    EPSILON,
    MOMENTUM,
    NORM_EPSILON,
    RMSPROP_DECAY,
    SOFTMAX,
    WEIGHT_DECAY,
    Network,
)
from contest.problem import GIVEN, HOST, Problem

Tree = Any
"""Nested dictionaries and tuples of arrays."""

ACTIVATIONS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "gelu": partial(jax.nn.gelu, approximate=False),
    "silu": jax.nn.silu,
}
STATISTICS_MOMENTUM = 0.9


class Variant(NamedTuple):
    """How the update is written, and how many steps of the scan are unrolled.

    With `unroll` 0 there is no scan, but a call from Python for each step.
    """

    update: str
    unroll: int

    @property
    def title(self) -> str:
        """The variant in words."""
        return f"{self.update}, {f'unroll {self.unroll}' if self.unroll else 'call a step'}"


OWN, OPTAX = "own update", "Optax"
VARIANTS = (Variant(OWN, 1), Variant(OWN, 0), Variant(OPTAX, 1), Variant(OWN, 4))


def first_statistics(network: Network) -> Tree:
    """Return the running statistics at the start."""
    if network.normalization != "batch":
        return {}
    return {
        f"norm_{layer.number}": (jnp.zeros(layer.units), jnp.ones(layer.units))
        for layer in network.hidden_layers()
    }


def apply(
    network: Network, weights: Tree, statistics: Tree, x: jax.Array, key: jax.Array | None
) -> tuple[jax.Array, Tree]:
    """Return the network's output in training, and new running statistics.

    Without a key nothing is dropped.
    """
    changed = dict(statistics)
    if network.embedding is not None:
        vectors = weights["embedding.table"].at[x].get(mode="promise_in_bounds")
        x = vectors.reshape(len(x), -1)
    for number, _, _, residual in network.hidden_layers():
        y = x @ weights[f"hidden_{number}.weight"]
        if network.bias:
            y = y + weights[f"hidden_{number}.bias"]
        if network.normalization is not None:
            name, axis = f"norm_{number}", 0 if network.normalization == "batch" else -1
            mean, variance = y.mean(axis, keepdims=True), y.var(axis, keepdims=True)
            if axis == 0:
                unbiased = variance[0] * (len(y) / (len(y) - 1))
                pairs = zip(statistics[name], (mean[0], unbiased), strict=True)
                keep = STATISTICS_MOMENTUM
                changed[name] = tuple(keep * old + (1 - keep) * new for old, new in pairs)
            y = (y - mean) * lax.rsqrt(variance + NORM_EPSILON)
            y = y * weights[f"{name}.scale"] + weights[f"{name}.shift"]
        y = ACTIVATIONS[network.activation](y)
        if network.dropout and key is not None:
            kept = 1.0 - network.dropout
            mask = jax.random.bernoulli(jax.random.fold_in(key, number), kept, y.shape)
            y = jnp.where(mask, y / kept, 0.0)
        x = x + y if residual else y
    return x @ weights["output.weight"] + weights["output.bias"], changed


def loss_of(network: Network, prediction: jax.Array, target: jax.Array) -> jax.Array:
    """Return the mean loss."""
    if network.loss == SOFTMAX:
        return optax.softmax_cross_entropy_with_integer_labels(prediction, target).mean()
    return jnp.square(prediction - target).mean()


def optax_optimizer(network: Network) -> optax.GradientTransformation:
    """Return the optimizer out of Optax."""
    rate, (first, second) = network.rate, ADAM_DECAYS
    matrices = partial(jax.tree.map, lambda leaf: leaf.ndim >= 2)
    return {
        "sgd": lambda: optax.sgd(rate),
        "momentum": lambda: optax.sgd(rate, MOMENTUM),
        "rmsprop": lambda: optax.rmsprop(rate, RMSPROP_DECAY, EPSILON, eps_in_sqrt=False),
        "adam": lambda: optax.adam(rate, first, second, EPSILON),
        "adamw": lambda: optax.adamw(
            rate, first, second, EPSILON, weight_decay=WEIGHT_DECAY, mask=matrices
        ),
    }[network.optimizer]()


def own_optimizer(network: Network) -> optax.GradientTransformation:
    """Return the optimizer written by hand, in Optax's form."""
    rate, kind = network.rate, network.optimizer
    first, second = ADAM_DECAYS
    slots = {"sgd": 0, "momentum": 1, "rmsprop": 1}.get(kind, 2)

    def init(weights: Tree) -> Tree:
        copies = tuple(jax.tree.map(jnp.zeros_like, weights) for _ in range(slots))
        return jnp.zeros((), jnp.int32), copies

    def update(gradients: Tree, state: Tree, weights: Tree) -> tuple[Tree, Tree]:
        count, kept = state[0] + 1, state[1]
        if kind == "sgd":
            return jax.tree.map(lambda g: -rate * g, gradients), (count, ())
        if kind == "momentum":
            v = jax.tree.map(lambda v, g: MOMENTUM * v + g, kept[0], gradients)
            return jax.tree.map(lambda v: -rate * v, v), (count, (v,))
        if kind == "rmsprop":
            decay = RMSPROP_DECAY
            s = jax.tree.map(lambda s, g: decay * s + (1 - decay) * g * g, kept[0], gradients)
            moved = jax.tree.map(lambda g, s: -rate * g / (jnp.sqrt(s) + EPSILON), gradients, s)
            return moved, (count, (s,))
        m = jax.tree.map(lambda m, g: first * m + (1 - first) * g, kept[0], gradients)
        v = jax.tree.map(lambda v, g: second * v + (1 - second) * g * g, kept[1], gradients)
        time_ = count.astype(jnp.float32)
        by_first, by_second = 1 / (1 - first**time_), 1 / (1 - second**time_)

        def move(w: jax.Array, m: jax.Array, v: jax.Array) -> jax.Array:
            step = m * by_first / (jnp.sqrt(v * by_second) + EPSILON)
            decayed = kind == "adamw" and w.ndim >= 2
            return -rate * (step + WEIGHT_DECAY * w) if decayed else -rate * step

        return jax.tree.map(move, weights, m, v), (count, (m, v))

    return optax.GradientTransformation(init, update)


def build_step(network: Network, optimizer: optax.GradientTransformation) -> Any:
    """Return the function of one step: (features, target, state, rows) -> state, loss.

    The state is (weights, statistics, optimizer's state, key, number of steps).
    """

    def step(features: jax.Array, target: jax.Array, state: Tree, rows: jax.Array) -> Tree:
        weights, statistics, slots, key, count = state
        x = features.at[rows].get(mode="promise_in_bounds")
        y = target.at[rows].get(mode="promise_in_bounds")

        def total(weights: Tree) -> tuple[jax.Array, Tree]:
            drop = jax.random.fold_in(key, count) if network.dropout else None
            prediction, changed = apply(network, weights, statistics, x, drop)
            return loss_of(network, prediction, y), changed

        (loss, statistics), slopes = jax.value_and_grad(total, has_aux=True)(weights)
        updates, slots = optimizer.update(slopes, slots, weights)
        weights = optax.apply_updates(weights, updates)
        return (weights, statistics, slots, key, count + 1), loss

    return step


def build_epoch(step: Any, unroll: int) -> Any:
    """Return the function of one epoch: (state, features, target, order) -> state, losses.

    The state is donated.
    """
    if not unroll:
        call = jax.jit(step, donate_argnums=2)

        def loop(state: Tree, features: jax.Array, target: jax.Array, order: Tree) -> Tree:
            losses = []
            for rows in order:
                state, loss = call(features, target, state, rows)
                losses.append(loss)
            return state, losses

        return loop

    @partial(jax.jit, donate_argnums=0)
    def scan(state: Tree, features: jax.Array, target: jax.Array, order: jax.Array) -> Tree:
        return lax.scan(partial(step, features, target), state, order, unroll=unroll)

    return scan


def build_order(problem: Problem, scanned: bool) -> Any:
    """Return the compiled function from a key and an epoch to the rows of its batches."""

    @jax.jit
    def draw(key: jax.Array, epoch: jax.Array) -> Tree:
        rows = jax.random.permutation(jax.random.fold_in(key, epoch), len(problem.features))
        order = rows.astype(jnp.int32).reshape(problem.order(0).shape)
        return order if scanned else list(order)

    return draw


class Jax(Contestant):
    """Calls the epoch."""

    def __init__(self, problem: Problem, threads: int, variant: Variant) -> None:
        """Put the data where the device has them."""
        super().__init__(problem, threads)
        network = problem.network
        self._optimizer = (optax_optimizer if variant.update == OPTAX else own_optimizer)(network)
        step = build_step(network, self._optimizer)
        self._epoch = build_epoch(step, min(variant.unroll, problem.steps))
        self._features, self._target = jnp.asarray(problem.features), jnp.asarray(problem.target)
        self._scanned = bool(variant.unroll)
        self._orders = [self._on_device(order) for order in problem.orders]
        self._random, self._key = np.random.default_rng(problem.seed), jax.random.key(problem.seed)
        self._draw = build_order(problem, self._scanned)
        self.reset()

    def _on_device(self, order: Any) -> Tree:
        return jnp.asarray(order) if self._scanned else [jnp.asarray(rows) for rows in order]

    def _order(self) -> Tree:
        if self.problem.shuffle == GIVEN:
            return self._orders[self._number % len(self._orders)]
        if self.problem.shuffle == HOST:
            return self._on_device(self.problem.drawn_order(self._random))
        return self._draw(self._key, self._number)

    def reset(self) -> None:
        """Make the first state."""
        # Copies: what is donated is gone, and an array of NumPy's may be shared without one.
        weights = {name: jnp.array(v, copy=True) for name, v in self.problem.weights.items()}
        statistics = first_statistics(self.problem.network)
        key = jax.random.key(self.problem.seed)
        slots = self._optimizer.init(weights)
        state = (weights, statistics, slots, key, jnp.zeros((), jnp.int32))
        self._state: Tree = jax.block_until_ready(state)
        self._number = 0

    def run(self, epochs: int) -> None:
        """Call the epoch."""
        for _ in range(epochs):
            arguments = (self._features, self._target, self._order())
            self._state, _ = self._epoch(self._state, *arguments)
            self._number += 1
        jax.block_until_ready(self._state)

    def losses(self, steps: int) -> list[float]:
        """Read the losses that an epoch gives."""
        self.reset()
        arguments = (self._features, self._target, self._orders[0])
        self._state, losses = self._epoch(self._state, *arguments)
        self.reset()
        return [float(loss) for loss in losses[:steps]]


def makers(name: str, backend: str) -> dict[str, Maker]:
    """Return what makes the variants of the contestant."""
    return {variant.title: partial(Jax, variant=variant) for variant in VARIANTS}
