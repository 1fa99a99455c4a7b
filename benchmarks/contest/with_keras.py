"""Keras on JAX: `fit` on a compiled model, with many steps between two looks at callbacks.

`fit` is given each epoch's rows in the order that all take, so that it has nothing to shuffle; or
it shuffles.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np

from contest.contestant import Contestant, LeftOutError, Maker
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
from contest.problem import HOST, OWN, Problem

LARGEST_EXECUTION = 64
"""Steps in one execution, as Keras calls it: one compiled step after the other."""

ORDER = ("weight", "table", "scale", "bias", "shift")
"""Of a layer's parameters in Keras, by their names in the problem."""


def build_model(network: Network) -> Any:
    """Return the model; layers that have parameters carry their names in the problem."""
    layers = keras.layers
    embedding = network.embedding
    kind = "float32" if embedding is None else "int32"
    inputs = x = keras.Input((network.inputs,), dtype=kind)
    if embedding is not None:
        x = layers.Flatten()(layers.Embedding(*embedding, name="embedding")(x))
    activation: Any = network.activation
    if activation == "gelu":
        activation = partial(keras.activations.gelu, approximate=False)
    for number, _, units, residual in network.hidden_layers():
        y = layers.Dense(units, use_bias=network.bias, name=f"hidden_{number}")(x)
        if network.normalization is not None:
            batch = network.normalization == "batch"
            options = {"momentum": 0.9} if batch else {}
            norm = layers.BatchNormalization if batch else layers.LayerNormalization
            y = norm(epsilon=NORM_EPSILON, name=f"norm_{number}", **options)(y)
        y = layers.Activation(activation)(y)
        if network.dropout:
            y = layers.Dropout(network.dropout)(y)
        x = layers.Add()([x, y]) if residual else y
    return keras.Model(inputs, layers.Dense(network.outputs, name="output")(x))


def build_optimizer(network: Network) -> Any:
    """Return the optimizer; RMSProp has its epsilon under the root."""
    rate, (first, second) = network.rate, ADAM_DECAYS
    optimizers = keras.optimizers
    if network.optimizer in ("sgd", "momentum"):
        return optimizers.SGD(rate, momentum=MOMENTUM if network.optimizer == "momentum" else 0.0)
    if network.optimizer == "rmsprop":
        return optimizers.RMSprop(rate, RMSPROP_DECAY, epsilon=EPSILON**2)
    if network.optimizer == "adam":
        return optimizers.Adam(rate, first, second, EPSILON)
    optimizer = optimizers.AdamW(rate, WEIGHT_DECAY, first, second, EPSILON)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


class Keras(Contestant):
    """Calls `fit` for each epoch."""

    def __init__(self, problem: Problem, threads: int) -> None:
        """Build and compile the model, and lay the rows of each epoch in order."""
        super().__init__(problem, threads)
        if keras.backend.backend() != "jax":
            raise LeftOutError("Keras was loaded with another backend than JAX")
        keras.utils.set_random_seed(problem.seed)
        network = problem.network
        self._model = build_model(network)
        labels = network.loss == SOFTMAX
        kinds = keras.losses
        loss = (
            kinds.SparseCategoricalCrossentropy(from_logits=True)
            if labels
            else kinds.MeanSquaredError()
        )
        self._model.compile(
            build_optimizer(network),
            loss,
            jit_compile=True,
            steps_per_execution=min(LARGEST_EXECUTION, problem.steps),
        )
        self._model.optimizer.build(self._model.trainable_variables)
        self._zero = [np.asarray(v) for v in self._model.optimizer.variables]
        self._others = [np.asarray(v) for v in self._model.non_trainable_variables]
        rows = problem.orders.reshape(len(problem.orders), -1)
        self._epochs = [(problem.features[order], problem.target[order]) for order in rows]
        self._random = np.random.default_rng(problem.seed)
        self.reset()

    def reset(self) -> None:
        """Assign every variable."""
        model = self._model
        for variable, value in zip(model.optimizer.variables, self._zero, strict=True):
            variable.assign(value)
        for variable, value in zip(model.non_trainable_variables, self._others, strict=True):
            variable.assign(value)
        layers: dict[str, dict[str, Any]] = {}
        for path, value in self.problem.weights.items():
            layer, name = path.split(".")
            layers.setdefault(layer, {})[name] = value
        for layer, values in layers.items():
            ordered = [values[name] for name in ORDER if name in values]
            variables = model.get_layer(layer).trainable_variables
            for variable, value in zip(variables, ordered, strict=True):
                variable.assign(value)
        self._number = 0

    def run(self, epochs: int) -> None:
        """Fit."""
        shuffle, size = self.problem.shuffle, self.problem.network.batch_size
        for _ in range(epochs):
            features, target = self._epochs[self._number % len(self._epochs)]
            if shuffle == HOST:
                rows = self.problem.drawn_order(self._random).reshape(-1)
                features, target = features[rows], target[rows]
            self._model.fit(features, target, size, shuffle=shuffle == OWN, verbose=0)
            self._number += 1

    def losses(self, steps: int) -> list[float]:
        """Train on one batch after the other."""
        self.reset()
        batches = (self.problem.batch(step) for step in range(steps))
        losses = []
        for features, target in batches:
            self._model.reset_metrics()
            losses.append(float(self._model.train_on_batch(features, target)))
        return losses


def makers(name: str, backend: str) -> dict[str, Maker]:
    """Return what makes the contestant."""
    return {"": Keras}
