"""The plane of two features: what a network says at each point of it, and how that is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.backends.base import Array
from pellucid.drawing import BLUE, INK, ORANGE, PALE_ORANGE, PALE_SKY, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

_STYLES: tuple[dict[str, Any], ...] = (
    {"marker": "o", "markerfacecolor": ORANGE, "markeredgecolor": INK},
    {"marker": "s", "markerfacecolor": PAPER, "markeredgecolor": BLUE},
)


@dataclass(frozen=True, eq=False)
class Plane:
    """A function's values over a rectangle.

    Attributes:
        across: the points along the first feature, (columns,).
        up: the points along the second, (rows,).
        values: (rows, columns).
    """

    across: Array
    up: Array
    values: Array

    @classmethod
    def of(
        cls,
        compute: Callable[[Array], Array],
        across: tuple[float, float],
        up: tuple[float, float],
        count: int = 129,
    ) -> Plane:
        """Compute a function, from float32 points (n, 2) to n numbers, over a rectangle.

        Example:
            >>> Plane.of(lambda points: points.sum(axis=1), (0, 1), (0, 2), 2).values
            array([[0., 1.],
                   [2., 3.]], dtype=float32)
        """
        x1, x2 = np.linspace(*across, count), np.linspace(*up, count)
        points = np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2).astype(np.float32)
        return cls(x1, x2, compute(points).reshape(count, count))

    def shade(self, axes: Axes, threshold: float = 0.5) -> None:
        """Colour where the function is at least the threshold, and where not."""
        levels = [-np.inf, threshold, np.inf]
        axes.contourf(self.across, self.up, self.values, levels, colors=[PALE_SKY, PALE_ORANGE])
        self.line(axes, threshold)

    def line(
        self, axes: Axes, threshold: float = 0.5, color: str = INK, style: str = "solid"
    ) -> None:
        """Draw where the function is the threshold."""
        axes.contour(
            self.across,
            self.up,
            self.values,
            [threshold],
            colors=color,
            linestyles=style,
            linewidths=1.4,
        )


def mark_classes(axes: Axes, points: Array, positive: Array, size: float = 9) -> None:
    """Draw points (n, 2): full circles of the positive class, hollow squares of the other."""
    for style, chosen in zip(_STYLES, (positive, ~positive), strict=True):
        marks = axes.plot(*points[chosen].T, linestyle="none", markersize=size, **style)
        for mark in marks:
            mark.set(markeredgewidth=size / 6, zorder=3, clip_on=False)


def class_handles(positive: str, negative: str) -> list[Line2D]:
    """Return the two kinds of points for a legend."""
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], markersize=8, linestyle="none", label=label, **style)
        for style, label in zip(_STYLES, (positive, negative), strict=True)
    ]


def side_handles(beyond: str, before: str) -> list[Patch]:
    """Return the two colours of a shaded plane for a legend."""
    from matplotlib.patches import Patch

    return [Patch(color=PALE_ORANGE, label=beyond), Patch(color=PALE_SKY, label=before)]
