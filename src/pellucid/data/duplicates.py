"""Finds rows that are equal in all their features, also between tables of different sources.

Receives tables and the names of features; gives a hash for each row. Equal rows have equal hashes;
others differ but for one chance in 2^64 or so for each pair.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table

__all__ = ["row_hashes", "rows_seen_before"]

Hashes = npt.NDArray[np.uint64]

_MISSING = np.uint64(0x9E3779B97F4A7C15)


def row_hashes(table: Table, features: Collection[str]) -> Hashes:
    """A hash of the features of each row, uint64 of shape (rows,).

    >>> table = Table([Column.of_texts("a", ["x", "y", "x"])])
    >>> hashes = row_hashes(table, ["a"])
    >>> bool(hashes[0] == hashes[2]), bool(hashes[0] == hashes[1])
    (True, False)
    """
    hashes = np.zeros(len(table), dtype=np.uint64)
    for name in features:
        hashes = _mixed(hashes ^ _value_hashes(table[name]))
    return hashes


def rows_seen_before(train: Hashes, part: Hashes) -> npt.NDArray[np.bool_]:
    """A mask of shape (rows of the part,), true where a training row has the same hash."""
    ordered = np.sort(train)
    if not len(ordered):
        return np.zeros(len(part), dtype=np.bool_)
    places = np.minimum(np.searchsorted(ordered, part), len(ordered) - 1)
    return ordered[places] == part


def _value_hashes(column: Column) -> Hashes:
    if column.storage is Storage.WORDS:
        digests = b"".join(
            hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            for word in column.words
        )
        of_words = np.frombuffer(digests, dtype="<u8").astype(np.uint64)
        return np.append(of_words, _MISSING)[column.values]
    # The two zeros are one number, and all nan are one lack of a number.
    bits = (column.values + 0.0).view(np.uint64)
    return np.where(np.isnan(column.values), _MISSING, bits)


def _mixed(hashes: Hashes) -> Hashes:
    """Every bit of the result depends on every bit given (the last steps of SplitMix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))
