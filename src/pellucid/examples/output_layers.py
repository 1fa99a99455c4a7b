"""Linear regression, logistic regression and the perceptron: one score, three things to lower.

All three compute s = w x + b and say "+1" where s is above 0. Linear regression lowers (t - s)^2,
with t of -1 or +1, so a row far on the right side costs as much as one on the wrong side, and pulls
the boundary towards itself. Logistic regression lowers log(1 + e^(-t s)), which such a row hardly
touches. The perceptron lowers max(0, -t s), which is 0 once every row is right: it stops at the
first line that separates the classes, near a row or not, and which one that is depends on the order
of the rows.

On classes that a line separates, logistic regression would raise its weights for ever; a small
penalty on their squares, scikit-learn's with C = 1, gives it one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, GREEN, INK, VERMILLION, drawing
from pellucid.examples.plane import class_handles, mark_classes
from pellucid.graph.node import constant_node
from pellucid.layers import Dense
from pellucid.losses import loss_from
from pellucid.training.train import train

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EACH, OUTLIERS = 40, 10
BEYOND = 8.0
"""Outliers have a larger x1, the rows of the clouds a smaller."""
ORDERS, EPOCHS = 6, 30
LOSSES = {
    "linear regression": "squared_error",
    "logistic regression": "binary_cross_entropy",
    "perceptron": "perceptron",
}
COLOURS = dict(zip(LOSSES, (VERMILLION, BLUE, GREEN), strict=True))


@dataclass(frozen=True, eq=False)
class Boundary:
    """The line that an output layer found.

    Attributes:
        weights: w1, w2 and b.
        wrong: how many of the rows it learned from are on the wrong side.
        nearest: the least distance of a row of the two clouds to the line; below 0 if wrong.
        mistakes: in each epoch, how many rows were wrong when they came; of the perceptron only.
    """

    weights: Array
    wrong: int
    nearest: float
    mistakes: Array


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was found.

    Attributes:
        clouds: by name, the boundary found on the two clouds.
        outliers: the same with outliers far on the right side added.
        orders: the perceptron's with outliers, in other orders of the rows.
        margins: t s, from -3 to 6.
        losses: by name, the loss there.
    """

    clouds: dict[str, Boundary]
    outliers: dict[str, Boundary]
    orders: list[Boundary]
    margins: Array
    losses: dict[str, Array]


def rows(outliers: bool) -> tuple[Array, Array]:
    """Return points (rows, 2) and classes of -1 and +1 (rows, 1); outliers come last."""
    random = np.random.default_rng(4)
    clouds = [random.normal(centre, (0.5, 0.9), (EACH, 2)) for centre in ([0, 0], [2.6, 1.6])]
    order = np.argsort(random.random(2 * EACH))
    points = np.vstack(clouds)[order]
    classes = np.repeat([-1.0, 1.0], EACH)[order]
    if outliers:
        points = np.vstack([points, random.normal((11.0, -1.0), 0.8, (OUTLIERS, 2))])
        classes = np.append(classes, np.ones(OUTLIERS))
    return points.astype(np.float32), classes.astype(np.float32).reshape(-1, 1)


def find(name: str, points: Array, classes: Array) -> Boundary:
    """Train an output layer, from weights of 0."""
    options: dict[str, Any] = {"learning_rate": 0.03, "epochs": 6000}
    target = classes
    if name == "logistic regression":
        target, options = (classes + 1) / 2, {"learning_rate": 0.3, "epochs": 6000}
        options["l2"] = 1.0 / len(points)
    if name == "perceptron":
        options = {"learning_rate": 1.0, "epochs": EPOCHS, "batch_size": 1, "shuffled": False}
    layer = Dense(1, initializer="zeros")
    trained = train(layer, points, target, loss=LOSSES[name], optimizer="sgd", **options)
    weights = np.append(trained.parameters["weight"], trained.parameters["bias"])
    w = constant_node(weights)
    score = p.sum(constant_node(points) * w[:2], 1) + w[2]
    margin = score * classes[:, 0]
    wrong = p.sum(1.0 - p.cast(p.greater(margin, 0.0), "float32"))
    near = points[:, 0] < BEYOND
    nearest = p.min(p.where(near, margin, np.inf)) / p.sqrt(p.sum(p.square(w[:2])))
    count, distance = evaluate([wrong, nearest], {})
    mistakes = np.zeros(0)
    if name == "perceptron":
        mistakes = (np.reshape(trained.steps["loss"], (EPOCHS, -1)) > 0).sum(1)
    return Boundary(weights, int(count), distance.item(), mistakes)


def run() -> Numbers:
    """Find each boundary with and without outliers, the perceptron's in several orders too."""
    clouds, outliers = rows(False), rows(True)
    orders = [np.random.default_rng(seed).permutation(len(outliers[0])) for seed in range(ORDERS)]
    margins = np.linspace(-3.0, 6.0, 181).reshape(-1, 1)
    score = constant_node(margins)
    losses = {
        name: evaluate(loss_from(loss).per_row(score, p.ones_like(score)), {})
        for name, loss in LOSSES.items()
    }
    return Numbers(
        {name: find(name, *clouds) for name in LOSSES},
        {name: find(name, *outliers) for name in LOSSES},
        [find("perceptron", outliers[0][order], outliers[1][order]) for order in orders],
        margins[:, 0],
        losses,
    )


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        f"Two clouds of {EACH} rows that a line separates; then {OUTLIERS} outliers far on the "
        "right side:",
        f"  {'':22}{'without outliers':>24}{'with outliers':>24}{'turned by':>12}",
        f"  {'output layer':22}{'wrong':>12}{'nearest':>12}{'wrong':>12}{'nearest':>12}",
    ]
    for name in LOSSES:
        pair = numbers.clouds[name], numbers.outliers[name]
        found = "".join(f"{one.wrong:12}{one.nearest:12.2f}" for one in pair)
        first, second = (np.arctan2(one.weights[1], one.weights[0]) for one in pair)
        lines.append(f"  {name:22}{found}{abs(np.degrees(second - first)):11.2f}°")
    nearest = [one.nearest for one in numbers.orders]
    rounds = [_last_round(one) for one in numbers.orders]
    lines += [
        "Wrong: rows on the wrong side. Nearest: the least distance of a cloud's row to the",
        "boundary, below 0 on its wrong side. The outliers come last; by then the perceptron has",
        f"them right, and does not move. In {ORDERS} other orders of all rows it made its last "
        "mistake in",
        f"round {min(rounds)} to {max(rounds)}, and stopped at lines whose nearest row is "
        f"{min(nearest):.2f} to {max(nearest):.2f} away.",
    ]
    return "\n".join(lines)


def _last_round(found: Boundary) -> int:
    """Return the last round in which a row was wrong."""
    return int(np.flatnonzero(found.mistakes)[-1]) + 1


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw each boundary without and with outliers, the losses, and the perceptron's orders."""
    points, classes = rows(True)
    with drawing(path, 12.0, 7.6) as figure:
        figure.subplots_adjust(left=0.05, right=0.98, top=0.95, bottom=0.14, hspace=0.35)
        above, below = figure.subplots(2, 3, gridspec_kw={"wspace": 0.2})
        for axes, (name, found) in zip(above, numbers.outliers.items(), strict=True):
            mark_classes(axes, points, classes[:, 0] == 1, 4)
            _draw_line(axes, found, color=COLOURS[name], linewidth=2.4)
            how = {"linestyle": "dashed", "color": INK, "label": "without outliers"}
            _draw_line(axes, numbers.clouds[name], linewidth=1.4, **how)
            axes.set(title=f"{name.capitalize()}: {found.wrong} wrong")
            axes.set(xlim=(-2, 13.5), ylim=(-3.5, 4.5), xlabel="x1", ylabel="x2")
            below[0].plot(numbers.margins, numbers.losses[name], color=COLOURS[name], label=name)
        below[0].set(title="What each lowers, for a row", ylim=(-0.1, 6), ylabel="loss")
        below[0].set(xlabel="t s (below 0 on the wrong side)")
        mark_classes(below[1], points[: 2 * EACH], classes[: 2 * EACH, 0] == 1, 4)
        for found in numbers.orders:
            _draw_line(below[1], found, color=GREEN, linewidth=1.2)
            below[2].plot(range(1, EPOCHS + 1), found.mistakes, "o-", color=GREEN, markersize=4)
        below[1].set(title=f"The perceptron, {ORDERS} orders of the rows", xlabel="x1", ylabel="x2")
        below[1].set(xlim=(-2, 4.5), ylim=(-3.5, 4.5))
        below[2].set(title="It stops when no row is wrong", xlabel="round", ylabel="mistakes")
        below[2].set_xlim(0.7, max(map(_last_round, numbers.orders)) + 3.3)
        lines = [above[0].lines[-1], *below[0].lines]
        handles = [*class_handles("+1", "-1"), *lines]
        figure.legend(handles=handles, loc="lower center", ncols=6)


def _draw_line(axes: Axes, found: Boundary, **how: Any) -> None:
    w1, w2, b = found.weights
    up = np.array([-10.0, 10.0])
    axes.plot(-(w2 * up + b) / w1, up, **how)
