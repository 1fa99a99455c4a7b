"""Deep against wide: the same number of weights in many layers, or all in one.

The plane is folded like paper, along both axes and then, twice, along both diagonals. The question
is on which side of a line a point of the folded sheet lies; unfolded again, that is a window with
nine panes. A fold is |a| = relu(a) + relu(-a), so that three layers of 4 ReLUs compute the answer
exactly: each layer folds what the one before has folded already. A single layer has to lay out
every edge by itself.

The course has such a table for speech: deeper networks win, and one layer with as many weights, or
more, does not catch up. Each network here has the best of three learning rates, chosen by rows that
are neither trained on nor tested on; with one for all, the rate would decide as much as the shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, INK, LINE, PALE_ORANGE, PALE_SKY, VERMILLION, drawing
from pellucid.examples.free_rate import FreeRate
from pellucid.graph.node import Node, constant_node
from pellucid.layers import Dense, Sequential
from pellucid.losses import zero_one
from pellucid.training.train import Trained, train

UNITS, DEPTHS, TIMES_WIDER = 16, (1, 2, 3, 4, 5, 7), 4
COMPARED = (5, 7)
"""Depths that get one wide layer of as many parameters beside them."""
RATES = (0.005, 0.015, 0.045)
SEEDS = range(4)
ROWS, VALIDATION_ROWS, TEST_ROWS = 2000, 2000, 5000
BATCH, EPOCHS = 50, 40
LINE_AT = 1.0 - 0.5**0.5
"""Half of the plane is on each side."""
SIDE = 161
GRID = np.stack(np.meshgrid(*2 * [np.linspace(-1, 1, SIDE, dtype=np.float32)]), -1).reshape(-1, 2)


@dataclass(frozen=True, eq=False)
class Result:
    """What became of one shape of network.

    Attributes:
        name: layers x units.
        layers: how many are hidden.
        parameters: weights and biases.
        rate: the learning rate with the lowest mean error on validation rows.
        errors: with it, the share of wrong test rows for each seed.
        mean: of the errors.
        spread: of the errors, their standard deviation.
        answers: of the first seed's network on the grid, whether it says 1, (SIDE, SIDE).
    """

    name: str
    layers: int
    parameters: int
    rate: float
    errors: tuple[float, ...]
    mean: float
    spread: float
    answers: Array


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured.

    Attributes:
        deep: the networks of 16 units a layer.
        wide: the networks of one layer; the last has four times the parameters of the deepest.
        truth: the labels on the grid, (SIDE, SIDE).
    """

    deep: list[Result]
    wide: list[Result]
    truth: Array


def fold(x: Node) -> Node:
    """Return the label of points, (rows, 1) of (rows, 2), as three layers of 4 ReLUs."""

    def folded(a: Node) -> Node:
        return p.relu(a) + p.relu(-a)

    a, b = folded(x[:, :1]), folded(x[:, 1:])
    for _ in range(2):
        a, b = folded(a + b - 1.0), folded(a - b)
    return p.cast(p.greater(b, LINE_AT), x.dtype)


def draw_rows(count: int, seed: int) -> tuple[Array, Array]:
    """Return points in the square from -1 to 1 and their labels."""
    x = np.random.default_rng(seed).uniform(-1.0, 1.0, (count, 2)).astype(np.float32)
    return x, evaluate(fold(constant_node(x)), {})


def parameter_count(layers: int, units: int) -> int:
    """Return the number of weights and biases of a network with 2 inputs and 1 output."""
    return 3 * units + (layers - 1) * (units + 1) * units + units + 1


def train_one(layers: int, units: int, rate: float, seed: int) -> Trained:
    """Train a network on rows of the seed's own."""
    hidden = [Dense(units, "relu") for _ in range(layers)]
    return train(
        Sequential(*hidden, Dense(1)),
        *draw_rows(ROWS, seed),
        loss="binary_cross_entropy",
        schedule=FreeRate(rate, falling_over=EPOCHS * ROWS // BATCH),
        epochs=EPOCHS,
        batch_size=BATCH,
        seed=seed,
    )


def error_rate(trained: Trained, x: Array, y: Array) -> float:
    """Return the share of rows that are on the wrong side."""
    wrong = zero_one(constant_node(trained.predict(x)), constant_node(y))
    return float(evaluate(p.mean(wrong), {}))


def measure(layers: int, units: int) -> Result:
    """Train with each rate and seed; test with the rate that validation rows choose."""
    validation, test = draw_rows(VALIDATION_ROWS, 1001), draw_rows(TEST_ROWS, 1002)
    runs = {rate: [train_one(layers, units, rate, seed) for seed in SEEDS] for rate in RATES}
    held = {rate: sum(error_rate(run, *validation) for run in runs[rate]) for rate in RATES}
    rate = min(held, key=held.__getitem__)
    errors = [error_rate(run, *test) for run in runs[rate]]
    return Result(
        f"{layers}x{units}",
        layers,
        parameter_count(layers, units),
        rate,
        tuple(errors),
        float(np.mean(errors)),
        float(np.std(errors, ddof=1)),
        (runs[rate][0].predict(GRID) > 0).reshape(SIDE, SIDE),
    )


def run() -> Numbers:
    """Train all shapes."""
    deep = [measure(layers, UNITS) for layers in DEPTHS]
    # A unit of a single layer has 4 parameters: two inputs, a bias and the output's weight.
    matched = [round((parameter_count(layers, UNITS) - 1) / 4) for layers in COMPARED]
    wide = [measure(1, units) for units in (*matched, TIMES_WIDER * matched[-1])]
    truth = evaluate(fold(constant_node(GRID)), {}) > 0
    return Numbers(deep, wide, truth.reshape(SIDE, SIDE))


def enough(deep: list[Result]) -> Result:
    """Return the shallowest network that is no further from the best than seeds are apart."""
    best = min(deep, key=lambda result: result.mean)
    return next(r for r in deep if r.mean - best.mean <= max(r.spread, best.spread))


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        f"A pattern of folds in the plane, {ROWS:,} training rows. Wrong test rows, mean and",
        f"deviation of {len(SEEDS)} seeds, each network at the best of {len(RATES)} rates:",
        "",
        "  layers x units   parameters    wrong          one layer        parameters    wrong",
    ]
    beside = dict(zip(COMPARED, numbers.wide, strict=False))
    for result in numbers.deep:
        other = f"     {_row(beside[result.layers])}" if result.layers in beside else ""
        lines.append(f"  {_row(result)}{other}")
    deepest, (_, matched, widest) = numbers.deep[-1], numbers.wide
    return "\n".join(
        [
            *lines,
            f"{'':48}{_row(widest)}",
            "",
            f"With {deepest.parameters:,} parameters {deepest.name} errs on {deepest.mean:.1%}, "
            f"{matched.name} on {matched.mean:.1%}, and {widest.name}, of",
            f"{TIMES_WIDER} times as many, still on {widest.mean:.1%}. More than "
            f"{enough(numbers.deep).layers} layers gain less than the spread",
            "between seeds. On other data depth may gain nothing: this pattern is made of folds,",
            "and folding is what a layer of ReLUs does.",
        ]
    )


def _row(result: Result) -> str:
    return f"{result.name:12} {result.parameters:14,}  {result.mean:6.1%} ±{result.spread:5.1%}"


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the errors by the number of parameters, and the pattern with two networks' answers."""
    with drawing(path, 11.0, 5.4) as figure:
        grid = figure.add_gridspec(
            2, 3, left=0.07, right=0.98, bottom=0.1, top=0.93, width_ratios=(5, 2, 2), hspace=0.25
        )
        axes = figure.add_subplot(grid[:, 0])
        for results, colour, style, label in (
            (numbers.deep, BLUE, "o-", f"layers of {UNITS} units"),
            (numbers.wide, VERMILLION, "s-", "one wide layer"),
        ):
            x, y, e = np.array([(r.parameters, r.mean, r.spread) for r in results]).T
            axes.errorbar(x, y, e, fmt=style, color=colour, capsize=3, label=label)
            for place, result in enumerate(results):
                # Neighbours take turns, so that their names do not touch.
                up = 1 if result.layers in (1, 2, 5) else -1
                at = (result.parameters, result.mean + up * result.spread)
                aside = {(BLUE, 1): 14, (VERMILLION, 0): -14}.get((colour, place), 0)
                name = axes.annotate(result.name, at, (aside, 5 * up), textcoords="offset points")
                name.set(ha="center", va="bottom" if up > 0 else "top", color=colour)
        axes.set(title="Same parameters, other shapes", xscale="log", ylim=(0, 0.22))
        axes.set(xlabel="parameters (log scale)", ylabel="wrong test rows")
        axes.set_xticks((100, 300, 1000, 3000, 10000), ("100", "300", "1,000", "3,000", "10,000"))
        axes.minorticks_off()
        axes.set_yticks((0.0, 0.05, 0.1, 0.15, 0.2), ("0%", "5%", "10%", "15%", "20%"))
        axes.legend(loc="upper right", title=f"mean and deviation, {len(SEEDS)} seeds")
        shown = (numbers.deep[-1], *numbers.wide[-2:])
        answers = [(r.answers, r.name, f"{r.errors[0]:.1%} wrong") for r in shown]
        panels = [(numbers.truth, "The pattern", ""), *answers]
        for place, (says, title, error) in zip((1, 2, 4, 5), panels, strict=True):
            axes = figure.add_subplot(grid[place])
            axes.contourf(says, (-0.5, 0.5, 1.5), colors=(PALE_SKY, PALE_ORANGE))
            axes.contour(numbers.truth, (0.5,), colors=INK, linewidths=0.7)
            axes.set(title=title, xlabel=error, aspect="equal", xticks=(), yticks=())
            axes.spines[:].set_color(LINE)
            axes.grid(False)
