"""Categories: found as they are written, and where exactly one is meant."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.data.categories import category_codes
from tests.data.made_tables import column


def codes(values: list[str | float | None], categories: list[str]) -> list[int]:
    found: list[int] = category_codes(column("t", [*values, None]), categories).tolist()
    assert found[-1] == -1
    return found[:-1]


def test_what_is_written_exactly_goes_first() -> None:
    assert codes(["a", "A", None, "b"], ["A", "a"]) == [1, 0, -1, -1]


def test_case_and_blanks_do_not_matter_where_one_is_meant() -> None:
    assert codes(["RED", " red", "Red "], ["green", "red"]) == [1, 1, 1]
    assert codes(["STRASSE", "Straße"], ["straße"]) == [0, 0]
    assert codes(["RED"], ["red", "Red"]) == [-1]


def test_few_rows_of_many_words() -> None:
    own = column("t", [f"w{i}" for i in range(50)])
    rows = np.array([49, 3, 3, 0])
    categories = ["w3", "W49"]
    expected = category_codes(own, categories)[rows]
    assert category_codes(own.take(rows), categories).tolist() == expected.tolist() == [1, 0, 0, -1]
    assert category_codes(own.take(rows[:0]), categories).tolist() == []


def test_numbers_are_spelled() -> None:
    assert codes([2.0, 0.5, 7.0, None], ["0.5", "2"]) == [1, 0, -1, -1]


@pytest.mark.parametrize("categories", [["False", "True"], ["FALSE", "TRUE"], ["false", "true"]])
def test_spellings_of_booleans(categories: list[str]) -> None:
    assert codes(["true", "TRUE", "True", "1"], categories) == [1] * 4
    assert codes(["false", "FALSE", "False", "0"], categories) == [0] * 4
    assert codes(["2", "t", "yes", "", None], categories) == [-1] * 5


def test_digits_are_booleans_among_booleans_only() -> None:
    assert codes(["1", "0"], ["True"]) == [0, -1]
    assert codes(["1", "0"], ["False", "True", "unknown"]) == [-1, -1]
    assert codes(["1", "0"], ["False", "True", "true"]) == [-1, 0]
    assert codes(["1", "0"], []) == [-1, -1]
