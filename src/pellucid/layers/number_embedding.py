"""The layer at the front of a table's network that lets it bend along each number."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sqrt
from typing import Any

from pellucid.graph.node import Node
from pellucid.initializers.random import Normal, Uniform
from pellucid.layers.base import Layer, parameter
from pellucid.layers.columns import check_positions, require_columns, take_columns
from pellucid.layers.mode import Mode
from pellucid.parts import require_number, require_whole
from pellucid.primitives import concatenate, cos, expand_dims, matmul, reshape, transpose


class PeriodicEmbedding(Layer):
    """x, and for each of some numbers x_i among its columns `width` learned functions of it.

        a_i = cos(2 pi f_i x_i + p_i) W_i + b_i

    The frequencies f_i and phases p_i (`frequencies` of each) are learned as the weights are. A
    plain network sees a number through straight lines, and needs many units to follow a function
    that turns often; the cosines turn from the start. Whole input: (rows, columns in all); output:
    (rows, columns in all + numbers * width), x first.

    Parameters, with n numbers and k frequencies: `frequency` and `phase` (n, k), `weight`
    (n, k, width), `bias` (n, 1, width).

    Source: Gorishniy, Rubachev, Babenko, "On embeddings for numerical features in tabular deep
    learning", NeurIPS 2022; in the form with phases, no activation and x itself beside it, and with
    the defaults, of Holzmüller, Grinsztajn, Steinwart, "Better by default: strong pre-tuned MLPs
    and boosted trees on tabular data", NeurIPS 2024, section 3 ("PBLD").

    Example:
        >>> from pellucid.graph.node import input_node
        >>> PeriodicEmbedding([0, 1, 4])(input_node("x", (32, 6))).shape
        (32, 15)
    """

    frequency: Node
    phase: Node
    weight: Node
    bias: Node

    def __init__(
        self,
        columns: Sequence[int],
        frequencies: int = 16,
        width: int = 3,
        deviation: float = 0.1,
        name: str | None = None,
    ) -> None:
        """Choose the columns and the sizes.

        Args:
            columns: positions of the numbers, counted from 0, in about standard units.
            frequencies: of each number.
            width: how many functions of each number there are.
            deviation: of the normal distribution that frequencies are drawn from at the start;
                the larger it is, the more the first functions turn.
            name: of the layer.

        Raises:
            OptionError: an argument is impossible.
        """
        self.columns = check_positions("PeriodicEmbedding", columns)
        self.frequencies, self.width, self.deviation = frequencies, width, deviation
        self.name = name
        require_whole(self, "frequencies", "width", at_least=1)
        require_number(self, "deviation", above=0.0)

    def options(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "columns": self.columns,
            "frequencies": self.frequencies,
            "width": self.width,
            "deviation": self.deviation,
        }

    def build(self, x: Node) -> None:
        """Create the parameters."""
        self._require_float(x)
        numbers, count = len(self.columns), self.frequencies
        limit = 1.0 / sqrt(count)
        near_zero = Uniform(-limit, limit)
        normal, turn = Normal(0.0, self.deviation), Uniform(-pi, pi)
        self.frequency = parameter((numbers, count), normal, x.dtype, incoming=())
        self.phase = parameter((numbers, count), turn, x.dtype, incoming=())
        self.weight = parameter((numbers, count, self.width), near_zero, x.dtype, incoming=1)
        self.bias = parameter((numbers, 1, self.width), near_zero, x.dtype, incoming=())

    def call(self, x: Node, mode: Mode) -> Node:
        """Return x and the functions of its numbers, (rows, columns + numbers * width)."""
        require_columns(self.title, x, self.columns)
        # Numbers come before rows, so that all the products are one batched product.
        numbers = expand_dims(transpose(take_columns(x, self.columns), (1, 0)), 2)
        turns = numbers * expand_dims(self.frequency, 1)
        waves = cos((2.0 * pi) * turns + expand_dims(self.phase, 1))
        functions = transpose(matmul(waves, self.weight) + self.bias, (1, 0, 2))
        flat = reshape(functions, (x.shape[0], len(self.columns) * self.width))
        return concatenate([x, flat], axis=1)
