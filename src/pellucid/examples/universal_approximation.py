"""Universal approximation: a hidden layer that is wide enough comes as near a curve as one likes.

That such a network exists can be seen without training: steep units are steps, steps side by side
make a staircase, and a finer staircase is nearer. So the least error that a layer of some width can
have is at most its staircase's. Here a layer of 1, 2, 4, .. 256 tanh units learns one curve from
several random starts; what descent finds is a network of that width, not the best.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, LINE, VERMILLION, drawing
from pellucid.graph.node import Node, constant_node
from pellucid.initializers import Uniform
from pellucid.layers import Dense, Sequential
from pellucid.training.train import train

WIDTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SHOWN = (2, 4, 8, 64)
STARTS = 5
POINTS = 201
STEEPNESS = 20_000.0


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured; an error is the root of the mean squared distance from the curve.

    Attributes:
        grid: where errors are measured, ten times as dense as the points learned from.
        curve: the curve there.
        errors: by width, the learned networks' errors, (starts,), the smallest first.
        shapes: by width, the middle one of them on the grid.
        stairs: by width, the staircase's error.
        flights: by width, the staircase on the grid.
    """

    grid: Array
    curve: Array
    errors: dict[int, Array]
    shapes: dict[int, Array]
    stairs: dict[int, float]
    flights: dict[int, Array]


def waves(x: Node) -> Node:
    """Return two waves, the second faster than the first, for x from -1 to 1."""
    return p.sin(np.pi * p.square(x + 1.0))


def staircase(x: Node, width: int) -> Node:
    """Return a hidden layer of steep tanh units, placed by hand, for x (points,).

    Between two steps it is what the curve is halfway between them.
    """
    edges = np.linspace(-1.0, 1.0, width + 2)
    levels = evaluate(waves(constant_node((edges[1:] + edges[:-1]) / 2.0)), {})
    steps = p.tanh(STEEPNESS * (p.expand_dims(x, 1) - edges[1:-1]))
    return levels[0] + p.sum(np.diff(levels) / 2.0 * (steps + 1.0), 1)


def learn(grid: Array, width: int, seed: int) -> Array:
    """Return what a trained network says on the grid."""
    points = np.linspace(-1.0, 1.0, POINTS)
    spread = Uniform(-5.0, 5.0)
    trained = train(
        Sequential(Dense(width, "tanh", initializer=spread, bias_initializer=spread), Dense(1)),
        points.astype(np.float32).reshape(-1, 1),
        evaluate(waves(constant_node(points)), {}).astype(np.float32).reshape(-1, 1),
        loss="squared_error",
        optimizer="adam",
        learning_rate=0.02,
        schedule="cosine",
        epochs=3000,
        seed=seed,
    )
    return trained.predict(grid.astype(np.float32).reshape(-1, 1))[:, 0].astype(np.float64)


def run() -> Numbers:
    """Train every width from every start, and build the staircase beside it."""
    grid = np.linspace(-1.0, 1.0, 10 * (POINTS - 1) + 1)
    x = constant_node(grid)
    curve = waves(x)
    numbers = Numbers(grid, evaluate(curve, {}), {}, {}, {}, {})
    for width in WIDTHS:
        shapes = np.stack([learn(grid, width, seed) for seed in range(STARTS)])
        flight = staircase(x, width)
        errors, flat, shape = evaluate(
            [distance(constant_node(shapes), curve), distance(flight, curve), flight], {}
        )
        order = np.argsort(errors)
        numbers.errors[width], numbers.shapes[width] = errors[order], shapes[order[STARTS // 2]]
        numbers.stairs[width], numbers.flights[width] = flat.item(), shape
    return numbers


def distance(values: Node, curve: Node) -> Node:
    """Return the root of the mean squared distance along the last axis."""
    return p.sqrt(p.mean(p.square(values - curve), -1))


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        "One hidden layer follows sin(pi (x + 1)^2), which lies between -1 and 1.",
        f"Error (root mean square), learned from {POINTS} points, {STARTS} random starts:",
        "",
        f"  {'width':>5}{'best':>9}{'middle':>9}{'worst':>9}{'staircase':>13}",
    ]
    for width, errors in numbers.errors.items():
        found = "".join(f"{errors[place]:9.4f}" for place in (0, STARTS // 2, -1))
        lines.append(f"  {width:5}{found}{numbers.stairs[width]:13.4f}")
    middle = [errors[STARTS // 2] for errors in numbers.errors.values()]
    ahead = sum(m < s for m, s in zip(middle, numbers.stairs.values(), strict=True))
    last = numbers.stairs[WIDTHS[-2]] / numbers.stairs[WIDTHS[-1]]
    lines += [
        "",
        f"At {ahead} of {len(WIDTHS)} widths the middle start is nearer than the staircase.",
        f"The last doubling divides the staircase's error by {last:.2f}.",
        "A wider layer contains every narrower one: where learned errors stop falling or spread",
        "widely, descent fell short, not the width. Grey in the picture: the curve.",
    ]
    return "\n".join(lines)


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the error by width, and some of the curves behind it."""
    with drawing(path, 12.0, 5.6) as figure:
        figure.subplots_adjust(left=0.07, right=0.98, top=0.93, bottom=0.1)
        grid = figure.add_gridspec(2, 3, width_ratios=(2.2, 1, 1), hspace=0.25, wspace=0.16)
        axes = figure.add_subplot(grid[:, 0])
        for errors in np.array(list(numbers.errors.values())).T:
            axes.plot(WIDTHS, errors, "o", color=VERMILLION, markersize=4, alpha=0.45)
        middle = [errors[STARTS // 2] for errors in numbers.errors.values()]
        axes.loglog(WIDTHS, middle, color=VERMILLION, label="learned: the middle, and each start")
        stairs = list(numbers.stairs.values())
        axes.plot(WIDTHS, stairs, "s-", color=BLUE, markersize=4, label="staircase by hand")
        axes.set(title="Error by width", xlabel="hidden units", ylabel="error (root mean square)")
        axes.set_xticks(WIDTHS, [str(width) for width in WIDTHS])
        axes.set_yticks((0.001, 0.01, 0.1, 1.0), ("0.001", "0.01", "0.1", "1"))
        axes.minorticks_off()
        axes.legend(loc="lower left")
        for place, width in zip(((0, 1), (0, 2), (1, 1), (1, 2)), SHOWN, strict=True):
            panel = figure.add_subplot(grid[place])
            panel.plot(numbers.grid, numbers.curve, color=LINE, linewidth=3.5)
            panel.plot(numbers.grid, numbers.flights[width], color=BLUE, linewidth=1)
            panel.plot(numbers.grid, numbers.shapes[width], color=VERMILLION, linewidth=1.6)
            panel.set(title=f"{width} units", ylim=(-1.5, 1.5), yticks=(-1, 0, 1))
            panel.set(xticks=(-1, 0, 1), xlabel="x" if place[0] else "")
