"""Activations and their derivatives, vanishing gradients and dead ReLUs.

The course says that sigmoids let gradients vanish in deep networks, and that ReLUs can die. Both
are measured here. Backpropagation multiplies by the slope of the activation at each layer. The
sigmoid's is at most 1/4, so that with weights that keep the size of signals, 20 layers leave less
than 4^-19 of a gradient. A ReLU whose score is negative on every row has slope 0 on every row: no
gradient reaches its weights any more, and descent never brings it back.

"Sigmoid bad, ReLU good" is too short: tanh, a sigmoid that is scaled and shifted, keeps its
gradients, and with initial weights that suit tanh a deep ReLU network has small ones everywhere,
since its signals shrink on their way forward.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.data.generated import moons
from pellucid.drawing import BLUE, GREEN, INK, LINE, ORANGE, VERMILLION, drawing
from pellucid.graph.node import Node, input_node
from pellucid.initializers import Constant
from pellucid.layers import ACTIVATIONS, Dense, Layer, Sequential
from pellucid.training.train import Trained, train

CURVES = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus")
DEPTH, WIDTH, ROWS = 20, 64, 200
DEEP = (
    ("sigmoid", "glorot_uniform"),
    ("tanh", "glorot_uniform"),
    ("relu", "glorot_uniform"),
    ("relu", "he_normal"),
)
UNITS = 64
# First bias of the hidden units, and learning rate.
SHALLOW = {
    "bias 0, rate 0.1": (0.0, 0.1),
    "bias -5, rate 0.1": (-5.0, 0.1),
    "bias 0, rate 30": (0.0, 30.0),
}


@dataclass(frozen=True)
class Hidden:
    """The hidden ReLUs of a small network.

    Attributes:
        dead_before: the share of units that are 0 on every row, before training.
        dead_after: the same, after training.
        loss: the mean cross-entropy in the last epoch; guessing has log 2.
    """

    dead_before: float
    dead_after: float
    loss: float


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured.

    Attributes:
        points: where the activations were computed, (n,).
        values: activation to its values at the points.
        slopes: activation to its derivatives at the points.
        steepest: activation to the largest of its slopes.
        layer_gradients: network to the mean absolute gradient of each layer's weights.
        factors: network to the factor by which that shrinks per layer, from the last to the first.
        hidden: case to what became of the hidden ReLUs.
    """

    points: Array
    values: dict[str, Array]
    slopes: dict[str, Array]
    steepest: dict[str, float]
    layer_gradients: dict[str, tuple[float, ...]]
    factors: dict[str, float]
    hidden: dict[str, Hidden]


def run() -> Numbers:
    """Compute the curves, backpropagate through the deep networks, train the shallow ones."""
    points = np.linspace(-5.0, 5.0, 201)
    x = input_node("x", points.shape, "float64")
    values, slopes, steepest = {}, {}, {}
    for name in CURVES:
        y = ACTIVATIONS[name](x)
        (slope,) = gradients(p.sum(y), [x])
        values[name], slopes[name], largest = evaluate([y, slope, p.max(slope)], {x: points})
        steepest[name] = float(largest)
    deep = {
        f"{activation}, {initializer.split('_')[0]}": measure_gradients(activation, initializer)
        for activation, initializer in DEEP
    }
    return Numbers(
        points,
        values,
        slopes,
        steepest,
        {name: each for name, (each, _) in deep.items()},
        {name: factor for name, (_, factor) in deep.items()},
        {name: watch_hidden(bias, rate) for name, (bias, rate) in SHALLOW.items()},
    )


def deep_network(activation: str, initializer: str) -> Sequential:
    """Return 20 layers of 64 units and an output."""
    hidden = [Dense(WIDTH, activation, initializer=initializer) for _ in range(DEPTH)]
    return Sequential(*hidden, Dense(1, name="output"))


def first_values(network: Layer) -> dict[Node, Array]:
    """Return the initial values of the parameters."""
    return {
        leaf: leaf.attributes["initializer"](leaf.shape, leaf.dtype, seed=0, name=name)
        for name, leaf in network.parameters().items()
    }


def deep_rows() -> Array:
    """Return random rows for the deep networks, (200, 64)."""
    return np.random.default_rng(0).normal(size=(ROWS, WIDTH)).astype(np.float32)


def measure_gradients(activation: str, initializer: str) -> tuple[tuple[float, ...], float]:
    """Return the mean absolute gradient of each hidden layer's weights, and its factor a layer."""
    x = input_node("x", (ROWS, WIDTH))
    network = deep_network(activation, initializer)
    loss = p.mean(p.square(network(x) - 1.0))
    weights = [leaf for name, leaf in network.parameters().items() if name.endswith("weight")]
    sizes = [p.mean(p.abs(gradient)) for gradient in gradients(loss, weights[:DEPTH])]
    factor = p.power(sizes[0] / sizes[-1], 1.0 / (DEPTH - 1))
    *each, last = evaluate([*sizes, factor], {x: deep_rows(), **first_values(network)})
    return tuple(float(size) for size in each), float(last)


def train_shallow(bias: float, rate: float) -> tuple[Trained, Array]:
    """Train one hidden layer of ReLUs on two half moons; return it and the rows' features."""
    columns = moons(seed=0)
    features = np.stack([columns["x1"], columns["x2"]], axis=1).astype(np.float32)
    target = (columns["moon"] == "lower").astype(np.float32).reshape(-1, 1)
    hidden = Dense(UNITS, "relu", bias_initializer=Constant(bias), name="hidden")
    trained = train(
        Sequential(hidden, Dense(1, name="output")),
        features,
        target,
        loss="binary_cross_entropy",
        optimizer="sgd",
        learning_rate=rate,
        epochs=50,
        batch_size=20,
    )
    return trained, features


def watch_hidden(bias: float, rate: float) -> Hidden:
    """Count the dead units before and after training."""
    trained, features = train_shallow(bias, rate)
    x = input_node("x", features.shape)
    w, b = (
        input_node(name, trained.initial[f"hidden.{name}"].shape) for name in ("weight", "bias")
    )
    dead = p.less_equal(p.max(p.relu(x @ w + b), axis=0), 0.0)
    share = p.mean(p.cast(dead, "float32"))
    before, after = (
        float(evaluate(share, {x: features, w: of["hidden.weight"], b: of["hidden.bias"]}))
        for of in (trained.initial, trained.parameters)
    )
    return Hidden(before, after, trained.epochs["train_loss"][-1])


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    steepest = (f"{name} {slope:.3f}" for name, slope in numbers.steepest.items())
    lines = [
        "Steepest slopes of activations on [-5, 5]:",
        "  " + ", ".join(steepest),
        "",
        f"Mean |gradient| of the weights, in {DEPTH} layers of {WIDTH} units before training:",
        "  activation, initial weights    layer 1     layer 10     layer 20   factor a layer",
    ]
    for name, each in numbers.layer_gradients.items():
        shown = "".join(f"{each[layer - 1]:13.2e}" for layer in (1, 10, 20))
        lines.append(f"  {name:24} {shown}   {numbers.factors[name]:14.3f}")
    lines += [
        "",
        f"Dead units (0 on every row) of {UNITS} hidden ReLUs, on two half moons:",
        "  case                     before    after training   loss",
    ]
    for name, hidden in numbers.hidden.items():
        shares = f"{hidden.dead_before:7.1%} {hidden.dead_after:17.1%}"
        lines.append(f"  {name:22} {shares} {hidden.loss:6.3f}")
    lines += [
        "",
        "The picture shows each activation with its slope (dashed), how far the gradient comes on",
        "its way back from layer 20 to layer 1, and the dead units. A bad bias kills at birth, too",
        "large a rate kills in training, and no unit comes back by itself.",
    ]
    return "\n".join(lines)


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the activations, the gradients by layer, and the dead units."""
    with drawing(path, 11.0, 8.2) as figure:
        upper = figure.add_gridspec(2, 4, left=0.08, right=0.98, top=0.96, bottom=0.5, hspace=0.3)
        lower = figure.add_gridspec(
            1, 2, width_ratios=(3, 2), left=0.08, right=0.98, top=0.39, bottom=0.07
        )
        for place, name in enumerate(CURVES):
            axes = figure.add_subplot(upper[place])
            axes.axhline(0.0, color=LINE, linewidth=0.8)
            axes.plot(numbers.points, numbers.values[name], color=BLUE, label="value")
            axes.plot(numbers.points, numbers.slopes[name], "--", color=VERMILLION, label="slope")
            axes.set(title=name, xlim=(-5, 5), ylim=(-1.3, 3.2))
            axes.set_xlabel("score" if place >= 4 else "")
        figure.axes[0].legend(loc="upper left")
        left, right = figure.add_subplot(lower[0]), figure.add_subplot(lower[1])
        layers = range(1, DEPTH + 1)
        looks = ((VERMILLION, "o-"), (BLUE, "s-"), (ORANGE, "v-"), (GREEN, "^-"))
        for (name, each), (colour, style) in zip(
            numbers.layer_gradients.items(), looks, strict=True
        ):
            left.semilogy(layers, each, style, color=colour, markersize=4, label=name)
        left.set(title="Gradients on their way back", xlabel="layer (20 is next to the output)")
        left.set(ylabel="mean |gradient| of weights", xticks=(1, 5, 10, 15, 20))
        left.yaxis.set_major_formatter("{x:.0e}")
        left.legend(loc="lower right", title="activation, initial weights")
        places, cases = np.arange(len(numbers.hidden)), numbers.hidden.values()
        for shift, shares, colour, label in (
            (-0.2, [case.dead_before for case in cases], LINE, "before training"),
            (0.2, [case.dead_after for case in cases], BLUE, "after training"),
        ):
            bars = right.bar(places + shift, shares, 0.36, color=colour, label=label)
            right.bar_label(bars, fmt="{:.0%}", fontsize=8.5, color=INK)
        right.set(title="Dead ReLUs", ylabel="share of units", ylim=(0, 1.3))
        right.set_xticks(places, [name.replace(", ", "\n") for name in numbers.hidden])
        right.yaxis.set_major_formatter("{x:.0%}")
        right.set_yticks((0, 0.5, 1))
        right.legend(loc="upper left", ncols=2)
