"""Overfitting, and what dropout, early stopping and weight decay do against it.

A network with 4,353 weights meets 30 noisy points of a sine. Given time it learns the noise: its
error on the points falls far below the noise, which no honest curve can do, and its error on new
points rises. Only the error on rows that were not seen tells the two apart, and which epoch was
best is read from validation rows, so that the final word needs a third part, the test rows.

How much is lost depends on the points: with others the gap between the two errors is smaller, and a
remedy may cost more than it gains, which again only unseen rows can tell.

Three remedies: dropout sets random units to 0 in each step, so that none can rely on another; early
stopping keeps the weights of the epoch with the lowest validation loss; weight decay shrinks all
weights a little in each step, which keeps the curve smooth.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, GREEN, INK, LINE, VERMILLION, drawing
from pellucid.graph.node import constant_node
from pellucid.layers import Dense, Dropout, Sequential
from pellucid.losses import SquaredError
from pellucid.optimizers import adam
from pellucid.training.train import Trained, train

POINTS, TEST_POINTS = 30, 1000
NOISE = 0.4
EPOCHS = 1000
# Share of units dropped, and the options of training.
METHODS: dict[str, tuple[float, dict[str, Any]]] = {
    "nothing": (0.0, {}),
    "dropout": (0.2, {}),
    "early stopping": (0.0, {"patience": 200, "restore_best": True}),
    "weight decay": (0.0, {"optimizer": adam(weight_decay=2.0)}),
}


@dataclass(frozen=True, eq=False)
class Fit:
    """What one method came to.

    Attributes:
        train_losses: after each epoch; with dropout as it was in training, units dropped.
        validation_losses: after each epoch.
        kept_epoch: the epoch whose weights were kept.
        train_error: mean squared error of these weights on the points learned from.
        validation_error: the same on the rows that early stopping looks at.
        test_error: the same on rows that nothing has looked at.
        curve: the fitted function on the grid.
    """

    train_losses: list[float]
    validation_losses: list[float]
    kept_epoch: int
    train_error: float
    validation_error: float
    test_error: float
    curve: Array


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured.

    Attributes:
        weights: the number of the network's parameters.
        noise_error: the test error of the sine itself: no curve does better but by luck.
        fits: method to what it came to.
        grid: where curves are computed, (n, 1).
        sine: the sine there.
    """

    weights: int
    noise_error: float
    fits: dict[str, Fit]
    grid: Array
    sine: Array


def noisy_sine() -> dict[str, tuple[Array, Array]]:
    """Return x and y = sin(pi x) + noise of training, validation and test, (rows, 1) each."""
    random = np.random.default_rng(1)
    x = random.uniform(-1.0, 1.0, (2 * POINTS + TEST_POINTS, 1))
    y = np.sin(np.pi * x) + random.normal(0.0, NOISE, x.shape)
    cuts = [POINTS, 2 * POINTS]
    parts = zip(np.split(x.astype("f4"), cuts), np.split(y.astype("f4"), cuts), strict=True)
    return dict(zip(("train", "validation", "test"), parts, strict=True))


def build_network(dropped: float) -> Sequential:
    """Return two hidden layers of 64 units, with dropout after each."""
    return Sequential(
        Dense(64, "tanh"), Dropout(dropped), Dense(64, "tanh"), Dropout(dropped), Dense(1)
    )


def train_with(method: str, epochs: int = EPOCHS) -> Trained:
    """Train on the 30 points, with a method of `METHODS` against overfitting."""
    parts = noisy_sine()
    dropped, given = METHODS[method]
    options: dict[str, Any] = {"optimizer": adam(), "learning_rate": 0.01, **given}
    return train(
        build_network(dropped),
        *parts["train"],
        validation=parts["validation"],
        loss="squared_error",
        epochs=epochs,
        **options,
    )


def run() -> Numbers:
    """Fit with each method, and measure all of them on the test rows."""
    parts = noisy_sine()
    grid = np.linspace(-1.0, 1.0, 201, dtype=np.float32).reshape(-1, 1)
    fits = {}
    for method, (_, options) in METHODS.items():
        trained = train_with(method)
        losses = trained.epochs["train_loss"], trained.epochs["validation_loss"]
        kept = trained.best_epoch if "restore_best" in options else len(losses[0])
        error = {part: mean_squared_error(trained.predict(x), y) for part, (x, y) in parts.items()}
        curve = trained.predict(grid)[:, 0]
        fits[method] = Fit(*losses, kept, error["train"], error["validation"], error["test"], curve)
    x, y = parts["test"]
    sine, of_test = (evaluate(p.sin(np.pi * constant_node(at)), {}) for at in (grid, x))
    weights = sum(leaf.size for leaf in trained.parameters.values())
    return Numbers(weights, mean_squared_error(of_test, y), fits, grid, sine)


def mean_squared_error(prediction: Array, target: Array) -> float:
    """Return the squared error, averaged over the rows."""
    return float(evaluate(SquaredError()(constant_node(prediction), constant_node(target)), {}))


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        f"{numbers.weights:,} weights learn {POINTS} points of a sine with noise of {NOISE:g}.",
        "Mean squared errors:",
        "",
        "  against overfitting   kept epoch    train   validation    test",
    ]
    for name, fit in numbers.fits.items():
        errors = f"{fit.train_error:8.3f} {fit.validation_error:12.3f} {fit.test_error:7.3f}"
        lines.append(f"  {name:20} {fit.kept_epoch:11} {errors}")
    return "\n".join(
        [
            *lines,
            f"  {'the sine itself':55} {numbers.noise_error:5.3f}",
            "",
            "The lowest error on the training points belongs to the worst curve. In the picture",
            "its validation loss (dashed) turns and climbs while its training loss goes on",
            "falling; each remedy gives up some of the training points and comes near the sine.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw each fitted curve above its losses by epoch."""
    x, y = noisy_sine()["train"]
    with drawing(path, 12.0, 6.2) as figure:
        axes = figure.subplots(2, len(numbers.fits), sharex="row", sharey="row")
        figure.subplots_adjust(left=0.06, right=0.99, bottom=0.09, top=0.9, hspace=0.32, wspace=0.1)
        for (above, below), (name, fit) in zip(axes.T, numbers.fits.items(), strict=True):
            above.plot(numbers.grid, numbers.sine, color=LINE, label="sine")
            above.plot(numbers.grid, fit.curve, color=VERMILLION, label="network")
            above.plot(x, y, "o", color=INK, markersize=3.5, label="training point")
            above.set(title=f"{name.capitalize()}\ntest error {fit.test_error:.3f}", xlabel="x")
            above.set(ylim=(-3.2, 2.9))
            epochs = range(1, len(fit.train_losses) + 1)
            below.semilogy(epochs, fit.train_losses, color=BLUE, linewidth=1, label="training")
            held = fit.validation_losses
            below.semilogy(epochs, held, "--", color=VERMILLION, linewidth=1.4, label="validation")
            below.axvline(fit.kept_epoch, color=GREEN, linewidth=1.2, label="weights kept")
            below.set(xlabel="epoch", xlim=(0, EPOCHS * 1.03), xticks=(0, EPOCHS // 2, EPOCHS))
        axes[0, 0].set_ylabel("y")
        axes[1, 0].set_ylabel("loss (log scale)")
        axes[1, 0].set_yticks((0.05, 0.1, 0.2, 0.5, 1.0), ("0.05", "0.1", "0.2", "0.5", "1"))
        axes[1, 0].minorticks_off()
        axes[0, 0].legend(loc="upper left")
        axes[1, 2].legend(loc="upper right")
