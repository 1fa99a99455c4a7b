"""The network for tables: its layers, its names, what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pellucid.errors import OptionError
from pellucid.graph.node import input_node
from pellucid.layers import layer_from
from pellucid.models import tabular_network
from pellucid.models.tabular import embedding_width
from tests.layers.oracle import random_values, run_layer


def test_layers_and_shapes_of_one_network() -> None:
    network = tabular_network(3, [0, 2], {1: 9, 4: 100}, (8,), dropout=0.0)
    assert [layer.title for layer in network.items] == [
        "PeriodicEmbedding 'numbers'",
        "ColumnEmbeddings 'categories'",
        "Dense 'hidden_1'",
        "Dense 'output'",
    ]
    assert network(input_node("x", (7, 6))).shape == (7, 3)
    shapes = {name: leaf.shape for name, leaf in network.parameters().items()}
    # Four other columns, three functions of each number, vectors of width 3 and 10.
    assert shapes["hidden_1.weight"] == (4 + 2 * 3 + 3 + 10, 8)
    assert shapes["categories.tables_2"] == (100, 10)


def test_without_embeddings_it_is_a_perceptron() -> None:
    network = tabular_network(1, hidden=(4,), activation="SiLU")
    assert [layer.name for layer in network.items] == ["hidden_1", "dropout_1", "output"]
    x = np.random.default_rng(0).normal(size=(5, 3))
    network(input_node("x", x.shape, "float64"))
    values = random_values(network.parameters(), seed=1)
    w1, b1, w2, b2 = values.values()
    hidden = x @ w1 + b1
    expected = (hidden / (1 + np.exp(-hidden))) @ w2 + b2
    np.testing.assert_allclose(run_layer(network, x, values), expected, rtol=1e-11)


def test_members_share_the_embeddings_and_nothing_else() -> None:
    network = tabular_network(2, [0], {1: 5}, (4, 4), members=3)
    assert network(input_node("x", (6, 2))).shape == (6, 3, 2)
    shapes = {name: leaf.shape for name, leaf in network.parameters().items()}
    members = {name for name, shape in shapes.items() if shape[0] == 3}
    assert members == {
        f"{layer}.{part}"
        for layer in ("hidden_1", "hidden_2", "output")
        for part in ("weight", "bias")
    }
    assert shapes["numbers.frequency"] == (1, 16)


@pytest.mark.parametrize("members", [1, 2])
def test_a_model_file_can_describe_it(members: int) -> None:
    network = tabular_network(2, [0, 1], {3: 7}, (4,), members=members)
    again = layer_from(json.loads(json.dumps(network.configuration())))
    x = np.random.default_rng(3).normal(size=(5, 4))
    x[:, 3] = [0, 6, 2, 2, 1]
    for one in (network, again):
        one(input_node("x", x.shape, "float64"))
    values = random_values(network.parameters(), seed=4)
    assert run_layer(network, x, values).tobytes() == run_layer(again, x, values).tobytes()


def test_what_is_refused() -> None:
    for members in (0, 1.5, True):
        with pytest.raises(OptionError, match=r"^members must be a whole number of at least 1"):
            tabular_network(1, members=members)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match=r"^column 2 cannot hold both numbers and codes"):
        tabular_network(1, [1, 2], {2: 4})
    with pytest.raises(OptionError, match=r"^there is no activation 'rely'"):
        tabular_network(1, activation="rely")
    with pytest.raises(OptionError, match=r"^a column of categories needs at least 1"):
        embedding_width(0)
