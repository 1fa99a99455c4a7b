"""What is trained: the description of a network, which every contestant builds in its own way.

A hidden layer is a matrix product with bias (without it before a batch normalization), then the
normalization, the activation and dropout. With `residual`, a hidden layer that is as wide as what
it receives adds its input to its output. With an embedding, the inputs are columns of whole
numbers, each looked up in one table, their vectors joined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

RATES = {"adam": 1e-3, "adamw": 1e-3, "rmsprop": 1e-3}
OPTIMIZERS = ("sgd", "momentum", *RATES)
ACTIVATIONS = ("relu", "tanh", "gelu", "silu")
SOFTMAX, SQUARED = "softmax_cross_entropy", "squared_error"
LOSSES = (SOFTMAX, SQUARED)

MOMENTUM = 0.9
ADAM_DECAYS = (0.9, 0.999)
RMSPROP_DECAY = 0.9
WEIGHT_DECAY = 0.01
EPSILON = 1e-8
"""Of the optimizers."""
NORM_EPSILON = 1e-5


class Table(NamedTuple):
    """An embedding: a vector of `width` numbers for each of the categories."""

    categories: int
    width: int


class HiddenLayer(NamedTuple):
    """One hidden layer: its number from 1, its widths, and whether its input is added."""

    number: int
    inputs: int
    units: int
    residual: bool


@dataclass(frozen=True)
class Network:
    """A network and how it is trained.

    Attributes:
        inputs: features, or columns of whole numbers where there is an embedding.
        hidden: units of the hidden layers.
        outputs: classes, or numbers to be predicted.
        batch_size: rows an update.
        activation: of the hidden layers, one of `ACTIVATIONS`.
        dropout: the share of hidden units that is dropped in training.
        normalization: "batch", "layer" or None.
        residual: whether hidden layers add their input.
        embedding: the table, or None.
        loss: one of `LOSSES`.
        optimizer: one of `OPTIMIZERS`.
    """

    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    batch_size: int
    activation: str = "relu"
    dropout: float = 0.0
    normalization: str | None = None
    residual: bool = False
    embedding: Table | None = None
    loss: str = SOFTMAX
    optimizer: str = "adam"

    @property
    def features(self) -> int:
        """The width of what the first layer receives."""
        return self.inputs if self.embedding is None else self.inputs * self.embedding.width

    @property
    def rate(self) -> float:
        """The learning rate: small enough for plain descent on networks of any width."""
        if self.optimizer in RATES:
            return RATES[self.optimizer]
        stable = 0.1 / (1 + max((self.features, *self.hidden)))
        return stable if self.optimizer == "sgd" else stable * (1 - MOMENTUM)

    @property
    def bias(self) -> bool:
        """Whether hidden layers have one: a batch normalization would take it out again."""
        return self.normalization != "batch"

    def hidden_layers(self) -> Iterator[HiddenLayer]:
        """Walk the hidden layers."""
        inputs = self.features
        for number, units in enumerate(self.hidden, 1):
            yield HiddenLayer(number, inputs, units, self.residual and inputs == units)
            inputs = units

    @property
    def last_width(self) -> int:
        """The width of what the output layer receives."""
        return self.hidden[-1] if self.hidden else self.features

    @property
    def flops(self) -> int:
        """Floating-point operations of the matrix products of one step.

        The first product's derivative with respect to the features is not needed, unless an
        embedding comes before it.
        """
        sizes = [layer.inputs * layer.units for layer in self.hidden_layers()]
        sizes.append(self.last_width * self.outputs)
        spared = sizes[0] if self.embedding is None else 0
        return 2 * self.batch_size * (3 * sum(sizes) - spared)

    @property
    def title(self) -> str:
        """The network in one line, such as "2-8-2, 32"."""
        widths = "-".join(map(str, (self.features, *self.hidden, self.outputs)))
        unusual = [] if self.activation == "relu" else [self.activation]
        if self.normalization:
            unusual.append(f"{self.normalization} norm")
        if self.dropout:
            unusual.append(f"dropout {self.dropout:.2f}")
        if self.residual:
            unusual.append("residual")
        if self.embedding:
            unusual.append(f"embedding {self.inputs} of {self.embedding.categories}")
        if self.loss != SOFTMAX:
            unusual.append(self.loss.replace("_", " "))
        if self.optimizer != "adam":
            unusual.append(self.optimizer)
        return ", ".join((widths, str(self.batch_size), *unusual))

    def without_dropout(self) -> Network:
        """Return the network whose losses contestants can be held to."""
        return replace(self, dropout=0.0)
