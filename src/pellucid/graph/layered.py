"""Where the boxes and lines of a directed graph go, from left to right, in layers.

Receives the sizes of boxes and the pairs of boxes that lines join; gives the centre of each box and
the course of each line. Layers and the order within them are found by grandalf's Sugiyama layout;
the heights are then settled so that no two boxes overlap and no line crosses a box: a line passes
each layer between two boxes, on a place kept for it, and bends only in the gap between layers.

Source: Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical system
structures", 1981.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from pellucid.errors import OptionError

Edge = tuple[int, int]

MOST_PLACES = 100_000
"""Boxes and passages of lines between boxes, in one connected part."""

_LANE = 6.0
_GAP = 14.0
_LAYER_GAP = 36.0
_STEEPNESS, _WIDEST_EXTRA = 0.12, 260.0
_COMPONENT_GAP = 34.0
_PORT_STEP = 11.0
_SWEEPS, _SWEEPS_OF_LARGE, _LARGE = 24, 6, 10_000
# Long lines are kept straight first, as in Gansner and others, "A technique for drawing directed
# graphs", 1993.
_WEIGHTS = (1.0, 2.0, 8.0)


class Run(NamedTuple):
    """A level stretch of a line, at height y from left to right; bends join one to the next."""

    left: float
    right: float
    y: float


@dataclass(frozen=True)
class Layout:
    """Where everything goes, in the units of the sizes, y growing downwards from 0.

    Attributes:
        centres: the middle of each box.
        courses: for each edge, in their order, its level stretches from left to right.
        width: the width of the whole.
        height: the height of the whole.
    """

    centres: list[tuple[float, float]]
    courses: list[list[Run]]
    width: float
    height: float


@dataclass(eq=False)
class _Item:
    """A box, or the place where lines from one box pass a layer."""

    layer: int
    height: float
    box: int | None
    y: float = 0.0
    before: list[_Item] = field(default_factory=list)
    after: list[_Item] = field(default_factory=list)


@dataclass
class _Component:
    """A connected part of the graph, layer by layer, each from top to bottom."""

    layers: list[list[_Item]]
    chains: dict[Edge, list[_Item]]


def layered(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[Edge],
    ordered: frozenset[int] = frozenset(),
) -> Layout:
    """Return a layout of boxes.

    Args:
        sizes: width and height of each box.
        edges: (source, target), as positions in `sizes`, the source being the earlier.
        ordered: the boxes whose lines arrive in the order of `edges`, the first at the top; at
            others they arrive so that they do not cross.

    Raises:
        OptionError: lines pass so many boxes that no layout is found in reasonable time.

    Example:
        >>> layout = layered([(40, 20), (40, 20), (60, 20)], [(0, 2), (1, 2)])
        >>> [round(y) for x, y in layout.centres]
        [10, 44, 27]
    """
    centres = [(0.0, 0.0)] * len(sizes)
    courses: list[list[Run]] = [[] for _ in edges]
    width = top = 0.0
    for members in _connected(len(sizes), edges):
        inside = set(members)
        pairs = list(dict.fromkeys(edge for edge in edges if edge[0] in inside))
        component = _arranged(members, pairs, sizes)
        _settle(component)
        right, bottom = _place(component, sizes, top, centres)
        for number, run in _courses(component, edges, sizes, centres, ordered):
            courses[number] = run
        width = max(width, right)
        top = bottom + _COMPONENT_GAP
    return Layout(centres, courses, width, max(0.0, top - _COMPONENT_GAP))


def _connected(count: int, edges: Sequence[Edge]) -> list[list[int]]:
    """Return the connected parts, each in rising order, the part of box 0 first."""
    neighbours: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        neighbours[source].append(target)
        neighbours[target].append(source)
    seen = [False] * count
    parts = []
    for start in range(count):
        if seen[start]:
            continue
        seen[start] = True
        part = [start]
        for member in part:
            for other in neighbours[member]:
                if not seen[other]:
                    seen[other] = True
                    part.append(other)
        parts.append(sorted(part))
    return parts


def _arranged(
    members: list[int], edges: list[Edge], sizes: Sequence[tuple[float, float]]
) -> _Component:
    """Return layers, with a place for each line that passes one, in the order grandalf finds."""
    ranks = _ranks(members, edges)
    items = {box: _Item(ranks[box], sizes[box][1], box) for box in members}
    lanes: dict[int, list[_Item]] = {box: [items[box]] for box in members}
    chains = {}
    for source, target in edges:
        # All lines from one box share their places, so that they are one line as far as they go.
        passed = lanes[source]
        while passed[-1].layer < ranks[target] - 1:
            lane = _Item(passed[-1].layer + 1, _LANE, None)
            _join(passed[-1], lane)
            passed.append(lane)
        chain = [*passed[: ranks[target] - ranks[source]], items[target]]
        _join(chain[-2], items[target])
        chains[source, target] = chain
    everything = [item for box in members for item in lanes[box]]
    if len(everything) > MOST_PLACES:
        raise OptionError(
            f"the graph's lines pass {len(everything)} places between its {len(members)} boxes, "
            f"more than the {MOST_PLACES} that can be laid out: draw a part of the graph, such as "
            "the nodes that one layer gives, or print it with pellucid.graph.text.text"
        )
    return _Component(_in_order(everything, sizes), chains)


def _join(left: _Item, right: _Item) -> None:
    left.after.append(right)
    right.before.append(left)


def _ranks(members: list[int], edges: list[Edge]) -> dict[int, int]:
    """Return the layer of each box: as far right as its users allow."""
    users: dict[int, list[int]] = {box: [] for box in members}
    ranks = dict.fromkeys(members, 0)
    for source, target in sorted(edges):
        users[source].append(target)
    for box in members:
        for user in users[box]:
            ranks[user] = max(ranks[user], ranks[box] + 1)
    for box in reversed(members):
        if users[box]:
            ranks[box] = min(ranks[user] for user in users[box]) - 1
    return ranks


def _in_order(items: list[_Item], sizes: Sequence[tuple[float, float]]) -> list[list[_Item]]:
    """Return the items layer by layer, each in grandalf's order, with grandalf's heights."""
    if len(items) == 1:
        return [items]
    with warnings.catch_warnings():
        # Its escape sequences are deprecated in newer Pythons.
        warnings.simplefilter("ignore")
        from grandalf.graphs import Edge as Link
        from grandalf.graphs import Vertex, graph_core
        from grandalf.layouts import SugiyamaLayout, VertexViewer
    vertices = {item: Vertex(item) for item in items}
    for item in items:
        # grandalf draws from top to bottom: its width is our height.
        depth = _LANE if item.box is None else sizes[item.box][0]
        vertices[item].view = VertexViewer(w=item.height, h=depth)
    # Link by link, each touching the part that is there: handing all over at once makes grandalf
    # compare all with all.
    graph = graph_core([vertices[items[0]]])
    waiting, linked = [items[0]], {items[0]}
    joined: set[tuple[_Item, _Item]] = set()
    for item in waiting:
        for pair in [(item, other) for other in item.after] + [(o, item) for o in item.before]:
            if pair not in joined:
                joined.add(pair)
                graph.add_edge(Link(*(vertices[end] for end in pair)))
                waiting += [end for end in pair if end not in linked]
                linked.update(pair)
    sugiyama = SugiyamaLayout(graph)
    sugiyama.xspace = _GAP
    with _deep_recursion(50 * len(items)):
        roots = [vertices[item] for item in items if not item.before]
        sugiyama.init_all(roots=roots, inverted_edges=[], optimize=True)
        sugiyama.draw()
    for item in items:
        item.y = vertices[item].view.xy[0]
    return [[vertex.data for vertex in layer] for layer in sugiyama.layers]


@contextmanager
def _deep_recursion(depth: int) -> Iterator[None]:
    """Allow deeper recursion for a while: grandalf places blocks recursively."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, limit + depth))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _settle(component: _Component) -> None:
    """Move every item towards its neighbours, keeping the order and the distances."""
    layers = component.layers
    for layer in layers:
        _spread(layer, [item.y for item in layer])
    large = sum(map(len, layers)) > _LARGE
    for sweep in range(_SWEEPS_OF_LARGE if large else _SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            _spread(layer, [_wish(item) for item in layer])
    for layer in layers:
        _spread(layer, [_straight(item) for item in layer])


def _wish(item: _Item) -> float:
    """Return the height at which an item's lines would be shortest."""
    total = weight = 0.0
    for other in (*item.before, *item.after):
        pull = _WEIGHTS[(item.box is None) + (other.box is None)]
        total += pull * other.y
        weight += pull
    return total / weight if weight else item.y


def _straight(item: _Item) -> float:
    """Return the height that makes an item's only line from the left level."""
    if len(item.before) == 1 and len(item.before[0].after) == 1:
        return item.before[0].y
    return item.y


def _spread(layer: list[_Item], wishes: list[float]) -> None:
    """Set the heights nearest to `wishes` (least squares) that keep the distances.

    Heights less the distances above them may not fall: a monotone regression, by pooling adjacent
    violators.
    """
    offsets = [0.0]
    for upper, lower in pairwise(layer):
        offsets.append(offsets[-1] + (upper.height + lower.height) / 2 + _distance(upper, lower))
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wishes, offsets, strict=True):
        total, count = wish - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            above = pools.pop()
            total, count = total + above[0], count + above[1]
        pools.append((total, count))
    levels = [total / count for total, count in pools for _ in range(count)]
    for item, level, offset in zip(layer, levels, offsets, strict=True):
        item.y = level + offset


def _distance(upper: _Item, lower: _Item) -> float:
    return _GAP / 2 if upper.box is None or lower.box is None else _GAP


def _place(
    component: _Component,
    sizes: Sequence[tuple[float, float]],
    top: float,
    centres: list[tuple[float, float]],
) -> tuple[float, float]:
    """Enter a component's centres, and return its right and bottom ends."""
    everything = [item for layer in component.layers for item in layer]
    shift = top - min(item.y - item.height / 2 for item in everything)
    for item in everything:
        item.y += shift
    spans = _layer_spans(component, sizes)
    for item in everything:
        if item.box is not None:
            left, right = spans[item.layer]
            centres[item.box] = ((left + right) / 2, item.y)
    return spans[-1][1], max(item.y + item.height / 2 for item in everything)


def _layer_spans(
    component: _Component, sizes: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Return the left and right end of each layer; steep lines get wider gaps."""
    spans = []
    left = 0.0
    for layer in component.layers:
        right = left + max(sizes[item.box][0] for item in layer if item.box is not None)
        spans.append((left, right))
        climb = max((abs(item.y - other.y) for item in layer for other in item.after), default=0)
        left = right + _LAYER_GAP + min(_STEEPNESS * climb, _WIDEST_EXTRA)
    return spans


def _courses(
    component: _Component,
    edges: Sequence[Edge],
    sizes: Sequence[tuple[float, float]],
    centres: list[tuple[float, float]],
    ordered: frozenset[int],
) -> Iterator[tuple[int, list[Run]]]:
    """Give the number and the course of each edge of a component."""
    spans = _layer_spans(component, sizes)
    arriving: dict[int, list[int]] = {}
    for number, edge in enumerate(edges):
        if edge in component.chains:
            arriving.setdefault(edge[1], []).append(number)
    for box, numbers in arriving.items():
        if box not in ordered:
            numbers.sort(key=lambda number: component.chains[edges[number]][-2].y)
        step = min(_PORT_STEP, 0.7 * sizes[box][1] / len(numbers))
        first = centres[box][1] - step * (len(numbers) - 1) / 2
        for position, number in enumerate(numbers):
            source, target = edges[number]
            runs = [Run(*spans[item.layer], item.y) for item in component.chains[source, target]]
            runs[0] = runs[0]._replace(left=centres[source][0] + sizes[source][0] / 2)
            end = centres[target][0] - sizes[target][0] / 2
            runs[-1] = runs[-1]._replace(right=end, y=first + step * position)
            yield number, runs
