"""The lines of a layered picture: level stretches joined by bends, with an arrow at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pellucid.drawing import LINE, SOFT_INK, arrow_head
from pellucid.graph.layered import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_courses(axes: Axes, courses: Sequence[Sequence[Run]], left: float, top: float) -> None:
    """Draw lines, moved to the right by `left` and down by `top`."""
    from matplotlib.collections import PathCollection, PolyCollection

    drawn: set[Run] = set()
    paths = []
    for runs in courses:
        # Lines from one box are one line as far as they share their course.
        known = next((n for n, run in enumerate(runs) if run not in drawn), len(runs))
        drawn.update(runs)
        paths.append(_curve(runs[max(0, known - 1) :]))
    heads = [arrow_head(runs[-1].right, runs[-1].y) for runs in courses]
    if not paths:
        return
    from matplotlib.transforms import Affine2D

    place = Affine2D().translate(left, top) + axes.transData
    axes.add_collection(
        PathCollection(paths, facecolors="none", edgecolors=LINE, linewidths=1.1, transform=place)
    )
    axes.add_collection(
        PolyCollection(heads, facecolors=SOFT_INK, edgecolors="none", transform=place)
    )


def _curve(runs: Sequence[Run]) -> Any:
    """Return the path along level stretches, joined by curves that start and end level."""
    from matplotlib.path import Path as Curve

    points = [(runs[0].left, runs[0].y), (runs[0].right, runs[0].y)]
    codes = [Curve.MOVETO, Curve.LINETO]
    for run in runs[1:]:
        x, y = points[-1]
        middle = (x + run.left) / 2
        points += [(middle, y), (middle, run.y), (run.left, run.y), (run.right, run.y)]
        codes += [Curve.CURVE4, Curve.CURVE4, Curve.CURVE4, Curve.LINETO]
    return Curve(points, codes)
