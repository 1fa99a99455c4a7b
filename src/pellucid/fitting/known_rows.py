"""By what a row is known again: the values that the network gets, and the target."""

from __future__ import annotations

from pellucid.data.any_target import AnyTarget
from pellucid.data.duplicates import Hashes, row_hashes
from pellucid.data.encoding import Encoding
from pellucid.data.table import Table


def known_by(table: Table, encoding: Encoding, target: AnyTarget) -> Hashes:
    """Return a hash of each row, uint64 (rows,), over the columns that a model uses."""
    return row_hashes(table, [*(column.name for column in encoding.columns), *target.names])
