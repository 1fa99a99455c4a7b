"""Will I pass this class? A network's answer before and after training.

From MIT's 6.S191: a student attended x1 = 4 lectures and spent x2 = 5 hours on the final project.
On the slide the network says 0.1, the student passed, and the moral is that it was not trained. But
an untrained network may say anything, since its weights are random; so five of them are asked.

The data are made up: 400 students, whose chance to pass was sigmoid(0.9 x1 + 0.25 x2 - 7). For this
student that is 0.10. So 0.1 is the right answer here, and all five networks come to it; on the
slide it was an accident. One student proves no probability wrong: what training lowers is the
loss over all students.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.data import load_builtin
from pellucid.drawing import INK, PURPLE, drawing
from pellucid.examples.plane import Plane, class_handles, mark_classes, side_handles
from pellucid.examples.standardize import Standardize
from pellucid.graph.node import Node, constant_node
from pellucid.layers import Dense, Layer, Sequential
from pellucid.losses import BinaryCrossEntropy
from pellucid.primitives import sigmoid
from pellucid.training.train import Trained, train

COLUMNS = ("lectures attended", "hours on final project")
STUDENT = np.array([[4, 5]], np.float32)
STARTS = 5


@dataclass(frozen=True, eq=False)
class Numbers:
    """What five networks and the makers of the data say, before and after training.

    Attributes:
        features: lectures attended and hours on the project, (400, 2).
        passed: who passed, (400,).
        runs: the five trained networks.
        before: each one's probability that the student passes, before training.
        after: after it.
        loss_before: each one's mean cross-entropy over the 400 students, before training.
        loss_after: after it.
        truth: the probability from which the data were made.
        truth_loss: its mean cross-entropy.
        planes: the first network's probability over lectures and hours, before and after.
    """

    features: Array
    passed: Array
    runs: list[Trained]
    before: list[float]
    after: list[float]
    loss_before: list[float]
    loss_after: list[float]
    truth: float
    truth_loss: float
    planes: list[Plane]


def run() -> Numbers:
    """Ask five networks, train them, and ask them again."""
    table = load_builtin("class-pass")
    features = np.column_stack([table[name].numbers() for name in COLUMNS]).astype(np.float32)
    passed = table["result"].texts() == "pass"
    target = passed.astype(np.float32).reshape(-1, 1)
    network = Sequential(Standardize(features), Dense(3, "tanh"), Dense(1))
    runs = [
        train(
            network,
            features,
            target,
            loss="binary_cross_entropy",
            optimizer="adam",
            learning_rate=0.1,
            epochs=100,
            l2=0.003,
            seed=seed,
        )
        for seed in range(STARTS)
    ]

    def loss(parameters: Mapping[str, Array]) -> float:
        score = network(constant_node(features))
        return _value(
            BinaryCrossEntropy()(score, constant_node(target)), network, parameters
        ).item()

    def ask(parameters: Mapping[str, Array], points: Array = STUDENT) -> Array:
        return _value(sigmoid(network(constant_node(points))), network, parameters)

    true_score = made_from(constant_node(features))
    return Numbers(
        features,
        passed,
        runs,
        [ask(run.initial).item() for run in runs],
        [ask(run.parameters).item() for run in runs],
        [loss(run.initial) for run in runs],
        [loss(run.parameters) for run in runs],
        evaluate(sigmoid(made_from(constant_node(STUDENT))), {}).item(),
        evaluate(BinaryCrossEntropy()(true_score, constant_node(target)), {}).item(),
        [
            Plane.of(partial(ask, parameters), (-0.5, 8.5), (-1, 31))
            for parameters in (runs[0].initial, runs[0].parameters)
        ],
    )


def made_from(x: Node) -> Node:
    """Return the score from which the data were made, (rows, 1)."""
    return 0.9 * x[:, :1] + 0.25 * x[:, 1:] - 7.0


def _value(node: Node, network: Layer, parameters: Mapping[str, Array]) -> Array:
    leaves = network.parameters()
    return evaluate(node, {leaves[name]: value for name, value in parameters.items()})


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    rows = [
        f"  {number:7}{before:10.3f}{after:8.3f}{high:15.3f}{low:8.3f}"
        for number, (before, after, high, low) in enumerate(
            zip(
                numbers.before,
                numbers.after,
                numbers.loss_before,
                numbers.loss_after,
                strict=True,
            ),
            1,
        )
    ]
    return "\n".join(
        [
            "Will a student with 4 lectures and 5 hours on the final project pass?",
            f"  {'':7}{'probability':>18}{'loss':>23}",
            f"  {'network':7}{'before':>10}{'after':>8}{'before':>15}{'after':>8}",
            *rows,
            f"  {'truth':7}{numbers.truth:18.3f}{numbers.truth_loss:23.3f}",
            f"Untrained networks say anything from {min(numbers.before):.3f} to "
            f"{max(numbers.before):.3f}; after 100 updates all say",
            f"{min(numbers.after):.3f} to {max(numbers.after):.3f}. Their loss is below "
            "the truth's: they know these very students.",
            "In the picture: network 1, the 400 students, and the one who asks (star).",
        ]
    )


def draw(numbers: Numbers, path: Path) -> None:
    """Draw the students and the first network's border, before and after training."""
    with drawing(path, 10, 4.8) as figure:
        figure.subplots_adjust(left=0.06, right=0.98, top=0.91, bottom=0.21)
        moments = (("Before", numbers.before), ("After", numbers.after))
        grid = figure.subplots(1, 2, gridspec_kw={"wspace": 0.16})
        for axes, plane, (moment, said) in zip(grid, numbers.planes, moments, strict=True):
            plane.shade(axes)
            mark_classes(axes, numbers.features, numbers.passed, 4)
            axes.plot(*STUDENT[0], "*", color=PURPLE, markersize=20, markeredgecolor=INK, zorder=4)
            axes.set(
                title=f"{moment} training: {said[0]:.2f} for the student",
                xlabel="lectures attended",
                ylabel="hours on the final project",
            )
            axes.grid(False)
        handles = [
            *class_handles("passed", "failed"),
            *side_handles("network: at least 1/2", "less"),
            axes.lines[-1],
        ]
        axes.lines[-1].set_label("the student: 4 lectures, 5 hours")
        figure.legend(handles=handles, loc="lower center", ncols=5)
