"""Axes of the page's pictures: scales whose labels fit, margins that hold them, common forms.

Receives a canvas and numbers; gives matplotlib axes to draw on. Everything is placed by the widths
of texts, so that nothing overlaps and nothing is cut off.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pellucid.drawing import INK, SOFT_INK, text_width
from pellucid.language.number import short
from pellucid.report.canvas import Canvas
from pellucid.report.words import fitted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TICK = 9.5
"""The size of labels, in points."""
_LOG_RATIO = 20.0
"""Positive numbers that span more than this are shown on a logarithmic scale."""
_LARGEST = 1e100
_EDGE = 8.0
_FOOT = 20.0
_NAME = 15.0


@dataclass(frozen=True)
class Scale:
    """The range of an axis and its labels."""

    low: float
    high: float
    places: tuple[float, ...]
    labels: tuple[str, ...]
    logarithmic: bool = False


def scale(
    values: Iterable[float],
    *,
    count: int = 5,
    room: float = 0.04,
    log: bool = False,
    whole: bool = False,
    shares: bool = False,
    least: float = 0.0,
) -> Scale:
    """Return a scale that holds all finite values.

    Args:
        values: any numbers; those that are not finite are passed over.
        count: about how many labels.
        room: the share of the range that is left free at both ends.
        log: logarithmic where positive values span more than a factor of 20.
        whole: labels at whole numbers only.
        shares: labels are percentages.
        least: the range is at least this, so that no difference looks larger than it is.

    Example:
        >>> scale([0, 10], room=0).labels
        ('0', '2', '4', '6', '8', '10')
        >>> scale([0.01, 10], log=True).labels
        ('0.01', '0.1', '1', '10')
    """
    from matplotlib.ticker import MaxNLocator

    numbers = np.asarray(list(values), np.float64)
    numbers = numbers[np.abs(numbers) < _LARGEST]
    low, high = (float(numbers.min()), float(numbers.max())) if numbers.size else (0.0, 1.0)
    if log and low > 1 / _LARGEST and high / low > _LOG_RATIO:
        return _logarithmic(low, high, count, room)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-300):
        spread = 0.5 if whole else max(abs(low) * 0.1, 1e-12) if low else 0.5
        low, high = low - spread, high + spread
    margin = max(room * (high - low), (least - (high - low)) / 2)
    low, high = low - margin, high + margin
    ticks = MaxNLocator(count, integer=whole, min_n_ticks=2).tick_values(low, high)
    slack = 1e-9 * (high - low)
    inside = [float(x) + 0.0 for x in ticks if low - slack <= x <= high + slack]
    if whole:
        inside = [x for x in inside if x == round(x)]
    return Scale(low, high, tuple(inside), tuple(_labels(inside, shares)))


def _logarithmic(low: float, high: float, count: int, room: float) -> Scale:
    decades = math.log10(high / low)
    low, high = low / 10 ** (room * decades), high * 10 ** (room * decades)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 2, 5) if decades < 1.7 else (1, 3) if decades < 2.4 else (1,)
    stride = max(1, round((last - first) / count)) if steps == (1,) else 1
    powers = range(first - first % stride, last + 1, stride)
    inside = [step * 10.0**power for power in powers for step in steps]
    inside = [x for x in inside if low * 0.999 <= x <= high * 1.001]
    return Scale(low, high, tuple(inside), tuple(short(x) for x in inside), True)


def _labels(places: Sequence[float], shares: bool) -> list[str]:
    """Return labels with as many digits as tell them apart."""
    if shares:
        return [percent(x) for x in places]
    apart = min((b - a for a, b in pairwise(places)), default=0.0)
    tidy = [0.0 if abs(x) < apart * 1e-6 else x for x in places]
    # Beside 10,000 there is 5,000, so that labels of one axis look alike.
    grouped = 1000 if max(map(abs, tidy), default=0.0) >= 10_000 else 10_000
    for digits in range(3, 16):
        labels = [short(x, digits, grouped) for x in tidy]
        if len(set(labels)) == len(tidy):
            return labels
    return labels


def named(labels: Sequence[str], points: float) -> Scale:
    """Return a scale of names, one a line from the top, each cut to so many points."""
    return Scale(
        len(labels) - 0.5,
        -0.5,
        tuple(float(place) for place in range(len(labels))),
        tuple(fitted(label, points, TICK) for label in labels),
    )


def frame(
    canvas: Canvas,
    across: Scale,
    up: Scale,
    *,
    across_name: str = "",
    up_name: str = "",
    right: float = 0.0,
    grid: str = "both",
) -> Axes:
    """Return axes with these scales; names stand above the axis that goes up and below the other.

    Args:
        canvas: to draw on.
        across: the scale from left to right.
        up: the scale upwards.
        across_name: what goes across.
        up_name: what goes up.
        right: points that stay free on the right.
        grid: lines of "both", "x", "y" or of none, "".
    """
    left = _EDGE + max((text_width(label, TICK) for label in up.labels), default=0.0) + 4
    last = text_width(across.labels[-1], TICK) / 2 if across.labels else 0.0
    first = text_width(across.labels[0], TICK) / 2 if across.labels else 0.0
    left = max(left, first - _at(across, 0) * (canvas.width - left))
    gap = max(right, 10.0)
    beyond = last - (1 - _at(across, -1)) * (canvas.width - left - gap)
    gap = max(gap, beyond + 6)
    bottom = _FOOT + (_NAME if across_name else 0)
    top = 8 + (_NAME if up_name else 0)
    axes = canvas.axes(left, bottom, gap, top)
    if across.logarithmic:
        axes.set_xscale("log")
    if up.logarithmic:
        axes.set_yscale("log")
    axes.set_xlim(across.low, across.high)
    axes.set_ylim(up.low, up.high)
    places, labels = _thinned(across, canvas.width - left - gap)
    axes.set_xticks(places, labels, fontsize=TICK)
    axes.set_yticks(up.places, up.labels, fontsize=TICK)
    axes.minorticks_off()
    axes.grid(False)
    if grid:
        axes.grid(True, axis="both" if grid == "both" else "x" if grid == "x" else "y")
    space = canvas.width - 2 * _EDGE
    if up_name:
        canvas.write(_EDGE, 11.0, fitted(up_name, space, TICK), TICK)
    if across_name:
        # Under the middle of the axis, or as far from there as its length asks for.
        text = fitted(across_name, space, TICK)
        half = text_width(text, TICK) / 2
        middle = (left + canvas.width - gap) / 2
        middle = min(max(middle, _EDGE + half), canvas.width - _EDGE - half)
        canvas.write(middle, canvas.height - 5, text, TICK, "center")
    return axes


def _at(one: Scale, place: int) -> float:
    """Return where between both ends a label stands, as a share."""
    if not one.places:
        return 0.5
    if one.logarithmic:
        length = math.log(one.high / one.low)
        return math.log(one.places[place] / one.low) / length
    return (one.places[place] - one.low) / (one.high - one.low)


def _thinned(across: Scale, width: float) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return as many labels as stand side by side."""
    for step in range(1, len(across.places) + 1):
        places, labels = across.places[::step], across.labels[::step]
        spots = [
            _at(Scale(across.low, across.high, (x,), ("",), across.logarithmic), 0) * width
            for x in places
        ]
        halves = [text_width(label, TICK) / 2 + 4 for label in labels]
        clear = all(
            b - a >= p + q for a, b, p, q in zip(spots, spots[1:], halves, halves[1:], strict=False)
        )
        if clear:
            return places, labels
    return across.places[:1], across.labels[:1]


def intervals(
    canvas: Canvas,
    labels: Sequence[str],
    values: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    *,
    name: str,
    colours: Sequence[str],
    line: float | None = None,
    shares: bool = False,
) -> Axes:
    """Draw one value with its interval a line, its label on the left.

    Args:
        canvas: to draw on.
        labels: what each is called.
        values: one a label.
        lows: lower ends; nan where there is none.
        highs: upper ends.
        name: what is measured.
        colours: one a label.
        line: a value that all are compared with.
        shares: values are written as percentages.
    """
    marked = [] if line is None else [line]
    across = scale([*values, *lows, *highs, *marked], count=4, room=0.06, shares=shares)
    axes = frame(
        canvas,
        across,
        named(labels, canvas.width * 0.42),
        across_name=name,
        grid="x",
    )
    axes.spines["left"].set_visible(False)
    for place, label in enumerate(axes.get_yticklabels()):
        label.set_color(INK if place < len(labels) else SOFT_INK)
    if line is not None:
        axes.axvline(line, color=SOFT_INK, linewidth=1.1, linestyle="--", zorder=1)
    for place, (value, low, high, colour) in enumerate(
        zip(values, lows, highs, colours, strict=True)
    ):
        if math.isfinite(low) and math.isfinite(high):
            axes.plot(
                [low, high],
                [place, place],
                color=colour,
                linewidth=3.2,
                alpha=0.4,
                solid_capstyle="round",
            )
        if math.isfinite(value):
            axes.plot([value], [place], "o", color=colour, markersize=6.5)
    return axes


def lines_height(count: int) -> float:
    """Return the height, in points, of a picture with so many lines of `intervals`."""
    return 44.0 + 22.0 * max(count, 1)


def thinned(values: Sequence[float], most: int = 400) -> tuple[list[int], list[float]]:
    """Return places and values of a long curve: of each stretch the least and the largest.

    Example:
        >>> thinned([5, 1, 2, 9, 4, 3], 2)
        ([0, 1, 3, 5], [5, 1, 9, 3])
    """
    count = len(values)
    if count <= most:
        return list(range(count)), list(values)
    kept = {0, count - 1}
    edges = np.linspace(0, count, max(most // 2, 1) + 1).astype(int)
    numbers = np.asarray(values, np.float64)
    for start, end in pairwise(edges.tolist()):
        stretch = numbers[start:end]
        if np.isfinite(stretch).any():
            kept.update((int(start + np.nanargmin(stretch)), int(start + np.nanargmax(stretch))))
        elif start < end:
            kept.add(int(start))
    places = sorted(kept)
    return places, [values[place] for place in places]
