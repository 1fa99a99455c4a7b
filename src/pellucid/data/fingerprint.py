"""A hash over what a run has been given: column names, storages, values, the target and the split.

Two runs with the same fingerprint saw the same rows in the same parts, whether these came from
a file, a frame or an array.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table

__all__ = ["fingerprint"]


def fingerprint(
    tables: Iterable[Table],
    target: str | Sequence[str],
    parts: Mapping[str, npt.NDArray[np.int64]],
) -> str:
    """SHA-256 in hexadecimal; `parts` are the row numbers of each part of the split.

    >>> table = Table([Column("a", Storage.NUMBER, np.array([1.0]))])
    >>> len(fingerprint([table], "a", {"train": np.array([1])}))
    64
    """
    digest = hashlib.sha256()
    for name in [target] if isinstance(target, str) else target:
        _add_text(digest, name)
    for table in tables:
        _add_text(digest, f"table of {len(table)} rows")
        for column in table.columns:
            _add_text(digest, column.name)
            _add_text(digest, column.storage.value)
            _add_values(digest, column)
    for name, rows in parts.items():
        _add_text(digest, name)
        _add_text(digest, str(len(rows)))
        digest.update(np.ascontiguousarray(rows, dtype="<i8").data)
    return digest.hexdigest()


def _add_text(digest: hashlib._Hash, text: str) -> None:
    # The length comes first, so that no two sequences of texts give the same bytes.
    encoded = text.encode("utf-8", "surrogatepass")
    digest.update(len(encoded).to_bytes(8, "little"))
    digest.update(encoded)


def _add_values(digest: hashlib._Hash, column: Column) -> None:
    if column.storage is not Storage.WORDS:
        # A nan can carry any payload, and 0 a sign: neither makes other data.
        values = np.where(np.isnan(column.values), np.nan, column.values) + 0.0
        digest.update(np.ascontiguousarray(values, dtype="<f8").data)
        return
    # Words without rows may be there or not: they make no other data.
    used = np.flatnonzero(column.counts())
    place = np.full(len(column.words) + 1, -1, dtype="<i4")
    place[used] = np.arange(len(used))
    _add_text(digest, str(len(used)))
    for index in used.tolist():
        _add_text(digest, column.words[index])
    digest.update(np.ascontiguousarray(place[column.values], dtype="<i4").data)
