"""Columns of two values."""

from __future__ import annotations

from typing import Any

import pytest

from pellucid.data.boolean_encoding import BooleanEncoding
from pellucid.data.encoding import Encoding
from pellucid.data.kinds import parse_told
from pellucid.data.understanding import understand
from pellucid.errors import ModelFileError
from tests.data.made_tables import table


@pytest.mark.parametrize(
    "rows",
    [
        ["true", "false", None],
        ["TRUE", "FALSE", None],
        [True, False, None],
        [1, 0, None],
        ["1", "0", None],
        ["yes", "No", None],
        ["T", "f", None],
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "train", [["True", "False"], [True, False], ["true", "false"], [0, 1], ["yes", "no"]]
)
def test_booleans_of_any_spelling(train: list[Any], rows: list[Any]) -> None:
    encoding = Encoding.fit(table({"b": train}))
    assert encoding.transform(table({"b": rows})).tolist() == [[1], [-1], [0]]
    assert encoding.unseen(table({"b": rows})) == {}


def test_names_and_missing_values() -> None:
    encoding = Encoding.fit(table({"b": ["yes", None, "no"], "c": [0, 1, 0]}))
    assert encoding.names == ("b=yes", "b is missing", "c=1")
    rows = table({"b": [None, "yes", "perhaps"], "c": [None, 2, 1]})
    assert encoding.transform(rows).tolist() == [[0, 1, 0], [1, 0, 0], [0, 1, 1]]
    assert encoding.unseen(rows) == {"b": 1, "c": 1}


def test_two_values_that_are_told_to_be_boolean() -> None:
    made = table({"sex": ["male", "female", "male"]})
    entries = understand(made, told={"sex": parse_told("boolean")})
    encoding = Encoding.fit(made, entries)
    assert encoding.names == ("sex=male",)
    rows = table({"sex": ["Male", "FEMALE", "yes", "other"]})
    assert encoding.transform(rows)[:, 0].tolist() == [1, -1, 0, 0]
    assert encoding.unseen(rows) == {"sex": 2}


@pytest.mark.parametrize("levels", [["a"], ["a", "a"], [], ["a", "b", "c"], "ab", [0, 1]])
def test_impossible_descriptions(levels: Any) -> None:
    good = {"name": "b", "storage": "words", "levels": ["no", "yes"], "indicator": False}
    assert BooleanEncoding.from_description(good).names == ("b=yes",)
    with pytest.raises(ModelFileError, match="model file"):
        BooleanEncoding.from_description(good | {"levels": levels})
