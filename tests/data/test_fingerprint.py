"""Fingerprints: the same for the same data, another for any change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest

from pellucid.data.fingerprint import fingerprint
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from tests.data.made_tables import table

PARTS = {"train": np.array([1, 2]), "test": np.array([3])}
COLUMNS: dict[str, list[Any]] = {"a": [1.0, 2.0, None], "t": ["x", None, "yz"]}


def of(columns: Any, target: str = "t", parts: Any = PARTS) -> str:
    return fingerprint([table(columns)], target, parts)


def test_the_source_does_not_matter() -> None:
    # Words of the whole file may be there that no row of this table has.
    other = Table(
        [
            Column("a", Storage.NUMBER, np.array([1.0, 2.0, np.nan])),
            Column("t", Storage.WORDS, np.array([1, -1, 3]), ("a", "x", "y", "yz")),
        ],
        source="elsewhere",
    )
    assert of(COLUMNS) == fingerprint([other], "t", PARTS)
    assert of(COLUMNS) == fingerprint([other.take(np.arange(3))], ["t"], PARTS)
    assert len(of(COLUMNS)) == 64


def test_this_data_for_ever() -> None:
    # A run that is resumed after an upgrade must know its data again.
    assert of(COLUMNS) == "4475455a07800a81c0abc724006108c2d4b9223fb5cdc3b00c72e3760661bc65"


def test_signs_of_zero_and_kinds_of_nan_do_not_matter() -> None:
    payload = np.array([0x7FF8000000000001], dtype=np.uint64).view(np.float64)
    plain = {"a": np.array([0.0, np.nan])}
    other = {"a": np.concatenate([[-0.0], payload])}
    assert of(plain, "a") == of(other, "a")


@pytest.mark.parametrize(
    "changed",
    [
        {**COLUMNS, "a": [1.0, 2.0000000000000004, None]},
        {**COLUMNS, "a": [1.0, None, 2.0]},
        {**COLUMNS, "a": ["1", "2", None]},
        {**COLUMNS, "t": ["x", None, "y"]},
        {**COLUMNS, "t": ["xy", None, "z"]},
        {**COLUMNS, "t": [None, "x", "yz"]},
        {"b": COLUMNS["a"], "t": COLUMNS["t"]},
        {"t": COLUMNS["t"], "a": COLUMNS["a"]},
        {**COLUMNS, "more": [1, 2, 3]},
        {**COLUMNS, "a": [datetime(2020, 1, 1), None, None]},
    ],
    ids=str,
)
def test_any_change_of_the_data_matters(changed: dict[str, list[Any]]) -> None:
    assert of(changed) != of(COLUMNS)


@pytest.mark.parametrize(
    "parts",
    [
        {"train": np.array([1]), "test": np.array([2, 3])},
        {"train": np.array([1, 3]), "test": np.array([2])},
        {"train": np.array([1, 2]), "other": np.array([3])},
    ],
)
def test_the_split_and_the_target_matter(parts: Any) -> None:
    assert of(COLUMNS, parts=parts) != of(COLUMNS)
    assert of(COLUMNS, "a") != of(COLUMNS)
    assert fingerprint([table(COLUMNS)], ["a", "t"], PARTS) != of(COLUMNS)
