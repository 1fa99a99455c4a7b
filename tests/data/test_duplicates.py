"""Rows that are equal: against Python's own comparison."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest

from pellucid.data.duplicates import row_hashes, rows_seen_before
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from tests.data.made_tables import table


@pytest.mark.parametrize("seed", range(3))
def test_equal_rows_and_no_others(seed: int) -> None:
    random = np.random.default_rng(seed)
    print("seed", seed)
    columns: dict[str, Any] = {
        "a": [[1.0, 2.0, None][i] for i in random.integers(0, 3, 300)],
        "b": [["x", "y", None][i] for i in random.integers(0, 3, 300)],
        "c": [[1.0, 2.0, None][i] for i in random.integers(0, 3, 300)],
        "d": [datetime(2020, 1, 1 + int(i)) for i in random.integers(0, 3, 300)],
        "other": random.normal(size=300),
    }
    made = table(columns)
    names = list("abcd")
    rows = list(zip(*(columns[name] for name in names), strict=True))
    train, part = np.arange(40), np.arange(40, 300)
    seen = rows_seen_before(row_hashes(made.take(train), names), row_hashes(made.take(part), names))
    known = {rows[i] for i in train}
    expected = [rows[i] in known for i in part]
    assert 0 < sum(expected) < len(expected)
    assert seen.tolist() == expected
    hashes = row_hashes(made, names)
    assert len(set(hashes.tolist())) == len(set(rows))
    assert len(set(row_hashes(made, [*names, "other"]).tolist())) == 300


def test_tables_of_different_sources() -> None:
    own = table({"t": ["b", "a", "b"], "x": [0.0, None, 1.0]})
    other = Table(
        [
            Column("t", Storage.WORDS, np.array([2, 0]), ("a", "aa", "b")),
            Column("x", Storage.NUMBER, np.array([-0.0, np.nan])),
        ]
    )
    assert row_hashes(other, ["t", "x"]).tolist() == row_hashes(own, ["t", "x"])[:2].tolist()
    # Neither the order of the columns nor what stands in which is forgotten.
    made = table({"a": [1.0, 2.0], "b": [2.0, 1.0]})
    assert len(set(row_hashes(made, ["a", "b"]).tolist())) == 2
    assert row_hashes(made, ["a", "b"])[0] == row_hashes(made, ["b", "a"])[1]


def test_tables_without_rows() -> None:
    empty = row_hashes(table({"a": [1.0]}).take(np.zeros(0, dtype=np.int64)), ["a"])
    some = row_hashes(table({"a": [1.0]}), ["a"])
    assert rows_seen_before(empty, some).tolist() == [False]
    assert rows_seen_before(some, empty).tolist() == []
