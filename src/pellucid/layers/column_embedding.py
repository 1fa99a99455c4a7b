"""The layer at the front of a table's network that gives categories learned vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.dtypes import int32
from pellucid.errors import OptionError
from pellucid.graph.node import Node
from pellucid.layers.base import Layer
from pellucid.layers.columns import check_positions, require_columns, take_columns
from pellucid.layers.embedding import vectors
from pellucid.layers.mode import Mode
from pellucid.parts import whole_numbers
from pellucid.primitives import cast, concatenate, gather, squeeze


class ColumnEmbeddings(Layer):
    """Some columns of floats (rows, width) hold category codes; each gets a table of vectors.

    The other columns come first, in their order, and then the vectors of each listed column:
    (rows, width - number of listed columns + sum of widths). A code is a whole number from 0,
    held as a float as the other columns are (float32 holds those up to 2^24 exactly); a fraction is
    dropped, and a code that is negative or not below its count is an error when the network runs.
    Which code stands for an unseen, rare or missing category is for the encoding of the table to
    say: each is a code like any other and counts in `counts`.

    Parameters `tables_1`, `tables_2`, .., each (count, width), in the order of the columns.

    Source: Guo, Berkhahn, "Entity embeddings of categorical variables", 2016.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> layer = ColumnEmbeddings([2, 5], counts=[30, 100], widths=[4, 8])
        >>> layer(input_node("x", (32, 6))).shape
        (32, 16)
    """

    tables: list[Node]

    def __init__(
        self,
        columns: Sequence[int],
        counts: Sequence[int],
        widths: int | Sequence[int] = 8,
        name: str | None = None,
    ) -> None:
        """Choose the columns and the sizes of their tables.

        Args:
            columns: positions of the columns that hold codes, counted from 0.
            counts: of each column's codes.
            widths: of the vectors, one for each column or one for all.
            name: of the layer.

        Raises:
            OptionError: an argument is no such list, or they differ in length.
        """
        self.name = name
        self.columns = check_positions("ColumnEmbeddings", columns)
        self.counts = self._sizes("counts", counts)
        of_all = whole_numbers([widths], at_least=1)
        self.widths = self._sizes("widths", of_all * len(self.columns) if of_all else widths)

    def _sizes(self, what: str, values: Any) -> list[int]:
        sizes = whole_numbers(values, at_least=1)
        if sizes is None or len(sizes) != len(self.columns):
            raise OptionError(
                f"ColumnEmbeddings needs {what} to be a whole number of at least 1 for each of "
                f"its {len(self.columns)} columns, got {values!r}"
            )
        return sizes

    def options(self) -> dict[str, Any]:
        """Return columns and sizes."""
        return {"columns": self.columns, "counts": self.counts, "widths": self.widths}

    def build(self, x: Node) -> None:
        """Create the tables."""
        self._require_float(x)
        pairs = zip(self.counts, self.widths, strict=True)
        self.tables = [vectors(*pair, x.dtype) for pair in pairs]

    def call(self, x: Node, mode: Mode) -> Node:
        """Return the other columns and the vectors, joined."""
        self._require_float(x)
        require_columns(self.title, x, self.columns)
        others = [column for column in range(x.shape[1]) if column not in self.columns]
        parts = [take_columns(x, others)] if others else []
        for table, column in zip(self.tables, self.columns, strict=True):
            codes = squeeze(cast(x[:, column : column + 1], int32), 1)
            parts.append(gather(table, codes))
        return concatenate(parts, axis=1)
