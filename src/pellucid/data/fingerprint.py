"""A hash over what a run has been given: column names, kinds, values, the target and the split.

Two runs with the same fingerprint saw the same rows in the same parts, whether these came from
a file, a frame or an array.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from pellucid.data.kinds import Kind
from pellucid.data.table import Column, Table

__all__ = ["fingerprint"]


def fingerprint(
    tables: Iterable[Table], target: str, parts: Mapping[str, npt.NDArray[np.int64]]
) -> str:
    """SHA-256 in hexadecimal; `parts` are the row numbers of each part of the split.

    >>> table = Table([Column("a", Kind.NUMBER, np.array([1.0]))])
    >>> len(fingerprint([table], "a", {"train": np.array([1])}))
    64
    """
    digest = hashlib.sha256()
    _add_text(digest, target)
    for table in tables:
        _add_text(digest, f"table of {len(table)} rows")
        for column in table.columns:
            _add_text(digest, column.name)
            _add_text(digest, column.kind.value)
            _add_values(digest, column)
    for name, rows in parts.items():
        _add_text(digest, name)
        _add_text(digest, str(len(rows)))
        digest.update(rows.astype("<i8").tobytes())
    return digest.hexdigest()


def _add_text(digest: hashlib._Hash, text: str) -> None:
    # The length comes first, so that no two sequences of texts give the same bytes.
    encoded = text.encode("utf-8", "surrogatepass")
    digest.update(len(encoded).to_bytes(8, "little"))
    digest.update(encoded)


def _add_values(digest: hashlib._Hash, column: Column) -> None:
    if column.kind is Kind.NUMBER:
        # A nan can carry any payload, and 0 a sign: neither makes other data.
        values = np.where(np.isnan(column.values), np.nan, column.values) + 0.0
        digest.update(values.astype("<f8").tobytes())
        return
    texts = column.values.tolist()
    lengths = [-1 if text is None else len(text) for text in texts]
    digest.update(np.array(lengths, dtype="<i8").tobytes())
    _add_text(digest, "".join(text for text in texts if text is not None))
