"""What a network consists of and costs: a row for each layer, and totals."""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import east_asian_width

from pellucid.dtypes import float32
from pellucid.graph.node import Node, input_node
from pellucid.graph.traversal import topological
from pellucid.language import ENGLISH, say
from pellucid.layers.base import Layer
from pellucid.layers.mode import Mode
from pellucid.shapes import Shape, as_shape, size

HEADINGS = ("layer", "kind", "output", "parameters", "flops")


@dataclass(frozen=True)
class LayerRow:
    """One layer.

    Attributes:
        path: such as "tower.hidden_1"; "" for the network itself.
        kind: its class.
        output_shape: of its first call, with the rows; None if it was not called.
        parameters: the number of learned numbers of its own, without those of layers inside;
            shared ones are counted where they stand first.
        flops: floating-point operations of its own in one evaluation, over all its calls.
    """

    path: str
    kind: str
    output_shape: Shape | None
    parameters: int
    flops: int


@dataclass(frozen=True)
class Summary:
    """The layers of a network, outer ones first, and their totals.

    Attributes:
        rows: a row for each layer; the network itself comes first.
        input_shape: with the rows.
    """

    rows: tuple[LayerRow, ...]
    input_shape: Shape

    @property
    def parameters(self) -> int:
        """The number of learned numbers of the network."""
        return sum(row.parameters for row in self.rows)

    @property
    def flops(self) -> int:
        """The floating-point operations of one evaluation."""
        return sum(row.flops for row in self.rows)

    def __str__(self) -> str:
        """Return a table as plain text; shapes are those of one row."""
        return self.text()

    def text(self, language: str = ENGLISH) -> str:
        """Return the table with its headings in a language."""
        # The network itself is said by the totals, unless it does something of its own.
        shown = [row for row in self.rows if row.path or row.parameters or row.flops]
        lines = [tuple(say(f"console.{name}", language) for name in HEADINGS)]
        lines += [_cells(row, say("console.not_called", language)) for row in shown]
        total = say("console.total", language)
        lines.append((total, "", "", f"{self.parameters:,}", f"{self.flops:,}"))
        widths = [max(_width(line[column]) for line in lines) for column in range(len(HEADINGS))]
        return "\n".join(_line(line, widths) for line in lines)


def _cells(row: LayerRow, not_called: str) -> tuple[str, ...]:
    if row.output_shape is None:
        shape = not_called
    else:
        shape = " x ".join(map(str, row.output_shape[1:])) or "1"
    return row.path, row.kind, shape, f"{row.parameters:,}", f"{row.flops:,}"


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    blanks = [" " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    words = [cell + blank for cell, blank in zip(cells[:3], blanks[:3], strict=True)]
    numbers = [blank + cell for cell, blank in zip(cells[3:], blanks[3:], strict=True)]
    return "  ".join((*words, *numbers))


def _width(text: str) -> int:
    """Return how many letters wide a text is on a terminal, where Chinese ones take two places."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def summarize(network: Layer, x: Node | int | Shape) -> Summary:
    """Return what a network consists of, and what evaluating it costs.

    Args:
        network: it is called once, in evaluation, and so built if it was not.
        x: the input, (rows, ..): all its rows are counted. Or the shape of one row of float32,
            without the rows: one row is counted.

    Raises:
        ShapeError: the network does not fit the input.

    Example:
        >>> from pellucid.layers.container import Sequential
        >>> from pellucid.layers.dense import Dense
        >>> print(summarize(Sequential(Dense(64, "relu"), Dense(3, name="output")), (10,)))
        layer    kind   output  parameters  flops
        dense_1  Dense  64             704  1,408
        output   Dense  3              195    387
        total                          899  1,795
    """
    if not isinstance(x, Node):
        x = input_node("input", (1, *as_shape(x)), float32)
    mode = Mode()
    network(x, mode)
    shapes: dict[int, Shape] = {}
    flops: dict[int, int] = {}
    counted: set[Node] = set()
    for layer, given, output in mode.calls:
        reached = topological([output], stop=[given])
        inner = [node for node in reached if node not in counted and node is not given]
        counted.update(inner)
        work = sum(node.primitive.flops(node) for node in inner)
        shapes.setdefault(id(layer), output.shape)
        flops[id(layer)] = flops.get(id(layer), 0) + work
    own: dict[str, int] = {}
    for name, leaf in network.parameters().items():
        path = name.rpartition(".")[0]
        own[path] = own.get(path, 0) + size(leaf.shape)
    rows = [
        LayerRow(
            path,
            type(layer).__name__,
            shapes.get(id(layer)),
            own.get(path, 0),
            flops.get(id(layer), 0),
        )
        for path, layer in network.layers()
    ]
    return Summary(tuple(rows), x.shape)
