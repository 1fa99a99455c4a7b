"""Handwritten digits to the end: from pixels to the pictures that the network gets wrong.

A picture of 8 by 8 grey values is a row of 64 numbers. A network with one hidden layer learns from
1,029 of them; 258 others decide when to stop; the last 510 are looked at once, for the verdict.
The confusion matrix counts which digit was taken for which, and the wrong pictures are shown with
the probability that the network gave to its answer and to the truth.

The pictures come from 14 forms that 13 people filled in with the same digits, one form after the
other in the file. Here whole forms are kept apart: 8 to learn from, 2 and 4. A split at random
puts the same hands on both sides, and promises more than the network can do for someone new.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, GREEN, INK, LINE, VERMILLION, drawing
from pellucid.graph.node import constant_node
from pellucid.layers import Dense, Dropout, Sequential
from pellucid.training.train import Trained, train

PARTS = {"train": 1029, "validation": 258, "test": 510}
"""Rows of each part: 8, 2 and 4 forms."""
CLASSES, SIDE = 10, 8
MOST_SHOWN = 20
"""Wrong pictures in the drawing."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured.

    Attributes:
        trained: the network, with the weights of its best epoch.
        accuracy: part to the share of its rows that are right.
        interval: 95 % interval of the test accuracy.
        mixed: the test accuracy of a network trained on a random split of the same sizes.
        confusion: how many test rows of each digit (rows) were taken for each digit (columns).
        probabilities: of each digit, for each test row, (rows, 10).
        wrong: positions of the wrong test rows, those the network was surest of first.
    """

    trained: Trained
    accuracy: dict[str, float]
    interval: tuple[float, float]
    mixed: float
    confusion: Array
    probabilities: Array
    wrong: Array


def digits(mixed: bool = False) -> dict[str, tuple[Array, Array]]:
    """Return pixels from 0 to 1, (rows, 64), and digits, (rows,), of each part.

    Args:
        mixed: whether rows are split at random, and not by forms.
    """
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    x, y = (pixels / 16.0).astype(np.float32), labels.astype(np.int32)
    if mixed:
        order = np.random.default_rng(0).permutation(len(x))
        x, y = x[order], y[order]
    cuts = np.cumsum(list(PARTS.values()))[:-1]
    return dict(zip(PARTS, zip(np.split(x, cuts), np.split(y, cuts), strict=True), strict=True))


def hidden_layer() -> Dense:
    """Return the hidden layer."""
    return Dense(64, "relu", name="hidden")


def train_network(parts: dict[str, tuple[Array, Array]]) -> Trained:
    """Train the network until the validation loss has not fallen for 20 epochs."""
    return train(
        Sequential(hidden_layer(), Dropout(0.3), Dense(CLASSES, name="output")),
        *parts["train"],
        validation=parts["validation"],
        loss="softmax_cross_entropy",
        learning_rate=0.003,
        epochs=200,
        batch_size=32,
        patience=20,
        restore_best=True,
    )


def share_right(trained: Trained, x: Array, y: Array) -> float:
    """Return the share of rows whose highest score is that of their digit."""
    said = p.argmax(constant_node(trained.predict(x)), 1)
    return float(evaluate(p.mean(p.cast(p.equal(said, constant_node(y)), "float32")), {}))


def run() -> Numbers:
    """Train, and count on the test rows what was taken for what."""
    parts, mixed = digits(), digits(mixed=True)
    trained = train_network(parts)
    x, y = parts["test"]
    scores = constant_node(trained.predict(x))
    truth, answer = (p.one_hot(of, CLASSES) for of in (constant_node(y), p.argmax(scores, 1)))
    # Entry (i, j) of truth' answer counts the rows that are i and were taken for j.
    confusion, probabilities = evaluate([p.swap_last(truth) @ answer, p.softmax(scores)], {})
    wrong = np.flatnonzero(probabilities.argmax(1) != y)
    surest_first = np.argsort(-probabilities[wrong].max(1), kind="stable")
    return Numbers(
        trained,
        {part: share_right(trained, *rows) for part, rows in parts.items()},
        _interval(len(y) - len(wrong), len(y)),
        share_right(train_network(mixed), *mixed["test"]),
        confusion.astype(int),
        probabilities,
        wrong[surest_first],
    )


def _interval(hits: int, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, J. Am. Stat. Assoc. 22, 1927)."""
    z = 1.959964
    share, spread = hits / rows, z**2 / rows
    centre = share + spread / 2
    half = z * (share * (1 - share) / rows + spread / (4 * rows)) ** 0.5
    return (centre - half) / (1 + spread), (centre + half) / (1 + spread)


def _worst_pair(confusion: Array) -> tuple[int, int, int]:
    """Return the digit, the one it was most often taken for, and how often."""
    errors = confusion * (1 - np.eye(CLASSES, dtype=int))
    truth, said = divmod(int(errors.argmax()), CLASSES)
    return truth, said, int(errors.max())


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    shares = ", ".join(f"{part} {share:.1%}" for part, share in numbers.accuracy.items())
    low, high = numbers.interval
    epochs = len(numbers.trained.epochs["train_loss"])
    weights = sum(value.size for value in numbers.trained.parameters.values())
    truth, said, count = _worst_pair(numbers.confusion)
    sure = int((numbers.probabilities[numbers.wrong].max(1) > 0.9).sum())
    found = np.diag(numbers.confusion) / numbers.confusion.sum(1)
    return "\n".join(
        [
            f"{weights:,} weights, trained for {epochs} epochs; those of epoch "
            f"{numbers.trained.best_epoch} are kept, with the",
            "lowest validation loss.",
            f"  accuracy: {shares}",
            f"  test: {len(numbers.wrong)} of {PARTS['test']} pictures wrong; 95 % interval of "
            f"the accuracy {low:.1%} to {high:.1%}",
            f"  test after a split at random, the same hands on both sides: {numbers.mixed:.1%}",
            f"  hardest digit: {found.argmin()}, of which {found.min():.1%} are found",
            f"  most common error: {truth} taken for {said}, {count} times",
            f"  of the wrong answers {sure} were given with a probability above 90 %",
            "",
            "Confusion on the test rows (row: the truth; column: the answer):",
            "     " + "".join(f"{digit:5}" for digit in range(CLASSES)),
            *(
                f"  {digit}: " + "".join(f"{count:5}" for count in row)
                for digit, row in enumerate(numbers.confusion)
            ),
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the losses, the confusion matrix and the wrong pictures."""
    x, y = digits()["test"]
    shown = numbers.wrong[:MOST_SHOWN]
    of_all = "" if len(shown) == len(numbers.wrong) else f", the surest {len(shown)} of them"
    with drawing(path, 12.0, 8.4) as figure:
        losses = figure.add_axes((0.06, 0.62, 0.36, 0.33))
        for part, colour in (("train", BLUE), ("validation", VERMILLION)):
            values = numbers.trained.epochs[f"{part}_loss"]
            name = "training (with dropout)" if part == "train" else part
            losses.semilogy(range(1, len(values) + 1), values, color=colour, label=name)
        losses.axvline(numbers.trained.best_epoch, color=GREEN, linewidth=1.2, label="weights kept")
        losses.set(title="Losses", xlabel="epoch", ylabel="cross-entropy (log scale)")
        losses.set_yticks((0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0))
        losses.yaxis.set_major_formatter("{x:g}")
        losses.minorticks_off()
        losses.legend(loc="upper right", frameon=True, framealpha=1.0, edgecolor="none")
        table = figure.add_axes((0.06, 0.065, 0.36, 0.45))
        table.imshow(numbers.confusion**0.4, cmap="Blues", vmin=0, vmax=6)
        for (truth, said), count in np.ndenumerate(numbers.confusion):
            if count:
                ink = "white" if truth == said else INK
                table.text(said, truth, count, ha="center", va="center", color=ink, fontsize=8.5)
        right = f"{numbers.accuracy['test']:.1%} right"
        table.set(title=f"{len(y)} test rows: {right}", xlabel="answer", ylabel="truth")
        table.set(xticks=range(CLASSES), yticks=range(CLASSES))
        table.grid(False)
        title = f"The {len(numbers.wrong)} wrong test pictures{of_all}"
        figure.text(0.49, 0.963, title, fontsize=11, fontweight="bold")
        for place, row in enumerate(shown):
            down, across = divmod(place, 5)
            axes = figure.add_axes((0.49 + 0.1 * across, 0.755 - 0.23 * down, 0.09, 0.13))
            axes.imshow(1 - x[row].reshape(SIDE, SIDE), cmap="gray", vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set(visible=True, color=LINE)
            said = int(numbers.probabilities[row].argmax())
            for up, colour, verb, digit in (
                (1.24, VERMILLION, "says", said),
                (1.06, INK, "is", y[row]),
            ):
                words = f"{verb} {digit}: {numbers.probabilities[row, digit]:.1%}"
                axes.text(0, up, words, transform=axes.transAxes, color=colour, fontsize=9)
