"""Splits rows by groups: the rows of a person or thing are all in the same part."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pellucid.data.splitting import Split, check_fractions, check_seed, draw
from pellucid.data.table import Column, counted
from pellucid.errors import DataError
from pellucid.language import Sentence

__all__ = ["split_by_group"]


def split_by_group(
    column: Column, *, validation: float = 0.2, test: float = 0.2, seed: int | np.integer
) -> Split:
    """Split rows by a column that says which group each belongs to.

    Groups are dealt out in an order drawn by the seed, to a part as long as they fit, so that its
    size is as near to the wanted fraction as groups allow. Rows without a group stay together.

    Raises OptionError for impossible fractions or seeds, DataError when there are fewer groups
    than parts.

    >>> column = Column.of_texts("patient", ["a", "b", "a", "c", "c"])
    >>> split = split_by_group(column, validation=0.2, test=0.4, seed=0)
    >>> [len(rows) for rows in split.parts().values()]
    [2, 1, 2]
    """
    check_fractions(validation, test)
    check_seed(seed)
    _, groups = np.unique(column.values, return_inverse=True)
    groups = groups.reshape(-1)
    sizes = np.bincount(groups)
    parts = sum(fraction > 0 for fraction in (validation, test))
    if len(sizes) < 1 + parts:
        raise DataError(
            f"{column.source}: column {column.name!r} has {counted(len(sizes), 'group')}, but at "
            f"least {1 + parts} are needed, one for each part"
        )
    order = np.argsort(draw(len(sizes), seed), kind="stable")
    part_of = np.zeros(len(sizes), dtype=np.int64)
    free = order
    for part, fraction in ((2, test), (1, validation)):
        if fraction:
            # One group stays for training, and one for validation where that comes later.
            kept = 1 + (part == 2 and validation > 0)
            chosen = _fill(sizes[free], fraction * len(groups), len(free) - kept)
            part_of[free[chosen]] = part
            free = free[~chosen]
    own = part_of[groups]
    train, in_validation, in_test = (np.flatnonzero(own == part) for part in range(3))
    values = {"column": column.name, "groups": len(sizes), "seed": int(seed)}
    return Split(train, in_validation, in_test, Sentence("data.split_group", values))


def _fill(sizes: npt.NDArray[np.int64], wanted: float, most: int) -> npt.NDArray[np.bool_]:
    """A mask of groups whose sizes add up to nearly `wanted`; at least one, at most `most`."""
    chosen = np.zeros(len(sizes), dtype=np.bool_)
    total = 0
    for index, size in enumerate(sizes.tolist()):
        if total + size <= wanted and chosen.sum() < most:
            chosen[index] = True
            total += size
    left = np.flatnonzero(~chosen)
    smallest = left[np.argmin(sizes[left])]
    nearer = total + sizes[smallest] - wanted < wanted - total
    if not chosen.any() or (nearer and chosen.sum() < most):
        chosen[smallest] = True
    return chosen
