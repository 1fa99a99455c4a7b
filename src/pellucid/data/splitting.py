"""Splits rows by chance into training, validation and test rows, the same each time for a seed.

Receives the number of rows, two fractions and a seed; gives the positions of the rows of each
part. With classes, each part has them in the proportions of the whole, and the training rows
have at least one of each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import DataError, OptionError
from pellucid.language import Sentence

__all__ = ["Indices", "Split", "check_fraction", "check_fractions", "check_seed", "draw", "split"]

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Positions of the rows of each part, int64, ascending; together each row once.

    But for rows that could not be placed: these are `left_out`. `sentence` says how it was split,
    `notes` what else the user should know.
    """

    train: Indices
    validation: Indices
    test: Indices
    sentence: Sentence
    left_out: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    notes: tuple[Sentence, ...] = ()

    def parts(self) -> dict[str, Indices]:
        """The parts by their names."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


def split(
    n: int,
    *,
    validation: float = 0.2,
    test: float = 0.2,
    seed: int | np.integer,
    stratify: npt.NDArray[Any] | None = None,
) -> Split:
    """Split `n` rows by chance.

    `validation` and `test` are fractions of all rows; each part that is wanted (fraction above 0)
    gets at least one row. `stratify` has a class for each row, shape (n,): every class keeps
    one row for training before the rest is dealt out in proportion. The order of the draws is
    the raw output of NumPy's Philox generator, which no version of NumPy changes.

    Raises OptionError for impossible fractions or seeds, DataError when there are too few rows.

    >>> split(5, validation=0.2, test=0.2, seed=0).parts()["train"].size
    3
    """
    check_fractions(validation, test)
    check_seed(seed)
    sizes = [max(1, round(n * fraction)) if fraction else 0 for fraction in (validation, test)]
    draws = draw(n + 2, seed)
    labels = np.zeros(n, dtype=np.int64)
    if stratify is not None:
        labels = np.unique(stratify, return_inverse=True)[1].reshape(n)
    # Rows of a class stand together, in random order within it.
    order = np.lexsort((draws[:n], labels))
    first = np.ones(n, dtype=np.bool_)
    first[1:] = np.diff(labels[order]) != 0
    free = order[~first]
    parts = sum(size > 0 for size in sizes)
    if not n or len(free) < parts:
        raise DataError(_too_few(n, int(first.sum()), parts, stratify is not None))
    if sum(sizes) > len(free):
        # So many classes of one row that the parts must share what these leave.
        sizes[1] = max(1, len(free) * sizes[1] // sum(sizes)) if sizes[1] else 0
        sizes[0] = len(free) - sizes[1] if sizes[0] else 0
    starts = draws[n:] / 2.0**64
    in_test = _evenly(len(free), sizes[1], starts[1])
    rest = free[~in_test]
    in_validation = _evenly(len(rest), sizes[0], starts[0])
    train = np.concatenate([order[first], rest[~in_validation]])
    key = "data.split_random" if stratify is None else "data.split_stratified"
    sentence = Sentence(key, {"seed": int(seed)})
    return Split(np.sort(train), np.sort(rest[in_validation]), np.sort(free[in_test]), sentence)


def draw(count: int, seed: int | np.integer) -> npt.NDArray[np.uint64]:
    """Random words, uint64 of shape (count,), the same for a seed in every version of NumPy."""
    return np.random.Philox(int(seed)).random_raw(count)


def check_seed(seed: object) -> None:
    """OptionError unless the seed is a whole number from 0 on."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise OptionError(f"the seed must be a whole number from 0 on, but it is {seed!r}")


def check_fractions(validation: float, test: float) -> None:
    """OptionError unless both are fractions of the rows that leave some for training."""
    check_fraction("validation", validation)
    check_fraction("test", test)
    if validation + test >= 1.0:
        raise OptionError(
            f"validation ({validation:g}) and test ({test:g}) together take all rows, "
            "and none is left for training: their sum must be below 1"
        )


def check_fraction(name: str, fraction: float) -> None:
    """OptionError unless 0 <= fraction < 1."""
    if isinstance(fraction, bool) or not 0.0 <= fraction < 1.0:
        raise OptionError(
            f"{name} must be a fraction of the rows from 0 to below 1 (such as 0.2) "
            f"or a file, but it is {fraction}"
        )


def _evenly(count: int, chosen: int, start: float) -> npt.NDArray[np.bool_]:
    """A mask with `chosen` of `count` positions, evenly spaced from a random start."""
    mask = np.zeros(count, dtype=np.bool_)
    if chosen:
        mask[((np.arange(chosen) + start) * count / chosen).astype(np.int64)] = True
    return mask


def _too_few(n: int, classes: int, parts: int, stratified: bool) -> str:
    have = "1 row" if n == 1 else f"{n} rows"
    if stratified and n > 0:
        return (
            f"too few rows to split: {have} of {classes} classes, but at least {classes + parts} "
            f"are needed, one of each class for training and {parts} for the other parts; "
            "is the target really made of classes?"
        )
    return f"too few rows to split: {have}, but at least {1 + parts} are needed, one for each part"
