"""XOR: one layer cannot compute it; a second layer can, and so can one more feature.

A unit fires on one side of a line. At the corners of a square its score s = w x + b fulfils
s(0,0) + s(1,1) = s(0,1) + s(1,0); XOR wants both terms on the left below 0 and both on the right at
least 0, so no weights do. Of the 16 ways to label the corners, lines give the 14 others than XOR
and its opposite, XNOR.

The slide's network, of +1/-1 units with h1 = AND, h2 = NOR and the output sigma((h1 + h2) / 2), is
said to compute XOR. But it fires where one of the two fires, at equal inputs: it computes XNOR, and
that only because sigma(0) = +1. With 0/1 units in the same formula it always fires. The output
sigma(-(h1 + h2 + 1) / 2) gives XOR.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import pi
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import drawing
from pellucid.examples.plane import Plane, class_handles, mark_classes, side_handles
from pellucid.graph.node import Node, constant_node, input_node
from pellucid.layers import Dense, Sequential
from pellucid.layers.base import Layer
from pellucid.layers.mode import Mode
from pellucid.training.train import Trained, train

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
XOR = np.array([[0], [1], [1], [0]], np.float32)
STARTS = 10


@dataclass(frozen=True, eq=False)
class Numbers:
    """What each network says, and how far a single layer gets.

    Attributes:
        lines: how many lines were tried, at all angles and distances.
        labelings: how many of the 16 labelings of the inputs they give.
        imbalance: the largest |s(0,0) + s(1,1) - s(0,1) - s(1,0)| of their scores.
        most_hits: how many inputs the best of them gets right.
        single_loss: the loss of the trained single layer.
        single_most_hits: the most inputs that it got right at any step of its training.
        found: how many of ten trained two-layer networks get all four right.
        stuck_loss: the highest loss at which one of them ends.
        answers: network to its outputs at the four inputs, (4,).
        slide: h1, h2, the slide's output and the mended one at the four inputs, (4, 4).
        planes: network to its outputs over the plane.
    """

    lines: int
    labelings: int
    imbalance: float
    most_hits: int
    single_loss: float
    single_most_hits: int
    found: int
    stuck_loss: float
    answers: dict[str, Array]
    slide: Array
    planes: dict[str, Plane]


class AddProduct(Layer):
    """Gives x1, x2 and x1 x2."""

    def call(self, x: Node, mode: Mode) -> Node:
        """Return (rows, 3) for (rows, 2)."""
        return p.concatenate([x, x[:, :1] * x[:, 1:]], 1)


def one_layer(x: Node) -> Node:
    """Return OR, which is XOR but for one input."""
    return p.step(x[:, :1] + x[:, 1:] - 0.5)


def two_layers(x: Node) -> Node:
    """Return XOR as (x1 or x2) and not (x1 and x2), of threshold units."""
    x1, x2 = x[:, :1], x[:, 1:]
    at_least_one, not_both = p.step(x1 + x2 - 0.5), p.step(1.5 - x1 - x2)
    return p.step(at_least_one + not_both - 1.5)


def with_product(x: Node) -> Node:
    """Return XOR as one threshold unit on x1, x2 and x1 x2."""
    x1, x2 = x[:, :1], x[:, 1:]
    return p.step(x1 + x2 - 2.0 * (x1 * x2) - 0.5)


def slide(x: Node) -> Node:
    """Return h1, h2, the slide's output and the mended one for inputs -1 and +1."""

    def sigma(score: Node) -> Node:
        return 2.0 * p.step(score) - 1.0

    x1, x2 = x[:, :1], x[:, 1:]
    h1, h2 = sigma(x1 + x2 - 1.0), sigma(-x1 - x2 - 1.0)
    return p.concatenate([h1, h2, sigma((h1 + h2) / 2.0), sigma(-(h1 + h2 + 1.0) / 2.0)], 1)


def slide_zero_one(x: Node) -> Node:
    """Return the slide's output with 0/1 units."""
    x1, x2 = x[:, :1], x[:, 1:]
    return p.step((p.step(x1 + x2 - 1.5) + p.step(0.5 - x1 - x2)) / 2.0)


def run() -> Numbers:
    """Try every line, train each network, and ask all of them at the four inputs."""
    single = _train(Dense(1), 0)
    layered = [_train(Sequential(Dense(2, "tanh"), Dense(1)), seed) for seed in range(STARTS)]
    right = [trained for trained in layered if _compute(_hits, trained.predict(INPUTS)) == 4]
    lifted = _train(Sequential(AddProduct(), Dense(1)), 0)
    networks: dict[str, Callable[[Array], Array]] = {
        "one layer, by hand": partial(_compute, one_layer),
        "one layer, learned": partial(_probability, single),
        "two layers, by hand": partial(_compute, two_layers),
        "two layers, learned": partial(_probability, right[0]),
        "with x1 x2, by hand": partial(_compute, with_product),
        "with x1 x2, learned": partial(_probability, lifted),
        "slide, 0/1 units": partial(_compute, slide_zero_one),
    }
    return Numbers(
        *_try_lines(),
        single.steps["loss"][-1],
        int(max(single.steps["hits"])),
        len(right),
        max(trained.steps["loss"][-1] for trained in layered),
        {name: network(INPUTS)[:, 0] for name, network in networks.items()},
        _compute(slide, 2 * INPUTS - 1),
        {name: Plane.of(n, (-0.5, 1.5), (-0.5, 1.5)) for name, n in networks.items()}
        | {"slide": Plane.of(lambda x: _compute(slide, x)[:, 2], (-2, 2), (-2, 2))},
    )


def _try_lines() -> tuple[int, int, float, int]:
    """Return the number of lines, their labelings, the imbalance and the most hits."""
    turn = constant_node(np.linspace(0, 2 * pi, 360, endpoint=False).reshape(1, -1))
    distance = constant_node(np.linspace(-1.5, 1.5, 201).reshape(-1, 1, 1))
    x, target = (constant_node(values, "float64") for values in (INPUTS, XOR))
    scores = x[:, :1] * p.cos(turn) + x[:, 1:] * p.sin(turn) + distance  # (201, 4, 360)
    said = p.step(scores)
    hits = p.sum(p.cast(p.equal(said, target), "int32"), 1)
    labels = p.sum(said * constant_node([[1.0], [2.0], [4.0], [8.0]], "float64"), 1)
    balance = p.sum(scores * constant_node([[1.0], [-1.0], [-1.0], [1.0]], "float64"), 1)
    outputs = [labels, p.max(p.abs(balance)), p.max(hits)]
    found, imbalance, most = evaluate(outputs, {})
    return found.size, len(set(found.ravel().tolist())), imbalance.item(), most.item()


def _train(network: Layer, seed: int) -> Trained:
    return train(
        network,
        INPUTS,
        XOR,
        loss="binary_cross_entropy",
        optimizer="adam",
        learning_rate=0.1,
        epochs=200,
        seed=seed,
        watch=lambda _: {"hits": _hits(network(constant_node(INPUTS)))},
    )


def _hits(score: Node) -> Node:
    """Return for how many of the inputs a score, (4, 1), has the right sign."""
    return p.sum(p.cast(p.equal(p.step(score), XOR), "int32"))


def _compute(function: Callable[[Node], Node], points: Array) -> Array:
    x = input_node("x", points.shape)
    return evaluate(function(x), {x: points})


def _probability(trained: Trained, points: Array) -> Array:
    scores = trained.predict(points)
    return _compute(p.sigmoid, scores)


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    rows = [f"  {'x1, x2':22}" + "".join(f"{f'{a:g}, {b:g}':>9}" for a, b in INPUTS)]
    rows += [f"  {'XOR':22}" + "".join(f"{value:9g}" for value in XOR[:, 0])]
    for name, values in numbers.answers.items():
        rows.append(f"  {name:22}" + "".join(f"{value:9.4g}" for value in values))
    names = ("h1 = AND", "h2 = NOR", "slide: XNOR", "mended: XOR")
    signs = [
        f"  {name:22}" + "".join(f"{value:+9g}" for value in values)
        for name, values in zip(names, numbers.slide.T, strict=True)
    ]
    return "\n".join(
        [
            f"One layer: the best of {numbers.lines} lines gets {numbers.most_hits} of 4 right; "
            f"they give {numbers.labelings} of 16 labelings.",
            "For each of them s(0,0) + s(1,1) = s(0,1) + s(1,0), to within "
            f"{numbers.imbalance:.0e}.",
            f"Trained, it gets {numbers.single_most_hits} right at best, and ends at a loss of "
            f"{numbers.single_loss:.4f}: log 2, a coin toss.",
            f"Two layers, 2-2-1: {numbers.found} of {STARTS} trainings get all 4 right; the others "
            "end at a loss of",
            f"{numbers.stuck_loss:.4f}, log 2 / 2: two inputs settled, and a coin toss for two.",
            *rows,
            "The slide's network, of +1/-1 units (0 stands for -1 above), with sigma(0) = +1:",
            *signs,
            "In the picture: where each network says 1. The slide's has its colours swapped.",
        ]
    )


def draw(numbers: Numbers, path: Path) -> None:
    """Draw what each network says over the plane, and the four inputs."""
    titles = {
        "one layer, by hand": f"One layer: {numbers.most_hits} of 4 at best",
        "two layers, by hand": "Two layers, by hand",
        "two layers, learned": "Two layers, learned",
        "with x1 x2, by hand": "One layer and x1 x2, by hand",
        "with x1 x2, learned": "One layer and x1 x2, learned",
        "slide": "The slide's network: XNOR",
    }
    with drawing(path, 9.6, 7) as figure:
        figure.subplots_adjust(left=0.06, right=0.98, top=0.94, bottom=0.14)
        grid = figure.subplots(2, 3, gridspec_kw={"wspace": 0.25, "hspace": 0.35})
        for axes, (name, title) in zip(grid.flat, titles.items(), strict=True):
            numbers.planes[name].shade(axes)
            inputs = 2 * INPUTS - 1 if name == "slide" else INPUTS
            mark_classes(axes, inputs, XOR[:, 0] == 1)
            ticks = sorted(set(inputs.ravel().tolist()))
            axes.set(title=title, xlabel="x1", ylabel="x2", aspect="equal")
            axes.set(xticks=ticks, yticks=ticks)
            axes.grid(False)
        handles = [*class_handles("XOR is 1", "XOR is 0"), *side_handles("network says 1", "0")]
        figure.legend(handles=handles, loc="lower center", ncols=4)
