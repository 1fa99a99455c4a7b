from __future__ import annotations

import doctest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.errors import OptionError
from pellucid.graph import picture as module
from pellucid.graph.node import (
    Node,
    constant_node,
    input_node,
    key_node,
    parameter_node,
    state_node,
)
from pellucid.graph.picture import draw_graph
from pellucid.inspection import trace
from tests.inspection.test_values import neuron
from tests.svg import texts


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def test_product_of_a_sum(tmp_path: Path) -> None:
    x, y, z = (input_node(name, ()) for name in "xyz")
    output = ((x + y).named("q") * z).named("f")
    traced = trace(output, {x: -2, y: 5, z: -4})
    path = tmp_path / "product.svg"
    draw_graph(
        output, path, values=traced.values, gradients=traced.gradients, title="f = (x + y) z"
    )
    assert texts(path) == [
        *("f = (x + y) z",),
        *("x", "input, scalar", "-2", "-4"),
        *("y", "input, scalar", "5", "-4"),
        *("q", "+, scalar", "3", "-4"),
        *("z", "input, scalar", "-4", "3"),
        *("f", "*, scalar", "-12", "1"),
        *("input", "value", "gradient under it"),
    ]


def test_neuron(tmp_path: Path) -> None:
    output, values, _ = neuron()
    traced = trace(output, values)
    path = tmp_path / "neuron.svg"
    draw_graph(output, path, values=traced.values, gradients=traced.gradients)
    said = texts(path)
    boxes = list(zip(*(iter(said[: 4 * 13]),) * 4, strict=True))
    assert boxes == [
        ("w0", "parameter, scalar", "2", "-0.1966"),
        ("x0", "input, scalar", "-1", "0.3932"),
        ("*", "scalar", "-2", "0.1966"),
        ("w1", "parameter, scalar", "-3", "-0.3932"),
        ("x1", "input, scalar", "-2", "-0.5898"),
        ("*", "scalar", "6", "0.1966"),
        ("+", "scalar", "4", "0.1966"),
        ("w2", "parameter, scalar", "-3", "0.1966"),
        ("+", "scalar", "1", "0.1966"),
        ("* -1", "scalar", "-1", "-0.1966"),
        ("exp", "scalar", "0.3679", "-0.5344"),
        ("1 +", "scalar", "1.368", "-0.5344"),
        ("1 /", "scalar", "0.7311", "1"),
    ]
    assert said[4 * 13 :] == ["input", "parameter", "value", "gradient under it"]


def test_arrays_are_shown_in_short(tmp_path: Path) -> None:
    x, bias = input_node("x", (2, 3)), parameter_node("b", (3,))
    output = p.sum(p.softmax(x + bias))
    traced = trace(output, {x: np.arange(6).reshape(2, 3), bias: [1, 2, 3]})
    path = tmp_path / "arrays.svg"
    draw_graph(output, path, values=traced.values)
    assert texts(path) == [
        *("x", "input, 2 x 3", "0 .. 5, mean 2.5"),
        *("b", "parameter, 3", "[1, 2, 3]"),
        *("+", "2 x 3", "1 .. 8, mean 4.5"),
        *("softmax", "2 x 3", "0.01588 .. 0.8668, mean 0.3333"),
        *("sum", "scalar", "2"),
        *("input", "parameter", "value"),
    ]


def test_plumbing_is_shown_on_request(tmp_path: Path) -> None:
    path = tmp_path / "all.svg"
    draw_graph(input_node("x", (3,)) * 2.0, path, plumbing=True)
    assert texts(path) == [
        *("x", "input, 3"),
        *("2", "scalar"),
        *("broadcast", "3"),
        *("*", "3"),
        *("input", "constant"),
    ]


def test_each_kind_of_leaf_has_its_colour_and_legend(tmp_path: Path) -> None:
    path = tmp_path / "leaves.png"
    leaves = [
        input_node("input", (2,)),
        parameter_node("parameter", (2,)),
        state_node("state", (2,)),
        constant_node(np.zeros(2, np.float32), name="constant"),
        key_node("key"),
    ]
    draw_graph(leaves, path)
    with Image.open(path) as image:
        colours = {
            colour
            for count, colour in image.convert("RGB").getcolors(1 << 20) or []
            if count > 2000
        }
    grounds = {look.ground for look in module._LOOKS.values()}
    assert {tuple(bytes.fromhex(ground[1:])) for ground in grounds} < colours


def test_a_single_node(tmp_path: Path) -> None:
    draw_graph(input_node("alone", ()), tmp_path / "one.svg")
    assert texts(tmp_path / "one.svg") == ["alone", "input, scalar", "input"]


def test_two_outputs_that_share_nothing(tmp_path: Path) -> None:
    x, y = input_node("x", ()), input_node("y", ())
    draw_graph([p.exp(x), p.tanh(y)], tmp_path / "two.svg")
    assert texts(tmp_path / "two.svg")[::2][:4] == ["x", "exp", "y", "tanh"]


def test_a_wide_network(tmp_path: Path) -> None:
    leaves = [input_node(f"x{i}", (1,)) for i in range(300)]
    output = p.sum(p.concatenate([p.tanh(leaf) for leaf in leaves], 0))
    draw_graph(output, tmp_path / "wide.svg")
    assert texts(tmp_path / "wide.svg").count("tanh") == 300
    root = ElementTree.parse(tmp_path / "wide.svg").getroot()
    assert float((root.get("height") or "").removesuffix("pt")) > 300 * 40


def test_a_training_step(tmp_path: Path) -> None:
    x, labels = input_node("x", (8, 4)), input_node("labels", (8,), "int32")
    weights = [parameter_node("w1", (4, 5)), parameter_node("w2", (5, 3))]
    loss = p.mean(p.softmax_cross_entropy(p.relu(x @ weights[0]) @ weights[1], labels))
    slopes = gradients(loss, weights)
    steps = [(w - 0.1 * s).named(f"new {w.name}") for w, s in zip(weights, slopes, strict=True)]
    draw_graph([loss, *steps], tmp_path / "step.svg", title="a step")
    said = texts(tmp_path / "step.svg")
    assert {"new w1", "new w2", "softmax_cross_entropy", "where(·, 0, ·)"} <= set(said)


def test_odd_names_are_drawn_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "odd.svg"
    draw_graph(
        input_node("a $x^2$\n<b> & \u8eab\u9577", ()) + input_node("l" * 300, ()),
        path,
        title="100 % of $5 _x_",
    )
    ElementTree.parse(path)
    assert texts(path)[:2] == ["100 % of $5 _x_", "a $x^2$ <b> & \u8eab\u9577"]
    assert texts(path)[3] == "l" * 14 + "…" + "l" * 13


def test_nan_and_infinity_are_shown(tmp_path: Path) -> None:
    x = input_node("x", (6,))
    output = p.sum(p.log(x))
    traced = trace(output, {x: [-1, 0, 1, 2, 3, 4]})
    draw_graph(output, tmp_path / "nan.svg", values=traced.values, gradients=traced.gradients)
    said = texts(tmp_path / "nan.svg")
    assert "2 of 6 not finite" in said
    assert "nan" in said


@pytest.mark.parametrize("name", ["a.svg", "a.png"])
def test_same_graph_gives_same_bytes(tmp_path: Path, name: str) -> None:
    contents = []
    for _ in range(2):
        output, values, _ = neuron()
        traced = trace(output, values)
        draw_graph(output, tmp_path / name, values=traced.values, gradients=traced.gradients)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]


def test_too_many_nodes(tmp_path: Path) -> None:
    node: Node = input_node("x", ())
    for _ in range(2000):
        node = p.tanh(node)
    path = tmp_path / "deep.svg"
    with pytest.raises(OptionError) as caught:
        draw_graph(node, path)
    assert str(caught.value) == (
        f"cannot draw '{path}': the graph has 2001 boxes, and no one can read a picture of more "
        "than 2000. Draw a part of it, such as the nodes that one layer gives, or print it with "
        "pellucid.graph.text.text"
    )
    assert not path.exists()


def test_other_suffix(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"cannot draw '.*graph.jpg': .*got '.jpg'"):
        draw_graph(input_node("x", ()), tmp_path / "graph.jpg")


def test_nothing_to_draw(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"cannot draw '.*graph.svg': there are no outputs"):
        draw_graph([], tmp_path / "graph.svg")
