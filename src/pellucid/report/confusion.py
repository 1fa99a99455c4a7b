"""The grid of a confusion matrix: a row for each true class, a column for each predicted one.

Receives the names of the classes and how many rows fell into each cell; finds out how large cells
and texts can be in the width of a picture, and paints them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pellucid.drawing import BLUE, INK, SOFT_INK, VERMILLION, text_width
from pellucid.report.axis import TICK
from pellucid.report.canvas import PANEL, Canvas
from pellucid.report.words import Words, fitted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ConfusionGrid"]

_LONGEST = 92.0
"""The width that the name of a class may take."""
_EDGE = 8.0
_GAP = 0.7
_LARGEST_SIDE, _SMALLEST_WITH_FIGURES = 58.0, 15.0
_ALL_TINTED, _ALL_FIGURES = 10, 6
"""Up to so many classes, empty cells are tinted and have a figure too."""
_FAINTEST, _DEEPEST = 0.06, 0.5
"""How strong the colour of an empty and of a full cell is: text must stand out against it."""


@dataclass(frozen=True, eq=False)
class ConfusionGrid:
    """Where the cells lie, in points.

    Attributes:
        labels: the names of the classes.
        cells: how many rows have the class of a line and were taken for that of a column.
        left: where the first column begins.
        top: where the first line begins.
        side: the width and height of a cell.
        level: whether names fit over their columns without being turned.
        size: that of the figures' font.
        figures: whether figures fit into the cells.
    """

    labels: list[str]
    cells: list[list[int]]
    left: float
    top: float
    side: float
    level: bool
    size: float
    figures: bool

    @classmethod
    def of(cls, labels: list[str], cells: list[list[int]]) -> ConfusionGrid:
        """Return the grid as large as a picture allows."""
        longest = min(max(text_width(label, TICK) for label in labels), _LONGEST)
        left = 26.0 + longest
        side = min((PANEL - left - _EDGE) / len(labels), _LARGEST_SIDE)
        level = max(text_width(_short(label), TICK) for label in labels) < side - 4
        size = min(TICK + 1, side * 0.36)
        widest = max(text_width(f"{cell:,}", size) for row in cells for cell in row)
        return cls(
            labels=labels,
            cells=cells,
            left=left,
            top=26.0 + (14.0 if level else longest),
            side=side,
            level=level,
            size=size,
            figures=side >= _SMALLEST_WITH_FIGURES and widest < side - 2,
        )

    @property
    def height(self) -> float:
        """The height of the picture."""
        return self.top + self.side * len(self.labels) + _EDGE

    def paint(self, canvas: Canvas, words: Words) -> None:
        """Draw the grid with the names of its axes and of the classes."""
        axes = canvas.sheet()
        self._name_axes(axes, words)
        for place, label in enumerate(self.labels):
            self._name_class(axes, place, _short(label))
        for row, line in enumerate(self.cells):
            whole = max(sum(line), 1)
            for column, cell in enumerate(line):
                self._paint_cell(axes, row, column, cell / whole)

    def _name_axes(self, axes: Axes, words: Words) -> None:
        axes.text(self.left, 12, words("confusion_predicted"), fontsize=TICK, color=SOFT_INK)
        axes.text(
            12,
            self.top + self.side * len(self.labels) / 2,
            fitted(words("confusion_truth"), self.height - self.top, TICK),
            fontsize=TICK,
            color=SOFT_INK,
            rotation=90,
            rotation_mode="anchor",
            ha="center",
        )

    def _name_class(self, axes: Axes, place: int, name: str) -> None:
        """Write a class before its line and over its column."""
        x = self.left + self.side * (place + 0.5)
        y = self.top + self.side * (place + 0.5)
        axes.text(self.left - 5, y + 3.3, name, fontsize=TICK, color=INK, ha="right")
        if self.level:
            axes.text(x, self.top - 6, name, fontsize=TICK, color=INK, ha="center")
            return
        axes.text(
            x + 3.3,
            self.top - 5,
            name,
            fontsize=TICK,
            color=INK,
            rotation=90,
            rotation_mode="anchor",
        )

    def _paint_cell(self, axes: Axes, row: int, column: int, share: float) -> None:
        """Tint a cell by its share of the line, and write its figure where figures fit."""
        from matplotlib.patches import Rectangle

        cell = self.cells[row][column]
        x, y = self.left + self.side * column, self.top + self.side * row
        if cell or len(self.labels) <= _ALL_TINTED:
            axes.add_patch(
                Rectangle(
                    (x + _GAP, y + _GAP),
                    self.side - 2 * _GAP,
                    self.side - 2 * _GAP,
                    facecolor=BLUE if row == column else VERMILLION,
                    alpha=_FAINTEST + (_DEEPEST - _FAINTEST) * math.sqrt(share),
                    linewidth=0,
                )
            )
        if self.figures and (cell or len(self.labels) <= _ALL_FIGURES):
            axes.text(
                x + self.side / 2,
                y + self.side / 2 + self.size * 0.35,
                f"{cell:,}",
                fontsize=self.size,
                color=INK,
                ha="center",
            )


def _short(label: str) -> str:
    return fitted(label, _LONGEST, TICK)
