"""Columns of category codes against indexing with NumPy, and their derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.backends import evaluate
from pellucid.errors import DTypeError, ExecutionError, OptionError, ShapeError
from pellucid.graph.node import constant_node, input_node
from pellucid.layers import ColumnEmbeddings, Dense, Sequential
from pellucid.losses import SquaredError
from pellucid.primitives import sum
from pellucid.training.train import train
from tests.derivatives import check_gradients
from tests.layers.oracle import random_values

SEED = 11


def rows_of(layout: dict[int, int], width: int, rows: int, seed: int) -> np.ndarray[Any, Any]:
    """Return normal numbers, with codes below its count in each column of the layout."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, width))
    for column, count in layout.items():
        x[:, column] = random.integers(0, count, rows)
    return x


@pytest.mark.parametrize("backend", ["reference", "native"])
@pytest.mark.parametrize(
    ("columns", "counts", "widths", "width"),
    [
        ([2], [5], [3], 4),
        ([0, 3], [4, 7], [2, 5], 4),
        ([3, 1, 2], [2, 3, 9], 4, 6),
        ([0, 1], [3, 3], [1, 2], 2),
        ([5], [1], [2], 6),
    ],
)
def test_values_are_those_of_indexing(
    columns: list[int], counts: list[int], widths: Any, width: int, backend: str
) -> None:
    layer = ColumnEmbeddings(columns, counts, widths)
    x = rows_of(dict(zip(columns, counts, strict=True)), width, 33, SEED).astype(np.float32)
    leaf = input_node("x", x.shape)
    output = layer(leaf)
    tables = {n: v.astype(np.float32) for n, v in random_values(layer.parameters(), SEED).items()}
    known = {leaf: x, **{layer.parameters()[name]: value for name, value in tables.items()}}
    got = evaluate(output, known, backend)
    others = np.delete(x, columns, axis=1)
    vectors = [t[x[:, c].astype(int)] for t, c in zip(tables.values(), columns, strict=True)]
    expected = np.concatenate([others, *vectors], axis=1)
    assert list(tables) == [f"tables_{i + 1}" for i in range(len(columns))]
    np.testing.assert_array_equal(got, expected)


def test_gradients_are_those_of_finite_differences() -> None:
    layer = ColumnEmbeddings([1, 3], [4, 6], [3, 2])
    x = input_node("x", (9, 5), "float64")
    output = layer(x)
    weights = np.random.default_rng(SEED).normal(size=output.shape)
    total = sum(output * output * constant_node(weights))
    leaves = list(layer.parameters().values())
    values = dict(zip(leaves, random_values(layer.parameters(), SEED).values(), strict=True))
    values[x] = rows_of({1: 4, 3: 6}, 5, 9, SEED)
    check_gradients(total, values, leaves, seed=SEED)


@pytest.mark.parametrize("backend", ["reference", "native"])
def test_training_learns_the_mean_of_each_category(backend: str) -> None:
    random = np.random.default_rng(SEED)
    codes = random.integers(0, 5, 400)
    means = np.array([3.0, -1.0, 0.5, 2.0, -4.0])
    y = means[codes] + random.normal(0, 0.1, 400)
    network = Sequential(ColumnEmbeddings([0], [6], [1]), Dense(1, name="output"))
    x = codes.reshape(-1, 1).astype(np.float32)
    trained = train(
        network,
        x,
        y.reshape(-1, 1).astype(np.float32),
        loss=SquaredError(),
        learning_rate=0.05,
        epochs=100,
        batch_size=50,
        seed=SEED,
        backend=backend,
    )
    found = trained.predict(np.arange(5, dtype=np.float32).reshape(-1, 1))[:, 0]
    expected = [y[codes == code].mean() for code in range(5)]
    np.testing.assert_allclose(found, expected, atol=0.05)
    # No row had the last code: its vector is as it was.
    name = "column_embeddings_1.tables_1"
    np.testing.assert_array_equal(trained.parameters[name][5], trained.initial[name][5])


@pytest.mark.parametrize("backend", ["reference", "native"])
@pytest.mark.parametrize("code", [-1.0, 4.0])
def test_a_code_out_of_range_is_an_error_when_run(code: float, backend: str) -> None:
    layer = ColumnEmbeddings([1], [4], [2])
    leaf = input_node("x", (2, 2))
    output = layer(leaf)
    table = layer.parameters()["tables_1"]
    text = f"index {int(code)} is out of range for an axis of length 4"
    with pytest.raises(ExecutionError, match=text):
        evaluate(output, {leaf: [[0, 1], [0, code]], table: np.zeros((4, 2))}, backend)


def test_inputs_that_are_refused() -> None:
    layer = ColumnEmbeddings([1, 4], [3, 3], 2, name="categories")
    text = (
        r"^ColumnEmbeddings 'categories' needs inputs of shape \(rows, width\) with a width above "
        r"4, its last column, got 'x' \(3, 4\)$"
    )
    with pytest.raises(ShapeError, match=text):
        layer(input_node("x", (3, 4)))
    with pytest.raises(ShapeError, match=r"got 'x' \(3, 5, 2\)$"):
        layer(input_node("x", (3, 5, 2)))
    with pytest.raises(DTypeError, match=r"^ColumnEmbeddings needs floats, got int32 of 'x'"):
        ColumnEmbeddings([0], [3])(input_node("x", (3, 4), "int32"))


@pytest.mark.parametrize(
    ("columns", "counts", "widths", "text"),
    [
        ([], [], 1, "needs columns to be a list of different positions, counted from 0, got"),
        ([1, 1], [2, 2], 1, "needs columns to be a list of different positions"),
        ([-1], [2], 1, "needs columns to be a list of different positions"),
        ([True], [2], 1, "needs columns to be a list of different positions"),
        ("12", [2], 1, "needs columns to be a list of different positions"),
        ([0, 1], [2], 1, "needs counts to be a whole number of at least 1 for each of its 2"),
        ([0], [0], 1, "needs counts to be a whole number of at least 1 for each of its 1"),
        ([0], [2], [1, 2], "needs widths to be a whole number of at least 1 for each of its 1"),
        ([0], [2], 1.5, "needs widths to be a whole number of at least 1 for each of its 1"),
        ([0], [2], "3", "needs widths to be a whole number of at least 1 for each of its 1"),
    ],
)
def test_options_that_are_refused(columns: Any, counts: Any, widths: Any, text: str) -> None:
    with pytest.raises(OptionError, match=f"^ColumnEmbeddings {text}"):
        ColumnEmbeddings(columns, counts, widths)
