"""Layers described as plain JSON and made again; descriptions that describe nothing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ModelFileError
from pellucid.graph.node import input_node
from pellucid.initializers import Constant
from pellucid.layers import (
    LAYERS,
    Activation,
    BatchNorm,
    ColumnEmbeddings,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    MemberDense,
    PeriodicEmbedding,
    PReLU,
    Reshape,
    Residual,
    Sequential,
    layer_from,
)
from pellucid.models import multilayer_perceptron, tabular_network
from tests.layers.oracle import random_values, run_layer

EXAMPLES: list[Layer] = [
    Dense(3),
    Dense(3, "gelu", bias=False, initializer=Constant(0.5), bias_initializer="ones", name="d"),
    Activation("hard_tanh", name="bend"),
    PReLU(0.1),
    Dropout(0.25),
    BatchNorm(0.7, 1e-4),
    LayerNorm(1e-2),
    Embedding(5, 2),
    Embedding([5, 6], [2, 3]),
    Embedding([5, 6], 4),
    ColumnEmbeddings([3, 1], [5, 6], [2, 3], name="categories"),
    PeriodicEmbedding([0, 2], 4, 2, 0.5),
    MemberDense(3, 4, "silu", "he_uniform"),
    tabular_network(2, [0], {1: 9}, (4,), members=2),
    Flatten(),
    Reshape((2, -1)),
    Sequential(),
    Sequential(Dense(3), Activation("relu"), Dense(2, name="output"), name="net"),
    Residual(Dense(4)),
    Concatenate(Dense(2), Sequential(Dense(3), Residual(Concatenate(Dense(1), Dense(2))))),
    multilayer_perceptron(3, (8, 4), "selu", dropout=0.1, normalization="batch"),
]


@pytest.mark.parametrize("layer", EXAMPLES, ids=lambda layer: type(layer).__name__)
def test_a_description_survives_json_and_makes_an_equal_layer(layer: Layer) -> None:
    described = layer.configuration()
    again = layer_from(json.loads(json.dumps(described)))
    assert type(again) is type(layer)
    assert again.configuration() == described
    assert again.name == layer.name
    assert [path for path, _ in again.layers()] == [path for path, _ in layer.layers()]


def test_every_layer_has_an_example() -> None:
    assert {type(layer) for layer in EXAMPLES} == set(LAYERS.values())


def test_the_rebuilt_network_computes_the_same() -> None:
    first = Sequential(
        Dense(4, "tanh"), Residual(Dense(4)), Concatenate(Dense(2), LayerNorm()), BatchNorm()
    )
    second = layer_from(json.loads(json.dumps(first.configuration())))
    x = np.random.default_rng(0).normal(size=(3, 5))
    for network in (first, second):
        network(input_node("x", x.shape, "float64"))
    values = random_values({**first.parameters(), **first.states()}, seed=5)
    assert list(values) == [*second.parameters(), *second.states()]
    assert run_layer(first, x, values).tobytes() == run_layer(second, x, values).tobytes()


def test_sharing_survives() -> None:
    shared = Dense(4)
    network = Sequential(shared, Sequential(shared, Dense(4), name="inner"), shared)
    described = network.configuration()
    assert described["layers"][2] == {"layer": "shared", "path": "dense_1"}
    again = layer_from(json.loads(json.dumps(described)))
    again(input_node("x", (2, 4)))
    assert list(again.parameters()) == [
        "dense_1.weight",
        "dense_1.bias",
        "inner.dense_2.weight",
        "inner.dense_2.bias",
    ]
    assert again.configuration() == described


def test_the_whole_form() -> None:
    network = Sequential(Dense(2, "relu"))
    assert network.configuration() == {
        "layer": "sequential",
        "layers": [
            {
                "layer": "dense",
                "name": "dense_1",
                "units": 2,
                "activation": "relu",
                "bias": True,
                "initializer": None,
                "bias_initializer": {"initializer": "zeros"},
            }
        ],
    }


def nested(depth: int) -> Any:
    described: Any = {"layer": "flatten", "name": "bottom"}
    for _ in range(depth):
        described = {"layer": "sequential", "name": "s", "layers": [described]}
    return described


@pytest.mark.parametrize(
    ("described", "text"),
    [
        (None, "^the network is not described by a table, but by None$"),
        ([], r"^the network is not described by a table, but by \[\]$"),
        ({}, "^the network is of the unknown kind None: use one of dense, activation"),
        ({"layer": "os.system"}, "^the network is of the unknown kind 'os.system': use one of"),
        ({"layer": ["dense"]}, r"^the network is of the unknown kind \['dense'\]: use one of"),
        ({"layer": "dense"}, "^the network: a dense layer needs the option 'units'$"),
        (
            {"layer": "dense", "units": 2, "self": 1},
            "^the network: a dense layer has no option 'self', only units, activation, bias,",
        ),
        (
            {"layer": "dense", "units": "2"},
            "^the network cannot be made: Dense needs units to be a whole number of at least 1",
        ),
        (
            {"layer": "dense", "units": 2, "initializer": {"initializer": "zeros", "a": 1}},
            "^the network cannot be made: the initializer 'zeros' has no option 'a'",
        ),
        (
            {"layer": "dense", "units": 2, "initializer": 7},
            "^the network cannot be made: an initia",
        ),
        (
            {"layer": "flatten", "name": "a.b"},
            "^the network: a name is a text without '.', got 'a.b'$",
        ),
        ({"layer": "flatten", "name": 3}, "^the network: a name is a text without '.', got 3$"),
        ({"layer": "dropout", "rate": 1}, "^the network cannot be made: Dropout needs a rate"),
        (
            {"layer": "batch_norm", "momentum": "x"},
            "^the network cannot be made: BatchNorm needs momentum",
        ),
        ({"layer": "reshape", "shape": 7}, "^the network cannot be made: Reshape needs the shape"),
        ({"layer": "sequential"}, "^the network needs a list of 'layers', got None$"),
        ({"layer": "sequential", "layers": {}}, "^the network needs a list of 'layers', got {}$"),
        (
            {"layer": "sequential", "layers": [], "items": []},
            "^the network: a sequential layer has no option 'items', only name$",
        ),
        ({"layer": "residual", "layers": []}, "^the network needs one inner layer, got 0$"),
        (
            {"layer": "concatenate", "layers": []},
            "^the network cannot be made: Concatenate needs at least one layer, got none$",
        ),
        (
            {
                "layer": "sequential",
                "layers": [{"layer": "flatten", "name": "a"}, {"layer": "dropout", "name": "a"}],
            },
            "^the layer 'a': a dropout layer needs the option 'rate'$",
        ),
        (
            {
                "layer": "sequential",
                "layers": [{"layer": "flatten", "name": "a"}, {"layer": "flatten", "name": "a"}],
            },
            "^the network cannot be made: Sequential has two different layers named 'a'",
        ),
        (
            {
                "layer": "sequential",
                "layers": [{"layer": "sequential", "name": "s", "layers": [3]}],
            },
            "^the layer 's.layers 1' is not described by a table, but by 3$",
        ),
        (
            {"layer": "sequential", "layers": [{"layer": "shared", "path": "later"}]},
            "^the layer 'layers 1' is said to be 'later', but no layer before it has that path$",
        ),
        ({"layer": "shared"}, "^the network is said to be None, but no layer before it"),
        (nested(101), "^the layer 's.s.* is nested more than 100 times$"),
    ],
)
def test_descriptions_that_are_refused(described: Any, text: str) -> None:
    with pytest.raises(ModelFileError, match=text):
        layer_from(described)


def test_a_hundred_levels_are_fine() -> None:
    assert layer_from(nested(100)).configuration() == nested(100)


def test_damaged_descriptions_never_raise_anything_else() -> None:
    """Replace each value, in turn, by values of every kind of JSON."""
    original = EXAMPLES[-2].configuration() | {"name": "net"}
    replacements: list[Any] = [None, True, -1, 0, 2.5, 1e308, "", "dense", [], {}, [[]], [None]]

    def damaged(value: Any) -> list[Any]:
        results: list[Any] = list(replacements)
        if isinstance(value, dict):
            for key, item in value.items():
                results += [value | {key: other} for other in damaged(item)]
                results.append({k: v for k, v in value.items() if k != key})
        elif isinstance(value, list):
            for place, item in enumerate(value):
                results += [[*value[:place], other, *value[place + 1 :]] for other in damaged(item)]
        return results

    refused = 0
    for described in damaged(original):
        try:
            layer_from(described)
        except ModelFileError:
            refused += 1
    assert refused > 100
