"""Encodings: against scikit-learn's, on rows that were not seen, and on impossible ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import (
    OneHotEncoder,
    StandardScaler,
)

from pellucid.data.builtin import load_builtin
from pellucid.data.encoding import Encoding
from pellucid.data.kinds import Kind
from pellucid.data.sources import load_table
from pellucid.data.table import Table
from pellucid.errors import DataError, ModelFileError


def table(columns: Mapping[str, Any]) -> Table:
    return load_table(columns)[0]


def encode(train: Mapping[str, Any], rows: Mapping[str, Any]) -> list[list[float]]:
    encoded: list[list[float]] = Encoding.fit(table(train)).transform(table(rows)).tolist()
    return encoded


def test_numbers_are_standardised_as_by_scikit_learn() -> None:
    everything = load_builtin("breast-cancer").drop(["diagnosis"])
    train, rest = everything.take(np.arange(300)), everything.take(np.arange(300, 569))
    encoding = Encoding.fit(train)
    expected = StandardScaler().fit(np.stack([c.values for c in train.columns], axis=1))
    for part in (train, rest):
        values = np.stack([column.values for column in part.columns], axis=1)
        encoded = encoding.transform(part)
        assert encoded.dtype == np.float32
        np.testing.assert_allclose(encoded, expected.transform(values), rtol=2e-6, atol=1e-6)
    assert encoding.names == everything.names
    assert encoding.sources == everything.names
    assert encoding.notes == ()


# None equals another up to upper and lower case: there the rules differ.
TEXTS = st.sampled_from(["a", "b", "C", "ä", "10", "9"])


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1), st.lists(TEXTS, min_size=1))
def test_texts_are_one_hot_as_by_scikit_learn(train: list[str], rows: list[str]) -> None:
    expected = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    expected.fit(np.array(train, dtype=object)[:, None])
    encoding = Encoding.fit(table({"t": train}))
    encoded = encoding.transform(table({"t": rows}))
    np.testing.assert_array_equal(
        encoded, expected.transform(np.array(rows, dtype=object)[:, None])
    )
    assert encoding.names == tuple(f"t={category}" for category in expected.categories_[0])


def test_missing_numbers_are_the_mean_and_marked() -> None:
    encoding = Encoding.fit(table({"a": [1.0, 3.0, None], "b": [2.0, 4.0, 6.0]}))
    assert encoding.names == ("a", "a is missing", "b")
    assert encoding.sources == ("a", "a", "b")
    assert encoding.width == 3
    encoded = encoding.transform(table({"a": [None, 3.0], "b": [None, 4.0]}))
    assert encoded.tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]


def test_missing_texts_are_a_category_if_seen() -> None:
    seen = Encoding.fit(table({"t": ["x", None, "y"]}))
    assert seen.names == ("t=x", "t=y", "t is missing")
    assert seen.transform(table({"t": [None, "x", "new"]})).tolist() == [
        [0, 0, 1],
        [1, 0, 0],
        [0, 0, 0],
    ]
    assert encode({"t": ["x", "y"]}, {"t": [None, "y"]}) == [[0, 0], [0, 1]]


def test_many_categories_keep_the_most_frequent() -> None:
    # 'c00' to 'c62' occur twice; of the rest, each once.
    often = [f"c{i:02}" for i in range(63)]
    train = [*often, *often, "rare 1", "rare 2", None]
    encoding = Encoding.fit(table({"t": train}))
    assert encoding.width == 65
    assert encoding.names[-3:] == ("t=c62", "t is other", "t is missing")
    encoded = encoding.transform(table({"t": ["c62", "rare 2", "new", None]}))
    assert encoded.argmax(axis=1).tolist() == [62, 63, 63, 64]
    assert encoded.sum(axis=1).tolist() == [1, 1, 1, 1]
    assert encoding.notes == (
        "column 't' has more than 64 different texts (the 63 most frequent are told apart, "
        "all others count as one)",
    )


def test_sixty_four_categories_are_all_kept() -> None:
    assert Encoding.fit(table({"t": [f"c{i}" for i in range(64)]})).width == 64


def test_constant_and_empty_columns_are_noted() -> None:
    train = {"a": [5.0, 5.0], "b": [None, None], "t": ["x", "x"], "n": [0.1, None], "ok": [1, 2]}
    encoding = Encoding.fit(table(train))
    assert encoding.notes == (
        "columns 'a', 't', 'n' have the same value in all training rows",
        "column 'b' has no value in any training row",
    )
    rows = {"a": [7.0], "b": [3.0], "t": ["x"], "n": [9.0], "ok": [2]}
    assert encoding.names == ("a", "b", "t=x", "n", "n is missing", "ok")
    assert encoding.transform(table(rows)).tolist() == [[0, 0, 1, 0, 0, 1]]


def test_a_text_column_without_training_values() -> None:
    whole = table({"t": [None, None, "x"]})
    encoding = Encoding.fit(whole.take(np.array([0, 1])))
    assert encoding.notes == ("column 't' has no value in any training row",)
    assert encoding.transform(whole).tolist() == [[1], [1], [0]]


def test_columns_are_found_by_name() -> None:
    train = {"a": [1.0, 3.0], "t": ["x", "y"]}
    rows = {"y": [1], "t": ["y"], "extra": ["?"], "a": [3.0]}
    assert encode(train, rows) == [[1, 0, 1]]


def test_kinds_that_differ_from_training() -> None:
    train = {"a": [1.0, 3.0], "t": ["1", "x"]}
    assert encode(train, {"a": [" 3", "?"], "t": [1.0, None]}) == [[1, 1, 0], [0, 0, 0]]
    assert encode(train, {"a": ["", ""], "t": ["x", "x"]}) == [[0, 0, 1], [0, 0, 1]]
    with pytest.raises(DataError, match="the mapping: row 2, column 'a' is 'many', but a finite"):
        encode(train, {"a": ["3", "many"], "t": ["x", "x"]})


@pytest.mark.parametrize(
    "rows",
    [
        ["true", "false", None],
        ["TRUE", "FALSE", None],
        [True, False, None],
        pd.Series([True, False, None], dtype="boolean"),
        pl.Series([True, False, None]),
        [1, 0, None],
        ["1", "0", ""],
    ],
    ids=str,
)
@pytest.mark.parametrize("train", [["True", "False"], [True, False], ["true", "false"]])
def test_booleans_of_any_spelling(train: list[Any], rows: Any) -> None:
    encoding = Encoding.fit(table({"b": train}))
    assert encoding.transform(table({"b": rows})).tolist() == [[0, 1], [1, 0], [0, 0]]
    assert encoding.unseen(table({"b": rows})) == {}


def test_texts_of_other_case() -> None:
    train = {"t": ["Red", "green", "GREEN"]}
    rows = {"t": ["RED", "green", "Green", "blue"]}
    assert encode(train, rows) == [[0, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_unseen_texts_are_counted() -> None:
    encoding = Encoding.fit(table({"t": ["x", "y"], "u": ["a", "b"], "n": [1, 2]}))
    rows = table({"n": [9, 9, None, 1], "u": ["A", "b", "b", "b"], "t": ["z", None, "z", "q"]})
    assert encoding.unseen(rows) == {"t": 3}
    assert Encoding.from_description(encoding.description()).unseen(rows) == {"t": 3}
    assert encoding.unseen(rows.take(np.array([], dtype=np.int64))) == {}
    with pytest.raises(DataError, match="the mapping lacks the columns 'u', 'n', which the netw"):
        encoding.unseen(table({"t": ["x"]}))
    many = Encoding.fit(table({"t": [f"c{i}" for i in range(65)]}))
    assert many.unseen(table({"t": ["new", "c1"]})) == {}


@pytest.mark.parametrize(
    ("values", "noted"),
    [
        ([f"name {i}" for i in range(10)], True),
        ([f"name {i}" for i in range(9)], False),
        ([*(f"name {i}" for i in range(90)), *["name 0"] * 10], True),
        ([*(f"name {i}" for i in range(89)), *["name 0"] * 11], False),
        ([*(f"name {i}" for i in range(10)), *[None] * 90], True),
        (range(-5, 5), True),
        (range(9), False),
        (range(10, 0, -1), False),
        (np.arange(10) + 0.5, True),
        ([*range(10), 11], False),
        ([*range(10), None], False),
        ([None, *range(10)], False),
        ([7.0] * 20, False),
    ],
    ids=str,
)
def test_columns_that_name_the_rows(values: Any, noted: bool) -> None:
    encoding = Encoding.fit(table({"a": values}))
    assert any("of no use for new" in note for note in encoding.notes) == noted


def test_missing_columns() -> None:
    encoding = Encoding.fit(table({"age": [1, 2], "job": ["x", "y"], "size": [1, 2]}))
    with pytest.raises(DataError) as caught:
        encoding.transform(table({"Age": [1], "job": ["x"], "size": [2]}))
    assert str(caught.value) == (
        "the mapping lacks the column 'age', which the network was trained on "
        "(did you mean 'Age'?). Its columns are 'Age', 'job', 'size'"
    )
    with pytest.raises(DataError, match="lacks the columns 'age', 'size', which the network was"):
        encoding.transform(table({"job": ["x"]}))


def test_nothing_to_learn_from() -> None:
    with pytest.raises(DataError, match="the mapping has no column to learn from besides the tar"):
        Encoding.fit(table({"a": [1]}).drop(["a"]))
    with pytest.raises(DataError, match="the mapping has no rows to learn from"):
        Encoding.fit(table({"a": [1]}).take(np.array([], dtype=np.int64)))


FLOATS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))


@settings(deadline=None)
@given(st.lists(FLOATS, min_size=1), st.lists(FLOATS, min_size=1))
def test_every_number_is_encoded_as_a_finite_one(train: list[Any], rows: list[Any]) -> None:
    assert np.isfinite(encode({"a": train}, {"a": rows})).all()


@pytest.mark.parametrize("seed", range(5))
def test_description_round_trip(seed: int) -> None:
    random = np.random.default_rng(seed)
    print("seed", seed)
    columns = {
        "number": np.where(random.random(200) < 0.1, np.nan, random.normal(0, 1e200, 200)),
        "text": random.choice(np.array(["x", "ü", None]), 200),
        "many": [f"{value}" for value in random.integers(0, 500, 200)],
        "constant": np.full(200, 0.1),
        "empty": np.full(200, np.nan),
    }
    encoding = Encoding.fit(table(columns).take(np.arange(100)))
    restored = Encoding.from_description(json.loads(json.dumps(encoding.description())))
    assert restored == encoding
    assert restored.kinds == {**dict.fromkeys(columns, Kind.NUMBER), "text": Kind.TEXT} | {
        "many": Kind.TEXT
    }
    np.testing.assert_array_equal(
        restored.transform(table(columns)), encoding.transform(table(columns))
    )


NUMBER = {
    "name": "a",
    "encoding": "standardised",
    "mean": 0.0,
    "scale": 1.0,
    "indicator": False,
    "empty": False,
}


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ([{**NUMBER, "encoding": "magic"}], "encodes a column as 'magic', which this version of p"),
        ([NUMBER, NUMBER], "encodes no columns, or a column twice"),
        ([], "encodes no columns"),
        ([{**NUMBER, "mean": None}], "impossible 'mean' None"),
        ([{"encoding": "one-hot", "name": "t"}], "has no 'categories'"),
        (None, "impossible 'columns' None"),
    ],
)
def test_impossible_descriptions(columns: Any, complaint: str) -> None:
    assert Encoding.from_description({"columns": [NUMBER]}).width == 1
    with pytest.raises(ModelFileError, match=complaint):
        Encoding.from_description({"columns": columns})
