"""A block diagram of a network: one box a layer, from left to right.

Receives what is known of each layer (path, kind, shape of the output, parameters, floating-point
operations), gives an SVG or PNG file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pellucid.drawing import (
    BLUE,
    INK,
    LINE,
    ORANGE,
    PALE_ORANGE,
    PALE_SKY,
    PAPER,
    POINTS,
    SOFT_INK,
    Look,
    TextLine,
    arrow_head,
    box_size,
    checked_path,
    draw_box,
    drawing,
    points_axes,
    shortened,
    text_width,
)
from pellucid.errors import OptionError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LayerRow = tuple[str, str, tuple[int, ...], int, int]
"""Path, kind, shape of the output, parameters, floating-point operations."""

_MARGIN = 18.0
_GAP = 26.0
_ROW_GAP = 30.0
_WIDEST, _STEP = 760.0, 10.0
_BAR = 4.0

_INPUT = Look(PALE_SKY, BLUE)
_LEARNS = Look(PALE_ORANGE, ORANGE)
_FIXED = Look(PAPER, SOFT_INK)


class _Block(NamedTuple):
    """A box of the diagram; `share` of all parameters is drawn as a bar under it."""

    lines: list[TextLine]
    look: Look
    share: float


def draw_network(
    path: str | Path,
    rows: Sequence[LayerRow],
    *,
    input_shape: tuple[int, ...] | None = None,
    title: str | None = None,
) -> None:
    """Draw the layers of a network in the order of `rows`.

    Layers that learn are tinted; the bar under a layer is its share of all parameters.

    Args:
        path: where to; the suffix, `.svg` or `.png`, says in which form.
        rows: for each layer its path in the network, its kind, the shape of its output without the
            axis of the batch, its parameters and its floating-point operations.
        input_shape: the shape of one row of the input, drawn as a box of its own if given.
        title: a line above the picture.

    Raises:
        OptionError: there are no layers, or the suffix is another.
        FolderError: the file cannot be written.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> rows = [("hidden", "Dense", (8,), 40, 72), ("output", "Dense", (3,), 27, 51)]
        >>> draw_network(folder / "network.svg", rows, input_shape=(4,))
    """
    checked_path(path)
    if not rows:
        raise OptionError(f"cannot draw '{path}': the network has no layers")
    blocks = _blocks(rows, input_shape)
    sizes = [box_size(block.lines) for block in blocks]
    lines = _wrapped([width for width, _ in sizes])
    tallest = max(height for _, height in sizes)
    foot = _foot(rows)
    head = "" if title is None else shortened(title, 100)
    widest = max(sum(sizes[n][0] for n in line) + _GAP * (len(line) - 1) for line in lines)
    widest = max(widest, text_width(head, 12, bold=True), text_width(foot, 8.5))
    above = _MARGIN + (26 if head else 0)
    height = above + len(lines) * (tallest + _ROW_GAP) + _MARGIN + 6
    with drawing(path, (widest + 2 * _MARGIN) / POINTS, height / POINTS) as figure:
        axes = points_axes(figure)
        if head:
            axes.text(_MARGIN, _MARGIN + 4, head, fontsize=12, fontweight="bold", va="center")
        y = above + tallest / 2
        for position, line in enumerate(lines):
            _draw_row(axes, [blocks[n] for n in line], [sizes[n] for n in line], y, tallest)
            if position + 1 < len(lines):
                end = _MARGIN + sum(sizes[n][0] for n in line) + _GAP * (len(line) - 1)
                _draw_turn(axes, end, y, y + tallest + _ROW_GAP, tallest)
            y += tallest + _ROW_GAP
        axes.text(_MARGIN, height - _MARGIN, foot, fontsize=8.5, color=SOFT_INK, va="center")


def _blocks(rows: Sequence[LayerRow], input_shape: tuple[int, ...] | None) -> list[_Block]:
    total = sum(parameters for _, _, _, parameters, _ in rows)
    blocks = []
    if input_shape is not None:
        lines = [TextLine("input", INK, 9.5, bold=True), TextLine(_shape(input_shape), BLUE)]
        blocks.append(_Block(lines, _INPUT, 0.0))
    for name, kind, shape, parameters, flops in rows:
        lines = [
            TextLine(shortened(name), INK, 9.5, bold=True),
            TextLine(shortened(kind), SOFT_INK, 7.5),
            TextLine(_shape(shape), BLUE),
            TextLine(_count(parameters, "parameter"), INK if parameters else SOFT_INK, 7.5),
            TextLine(_count(flops, "flop"), SOFT_INK, 7.5),
        ]
        share = parameters / total if total else 0.0
        blocks.append(_Block(lines, _LEARNS if parameters else _FIXED, share))
    return blocks


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) if shape else "scalar"


def _count(number: int, unit: str) -> str:
    """Return a number with its unit, in thousands, millions or billions where it is large."""
    for size, letter in ((1e9, "G"), (1e6, "M")):
        if number >= size:
            return f"{number / size:.3g} {letter} {unit}s"
    return f"{number:,} {unit}" + ("" if number == 1 else "s")


def _foot(rows: Sequence[LayerRow]) -> str:
    parameters = sum(row[3] for row in rows)
    flops = sum(row[4] for row in rows)
    layers = "1 layer" if len(rows) == 1 else f"{len(rows)} layers"
    bars = "; bars are shares of the parameters" if parameters else ""
    return f"{layers}, {_count(parameters, 'parameter')}, {_count(flops, 'flop')}{bars}"


def _wrapped(widths: list[float]) -> list[list[int]]:
    """Return the numbers of the boxes, line by line: as few lines as fit, of similar widths."""
    limit = _WIDEST
    lines = _filled(widths, limit)
    while limit > _STEP and len(narrower := _filled(widths, limit - _STEP)) == len(lines):
        lines, limit = narrower, limit - _STEP
    return lines


def _filled(widths: list[float], limit: float) -> list[list[int]]:
    """Return the numbers of the boxes, line by line, each line as full as the limit allows."""
    lines: list[list[int]] = [[]]
    used = 0.0
    for number, width in enumerate(widths):
        if lines[-1] and used + width > limit:
            lines.append([])
            used = 0.0
        lines[-1].append(number)
        used += width + _GAP
    return lines


def _draw_row(
    axes: Axes,
    blocks: list[_Block],
    sizes: list[tuple[float, float]],
    y: float,
    tallest: float,
) -> None:
    x = _MARGIN
    for number, (block, (width, height)) in enumerate(zip(blocks, sizes, strict=True)):
        if number:
            _draw_arrow(axes, [(x - _GAP, y), (x, y)])
        draw_box(axes, block.lines, (width, height), (x + width / 2, y), block.look)
        if block.share:
            _draw_share(axes, x, y + height / 2 + 5, width, block.share)
        x += width + _GAP


def _draw_share(axes: Axes, x: float, y: float, width: float, share: float) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((x, y), width, _BAR, facecolor=PALE_ORANGE, linewidth=0))
    axes.add_patch(Rectangle((x, y), width * share, _BAR, facecolor=ORANGE, linewidth=0))


def _draw_turn(axes: Axes, end: float, y: float, next_y: float, tallest: float) -> None:
    """Draw the way from the end of one row to the start of the next."""
    middle = y + tallest / 2 + _ROW_GAP * 0.62
    out, back = end + _MARGIN * 0.5, _MARGIN * 0.4
    _draw_arrow(
        axes,
        [(end, y), (out, y), (out, middle), (back, middle), (back, next_y), (_MARGIN, next_y)],
    )


def _draw_arrow(axes: Axes, points: list[tuple[float, float]]) -> None:
    from matplotlib.patches import Polygon

    axes.plot(*zip(*points, strict=True), color=LINE, linewidth=1.1, solid_joinstyle="round")
    axes.add_patch(Polygon(arrow_head(*points[-1]), facecolor=SOFT_INK, linewidth=0, zorder=3))
