"""The height detector: a neuron that fires for people of 160 cm and more.

By hand it is a threshold unit, step(w h + b) with w = 1 and b = -160. A sigmoid neuron learns the
same border from 300 labelled heights: it says "tall" with probability sigmoid(w h + b), which
crosses 1/2 at its decision point h = -b / w. Learning moves this point and makes the slope
steeper; where the classes are separated, as here, the slope would grow for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.data import load_builtin
from pellucid.drawing import BLUE, INK, ORANGE, VERMILLION, drawing
from pellucid.examples.standardize import Standardize
from pellucid.graph.node import Node, constant_node
from pellucid.layers import Dense, Sequential
from pellucid.primitives import cast, equal, expand_dims, sigmoid, step, sum
from pellucid.training.train import train

START = {"neuron.weight": np.full((1, 1), 1.0), "neuron.bias": np.full(1, 2.0)}
SHOWN = (0, 10, 1000)


@dataclass(frozen=True, eq=False)
class Numbers:
    """The two detectors.

    Attributes:
        heights: in cm, (300,).
        tall: 1.0 where the label says tall, (300,).
        by_hand: how many people the threshold unit labels right.
        learned: how many the learned neuron does.
        weights: of the neuron, per cm, before each update and after the last.
        biases: of the neuron, likewise.
        points: its decision points in cm, likewise.
        grid: heights in cm, (n,).
        unit: the threshold unit's output there, (n,).
        neurons: the neuron's output there after 0, 10 and 1000 updates, (n, 3).
    """

    heights: Array
    tall: Array
    by_hand: int
    learned: int
    weights: list[float]
    biases: list[float]
    points: list[float]
    grid: Array
    unit: Array
    neurons: Array


def run() -> Numbers:
    """Label the people by hand, learn to, and find both borders."""
    table = load_builtin("heights")
    heights = table["height"].numbers().astype(np.float32).reshape(-1, 1)
    tall = (table["label"].texts() == "tall").astype(np.float32).reshape(-1, 1)
    standardize = Standardize(heights)
    mean, deviation = standardize.mean.item(), standardize.deviation.item()

    def in_cm(parameters: Mapping[str, Node]) -> dict[str, Node]:
        weight = parameters["neuron.weight"][0, 0] / deviation
        bias = parameters["neuron.bias"][0] - weight * mean
        return {"w": weight, "b": bias, "-b/w": -bias / weight}

    network = Sequential(standardize, Dense(1, name="neuron"))
    trained = train(
        network,
        heights,
        tall,
        loss="binary_cross_entropy",
        optimizer="sgd",
        learning_rate=3.0,
        epochs=SHOWN[-1],
        initial=START,
        watch=in_cm,
    )
    leaves = network.parameters()
    last = evaluate(
        list(in_cm(leaves).values()), {leaves[n]: trained.parameters[n] for n in leaves}
    )
    w, b, points = (
        [*trained.steps[name], value.item()]
        for name, value in zip(("w", "b", "-b/w"), last, strict=True)
    )

    grid = np.linspace(heights.min(), heights.max(), 500, dtype=np.float32)
    h = constant_node(heights)
    chosen = np.array([[w[n] for n in SHOWN], [b[n] for n in SHOWN]], np.float32)
    by_hand, learned, unit, neurons = evaluate(
        [
            _count_right(threshold_unit(h), tall),
            _count_right(step(w[-1] * h + b[-1]), tall),
            threshold_unit(constant_node(grid)),
            sigmoid(expand_dims(constant_node(grid), 1) * chosen[0] + chosen[1]),
        ],
        {},
    )
    return Numbers(
        heights[:, 0],
        tall[:, 0],
        by_hand.item(),
        learned.item(),
        w,
        b,
        points,
        grid,
        unit,
        neurons,
    )


def threshold_unit(height: Node) -> Node:
    """Return 1 from 160 cm on, else 0."""
    return step(1.0 * height - 160.0)


def _count_right(said: Node, tall: Array) -> Node:
    return sum(cast(equal(said, tall), "int32"))


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    count = len(numbers.heights)
    rows = [
        f"  {f'sigmoid, after {n} updates':26}{numbers.weights[n]:9.3f}{numbers.biases[n]:10.2f}"
        f"{numbers.points[n]:11.2f}"
        for n in SHOWN
    ]
    return "\n".join(
        [
            f"{count} people's heights in cm; 'tall' from 160 cm on.",
            f"  {'':26}{'w':>9}{'b':>10}{'-b / w, cm':>12}",
            f"  {'threshold unit, by hand':26}{1:9}{-160:10}{160:11}",
            *rows,
            f"Right of {count}: {numbers.by_hand} by hand, {numbers.learned} learned.",
            "In the picture: the threshold unit's jump at 160 cm, the neuron before and after",
            "learning, and its decision point on the way.",
        ]
    )


def draw(numbers: Numbers, path: Path) -> None:
    """Draw both units over the heights, and the decision point by update."""
    with drawing(path, 10, 4.2) as figure:
        left, right = figure.subplots(1, 2, gridspec_kw={"wspace": 0.22})
        figure.subplots_adjust(left=0.065, right=0.975, top=0.9, bottom=0.13)
        for label, value, colour in (("tall", 1, ORANGE), ("not tall", 0, BLUE)):
            people = numbers.heights[numbers.tall == value]
            level = 1.1 if value else -0.1
            left.scatter(
                people, np.full(len(people), level), 60, colour, marker="|", linewidths=0.8
            )
            place = (157, "right") if value else (163, "left")
            left.text(place[0], level, label, ha=place[1], va="center")
        left.plot(numbers.grid, numbers.unit, color=INK, linewidth=1.2, label="threshold unit")
        looks = (":", "-.", "-")
        for n, values, look in zip(SHOWN, numbers.neurons.T, looks, strict=True):
            name = f"sigmoid, {n} updates"
            left.plot(numbers.grid, values, look, color=VERMILLION, label=name)
        left.set(title="Who is tall?", xlabel="height (cm)", ylabel="output", ylim=(-0.2, 1.2))
        left.legend(loc="lower right", bbox_to_anchor=(1, 0.16))

        right.axhline(160, color=INK, linewidth=1.2)
        right.annotate("160 cm", (0, 160), (4, 5), textcoords="offset points")
        right.plot(numbers.points, color=VERMILLION)
        right.set_xscale("symlog", linthresh=1)
        right.set_xlim(0, len(numbers.points))
        right.xaxis.set_major_formatter("{x:g}")
        right.set(
            title="Where the neuron draws the line",
            xlabel="updates",
            ylabel="decision point \N{MINUS SIGN}b / w (cm)",
        )
