"""Model bias: the error of a model that cannot have the shape of what it describes.

The best line through curved data is still a line. What it misses does not shrink with more rows,
and it leaves a pattern: its residuals (truth minus prediction) are high here and low there, where
those of a fitting model are noise. A linear model of several features is a line in each of them, so
it misses curvature, and it misses interactions, where one feature changes what another does.
Features that have the shape, or a network that finds it, remove the bias.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, INK, LINE, SKY, VERMILLION, drawing
from pellucid.graph.node import Node, constant_node
from pellucid.layers import Dense, Sequential
from pellucid.losses import SquaredError
from pellucid.training.train import train

NOISE = 0.2
TEST_ROWS = 20_000
CURVE_ROWS, PLANE_ROWS = (20, 100, 1000, 10_000), (200, 2000)
BINS = 12
# What each model takes as its features, of x (rows, 1) and of x1, x2, x3 (rows, 3).
CURVE_MODELS: dict[str, Callable[[Node], list[Node]]] = {
    "line": lambda x: [x],
    "parabola": lambda x: [x, x * x],
}
PLANE_MODELS: dict[str, Callable[[Node], list[Node]]] = {
    "linear": lambda x: [x],
    "and x1 x2": lambda x: [x, x[:, :1] * x[:, 1:2]],
    "and x1 x2, squares": lambda x: [x, x[:, :1] * x[:, 1:2], x * x],
    "network": lambda x: [x],
}


@dataclass(frozen=True, eq=False)
class Fit:
    """A model after descent: mean squared errors, and truth minus prediction on the test rows.

    The weights of a linear one are the bias and one for each feature; by the normal equations they
    are `solved`.
    """

    train_error: float
    test_error: float
    weights: Array
    solved: Array
    residuals: Array


@dataclass(frozen=True, eq=False)
class Numbers:
    """Fits by model and number of rows, and mean residuals of the largest fits, on test rows.

    Attributes:
        curve: fits of y = x^2 and noise.
        along_x: model to the mean residual in bins of x.
        plane: fits of y = x1 - x2 + 2 x1 x2 + 1.5 x3^2 and noise.
        along_x3: model to the mean residual in bins of x3.
        over_x1_x2: the linear model's mean residual in cells of x2 and x1, (bins, bins).
    """

    curve: dict[tuple[str, int], Fit]
    along_x: dict[str, Array]
    plane: dict[tuple[str, int], Fit]
    along_x3: dict[str, Array]
    over_x1_x2: Array


def curved(rows: int, seed: int) -> tuple[Array, Array]:
    """Return x from 0 to 2 and y = x^2 + noise, (rows, 1) each."""
    random = np.random.default_rng(seed)
    x = random.uniform(0.0, 2.0, (rows, 1))
    y = x**2 + random.normal(0.0, NOISE, x.shape)
    return x.astype(np.float32), y.astype(np.float32)


def interacting(rows: int, seed: int) -> tuple[Array, Array]:
    """Return three features from -1 to 1 and y = x1 - x2 + 2 x1 x2 + 1.5 x3^2 + noise."""
    random = np.random.default_rng(seed)
    x = random.uniform(-1.0, 1.0, (rows, 3))
    x1, x2, x3 = np.split(x, 3, axis=1)
    y = x1 - x2 + 2.0 * x1 * x2 + 1.5 * x3**2 + random.normal(0.0, NOISE, x1.shape)
    return x.astype(np.float32), y.astype(np.float32)


def fit(
    features: Callable[[Node], list[Node]],
    learned_from: tuple[Array, Array],
    tested_on: tuple[Array, Array],
    network: bool,
) -> Fit:
    """Train a linear model of the features, or a network."""
    rows, test_rows = (
        evaluate(p.concatenate(features(constant_node(x)), 1), {})
        for x, _ in (learned_from, tested_on)
    )
    layer = Sequential(Dense(16, "tanh"), Dense(1)) if network else Dense(1)
    how: dict[str, Any] = {"optimizer": "sgd", "learning_rate": 0.1}
    if network:
        how = {"optimizer": "adam", "learning_rate": 0.02, "schedule": "cosine"}
    trained = train(layer, rows, learned_from[1], loss="squared_error", epochs=2000, **how)
    weights = solved = np.zeros(0)
    if not network:
        weights = np.append(trained.parameters["bias"], trained.parameters["weight"])
        solved = normal_equations(rows, learned_from[1])
    said = constant_node(trained.predict(test_rows))
    truth = constant_node(tested_on[1])
    before = SquaredError()(constant_node(trained.predict(rows)), constant_node(learned_from[1]))
    errors = evaluate([before, SquaredError()(said, truth), (truth - said)[:, 0]], {})
    return Fit(errors[0].item(), errors[1].item(), weights, solved, errors[2])


def normal_equations(rows: Array, target: Array) -> Array:
    """Return the bias and weights w that solve (X' X) w = X' y, in float64."""
    ones = np.ones((len(rows), 1))
    x = constant_node(np.hstack([ones, rows]), "float64")
    transposed = p.transpose(x)
    sides = evaluate([transposed @ x, transposed @ constant_node(target, "float64")], {})
    return np.linalg.solve(*sides)[:, 0]


def cell_means(values: Array, *places: Array) -> Array:
    """Return the mean of values in each of the bins from -1 to 1 of one place, or cells of two."""
    number = np.zeros(len(values), np.int32)
    for place in places:
        number = number * BINS + np.clip((place + 1.0) / 2.0 * BINS, 0, BINS - 1).astype(np.int32)
    own = p.one_hot(constant_node(number), BINS ** len(places), "float32")
    means = p.sum(own * values.reshape(-1, 1), 0) / p.sum(own, 0)
    return evaluate(means, {}).reshape([BINS] * len(places))


def run() -> Numbers:
    """Fit each model to each number of rows."""
    x_test, z_test = curved(TEST_ROWS, 1), interacting(TEST_ROWS, 1)
    curve = {
        (name, rows): fit(features, curved(rows, 0), x_test, False)
        for name, features in CURVE_MODELS.items()
        for rows in CURVE_ROWS
    }
    plane = {
        (name, rows): fit(features, interacting(rows, 0), z_test, name == "network")
        for name, features in PLANE_MODELS.items()
        for rows in PLANE_ROWS
    }
    x, (x1, x2, x3) = x_test[0][:, 0] - 1.0, z_test[0].T
    left = {name: plane[name, PLANE_ROWS[-1]].residuals for name in PLANE_MODELS}
    return Numbers(
        curve,
        {name: cell_means(curve[name, CURVE_ROWS[-1]].residuals, x) for name in CURVE_MODELS},
        plane,
        {name: cell_means(residuals, x3) for name, residuals in left.items()},
        cell_means(left["linear"], x2, x1),
    )


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [f"Mean squared errors; the noise alone is {NOISE**2:.3f}."]
    truths = {"y = x^2": numbers.curve, "y = x1 - x2 + 2 x1 x2 + 1.5 x3^2": numbers.plane}
    for title, fits in truths.items():
        lines.append(f"  {title:34}{'rows':>6}{'train':>9}{'test':>9}")
        for (name, rows), found in fits.items():
            lines.append(f"    {name:32}{rows:6}{found.train_error:9.3f}{found.test_error:9.3f}")
    every = (*numbers.curve.values(), *numbers.plane.values())
    gap = max(np.abs(found.weights - found.solved).max(initial=0.0) for found in every)
    low, high = numbers.along_x["line"].min(), numbers.along_x["line"].max()
    most = np.abs(numbers.along_x["parabola"]).max()
    lines += [
        f"Descent and the normal equations agree to within {gap:.3f} in every weight.",
        f"Mean residuals along x: of the line from {low:.2f} to {high:.2f}, "
        f"of the parabola at most {most:.2f}.",
        "More rows bring each model to its own limit, which for the line and the linear model",
        "stays above the noise; features of the right shape, or a network, come near it.",
    ]
    return "\n".join(lines)


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw fits and residuals on the curve, and what models of three features leave."""
    x, y = curved(CURVE_ROWS[1], 0)
    middles, grid = (np.arange(BINS) + 0.5) / BINS * 2.0, np.linspace(0.0, 2.0, 101)
    with drawing(path, 12.0, 7.2) as figure:
        figure.subplots_adjust(left=0.06, right=0.98, top=0.95, bottom=0.08, hspace=0.36)
        above, below = figure.subplots(2, 3, gridspec_kw={"wspace": 0.28})
        for name, colour in (("line", VERMILLION), ("parabola", BLUE)):
            fits = [numbers.curve[name, rows] for rows in CURVE_ROWS]
            line: dict[str, Any] = {"color": colour, "markersize": 4, "label": name}
            above[0].plot(grid, np.polyval(fits[1].weights[::-1], grid), **line)
            above[1].plot(middles, numbers.along_x[name], "o-", **line)
            above[2].loglog(CURVE_ROWS, [found.test_error for found in fits], "o-", **line)
        above[0].plot(x, y, "o", color=INK, markersize=2.5, label="row", zorder=1)
        above[0].set(title=f"A line through {CURVE_ROWS[1]} curved rows", xlabel="x", ylabel="y")
        above[1].set(title="What it leaves has a pattern", xlabel="x", ylabel="mean residual")
        above[2].axhline(NOISE**2, color=LINE, linestyle="dashed", label="noise alone")
        above[2].set(title="More rows do not help the line", xlabel="rows learned from")
        above[2].set(ylabel="test error (mean squared)", ylim=(0.03, 0.3))
        above[2].set_xticks(CURVE_ROWS, [f"{rows:,}" for rows in CURVE_ROWS])
        above[2].set_yticks((0.04, 0.1, 0.2), ("0.04", "0.1", "0.2"))
        above[2].minorticks_off()
        for axes in above:
            axes.legend()
        errors = [numbers.plane[name, PLANE_ROWS[-1]].test_error for name in PLANE_MODELS]
        models = [name.replace(", ", ",\n") for name in PLANE_MODELS]
        bars = below[0].bar(models, errors, color=SKY, width=0.6)
        below[0].bar_label(bars, fmt="%.3f", padding=3)
        below[0].axhline(NOISE**2, color=LINE, linestyle="dashed")
        below[0].set(title="Three features, four models", ylim=(0, 0.8))
        below[0].set_ylabel("test error (mean squared)")
        edges = np.linspace(-1.0, 1.0, BINS + 1)
        image = below[1].pcolormesh(edges, edges, numbers.over_x1_x2, cmap="PuOr", vmin=-2, vmax=2)
        below[1].set(title="Linear: an interaction is left", xlabel="x1", ylabel="x2")
        below[1].set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        figure.colorbar(image, ax=below[1], label="mean residual", ticks=(-2, 0, 2), aspect=30)
        for name, colour in (("linear", VERMILLION), ("network", BLUE)):
            line = {"color": colour, "markersize": 4, "label": name}
            below[2].plot(middles - 1.0, numbers.along_x3[name], "o-", **line)
        below[2].set(title="Linear: a curvature is left", xlabel="x3", ylabel="mean residual")
        below[2].legend()
