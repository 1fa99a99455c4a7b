"""The order in which an epoch takes the rows: a keyed bijection of (seed, epoch, position).

Any position's row is known without drawing those before it. The bijection is a Feistel network on
pairs (left, right) of a rectangle with at least as many cells as rows; a cell beyond the last row
is walked on from until a row is met. Data that lie in a file are taken by blocks of neighbouring
rows, whose order the bijection gives: each block is then read at one stretch.

Source: Black, Rogaway, "Ciphers with arbitrary finite domains", 2002 (generalized Feistel and cycle
walking).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np

from pellucid.errors import OptionError
from pellucid.philox import name_to_purpose, random_words

Rows = np.ndarray[Any, np.dtype[np.int64]]
ROUNDS = 16
"""So many that the permutations of 7 rows are as good as uniform; 8 are not enough."""
PURPOSE = name_to_purpose("order of rows")


def batch_count(rows: int, batch_size: int) -> int:
    """Return the number of batches that rows make, a last short one included.

    Example:
        >>> batch_count(10_000, 100), batch_count(10, 4)
        (100, 3)
    """
    return -(-rows // batch_size)


@dataclass(frozen=True)
class RowOrder:
    """Which rows make the batches of an epoch.

    Attributes:
        rows: how many rows there are.
        batch_size: how many make a batch; the last one of an epoch has what remains.
        seed: of the shuffling.
        shuffled: whether each epoch has an order of its own, or all the order of the data.
        block: so many neighbouring rows stay together; those that make no whole block come last.

    Example:
        >>> order = RowOrder(rows=10, batch_size=4, seed=1)
        >>> order.steps_per_epoch, order.last_batch_size
        (3, 2)
        >>> sorted(order.epoch_rows(0).tolist()) == list(range(10))
        True
    """

    rows: int
    batch_size: int
    seed: int
    shuffled: bool = True
    block: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be batched."""
        if not 1 <= self.rows < 2**31:
            raise OptionError(f"training needs from 1 to {2**31 - 1} rows, got {self.rows}")
        if not 1 <= self.batch_size <= self.rows:
            raise OptionError(
                f"batch_size must be from 1 to the {self.rows} training rows, got {self.batch_size}"
            )
        if not 1 <= self.block <= self.rows:
            raise OptionError(f"block must be from 1 to the {self.rows} rows, got {self.block}")

    @property
    def steps_per_epoch(self) -> int:
        """The number of batches, the short one included."""
        return batch_count(self.rows, self.batch_size)

    @property
    def last_batch_size(self) -> int:
        """The number of rows in the last batch of an epoch."""
        return self.rows - (self.steps_per_epoch - 1) * self.batch_size

    @property
    def blocks(self) -> int:
        """The number of whole blocks, which are permuted."""
        return self.rows // self.block

    @property
    def sides(self) -> tuple[int, int]:
        """The height and width of the rectangle on which blocks are permuted."""
        height = isqrt(self.blocks - 1) + 1
        # Even, for with two odd sides every round, and so the whole, is an even permutation.
        height += height % 2
        return height, -(-self.blocks // height)

    def epoch_rows(self, epoch: int) -> Rows:
        """Return the rows of an epoch in order, int64 (rows,)."""
        return self.rows_at(epoch, np.arange(self.rows, dtype=np.int64))

    def batch_rows(self, step: int) -> Rows:
        """Return the rows of the batch that step `step` (from 0) takes, int64 (batch,)."""
        epoch, batch = divmod(step, self.steps_per_epoch)
        start = batch * self.batch_size
        return self.rows_at(epoch, np.arange(start, min(start + self.batch_size, self.rows)))

    def rows_at(self, epoch: int, positions: Rows) -> Rows:
        """Return the rows at some positions of an epoch, int64 of the shape of `positions`."""
        if not self.shuffled or self.blocks == 1:
            return positions.astype(np.int64)
        block, within = np.divmod(positions.astype(np.int64), self.block)
        moved = self._permuted_blocks(epoch, np.minimum(block, self.blocks - 1))
        return np.where(block < self.blocks, moved * self.block + within, positions)

    def _permuted_blocks(self, epoch: int, blocks: Rows) -> Rows:
        keys = random_words(self.seed, PURPOSE, epoch, ROUNDS)
        height, width = self.sides
        rounds = _rounds(keys, height, width)
        result = _permute(blocks, rounds, height, width)
        beyond = result >= self.blocks
        while beyond.any():
            result[beyond] = _permute(result[beyond], rounds, height, width)
            beyond = result >= self.blocks
        return result


def _rounds(keys: Any, height: int, width: int) -> list[tuple[Rows, Rows]]:
    """Return for every two rounds what each column adds to left, and each row to right."""
    by_column = _below(height, np.arange(width), keys[0::2, None])
    by_row = _below(width, np.arange(height), keys[1::2, None])
    return list(zip(by_column, by_row, strict=True))


def _permute(cells: Rows, rounds: list[tuple[Rows, Rows]], height: int, width: int) -> Rows:
    """Return a permutation of the cells of a rectangle, numbered row by row."""
    left, right = np.divmod(cells, width)
    for by_column, by_row in rounds:
        left = (left + by_column[right]) % height
        right = (right + by_row[left]) % width
    return left * width + right


def _below(bound: int, value: Rows, key: Any) -> Rows:
    """Return a hash of value and key below `bound` (the finalizer of MurmurHash3, by Appleby)."""
    h = value.astype(np.uint32) ^ key
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return (h.astype(np.uint64) * np.uint64(bound) >> np.uint64(32)).astype(np.int64)
