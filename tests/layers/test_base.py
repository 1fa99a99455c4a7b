"""A layer of one's own, names, sharing, and the leaves of a network."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.graph.node import Node, incoming_axes, input_node
from pellucid.layers import (
    BatchNorm,
    ColumnEmbeddings,
    Dense,
    Dropout,
    Embedding,
    Layer,
    LayerNorm,
    MemberDense,
    Mode,
    PeriodicEmbedding,
    PReLU,
    Sequential,
    parameter,
    state,
)
from pellucid.layers.configuration import LAYERS
from pellucid.layers.container import Container
from pellucid.primitives import sigmoid
from tests.layers.oracle import random_values, run_layer


class MyDenseLayer(Layer):
    def __init__(self, inputs: int, outputs: int) -> None:
        self.weight = parameter((inputs, outputs))
        self.bias = parameter((outputs,), "zeros")

    def call(self, x: Node, mode: Mode) -> Node:
        return sigmoid(x @ self.weight + self.bias)


class Tower(Layer):
    def __init__(self) -> None:
        self.first = Dense(4)
        self.rest = [Dense(3), Dense(2, name="last")]
        self.scales = [parameter((1,)), parameter((2,))]
        self.count = state((), 5.0)

    def call(self, x: Node, mode: Mode) -> Node:
        x = self.first(x, mode)
        for layer in self.rest:
            x = layer(x, mode)
        return x * self.scales[0] + self.scales[1]


def test_a_layer_of_ones_own_computes_its_formula() -> None:
    layer = MyDenseLayer(3, 2)
    w, b = np.array([[1, 2], [3, -4], [-5, 6]]), np.array([0.5, -0.5])
    x = np.array([[0.1, 0.2, 0.3], [-1, 0, 2]])
    expected = 1 / (1 + np.exp(-(x @ w + b)))
    got = run_layer(layer, x, {"weight": w, "bias": b}, dtype="float32")
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    assert {n: v.shape for n, v in layer.parameters().items()} == {"weight": (3, 2), "bias": (2,)}
    assert [str(v.attributes["initializer"]) for v in layer.parameters().values()] == [
        "GlorotUniform()",
        "Zeros()",
    ]


def test_attributes_and_lists_of_layers_and_leaves_belong_to_a_layer() -> None:
    tower = Tower()
    assert list(tower.parameters()) == ["scales_1", "scales_2"]  # the others are not built yet
    tower(input_node("x", (5, 6)))
    assert list(tower.parameters()) == [
        "scales_1",
        "scales_2",
        "first.weight",
        "first.bias",
        "rest_1.weight",
        "rest_1.bias",
        "last.weight",
        "last.bias",
    ]
    assert list(tower.states()) == ["count"]
    assert [path for path, _ in tower.layers()] == ["", "first", "rest_1", "last"]


def test_a_parameter_says_along_which_axes_the_weights_of_a_unit_lie() -> None:
    for shape, given, wanted in (
        ((3, 4), None, (0,)),
        ((2, 2, 3, 4), None, (0, 1, 2)),
        ((4,), None, ()),
        ((), None, ()),
        ((8, 3, 4), 1, (1,)),
        ((8, 3, 4), (-2,), (1,)),
        ((8, 4), (), ()),
        ((3,), 0, (0,)),
    ):
        leaf = parameter(shape, "zeros", incoming=given)
        assert incoming_axes(leaf) == incoming_axes(leaf.named("w")) == wanted, (shape, given)
    with pytest.raises(ShapeError, match=r"^axis 2 does not exist: there are 2 axes$"):
        parameter((3, 4), incoming=2)


WEIGHTS: dict[str, tuple[Layer, Node, dict[str, tuple[int, ...]]]] = {
    "dense": (Dense(2), input_node("x", (4, 3)), {"weight": (0,), "bias": ()}),
    "prelu": (PReLU(), input_node("x", (4, 3)), {"slope": ()}),
    "batch_norm": (BatchNorm(), input_node("x", (4, 3)), {"scale": (), "shift": ()}),
    "layer_norm": (LayerNorm(), input_node("x", (4, 3)), {"scale": (), "shift": ()}),
    "embedding": (Embedding(5, 2), input_node("x", (4,), "int32"), {"table": (1,)}),
    "column_embeddings": (ColumnEmbeddings([0], [5]), input_node("x", (4, 3)), {"tables_1": (1,)}),
    "periodic_embedding": (
        PeriodicEmbedding([0, 2]),
        input_node("x", (4, 3)),
        {"frequency": (), "phase": (), "weight": (1,), "bias": ()},
    ),
    "member_dense": (MemberDense(2, 5), input_node("x", (4, 3)), {"weight": (1,), "bias": ()}),
}


@pytest.mark.parametrize("kind", WEIGHTS)
def test_the_weights_of_each_layer(kind: str) -> None:
    layer, x, wanted = WEIGHTS[kind]
    layer(x)
    assert {name: incoming_axes(leaf) for name, leaf in layer.parameters().items()} == wanted


def test_every_layer_with_parameters_is_among_these() -> None:
    without = {"activation", "dropout", "flatten", "reshape"}
    containers = {name for name, kind in LAYERS.items() if issubclass(kind, Container)}
    assert set(LAYERS) == set(WEIGHTS) | without | containers


def test_leaves_and_outputs_are_named_by_path() -> None:
    tower = Tower()
    network = Sequential(tower, Dense(1, name="output"), name="net")
    output = network(input_node("x", (5, 6)))
    names = [leaf.name for leaf in network.parameters().values()]
    assert names[2:4] == ["net.tower_1.first.weight", "net.tower_1.first.bias"]
    assert names[-1] == "net.output.bias"
    assert output.name == "net.output"
    assert tower.rest[0].title == "Dense 'rest_1'"


def test_two_layers_under_one_name_are_refused() -> None:
    tower = Tower()
    tower.first.name = "last"
    with pytest.raises(
        OptionError, match=r"^Tower has two different layers named 'last': give one"
    ):
        tower(input_node("x", (5, 6)))


def test_a_layer_that_is_used_twice_is_shared_and_counted_once() -> None:
    shared = Dense(4, "tanh")
    network = Sequential(shared, Dense(4), shared, Sequential(shared, name="inner"))
    assert [path for path, _ in network.layers()] == ["", "dense_1", "dense_2", "inner"]
    x = np.random.default_rng(0).uniform(-1, 1, (5, 4))
    network(input_node("x", x.shape, "float64"))
    assert list(network.parameters()) == [
        "dense_1.weight",
        "dense_1.bias",
        "dense_2.weight",
        "dense_2.bias",
    ]
    values = random_values(network.parameters(), seed=1)
    w1, b1, w2, b2 = values.values()
    first = np.tanh(x @ w1 + b1) @ w2 + b2
    expected = np.tanh(np.tanh(first @ w1 + b1) @ w1 + b1)
    np.testing.assert_allclose(run_layer(network, x, values), expected, rtol=1e-12)


def test_a_leaf_that_stands_in_two_layers_is_counted_once() -> None:
    first, second = MyDenseLayer(3, 3), MyDenseLayer(3, 3)
    second.weight = first.weight
    network = Sequential(first, second)
    assert list(network.parameters()) == [
        "my_dense_layer_1.weight",
        "my_dense_layer_1.bias",
        "my_dense_layer_2.bias",
    ]


def test_a_layer_inside_itself_is_walked_once() -> None:
    tower = Tower()
    tower.first.parent = tower  # type: ignore[attr-defined]
    assert [layer for _, layer in tower.layers()].count(tower) == 1


def test_rows_and_mode_do_not_change_the_parameters() -> None:
    network = Sequential(Dense(4, "relu"), Dropout(0.5), Dense(1))
    network(input_node("x", (32, 6)))
    leaves = network.parameters()
    assert network(input_node("x", (7, 6))).shape == (7, 1)
    training = Mode(True, input_node("seed", (2,), "uint32"), input_node("step", (), "int64"))
    assert network(input_node("x", (9, 6)), training).shape == (9, 1)
    assert network.parameters() == leaves


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_parameters_have_the_type_of_the_input(dtype: str) -> None:
    network = Sequential(Dense(4, "relu"), Dense(1))
    assert network(input_node("x", (3, 6), dtype)).dtype == dtype
    assert {str(leaf.dtype) for leaf in network.parameters().values()} == {dtype}


def test_another_type_than_at_first_is_refused() -> None:
    layer = Dense(4, name="hidden")
    layer(input_node("x", (3, 6)))
    text = "^Dense 'hidden' was built for float32, got float64 of 'x' .3, 6.: cast it to float32$"
    with pytest.raises(DTypeError, match=text):
        layer(input_node("x", (3, 6), "float64"))


def test_a_layer_of_ones_own_has_no_configuration() -> None:
    network = Sequential(Dense(2), MyDenseLayer(2, 2))
    text = (
        "^MyDenseLayer 'my_dense_layer_1' is a layer of your own: a model file cannot describe it$"
    )
    with pytest.raises(NotImplementedError, match=text):
        network.configuration()


def test_a_subclass_of_a_layer_has_no_configuration() -> None:
    class Wide(Dense):
        pass

    with pytest.raises(NotImplementedError, match=r"^Wide is a layer of your own"):
        Wide(3).configuration()
