"""Codes for embeddings: which categories are kept, and what the others become."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.data.code_encoding import FEWEST_ROWS, MOST_CODES, CodeEncoding
from pellucid.data.encoding import ONE_HOT_LIMIT, EmbeddedColumn, Encoding
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from pellucid.errors import ModelFileError, OptionError
from pellucid.language import say
from tests.data.made_tables import table

OFTEN = [f"c{i:02}" for i in range(13)]


def test_codes_are_places_in_sorted_order() -> None:
    made = table({"x": ["a", "b"] * 20, "t": [*OFTEN * 3, None]})
    encoding = Encoding.fit(made, one_hot_limit=12)
    assert encoding.names == ("x=a", "x=b", "t")
    assert encoding.sources == ("x", "x", "t")
    assert encoding.embedded == (EmbeddedColumn("t", 2, 15),)
    assert encoding.notes == ()
    rows = table({"x": ["a"] * 5, "t": ["c00", "C12", "new", None, "c07"]})
    assert encoding.transform(rows)[:, 2].tolist() == [0, 12, 13, 14, 7]
    assert encoding.unseen(rows) == {"t": 1}


def test_rare_categories_share_the_code_of_unseen_ones() -> None:
    rare = ["r1", "r2", "r2"]
    encoding = Encoding.fit(table({"t": [*OFTEN * FEWEST_ROWS, *rare]}), one_hot_limit=12)
    rows = table({"t": ["r1", "r2", "new", "c12", None]})
    assert encoding.transform(rows)[:, 0].tolist() == [13, 13, 13, 12, 14]
    assert encoding.unseen(rows) == {"t": 3}
    assert encoding.pooled == {"t"}
    assert [say(note) for note in encoding.notes] == [
        "column 't' has 13 categories that are told apart; 2 more are too rare in the training "
        "rows, and count as one together with those that no training row has"
    ]


def test_the_limit_of_one_hot() -> None:
    made = table({"t": OFTEN * 3})
    assert not Encoding.fit(made).embedded
    assert Encoding.fit(made, one_hot_limit=12).embedded
    assert not Encoding.fit(made, one_hot_limit=13).embedded
    assert not Encoding.fit(made, embedding=False).embedded
    assert Encoding.fit(made, embedding=False).names[0] == "t=c00"
    many = table({"t": [f"w{i}" for i in range(ONE_HOT_LIMIT + 1)] * FEWEST_ROWS})
    assert Encoding.fit(many).embedded
    two = table({"t": ["a", "b"] * 3})
    assert Encoding.fit(two).width == 2
    assert Encoding.fit(two, one_hot_limit=0).embedded == (EmbeddedColumn("t", 0, 4),)


def test_where_all_are_rare_they_are_one_hot() -> None:
    encoding = Encoding.fit(table({"t": [*OFTEN, *OFTEN]}), one_hot_limit=12)
    assert not encoding.embedded
    assert encoding.width == 13


@pytest.mark.parametrize("limit", [-1, 2.5, True, "12"])
def test_impossible_limits(limit: Any) -> None:
    with pytest.raises(OptionError, match="one_hot_limit must be a whole number from 0 on, but"):
        Encoding.fit(table({"t": ["a", "b"]}), one_hot_limit=limit)


def test_no_more_codes_than_an_embedding_can_have() -> None:
    words = tuple(sorted(f"w{i}" for i in range(MOST_CODES + 5)))
    codes = np.concatenate([np.tile(np.arange(len(words)), 3), np.arange(MOST_CODES)])
    encoding = CodeEncoding.fit(Column("t", Storage.WORDS, codes.astype(np.int32), words))
    assert len(encoding.categories) == MOST_CODES
    assert encoding.categories == words[:MOST_CODES]
    assert (encoding.codes, encoding.rare) == (MOST_CODES + 2, 5)


def test_numbers_that_were_told_to_be_categories() -> None:
    values = np.tile(np.arange(20.0), 5)
    training = Column("zip", Storage.NUMBER, values)
    encoding = CodeEncoding.fit(training)
    restored = CodeEncoding.from_description(json.loads(json.dumps(encoding.description())))
    assert restored == encoding
    assert restored.storage is Storage.NUMBER
    output = np.zeros((100, 1), np.float32)
    restored.write(training, output)
    words = sorted(str(i) for i in range(20))
    assert output[:, 0].tolist() == [words.index(str(int(value))) for value in values]
    spelled = Table([Column.of_texts("zip", ["7", "70"])])["zip"]
    restored.write(spelled, output[:2])
    assert output[:2, 0].tolist() == [words.index("7"), 20]


@pytest.mark.parametrize(
    "change",
    [
        *({"rare": -1}, {"rare": 0.5}, {"rare": None}, {"storage": "text"}, {"categories": [1]}),
        {"categories": [f"{i}" for i in range(MOST_CODES + 1)]},
    ],
    ids=lambda change: str(change)[:30],
)
def test_impossible_descriptions(change: dict[str, Any]) -> None:
    good = {"name": "t", "storage": "words", "categories": ["a"], "rare": 0}
    assert CodeEncoding.from_description(good).codes == 3
    with pytest.raises(ModelFileError, match="model file"):
        CodeEncoding.from_description(good | change)
