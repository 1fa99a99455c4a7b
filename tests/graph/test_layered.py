from __future__ import annotations

import doctest
import sys
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest

from pellucid.errors import OptionError
from pellucid.graph import layered as module
from pellucid.graph.layered import Edge, Layout, layered

Sizes = list[tuple[float, float]]


def _random(seed: int) -> tuple[Sizes, list[Edge]]:
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 60))
    sizes = [(float(w), float(h)) for w, h in random.uniform(20, 120, (count, 2))]
    edges = []
    for target in range(1, count):
        reach = int(random.integers(1, count + 1))
        for source in random.integers(max(0, target - reach), target, int(random.integers(0, 4))):
            edges.append((int(source), target))
    return sizes, edges


def _check(layout: Layout, sizes: Sizes, edges: list[Edge]) -> None:
    """Check that boxes are apart and within the whole, and that lines keep off them."""
    boxes = [
        (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for (x, y), (w, h) in zip(layout.centres, sizes, strict=True)
    ]
    slack = 1e-6
    for left, top, right, bottom in boxes:
        assert left > -slack
        assert top > -slack
        assert right < layout.width + slack
        assert bottom < layout.height + slack
    for one, two in combinations(boxes, 2):
        beside = one[2] < two[0] + slack or two[2] < one[0] + slack
        above = one[3] < two[1] + slack or two[3] < one[1] + slack
        assert beside or above, f"{one} overlaps {two}"
    assert len(layout.courses) == len(edges)
    for (source, target), runs in zip(edges, layout.courses, strict=True):
        assert runs[0].left == pytest.approx(boxes[source][2])
        assert runs[0].y == pytest.approx(layout.centres[source][1])
        assert runs[-1].right == pytest.approx(boxes[target][0])
        assert boxes[target][1] < runs[-1].y < boxes[target][3]
        assert all(run.left <= run.right + slack for run in runs)
        bends = [(a.right, min(a.y, b.y), b.left, max(a.y, b.y)) for a, b in pairwise(runs)]
        assert all(left < right for left, _, right, _ in bends)
        for piece in [(run.left, run.y, run.right, run.y) for run in runs] + bends:
            for number, box in enumerate(boxes):
                crosses = (
                    piece[0] < box[2] - slack
                    and piece[2] > box[0] + slack
                    and piece[1] < box[3] - slack
                    and piece[3] > box[1] + slack
                )
                assert not crosses, f"line {source} - {target} crosses box {number}"


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("seed", range(40))
def test_boxes_do_not_overlap_and_lines_do_not_cross_them(seed: int) -> None:
    sizes, edges = _random(seed)
    _check(layered(sizes, edges), sizes, edges)


def test_the_check_catches_overlap_and_crossing() -> None:
    sizes: Sizes = [(40, 20), (40, 20), (40, 20)]
    edges = [(0, 1), (1, 2), (0, 2)]
    layout = layered(sizes, edges)
    _check(layout, sizes, edges)
    with pytest.raises(AssertionError, match="overlaps"):
        _check(replace(layout, centres=[layout.centres[0], *layout.centres[:2]]), sizes, edges)
    through = [run._replace(y=layout.centres[1][1]) for run in layout.courses[2]]
    through = [layout.courses[2][0], *through[1:-1], layout.courses[2][-1]]
    with pytest.raises(AssertionError, match="line 0 - 2 crosses box 1"):
        _check(replace(layout, courses=[*layout.courses[:2], through]), sizes, edges)


def test_empty_and_single() -> None:
    assert layered([], []) == Layout([], [], 0, 0)
    assert layered([(40, 20)], []) == Layout([(20, 10)], [], 40, 20)


def test_parts_stand_one_above_the_other_in_order() -> None:
    layout = layered([(40, 20)] * 4, [(0, 2), (1, 3)])
    assert layout.centres[0][1] == layout.centres[2][1]
    assert layout.centres[1][1] == layout.centres[3][1] > layout.centres[0][1] + 20
    assert layout.centres[0][0] == layout.centres[1][0]


def test_users_stand_to_the_right_and_leaves_next_to_their_first_user() -> None:
    sizes: Sizes = [(40, 20)] * 5
    edges = [(0, 1), (1, 2), (3, 4), (2, 4)]
    columns = [x for x, _ in layered(sizes, edges).centres]
    assert columns[0] < columns[1] < columns[2] == columns[3] < columns[4]


def test_a_chain_is_level() -> None:
    heights = {
        round(y, 6) for _, y in layered([(40, 20)] * 6, [(i, i + 1) for i in range(5)]).centres
    }
    assert len(heights) == 1


def test_lines_arrive_in_the_order_asked_for() -> None:
    sizes: Sizes = [(40, 20), (40, 20), (40, 40)]
    for edges in ([(0, 2), (1, 2)], [(1, 2), (0, 2)]):
        layout = layered(sizes, edges, frozenset([2]))
        first, second = (runs[-1].y for runs in layout.courses)
        assert first < second
        free = layered(sizes, edges)
        arrivals = sorted(
            (free.centres[e[0]][1], r[-1].y) for e, r in zip(edges, free.courses, strict=True)
        )
        assert arrivals[0][1] < arrivals[1][1]


def test_lines_from_one_box_share_their_course() -> None:
    sizes: Sizes = [(40, 20)] * 6
    edges = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (0, 4), (0, 5), (0, 5)]
    to_4, to_5, again = layered(sizes, edges).courses[5:]
    assert to_4[:-1] == to_5[: len(to_4) - 1]
    assert to_5[:-1] == again[:-1]
    assert to_5[-1].y != again[-1].y


def test_deep_graph_keeps_the_recursion_limit() -> None:
    limit = sys.getrecursionlimit()
    count = 2 * limit
    edges = [(i, i + 1) for i in range(count - 1)]
    layout = layered([(40, 20)] * count, edges)
    assert layout.height == pytest.approx(20)
    assert sys.getrecursionlimit() == limit


def test_too_many_long_lines() -> None:
    count = 700
    chain = [(i, i + 1) for i in range(count - 1)]
    long = [(i, count - 1 - i) for i in range(count // 2 - 1)]
    with pytest.raises(OptionError) as caught:
        layered([(40, 20)] * count, [*chain, *long])
    places = count + sum(max(0, target - source - 1) for source, target in long)
    assert str(caught.value) == (
        f"the graph's lines pass {places} places between its 700 boxes, more than the 100000 that "
        "can be laid out: draw a part of the graph, such as the nodes that one layer gives, or "
        "print it with pellucid.graph.text.text"
    )


def test_same_graph_gives_same_layout() -> None:
    sizes, edges = _random(7)
    assert layered(sizes, edges) == layered(sizes, edges)
