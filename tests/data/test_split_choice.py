"""How rows are to be split, as a user writes it."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.data.group_split import split_by_group
from pellucid.data.split_choice import Splitting, parse_splitting
from pellucid.data.splitting import split
from pellucid.data.time_split import split_by_time
from pellucid.errors import DataError, OptionError
from tests.data.made_tables import table

MADE = table({"t": np.arange(40) % 11, "g": [f"g{i % 9}" for i in range(40)], "a: b": range(40)})


@pytest.mark.parametrize(
    ("text", "splitting"),
    [
        ("random", Splitting()),
        ("time:t", Splitting("time", "t")),
        (" Group : a: b", Splitting("group", "a: b")),
    ],
)
def test_what_is_written(text: str, splitting: Splitting) -> None:
    assert parse_splitting(text) == splitting
    assert parse_splitting(str(splitting)) == splitting


def test_what_is_done() -> None:
    labels = np.arange(40) % 2
    pairs = [
        ("random", split(40, validation=0.1, test=0.3, seed=3, stratify=labels)),
        ("time:t", split_by_time(MADE["t"], validation=0.1, test=0.3)),
        ("group:g", split_by_group(MADE["g"], validation=0.1, test=0.3, seed=3)),
    ]
    for text, expected in pairs:
        result = parse_splitting(text).apply(
            MADE, validation=0.1, test=0.3, seed=3, stratify=labels
        )
        assert result.sentence == expected.sentence
        for name, rows in result.parts().items():
            np.testing.assert_array_equal(rows, expected.parts()[name])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("time", "'time' names no column: rows are split by random, time:COLUMN or group:COLUMN"),
        ("group:", "'group:' names no column"),
        ("random:x", "but 'random:x' is none of these"),
        ("tiem:t", r"but 'tiem:t' is none of these \(did you mean 'time'\?\)"),
        ("", "but '' is none of these"),
    ],
)
def test_what_cannot_be(text: str, complaint: str) -> None:
    with pytest.raises(OptionError, match=complaint):
        parse_splitting(text)


def test_columns_that_are_not_there() -> None:
    with pytest.raises(DataError, match=r"t.csv has no column 'patient'"):
        parse_splitting("group:patient").apply(MADE)
