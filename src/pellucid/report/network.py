"""A block diagram of a network: one box a layer, from left to right.

Receives what is known of each layer (path, kind, shape of the output, parameters, floating-point
operations), gives the size of the picture and what paints it. Layers one after the other fill lines
of a page; where there are branches and shortcuts they are laid out as a graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pellucid.drawing import (
    BLUE,
    INK,
    LINE,
    ORANGE,
    PALE_ORANGE,
    PALE_SKY,
    PAPER,
    SOFT_INK,
    Look,
    TextLine,
    arrow_head,
    box_size,
    draw_box,
    shortened,
    text_width,
)
from pellucid.errors import OptionError
from pellucid.graph.layered import Edge, Layout, layered
from pellucid.graph.lines import draw_courses
from pellucid.graph.short import short_shape
from pellucid.language import ENGLISH, Sentence, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LayerRow = tuple[str, str, tuple[int, ...], int, int]
"""Path, kind, shape of the output, parameters, floating-point operations."""

_MARGIN = 18.0
_GAP = 26.0
_ROW_GAP = 30.0
_WIDEST, _STEP = 760.0, 10.0
_BAR, _BAR_GAP = 4.0, 5.0

_INPUT = Look(PALE_SKY, BLUE)
_LEARNS = Look(PALE_ORANGE, ORANGE)
_FIXED = Look(PAPER, SOFT_INK)


class _Block(NamedTuple):
    """A box of the diagram; `share` of all parameters is drawn as a bar under it."""

    lines: list[TextLine]
    look: Look
    share: float


def network_picture(
    rows: Sequence[LayerRow], *, widest: float = _WIDEST, language: str = ENGLISH
) -> tuple[float, float, Callable[[Axes], None]]:
    """Return the picture's width and height in points, and what paints it on axes in points.

    A layer whose path begins with another's, as `tower.hidden` with `tower`, stands inside it. The
    layers inside a Concatenate are branches, those inside a Residual have a shortcut beside them,
    others follow one another in the order of `rows`. An outer layer is drawn, behind its inner
    ones, if it joins them or has work of its own. Layers that learn are tinted; the bar under a
    layer is its share of all parameters.

    Args:
        rows: for each layer its path in the network, its kind, the shape of its output without the
            axis of the batch, its own parameters and its own floating-point operations; outer
            layers before inner ones; at least one.
        widest: lines of layers are no wider than this, in points, unless a single one is.
        language: of the words in it.

    Raises:
        OptionError: lines pass so many boxes that no layout is found in reasonable time.
    """
    shown, edges = flow(rows)
    straight = edges == [(box, box + 1) for box in range(len(shown))]
    blocks = _blocks(shown, language)
    if straight:
        blocks = blocks[1:]
    sizes = [box_size(block.lines) for block in blocks]
    layout = _lines_of_page(sizes, widest) if straight else _as_graph(sizes, edges)
    foot = _foot(shown, language)
    foots = _foot_lines(foot, max(layout.width, widest), say("page.then", language))
    broadest = max(layout.width, *(text_width(line, 8.5) for line in foots))
    height = layout.height + 3 * _MARGIN + 12 * len(foots)

    def paint(axes: Axes) -> None:
        if straight:
            _draw_arrows(axes, layout, sizes)
        else:
            draw_courses(axes, layout.courses, _MARGIN, _MARGIN)
        for block, size, (x, y) in zip(blocks, sizes, layout.centres, strict=True):
            draw_box(axes, block.lines, size, (x + _MARGIN, y + _MARGIN), block.look)
            if block.share:
                corner = (x + _MARGIN - size[0] / 2, y + _MARGIN + size[1] / 2 + _BAR_GAP)
                _draw_share(axes, corner, size[0], block.share)
        for number, line in enumerate(reversed(foots)):
            y = height - _MARGIN - 12 * number
            axes.text(_MARGIN, y, line, fontsize=8.5, color=SOFT_INK, va="center")

    return broadest + 2 * _MARGIN, height, paint


def flow(rows: Sequence[LayerRow]) -> tuple[list[LayerRow], list[Edge]]:
    """Return the layers that have a box, and how data goes between them.

    Box 0 is the input, box n the n-th layer of the list.

    Example:
        >>> dense = ("block.inner", "Dense", (8,), 72, 136)
        >>> shown, edges = flow([("block", "Residual", (8,), 0, 8), dense])
        >>> [row[0] for row in shown], edges
        (['block.inner', 'block'], [(0, 1), (1, 2), (0, 2)])
    """
    places = {row[0]: place for place, row in enumerate(rows)}
    inside: dict[int | None, list[int]] = {}
    for place, row in enumerate(rows):
        inside.setdefault(_outer(row[0], places), []).append(place)
    shown: list[LayerRow] = []
    edges: list[Edge] = []

    def box(row: LayerRow, sources: Sequence[int]) -> int:
        shown.append(row)
        edges.extend((source, len(shown)) for source in sources)
        return len(shown)

    def through(members: Sequence[int], entry: int) -> int:
        for place in members:
            entry = layer(place, entry)
        return entry

    def layer(place: int, entry: int) -> int:
        row, members = rows[place], inside.get(place, [])
        if not members:
            return box(row, [entry])
        if row[1] == "Concatenate":
            return box(row, [layer(member, entry) for member in members])
        end = through(members, entry)
        if row[1] == "Residual":
            return box(row, [end, entry])
        return box(row, [end]) if row[3] or row[4] else end

    through(inside[None], 0)
    return shown, edges


def _outer(path: str, places: Mapping[str, int]) -> int | None:
    """Return the place of the nearest layer that a layer stands inside, or None."""
    while path:
        path = path.rpartition(".")[0]
        if path in places:
            return places[path]
    return None


def _lines_of_page(sizes: list[tuple[float, float]], widest: float) -> Layout:
    """Return boxes one after the other, in lines that fit a page."""
    lines = _wrapped([width for width, _ in sizes], widest)
    tallest = max(height for _, height in sizes)
    centres = []
    widest = 0.0
    for number, line in enumerate(lines):
        x = 0.0
        for box in line:
            centres.append((x + sizes[box][0] / 2, number * (tallest + _ROW_GAP) + tallest / 2))
            x += sizes[box][0] + _GAP
        widest = max(widest, x - _GAP)
    return Layout(centres, [], widest, len(lines) * (tallest + _ROW_GAP) - _ROW_GAP)


def _as_graph(sizes: list[tuple[float, float]], edges: list[Edge]) -> Layout:
    below = _BAR_GAP + _BAR
    layout = layered([(width, height + 2 * below) for width, height in sizes], edges)
    return replace(layout, height=layout.height - below)


def _blocks(rows: Sequence[LayerRow], language: str) -> list[_Block]:
    """Return the input, then the layers."""
    total = sum(parameters for _, _, _, parameters, _ in rows)
    named = TextLine(say("page.network_input", language), INK, 9.5, bold=True)
    blocks = [_Block([named], _INPUT, 0.0)]
    for name, kind, shape, parameters, flops in rows:
        colour, called = INK if parameters else SOFT_INK, _called(kind, language)
        lines = [
            TextLine(shortened(name or called), INK, 9.5, bold=True),
            TextLine(shortened(called), SOFT_INK, 7.5),
            TextLine(short_shape(shape), INK if parameters else BLUE),
            TextLine(_count(parameters, "parameter", language), colour, 7.5),
            TextLine(_count(flops, "flop", language), SOFT_INK, 7.5),
        ]
        share = parameters / total if total else 0.0
        blocks.append(_Block(lines, _LEARNS if parameters else _FIXED, share))
    return blocks


def _called(kind: str, language: str) -> str:
    """Return what a kind of layer is called; one of the user's own keeps its name."""
    try:
        return say(f"page.layer_kind_{kind}", language)
    except OptionError:
        return kind


def _count(number: int, unit: str, language: str) -> str:
    """Return a number with its unit, in millions or billions where it is large."""
    shown = f"{number:,}"
    for size, letter in ((1e9, "G"), (1e6, "M")):
        if number >= size:
            shown = f"{number / size:.3g} {letter}"
            break
    several = "" if number == 1 else "s"
    return say(Sentence(f"page.network_{unit}{several}", {"count": shown}), language)


def _foot(rows: Sequence[LayerRow], language: str) -> list[str]:
    """Return the pieces of the line below the picture."""
    parameters = sum(row[3] for row in rows)
    flops = sum(row[4] for row in rows)
    several = "" if len(rows) == 1 else "s"
    layers = say(Sentence(f"page.network_layer{several}", {"count": len(rows)}), language)
    counts = [_count(parameters, "parameter", language), _count(flops, "flop", language)]
    pieces = [say("page.and", language).join([layers, *counts])]
    return [*pieces, say("page.network_bars", language)] if parameters else pieces


def _foot_lines(pieces: list[str], width: float, between: str) -> list[str]:
    """Return the pieces on one line, or each on its own where there is no room."""
    line = between.join(pieces)
    return [line] if text_width(line, 8.5) <= width else pieces


def _wrapped(widths: list[float], limit: float = _WIDEST) -> list[list[int]]:
    """Return the numbers of the boxes, line by line: as few lines as fit, of similar widths."""
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


def _draw_share(axes: Axes, corner: tuple[float, float], width: float, share: float) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle(corner, width, _BAR, facecolor=PALE_ORANGE, linewidth=0))
    axes.add_patch(Rectangle(corner, width * share, _BAR, facecolor=ORANGE, linewidth=0))


def _draw_arrows(axes: Axes, layout: Layout, sizes: list[tuple[float, float]]) -> None:
    """Draw the way from box to box, and from the end of a line to the start of the next."""
    ends = [
        (x + _MARGIN - width / 2, x + _MARGIN + width / 2, y + _MARGIN)
        for (x, y), (width, _) in zip(layout.centres, sizes, strict=True)
    ]
    for (_, out, y), (into, _, next_y) in pairwise(ends):
        if y == next_y:
            _draw_arrow(axes, [(out, y), (into, y)])
        else:
            beside, back = out + _MARGIN * 0.5, into - _MARGIN * 0.6
            middle = (y + next_y) / 2 + _BAR_GAP
            corners = [(beside, y), (beside, middle), (back, middle), (back, next_y)]
            _draw_arrow(axes, [(out, y), *corners, (into, next_y)])


def _draw_arrow(axes: Axes, points: list[tuple[float, float]]) -> None:
    from matplotlib.patches import Polygon

    axes.plot(*zip(*points, strict=True), color=LINE, linewidth=1.1, solid_joinstyle="round")
    axes.add_patch(Polygon(arrow_head(*points[-1]), facecolor=SOFT_INK, linewidth=0, zorder=3))
