"""How predictions go with single columns: partial dependence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from pellucid.drawing import SOFT_INK
from pellucid.language.number import NONE, short
from pellucid.report.axis import frame, named, scale
from pellucid.report.canvas import PANEL, Canvas, Key, Picture
from pellucid.report.markup import details, paragraph
from pellucid.report.section import Facts, Section, Sheet, by_target, each
from pellucid.report.sections.probabilities import COLOURS
from pellucid.report.words import Words, entry, numbers_of, plain

_FIRST, _FIRST_OF_SEVERAL, _MOST = 6, 2, 12
_DECADES = 100.0
"""A column whose values span more than this may be shown on a logarithmic scale."""
_DATE = ("feature", "date")
_MOST_LABELS, _MOST_CLASSES = 12, 5


def dependence(facts: Facts, sheet: Sheet) -> Section | None:
    """Return how the prediction goes with single columns."""
    words = sheet.words
    found = by_target(facts, facts.get("dependence"), None)

    def write(known: list[Mapping[str, Any]], suffix: str, title: str) -> str:
        # One value alone shows nothing that predictions could go with.
        usable = [one for one in known if len(one.get("grid") or ()) > 1 and one.get("curves")]
        pictures = [
            (_numbers if _is_number(one) else _categories)(
                one, f"dependence{suffix}-{place + 1}", title, words
            )
            for place, one in enumerate(usable[:_MOST])
        ]
        first = _FIRST if len(found) == 1 else _FIRST_OF_SEVERAL
        body = sheet.figures(pictures[:first])
        rest = pictures[first:]
        if rest:
            body += details(words("more_columns", count=len(rest)), sheet.figures(rest))
        return body

    lead = words("dependence_lead")
    columns = entry(facts, "data", "columns") or []
    dates = [one["name"] for one in columns if (one.get("role"), one.get("kind")) == _DATE]
    if dates:
        names = words("and").join(plain(name, 40) for name in dates[:_MOST])
        lead += " " + words("dependence_dates", names=names)
    body = each(found, write, words)
    return Section("dependence", words("dependence"), paragraph(lead) + body) if body else None


def _is_number(one: Mapping[str, Any]) -> bool:
    return one.get("kind") == "number" and all(
        isinstance(x, int | float) or x is None for x in one["grid"]
    )


def _dependence_keys(curves: list[Mapping[str, Any]], words: Words) -> list[Key]:
    if len(curves) == 1:
        return []
    return [
        Key(plain(curve.get("class"), 60), COLOURS[place % len(COLOURS)])
        for place, curve in enumerate(curves)
    ]


def _up_name(curves: list[Mapping[str, Any]], words: Words) -> str:
    names = [curve["class"] for curve in curves if curve.get("class") is not None]
    if len(names) == 1:
        return words("dependence_of", name=plain(names[0], 60))
    return words("dependence_probability" if names else "dependence_prediction")


def _values(curves: list[Mapping[str, Any]], ends: Sequence[str]) -> list[float]:
    return [x for curve in curves for end in ends for x in numbers_of(curve.get(end))]


def _numbers(one: Mapping[str, Any], name: str, title: str, words: Words) -> Picture:
    grid, curves = numbers_of(one["grid"]), one["curves"][:_MOST_CLASSES]
    rows = numbers_of(one.get("rows"))
    column = plain(one["column"], 80)
    # Bands of several classes would hide each other; the file of numbers has them.
    banded = len(curves) == 1 and bool(curves[0].get("low"))
    ends = ("mean", "low", "high") if banded else ("mean",)

    def paint(canvas: Canvas) -> None:
        across = scale(grid, room=0.02, log=_crowds(grid))
        up = scale(_values(curves, ends))
        axes = frame(
            canvas, across, up, across_name=column, up_name=_up_name(curves, words), grid="y"
        )
        for place, curve in enumerate(curves):
            colour = COLOURS[place % len(COLOURS)]
            low, high = numbers_of(curve.get("low")), numbers_of(curve.get("high"))
            if banded and len(low) == len(high) == len(grid):
                axes.fill_between(grid, low, high, color=colour, alpha=0.16, linewidth=0)
            axes.plot(grid, numbers_of(curve["mean"]), color=colour)
        if rows and max(rows) > 0:
            _rug(axes, grid, rows, across.logarithmic)

    return Picture(
        name,
        words("dependence_on", column=column) + title,
        words("dependence_alternative", column=column, ends=_range(curves, words)),
        PANEL,
        225.0,
        paint,
        one,
        _dependence_keys(curves, words),
        words("dependence_band") if banded else "",
    )


def _crowds(grid: list[float]) -> bool:
    """Return whether a grid, which follows the values, spans decades and lies in the lowest."""
    if not all(math.isfinite(x) and x > 0 for x in grid):
        return False
    return grid[-1] > _DECADES * grid[0] and grid[len(grid) // 2] < grid[-1] / 10


def _rug(axes: Any, grid: list[float], rows: list[float], log: bool) -> None:
    """Draw at the foot how dense rows are along the grid, which may be the edges of their counts.

    Where there is a count for each place, it is of the values nearest to it.
    """
    if not all(math.isfinite(x) for x in (*grid, *rows)):
        return
    if len(rows) == len(grid) - 1:
        edges = grid
    elif len(rows) == len(grid) and len(grid) > 1:
        middles = [(a + b) / 2 for a, b in pairwise(grid)]
        edges = [_mirrored(middles[0], grid[0], log), *middles]
        edges.append(_mirrored(middles[-1], grid[-1], log))
    else:
        return
    widths = [math.log(b / a) if log else b - a for a, b in pairwise(edges)]
    if not all(width > 0 for width in widths):
        return
    dense = [count / width for count, width in zip(rows, widths, strict=True)]
    axes.stairs(
        [0.16 * (one / max(dense)) ** 0.5 for one in dense],
        edges,
        fill=True,
        facecolor=SOFT_INK,
        alpha=0.25,
        transform=axes.get_xaxis_transform(),
        zorder=0,
    )


def _mirrored(middle: float, end: float, log: bool) -> float:
    """Return what lies as far beyond the end of a grid as the nearest middle lies before it."""
    return end * end / middle if log else 2 * end - middle


def _categories(one: Mapping[str, Any], name: str, title: str, words: Words) -> Picture:
    curves = one["curves"][:_MOST_CLASSES]
    places = list(range(len(one["grid"])))[:_MOST_LABELS]
    labels = [plain(one["grid"][place], 80) for place in places]
    column = plain(one["column"], 80)
    apart = 0.56 / max(len(curves), 1)

    def paint(canvas: Canvas) -> None:
        axes = frame(
            canvas,
            scale(_values(curves, ("mean", "low", "high")), count=4, room=0.06),
            named(labels, 140),
            across_name=_up_name(curves, words),
            grid="x",
        )
        axes.spines["left"].set_visible(False)
        for order, curve in enumerate(curves):
            colour = COLOURS[order % len(COLOURS)]
            mean, low, high = (numbers_of(curve.get(end)) for end in ("mean", "low", "high"))
            for place in places:
                y = place + apart * (order - (len(curves) - 1) / 2)
                if place < min(len(low), len(high)):
                    axes.plot(
                        [low[place], high[place]],
                        [y, y],
                        color=colour,
                        linewidth=2.6,
                        alpha=0.35,
                        solid_capstyle="round",
                    )
                axes.plot([mean[place]], [y], "o", color=colour, markersize=5)

    left_out = len(one["grid"]) - len(places)
    return Picture(
        name,
        words("dependence_on", column=column) + title,
        words("dependence_alternative", column=column, ends=_range(curves, words)),
        PANEL,
        44.0 + len(labels) * max(20.0, 9.0 * len(curves)),
        paint,
        one,
        _dependence_keys(curves, words),
        words("labels_left_out", count=left_out) if left_out > 0 else "",
    )


def _range(curves: list[Mapping[str, Any]], words: Words) -> str:
    values = [x for curve in curves for x in numbers_of(curve["mean"]) if math.isfinite(x)]
    if not values:
        return NONE
    return words("range", low=short(min(values)), high=short(max(values)))
