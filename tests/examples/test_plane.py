import doctest
from pathlib import Path

import numpy as np

from pellucid.drawing import BLUE, ORANGE, PALE_ORANGE, PALE_SKY, drawing
from pellucid.examples import plane
from pellucid.examples.plane import Plane, class_handles, mark_classes, side_handles


def test_docstring() -> None:
    assert doctest.testmod(plane).failed == 0


def test_values_lie_where_the_points_are() -> None:
    found = Plane.of(lambda points: 10 * points[:, 0] + points[:, 1], (-1, 1), (0, 2), 3)
    assert found.across.tolist() == [-1, 0, 1]
    assert found.up.tolist() == [0, 1, 2]
    assert found.values.tolist() == [[-10, 0, 10], [-9, 1, 11], [-8, 2, 12]]


def test_both_colours_and_both_kinds_of_points_are_drawn(tmp_path: Path) -> None:
    found = Plane.of(lambda points: points[:, 0], (0, 1), (0, 1), 5)
    with drawing(tmp_path / "plane.svg", 3, 3) as figure:
        axes = figure.add_subplot()
        found.shade(axes)
        mark_classes(axes, np.array([[0.0, 0.5], [1.0, 0.5]]), np.array([False, True]))
        figure.legend(handles=[*class_handles("yes", "no"), *side_handles("beyond", "before")])
    drawn = (tmp_path / "plane.svg").read_text().lower()
    for colour in (PALE_ORANGE, PALE_SKY, ORANGE, BLUE):
        assert colour.lower() in drawn
    for label in ("yes", "no", "beyond", "before"):
        assert f"<!-- {label} -->" in drawn
