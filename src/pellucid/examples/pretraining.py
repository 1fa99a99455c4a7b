"""Pretraining layer by layer against none, on a deep network of sigmoids and few labelled rows.

A deep network of sigmoids that starts from small random weights hardly learns: on its way back
through each layer the gradient is multiplied by slopes of at most 1/4. In 2006 pretraining was the
way out (Hinton, Osindero, Teh; Bengio et al.). Each layer in turn is trained to code its inputs so
that they can be decoded again, which needs no labels; then the whole network starts from these
layers and is trained on the labelled rows.

What made it unnecessary came later, and is measured beside it on handwritten digits: initial
weights that keep the size of signals (Glorot, Bengio 2010; for a sigmoid of n inputs a deviation of
4 / sqrt(n), to make up for its slope of 1/4), units with a slope of 1 (ReLU), and steps that do not
shrink with the gradient (Adam).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, GREEN, ORANGE, VERMILLION, drawing
from pellucid.graph.node import constant_node
from pellucid.initializers import Initializer, Normal
from pellucid.layers import Dense, Sequential
from pellucid.losses import SoftmaxCrossEntropy, zero_one
from pellucid.training.train import Trained, train

DEPTH, UNITS, PIXELS, CLASSES = 4, 64, 64, 10
TRAINING_ROWS, BATCH, UPDATES = 1000, 25, 1000
LABELLED = (50, 200, 800)
SEEDS = range(3)
CODING_EPOCHS, CODING_RATE, CODING_BATCH = 20, 0.005, 50
OPTIMIZERS = {"momentum": 0.02, "adam": 0.003}
"""How all layers are trained together, and the learning rate."""
SMALL = Normal(standard_deviation=0.1)
SUITED = Normal(standard_deviation=4.0 / UNITS**0.5)


@dataclass(frozen=True)
class Start:
    """How a network begins: its activation, its initial weights, and whether it is pretrained."""

    activation: str
    initializer: str | Initializer
    pretrained: bool = False


STARTS = {
    "sigmoid, small weights": Start("sigmoid", SMALL),
    "sigmoid, pretrained": Start("sigmoid", SMALL, pretrained=True),
    "sigmoid, suited weights": Start("sigmoid", SUITED),
    "ReLU, He's weights": Start("relu", "he_normal"),
}


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured.

    Attributes:
        errors: optimizer and start to the share of wrong test rows, (labelled rows, seeds).
        slopes: start to the mean absolute gradient of each hidden layer's weights before training
            on labels, from the first layer, of the first seed.
        codings: the mean squared error of decoding in each layer's pretraining, from the first
            epoch to the last, of the first seed.
    """

    errors: dict[tuple[str, str], Array]
    slopes: dict[str, tuple[float, ...]]
    codings: list[list[float]]


@cache
def digits(seed: int) -> tuple[Array, Array, Array, Array]:
    """Return pixels and labels of 1000 training rows, then of 797 test rows."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(pixels))
    x, y = (pixels[order] / 16.0).astype(np.float32), labels[order].astype(np.int32)
    return x[:TRAINING_ROWS], y[:TRAINING_ROWS], x[TRAINING_ROWS:], y[TRAINING_ROWS:]


def hidden_layer(number: int, start: Start) -> Dense:
    """Return one of the hidden layers, counted from 1."""
    return Dense(UNITS, start.activation, initializer=start.initializer, name=f"hidden_{number}")


def deep_network(start: Start) -> Sequential:
    """Return all hidden layers and the output."""
    hidden = [hidden_layer(number, start) for number in range(1, DEPTH + 1)]
    return Sequential(*hidden, Dense(CLASSES, name="output"))


@cache
def pretrain(seed: int) -> tuple[Mapping[str, Array], list[list[float]]]:
    """Return the layers' parameters after coding without labels, and the losses of each layer."""
    codes, losses = digits(seed)[0], []
    values: dict[str, Array] = {}
    for number in range(1, DEPTH + 1):
        coder = hidden_layer(number, STARTS["sigmoid, pretrained"])
        trained = train(
            Sequential(coder, Dense(codes.shape[1], name="decoder")),
            codes,
            codes,
            loss="squared_error",
            learning_rate=CODING_RATE,
            epochs=CODING_EPOCHS,
            batch_size=CODING_BATCH,
            seed=seed,
        )
        weight, bias = (trained.parameters[f"{coder.name}.{name}"] for name in ("weight", "bias"))
        values |= {f"{coder.name}.weight": weight, f"{coder.name}.bias": bias}
        scores = constant_node(codes) @ constant_node(weight) + constant_node(bias)
        codes = evaluate(p.sigmoid(scores), {})
        losses.append(trained.epochs["train_loss"])
    return values, losses


def train_labelled(start: Start, optimizer: str, rows: int, seed: int) -> Trained:
    """Train the whole network on the first labelled rows."""
    x, y, _, _ = digits(seed)
    return train(
        deep_network(start),
        x[:rows],
        y[:rows],
        loss="softmax_cross_entropy",
        optimizer=optimizer,
        learning_rate=OPTIMIZERS[optimizer],
        epochs=UPDATES * BATCH // rows,
        batch_size=BATCH,
        seed=seed,
        initial=pretrain(seed)[0] if start.pretrained else None,
    )


def error_rate(trained: Trained, seed: int) -> float:
    """Return the share of test rows whose digit is not recognized."""
    _, _, x, y = digits(seed)
    wrong = zero_one(constant_node(trained.predict(x)), constant_node(y))
    return float(evaluate(p.mean(wrong), {}))


def first_slopes(trained: Trained) -> tuple[float, ...]:
    """Return the mean absolute gradient of each hidden layer's weights before training."""
    x, y, _, _ = digits(0)
    leaves = trained.network.parameters()
    loss = SoftmaxCrossEntropy()(trained.network(constant_node(x)), constant_node(y))
    weights = [leaves[f"hidden_{number}.weight"] for number in range(1, DEPTH + 1)]
    sizes = [p.mean(p.abs(slope)) for slope in gradients(loss, weights)]
    values = {leaf: trained.initial[name] for name, leaf in leaves.items()}
    return tuple(float(size) for size in evaluate(sizes, values))


def run() -> Numbers:
    """Pretrain, and train each start with each optimizer, number of labelled rows and seed."""
    errors, slopes = {}, {}
    for name, start in STARTS.items():
        for optimizer in OPTIMIZERS:
            runs = [[train_labelled(start, optimizer, n, s) for s in SEEDS] for n in LABELLED]
            found = [[error_rate(run, s) for s, run in enumerate(row)] for row in runs]
            errors[optimizer, name] = np.array(found)
        slopes[name] = first_slopes(runs[0][0])
    return Numbers(errors, slopes, pretrain(0)[1])


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        f"{DEPTH} hidden layers of {UNITS} units on handwritten digits. Wrong test rows, mean and",
        f"deviation of {len(SEEDS)} seeds, after {UPDATES:,} updates on so many labelled rows:",
    ]
    for optimizer, rate in OPTIMIZERS.items():
        counts = "".join(f"{rows:16}" for rows in LABELLED)
        lines += ["", f"  {optimizer + f', rate {rate:g}':23}{counts}"]
        for name in STARTS:
            each = numbers.errors[optimizer, name]
            shown = (f"{row.mean():9.1%} ±{row.std(ddof=1):5.1%}" for row in each)
            lines.append(f"  {name:23}{''.join(shown)}")
    coded = ", ".join(f"{losses[0]:.3f} to {losses[-1]:.3f}" for losses in numbers.codings)
    lines += ["", "Mean squared errors of decoding by layer, first to last epoch:", f"  {coded}"]
    lines += ["", f"Mean |gradient| of the weights of layers 1 and {DEPTH}, before the labels:"]
    lines += [f"  {name:23}{s[0]:16.1e}{s[-1]:16.1e}" for name, s in numbers.slopes.items()]
    return "\n".join(
        [
            *lines,
            "",
            "With momentum, small weights hardly leave guessing (90% wrong); pretraining gets the",
            "network going. With Adam it helps less, and with most labelled rows by no more than",
            "the spread. Weights of a suited size, or ReLUs, do better in every column without it.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the errors by the number of labelled rows, and the first gradients by layer."""
    looks = ((VERMILLION, "v"), (BLUE, "o"), (ORANGE, "s"), (GREEN, "^"))
    with drawing(path, 12.0, 4.6) as figure:
        panels = figure.subplots(1, 3)
        figure.subplots_adjust(left=0.06, right=0.98, bottom=0.24, top=0.91, wspace=0.27)
        for axes, optimizer in zip(panels, OPTIMIZERS, strict=False):
            for name, (colour, mark) in zip(STARTS, looks, strict=True):
                each, style = numbers.errors[optimizer, name], mark + "-"
                axes.plot(LABELLED, each.mean(1), style, color=colour, markersize=5, label=name)
                low, high = each.min(1), each.max(1)
                axes.fill_between(LABELLED, low, high, color=colour, alpha=0.15, linewidth=0)
            axes.set(
                title=f"Trained with {optimizer.replace('adam', 'Adam')}", ylabel="wrong test rows"
            )
            axes.set(xscale="log", xlabel="labelled rows (log scale)", ylim=(0, 1))
            axes.set_xticks(LABELLED, [str(rows) for rows in LABELLED])
            axes.minorticks_off()
            axes.yaxis.set_major_formatter("{x:.0%}")
        layers = range(1, DEPTH + 1)
        for sizes, (colour, mark) in zip(numbers.slopes.values(), looks, strict=True):
            panels[2].semilogy(layers, sizes, mark + "-", color=colour, markersize=5)
        panels[2].set(title="Gradients before the labels", ylabel="mean |gradient| of weights")
        panels[2].set(xlabel=f"layer ({DEPTH} is next to the output)", xticks=layers)
        panels[2].yaxis.set_major_formatter("{x:.0e}")
        handles, names = panels[0].get_legend_handles_labels()
        title = f"mean and range of {len(SEEDS)} seeds"
        figure.legend(handles, names, loc="lower center", ncols=4, title=title)
