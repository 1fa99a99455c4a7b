"""Gradient descent on theta squared with three learning rates, built of bare nodes.

The course's first picture of descent: a small rate creeps down one side of the parabola, a large
one jumps from side to side, a larger one climbs out. The gradient of theta^2 is 2 theta, so that

    theta_k = (1 - 2 rate)^k theta_0

which converges where |1 - 2 rate| < 1. That a zigzag is slower than a creep is a mistake that the
picture invites: rates 0.1 and 0.9 have factors 0.8 and -0.8, and come equally near in each step.

This is the lowest level: a run program by hand, without layers, losses or optimizers. Everything
that changes from step to step is a variable of the state, and each update is a node.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from pellucid.autodiff import gradients
from pellucid.backends import backend_named, evaluate
from pellucid.drawing import BLUE, GREEN, LINE, SOFT_INK, VERMILLION, drawing
from pellucid.graph.node import input_node, parameter_node, state_node
from pellucid.graph.order import RowOrder
from pellucid.graph.program import EpochGraph, Role, RunProgram, StepGraph, Variable

RATES = (0.1, 0.9, 1.1)
WORDS = ("creeps down", "zigzags down", "zigzags up and out")
START = 2.0
STEPS = 20


@dataclass(frozen=True)
class Numbers:
    """What the three descents came to.

    Attributes:
        thetas: for each rate, theta before the first step and after each.
        losses: for each rate, theta^2 likewise.
        parabola: points (theta, theta^2) of the curve.
    """

    thetas: dict[float, tuple[float, ...]]
    losses: dict[float, tuple[float, ...]]
    parabola: tuple[tuple[float, ...], tuple[float, ...]]


def descent_program(rate: float) -> RunProgram:
    """Return the run program of descent on theta squared.

    Example:
        >>> [variable.name for variable in descent_program(0.1).state]
        ['theta', 'step', 'epoch', 'stop']
    """
    theta = parameter_node("theta", (), "float64")
    step, epoch = state_node("step", (), "int64"), state_node("epoch", (), "int64")
    stop = state_node("stop", (), "bool")
    loss = theta * theta
    (slope,) = gradients(loss, [theta])
    # There is no data: each step is an epoch over one row without columns.
    return RunProgram(
        state=(
            Variable("theta", theta, Role.PARAMETER),
            Variable("step", step, Role.COUNTER),
            Variable("epoch", epoch, Role.COUNTER),
            Variable("stop", stop, Role.COUNTER),
        ),
        steps=(
            StepGraph(
                rows=1,
                inputs={},
                updates={"theta": theta - rate * slope, "step": step + 1},
                scalars={"theta": theta, "loss": loss},
            ),
        ),
        evaluations={},
        epoch=EpochGraph(inputs={}, updates={"epoch": epoch + 1}),
        order=RowOrder(rows=1, batch_size=1, seed=0),
    )


def run() -> Numbers:
    """Descend with each rate from the same start."""
    thetas, losses = {}, {}
    for rate in RATES:
        first = {
            "theta": np.array(START),
            "step": np.array(0),
            "epoch": np.array(0),
            "stop": np.array(False),
        }
        executable = backend_named("reference").compile(descent_program(rate))
        # A step's scalars are from before its update, so the last value needs one step more.
        steps = executable.run(first, {"train": {}}, until=STEPS + 1).record.steps
        thetas[rate], losses[rate] = tuple(steps["theta"]), tuple(steps["loss"])
    grid = np.linspace(-6.0, 6.0, 121)
    theta = input_node("theta", grid.shape, "float64")
    heights = evaluate(theta * theta, {theta: grid})
    return Numbers(thetas, losses, (tuple(grid), tuple(heights)))


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        f"Gradient descent on theta^2 from theta = {START:g}.",
        "",
        "  rate   theta after 1, 2, 3 steps   loss after 10   loss after 20",
    ]
    for (rate, thetas), word in zip(numbers.thetas.items(), WORDS, strict=True):
        first = "".join(f"{theta:9.3f}" for theta in thetas[1:4])
        losses = numbers.losses[rate]
        lines.append(f"  {rate:4g} {first}   {losses[10]:13.6f}   {losses[20]:13.6f}   {word}")
    return "\n".join(
        [
            *lines,
            "",
            "The picture shows each step on the parabola. Below, the loss by step on a logarithmic",
            "scale: 0.1 and 0.9 lie on one line, since |1 - 2 rate| is 0.8 for both. The zigzag is",
            "not slower than the creep.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the steps on the parabola, and the loss by step."""
    with drawing(path, 10.0, 6.4) as figure:
        grid = figure.add_gridspec(
            2, 3, height_ratios=(3, 2), hspace=0.4, left=0.07, right=0.98, bottom=0.08, top=0.94
        )
        losses = figure.add_subplot(grid[1, :])
        colours, styles, widths = (BLUE, VERMILLION, GREEN), ("o-", "s--", "^-"), (2.8, 2.8, 5.2)
        for column, rate in enumerate(RATES):
            thetas, heights = numbers.thetas[rate], numbers.losses[rate]
            colour, style, width = colours[column], styles[column], widths[column]
            losses.plot(heights, style, color=colour, markersize=4, label=f"rate {rate:g}")
            axes = figure.add_subplot(grid[0, column])
            axes.plot(*numbers.parabola, color=LINE, linewidth=1.2)
            axes.plot(thetas, heights, style[0], color=colour, markersize=4.5, zorder=3)
            for before, after in pairwise(zip(thetas, heights, strict=True)):
                arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 0.9}
                axes.annotate("", after, before, arrowprops=arrow, annotation_clip=True)
            axes.set(xlim=(-width, width), ylim=(-0.04 * width**2, width**2))
            axes.set(title=f"Rate {rate:g} {WORDS[column]}", xlabel="theta")
            axes.text(thetas[0] + 0.08 * width, heights[0], "start", va="center")
        figure.axes[1].set_ylabel("loss = theta²")
        losses.set(title="Loss by step", xlabel="step", ylabel="loss (log scale)")
        losses.set(yscale="log", xlim=(0, STEPS + 0.2), xticks=range(0, STEPS + 1, 2))
        losses.yaxis.set_major_formatter("{x:g}")
        losses.legend(loc="upper left")
        losses.text(STEPS, 0.05, "0.1 and 0.9 share one line", ha="right", color=SOFT_INK)
