"""A picture of a graph, from left to right, with values and gradients on every node.

Receives outputs and, by node, numbers that were computed elsewhere; gives an SVG or PNG file. A box
says the node's name, what it does and its shape; under that its value, and under that its gradient.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.drawing import (
    BLUE,
    GREEN,
    INK,
    LINE,
    ORANGE,
    PALE_GREEN,
    PALE_GREY,
    PALE_ORANGE,
    PALE_PURPLE,
    PALE_SKY,
    PAPER,
    POINTS,
    PURPLE,
    SOFT_INK,
    VERMILLION,
    Look,
    TextLine,
    box_size,
    checked_path,
    draw_box,
    draw_frame,
    drawing,
    points_axes,
    shortened,
    text_width,
)
from pellucid.errors import OptionError
from pellucid.graph.layered import Layout, layered
from pellucid.graph.lines import draw_courses
from pellucid.graph.node import Node
from pellucid.graph.outline import Box, outline
from pellucid.graph.short import short, short_shape

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_BOXES = 2000

_MARGIN = 18.0
_COMMUTATIVE = frozenset({"add", "multiply", "maximum", "minimum", "equal", "not_equal"})


_LOOKS = {
    "input": Look(PALE_SKY, BLUE),
    "parameter": Look(PALE_ORANGE, ORANGE),
    "state": Look(PALE_GREEN, GREEN),
    "constant": Look(PALE_GREY, LINE),
    "key": Look(PALE_PURPLE, PURPLE),
}
_OPERATION = Look(PAPER, SOFT_INK)


def draw_graph(
    outputs: Node | Sequence[Node],
    path: str | Path,
    *,
    values: Mapping[Node, Any] | None = None,
    gradients: Mapping[Node, Any] | None = None,
    title: str | None = None,
    plumbing: bool = False,
) -> None:
    """Draw the graph that computes `outputs`.

    Lines that reach `add`, `multiply` and the like arrive in any order; elsewhere the first operand
    arrives at the top.

    Args:
        outputs: a node, or several.
        path: where to; the suffix, `.svg` or `.png`, says in which form.
        values: node to value, of any shape; shown where there is one.
        gradients: node to gradient, likewise.
        title: a line above the picture.
        plumbing: whether to show broadcasts, reshapes and the plain numbers among the constants,
            which are folded away otherwise.

    Raises:
        OptionError: the suffix is another, there are no outputs, the graph has more than 2000
            boxes or very many long lines, or a PNG of its size could not be read.
        FolderError: the file cannot be written.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> from pellucid.graph.node import input_node
        >>> x, y = input_node("x", ()), input_node("y", ())
        >>> draw_graph(x * y, folder / "product.svg", values={x: 3, y: 4})
    """
    checked_path(path)
    ends = [outputs] if isinstance(outputs, Node) else list(outputs)
    if not ends:
        raise OptionError(f"cannot draw '{path}': there are no outputs")
    boxes = outline(ends, plumbing)
    if len(boxes) > MOST_BOXES:
        raise OptionError(
            f"cannot draw '{path}': the graph has {len(boxes)} boxes, and no one can read a "
            f"picture of more than {MOST_BOXES}. Draw a part of it, such as the nodes that one "
            "layer gives, or print it with pellucid.graph.text.text"
        )
    lines = [_lines(box, values or {}, gradients or {}) for box in boxes]
    sizes = [box_size(texts) for texts in lines]
    numbers = {box.node: number for number, box in enumerate(boxes)}
    edges = [(numbers[source], numbers[box.node]) for box in boxes for source in box.sources]
    ordered = frozenset(
        number for number, box in enumerate(boxes) if box.node.primitive.name not in _COMMUTATIVE
    )
    layout = layered(sizes, edges, ordered)
    legend = _legend(boxes, bool(values), bool(gradients))
    _draw(path, layout, boxes, lines, sizes, legend, title)


def _lines(box: Box, values: Mapping[Node, Any], gradients: Mapping[Node, Any]) -> list[TextLine]:
    node = box.node
    kind = "" if box.title == box.operation else f"{shortened(box.operation)}, "
    found = [
        TextLine(shortened(box.title), INK, 9.5, bold=True),
        TextLine(f"{kind}{short_shape(node.shape)}", SOFT_INK, 7),
    ]
    if node in values:
        found.append(TextLine(_signed(short(values[node])), BLUE, 8.5))
    if node in gradients:
        found.append(TextLine(_signed(short(gradients[node])), VERMILLION, 8.5))
    return found


def _signed(numbers: str) -> str:
    """Return numbers with a minus sign instead of a hyphen."""
    return numbers.replace("-", "\N{MINUS SIGN}")


def _legend(boxes: Sequence[Box], values: bool, gradients: bool) -> list[tuple[str, Look | str]]:
    """Return what the legend explains: a kind of leaf with its look, or a colour of text."""
    present = {box.node.primitive.name for box in boxes}
    entries: list[tuple[str, Look | str]] = [
        (kind, look) for kind, look in _LOOKS.items() if kind in present
    ]
    if values:
        entries.append(("value", BLUE))
    if gradients:
        entries.append(("gradient under it" if values else "gradient", VERMILLION))
    return entries


def _draw(
    path: str | Path,
    layout: Layout,
    boxes: list[Box],
    lines: list[list[TextLine]],
    sizes: list[tuple[float, float]],
    legend: list[tuple[str, Look | str]],
    title: str | None,
) -> None:
    head = None if title is None else shortened(title, 120)
    legend_width = sum(text_width(name, 8) + 32 for name, _ in legend)
    title_width = 0.0 if head is None else text_width(head, 12, bold=True)
    width = max(layout.width, legend_width, title_width) + 2 * _MARGIN
    above = _MARGIN + (26 if head is not None else 0)
    below = _MARGIN + (30 if legend else 0)
    height = layout.height + above + below
    with drawing(path, width / POINTS, height / POINTS) as figure:
        axes = points_axes(figure)
        if head is not None:
            axes.text(_MARGIN, _MARGIN + 4, head, fontsize=12, fontweight="bold", va="center")
        left = (width - layout.width) / 2
        draw_courses(axes, layout.courses, left, above)
        for box, texts, size, (x, y) in zip(boxes, lines, sizes, layout.centres, strict=True):
            look = _LOOKS.get(box.node.primitive.name, _OPERATION)
            draw_box(axes, texts, size, (x + left, y + above), look)
        _draw_legend(axes, legend, height - _MARGIN - 2)


def _draw_legend(axes: Axes, entries: list[tuple[str, Look | str]], y: float) -> None:
    x = _MARGIN
    for name, look in entries:
        colour = INK
        if isinstance(look, Look):
            draw_frame(axes, (x, y - 5), (14, 10), look, rounding=2)
            x += 19
        else:
            colour = look
        axes.text(x, y, name, fontsize=8, color=colour, va="center_baseline")
        x += text_width(name, 8) + 14
