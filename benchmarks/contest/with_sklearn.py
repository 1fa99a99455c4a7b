"""scikit-learn: the perceptron's `partial_fit`, an epoch a call.

It has dense layers of one activation, softmax cross-entropy, and squared error, which is halved and
summed over outputs: with one output the same network follows from twice the rate, or for Adam half
the epsilon.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from contest.contestant import Contestant, LeftOutError, Maker
from contest.network import ADAM_DECAYS, EPSILON, MOMENTUM, SOFTMAX, Network
from contest.problem import HOST, OWN, Problem

ACTIVATIONS = ("relu", "tanh")
OPTIMIZERS = ("sgd", "momentum", "adam")


def check(network: Network) -> None:
    """Raise LeftOutError if scikit-learn cannot express a network."""
    lacks = {
        f"the activation {network.activation}": network.activation not in ACTIVATIONS,
        f"the optimizer {network.optimizer}": network.optimizer not in OPTIMIZERS,
        "dropout": bool(network.dropout),
        "normalization": network.normalization is not None,
        "residual connections": any(layer.residual for layer in network.hidden_layers()),
        "embeddings": network.embedding is not None,
        "this squared error": network.loss != SOFTMAX and network.outputs != 1,
    }
    missing = [what for what, lacking in lacks.items() if lacking]
    if missing:
        raise LeftOutError(f"has no {' and no '.join(missing)}")


class Sklearn(Contestant):
    """Calls `partial_fit` on the rows of each epoch, laid in order."""

    def __init__(self, problem: Problem, threads: int) -> None:
        """Build the estimator, which has weights only after a first step."""
        super().__init__(problem, threads)
        network = problem.network
        check(network)
        self._softmax = network.loss == SOFTMAX
        factor = 1.0 if self._softmax or network.optimizer == "adam" else 2.0
        epsilon = EPSILON if self._softmax else EPSILON / 2
        kind = MLPClassifier if self._softmax else MLPRegressor
        self._estimator: Any = kind(
            hidden_layer_sizes=network.hidden,
            activation=network.activation,
            solver="adam" if network.optimizer == "adam" else "sgd",
            alpha=0.0,
            batch_size=network.batch_size,
            learning_rate_init=network.rate * factor,
            shuffle=False,
            momentum=MOMENTUM if network.optimizer == "momentum" else 0.0,
            nesterovs_momentum=False,
            beta_1=ADAM_DECAYS[0],
            beta_2=ADAM_DECAYS[1],
            epsilon=epsilon,
        )
        self._target = problem.target
        if self._softmax:
            # A column for each class: with labels, two classes would have one output.
            self._target = np.eye(network.outputs, dtype=np.int32)[problem.target]
        else:
            self._target = problem.target[:, 0]
        first = problem.orders[0, 0]
        self._classes = {"classes": np.arange(network.outputs)} if self._softmax else {}
        self._estimator.partial_fit(problem.features[first], self._target[first], **self._classes)
        rows = problem.orders.reshape(len(problem.orders), -1)
        self._epochs = [(problem.features[order], self._target[order]) for order in rows]
        self._random = np.random.default_rng(problem.seed)
        self.reset()

    def reset(self) -> None:
        """Set the weights, and leave the optimizer to be made anew."""
        estimator, weights = self._estimator, self.problem.weights
        names = [f"hidden_{layer.number}" for layer in self.problem.network.hidden_layers()]
        names.append("output")
        estimator.coefs_ = [weights[f"{name}.weight"].copy() for name in names]
        estimator.intercepts_ = [weights[f"{name}.bias"].copy() for name in names]
        if self._softmax:
            estimator.out_activation_ = "softmax"
        if hasattr(estimator, "_optimizer"):
            del estimator._optimizer
        self._number = 0

    def run(self, epochs: int) -> None:
        """Fit."""
        shuffle = self.problem.shuffle
        self._estimator.set_params(shuffle=shuffle == OWN)
        for _ in range(epochs):
            features, target = self._epochs[self._number % len(self._epochs)]
            if shuffle == HOST:
                rows = self.problem.drawn_order(self._random).reshape(-1)
                features, target = features[rows], target[rows]
            self._estimator.partial_fit(features, target)
            self._number += 1

    def losses(self, steps: int) -> list[float]:
        """Fit on one batch after the other."""
        self.reset()
        self._estimator.set_params(shuffle=False)
        size = self.problem.network.batch_size
        features, target = self._epochs[0]
        losses = []
        for start in range(0, steps * size, size):
            batch = slice(start, start + size)
            self._estimator.partial_fit(features[batch], target[batch])
            losses.append(float(self._estimator.loss_) * (1.0 if self._softmax else 2.0))
        return losses


def makers(name: str, backend: str) -> dict[str, Maker]:
    """Return what makes the contestant."""
    return {"": Sklearn}
