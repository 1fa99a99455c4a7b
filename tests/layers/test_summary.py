"""What networks cost, against counts by hand."""

from __future__ import annotations

import pytest

from pellucid.errors import ShapeError
from pellucid.graph.node import Node, input_node
from pellucid.graph.traversal import topological
from pellucid.layers import (
    BatchNorm,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Layer,
    Mode,
    Residual,
    Sequential,
    parameter,
    summarize,
)
from pellucid.primitives import square
from pellucid.shapes import size


class Between(Layer):
    """Computes before, around and after a layer inside."""

    def __init__(self) -> None:
        self.inner = Dense(3, bias=False)
        self.offset = parameter((3,))

    def call(self, x: Node, mode: Mode) -> Node:
        return self.inner(square(x), mode) + self.offset


def test_chinese_headings_keep_columns_in_line() -> None:
    summary = summarize(Sequential(Dense(64, "relu"), Dense(3, name="output")), (10,))
    assert summary.text("zh") == "\n".join(
        [
            "层       类型   输出  参数  浮点运算",
            "dense_1  Dense  64     704     1,408",
            "output   Dense  3      195       387",
            "合计                   899     1,795",
        ]
    )


def test_a_perceptron_counted_by_hand() -> None:
    network = Sequential(Dense(64, "relu", name="hidden"), Dropout(0.5), Dense(3, name="output"))
    summary = summarize(network, (10,))
    hidden, output = 2 * 10 * 64 + 64 + 64, 2 * 64 * 3 + 3
    assert [(row.path, row.kind, row.output_shape) for row in summary.rows] == [
        ("", "Sequential", (1, 3)),
        ("hidden", "Dense", (1, 64)),
        ("dropout_1", "Dropout", (1, 64)),
        ("output", "Dense", (1, 3)),
    ]
    assert [row.parameters for row in summary.rows] == [0, 10 * 64 + 64, 0, 64 * 3 + 3]
    assert [row.flops for row in summary.rows] == [0, hidden, 0, output]
    assert summary.parameters == 899
    assert summary.flops == hidden + output
    assert str(summary) == "\n".join(
        [
            "layer      kind     output  parameters  flops",
            "hidden     Dense    64             704  1,408",
            "dropout_1  Dropout  64               0      0",
            "output     Dense    3              195    387",
            "total                              899  1,795",
        ]
    )


def test_rows_of_an_input_node_are_counted() -> None:
    network = Sequential(Dense(4), Dense(2))
    one = summarize(network, (3,))
    many = summarize(network, input_node("x", (50, 3)))
    assert many.flops == 50 * one.flops
    assert many.parameters == one.parameters
    assert many.rows[1].output_shape == (50, 4)


@pytest.mark.parametrize(
    "network",
    [
        Sequential(Dense(4), Residual(Sequential(Dense(8, "gelu"), Dense(4))), BatchNorm()),
        Concatenate(Dense(2), Sequential(Dense(3), Dense(1)), name="wide"),
        Sequential(Between(), Between()),
        Residual(Residual(Dense(6))),
    ],
)
def test_totals_are_those_of_the_whole_graph(network: Layer) -> None:
    x = input_node("x", (7, 6))
    output = network(x)
    summary = summarize(network, x)
    assert summary.flops == sum(node.primitive.flops(node) for node in topological([output]))
    leaves = network.parameters().values()
    assert summary.parameters == sum(size(v.shape) for v in leaves)


def test_a_layer_pays_for_itself_only() -> None:
    summary = summarize(Sequential(Between(), name="net"), input_node("x", (2, 6)))
    rows = {row.path: (row.parameters, row.flops) for row in summary.rows}
    assert rows == {
        "": (0, 0),
        "between_1": (3, 2 * 6 + 2 * 3),
        "between_1.inner": (18, 2 * 2 * 6 * 3),
    }


def test_a_shared_layer_has_its_parameters_once_and_its_work_twice() -> None:
    shared = Dense(4, name="shared")
    summary = summarize(Sequential(shared, shared), (4,))
    assert [(row.path, row.parameters, row.flops) for row in summary.rows] == [
        ("", 0, 0),
        ("shared", 20, 2 * (32 + 4)),
    ]


def test_a_layer_that_is_not_called_says_so() -> None:
    class Idle(Layer):
        def __init__(self) -> None:
            self.unused = Between()
            self.used = Dense(2)

        def call(self, x: Node, mode: Mode) -> Node:
            return self.used(x, mode)

    network = Idle()
    summary = summarize(network, (4,))
    rows = [(row.path, row.output_shape, row.parameters) for row in summary.rows]
    assert rows == [
        ("", (1, 2), 0),
        ("unused", None, 3),
        ("unused.inner", None, 0),
        ("used", (1, 2), 10),
    ]
    assert summary.parameters == sum(size(v.shape) for v in network.parameters().values())
    assert str(summary).splitlines()[1].split() == ["unused", "Between", "not", "called", "3", "0"]


def test_a_single_layer_stands_for_itself() -> None:
    text = str(summarize(Dense(3), 10))
    assert text.splitlines()[1].split() == ["Dense", "3", "33", "63"]


def test_shapes_of_rows_that_are_no_lines() -> None:
    words = input_node("words", (5, 20), "int32")
    text = str(summarize(Sequential(Embedding(100, 8)), words))
    assert text.splitlines()[1].split() == ["embedding_1", "Embedding", "20", "x", "8", "800", "0"]


def test_a_network_that_does_not_fit_says_so() -> None:
    with pytest.raises(ShapeError, match=r"^Dense 'dense_1' needs inputs of shape"):
        summarize(Sequential(Dense(3)), ())
