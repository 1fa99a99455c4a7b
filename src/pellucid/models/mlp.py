"""The multilayer perceptron: the network for tables."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.errors import OptionError
from pellucid.layers.activation import Activation, activation_named, suited_initializer
from pellucid.layers.base import Layer
from pellucid.layers.container import Sequential
from pellucid.layers.dense import Dense
from pellucid.layers.dropout import Dropout
from pellucid.layers.normalization import BatchNorm, LayerNorm


def multilayer_perceptron(
    outputs: int,
    hidden: Sequence[int] = (128, 64),
    activation: str = "relu",
    dropout: float = 0.0,
    normalization: str | None = None,
) -> Sequential:
    """Return hidden layers hidden_1, hidden_2, .. and a linear layer output.

    Each hidden layer is a matrix product, then norm_1, .. if there is normalization, the
    activation, and dropout_1, .. if there is dropout. Before a batch normalization there is no
    bias: it would be taken out again.

    Args:
        outputs: the number of outputs.
        hidden: the number of units of each hidden layer; empty for a linear model.
        activation: a name of `ACTIVATIONS`.
        dropout: the share of hidden units that is dropped in training.
        normalization: "batch", "layer" or None.

    Raises:
        OptionError: an argument is impossible.

    Example:
        >>> network = multilayer_perceptron(3, hidden=(16, 8), dropout=0.1)
        >>> [layer.title for layer in network.items]  # doctest: +NORMALIZE_WHITESPACE
        ["Dense 'hidden_1'", "Dropout 'dropout_1'", "Dense 'hidden_2'", "Dropout 'dropout_2'",
         "Dense 'output'"]
    """
    if normalization not in (None, "batch", "layer"):
        raise OptionError(f"normalization must be 'batch', 'layer' or None, got {normalization!r}")
    activation = activation_named(activation)
    layers: list[Layer] = []
    for number, units in enumerate(hidden, 1):
        name = f"hidden_{number}"
        if normalization is None:
            layers.append(Dense(units, activation, name=name))
        else:
            initializer = suited_initializer(activation)
            bias = normalization != "batch"
            layers.append(Dense(units, bias=bias, initializer=initializer, name=name))
            norm = BatchNorm if normalization == "batch" else LayerNorm
            layers.append(norm(name=f"norm_{number}"))
            layers.append(Activation(activation, name=f"activation_{number}"))
        if dropout:
            layers.append(Dropout(dropout, name=f"dropout_{number}"))
    return Sequential(*layers, Dense(outputs, name="output"))
