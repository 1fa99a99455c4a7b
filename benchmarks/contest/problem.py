"""A network with all that must be the same for everybody: data, first weights, order of rows.

Weights are known by the names of the layer and the parameter, as in "hidden_1.weight", whatever
blocks the layer stands in; a weight is (inputs, units). The order of rows is pellucid's, which
computes it as it runs; the others are given it as arrays of indices, or draw an order of their own
in each epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from contest.network import NORM_EPSILON, SOFTMAX, SQUARED, WEIGHT_DECAY, Network
from pellucid.backends.base import StateValues
from pellucid.graph.node import input_node
from pellucid.graph.order import RowOrder
from pellucid.graph.program import RunProgram
from pellucid.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    Residual,
    Sequential,
)
from pellucid.layers.activation import suited_initializer
from pellucid.losses import loss_from
from pellucid.optimizers import optimizer_from
from pellucid.schedules import schedule_from
from pellucid.training.program import build_program, row_type
from pellucid.training.recipe import Recipe
from pellucid.training.state import initial_state

Array = np.ndarray[Any, Any]

GIVEN, HOST, OWN = "given", "host", "own"
SHUFFLES = (GIVEN, HOST, OWN)
"""Where others than pellucid have the order of an epoch from: it lies ready; NumPy draws it anew;
the library draws it anew, in its own way."""

ORDERS = 4
"""Epochs for which contestants are given the order of rows; after them it begins again."""
MANY_EPOCHS = 10**9
EXPECTED_SPEED = 100e9
"""Floating-point operations a second, to choose the length of an epoch."""
EPOCH_SECONDS = 0.1
FEWEST_STEPS, MOST_STEPS = 3, 256
LARGEST_DATA = 64 * 2**20


def steps_for(network: Network) -> int:
    """Return how many steps an epoch has: about a tenth of a second, and data in bounds."""
    by_time = int(EPOCH_SECONDS * EXPECTED_SPEED / network.flops)
    by_size = LARGEST_DATA // (4 * network.inputs * network.batch_size)
    return max(FEWEST_STEPS, min(MOST_STEPS, by_time, by_size))


def build_network(network: Network) -> Layer:
    """Return the network in pellucid's layers."""
    layers: list[Layer] = []
    if network.embedding is not None:
        layers += [Embedding(*network.embedding, name="embedding"), Flatten(name="flatten")]
    for number, _, units, residual in network.hidden_layers():
        block: list[Layer] = []
        if network.normalization is None:
            block.append(Dense(units, network.activation, name=f"hidden_{number}"))
        else:
            initializer = suited_initializer(network.activation)
            name = f"hidden_{number}"
            block.append(Dense(units, bias=network.bias, initializer=initializer, name=name))
            norm = BatchNorm if network.normalization == "batch" else LayerNorm
            block.append(norm(epsilon=NORM_EPSILON, name=f"norm_{number}"))
            block.append(Activation(network.activation, name=f"activation_{number}"))
        if network.dropout:
            block.append(Dropout(network.dropout, name=f"dropout_{number}"))
        if residual:
            layers.append(Residual(Sequential(*block), name=f"block_{number}"))
        else:
            layers += block
    return Sequential(*layers, Dense(network.outputs, name="output"))


@dataclass(frozen=True)
class Problem:
    """What a contestant is given.

    Attributes:
        network: what is trained.
        features: float32 (rows, inputs), or int32 where there is an embedding.
        target: int32 (rows,) of labels, or float32 (rows, outputs).
        weights: the first values of parameters by "layer.parameter".
        orders: int32 (epochs, steps, batch): rows of each batch.
        seed: of everything.
        shuffle: one of `SHUFFLES`.
    """

    network: Network
    features: Array
    target: Array
    weights: dict[str, Array]
    orders: Array
    seed: int
    shuffle: str = GIVEN

    def order(self, epoch: int) -> Array:
        """Return the rows of each batch of an epoch, int32 (steps, batch), as they lie ready."""
        return self.orders[epoch % len(self.orders)]

    def drawn_order(self, random: np.random.Generator) -> Array:
        """Return rows of batches, int32 (steps, batch), that are drawn now."""
        return random.permutation(len(self.features)).astype(np.int32).reshape(self.order(0).shape)

    @property
    def steps(self) -> int:
        """The number of steps in an epoch."""
        return self.orders.shape[1]

    def batch(self, step: int) -> tuple[Array, Array]:
        """Return features and targets of one of the first epoch's batches."""
        rows = self.orders[0, step]
        return self.features[rows], self.target[rows]

    def program(self) -> tuple[RunProgram, StateValues]:
        """Build the run program of pellucid, and return it with its first state."""
        network = self.network
        decay = {"weight_decay": WEIGHT_DECAY} if network.optimizer == "adamw" else {}
        optimizer = optimizer_from({"optimizer": network.optimizer, **decay})
        recipe = Recipe(
            loss=loss_from(network.loss),
            optimizer=optimizer,
            schedule=schedule_from("constant", rate=network.rate, steps=1, steps_per_epoch=1),
            epochs=MANY_EPOCHS,
            batch_size=network.batch_size,
            seed=self.seed,
        )
        columns = {"features": row_type(self.features), "target": row_type(self.target)}
        program = build_program(build_network(network), recipe, columns, len(self.features))
        return program, initial_state(program, self.seed)


def make_problem(
    network: Network, seed: int = 0, steps: int | None = None, shuffle: str = GIVEN
) -> Problem:
    """Return the problem of training a network on drawn data.

    Targets are a noisy function of the features, so that gradients stay alive however long a
    contestant trains.

    Args:
        network: what is trained.
        seed: of data, weights and order.
        steps: of an epoch; chosen by `steps_for` if None.
        shuffle: one of `SHUFFLES`.
    """
    random = np.random.default_rng(seed)
    rows = (steps or steps_for(network)) * network.batch_size
    if network.embedding is None:
        features = random.standard_normal((rows, network.inputs), np.float32)
        seen = features
    else:
        count = network.embedding.categories
        features = random.integers(0, count, (rows, network.inputs), np.int32)
        seen = (features / count - 0.5).astype(np.float32)
    teacher = random.standard_normal((network.inputs, network.outputs), np.float32)
    scores = seen @ (teacher / np.float32(network.inputs**0.5))
    scores += random.standard_normal(scores.shape, np.float32)
    assert network.loss in (SOFTMAX, SQUARED)
    target = scores.argmax(1).astype(np.int32) if network.loss == SOFTMAX else scores
    order = RowOrder(rows, network.batch_size, seed)
    epochs = [order.epoch_rows(epoch).astype(np.int32) for epoch in range(ORDERS)]
    orders = np.stack(epochs).reshape(ORDERS, -1, network.batch_size)
    weights = first_weights(network, features, seed)
    return Problem(network, features, target, weights, orders, seed, shuffle)


def first_weights(network: Network, features: Array, seed: int) -> dict[str, Array]:
    """Return the first values of the parameters by "layer.parameter"."""
    layers = build_network(network)
    layers(input_node("features", (1, *features.shape[1:]), features.dtype))
    return {
        short_name(path): leaf.attributes["initializer"](leaf.shape, leaf.dtype, seed, path)
        for path, leaf in layers.parameters().items()
    }


def short_name(path: str) -> str:
    """Return the layer and the parameter of a path, without the blocks around them."""
    return ".".join(path.split(".")[-2:])
