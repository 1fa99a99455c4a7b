"""The order of rows: each once an epoch, known without drawing, close to uniform."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from math import factorial

import numpy as np
import pytest
from scipy import stats

from pellucid.errors import OptionError
from pellucid.graph.order import RowOrder


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 7, 10, 16, 17, 97, 100, 1000, 10_007])
def test_each_row_comes_once_in_every_epoch(rows: int) -> None:
    order = RowOrder(rows, min(rows, 3), seed=4)
    for epoch in (0, 1, 2, 5000, 2**33):
        taken = order.epoch_rows(epoch)
        assert taken.dtype == np.int64
        assert np.array_equal(np.sort(taken), np.arange(rows))


@pytest.mark.parametrize(
    ("rows", "batch"), [(1, 1), (5, 5), (10, 4), (10, 5), (97, 10), (100, 1), (64, 63)]
)
@pytest.mark.parametrize("shuffled", [True, False])
def test_batches_are_the_epoch_cut_up(rows: int, batch: int, shuffled: bool) -> None:
    order = RowOrder(rows, batch, seed=2**40 + 1, shuffled=shuffled)
    step = 0
    for epoch in range(3):
        batches = [order.batch_rows(step + i) for i in range(order.steps_per_epoch)]
        step += order.steps_per_epoch
        assert np.array_equal(np.concatenate(batches), order.epoch_rows(epoch))
        assert [len(taken) for taken in batches[:-1]] == [batch] * (order.steps_per_epoch - 1)
        assert len(batches[-1]) == order.last_batch_size


def test_ten_thousand_rows_in_batches_of_100_are_100_updates() -> None:
    order = RowOrder(10_000, 100, seed=0)
    assert (order.steps_per_epoch, order.last_batch_size) == (100, 100)
    assert (RowOrder(10_001, 100, 0).steps_per_epoch, RowOrder(10_001, 100, 0).last_batch_size) == (
        101,
        1,
    )


@pytest.mark.parametrize(("rows", "block"), [(100, 7), (100, 10), (97, 50), (12, 12), (9, 1)])
def test_blocks_stay_together_and_what_is_left_comes_last(rows: int, block: int) -> None:
    order = RowOrder(rows, 3, seed=11, block=block)
    whole = rows // block
    orders = set()
    for epoch in range(4):
        taken = order.epoch_rows(epoch)
        assert np.array_equal(np.sort(taken), np.arange(rows))
        blocks = taken[: whole * block].reshape(whole, block)
        assert np.array_equal(blocks, blocks[:, :1] + np.arange(block))
        assert (blocks[:, 0] % block == 0).all()
        assert np.array_equal(taken[whole * block :], np.arange(whole * block, rows))
        orders.add(tuple(blocks[:, 0]))
    assert len(orders) > 1 or whole <= 2
    # The blocks are permuted as so many rows would be.
    assert np.array_equal(blocks[:, 0] // block, RowOrder(whole, 1, seed=11).epoch_rows(3))


def test_a_block_must_have_rows() -> None:
    for block in (0, 11):
        with pytest.raises(OptionError, match=f"block must be from 1 to the 10 rows, got {block}"):
            RowOrder(10, 2, seed=0, block=block)


def test_unshuffled_rows_stay_in_order() -> None:
    order = RowOrder(7, 3, seed=1, shuffled=False)
    assert order.epoch_rows(5).tolist() == list(range(7))


def test_any_position_is_known_alone() -> None:
    order = RowOrder(1000, 10, seed=3)
    whole = order.epoch_rows(9)
    positions = np.array([[999, 0], [17, 17]])
    assert np.array_equal(order.rows_at(9, positions), whole[positions])


def test_epochs_and_seeds_differ() -> None:
    order = RowOrder(1000, 10, seed=3)
    lines = [order.epoch_rows(epoch) for epoch in range(20)]
    lines += [RowOrder(1000, 10, seed).epoch_rows(0) for seed in (4, 3 + 2**32, 3 + 2**40)]
    lines.append(np.arange(1000))
    for i, one in enumerate(lines):
        for other in lines[:i]:
            # By chance one row agrees; the number is near to Poisson with mean 1.
            assert (one == other).sum() < 12


@pytest.mark.parametrize("rows", [2, 3, 4, 5])
def test_permutations_are_close_to_uniform(rows: int) -> None:
    draws = 40 * factorial(rows) + 2000
    order = RowOrder(rows, 1, seed=20)
    counts = Counter(tuple(order.epoch_rows(epoch).tolist()) for epoch in range(draws))
    observed = [counts[permutation] for permutation in permutations(range(rows))]
    assert sum(observed) == draws
    assert stats.chisquare(observed).pvalue > 1e-3


@pytest.mark.parametrize("rows", [6, 10, 37])
def test_every_row_comes_to_every_place_equally_often(rows: int) -> None:
    order = RowOrder(rows, 1, seed=21)
    lines = np.array([order.epoch_rows(epoch) for epoch in range(4000)])
    table = np.array([np.bincount(lines[:, place], minlength=rows) for place in range(rows)])
    statistic = ((table - 4000 / rows) ** 2 / (4000 / rows)).sum()
    assert stats.chi2.sf(statistic, (rows - 1) ** 2) > 1e-3


def test_neighbours_are_parted() -> None:
    """Of two rows that lie side by side, the distance after shuffling is as if drawn."""
    order = RowOrder(1000, 10, seed=5)
    places = np.array([np.argsort(order.epoch_rows(epoch)) for epoch in range(50)])
    distances = np.abs(np.diff(places, axis=1))
    assert abs(distances.mean() - 1001 / 3) < 5 * distances.std() / np.sqrt(distances.size / 3)


@pytest.mark.parametrize("rows", [0, -1, 2**31])
def test_impossible_numbers_of_rows(rows: int) -> None:
    with pytest.raises(OptionError, match=f"training needs from 1 to 2147483647 rows, got {rows}"):
        RowOrder(rows, 1, seed=0)


@pytest.mark.parametrize("batch", [0, 11, -3])
def test_impossible_batch_sizes(batch: int) -> None:
    with pytest.raises(
        OptionError, match=f"batch_size must be from 1 to the 10 training rows, got {batch}"
    ):
        RowOrder(10, batch, seed=0)
