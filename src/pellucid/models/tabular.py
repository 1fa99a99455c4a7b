"""The network for tables with numbers and categories, and several of it side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pellucid.errors import OptionError
from pellucid.layers.activation import activation_named
from pellucid.layers.base import Layer
from pellucid.layers.column_embedding import ColumnEmbeddings
from pellucid.layers.container import Sequential
from pellucid.layers.dropout import Dropout
from pellucid.layers.ensemble import MemberDense
from pellucid.layers.number_embedding import PeriodicEmbedding
from pellucid.models.mlp import multilayer_perceptron

LEAST_WIDTH, MOST_WIDTH = 2, 16
FIRST_FREQUENCIES = 0.2
"""Their deviation, chosen on real tables for runs of a few thousand updates; 0.1 in the paper."""


def tabular_network(
    outputs: int,
    numbers: Sequence[int] = (),
    categories: Mapping[int, int] | None = None,
    hidden: Sequence[int] = (128, 128),
    activation: str = "silu",
    dropout: float = 0.1,
    normalization: str | None = None,
    members: int = 1,
) -> Sequential:
    """Return embeddings of numbers and categories, hidden layers, and a linear layer output.

    The layers are called numbers (a `PeriodicEmbedding`), categories (`ColumnEmbeddings`),
    hidden_1, dropout_1, .., output. Columns that are neither, such as one-hot categories and
    marks of what is missing, go to the first hidden layer as they are.

    With several members, the hidden layers and the output are as many networks side by side, which
    share the embeddings: the result is (rows, members, outputs), to be trained with
    `MeanOverMembers` and averaged for a prediction (numbers, or probabilities after the softmax).

    Args:
        outputs: the number of outputs.
        numbers: positions of the columns of numbers, in about standard units. Columns of only two
            values need not be among them: a function of two values is a line.
        categories: position of each column of codes to the number of its codes.
        hidden: the number of units of each hidden layer.
        activation: a name of `ACTIVATIONS`.
        dropout: the share of hidden units that is dropped in training.
        normalization: "batch", "layer" or None, of one network.
        members: how many networks there are; 1 for one without an axis of members.

    Raises:
        OptionError: an argument is impossible.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> network = tabular_network(3, numbers=[0, 1], categories={4: 200}, members=8)
        >>> [layer.name for layer in network.items]
        ['numbers', 'categories', 'hidden_1', 'dropout_1', 'hidden_2', 'dropout_2', 'output']
        >>> network(input_node("x", (32, 5))).shape
        (32, 8, 3)
    """
    if not isinstance(members, int) or isinstance(members, bool) or members < 1:
        raise OptionError(f"members must be a whole number of at least 1, got {members!r}")
    front = _front(numbers, categories or {})
    if members == 1:
        network = multilayer_perceptron(outputs, hidden, activation, dropout, normalization)
        return Sequential(*front, *network.items)
    if normalization is not None:
        raise OptionError("members and normalization exclude each other")
    layers: list[Layer] = []
    for number, units in enumerate(hidden, 1):
        function = activation_named(activation)
        layers.append(MemberDense(members, units, function, name=f"hidden_{number}"))
        if dropout:
            layers.append(Dropout(dropout, name=f"dropout_{number}"))
    return Sequential(*front, *layers, MemberDense(members, outputs, name="output"))


def _front(numbers: Sequence[int], categories: Mapping[int, int]) -> list[Layer]:
    """Return the embeddings; numbers first, since these leave every column at its position."""
    both = sorted(set(numbers) & set(categories))
    if both:
        raise OptionError(f"column {both[0]} cannot hold both numbers and codes of categories")
    layers: list[Layer] = []
    if numbers:
        embedding = PeriodicEmbedding(list(numbers), deviation=FIRST_FREQUENCIES, name="numbers")
        layers.append(embedding)
    if categories:
        counts = list(categories.values())
        widths = [embedding_width(count) for count in counts]
        layers.append(ColumnEmbeddings(list(categories), counts, widths, name="categories"))
    return layers


def embedding_width(count: int) -> int:
    """Return the width of the vectors for that many categories: the root, from 2 to 16.

    Example:
        >>> embedding_width(3), embedding_width(41), embedding_width(5000)
        (2, 6, 16)
    """
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise OptionError(f"a column of categories needs at least 1 of them, got {count!r}")
    return min(max(round(count**0.5), LEAST_WIDTH), MOST_WIDTH)
