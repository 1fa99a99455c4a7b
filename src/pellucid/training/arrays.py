"""The arrays that a person hands to `train`, as data sets of the run program.

Receives whatever NumPy takes for arrays; gives columns by name, checked, and those of rows to be
tested on in the types of the training rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.backends.base import Array
from pellucid.backends.finite import nonfinite_row
from pellucid.backends.rows import as_rows, as_type, as_weights
from pellucid.errors import DataError
from pellucid.training.program import FEATURES, TARGET, WEIGHT


def training_set(features: Any, target: Any, weights: Any = None) -> dict[str, Array]:
    """Return the columns of the rows to be trained on.

    Args:
        features: (rows, ..).
        target: (rows, ..).
        weights: numbers of at least 0, (rows,), or None for no such column.

    Raises:
        DataError: they are no rows of finite numbers, or differ in their number; a weight is below
            0, or none is above.
    """
    columns = _columns("training", features, target)
    if weights is not None:
        columns[WEIGHT] = as_weights("the training weights", weights, len(columns[FEATURES]))
    return columns


def validation_set(features: Any, target: Any, like: Mapping[str, Array]) -> dict[str, Array]:
    """Return the columns of the rows to be tested on, in the types of the training columns.

    Where those have weights, each of these counts as one.

    Raises:
        DataError: they are no rows of finite numbers, differ in their number, or are not like the
            training columns.
    """
    columns = {
        name: as_type(f"the validation {name}", values, like[name])
        for name, values in _columns("validation", features, target).items()
    }
    if WEIGHT in like:
        ones = as_rows("the validation weights", [1.0] * len(columns[FEATURES]))
        columns[WEIGHT] = as_type("the validation weights", ones, like[WEIGHT])
    return columns


def _columns(part: str, features: Any, target: Any) -> dict[str, Array]:
    columns = {
        name: as_rows(f"the {part} {name}", values)
        for name, values in ((FEATURES, features), (TARGET, target))
    }
    rows = len(columns[FEATURES])
    if len(columns[TARGET]) != rows:
        raise DataError(
            f"the {part} features have {rows} rows, the target has {len(columns[TARGET])}"
        )
    for name, values in columns.items():
        row = nonfinite_row(values)
        if row is not None:
            raise DataError(f"row {row} of the {part} {name} has a nan or an infinity")
    return columns
