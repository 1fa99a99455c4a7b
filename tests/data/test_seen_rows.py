"""A sample of the rows that were trained on: what it tells of other rows."""

from __future__ import annotations

import doctest
import json
from typing import Any

import numpy as np
import pytest

from pellucid.data import seen_rows as module
from pellucid.data.seen_rows import SeenRows
from pellucid.errors import ModelFileError


def hashes(count: int, seed: int) -> Any:
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def test_of_few_rows_every_one_is_known() -> None:
    train, other = hashes(900, 1), hashes(300, 2)
    seen = SeenRows.of(train)
    assert seen.share_of(train[::-1]) == 1.0
    assert seen.share_of(other) == 0.0
    assert seen.share_of(np.concatenate([train[:100], other])) == 0.25
    assert seen.share_of(np.zeros(0, np.uint64)) == 0.0
    assert SeenRows.of(np.zeros(0, np.uint64)).share_of(other) == 0.0


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_of_many_rows_the_share_is_estimated(share: float) -> None:
    train, other = hashes(100_000, 3), hashes(100_000, 4)
    seen = SeenRows.of(train)
    assert len(seen.hashes) == 1000
    known = int(60_000 * share)
    rows = np.concatenate([train[:known], other[known:60_000]])
    # Four standard errors of a share of about 600 rows.
    assert seen.share_of(rows) == pytest.approx(share, abs=4 * (share * (1 - share) / 600) ** 0.5)


def test_the_last_row_of_the_sample_is_in_its_reach() -> None:
    seen = SeenRows.of(np.arange(3000, dtype=np.uint64))
    assert seen.share_of(np.array([999, 1000, 2999], dtype=np.uint64)) == 1.0
    assert seen.share_of(np.array([1000], dtype=np.uint64)) == 0.0


def test_repeated_rows_take_no_place() -> None:
    assert len(SeenRows.of(np.repeat(hashes(50, 5), 100)).hashes) == 50


def test_description_round_trip() -> None:
    seen = SeenRows.of(hashes(5000, 6))
    again = SeenRows.from_description(json.loads(json.dumps(seen.description())))
    assert np.array_equal(again.hashes, seen.hashes)
    assert again.reach == seen.reach


@pytest.mark.parametrize(
    "description",
    [None, {}, {"hashes": 3, "reach": "0"}, {"hashes": "xyz", "reach": "0"}, {"hashes": "0" * 16}],
)
def test_what_describes_no_rows_is_refused(description: Any) -> None:
    with pytest.raises(ModelFileError):
        SeenRows.from_description(description)
