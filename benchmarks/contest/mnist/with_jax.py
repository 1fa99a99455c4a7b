"""MNIST with JAX: one compiled epoch, its state donated.

Adam is written by hand, which spares the import of Optax.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from contest.mnist.data import BATCH_SIZE, RATE, WIDTHS, read_arguments, read_images

Tree = Any
FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8


def predict(layers: Tree, x: jax.Array) -> jax.Array:
    """Return the logits."""
    for weight, bias in layers[:-1]:
        x = jax.nn.relu(x @ weight + bias)
    return x @ layers[-1][0] + layers[-1][1]


def loss_of(layers: Tree, x: jax.Array, y: jax.Array) -> jax.Array:
    """Return the mean cross-entropy."""
    logits = jax.nn.log_softmax(predict(layers, x))
    return -jnp.take_along_axis(logits, y[:, None], 1).mean()


def step(x: jax.Array, y: jax.Array, state: Tree, rows: jax.Array) -> tuple[Tree, jax.Array]:
    """Return the state after one batch, and its loss."""
    layers, m, v, count = state
    batch = (array.at[rows].get(mode="promise_in_bounds") for array in (x, y))
    loss, slopes = jax.value_and_grad(loss_of)(layers, *batch)
    m = jax.tree.map(lambda m, g: FIRST * m + (1 - FIRST) * g, m, slopes)
    v = jax.tree.map(lambda v, g: SECOND * v + (1 - SECOND) * g * g, v, slopes)
    time = (count + 1).astype(jnp.float32)
    by_first, by_second = 1 / (1 - FIRST**time), 1 / (1 - SECOND**time)

    def move(w: jax.Array, m: jax.Array, v: jax.Array) -> jax.Array:
        return w - RATE * m * by_first / (jnp.sqrt(v * by_second) + EPSILON)

    return (jax.tree.map(move, layers, m, v), m, v, count + 1), loss


@partial(jax.jit, donate_argnums=0)
def epoch(state: Tree, x: jax.Array, y: jax.Array, order: jax.Array) -> Tree:
    """Return the state after all rows, and the losses of the full batches."""
    full = len(order) // BATCH_SIZE * BATCH_SIZE
    state, losses = lax.scan(partial(step, x, y), state, order[:full].reshape(-1, BATCH_SIZE))
    if full < len(order):
        state, _ = step(x, y, state, order[full:])
    return state, losses


def main() -> None:
    """Train and print the accuracy."""
    arguments = read_arguments()
    images = read_images(arguments.folder)
    # NumPy draws: each function of JAX's own would be compiled first.
    random = np.random.default_rng(arguments.seed)
    layers = []
    for inputs, units in pairwise(WIDTHS):
        weight = random.standard_normal((inputs, units), np.float32) * np.float32(2 / inputs) ** 0.5
        layers.append((jnp.asarray(weight), jnp.asarray(np.zeros(units, np.float32))))
    slots = [[(np.zeros_like(w), np.zeros_like(b)) for w, b in layers] for _ in range(2)]
    first, second = jax.device_put(slots)
    state = (layers, first, second, jax.device_put(np.int32(0)))
    x, y = jax.device_put((images.train, images.train_labels))
    for _ in range(arguments.epochs):
        order = random.permutation(len(images.train)).astype(np.int32)
        state, _ = epoch(state, x, y, order)
    found = np.asarray(jax.jit(predict)(state[0], images.test)).argmax(1)
    print((found == images.test_labels).mean())


if __name__ == "__main__":
    main()
