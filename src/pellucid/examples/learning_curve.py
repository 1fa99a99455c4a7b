"""Under- and overfitting, against the number of rows and against the strength of a penalty.

A learning curve shows the error on the rows learned from and on rows not seen, for more and more
rows. A model that is too small (a line for a sine) soon has both errors equal, and both high: it
underfits, and more rows do not help. A model that is large enough starts with a wide gap: it
overfits few rows, and more rows close the gap, not far above the noise.

With few rows a penalty on squared weights takes the place of rows. Too little of it and the network
follows the noise, too much and it follows nothing: the test error is a U, whose lowest point only
rows that were not learned from can show. The error on the training rows only ever rises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, INK, SOFT_INK, VERMILLION, drawing
from pellucid.graph.node import constant_node
from pellucid.layers import Dense, Sequential
from pellucid.losses import SquaredError
from pellucid.training.train import Trained, train

ROWS = (16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
BATCH, UPDATES = 16, 3072
PENALTIES = (0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
FEW_ROWS, EPOCHS = 30, 1500
TEST_ROWS, TEST_SEED = 4000, 1000
SEEDS = range(5)
NOISE = 0.4
RATE = 0.01


def small_model() -> Sequential:
    """Return a straight line."""
    return Sequential(Dense(1))


def large_model() -> Sequential:
    """Return two hidden layers of 64 units."""
    return Sequential(Dense(64, "tanh"), Dense(64, "tanh"), Dense(1))


MODELS: dict[str, Callable[[], Sequential]] = {"line": small_model, "network": large_model}


@dataclass(frozen=True, eq=False)
class Errors:
    """Mean squared errors, one row for each number of rows or strength, one column a seed.

    Attributes:
        train: on the rows learned from.
        test: on rows not seen.
    """

    train: Array
    test: Array


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured.

    Attributes:
        noise_error: the test error of the sine itself.
        by_rows: model to its errors with each number of `ROWS`.
        by_penalty: the network's errors on `FEW_ROWS` rows with each strength of `PENALTIES`.
    """

    noise_error: float
    by_rows: dict[str, Errors]
    by_penalty: Errors

    @property
    def best_penalty(self) -> int:
        """The place of the strength with the lowest mean test error."""
        return int(self.by_penalty.test.mean(1).argmin())


def noisy_sine(rows: int, seed: int) -> tuple[Array, Array]:
    """Return x and y = sin(pi x) + noise, float32 (rows, 1) each."""
    random = np.random.default_rng(seed)
    x = random.uniform(-1.0, 1.0, (rows, 1))
    y = np.sin(np.pi * x) + random.normal(0.0, NOISE, x.shape)
    return x.astype(np.float32), y.astype(np.float32)


def train_on(model: str, rows: int, seed: int) -> Trained:
    """Train a model on a number of rows; the number of updates is the same for all."""
    return train(
        MODELS[model](),
        *noisy_sine(rows, seed),
        loss="squared_error",
        learning_rate=RATE,
        schedule="cosine",
        batch_size=BATCH,
        epochs=UPDATES * BATCH // rows,
        seed=seed,
    )


def train_penalized(strength: float, seed: int) -> Trained:
    """Train the network on few rows with a penalty of strength / 2 times the squared weights."""
    return train(
        large_model(),
        *noisy_sine(FEW_ROWS, seed),
        loss="squared_error",
        learning_rate=RATE,
        schedule="cosine",
        epochs=EPOCHS,
        seed=seed,
        l2=strength,
    )


def mean_squared_error(prediction: Array, target: Array) -> float:
    """Return the squared error, averaged over the rows."""
    return float(evaluate(SquaredError()(constant_node(prediction), constant_node(target)), {}))


def measure(runs: list[list[Trained]], rows: list[int]) -> Errors:
    """Return the errors of runs by case and seed; each case has learned from that many rows."""
    x, y = noisy_sine(TEST_ROWS, TEST_SEED)
    test = [[mean_squared_error(run.predict(x), y) for run in seeds] for seeds in runs]
    learned = []
    for seeds, count in zip(runs, rows, strict=True):
        own = [noisy_sine(count, seed) for seed in SEEDS]
        pairs = zip(seeds, own, strict=True)
        learned.append([mean_squared_error(run.predict(x), y) for run, (x, y) in pairs])
    return Errors(np.array(learned), np.array(test))


def run() -> Numbers:
    """Train both models on more and more rows, and the network with each penalty."""
    by_rows = {
        model: measure([[train_on(model, n, seed) for seed in SEEDS] for n in ROWS], list(ROWS))
        for model in MODELS
    }
    penalized = [[train_penalized(strength, seed) for seed in SEEDS] for strength in PENALTIES]
    x, y = noisy_sine(TEST_ROWS, TEST_SEED)
    sine = evaluate(p.sin(np.pi * constant_node(x)), {})
    return Numbers(
        mean_squared_error(sine, y), by_rows, measure(penalized, [FEW_ROWS] * len(PENALTIES))
    )


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    line, network, penalized = *numbers.by_rows.values(), numbers.by_penalty
    lines = [
        f"A sine with noise of {NOISE:g}: mean squared errors, means of {len(SEEDS)} seeds.",
        f"The sine itself has a test error of {numbers.noise_error:.3f}.",
        "",
        "             line                network",
        "  rows    train    test       train    test",
    ]
    for place, rows in enumerate(ROWS):
        shown = [
            each[place].mean() for each in (line.train, line.test, network.train, network.test)
        ]
        lines.append("{:6,} {:8.3f} {:7.3f} {:11.3f} {:7.3f}".format(rows, *shown))
    lines += [
        "",
        f"The network on {FEW_ROWS} rows, with a penalty on its squared weights:",
        "",
        "  strength    train    test",
    ]
    for place, strength in enumerate(PENALTIES):
        mark = "   lowest" if place == numbers.best_penalty else ""
        means = penalized.train[place].mean(), penalized.test[place].mean()
        lines.append(f"  {strength:8g} {means[0]:8.3f} {means[1]:7.3f}{mark}")
    return "\n".join(
        [
            *lines,
            "",
            "The line underfits: its errors meet far above the noise, and more rows do not help.",
            "The network overfits few rows, is worse than the line on the fewest, and comes near",
            "the noise with many. A penalty helps few rows up to a point; beyond it the network is",
            "pressed into a constant.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the learning curves, and the errors by penalty."""
    with drawing(path, 12.0, 4.4) as figure:
        panels = figure.subplots(1, 3, sharey=True)
        figure.subplots_adjust(left=0.06, right=0.98, bottom=0.14, top=0.9, wspace=0.08)
        places = range(len(PENALTIES))
        for axes, title, errors, across in (
            (panels[0], "A line underfits", numbers.by_rows["line"], ROWS),
            (panels[1], "A network overfits few rows", numbers.by_rows["network"], ROWS),
            (panels[2], f"A penalty, on {FEW_ROWS} rows", numbers.by_penalty, places),
        ):
            for each, colour, style, label in (
                (errors.test, VERMILLION, "o-", "test"),
                (errors.train, BLUE, "s-", "training"),
            ):
                axes.plot(across, each.mean(1), style, color=colour, markersize=4, label=label)
                axes.fill_between(across, each.min(1), each.max(1), color=colour, alpha=0.15, lw=0)
            axes.axhline(numbers.noise_error, color=INK, linestyle="--", linewidth=1.0)
            axes.set(title=title, yscale="log")
        for axes in panels[:2]:
            axes.set(xscale="log", xlabel="rows learned from")
            axes.set_xticks((16, 64, 256, 1024, 4096), ("16", "64", "256", "1,024", "4,096"))
        panels[2].set(xlabel="strength of the penalty")
        panels[2].set_xticks(places, [f"{strength:g}" for strength in PENALTIES])
        panels[0].set(ylabel="mean squared error (log scale)", ylim=(0.002, 2))
        panels[0].set_yticks((0.01, 0.03, 0.1, 0.3, 1.0), ("0.01", "0.03", "0.1", "0.3", "1"))
        for axes in panels:
            axes.minorticks_off()
        panels[0].text(4096, 0.145, "noise", color=SOFT_INK, ha="right", va="top")
        panels[0].legend(loc="lower right", title=f"mean and range of {len(SEEDS)} seeds")
