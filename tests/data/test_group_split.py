"""Splits by groups: none is in two parts, and sizes are near."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.group_split import split_by_group
from pellucid.errors import DataError, OptionError
from pellucid.language import say
from tests.data.made_tables import table


@given(
    st.lists(st.none() | st.sampled_from("abcdefgh"), min_size=1, max_size=60),
    st.sampled_from([0.0, 0.1, 0.3]),
    st.sampled_from([0.0, 0.2, 0.5]),
    st.integers(0, 50),
)
def test_no_group_is_in_two_parts(
    groups: list[str | None], validation: float, test: float, seed: int
) -> None:
    column = table({"g": groups})["g"]
    parts = 1 + (validation > 0) + (test > 0)
    arguments: dict[str, Any] = {"validation": validation, "test": test, "seed": seed}
    if len(set(groups)) < parts:
        with pytest.raises(DataError, match=f"at least {parts} are needed, one for each part"):
            split_by_group(column, **arguments)
        return
    result = split_by_group(column, **arguments)
    assert len(result.train) > 0
    assert (len(result.validation) > 0, len(result.test) > 0) == (validation > 0, test > 0)
    together = np.concatenate(list(result.parts().values()))
    np.testing.assert_array_equal(np.sort(together), np.arange(len(groups)))
    seen = [{groups[row] for row in rows.tolist()} for rows in result.parts().values()]
    assert not seen[0] & seen[1]
    assert not seen[0] & seen[2]
    assert not seen[1] & seen[2]


@pytest.mark.parametrize("seed", range(5))
def test_sizes_are_near(seed: int) -> None:
    random = np.random.default_rng(seed)
    print("seed", seed)
    groups = np.repeat(np.arange(100), random.integers(1, 60, 100))
    result = split_by_group(table({"g": random.permutation(groups)})["g"], seed=seed)
    sizes = np.array([len(rows) for rows in result.parts().values()]) / len(groups)
    np.testing.assert_allclose(sizes, [0.6, 0.2, 0.2], atol=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_where_no_group_is_small_enough_the_smallest_goes(seed: int) -> None:
    groups = table({"g": [*"a" * 50, *"b" * 28, *"c" * 22]})["g"]
    found = split_by_group(groups, validation=0.0, test=0.2, seed=seed)
    assert found.test.tolist() == list(range(78, 100))


def test_a_large_group_is_for_training() -> None:
    groups = ["large"] * 80 + [f"g{i}" for i in range(20)]
    for seed in range(10):
        result = split_by_group(table({"g": groups})["g"], validation=0.1, test=0.1, seed=seed)
        assert [len(rows) for rows in result.parts().values()] == [80, 10, 10]


def test_a_function_of_the_seed_and_for_ever() -> None:
    column = table({"g": np.arange(30) // 3})["g"]
    first = split_by_group(column, seed=4)
    assert first.test.tolist() == split_by_group(column, seed=np.int64(4)).test.tolist()
    assert first.test.tolist() != split_by_group(column, seed=5).test.tolist()
    # A run that is resumed after an upgrade must find the same rows.
    again = split_by_group(column, seed=7)
    assert again.test.tolist() == [12, 13, 14, 24, 25, 26]
    assert say(first.sentence) == "split by the 10 groups of 'g', seed 4"
    assert "种子 4" in say(first.sentence, "zh")


def test_each_group_has_its_chance() -> None:
    column = table({"g": np.arange(10)})["g"]
    counts = np.zeros(10)
    for seed in range(1000):
        counts[split_by_group(column, seed=seed).test] += 1
    deviation = np.sqrt(1000 * 0.2 * 0.8)
    assert (np.abs(counts - 200) < 4.5 * deviation).all()


def test_rows_without_a_group_stay_together() -> None:
    column = table({"g": [1, None, 2, None, 3, None]})["g"]
    for seed in range(10):
        result = split_by_group(column, seed=seed)
        assert {1, 3, 5} <= set(result.train.tolist())


def test_too_few_groups() -> None:
    with pytest.raises(
        DataError, match=r"t.csv: column 'g' has 1 group, but at least 2 are needed"
    ):
        split_by_group(table({"g": ["a", "a"]})["g"], validation=0.0, seed=0)


@pytest.mark.parametrize("arguments", [{"seed": -1}, {"seed": 0, "test": 1.0}])
def test_impossible_options(arguments: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=r"the seed must be|test must be a fraction"):
        split_by_group(table({"g": ["a", "b", "c"]})["g"], **arguments)
