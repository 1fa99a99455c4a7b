"""Backpropagation by hand, node by node, and layer by layer.

The course walks two graphs backwards with the chain rule: f = (x + y) z at (-2, 5, -4), and the
sigmoid neuron 1 / (1 + exp(-(w0 x0 + w1 x1 + w2))) at w = (2, -3, -3), x = (-1, -2). Here every
node of both has its value and its gradient. For a network the same rule becomes the recursion of
the deltas, delta_l = dE/dz_l: the last one is dE/da * sigma'(z), and each one before it is
delta_l = (W_{l+1}^T delta_{l+1}) * sigma'(z_l). It is built here as nodes, beside what `gradients`
gives for the same z_l.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.graph.node import Node, input_node, parameter_node
from pellucid.graph.picture import draw_graph
from pellucid.inspection import Trace, trace
from pellucid.primitives import exp, sigmoid, square, sum, transpose


@dataclass(frozen=True, eq=False)
class Numbers:
    """What backpropagation gives.

    Attributes:
        product: values and gradients of f = (x + y) z.
        neuron: values and gradients of the sigmoid neuron.
        output: of the small network, whose target is 1.
        error: of the small network, E = (output - 1)^2 / 2.
        pairs: by name, what the recursion gives and what `gradients` gives: delta_2 (1, 1),
            delta_1 (2, 1), and the gradients of the weights, W2 (1, 2) and W1 (2, 2).
    """

    product: Trace
    neuron: Trace
    output: float
    error: float
    pairs: dict[str, tuple[Array, Array]]


def run() -> Numbers:
    """Return every value and gradient of both graphs, and the deltas of a 2-2-1 network."""
    return Numbers(_product(), _neuron(), *_network())


def _product() -> Trace:
    x, y, z = (input_node(name, (), "float64") for name in "xyz")
    q = (x + y).named("q")
    return trace((q * z).named("f"), {x: -2, y: 5, z: -4})


def _neuron() -> Trace:
    w = [parameter_node(name, (), "float64") for name in ("w0", "w1", "w2")]
    x = [input_node(name, (), "float64") for name in ("x0", "x1")]
    score = (w[0] * x[0] + w[1] * x[1] + w[2]).named("score")
    output = (1.0 / (1.0 + exp(-score))).named("sigmoid")
    return trace(output, dict(zip(w + x, [2, -3, -3, -1, -2], strict=True)))


def _network() -> tuple[float, float, dict[str, tuple[Array, Array]]]:
    x, target = input_node("x", (2, 1), "float64"), input_node("target", (1, 1), "float64")
    weight_1 = parameter_node("W1", (2, 2), "float64")
    weight_2 = parameter_node("W2", (1, 2), "float64")
    bias_1 = parameter_node("b1", (2, 1), "float64")
    bias_2 = parameter_node("b2", (1, 1), "float64")

    z_1 = weight_1 @ x + bias_1
    a_1 = sigmoid(z_1)
    z_2 = weight_2 @ a_1 + bias_2
    a_2 = sigmoid(z_2)
    error = 0.5 * sum(square(a_2 - target))

    def slope(activation: Node) -> Node:
        """Return sigma'(z) = sigma(z) (1 - sigma(z))."""
        return activation * (1.0 - activation)

    delta_2 = (a_2 - target) * slope(a_2)
    delta_1 = (transpose(weight_2) @ delta_2) * slope(a_1)
    by_hand = {
        "delta_2": delta_2,
        "delta_1": delta_1,
        "dE/dW2": delta_2 @ transpose(a_1),
        "dE/dW1": delta_1 @ transpose(x),
    }
    found = gradients(error, [z_2, z_1, weight_2, weight_1])

    values = {
        x: [[1], [0.5]],
        target: [[1]],
        weight_1: [[0.5, -1], [1, 2]],
        bias_1: [[0], [-1]],
        weight_2: [[1, -2]],
        bias_2: [[0.5]],
    }
    output, off, *both = evaluate([a_2, error, *by_hand.values(), *found], values)
    pairs = dict(zip(by_hand, zip(both[:4], both[4:], strict=True), strict=True))
    return output.item(), off.item(), pairs


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    return "\n".join(
        [
            "f = (x + y) z, from the leaves to f, and the gradients back from f:",
            _table(numbers.product),
            "",
            "1 / (1 + exp(-(w0 x0 + w1 x1 + w2))):",
            _table(numbers.neuron),
            "",
            "A 2-2-1 network of sigmoids, E = (a - t)^2 / 2: "
            f"a = {numbers.output:.4f}, t = 1, E = {numbers.error:.6f}",
            f"{'':14}{'recursion':24}by gradients",
            *(line for name, pair in numbers.pairs.items() for line in _lines(name, *pair)),
            "delta_1 = (W2^T delta_2) * sigma'(z_1), and dE/dW_l = delta_l a_{l-1}^T.",
            "In the picture: values in blue, gradients in orange-red. A sum hands its gradient on",
            "to both sides; a product hands it on times the other side; the sigmoid's four nodes,",
            "taken together, times s (1 - s).",
        ]
    )


def _table(traced: Trace) -> str:
    rows = [f"  {'node':10}{'operation':11}{'value':>8}{'gradient':>10}"]
    for node, value in traced.values.items():
        if node not in traced.plumbing:
            name, operation = node.name or "", node.primitive.name
            slope = traced.gradient(node)
            rows.append(f"  {name:10}{operation:11}{value:8.2f}{slope:10.2f}")
    return "\n".join(rows)


def _lines(name: str, by_hand: Array, found: Array) -> list[str]:
    def row(values: Sequence[float]) -> str:
        return "  ".join(f"{value:9.6f}" for value in values)

    return [
        f"  {name if not number else '':12}{row(left):24}{row(right)}"
        for number, (left, right) in enumerate(zip(by_hand.tolist(), found.tolist(), strict=True))
    ]


def draw(numbers: Numbers, path: Path) -> None:
    """Draw both graphs, with value and gradient on every node."""
    traces = [numbers.product, numbers.neuron]
    draw_graph(
        [traced.output for traced in traces],
        path,
        values={node: value for traced in traces for node, value in traced.values.items()},
        gradients={node: value for traced in traces for node, value in traced.gradients.items()},
        title="Backpropagation: f = (x + y) z, and a sigmoid neuron",
    )
