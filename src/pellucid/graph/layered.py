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

Edge = tuple[int, int]

_LANE = 6.0
_GAP = 14.0
_LAYER_GAP = 36.0
_STEEPNESS, _WIDEST_EXTRA = 0.12, 260.0
_COMPONENT_GAP = 34.0
_PORT_STEP = 11.0
_SWEEPS = 24
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
        courses: for each edge, its level stretches from left to right.
        width: the width of the whole.
        height: the height of the whole.
    """

    centres: list[tuple[float, float]]
    courses: dict[Edge, list[Run]]
    width: float
    height: float


@dataclass
class _Item:
    """A box, or the place where a line passes a layer."""

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
        edges: (source, target), as positions in `sizes`; without cycles, each pair once.
        ordered: the boxes whose lines arrive in the order of `edges`, the first at the top; at
            others they arrive so that they do not cross.

    Example:
        >>> layout = layered([(40, 20), (40, 20), (60, 20)], [(0, 2), (1, 2)])
        >>> [round(y) for x, y in layout.centres]
        [10, 44, 27]
    """
    centres = [(0.0, 0.0)] * len(sizes)
    courses: dict[Edge, list[Run]] = {}
    width = top = 0.0
    for members in _connected(len(sizes), edges):
        inside = set(members)
        component = _arranged(members, [e for e in edges if e[0] in inside], sizes)
        _settle(component)
        right, bottom = _place(component, sizes, ordered, top, centres, courses)
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
    """Return layers and the order within them, as grandalf finds them."""
    if not edges:
        return _Component([[_Item(0, sizes[members[0]][1], members[0])]], {})
    with warnings.catch_warnings():
        # Its escape sequences are deprecated in newer Pythons.
        warnings.simplefilter("ignore")
        from grandalf.graphs import Edge as Link
        from grandalf.graphs import Vertex, graph_core
        from grandalf.layouts import SugiyamaLayout, VertexViewer
    vertices = {member: Vertex(member) for member in members}
    for member, vertex in vertices.items():
        # grandalf draws from top to bottom: its width is our height.
        vertex.view = VertexViewer(w=sizes[member][1], h=sizes[member][0])
    links = {edge: Link(vertices[edge[0]], vertices[edge[1]]) for edge in edges}
    sugiyama = SugiyamaLayout(graph_core(list(vertices.values()), list(links.values())))
    sugiyama.xspace = _GAP
    sugiyama.dw = sugiyama.dh = _LANE
    with _deep_recursion(50 * len(members)):
        roots = [vertex for vertex in vertices.values() if not vertex.e_in()]
        sugiyama.init_all(roots=roots, inverted_edges=[], optimize=True)
        sugiyama.draw()
    items = {}
    layers: list[list[_Item]] = []
    for number, layer in enumerate(sugiyama.layers):
        layers.append([])
        for vertex in layer:
            box = vertex.data if isinstance(vertex, Vertex) else None
            item = _Item(number, _LANE if box is None else sizes[box][1], box, vertex.view.xy[0])
            items[vertex] = item
            layers[-1].append(item)
    chains = {}
    for edge, link in links.items():
        between = sugiyama.ctrls.get(link, {})
        ranks = range(items[link.v[0]].layer + 1, items[link.v[1]].layer)
        chain = [items[link.v[0]], *(items[between[r]] for r in ranks), items[link.v[1]]]
        for left, right in pairwise(chain):
            left.after.append(right)
            right.before.append(left)
        chains[edge] = chain
    return _Component(layers, chains)


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
    for sweep in range(_SWEEPS):
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
    ordered: frozenset[int],
    top: float,
    centres: list[tuple[float, float]],
    courses: dict[Edge, list[Run]],
) -> tuple[float, float]:
    """Enter a component's centres and courses, and return its right and bottom ends."""
    everything = [item for layer in component.layers for item in layer]
    shift = top - min(item.y - item.height / 2 for item in everything)
    for item in everything:
        item.y += shift
    spans = _layer_spans(component, sizes)
    for item in everything:
        if item.box is not None:
            left, right = spans[item.layer]
            centres[item.box] = ((left + right) / 2, item.y)
    arrivals = _arrivals(component, ordered)
    for edge, chain in component.chains.items():
        runs = [Run(*spans[item.layer], item.y) for item in chain]
        source, target = (centres[box][0] for box in edge)
        runs[0] = runs[0]._replace(left=source + sizes[edge[0]][0] / 2)
        runs[-1] = runs[-1]._replace(right=target - sizes[edge[1]][0] / 2, y=arrivals[edge])
        courses[edge] = runs
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


def _arrivals(component: _Component, ordered: frozenset[int]) -> dict[Edge, float]:
    """Return the height at which each line reaches its box."""
    arriving: dict[int, list[Edge]] = {}
    for edge in component.chains:
        arriving.setdefault(edge[1], []).append(edge)
    heights = {}
    for box, edges in arriving.items():
        if box not in ordered:
            edges.sort(key=lambda edge: component.chains[edge][-2].y)
        target = component.chains[edges[0]][-1]
        step = min(_PORT_STEP, 0.7 * target.height / len(edges))
        for position, edge in enumerate(edges):
            heights[edge] = target.y + step * (position - (len(edges) - 1) / 2)
    return heights
