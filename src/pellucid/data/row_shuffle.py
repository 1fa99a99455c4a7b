"""Puts the rows of an array that lies in a file into another order, reading it from end to end.

Rows are first dealt out to buckets that fit in memory, each a stretch of the result, and then put
in order bucket by bucket: the file is read and written twice, but never at random.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.memory import Memory

__all__ = ["reordered_rows"]

CHUNK = 2**16
"""Rows read at a time."""

BUCKET_BYTES = 2**28


def reordered_rows(
    values: npt.NDArray[Any],
    order: npt.NDArray[np.int64],
    memory: Memory,
    bucket_bytes: int = BUCKET_BYTES,
) -> npt.NDArray[Any]:
    """The rows `values[order]`, for an order that names each row once.

    >>> values = np.arange(6.0).reshape(3, 2)
    >>> reordered_rows(values, np.array([2, 0, 1]), Memory()).tolist()
    [[4.0, 5.0], [0.0, 1.0], [2.0, 3.0]]
    """
    rows = len(values)
    place = np.empty(rows, dtype=np.int64)
    place[order] = np.arange(rows)
    each = max(1, bucket_bytes // max(values[:1].nbytes, 1))
    result = memory.zeros(values.shape, values.dtype)
    # Where a row of a bucket belongs, beside where it was dealt out to.
    belongs = np.empty(rows, dtype=np.int64)
    filled = np.arange(0, rows, each)
    for start in range(0, rows, CHUNK):
        places = place[start : start + CHUNK]
        buckets = places // each
        by_bucket = np.argsort(buckets, kind="stable")
        present, first = np.unique(buckets[by_bucket], return_index=True)
        for bucket, chosen in zip(present, np.split(by_bucket, first[1:]), strict=True):
            low = int(filled[bucket])
            result[low : low + len(chosen)] = values[start + chosen]
            belongs[low : low + len(chosen)] = places[chosen]
            filled[bucket] += len(chosen)
    for low in range(0, rows, each):
        high = min(low + each, rows)
        bucket_rows = np.array(result[low:high])
        result[belongs[low:high]] = bucket_rows
    return result
