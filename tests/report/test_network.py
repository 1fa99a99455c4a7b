from __future__ import annotations

import doctest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image

from pellucid.drawing import POINTS, drawing, points_axes
from pellucid.report import network as module
from pellucid.report.network import LayerRow, flow, network_picture
from tests.svg import texts

ROWS: list[LayerRow] = [
    ("hidden", "Dense", (64,), 1984, 3904),
    ("hidden_relu", "Activation", (64,), 0, 64),
    ("output", "Dense", (1,), 65, 129),
]


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def draw_network(path: Path, rows: list[LayerRow]) -> None:
    width, height, paint = network_picture(rows)
    with drawing(path, width / POINTS, height / POINTS) as figure:
        paint(points_axes(figure))


def test_boxes_say_what_the_rows_say(tmp_path: Path) -> None:
    path = tmp_path / "network.svg"
    draw_network(path, ROWS)
    assert texts(path) == [
        *("hidden", "Dense", "64", "1,984 parameters", "3,904 flops"),
        *("hidden_relu", "Activation", "64", "0 parameters", "64 flops"),
        *("output", "Dense", "1", "65 parameters", "129 flops"),
        "3 layers, 2,049 parameters, 4,097 flops; bars are shares of the parameters",
    ]


def test_large_numbers_and_shapes(tmp_path: Path) -> None:
    path = tmp_path / "network.svg"
    draw_network(path, [("conv", "Convolution", (16, 28, 28), 1_234_567, 9_876_543_210)])
    assert texts(path)[2:] == [
        "16 x 28 x 28",
        "1.23 M parameters",
        "9.88 G flops",
        "1 layer, 1.23 M parameters, 9.88 G flops; bars are shares of the parameters",
    ]


def test_no_parameters_at_all(tmp_path: Path) -> None:
    path = tmp_path / "network.svg"
    draw_network(path, [("flat", "Flatten", (), 0, 1)])
    assert texts(path) == [
        "flat",
        "Flatten",
        "scalar",
        "0 parameters",
        "1 flop",
        "1 layer, 0 parameters, 1 flop",
    ]


@pytest.mark.parametrize("count", [1, 8, 60])
def test_many_layers_wrap_within_a_page(tmp_path: Path, count: int) -> None:
    rows: list[LayerRow] = [(f"block/{i}/dense", "Dense", (8,), 72, 136) for i in range(count)]
    draw_network(tmp_path / "n.svg", rows)
    root = ElementTree.parse(tmp_path / "n.svg").getroot()
    assert float((root.get("width") or "").removesuffix("pt")) < 800
    assert sum(text.startswith("block/") for text in texts(tmp_path / "n.svg")) == count


def test_lines_are_of_similar_widths() -> None:
    lines = module._wrapped([100.0] * 8)
    assert [len(line) for line in lines] == [4, 4]
    assert module._wrapped([2000.0, 10.0]) == [[0], [1]]
    assert module._wrapped([10.0]) == [[0]]


BRANCHED: list[LayerRow] = [
    ("", "Sequential", (3,), 0, 0),
    ("stem", "Dense", (16,), 176, 352),
    ("block", "Residual", (16,), 0, 16),
    ("block.inner", "Sequential", (16,), 0, 0),
    ("block.inner.a", "Dense", (32,), 544, 1088),
    ("block.inner.b", "Dense", (16,), 528, 1040),
    ("join", "Concatenate", (12,), 0, 0),
    ("join.wide", "Dense", (4,), 68, 132),
    ("join.deep", "Mine", (8,), 3, 0),
    ("join.deep.a", "Dense", (64,), 1088, 2176),
]


def test_branches_and_shortcuts() -> None:
    shown, edges = flow(BRANCHED)
    names = ["input", *(row[0] for row in shown)]
    assert [(names[source], names[target]) for source, target in edges] == [
        ("input", "stem"),
        ("stem", "block.inner.a"),
        ("block.inner.a", "block.inner.b"),
        ("block.inner.b", "block"),
        ("stem", "block"),
        ("block", "join.wide"),
        ("block", "join.deep.a"),
        ("join.deep.a", "join.deep"),
        ("join.wide", "join"),
        ("join.deep", "join"),
    ]


def test_rows_without_their_outer_layers_follow_one_another() -> None:
    shown, edges = flow([row for row in BRANCHED if "." in row[0]])
    assert [row[0] for row in shown] == [
        "block.inner.a",
        "block.inner.b",
        "join.wide",
        "join.deep.a",
        "join.deep",
    ]
    assert edges == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]


def test_a_branched_network_is_drawn(tmp_path: Path) -> None:
    draw_network(tmp_path / "n.svg", BRANCHED)
    said = texts(tmp_path / "n.svg")
    assert said[:2] == ["input", "stem"]
    assert said[-1].startswith("8 layers, 2,407 parameters, 4,804 flops")


def test_a_network_of_one_layer_is_called_by_its_kind(tmp_path: Path) -> None:
    draw_network(tmp_path / "n.svg", [("", "Dense", (3,), 12, 21)])
    assert texts(tmp_path / "n.svg")[:2] == ["Dense", "Dense"]


@pytest.mark.parametrize("name", ["n.svg", "n.png"])
def test_same_rows_give_same_bytes(tmp_path: Path, name: str) -> None:
    contents = []
    for _ in range(2):
        draw_network(tmp_path / name, ROWS)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
    if name.endswith("png"):
        with Image.open(tmp_path / name) as image:
            assert image.size[0] > image.size[1]
