"""A smooth boundary out of straight ones: 8 and 16 perceptrons around a disc.

A perceptron fires on one side of a line. Lines that touch a circle all around, and an output that
fires where all of them do (AND, a vote that must be unanimous), fire inside of a polygon. With n of
them its area is n tan(pi / n), which comes to the disc's pi as n grows.

A sigmoid is a perceptron that makes up its mind gradually. Added up in the same vote, the units
round the corners off; the steeper they are, the nearer they come to the polygon. And since a
sigmoid has a derivative, a network of them can learn its boundary from points, which steps cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, GREEN, INK, LINE, PALE_ORANGE, PALE_SKY, PURPLE, SKY, drawing
from pellucid.examples.plane import Plane, class_handles, mark_classes, side_handles
from pellucid.graph.node import Node, constant_node
from pellucid.layers import Dense, Sequential
from pellucid.training.train import train

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNITS = (8, 16)
SPAN = (-1.6, 1.6)
STEEPNESSES = (5.0, 10.0, 20.0, 80.0)
ANGLES = np.linspace(0.0, 2.0 * pi, 1440, endpoint=False)
HALVINGS = 40
ROWS, NEW_ROWS = 500, 20_000


@dataclass(frozen=True, eq=False)
class Outline:
    """The boundary around the region where a network by hand fires.

    Attributes:
        radii: its distance from the origin at each of `ANGLES`.
        area: of the region; the disc's is pi.
        roundness: the smallest distance over the largest; a circle's is 1.
    """

    radii: Array
    area: float
    roundness: float


@dataclass(frozen=True, eq=False)
class Learned:
    """A network that learned the disc from points.

    Attributes:
        plane: its score over the plane; it says "inside" where that is at least 0.
        lines: weights and bias of each hidden unit, (3, units): it is 1/2 where w x + b is 0.
        errors: how many of the rows learned from are on the wrong side.
        new_error: the share of new rows on the wrong side.
    """

    plane: Plane
    lines: Array
    errors: int
    new_error: float


@dataclass(frozen=True, eq=False)
class Numbers:
    """By the number of units, what each kind draws; for sigmoids by hand, by steepness as well."""

    steps: dict[int, Outline]
    sigmoids: dict[tuple[int, float], Outline]
    learned: dict[int, Learned]


def vote(points: Node, units: int, steepness: float | None = None) -> Node:
    """Return the score of the AND of units around the disc, at least 0 where it fires, (rows,).

    Points are float64 (rows, 2); a steepness makes sigmoids of the perceptrons.
    """
    turns = 2.0 * pi * np.arange(units) / units
    depth = 1.0 - points @ np.stack([np.cos(turns), np.sin(turns)])
    fired = p.step(depth) if steepness is None else p.sigmoid(steepness * depth)
    return p.sum(fired, 1) - (units - 0.5)


def outline(units: int, steepness: float | None = None) -> Outline:
    """Return the boundary, found by halving on rays from the origin."""
    rays = constant_node(np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1), "float64")
    inner = constant_node(np.zeros((len(ANGLES), 1)), "float64")
    outer = inner + 2.0
    for _ in range(HALVINGS):
        middle = (inner + outer) / 2.0
        fires = p.expand_dims(p.greater_equal(vote(middle * rays, units, steepness), 0.0), 1)
        inner, outer = p.where(fires, middle, inner), p.where(fires, outer, middle)
    area = pi * p.mean(p.square(inner))
    radii, size, roundness = evaluate([inner[:, 0], area, p.min(inner) / p.max(inner)], {})
    return Outline(radii, size.item(), roundness.item())


def points_and_sides(rows: int, seed: int) -> tuple[Array, Array]:
    """Return random points of a square, (rows, 2), and 1 for those in the disc, (rows, 1)."""
    points = np.random.default_rng(seed).uniform(-1.5, 1.5, (rows, 2)).astype(np.float32)
    squares = p.sum(p.square(constant_node(points)), 1)
    return points, evaluate(p.expand_dims(p.step(1.0 - squares), 1), {})


def learn(units: int) -> Learned:
    """Train a hidden layer of sigmoids on points inside and outside of the disc."""
    points, sides = points_and_sides(ROWS, 1)
    trained = train(
        Sequential(Dense(units, "sigmoid", name="hidden"), Dense(1, name="output")),
        points,
        sides,
        loss="binary_cross_entropy",
        optimizer="adam",
        learning_rate=0.1,
        schedule="cosine",
        epochs=1000,
    )

    def wrong(points: Array, sides: Array) -> Array:
        said = p.step(constant_node(trained.predict(points)))
        return evaluate(p.sum(p.cast(p.not_equal(said, sides), "float32")), {})

    values = trained.parameters
    return Learned(
        Plane.of(trained.predict, SPAN, SPAN, 201),
        np.vstack([values["hidden.weight"], values["hidden.bias"]]),
        int(wrong(points, sides)),
        wrong(*points_and_sides(NEW_ROWS, 2)).item() / NEW_ROWS,
    )


def run() -> Numbers:
    """Measure each boundary by hand, and learn two."""
    return Numbers(
        {units: outline(units) for units in UNITS},
        {(units, rise): outline(units, rise) for units in UNITS for rise in STEEPNESSES},
        {units: learn(units) for units in UNITS},
    )


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    rows = [_row(f"{units:2} perceptrons", found) for units, found in numbers.steps.items()]
    for (units, rise), found in numbers.sigmoids.items():
        rows.append(_row(f"{units:2} sigmoids, steepness {rise:g}", found))
    learned = [
        f"  {units:2} sigmoids: {100 * found.new_error:.1f} % of {NEW_ROWS:,} new points on the "
        f"wrong side, and {found.errors} of the {ROWS} learned from."
        for units, found in numbers.learned.items()
    ]
    return "\n".join(
        [
            "Units whose lines touch the unit circle, joined by AND; inside of it they fire:",
            "",
            f"  {'':26}{'area':>8}{'of the disc':>14}{'nearest / farthest point':>27}",
            *rows,
            _row("the disc", Outline(np.ones(len(ANGLES)), pi, 1.0)),
            "",
            "Twice the perceptrons, about a quarter of the excess in area. Sigmoids that are not",
            "steep draw a rounder boundary, but around a smaller region; steep ones come to the",
            "polygon. Learned from points, starting from random lines:",
            *learned,
            "In the picture: units change sides at the grey lines; the dashed circle is the disc.",
        ]
    )


def _row(name: str, found: Outline) -> str:
    return f"  {name:26}{found.area:8.4f}{100 * found.area / pi:12.1f} %{found.roundness:27.4f}"


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the polygons, the rounded boundaries, what was learned, and each distance by angle."""
    circle = np.array([np.cos(ANGLES), np.sin(ANGLES)])
    degrees = np.degrees(ANGLES)
    with drawing(path, 11.0, 8.0) as figure:
        figure.subplots_adjust(left=0.05, right=0.98, top=0.95, bottom=0.15, hspace=0.3)
        grid = figure.subplots(2, 3, gridspec_kw={"wspace": 0.26})
        distances = grid[1, 2]
        for axes, (units, found) in zip(grid[0], numbers.steps.items(), strict=False):
            turns = 2.0 * pi * np.arange(units) / units
            _draw_lines(axes, np.stack([np.cos(turns), np.sin(turns), -np.ones(units)]))
            axes.fill(*(found.radii * circle), facecolor=PALE_ORANGE, edgecolor=INK, linewidth=1.4)
            axes.set_title(f"{units} perceptrons: area {found.area:.3f}")
            style = "solid" if units == 8 else "dotted"
            label = f"{units} perceptrons"
            distances.plot(degrees, found.radii, color=INK, linestyle=style, label=label)
        grid[0, 2].plot(*(numbers.steps[8].radii * circle), color=INK, linewidth=1.4)
        for rise, colour in zip(STEEPNESSES[1:], (BLUE, SKY, PURPLE), strict=True):
            radii = numbers.sigmoids[8, rise].radii
            grid[0, 2].plot(*(radii * circle), color=colour, linewidth=1.4)
            distances.plot(degrees, radii, color=colour, label=f"8 sigmoids, steepness {rise:g}")
        points, sides = points_and_sides(ROWS, 1)
        for axes, (units, learned) in zip(grid[1], numbers.learned.items(), strict=False):
            learned.plane.shade(axes, 0.0)
            _draw_lines(axes, learned.lines)
            mark_classes(axes, points, sides[:, 0] == 1, 2.4)
            axes.set_title(f"{units} sigmoids, learned")
        for axes in grid.flat[:5]:
            axes.plot(*circle, color=GREEN, linewidth=1.4, linestyle="dashed", zorder=4)
            axes.set(xlim=SPAN, ylim=SPAN, aspect="equal", xlabel="x1", ylabel="x2")
            axes.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
            axes.grid(False)
        for axes in grid[0, :2]:
            axes.set_facecolor(PALE_SKY)
        grid[0, 2].set(title="8 sigmoids, steeper and steeper", xlim=(0, 1.15), ylim=(0, 1.15))
        distances.axhline(1.0, color=GREEN, linestyle="dashed", label="the disc")
        distances.set(title="Distance of the boundary", xlim=(0, 90), xticks=range(0, 91, 15))
        distances.set(xlabel="angle, degrees", ylabel="from the origin")
        handles = [*distances.lines, *class_handles("inside", "outside")]
        handles += side_handles("fires", "does not")
        figure.legend(handles=handles, loc="lower center", ncols=5)


def _draw_lines(axes: Axes, lines: Array) -> None:
    """Draw where w x + b is 0, for weights and bias (3, units)."""
    for w1, w2, b in lines.T:
        size = np.hypot(w1, w2)
        foot, along = np.array([w1, w2]) * (-b / size**2), np.array([-w2, w1]) / size
        axes.plot(*np.stack([foot - 6 * along, foot + 6 * along], 1), color=LINE, linewidth=0.8)
