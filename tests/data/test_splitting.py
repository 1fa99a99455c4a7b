"""Splits: sizes, classes, reproducibility, and too few rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.splitting import Split, split
from pellucid.errors import DataError, OptionError
from pellucid.language import say


def sizes(result: Split) -> tuple[int, int, int]:
    return len(result.train), len(result.validation), len(result.test)


def test_these_rows_for_this_seed_for_ever() -> None:
    # A run that is resumed after an upgrade must find the same rows.
    result = split(10, validation=0.2, test=0.3, seed=7)
    assert {name: rows.tolist() for name, rows in result.parts().items()} == {
        "train": [0, 4, 5, 6, 8],
        "validation": [2, 7],
        "test": [1, 3, 9],
    }
    stratified = split(10, seed=7, stratify=np.arange(10) % 2)
    assert stratified.test.tolist() == [2, 9]


def test_what_is_said_of_it() -> None:
    assert say(split(10, seed=7).sentence) == "random split, seed 7"
    stratified = split(10, seed=0, stratify=np.arange(10) % 2).sentence
    assert say(stratified) == "stratified random split, seed 0"
    assert "分层" in say(stratified, "zh")


def test_every_row_once_and_in_order() -> None:
    result = split(101, validation=0.25, test=0.1, seed=3)
    assert sizes(result) == (66, 25, 10)
    together = np.concatenate(list(result.parts().values()))
    assert together.dtype == np.int64
    np.testing.assert_array_equal(np.sort(together), np.arange(101))
    for rows in result.parts().values():
        assert (np.diff(rows) > 0).all()


def test_a_function_of_the_seed() -> None:
    same = [split(50, seed=4).test.tolist() for _ in range(2)]
    assert same[0] == same[1]
    assert split(50, seed=5).test.tolist() != same[0]
    assert split(50, seed=np.int64(4)).test.tolist() == same[0]


@pytest.mark.parametrize("stratified", [False, True])
def test_each_row_has_the_same_chance(stratified: bool) -> None:
    labels = np.repeat([0, 1], [15, 5])
    counts = np.zeros(20)
    for seed in range(2000):
        counts[split(20, seed=seed, stratify=labels if stratified else None).test] += 1
    expected = np.full(20, 2000 * 0.2)
    if stratified:
        # 18 rows are left when each class has kept one: 14 and 4.
        expected = 2000 * 4 / 18 * np.where(labels == 0, 14 / 15, 4 / 5)
    deviation = np.sqrt(2000 * 0.2 * 0.8)
    assert (np.abs(counts - expected) < 4.5 * deviation).all()


def test_parts_that_are_not_wanted_are_empty() -> None:
    assert sizes(split(10, validation=0.0, test=0.0, seed=0)) == (10, 0, 0)
    assert sizes(split(10, validation=0.0, test=0.5, seed=0)) == (5, 0, 5)
    assert sizes(split(1, validation=0, test=0, seed=0)) == (1, 0, 0)


def test_each_wanted_part_has_a_row() -> None:
    assert sizes(split(3, validation=0.01, test=0.01, seed=0)) == (1, 1, 1)
    assert sizes(split(2, validation=0.0, test=0.9, seed=0)) == (1, 0, 1)
    assert sizes(split(4, validation=0.45, test=0.5, seed=0)) == (1, 2, 1)


def test_proportions_of_classes() -> None:
    labels = np.repeat([0, 1, 2], [700, 200, 100])
    result = split(1000, validation=0.2, test=0.1, seed=1, stratify=labels)
    for rows, fraction in ((result.validation, 0.2), (result.test, 0.1)):
        np.testing.assert_allclose(
            np.bincount(labels[rows]), np.array([700, 200, 100]) * fraction, atol=2
        )


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=60),
    st.sampled_from([0.0, 0.1, 0.2, 0.4]),
    st.sampled_from([0.0, 0.1, 0.2, 0.5]),
    st.integers(0, 100),
)
def test_every_class_is_in_training(
    labels: list[int], validation: float, test: float, seed: int
) -> None:
    n, classes = len(labels), len(set(labels))
    parts = (validation > 0) + (test > 0)
    arguments: dict[str, Any] = {"validation": validation, "test": test, "seed": seed}
    if n < classes + parts:
        with pytest.raises(DataError, match=f"at least {classes + parts} are needed"):
            split(n, **arguments, stratify=np.array(labels))
        return
    result = split(n, **arguments, stratify=np.array(labels))
    assert set(np.array(labels)[result.train]) == set(labels)
    assert (len(result.validation) > 0) == (validation > 0)
    assert (len(result.test) > 0) == (test > 0)
    together = np.concatenate(list(result.parts().values()))
    np.testing.assert_array_equal(np.sort(together), np.arange(n))


def test_a_class_of_one_row_is_in_training() -> None:
    labels = np.array(["often"] * 30 + ["once"])
    for seed in range(20):
        assert 30 in split(31, seed=seed, stratify=labels).train


@pytest.mark.parametrize(("n", "have"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_too_few_rows(n: int, have: str) -> None:
    with pytest.raises(DataError, match=f"too few rows to split: {have}, but at least 3 are need"):
        split(n, seed=0)


def test_more_classes_than_rows_allow() -> None:
    with pytest.raises(DataError, match="5 rows of 5 classes, but at least 7 are needed"):
        split(5, seed=0, stratify=np.arange(5))


@pytest.mark.parametrize("fraction", [1.5, 1.0, -0.1, float("nan"), True])
@pytest.mark.parametrize("name", ["validation", "test"])
def test_impossible_fractions(name: str, fraction: float) -> None:
    arguments: dict[str, Any] = {name: fraction}
    with pytest.raises(OptionError, match=f"{name} must be a fraction of the rows from 0 to below"):
        split(10, seed=0, **arguments)


def test_fractions_that_leave_nothing() -> None:
    with pytest.raises(OptionError, match=r"validation \(0.5\) and test \(0.5\) together take all"):
        split(10, validation=0.5, test=0.5, seed=0)


@pytest.mark.parametrize("seed", [-1, 0.5, True, "1"])
def test_impossible_seeds(seed: Any) -> None:
    with pytest.raises(OptionError, match="the seed must be a whole number from 0 on, but it is"):
        split(10, seed=seed)
