"""Columns that hold the same values."""

from __future__ import annotations

import numpy as np

from pellucid.data.equal_columns import equal_columns
from pellucid.data.prepared import prepare
from pellucid.language import say
from tests.data.made_tables import table


def test_equal_columns_are_said_with_what_leaves_one() -> None:
    made = table(
        {
            "a": [1.0, None, 0.0],
            "word": ["x", "y", None],
            "b": [1.0, None, -0.0],
            "other": [1.0, 2.0, 0.0],
            "my word": ["x", "y", None],
            "c": [1.0, None, 0.0],
        }
    )
    found = equal_columns(made, made.names)
    assert [say(sentence) for sentence in found] == [
        "columns 'a', 'b', 'c' hold the same values in all training rows: one is enough "
        "(--drop b --drop c)",
        "columns 'word', 'my word' hold the same values in all training rows: one is enough "
        "(--drop 'my word')",
    ]
    assert all("列" in say(sentence, "zh") for sentence in found)
    assert equal_columns(made, ["a", "other", "word"]) == ()


def test_numbers_and_words_are_never_equal() -> None:
    assert equal_columns(table({"a": [0.0, 1.0], "b": ["0", "1"]}), ["a", "b"]) == ()


def test_it_is_said_of_prepared_columns() -> None:
    random = np.random.default_rng(3)
    area = random.normal(size=60)
    data = {"area": area, "again": area, "x": random.normal(size=60), "y": random.normal(size=60)}
    notes = [say(note) for note in prepare(data, "y").notes]
    assert "columns 'area', 'again' hold the same" in " ".join(notes)
