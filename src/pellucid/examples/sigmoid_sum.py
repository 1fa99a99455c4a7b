"""A curve as a sum of sigmoids: y = b + sum of c_i sigmoid(b_i + w_i x).

One sigmoid is a smooth step. Its weight w says how steep it is, its shift b where it stands (its
middle is at x = -b / w), its height c how high it climbs. Two of them, one up and one down, make a
bump. Enough steps, each placed by hand, follow any curve as a staircase does; and since the sum has
derivatives, descent can place fewer of them better.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, GREEN, LINE, PURPLE, VERMILLION, drawing
from pellucid.graph.node import Node, constant_node, input_node
from pellucid.initializers import Uniform
from pellucid.layers import Dense, Sequential
from pellucid.training.train import train

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What is varied, and the (w, b, c) that it gives.
EFFECTS: dict[str, dict[str, tuple[float, float, float]]] = {
    "w: how steep": {"w = 1": (1, 0, 1), "w = 3": (3, 0, 1), "w = 20": (20, 0, 1)},
    "b: where": {"b = -6": (3, -6, 1), "b = 0": (3, 0, 1), "b = 6": (3, 6, 1)},
    "c: how high": {"c = 0.5": (3, 0, 0.5), "c = 1": (3, 0, 1), "c = -1": (3, 0, -1)},
}
BUMP = (-1.0, 1.0)
BUMP_WEIGHTS = (2.0, 5.0, 30.0)
COUNTS = (8, 16, 32, 64)
LEARNED, SEEDS = 8, 5
STEEP = 1000.0
SOFT = 4.0
"""Weight of a soft step, times the distance between steps."""


@dataclass(frozen=True, eq=False)
class Shape:
    """A step or a bump on the wide grid, and what is measured of it by name."""

    values: Array
    facts: dict[str, float]


@dataclass(frozen=True, eq=False)
class Sum:
    """A sum that follows the hard curve, to the error sqrt(mean((sum - curve)^2)) on the grid.

    Its terms are w, b and c of each sigmoid, (3, count).
    """

    terms: Array
    bias: float
    values: Array
    error: float


@dataclass(frozen=True, eq=False)
class Numbers:
    """Shapes, by what is varied, on the grid `wide`; the hard curve and sums on the other grid.

    Sums by hand, of steep and of soft steps, are kept by their count; the learned by their error.
    """

    wide: Array
    shapes: dict[str, dict[str, Shape]]
    grid: Array
    curve: Array
    steep: dict[int, Sum]
    soft: dict[int, Sum]
    learned: list[Sum]


def hard_curve(x: Node) -> Node:
    """Return two waves, a rise and a sudden fall at 0.5, for x from -1 to 1."""
    return p.sin(6.0 * x) + 0.4 * p.sin(15.0 * x) + x - 1.5 * p.step(x - 0.5)


def sigmoid_sum(x: Node, terms: Array, bias: float) -> Node:
    """Return b + sum c sigmoid(w x + b), (rows,), for x (rows,) and terms (3, count)."""
    w, b, c = (constant_node(row, x.dtype) for row in terms)
    return bias + p.sum(c * p.sigmoid(p.expand_dims(x, 1) * w + b), 1)


def make_step(wide: Array, w: float, b: float, c: float) -> Shape:
    """Return one step, and where and how steeply it passes half its height."""
    term, x = np.array([[w], [b], [c]]), input_node("x", (1,), "float64")
    (slope,) = gradients(p.sum(sigmoid_sum(x, term, 0.0)), [x])
    values = evaluate(sigmoid_sum(constant_node(wide), term, 0.0), {})
    return Shape(values, {"middle": -b / w, "slope": evaluate(slope, {x: [-b / w]}).item()})


def make_bump(wide: Array, w: float) -> Shape:
    """Return sigmoid(w (x - left)) - sigmoid(w (x - right))."""
    terms = np.array([[w, w], [-w * BUMP[0], -w * BUMP[1]], [1.0, -1.0]])
    y = sigmoid_sum(constant_node(wide), terms, 0.0)
    values, peak, total = evaluate([y, p.max(y), p.sum(y)], {})
    return Shape(values, {"peak": peak.item(), "area": total.item() * float(wide[1] - wide[0])})


def make_sum(grid: Array, terms: Array, bias: float) -> Sum:
    """Return a sum of sigmoids, and how far from the hard curve it is."""
    x = constant_node(grid)
    y = sigmoid_sum(x, terms, bias)
    values, error = evaluate([y, p.sqrt(p.mean(p.square(y - hard_curve(x))))], {})
    return Sum(terms, bias, values, error.item())


def place(count: int, steepness: float | None = None) -> tuple[Array, float]:
    """Return terms and bias of equally spaced steps that follow the hard curve.

    Between two steps the sum is what the curve is halfway between them; so each climbs by the
    difference of two such values. Where no steepness is given, it grows with the number of steps.
    """
    edges = np.linspace(-1.0, 1.0, count + 2)
    levels = evaluate(hard_curve(constant_node((edges[1:] + edges[:-1]) / 2.0)), {})
    w = np.full(count, steepness or SOFT / (edges[1] - edges[0]))
    return np.stack([w, -w * edges[1:-1], np.diff(levels)]), float(levels[0])


def learn(grid: Array, curve: Array, seed: int) -> tuple[Array, float]:
    """Return terms and bias that descent finds from random ones."""
    spread = Uniform(-10.0, 10.0)
    hidden = Dense(LEARNED, "sigmoid", initializer=spread, bias_initializer=spread, name="steps")
    trained = train(
        Sequential(hidden, Dense(1, name="sum")),
        grid.astype(np.float32).reshape(-1, 1),
        curve.astype(np.float32).reshape(-1, 1),
        loss="squared_error",
        optimizer="adam",
        learning_rate=0.1,
        schedule="cosine",
        epochs=5000,
        seed=seed,
    )
    values = trained.parameters
    rows = [values["steps.weight"][0], values["steps.bias"], values["sum.weight"][:, 0]]
    return np.stack(rows).astype(np.float64), float(values["sum.bias"][0])


def run() -> Numbers:
    """Vary one number at a time, make bumps, and follow the hard curve in three ways."""
    wide, grid = np.linspace(-4.0, 4.0, 801), np.linspace(-1.0, 1.0, 401)
    curve = evaluate(hard_curve(constant_node(grid)), {})
    shapes = {
        effect: {name: make_step(wide, *numbers) for name, numbers in cases.items()}
        for effect, cases in EFFECTS.items()
    }
    shapes["Up and down: a bump"] = {f"w = {w:g}": make_bump(wide, w) for w in BUMP_WEIGHTS}
    learned = [make_sum(grid, *learn(grid, curve, seed)) for seed in range(SEEDS)]
    return Numbers(
        wide,
        shapes,
        grid,
        curve,
        {count: make_sum(grid, *place(count, STEEP)) for count in COUNTS},
        {count: make_sum(grid, *place(count)) for count in COUNTS},
        sorted(learned, key=lambda one: one.error),
    )


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        "A step c sigmoid(w x + b), one number varied at a time from w = 3, b = 0, c = 1; and a",
        "bump, up at -1 and down at 1, with its area from x = -4 to 4:",
    ]
    for cases in numbers.shapes.values():
        for name, shape in cases.items():
            facts = "".join(f"   {fact} {value:6.3f}" for fact, value in shape.facts.items())
            lines.append(f"  {name:8}{facts}")
    lines.append("A hard curve: error (root mean square, the curve's units) of a sum by hand")
    for count in COUNTS:
        errors = numbers.steep[count].error, numbers.soft[count].error
        lines.append(f"  {count:2} sigmoids  steep {errors[0]:.3f}   soft {errors[1]:.3f}")
    lines += [
        f"and of {LEARNED} that descent placed, from {SEEDS} random starts: "
        + ", ".join(f"{one.error:.3f}" for one in numbers.learned),
        "Evenly spaced steps spend as many on flat parts as on steep ones; descent puts them",
        "where they are needed (marks below the curves). The picture has the middle start.",
    ]
    return "\n".join(lines)


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the effect of each number, bumps, and the hard curve followed in three ways."""
    with drawing(path, 12.5, 6.8) as figure:
        figure.subplots_adjust(left=0.04, right=0.985, top=0.95, bottom=0.08, hspace=0.32)
        above, below = figure.subplots(2, 4, gridspec_kw={"wspace": 0.22})
        for axes, (title, cases) in zip(above, numbers.shapes.items(), strict=True):
            for colour, (name, shape) in zip((BLUE, VERMILLION, GREEN), cases.items(), strict=True):
                axes.plot(numbers.wide, shape.values, color=colour, label=name)
            axes.set(title=title, ylim=(-1.1, 2.0), xlabel="x")
            axes.legend(loc="upper left")
        _draw_sum(below[0], numbers, numbers.steep[16], "16 steep steps, by hand")
        _draw_sum(below[1], numbers, numbers.soft[16], "16 soft steps, by hand")
        _draw_sum(below[2], numbers, numbers.learned[SEEDS // 2], f"{LEARNED} sigmoids, learned")
        below[0].legend(loc="upper left", ncols=2, columnspacing=1, handlelength=1.2)
        errors = below[3]
        by_hand = (("steep", numbers.steep, BLUE), ("soft", numbers.soft, PURPLE))
        for name, sums, colour in by_hand:
            found = [one.error for one in sums.values()]
            errors.loglog(COUNTS, found, "o-", color=colour, markersize=4, label=f"{name}, by hand")
        starts = [one.error for one in numbers.learned]
        errors.plot([LEARNED] * SEEDS, starts, "D", color=VERMILLION, markersize=4, label="learned")
        errors.set(title="Error by count", xlabel="sigmoids", xticks=COUNTS, yticks=(0.1, 0.2, 0.4))
        errors.set(xticklabels=COUNTS, yticklabels=("0.1", "0.2", "0.4"))
        errors.minorticks_off()
        errors.legend(loc="upper right")


def _draw_sum(axes: Axes, numbers: Numbers, drawn: Sum, title: str) -> None:
    axes.plot(numbers.grid, numbers.curve, color=LINE, linewidth=3, label="curve")
    axes.plot(numbers.grid, drawn.values, color=VERMILLION, label="sum")
    w, b, _ = drawn.terms
    axes.plot(-b / w, np.full_like(w, -2.7), "|", color=BLUE, markersize=9, label="a step's middle")
    axes.set(title=title, xlabel="x", xlim=(-1.05, 1.05), ylim=(-3.1, 2.9))
    axes.text(-1.0, -2.4, f"error {drawn.error:.3f}")
