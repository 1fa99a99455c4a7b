from __future__ import annotations

import numpy as np
import pytest

from pellucid.data import row_shuffle
from pellucid.data.memory import Memory
from pellucid.data.row_shuffle import reordered_rows


@pytest.mark.parametrize("rows", [1, 2, 10, 1000, 1023])
@pytest.mark.parametrize("bucket_rows", [1, 7, 100, 5000])
@pytest.mark.parametrize("chunk", [3, 64, 10_000])
def test_rows_are_those_that_indexing_gives(
    rows: int, bucket_rows: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_shuffle, "CHUNK", chunk)
    random = np.random.default_rng(rows)
    values = random.normal(size=(rows, 3)).astype(np.float32)
    order = random.permutation(rows)
    found = reordered_rows(values, order, Memory(), bucket_bytes=bucket_rows * 12)
    assert np.array_equal(found, values[order])


def test_a_mapped_array_gives_a_mapped_array() -> None:
    memory = Memory(0)
    values = memory.zeros((50, 2), np.float32)
    values[:] = np.arange(100, dtype=np.float32).reshape(50, 2)
    found = reordered_rows(values, np.arange(49, -1, -1), memory)
    assert isinstance(found, np.memmap)
    assert np.array_equal(found, np.asarray(values)[::-1])
