"""Embeddings against indexing with NumPy."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.errors import DTypeError, ExecutionError, OptionError, ShapeError
from pellucid.graph.node import input_node
from pellucid.layers import ColumnEmbeddings, Embedding, PeriodicEmbedding
from pellucid.primitives import sum
from tests.layers.oracle import random_values, run_layer


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
@pytest.mark.parametrize("shape", [(4,), (4, 3), (2, 3, 2)])
def test_one_table(shape: tuple[int, ...], dtype: str) -> None:
    layer = Embedding(5, 3)
    x = np.random.default_rng(1).integers(0, 5, shape)
    layer(input_node("x", shape, dtype))
    values = random_values(layer.parameters(), seed=2)
    got = run_layer(layer, x, values, dtype=dtype)
    np.testing.assert_array_equal(got, values["table"].astype(np.float32)[x])
    assert got.shape == (*shape, 3)


@pytest.mark.parametrize(("width", "widths"), [(2, [2, 2, 2]), ([1, 4, 2], [1, 4, 2])])
def test_a_table_for_each_column(width: Any, widths: list[int]) -> None:
    counts = [3, 7, 2]
    layer = Embedding(counts, width)
    x = np.random.default_rng(1).integers(0, counts, (10, 3))
    layer(input_node("x", x.shape, "int32"))
    assert {n: v.shape for n, v in layer.parameters().items()} == {
        f"tables_{i + 1}": (counts[i], widths[i]) for i in range(3)
    }
    values = random_values(layer.parameters(), seed=2)
    tables = [value.astype(np.float32) for value in values.values()]
    expected = np.concatenate([table[x[:, i]] for i, table in enumerate(tables)], axis=1)
    np.testing.assert_array_equal(run_layer(layer, x, values, dtype="int32"), expected)


def test_the_gradient_of_a_vector_counts_its_rows() -> None:
    layer = Embedding(4, 2)
    x = input_node("x", (5,), "int32")
    (slope,) = gradients(sum(layer(x)), [layer.parameters()["table"]])
    got = evaluate(slope, {x: [0, 3, 3, 1, 3]})
    np.testing.assert_array_equal(got, [[1, 1], [1, 1], [0, 0], [3, 3]])


@pytest.mark.parametrize("index", [-1, 5])
def test_an_integer_out_of_range_is_an_error_when_run(index: int) -> None:
    with pytest.raises(ExecutionError, match=f"gather: index {index} is out of range for an axis"):
        run_layer(Embedding(5, 3), [0, index], {"table": np.zeros((5, 3))}, dtype="int32")


def test_inputs_that_are_refused() -> None:
    text = r"^Embedding 'e' needs integers, got float32 of 'x' \(3, 2\): the numbers of the categ"
    with pytest.raises(DTypeError, match=text):
        Embedding(5, 3, name="e")(input_node("x", (3, 2)))
    with pytest.raises(ShapeError, match=r"^Embedding needs inputs of shape \(rows, ..\), got 'x'"):
        Embedding(5, 3)(input_node("x", (), "int32"))
    text = (
        r"^Embedding 'e' needs inputs of shape \(rows, 2\), one column for each of its 2 tables, "
        r"got 'x' \(3, 4\)$"
    )
    with pytest.raises(ShapeError, match=text):
        Embedding([5, 3], 2, name="e")(input_node("x", (3, 4), "int32"))


def test_sizes_may_be_numbers_of_numpy() -> None:
    counts: Any = np.array([7, 12])
    few: dict[str, Any] = {"three": np.int64(3), "two": np.uint8(2)}
    layer = Embedding(counts, few["three"])
    assert json.loads(json.dumps(layer.options())) == {"count": [7, 12], "width": 3}
    assert Embedding(few["three"], 2)(input_node("x", (4,), "int32")).shape == (4, 2)
    columns: Any = np.array([0, 2])
    for other in (PeriodicEmbedding(columns), ColumnEmbeddings(columns, counts, few["two"])):
        assert json.loads(json.dumps(other.options()))["columns"] == [0, 2]


@pytest.mark.parametrize(
    ("count", "width", "text"),
    [
        (
            0,
            3,
            "^Embedding needs count to be a whole number of at least 1 or a list of them, got 0",
        ),
        (
            3,
            0,
            "^Embedding needs width to be a whole number of at least 1 or a list of them, got 0",
        ),
        ([3, 0], 2, "^Embedding needs count to be .* got .3, 0.$"),
        ("35", 2, "^Embedding needs count to be .* got '35'$"),
        (2.5, 2, "^Embedding needs count to be .* got 2.5$"),
        (True, 2, "^Embedding needs count to be .* got True$"),
        ([], 2, "^Embedding needs at least one count, got an empty list$"),
        ([3, 4], [2], "^Embedding needs one width, or as many as counts: got counts .3, 4. and"),
        (3, [2], "^Embedding needs one width, or as many as counts: got counts 3 and widths .2.$"),
    ],
)
def test_sizes_that_are_refused(count: Any, width: Any, text: str) -> None:
    with pytest.raises(OptionError, match=text):
        Embedding(count, width)
