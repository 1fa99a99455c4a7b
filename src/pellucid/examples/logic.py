"""AND, OR and NOT by threshold units, by hand and learned by the perceptron's rule.

A threshold unit fires where its score s = w x + b is at least 0. With 0 and 1 for false and true it
says step(s); with -1 and +1 it says 2 step(s) - 1, and the same gates have other weights.

The rule goes through the rows one at a time. Where a unit says y and t is right, it moves by
w <- w + (t - y) x and b <- b + (t - y), with -1 and +1 by half of that. Gradient descent on the
perceptron's loss, max(0, -t s) for t of -1 or +1, with learning rate 1 and batches of one row is
this rule, which is checked here at every step. Weights start from 1/4, -1/8 and 1/16: so no score
is ever 0, where the loss has a kink, and every sum is exact.

The slide's NOT, sigma(x) = -x, is no threshold unit: -x is a linear function. It maps +1 to -1 and
back, but 0 and 1 to 0 and -1, and what is in between to what is in between. Threshold units
for NOT are 2 step(-x) - 1 with -1 and +1, and step(0.5 - x) with 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import INK, VERMILLION, drawing
from pellucid.examples.plane import Plane, class_handles, mark_classes, side_handles
from pellucid.graph.node import Node, constant_node
from pellucid.layers import Dense
from pellucid.training.train import train

EPOCHS = 10
START = np.array([1 / 4, -1 / 8, 1 / 16], np.float32)
TRUTH = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NOT": [1, 0]}
BY_HAND: dict[tuple[str, int], list[float]] = {
    ("AND", 0): [1, 1, -1.5],
    ("OR", 0): [1, 1, -0.5],
    ("NOT", 0): [-1, 0.5],
    ("AND", -1): [1, 1, -1],
    ("OR", -1): [1, 1, 1],
    ("NOT", -1): [-1, 0],
}
"""By gate and by the number for false: the weights, and the bias last."""


@dataclass(frozen=True, eq=False)
class Gate:
    """Two threshold units for one gate.

    Attributes:
        name: AND, OR or NOT.
        false: the number that stands for false, 0 or -1.
        inputs: (rows, features).
        truth: what the gate is, (rows,).
        by_hand: weights and bias by hand, (features + 1,).
        said_by_hand: what the unit with those says, (rows,).
        learned: weights and bias after training, (features + 1,).
        said: what the unit with those says, (rows,).
        updates: how often the rule moved the weights.
        rounds: how often it went through the rows, the last time without a mistake.
        is_rule: whether every step of the descent was exactly the rule's.
    """

    name: str
    false: int
    inputs: Array
    truth: Array
    by_hand: Array
    said_by_hand: Array
    learned: Array
    said: Array
    updates: int
    rounds: int
    is_rule: bool


@dataclass(frozen=True, eq=False)
class Numbers:
    """The gates, and the slide's NOT.

    Attributes:
        gates: AND, OR and NOT with 0 and 1, then with -1 and +1.
        slide: -x at 0, 1, -1 and +1.
    """

    gates: list[Gate]
    slide: list[float]


def score(inputs: Node, weights: Array | Node) -> Node:
    """Return w x + b, (rows,), of inputs (rows, features) and weights (.., features + 1)."""
    one = p.ones_like(inputs[:, :1])
    return p.sum(p.concatenate([inputs, one], 1) * weights, 1)


def unit(inputs: Node, weights: Array | Node, false: int) -> Node:
    """Return what a threshold unit says: `false` or 1 for each row."""
    return false + (1.0 - false) * p.step(score(inputs, weights))


def run() -> Numbers:
    """Compute each gate by hand, and learn it."""
    gates = [_gate(name, false) for false in (0, -1) for name in TRUTH]
    return Numbers(gates, evaluate(-constant_node([0.0, 1.0, -1.0, 1.0]), {}).tolist())


def _gate(name: str, false: int) -> Gate:
    bits = [[0], [1]] if name == "NOT" else [[0, 0], [0, 1], [1, 0], [1, 1]]
    inputs = np.where(bits, 1, false).astype(np.float32)
    truth = np.where(TRUTH[name], 1, false).astype(np.float32)
    start = np.delete(START, 1) if name == "NOT" else START

    trained = train(
        Dense(1),
        inputs,
        np.where(TRUTH[name], 1, -1).astype(np.float32).reshape(-1, 1),
        loss="perceptron",
        optimizer="sgd",
        learning_rate=1.0,
        batch_size=1,
        shuffled=False,
        epochs=EPOCHS,
        initial={"weight": start[:-1].reshape(-1, 1), "bias": start[-1:]},
        watch=_each_weight,
    )
    learned = np.append(trained.parameters["weight"], trained.parameters["bias"])
    history = [trained.steps[f"w{number}"] for number in range(len(learned))]
    before = np.array(history, np.float32).T
    after = np.vstack([before[1:], learned])

    every_row, right = np.tile(inputs, (EPOCHS, 1)), np.tile(truth, EPOCHS)
    visited = constant_node(every_row)
    miss = (right - unit(visited, before, false)) / (1.0 - false)
    move = p.expand_dims(miss, 1) * np.column_stack([every_row, np.ones_like(right)])
    by_hand, rows = np.array(BY_HAND[name, false], np.float32), constant_node(inputs)
    said_by_hand, said, missed, ruled = evaluate(
        [
            unit(rows, by_hand, false),
            unit(rows, learned, false),
            p.abs(miss),
            before + move,
        ],
        {},
    )
    updates = np.flatnonzero(missed)
    return Gate(
        name,
        false,
        inputs,
        truth,
        by_hand,
        said_by_hand,
        learned,
        said,
        updates=len(updates),
        rounds=int(updates[-1]) // len(inputs) + 2,
        is_rule=np.array_equal(ruled, after),
    )


def _each_weight(parameters: Mapping[str, Node]) -> dict[str, Node]:
    weight, bias = parameters["weight"], parameters["bias"]
    leaves = [*(weight[row, 0] for row in range(len(weight))), bias[0]]
    return {f"w{number}": leaf for number, leaf in enumerate(leaves)}


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    rows = []
    for gate in numbers.gates:
        name = f"  {gate.name:5}{'0/1' if gate.false == 0 else '-1/+1':7}"
        hand = f"{_list(gate.by_hand):15}{_list(gate.said_by_hand):13}"
        learned = f"{_list(gate.learned):25}{_list(gate.said):13}"
        rows.append(f"{name}{hand}{learned}{gate.updates:6}{gate.rounds:8}")
    linear = _list(numbers.slide).replace(" ", ", ")
    exact = all(gate.is_rule for gate in numbers.gates)
    return "\n".join(
        [
            "Threshold units (weights, then bias), and what they say for the inputs in order:",
            f"  {'gate':5}{'units':7}{'by hand':15}{'says':13}{'learned':25}{'says':13}"
            "updates  rounds",
            *rows,
            "Every step of the descent was exactly the perceptron's rule: "
            f"{'yes' if exact else 'no'}.",
            f"The slide's NOT, sigma(x) = -x, gives {linear} for 0, 1, -1, 1: it is no threshold",
            "unit, and no gate for 0/1. Those in the table are step(0.5 - x) for 0/1, and",
            "2 step(-x) - 1 for -1/+1.",
            "In the picture: full circles are true; the unit by hand fires on the orange side.",
        ]
    )


def _list(values: Iterable[float]) -> str:
    # Adding 0 makes 0 of -0.
    return " ".join(f"{value + 0:g}" for value in values)


def draw(numbers: Numbers, path: Path) -> None:
    """Draw the inputs of each gate, and where the units by hand and learned fire."""
    from matplotlib.lines import Line2D

    with drawing(path, 9.6, 6.6) as figure:
        figure.subplots_adjust(left=0.06, right=0.98, top=0.94, bottom=0.14)
        grid = figure.subplots(2, 3, gridspec_kw={"wspace": 0.25, "hspace": 0.35})
        for axes, gate in zip(grid.flat, numbers.gates, strict=True):
            margin = 0.3 * (1 - gate.false)
            span = (gate.false - margin, 1 + margin)
            scores = [
                Plane.of(partial(_scores, weights), span, span)
                for weights in (gate.by_hand, gate.learned)
            ]
            scores[0].shade(axes, 0)
            scores[1].line(axes, 0, VERMILLION, "dashed")
            alone = gate.inputs.shape[1] == 1
            middle = np.full((2, 1), sum(span) / 2)
            points = np.hstack([gate.inputs, middle]) if alone else gate.inputs
            mark_classes(axes, points, gate.truth == 1)
            axes.set_title(f"{gate.name}, units {'0/1' if gate.false == 0 else '-1/+1'}")
            axes.set(xlabel="x" if alone else "x1", ylabel="" if alone else "x2", aspect="equal")
            axes.set_xticks([gate.false, 1])
            axes.set_yticks([] if alone else [gate.false, 1])
            axes.grid(False)
        handles = [
            Line2D([], [], color=INK, linewidth=1.2, label="score 0, by hand"),
            Line2D([], [], color=VERMILLION, linestyle="dashed", label="score 0, learned"),
            *side_handles("fires (by hand)", "does not"),
            *class_handles("true", "false"),
        ]
        figure.legend(handles=handles, loc="lower center", ncols=6)


def _scores(weights: Array, points: Array) -> Array:
    return evaluate(score(constant_node(points[:, : len(weights) - 1]), weights), {})
