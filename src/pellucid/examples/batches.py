"""Full batch, stochastic and mini-batch descent on one problem, and the updates an epoch.

An epoch shows every row once; an update is made after each batch. 10,000 rows are 10,000 updates an
epoch in batches of one (stochastic descent), 100 in batches of 100, and a single one in a batch
of all. A small batch's gradient points where the full one does only on average: its noise falls
with the root of the batch size, so that 100 times the rows buy a tenth of the noise.

The problem is a straight line through noisy points, whose best weights are known. Where the full
gradient is zero a batch's is not, which is why stochastic descent at a constant rate arrives first
and then wanders around the best line without settling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends import backend_named, evaluate
from pellucid.backends.base import Array
from pellucid.backends.rows import RowFunction
from pellucid.drawing import BLUE, INK, LINE, ORANGE, PAPER, VERMILLION, drawing
from pellucid.graph.node import Node, constant_node, input_node
from pellucid.graph.order import RowOrder
from pellucid.layers import Dense
from pellucid.training.train import train

ROWS = 10_000
RATE = 0.05
# Batch size to epochs: enough for each to arrive.
EPOCHS = {ROWS: 100, 100: 10, 1: 1}


@dataclass(frozen=True, eq=False)
class Descent:
    """Descent with one batch size.

    Attributes:
        updates_per_epoch: how many batches an epoch has.
        weights: slope and intercept before the first update and after each, (updates + 1, 2).
        excess: at the same times, how far the loss of all rows is above the best line's.
        wandering: the mean of `excess` over the second half of the updates.
        noise_at_start: root of the mean squared distance from a batch's gradient to the full one.
        noise_at_best: the same for the best line, where the full gradient is zero.
    """

    updates_per_epoch: int
    weights: Array
    excess: Array
    wandering: float
    noise_at_start: float
    noise_at_best: float


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured.

    Attributes:
        best: slope and intercept of the best line.
        best_loss: its loss.
        descents: batch size to what became of it.
        surface: slopes (columns,), intercepts (rows,) and excess losses (rows, columns).
    """

    best: tuple[float, float]
    best_loss: float
    descents: dict[int, Descent]
    surface: tuple[Array, Array, Array]


def line_data() -> tuple[Array, Array]:
    """Return x and y = 2 x + 1 with noise of deviation 0.5, float32 (10000, 1) each."""
    random = np.random.default_rng(0)
    x = random.normal(size=(ROWS, 1))
    y = 2.0 * x + 1.0 + random.normal(0.0, 0.5, (ROWS, 1))
    return x.astype(np.float32), y.astype(np.float32)


def run() -> Numbers:
    """Find the best line, and descend towards it with each batch size."""
    x, y = line_data()
    xs, ys = constant_node(x[:, 0].astype(np.float64)), constant_node(y[:, 0].astype(np.float64))
    centred = xs - p.mean(xs)
    slope = p.sum(centred * ys) / p.sum(p.square(centred))
    intercept = p.mean(ys) - slope * p.mean(xs)
    loss = p.mean(p.square(slope * xs + intercept - ys))
    *best, best_loss = (float(value) for value in evaluate([slope, intercept, loss], {}))

    def excess(slope: Node, intercept: Node) -> Node:
        """Return how far the loss of all rows is above the best line's."""
        return p.mean(p.square(slope * xs + intercept - ys), axis=-1) - best_loss

    def watch(parameters: Mapping[str, Node]) -> dict[str, Node]:
        w, b = (p.cast(p.reshape(leaf, ()), "float64") for leaf in parameters.values())
        return {"slope": w, "intercept": b, "excess": excess(w, b)}

    above = RowFunction(
        backend_named("reference"), lambda at: excess(at[:, :1], at[:, 1:]), (2,), np.dtype("f8")
    )
    descents = {}
    for size, epochs in EPOCHS.items():
        trained = train(
            Dense(1, initializer="zeros"),
            x,
            y,
            loss="squared_error",
            optimizer="sgd",
            learning_rate=RATE,
            batch_size=size,
            epochs=epochs,
            watch=watch,
        )
        last = np.array([[value.item() for value in trained.parameters.values()]])
        steps, half = trained.steps, trained.updates // 2
        before = np.stack([steps["slope"], steps["intercept"]], axis=1)
        order = RowOrder(rows=ROWS, batch_size=size, seed=0)
        second_half = constant_node(np.array(steps["excess"][half:]))
        descents[size] = Descent(
            updates_per_epoch=order.steps_per_epoch,
            weights=np.concatenate([before, last]),
            excess=np.concatenate([steps["excess"], above(last)]),
            wandering=float(evaluate(p.mean(second_half), {})),
            noise_at_start=gradient_noise(order, (0.0, 0.0)),
            noise_at_best=gradient_noise(order, (best[0], best[1])),
        )
    across, up = np.linspace(-0.2, 2.6, 57), np.linspace(-0.2, 1.6, 37)
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    surface = (across, up, above(points).reshape(37, 57))
    return Numbers((best[0], best[1]), best_loss, descents, surface)


def gradient_noise(order: RowOrder, weights: tuple[float, float]) -> float:
    """Return the root mean squared distance of the batches' gradients from the full one.

    Every batch has a copy of the weights, so that one backpropagation gives all their gradients.
    """
    batches = (order.steps_per_epoch, order.batch_size)
    x, y = (input_node(name, batches, "float64") for name in "xy")
    slopes, intercepts = (p.full((batches[0], 1), weight, "float64") for weight in weights)
    errors = p.square(slopes * x + intercepts - y)
    found = gradients(p.sum(p.mean(errors, axis=1)), [slopes, intercepts])
    distance = p.sqrt(p.variance(found[0]) + p.variance(found[1]))
    rows = order.epoch_rows(0).reshape(batches)
    xs, ys = line_data()
    return float(evaluate(distance, {x: xs[rows, 0], y: ys[rows, 0]}))


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    slope, intercept = numbers.best
    lines = [
        f"Descent on {ROWS:,} rows of y = 2 x + 1 + noise, from (0, 0), at rate {RATE:g}.",
        f"The best line is y = {slope:.4f} x + {intercept:.4f}, with a loss of "
        f"{numbers.best_loss:.4f}.",
        "",
        "  batch     updates   noise of the gradient        loss above the best line's",
        "   size    an epoch   at start   at the best   after 1 epoch   mean of 2nd half",
    ]
    for size, descent in numbers.descents.items():
        after_one = descent.excess[descent.updates_per_epoch]
        lines.append(
            f"{size:7,} {descent.updates_per_epoch:11,} {descent.noise_at_start:10.3f} "
            f"{descent.noise_at_best:13.3f} {after_one:15.5f} {descent.wandering:10.5f}"
            f"  of {len(descent.excess) - 1:,}"
        )
    return "\n".join(
        [
            *lines,
            "",
            "100 times the rows in a batch give a tenth of the noise. Counted in epochs, that is",
            "in work, small batches arrive first; counted in updates all go equally fast, and the",
            "full batch settles while stochastic descent wanders around the best line.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the paths in the plane of the weights, and the loss by update and by epoch."""
    looks = {1: (ORANGE, "stochastic: 1 row"), 100: (BLUE, "mini-batch: 100 rows")}
    looks[ROWS] = (INK, f"full batch: {ROWS:,} rows")
    with drawing(path, 11.0, 5.6) as figure:
        grid = figure.add_gridspec(
            2, 2, width_ratios=(5, 4), left=0.06, right=0.98, bottom=0.1, top=0.93, hspace=0.5
        )
        plane = figure.add_subplot(grid[:, 0])
        by_update, by_epoch = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
        plane.contour(
            *numbers.surface, levels=np.geomspace(0.01, 6, 12), colors=LINE, linewidths=0.7
        )
        for size in sorted(numbers.descents):
            descent, (colour, label) = numbers.descents[size], looks[size]
            width, mark = (0.5, "") if size == 1 else (1.4, "o")
            path_drawn = descent.weights[:3000].T
            plane.plot(
                *path_drawn, color=colour, linewidth=width, marker=mark, markersize=3, label=label
            )
            updates = np.arange(len(descent.excess))
            by_update.loglog(updates[1:], descent.excess[1:], color=colour, linewidth=width + 0.3)
            epochs = updates / descent.updates_per_epoch
            by_epoch.loglog(epochs[1:], descent.excess[1:], color=colour, linewidth=width + 0.3)
        plane.plot(
            *numbers.best,
            "x",
            color=VERMILLION,
            markersize=9,
            markeredgewidth=2.5,
            label="best line",
        )
        plane.set(title="The weights on their way", xlabel="slope", ylabel="intercept")
        plane.legend(loc="upper left", frameon=True, edgecolor=PAPER)
        by_update.set(title="Loss by update", xlabel="updates (log scale)")
        by_epoch.set(title="Loss by epoch", xlabel="epochs, of 10,000 rows each (log scale)")
        for axes in (by_update, by_epoch):
            axes.set(ylabel="loss above the best", ylim=(1e-6, 10))
            axes.xaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_major_formatter("{x:g}")
