from __future__ import annotations

import doctest
from collections.abc import Mapping

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends import BACKENDS
from pellucid.backends.reference import ReferenceBackend, ReferenceFunction
from pellucid.errors import DTypeError, ExecutionError, GraphError, OptionError, ShapeError
from pellucid.graph.node import Node, constant_node, input_node, parameter_node
from pellucid.inspection import Trace, trace
from pellucid.inspection import values as module


def neuron() -> tuple[Node, dict[Node, float], dict[str, Node]]:
    """Return 1 / (1 + exp(-(w0 x0 + w1 x1 + w2))), the course's values, and its inner nodes."""
    w0, w1, w2 = (parameter_node(name, (), "float64") for name in ("w0", "w1", "w2"))
    x0, x1 = (input_node(name, (), "float64") for name in ("x0", "x1"))
    inner = {"first": w0 * x0, "second": w1 * x1}
    inner["both"] = inner["first"] + inner["second"]
    inner["score"] = inner["both"] + w2
    inner["minus"] = -inner["score"]
    inner["power"] = p.exp(inner["minus"])
    inner["below"] = 1.0 + inner["power"]
    inner["output"] = 1.0 / inner["below"]
    return inner["output"], {w0: 2, w1: -3, w2: -3, x0: -1, x1: -2}, inner


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_product_of_a_sum(dtype: str) -> None:
    x, y, z = (input_node(name, (), dtype) for name in "xyz")
    traced = trace(((x + y).named("q") * z).named("f"), {x: -2, y: 5, z: -4})
    values = {name: traced.value(name) for name in ("x", "y", "z", "q", "f")}
    slopes = {name: traced.gradient(name) for name in ("x", "y", "z", "q", "f")}
    assert values == {"x": -2, "y": 5, "z": -4, "q": 3, "f": -12}
    assert slopes == {"x": -4, "y": -4, "z": 3, "q": -4, "f": 1}
    assert {a.dtype for a in (*values.values(), *slopes.values())} == {np.dtype(dtype)}


def test_neuron_node_by_node() -> None:
    output, values, inner = neuron()
    traced = trace(output, values)
    s = 1 / (1 + np.exp(-1))
    d = s * (1 - s)
    closed = {
        "first": (-2, d),
        "second": (6, d),
        "both": (4, d),
        "score": (1, d),
        "minus": (-1, -d),
        "power": (np.exp(-1), -(s**2)),
        "below": (1 + np.exp(-1), -(s**2)),
        "output": (s, 1),
    }
    for name, (value, slope) in closed.items():
        np.testing.assert_allclose(traced.value(inner[name]), value, rtol=1e-15)
        np.testing.assert_allclose(traced.gradient(inner[name]), slope, rtol=1e-15)
    leaves = {"w0": -d, "w1": -2 * d, "w2": d, "x0": 2 * d, "x1": -3 * d}
    for name, slope in leaves.items():
        np.testing.assert_allclose(traced.gradient(name), slope, rtol=1e-15)


def test_neuron_as_on_the_slide() -> None:
    output, values, inner = neuron()
    traced = trace(output, values)
    assert [f"{traced.value(node):.2f}" for node in inner.values()] == [
        "-2.00",
        "6.00",
        "4.00",
        "1.00",
        "-1.00",
        "0.37",
        "1.37",
        "0.73",
    ]
    assert [f"{traced.gradient(node):.2f}" for node in inner.values()] == [
        "0.20",
        "0.20",
        "0.20",
        "0.20",
        "-0.20",
        "-0.53",
        "-0.53",
        "1.00",
    ]
    assert [f"{traced.gradient(name):.2f}" for name in ("w0", "w1", "w2", "x0", "x1")] == [
        "-0.20",
        "-0.39",
        "0.20",
        "0.39",
        "-0.59",
    ]


def test_arrays_against_finite_differences() -> None:
    random = np.random.default_rng(5)
    x = input_node("x", (4, 3), "float64")
    w, b = parameter_node("w", (3, 2), "float64"), parameter_node("b", (2,), "float64")
    labels = input_node("labels", (4,), "int32")
    hidden = p.tanh(x @ w + b).named("hidden")
    loss = p.mean(p.softmax_cross_entropy(hidden * 3.0, labels))
    given = {
        x: random.normal(size=(4, 3)),
        w: random.normal(size=(3, 2)),
        b: random.normal(size=2),
        labels: np.array([0, 1, 1, 0]),
    }
    traced = trace(loss, given)

    def by_hand(values: dict[Node, np.ndarray], shift: np.ndarray | float = 0.0) -> float:
        scores = 3 * (np.tanh(values[x] @ values[w] + values[b]) + shift)
        chosen = scores[np.arange(4), values[labels]]
        return float(np.mean(np.log(np.exp(scores).sum(1)) - chosen))

    assert float(traced.value(loss)) == pytest.approx(by_hand(given), rel=1e-14)
    h = 1e-6
    for leaf in (x, w, b):
        direction = random.normal(size=leaf.shape)
        up, down = ({**given, leaf: given[leaf] + s * h * direction} for s in (1, -1))
        slope = (by_hand(up) - by_hand(down)) / (2 * h)
        assert float((traced.gradient(leaf) * direction).sum()) == pytest.approx(slope, rel=1e-7)
    direction = random.normal(size=(4, 2))
    slope = (by_hand(given, h * direction) - by_hand(given, -h * direction)) / (2 * h)
    assert float((traced.gradient(hidden) * direction).sum()) == pytest.approx(slope, rel=1e-7)


def test_every_node_is_there_and_plumbing_is_told_apart() -> None:
    x = input_node("x", (3,))
    output = p.sum(x * 2.0)
    traced = trace(output, {x: [1, 2, 3]})
    assert [node.primitive.name for node in traced.nodes] == [
        "input",
        "constant",
        "broadcast",
        "multiply",
        "sum",
    ]
    assert {node.primitive.name for node in traced.plumbing} == {"constant", "broadcast"}
    two = next(node for node in traced.nodes if node.primitive.name == "constant")
    assert traced.value(two) == 2
    assert traced.gradient(two) == 6
    assert traced.output is output


def test_table_has_a_line_a_node() -> None:
    x, labels = input_node("x", (2, 3)), input_node("labels", (2,), "int32")
    squares = p.sum(p.square(x)) * 0.3 + p.sum(p.cast(labels, "float32"))
    traced = trace(squares.named("total"), {x: [[0, 1, 2], [3, 4, 5]], labels: [7, 8]})
    assert traced.table(digits=3).splitlines() == [
        "node  name    operation   shape   value               gradient",
        "%0    x       input       (2, 3)  0 .. 5, mean 2.5    0 .. 3, mean 1.5",
        "%1            square      (2, 3)  0 .. 25, mean 9.17  all 0.3",
        "%2            sum         ()      55                  0.3",
        "%3            (constant)  ()      0.3                 55",
        "%4            multiply    ()      16.5                1",
        "%5    labels  input       (2,)    [7, 8]",
        "%6            cast        (2,)    [7, 8]              [1, 1]",
        "%7            sum         ()      15                  1",
        "%8    total   add         ()      31.5                1",
    ]


def test_with_respect_to_a_few() -> None:
    x, y = input_node("x", ()), input_node("y", ())
    traced = trace(x * y, {x: 2, y: 3}, with_respect_to=[y])
    assert list(traced.gradients) == [y]
    assert traced.gradient(y) == 2
    with pytest.raises(OptionError) as caught:
        traced.gradient("x")
    assert str(caught.value) == (
        "no gradient of 'x' () was computed: it was not among with_respect_to"
    )


def test_what_the_output_does_not_depend_on_smoothly_has_gradient_zero() -> None:
    x = input_node("x", ())
    other = input_node("other", ())
    traced = trace(p.floor(x) + x, {x: 2.5}, with_respect_to=[x, other])
    assert traced.gradient(x) == 1
    assert traced.gradients[other] == 0


def _traced() -> Trace:
    x, labels = input_node("x", (2, 3)), input_node("labels", (2,), "int32")
    return trace(p.sum(p.softmax_cross_entropy(x, labels)), {x: np.ones((2, 3)), labels: [0, 1]})


def test_integers_have_no_gradient() -> None:
    with pytest.raises(OptionError) as caught:
        _traced().gradient("labels")
    assert str(caught.value) == (
        "no gradient of 'labels' (2,) was computed: its elements are of type int32, and only "
        "floats have gradients"
    )


def test_unknown_names_and_nodes() -> None:
    traced = _traced()
    with pytest.raises(OptionError, match=r"^no node is named 'y': there are 'x', 'labels'$"):
        traced.value("y")
    with pytest.raises(OptionError, match=r"^'z' \(\) is not part of the graph that was traced$"):
        traced.value(input_node("z", ()))
    nameless = trace(p.exp(constant_node(1.0)), {})
    with pytest.raises(OptionError, match=r"^no node is named 'y': there are no names$"):
        nameless.value("y")


def test_a_name_that_two_nodes_have() -> None:
    x = input_node("x", ())
    doubled = p.exp(p.tanh(x).named("h")).named("h")
    traced = trace(doubled, {x: 0})
    assert traced.value(doubled) == 1
    with pytest.raises(OptionError, match=r"^2 nodes are named 'h': hand in the node itself$"):
        traced.gradient("h")


def test_errors_of_the_inner_rooms_come_through() -> None:
    x, n = input_node("x", (2,)), input_node("n", (), "int32")
    with pytest.raises(ShapeError, match="'x' \\(2,\\) is no scalar"):
        trace(x, {x: [1, 2]})
    with pytest.raises(DTypeError, match="'n' \\(\\) is of type int32"):
        trace(n, {n: 1})
    with pytest.raises(GraphError, match="nothing gives a value to the leaf 'x'"):
        trace(p.sum(x), {})
    with pytest.raises(ExecutionError, match="x"):
        trace(p.sum(x), {x: [1, 2, 3]})
    with pytest.raises(OptionError, match="there is no backend 'abacus'"):
        trace(p.sum(x), {x: [1, 2]}, backend="abacus")


def test_one_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    class Counting(ReferenceBackend):
        def compile_function(
            self, inputs: Mapping[str, Node], outputs: Mapping[str, Node]
        ) -> ReferenceFunction:
            calls.append(len(outputs))
            return super().compile_function(inputs, outputs)

    monkeypatch.setitem(BACKENDS, "counting", Counting)
    output, values, _ = neuron()
    traced = trace(output, values, backend="counting")
    assert calls == [len(traced.values) + len(traced.gradients)]
