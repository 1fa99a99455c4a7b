"""A larger batch allows a larger rate, up to a limit that no batch can lift.

The gradient of a batch is the full gradient plus noise, and the mean square of the noise falls as
1 / batch size. A step multiplies the noise with the rate; too much of it, and the error grows from
step to step. With less noise the rate may be larger, until the limit of full descent, 2 / L, where
L is the largest curvature of the loss: beyond it even exact gradients overshoot.

For a line through points without noise of their own all of this has a closed form (Ma, Bassily,
Belkin, "The power of interpolation", ICML 2018). With inputs of d normal features whose covariance
is 1 the loss has L = 2, and the error of the weights falls, in its mean over many runs, if

    rate < 1 / (1 + (d + 1) / B)    which is about B / (d + 1) for small B and 2 / L = 1 for large B

A network on handwritten digits is beside it, for which there is no such formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, GREEN, INK, LINE, ORANGE, SOFT_INK, VERMILLION, drawing
from pellucid.errors import NonFiniteError
from pellucid.examples.free_rate import FreeRate
from pellucid.graph.node import constant_node, input_node
from pellucid.layers import Dense, Layer, Sequential
from pellucid.losses import SoftmaxCrossEntropy, SquaredError
from pellucid.losses.base import Loss
from pellucid.training.train import Trained, train

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
FEATURES, ROWS, MOST_UPDATES, FULL_UPDATES = 32, 32_768, 2048, 32
LOWEST, HIGHEST, HALVINGS = 0.01, 4.0, 9
DIGIT_BATCHES, DIGIT_ROWS, DIGIT_UPDATES = (1, 8, 64, 512), 1024, 256
RATES = tuple(2.0 ** (k / 2) for k in range(-10, 5))


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured.

    Attributes:
        noise: batch size to the mean squared distance of a batch's gradient from the full one, for
            the line, at weights 0.
        limits: batch size to the largest rate with which the line's loss falls.
        closed: batch size to the closed form of that, which is about a mean of many runs.
        full_limit: the measured limit of descent with exact gradients, from all rows.
        losses: batch size to the network's loss on all its rows after training with each rate;
            infinite where training left the finite numbers.
        guessing: the loss of a network that guesses, log 10.
    """

    noise: dict[int, float]
    limits: dict[int, float]
    closed: dict[int, float]
    full_limit: float
    losses: dict[int, list[float]]
    guessing: float

    def best_rate(self, batch: int) -> float:
        """Return the rate with the network's lowest loss."""
        return RATES[int(np.argmin(self.losses[batch]))]

    def largest_useful_rate(self, batch: int) -> float:
        """Return the largest rate with which the network halves the loss of guessing."""
        return max(
            r for r, loss in zip(RATES, self.losses[batch], strict=True) if loss < self.guessing / 2
        )


@cache
def line_data() -> tuple[Array, Array]:
    """Return x, whose columns are orthogonal with mean square 1, and y = the sum of x."""
    drawn = np.random.default_rng(0).normal(size=(ROWS, FEATURES))
    x = (np.linalg.qr(drawn)[0] * ROWS**0.5).astype(np.float32)
    return x, x.sum(axis=1, keepdims=True)


@cache
def digits() -> tuple[Array, Array]:
    """Return pixels from 0 to 1, float32 (1024, 64), and labels, int32."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    chosen = np.random.default_rng(0).permutation(len(pixels))[:DIGIT_ROWS]
    return (pixels[chosen] / 16.0).astype(np.float32), labels[chosen].astype(np.int32)


def descend(
    network: Layer, rows: tuple[Array, Array], loss: Loss, batch: int, rate: float, updates: int
) -> Trained | None:
    """Return the network after a number of updates; None if it left the finite numbers."""
    # An epoch shows all rows, so that few updates of small batches get the first rows only.
    used = min(len(rows[0]), batch * updates)
    try:
        return train(
            network,
            rows[0][:used],
            rows[1][:used],
            loss=loss,
            optimizer="sgd",
            schedule=FreeRate(rate),
            batch_size=batch,
            epochs=updates * batch // used,
        )
    except NonFiniteError:
        return None


def largest_rate(batch: int) -> float:
    """Return the largest rate with which the line's loss falls; batches take each row once."""
    updates = FULL_UPDATES if batch == ROWS else min(MOST_UPDATES, ROWS // batch)
    low, high = LOWEST, HIGHEST
    for _ in range(HALVINGS):
        rate = (low * high) ** 0.5
        line = Dense(1, bias=False, initializer="zeros")
        trained = descend(line, line_data(), SquaredError(), batch, rate, updates)
        falls = trained is not None and trained.steps["loss"][-1] < trained.steps["loss"][0]
        low, high = (rate, high) if falls else (low, rate)
    return float((low * high) ** 0.5)


def gradient_noise(batch: int) -> float:
    """Return the mean squared distance of batches' gradients from the full one, at weights 0."""
    # Every batch has a copy of the weights, so that one backpropagation gives all their gradients.
    batches = (ROWS // batch, batch)
    x, y = input_node("x", (*batches, FEATURES)), input_node("y", (*batches, 1))
    weights = input_node("weights", (batches[0], FEATURES, 1))
    (slopes,) = gradients(p.sum(p.mean(p.square(x @ weights - y), axis=1)), [weights])
    values = {leaf: of.reshape(leaf.shape) for leaf, of in zip((x, y), line_data(), strict=True)}
    noise = p.sum(p.variance(slopes, axis=0))
    return float(evaluate(noise, {**values, weights: np.zeros(weights.shape)}))


def network_loss(batch: int, rate: float) -> float:
    """Return the loss of a network on all digits after training."""
    network, loss = Sequential(Dense(32, "relu"), Dense(10)), SoftmaxCrossEntropy()
    trained = descend(network, digits(), loss, batch, rate, DIGIT_UPDATES)
    if trained is None:
        return float("inf")
    pixels, labels = digits()
    return float(evaluate(loss(constant_node(trained.predict(pixels)), constant_node(labels)), {}))


def run() -> Numbers:
    """Measure the noise, look for the limits, and train the network with each rate."""
    xs = constant_node(line_data()[0])
    # E |x|^4 / d - 1, which is d + 1 for normal features.
    spread = float(evaluate(p.mean(p.square(p.sum(p.square(xs), axis=1))), {})) / FEATURES - 1.0
    return Numbers(
        noise={batch: gradient_noise(batch) for batch in BATCHES},
        limits={batch: largest_rate(batch) for batch in BATCHES},
        closed={batch: 1.0 / (1.0 + spread / batch) for batch in BATCHES},
        full_limit=largest_rate(ROWS),
        losses={batch: [network_loss(batch, rate) for rate in RATES] for batch in DIGIT_BATCHES},
        guessing=float(evaluate(p.log(constant_node(10.0)), {})),
    )


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        f"A line over {FEATURES} features: the mean squared noise of a batch's gradient,",
        "and the largest rate with which the loss falls.",
        "",
        "  batch size     noise   noise x size   largest rate   closed form",
    ]
    for batch, noise in numbers.noise.items():
        rates = f"{numbers.limits[batch]:12.3f} {numbers.closed[batch]:13.3f}"
        lines.append(f"  {batch:10} {noise:9.2f} {noise * batch:14.0f} {rates}")
    lines += [
        f"    all rows         -              - {numbers.full_limit:12.3f}     2 / L = 1",
        "",
        f"A network on {DIGIT_ROWS:,} digits: {DIGIT_UPDATES} updates at {len(RATES)} rates.",
        "",
        "  batch size   best rate   its loss   largest rate that halves the loss of guessing",
    ]
    for batch, losses in numbers.losses.items():
        best, largest = numbers.best_rate(batch), numbers.largest_useful_rate(batch)
        lines.append(f"  {batch:10} {best:11.3g} {min(losses):10.3f} {largest:14.3g}")
    return "\n".join(
        [
            *lines,
            "",
            "Twice the rows allow about twice the rate while batches are small; large ones come",
            "near the limit of exact gradients. Single runs last a bit beyond the closed form,",
            "which is about a mean that rare bad runs raise. The network's best rate grows with",
            "the batch; at the best rate of 512 rows, batches of one are worse than guessing.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the noise, the limits and the network's losses."""
    with drawing(path, 12.0, 4.4) as figure:
        noise, limits, network = figure.subplots(1, 3)
        figure.subplots_adjust(left=0.06, right=0.98, bottom=0.14, top=0.9, wspace=0.28)
        one = numbers.noise[1]
        noise.loglog(BATCHES, [one / b for b in BATCHES], color=LINE, label="noise of one / size")
        noise.loglog(BATCHES, list(numbers.noise.values()), "o", color=BLUE, label="measured")
        noise.set(title="Noise of the gradient", ylabel="mean squared distance")
        limits.loglog(BATCHES, list(numbers.closed.values()), color=LINE, label="closed form")
        limits.loglog(BATCHES, list(numbers.limits.values()), "o", color=BLUE, label="measured")
        limits.axhline(1.0, color=VERMILLION, linestyle="--", linewidth=1.2)
        limits.text(1.0, 1.06, "2 / L, for exact gradients", color=VERMILLION, va="bottom")
        limits.set(title="Largest rate for a line", ylabel="learning rate", ylim=(0.02, 2))
        for (batch, losses), colour, mark in zip(
            numbers.losses.items(), (ORANGE, GREEN, BLUE, INK), "os^D", strict=True
        ):
            network.loglog(RATES, losses, mark + "-", color=colour, markersize=4, label=str(batch))
        network.axhline(numbers.guessing, color=LINE, linestyle="--", linewidth=1.2)
        network.text(RATES[0], numbers.guessing * 1.06, "guessing", color=SOFT_INK, va="bottom")
        network.set(title="A network on digits", xlabel="learning rate", ylabel="loss at the end")
        network.set(xticks=(0.03, 0.1, 0.3, 1, 3), yticks=(0.03, 0.1, 0.3, 1, 3), ylim=(0.02, 6))
        network.legend(loc="lower left", title="batch size")
        limits.set_yticks((0.03, 0.1, 0.3, 1.0))
        for axes, place in ((noise, "lower left"), (limits, "lower right")):
            axes.set(xlabel="batch size", xticks=(1, 4, 16, 64, 256))
            axes.legend(loc=place)
        for axes in (noise, limits, network):
            axes.xaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_major_formatter("{x:g}")
            axes.minorticks_off()
