"""Finds columns that hold the same values in all rows, of which one would be enough."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Collection

from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table, said_names
from pellucid.language import Sentence

__all__ = ["equal_columns"]


def equal_columns(table: Table, names: Collection[str]) -> tuple[Sentence, ...]:
    """A sentence about each group of equal columns, among those of the names.

    >>> table = Table([Column.of_texts(name, ["x", "y"]) for name in ("a", "b")])
    >>> [str(sentence) for sentence in equal_columns(table, ["a", "b"])]
    ["columns 'a', 'b' hold the same values in all training rows: one is enough (--drop b)"]
    """
    alike: dict[bytes, list[str]] = {}
    for name in names:
        alike.setdefault(_digest(table[name]), []).append(name)
    return tuple(
        Sentence(
            "data.column_equal",
            {
                "names": said_names(equal, 10),
                "options": " ".join(f"--drop {shlex.quote(name)}" for name in equal[1:11]),
            },
        )
        for equal in alike.values()
        if len(equal) > 1
    )


def _digest(column: Column) -> bytes:
    """The same for two columns exactly if they are held in one way and have the same values."""
    words = column.storage is Storage.WORDS
    digest = hashlib.blake2b(column.storage.value.encode(), digest_size=16)
    digest.update("\0".join(column.words).encode("utf-8", "surrogatepass") if words else b"")
    # The two zeros are one number; a missing number is the same nan everywhere.
    values = column.values if words else column.values + 0.0
    digest.update(values.tobytes())
    return digest.digest()
