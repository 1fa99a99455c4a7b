"""A loss surface over two weights, and the paths of four optimizers on it.

The network has one hidden neuron and two weights, y = v tanh(w x), so that its whole loss can be
drawn. The target is made with w = 2, v = 1.5. Since tanh is odd, w = -2, v = -1.5 computes the
same: there are two minima, as there are always several in a network that has hidden units, and a
saddle between them at (0, 0), where the gradient is zero too.

A ball that rolls down into the minimum is therefore too simple a picture: from one start, descent,
momentum, RMSProp and Adam take different ways and need not end in the same valley.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.backends import backend_named
from pellucid.backends.base import Array
from pellucid.backends.rows import RowFunction
from pellucid.drawing import BLUE, GREEN, INK, ORANGE, PAPER, VERMILLION, drawing
from pellucid.graph.node import Node, constant_node
from pellucid.layers import Layer, Mode, parameter
from pellucid.optimizers import adam, momentum, rmsprop, sgd
from pellucid.training.train import train

START = (0.8, -0.8)
STEPS = 150
ARRIVED = 0.01
OPTIMIZERS = {
    "sgd": sgd(0.1),
    "momentum": momentum(0.03),
    "rmsprop": rmsprop(0.05),
    "adam": adam(0.1),
}
X = np.linspace(-2.0, 2.0, 41, dtype=np.float32)
Y = (1.5 * np.tanh(2.0 * X)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Numbers:
    """The surface and the paths.

    Attributes:
        w: where the surface was computed, (columns,).
        v: likewise, (rows,).
        surface: the loss there, (rows, columns).
        paths: optimizer to w and v before each step and after the last, (steps + 1, 2).
        losses: optimizer to the loss at the same points, (steps + 1,).
    """

    w: Array
    v: Array
    surface: Array
    paths: dict[str, Array]
    losses: dict[str, Array]


class TwoWeights(Layer):
    """v tanh(w x): one hidden neuron without biases."""

    def __init__(self) -> None:
        """Create the weights."""
        self.w = parameter(())
        self.v = parameter(())

    def call(self, x: Node, mode: Mode) -> Node:
        """Return the prediction, of the shape of x."""
        return predict(x, self.w, self.v)


def predict(x: Node, w: Node, v: Node) -> Node:
    """Return v tanh(w x)."""
    return v * p.tanh(w * x)


def loss_at(weights: Node) -> Node:
    """Return the loss at each pair (w, v), (rows,) of (rows, 2): a graph with pairs as rows."""
    prediction = predict(constant_node(X), weights[:, :1], weights[:, 1:])
    return p.mean(p.square(prediction - constant_node(Y)), axis=1)


def run() -> Numbers:
    """Compute the loss on a grid, and let each optimizer walk from the same start."""
    w, v = np.linspace(-3.2, 3.2, 129), np.linspace(-2.2, 2.6, 97)
    compute = RowFunction(backend_named("reference"), loss_at, (2,), np.dtype(np.float32))
    grid = np.stack(np.meshgrid(w, v), axis=-1).reshape(-1, 2).astype(np.float32)
    first = {name: np.array(value) for name, value in zip("wv", START, strict=True)}
    paths = {}
    for name, optimizer in OPTIMIZERS.items():
        trained = train(
            TwoWeights(),
            X,
            Y,
            loss="squared_error",
            optimizer=optimizer,
            epochs=STEPS,
            initial=first,
            watch=dict[str, Node],
        )
        last = {name: trained.parameters[name].item() for name in "wv"}
        paths[name] = np.array([[*trained.steps[name], last[name]] for name in "wv"]).T
    losses = {name: compute(path.astype(np.float32)) for name, path in paths.items()}
    return Numbers(w, v, compute(grid).reshape(len(v), len(w)), paths, losses)


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        f"Loss of y = v tanh(w x) over its two weights, from w = {START[0]:g}, v = {START[1]:g}.",
        f"It is 0 at (2, 1.5) and at (-2, -1.5). All rows in each of {STEPS} steps:",
        "",
        f"  optimizer        w        v   loss at the end   above {ARRIVED:g} until",
    ]
    for name, path in numbers.paths.items():
        losses, (w, v) = numbers.losses[name], path[-1]
        until = np.flatnonzero(losses > ARRIVED)[-1]
        lines.append(f"  {name:9} {w:8.3f} {v:8.3f} {losses[-1]:17.6f}   step {until}")
    return "\n".join(
        [
            *lines,
            "",
            "In the picture (darker is higher) descent and momentum roll into the valley on the",
            "right, since the slope is steeper in v than in w. RMSProp and Adam divide by the size",
            "of recent gradients, which makes their first steps equally long in both weights; that",
            "way leads past the saddle at (0, 0) into the valley on the left, which is as good.",
            "Momentum overshoots, and RMSProp at a constant rate ends hopping around its minimum.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the paths on the surface, and the losses by step."""
    looks = ((INK, "o"), (VERMILLION, "s"), (GREEN, "^"), (BLUE, "D"))
    with drawing(path, 11.0, 5.4) as figure:
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        figure.subplots_adjust(left=0.06, right=0.98, bottom=0.1, top=0.92, wspace=0.2)
        levels = np.geomspace(0.01, 20, 16)
        where = (numbers.w, numbers.v, numbers.surface)
        left.contourf(
            *where, levels, norm="log", vmin=0.005, vmax=5000, cmap="Greys", extend="both"
        )
        for (name, steps), (colour, marker) in zip(numbers.paths.items(), looks, strict=True):
            left.plot(
                *steps.T, color=colour, marker=marker, markersize=3, label=name, linewidth=1.3
            )
            right.semilogy(numbers.losses[name], color=colour, label=name)
        left.plot(*START, "o", color=ORANGE, markeredgecolor=INK, markersize=10)
        left.annotate("start", START, (8, -4), textcoords="offset points")
        left.plot(
            [2, -2],
            [1.5, -1.5],
            "*",
            color=ORANGE,
            markeredgecolor=INK,
            markersize=15,
            label="minima",
        )
        left.set(title="Paths on the loss surface", xlabel="w", ylabel="v")
        left.plot(0, 0, "P", color=PAPER, markeredgecolor=INK, markersize=9, label="saddle")
        left.legend(loc="lower right", frameon=True, edgecolor=PAPER)
        right.set(title="Loss by step", xlabel="step", ylabel="loss (log scale)", ylim=(1e-6, 10))
        right.yaxis.set_major_formatter("{x:.0e}")
