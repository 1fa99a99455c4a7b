"""Encodings: against scikit-learn's, on rows that were not seen, and on impossible ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import (
    OneHotEncoder,
    StandardScaler,
)

import pellucid.data.encoding
from pellucid.data.encoding import Encoding
from pellucid.data.kinds import Kind, Understood, parse_told
from pellucid.data.memory import Memory
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from pellucid.data.understanding import understand
from pellucid.errors import DataError, ModelFileError
from pellucid.language import say
from tests.data.made_tables import table


def encode(train: Mapping[str, Any], rows: Mapping[str, Any]) -> list[list[float]]:
    encoded: list[list[float]] = Encoding.fit(table(train)).transform(table(rows)).tolist()
    return encoded


def test_numbers_are_standardised_as_by_scikit_learn() -> None:
    numbers = load_breast_cancer().data
    everything = table({f"x{i}": column for i, column in enumerate(numbers.T)})
    train, rest = everything.take(np.arange(300)), everything.take(np.arange(300, 569))
    encoding = Encoding.fit(train, scaling="standard")
    expected = StandardScaler().fit(numbers[:300])
    for part, values in ((train, numbers[:300]), (rest, numbers[300:])):
        encoded = encoding.transform(part)
        assert encoded.dtype == np.float32
        assert encoded.flags.c_contiguous
        np.testing.assert_allclose(encoded, expected.transform(values), rtol=2e-6, atol=1e-6)
    assert encoding.names == everything.names
    assert encoding.sources == everything.names
    assert encoding.notes == ()


# None equals another up to upper and lower case: there the rules differ.
TEXTS = st.sampled_from(["a", "b", "C", "ä", "10", "9"])


@given(st.lists(TEXTS, min_size=1), st.lists(TEXTS, min_size=1))
def test_texts_are_one_hot_as_by_scikit_learn(train: list[str], rows: list[str]) -> None:
    expected = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    expected.fit(np.array(train, dtype=object)[:, None])
    entries = {"t": Understood("t", Kind.CATEGORY)}
    encoding = Encoding.fit(table({"t": train}), entries)
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


def test_that_a_number_is_missing_may_be_all_there_is_to_say() -> None:
    encoding = Encoding.fit(table({"a": [0.5, None]}))
    assert encoding.names == ("a is missing",)
    assert encoding.transform(table({"a": [None, 7.0]})).tolist() == [[1], [0]]


def test_many_categories_keep_the_most_frequent() -> None:
    # 'c00' to 'c62' occur twice; of the rest, each once.
    often = [f"c{i:02}" for i in range(63)]
    train = [*often, *often, "rare 1", "rare 2", None]
    encoding = Encoding.fit(table({"t": train}), embedding=False)
    assert encoding.width == 65
    assert encoding.names[-3:] == ("t=c62", "t is other", "t is missing")
    encoded = encoding.transform(table({"t": ["c62", "rare 2", "new", None]}))
    assert encoded.argmax(axis=1).tolist() == [62, 63, 63, 64]
    assert encoded.sum(axis=1).tolist() == [1, 1, 1, 1]
    assert [say(note) for note in encoding.notes] == [
        "column 't' has more than 64 different words (the 63 most frequent are told apart, "
        "all others count as one)",
    ]


def test_sixty_four_categories_are_all_kept() -> None:
    train = table({"t": [f"c{i}" for i in range(64)] * 2})
    assert Encoding.fit(train, embedding=False).width == 64


def test_columns_that_say_nothing_are_left_out_and_noted() -> None:
    train: dict[str, Any] = {
        "a": [5.0, 5.0],
        "b": [None, None],
        "t": ["x", "x"],
        "n": [0.1, None],
        "ok": [1, 2],
    }
    encoding = Encoding.fit(table(train))
    assert [say(note) for note in encoding.notes] == [
        "columns 'a', 't' are left out: the same value in all training rows",
        "column 'b' is left out: no training row has a value",
    ]
    assert encoding.names == ("n is missing", "ok")
    # New rows need not have them.
    assert encoding.transform(table({"n": [9.0], "ok": [2]})).tolist() == [[0, 1]]


def test_the_kinds_that_are_told() -> None:
    days = [datetime(2020, 1, 1) + timedelta(days=i) for i in range(4)]
    columns: dict[str, Any] = {
        "z": [1, 2, 3, 3],
        "s": ["lo", "hi", "hi", "lo"],
        "d": days,
        "t": ["x", "y"] * 2,
    }
    told = {"z": "category", "s": "ordered:lo<hi", "t": "identifier"}
    made = table(columns)
    entries = understand(made, told={name: parse_told(text) for name, text in told.items()})
    encoding = Encoding.fit(made, entries)
    assert encoding.names == ("z=1", "z=2", "z=3", "s", "d")
    assert encoding.storages == {
        "z": Storage.NUMBER,
        "s": Storage.WORDS,
        "d": Storage.TIME,
    }
    assert encoding.transform(made)[:, :4].tolist() == [
        [1, 0, 0, -1],
        [0, 1, 0, 1],
        [0, 0, 1, 1],
        [0, 0, 1, -1],
    ]
    assert encoding.notes == ()


@pytest.mark.parametrize("rows", [0, 1, 6, 7, 8, 20])
def test_chunks_make_no_difference(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    random = np.random.default_rng(rows)
    train = table(
        {
            "x": np.where(random.random(60) < 0.2, np.nan, random.normal(size=60)),
            "t": random.choice(["a", "b", "c"], 60),
            "code": random.choice([f"w{i}" for i in range(15)], 60),
            "d": [datetime(2020, 1, 1) + timedelta(hours=9 * i) for i in range(60)],
        }
    )
    encoding = Encoding.fit(train)
    part = train.take(random.integers(0, 60, rows))
    whole = encoding.transform(part)
    monkeypatch.setattr(pellucid.data.encoding, "CHUNK", 7)
    np.testing.assert_array_equal(encoding.transform(part), whole)
    assert whole.shape == (rows, encoding.width)


def test_an_array_in_a_mapped_file() -> None:
    made = table({"x": np.arange(2000.0) ** 2})
    encoding = Encoding.fit(made)
    mapped = encoding.transform(made, Memory(0))
    assert isinstance(mapped, np.memmap)
    assert mapped.flags.c_contiguous
    np.testing.assert_array_equal(mapped, encoding.transform(made))


def test_columns_are_found_by_name() -> None:
    train = {"a": [1.0, 3.0], "t": ["x", "y"]}
    rows = {"y": [1], "t": ["y"], "extra": ["?"], "a": [3.0]}
    assert encode(train, rows) == [[1, 0, 1]]


def test_storages_that_differ_from_training() -> None:
    train = {"a": [1.0, 3.0], "t": ["1", "x"]}
    assert encode(train, {"a": [" 3", None], "t": [1.0, None]}) == [[1, 1, 0], [0, 0, 0]]
    assert encode(train, {"a": [None, None], "t": ["x", "x"]}) == [[0, 0, 1], [0, 0, 1]]
    with pytest.raises(DataError, match=r"t.csv: row 2, column 'a' is 'many', but a finite number"):
        encode(train, {"a": ["3", "many"], "t": ["x", "x"]})


def test_texts_of_other_case() -> None:
    train = {"t": ["Red", "green", "GREEN", "green", "New  York", "new york"]}
    rows = {"t": ["RED", "green", "Green", "blue", "NEW YORK"]}
    # Called by their most frequent spelling, of equals the first: 'New  York', 'Red', 'green'.
    expected = [[0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0], [1, 0, 0]]
    assert encode(train, rows) == expected
    assert Encoding.fit(table(train)).names == ("t=New  York", "t=Red", "t=green")
    (note,) = Encoding.fit(table(train)).notes
    assert say(note) == (
        "column 't' has words that differ only in upper and lower case or in blanks, and count as "
        "the same: 'green' (2x), 'GREEN' (1x); 'New  York' (1x), 'new york' (1x)"
    )


def test_unseen_texts_are_counted() -> None:
    encoding = Encoding.fit(table({"t": ["x", "y"], "u": ["a", "b"], "n": [1, 2]}))
    rows = table({"n": [9, 9, None, 1], "u": ["A", "b", "b", "b"], "t": ["z", None, "z", "q"]})
    assert encoding.unseen(rows) == {"t": 3}
    assert Encoding.from_description(encoding.description()).unseen(rows) == {"t": 3}
    assert encoding.unseen(rows.take(np.array([], dtype=np.int64))) == {}
    with pytest.raises(DataError, match=r"t.csv lacks the columns 'u', 'n', which the network wa"):
        encoding.unseen(table({"t": ["x"]}))
    many = Encoding.fit(table({"t": [f"c{i}" for i in range(65)] * 2}), embedding=False)
    # 'c1' is among the most frequent, that is the first, 63; 'c9' stands behind 'c64'.
    assert many.unseen(table({"t": ["new", "c1", "c9"]})) == {"t": 2}
    assert many.pooled == {"t"}
    assert encoding.pooled == frozenset()


def test_missing_columns() -> None:
    encoding = Encoding.fit(table({"age": [1, 2], "job": ["x", "y"], "size": [1, 2]}))
    with pytest.raises(DataError) as caught:
        encoding.transform(table({"Age": [1], "job": ["x"], "size": [2]}))
    assert str(caught.value) == (
        "t.csv lacks the column 'age', which the network was trained on "
        "(did you mean 'Age'?). Its columns are 'Age', 'job', 'size'"
    )
    with pytest.raises(DataError, match="lacks the columns 'age', 'size', which the network was"):
        encoding.transform(table({"job": ["x"]}))


def test_nothing_to_learn_from() -> None:
    with pytest.raises(
        DataError, match=r"t.csv has no column to learn from besides the target: at"
    ):
        Encoding.fit(table({"a": [1]}).drop(["a"]))
    with pytest.raises(DataError, match=r"t.csv has no rows to learn from"):
        Encoding.fit(table({"a": [1]}).take(np.array([], dtype=np.int64)))
    with pytest.raises(DataError) as caught:
        Encoding.fit(table({"a": [1, 1], "b": [None, None]}))
    assert str(caught.value) == (
        "t.csv has no column to learn from besides the target: column 'a' is left out: the same "
        "value in all training rows; column 'b' is left out: no training row has a value"
    )


FLOATS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))


@given(
    st.lists(FLOATS, min_size=1),
    st.lists(FLOATS, min_size=1),
    st.sampled_from(["auto", "standard", "robust", "quantile"]),
)
def test_every_number_is_encoded_as_a_finite_one(
    train: list[Any], rows: list[Any], scaling: str
) -> None:
    made = table({"a": train, "b": [0.5, *train[1:]], "c": ["x", *["y"] * (len(train) - 1)]})
    entries = understand(made) | {"c": Understood("c", Kind.CATEGORY)}
    encoding = Encoding.fit(made, entries, scaling=scaling)
    encoded = encoding.transform(table({"a": rows, "b": rows, "c": rows}))
    assert np.isfinite(encoded).all()
    if scaling in ("robust", "quantile"):
        assert np.abs(encoded).max() <= 3.0 + 1e-6


@pytest.mark.parametrize("scaling", ["auto", "standard", "robust", "quantile"])
@pytest.mark.parametrize("seed", range(3))
def test_description_round_trip(seed: int, scaling: str) -> None:
    random = np.random.default_rng(seed)
    print("seed", seed)
    columns: dict[str, Any] = {
        "number": np.where(random.random(200) < 0.1, np.nan, random.normal(0, 1e200, 200)),
        "long": random.lognormal(0, 2, 200),
        "text": random.choice(np.array(["x", "ü", None]), 200),
        "many": [f"{value}" for value in random.integers(0, 30, 200)],
        "truth": random.choice(np.array(["no", "yes", None]), 200),
        "level": random.choice(["lo", "mid", "hi"], 200),
        "time": [datetime(2020, 1, 1) + timedelta(hours=7 * i) for i in range(200)],
        "code": random.integers(0, 3, 200),
        "constant": np.full(200, 0.1),
        "empty": np.full(200, np.nan),
    }
    made = table(columns)
    told = {"level": parse_told("ordered:lo<mid<hi"), "code": parse_told("category")}
    train = made.take(np.arange(100))
    understood = understand(train, told=told)
    encoding = Encoding.fit(train, understood, scaling=scaling, one_hot_limit=12)
    restored = Encoding.from_description(json.loads(json.dumps(encoding.description())))
    assert restored == encoding
    words = dict.fromkeys(["text", "many", "truth", "level"], Storage.WORDS)
    numbers = dict.fromkeys(["number", "long", "code"], Storage.NUMBER)
    assert restored.storages == {**words, **numbers, "time": Storage.TIME}
    assert [embedded.name for embedded in restored.embedded] == ["many"]
    assert restored.names == encoding.names
    np.testing.assert_array_equal(restored.transform(made), encoding.transform(made))


@pytest.mark.parametrize("scaling", ["standard", "robust", "quantile"])
def test_numbers_far_outside_those_of_training_are_counted(scaling: str) -> None:
    train = Table(
        [
            Column("a", Storage.NUMBER, np.array([10.0, 12.0, np.nan, 11.0])),
            Column("b", Storage.NUMBER, np.array([-1.7e308, 1.7e308, 0.0, 1.0])),
            Column("c", Storage.NUMBER, np.array([5.0, np.nan, 5.0, 5.0])),
        ]
    )
    encoding = Encoding.fit(train, scaling=scaling)
    asked = Table(
        [
            Column("a", Storage.NUMBER, np.array([8.0, 14.0, 7.99, 14.01, np.nan, 1e300])),
            Column("b", Storage.NUMBER, np.array([1.7e308, -1.7e308, 0.0, 1.0, np.nan, 1.79e308])),
            Column("c", Storage.NUMBER, np.full(6, 1e9)),
        ]
    )
    for known in (
        encoding,
        Encoding.from_description(json.loads(json.dumps(encoding.description()))),
    ):
        assert known.far_outside(asked) == {"a": (3, 10.0, 12.0)}
        assert known.far_outside(train) == {}
    described = encoding.description()
    for column in described["columns"]:
        column.pop("extent", None)
    # A model that was written before does not know.
    assert Encoding.from_description(described).far_outside(asked) == {}


NUMBER = {
    "name": "a",
    "encoding": "number",
    "scaling": "standard",
    "mean": 0.0,
    "scale": 1.0,
    "indicator": False,
}


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ([{**NUMBER, "encoding": "magic"}], "encodes a column as 'magic', which this version of p"),
        ([NUMBER, NUMBER], "encodes no columns, or a column twice"),
        ([], "encodes no columns"),
        ([{**NUMBER, "mean": None}], "impossible 'mean' None"),
        ([{**NUMBER, "extent": [3.0, 2.0]}], "impossible extent"),
        ([{**NUMBER, "extent": [1.0]}], "impossible extent"),
        ([{**NUMBER, "extent": [1.0, None]}], "impossible 'extent'"),
        ([{**NUMBER, "scaling": "magic"}], "scales a column by 'magic', which this version of pel"),
        ([{**NUMBER, "scaling": "robust", "scale": -1}], "impossible 'scale' -1"),
        ([{"encoding": "one-hot", "name": "t", "storage": "words"}], "has no 'categories'"),
        ([{"encoding": "date", "name": "t", "mean": 0, "scale": 1, "cycles": ["moon"]}], "cycles"),
        (None, "impossible 'columns' None"),
    ],
)
def test_impossible_descriptions(columns: Any, complaint: str) -> None:
    assert Encoding.from_description({"columns": [NUMBER]}).width == 1
    with pytest.raises(ModelFileError, match=complaint):
        Encoding.from_description({"columns": columns})
