"""Finds columns that give the target away: one alone, or two together, predict it (nearly) always.

Receives training rows and what was learned of the target; gives sentences. Each column predicts on
its own: half of the rows are learned by heart, value by value, and the other half is predicted
from the nearest value that was learned (from an equal one, for words). A number with noise on it is
found by smoothing: each row is predicted from the rows beside it in the order of the column.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.splitting import draw
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from pellucid.data.target import CLASSIFICATION, Target
from pellucid.language import Sentence

__all__ = ["giveaways", "pairs_that_make", "sampled_rows"]

MOST_ROWS = 20_000
"""More training rows than this are sampled."""

FEWEST_ERRORS = 10
"""The most frequent class must be wrong this often before another guess can be remarkable."""

FEWEST_ROWS = 40
"""With fewer training rows nothing is said."""

ERROR_SHARE = 0.05
"""The error is certainly below this share of the most frequent class's error."""

RANK_SHARE = 0.995
"""This share of the variance of the target's ranks is predicted."""

SMOOTH_SHARE = 0.985
"""The same where noise is smoothed away: honest columns of real tables stay below 0.96, and that of
the larger part of a sum, which is found as such, below 0.98."""

FEWEST_BESIDE = 5
"""At least so many rows on either side are smoothed over, and half the root of all where more."""

MOST_PAIRED = 200
"""Of more columns of numbers, only the first are looked at in pairs."""

PAIR_ROWS = 256
"""Pairs are looked for in this many rows, and then tested on all that are sampled."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Values:
    """The distinct values of a column, numbered in order, missing ones last.

    `places` are where they stand on a line, or None for words, which have no neighbours.
    """

    numbers: Ints
    places: Floats | None
    count: int


def giveaways(train: Table, target: Target, features: Collection[str]) -> tuple[Sentence, ...]:
    """Sentences about the features of which each alone predicts the target almost perfectly.

    Quiet when there is one feature only, since there is nothing else to learn from then.
    """
    rows = sampled_rows(len(train))
    if len(rows) < FEWEST_ROWS or len(features) < 2:
        return ()
    sample = train.take(rows)
    encoded = target.encode(sample[target.name])
    learned = (draw(len(rows), 0) % np.uint64(2)).astype(np.bool_)
    found = []
    for name in features:
        values = _values(sample[name])
        if target.task == CLASSIFICATION:
            sentence = _of_classes(name, values, encoded.astype(np.int64), learned, target)
        else:
            sentence = _of_numbers(sample[name], values, encoded, learned, target)
        if sentence is not None:
            found.append(sentence)
    return tuple(found)


def pairs_that_make(
    train: Table, target: Target, features: Collection[str]
) -> tuple[Sentence, ...]:
    """Sentences about pairs of number columns whose sum, difference or product is the target."""
    if target.task == CLASSIFICATION:
        return ()
    rows = sampled_rows(len(train))
    if len(rows) < FEWEST_ROWS:
        return ()
    sample = train.take(rows)
    truth = np.asarray(target.encode(sample[target.name]), dtype=np.float64)
    names = [name for name in features if sample[name].storage is Storage.NUMBER][:MOST_PAIRED]
    few = np.linspace(0, len(rows) - 1, min(PAIR_ROWS, len(rows))).astype(np.int64)
    numbers = np.array([sample[name].values[few] for name in names])
    found = []
    for first in range(len(names)):
        for sign in "+-*":
            with np.errstate(all="ignore"):
                together = _combine(numbers[first], numbers, sign)
            for second in np.flatnonzero(_equal(together, truth[few])).tolist():
                ordered = first < second or (sign == "-" and first != second)
                if ordered and _both_matter(numbers[[first, second]], truth[few]):
                    in_all_rows = _combine(
                        sample[names[first]].values, sample[names[second]].values, sign
                    )
                    if _equal(in_all_rows[None], truth)[0]:
                        found.append(_pair(names[first], sign, names[second], target.name))
    return tuple(found)


def sampled_rows(count: int) -> Ints:
    """Which of so many rows are looked at: all, or some drawn by chance, in their order."""
    if count <= MOST_ROWS:
        return np.arange(count)
    return np.sort(np.argsort(draw(count, 1), kind="stable")[:MOST_ROWS])


def _values(column: Column) -> _Values:
    if column.storage is Storage.WORDS:
        numbers = np.where(column.values < 0, len(column.words), column.values).astype(np.int64)
        return _Values(numbers, None, len(column.words) + 1)
    places, numbers = np.unique(column.values, return_inverse=True)
    return _Values(numbers.reshape(-1).astype(np.int64), places, len(places))


def _of_classes(
    name: str, values: _Values, codes: Ints, learned: npt.NDArray[np.bool_], target: Target
) -> Sentence | None:
    classes = len(target.classes)
    # For each value the class that most of its learned rows have, and the first of equals.
    pairs, counts = np.unique(
        values.numbers[learned] * classes + codes[learned], return_counts=True
    )
    order = np.lexsort((-pairs, counts))
    learned_answer = np.full(values.count, -1, dtype=np.int64)
    learned_answer[pairs[order] // classes] = pairs[order] % classes
    most = int(np.bincount(codes[learned], minlength=classes).argmax())
    answer = _spread(values, learned_answer, np.unique(values.numbers[learned]), most)
    truth = codes[~learned]
    errors = int(np.count_nonzero(answer[values.numbers[~learned]] != truth))
    without = int(np.count_nonzero(truth != most))
    if without < FEWEST_ERRORS:
        return None
    rows = len(truth)
    if errors and _upper(errors, rows) > ERROR_SHARE * without / rows:
        # A threshold has one place to be wrong about, which is too few to learn it by heart.
        errors, rows = _threshold_errors(values, codes, classes), len(codes)
        without = rows - int(np.bincount(codes).max())
        if _upper(errors, rows) > ERROR_SHARE * without / rows:
            return None
    option = shlex.quote(name)
    if not errors and len(np.unique(values.numbers)) == classes == len(
        np.unique(values.numbers * classes + codes)
    ):
        return Sentence(
            "data.leak_renamed", {"column": name, "target": target.name, "option": option}
        )
    evidence = Sentence("data.leak_errors", {"errors": errors, "rows": rows})
    return _alone(name, target, evidence)


def _threshold_errors(values: _Values, codes: Ints, classes: int) -> int:
    """How many rows the best thresholds between classes, in the order of their means, get wrong.

    So are rows without a number; words have no thresholds.
    """
    if values.places is None:
        return len(codes)
    present = ~np.isnan(values.places[values.numbers])
    numbers, present_codes = values.numbers[present], codes[present]
    counts = np.bincount(present_codes, minlength=classes)
    places = np.bincount(present_codes, weights=numbers, minlength=classes)
    order = np.argsort(places / np.maximum(counts, 1), kind="stable")
    ranks = np.argsort(order, kind="stable")[present_codes]
    guess = np.zeros(values.count, dtype=np.int64)
    for rank in range(1, classes):
        above = np.bincount(numbers[ranks >= rank], minlength=values.count)
        below = np.bincount(numbers[ranks < rank], minlength=values.count)
        # So many are wrong if the values from the i-th on are taken for the classes above.
        wrong = np.append(0, np.cumsum(above - below)) + below.sum()
        guess[int(wrong.argmin()) :] += 1
    return len(codes) - int(np.count_nonzero(guess[numbers] == ranks))


def _of_numbers(
    column: Column,
    values: _Values,
    numbers: npt.NDArray[np.float64] | npt.NDArray[np.int32],
    learned: npt.NDArray[np.bool_],
    target: Target,
) -> Sentence | None:
    if column.storage is Storage.NUMBER and np.array_equal(column.values, numbers):
        option = shlex.quote(column.name)
        return Sentence(
            "data.leak_renamed", {"column": column.name, "target": target.name, "option": option}
        )
    ranks = _ranks(np.asarray(numbers, dtype=np.float64))
    own = values.numbers[learned]
    counts = np.bincount(own, minlength=values.count)
    sums = np.bincount(own, weights=ranks[learned], minlength=values.count)
    means = sums / np.maximum(counts, 1)
    answer = _spread(values, means, np.flatnonzero(counts), float(ranks[learned].mean()))
    truth = ranks[~learned]
    left = float(np.square(truth - answer[values.numbers[~learned]]).sum())
    variance = float(np.square(truth - truth.mean()).sum())
    if variance == 0.0:
        return None
    if 1.0 - left / variance >= RANK_SHARE:
        evidence = Sentence("data.leak_ranks", {"share": 1.0 - left / variance})
        return _alone(column.name, target, evidence)
    share = _smoothed_share(values, ranks)
    if share < SMOOTH_SHARE:
        return None
    details = {"column": column.name, "target": target.name, "share": share}
    return Sentence("data.leak_nearly", {**details, "option": shlex.quote(column.name)})


def _smoothed_share(values: _Values, ranks: Floats) -> float:
    """The share of the variance of ranks that the rows beside each predict; 0 for words.

    Rows without a number are predicted by the mean of all.
    """
    if values.places is None:
        return 0.0
    order = np.lexsort((draw(len(ranks), 2), values.numbers))
    order = order[~np.isnan(values.places[values.numbers[order]])]
    if len(order) <= 2 * FEWEST_BESIDE:
        return 0.0
    ordered = ranks[order]
    beside = max(FEWEST_BESIDE, round(len(order) ** 0.5 / 2.0))
    places = np.arange(len(order))
    first, end = np.maximum(places - beside, 0), np.minimum(places + beside + 1, len(order))
    sums = np.append(0.0, np.cumsum(ordered))
    answer = np.full(len(ranks), ranks.mean())
    answer[order] = (sums[end] - sums[first] - ordered) / (end - first - 1)
    left = float(np.square(ranks - answer).sum())
    return 1.0 - left / float(np.square(ranks - ranks.mean()).sum())


def _alone(name: str, target: Target, evidence: Sentence) -> Sentence:
    values = {"column": name, "target": target.name, "evidence": evidence}
    return Sentence("data.leak_column", {**values, "option": shlex.quote(name)})


def _spread(
    values: _Values, answer: npt.NDArray[Any], seen: Ints, otherwise: float
) -> npt.NDArray[Any]:
    """The answers of values that were learned, given to those that were not."""
    full = np.full(values.count, otherwise, dtype=answer.dtype)
    full[seen] = answer[seen]
    if values.places is None:
        return full
    # The missing, which unique puts last, has no neighbours.
    present = seen[~np.isnan(values.places[seen])]
    if not len(present):
        return full
    places = values.places[present]
    asked = np.flatnonzero(~np.isnan(values.places))
    after = np.clip(np.searchsorted(places, values.places[asked]), 1, max(1, len(places) - 1))
    below, above = after - 1, np.minimum(after, len(places) - 1)
    with np.errstate(over="ignore"):
        nearer = values.places[asked] - places[below] > places[above] - values.places[asked]
    full[asked] = answer[present[np.where(nearer, above, below)]]
    return full


def _ranks(numbers: Floats) -> Floats:
    """The rank of each number, the mean of their ranks for equal ones."""
    _, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2.0)[inverse.reshape(-1)]


def _upper(errors: int, rows: int) -> float:
    """The upper end of Wilson's interval (1927) for an error rate, at 95 %."""
    z = 1.96
    rate = errors / rows
    middle = rate + z * z / (2 * rows)
    spread = z * float(np.sqrt(rate * (1.0 - rate) / rows + z * z / (4.0 * rows * rows)))
    return (middle + spread) / (1.0 + z * z / rows)


def _combine(first: Floats, others: Floats, sign: str) -> Floats:
    if sign == "+":
        return first + others
    return first - others if sign == "-" else first * others


def _equal(together: Floats, truth: Floats) -> npt.NDArray[np.bool_]:
    """For each row of `together` whether it is the truth, where it is not missing."""
    size = float(np.abs(truth).max())
    with np.errstate(all="ignore"):
        apart = np.abs(together - truth) > 1e-9 * size
    defined = ~np.isnan(together)
    return ~(apart & defined).any(axis=1) & (defined.sum(axis=1) >= FEWEST_ROWS)


def _both_matter(pair: Floats, truth: Floats) -> bool:
    """Whether two columns vary and neither of them is the target already."""
    for values in pair:
        present = values[~np.isnan(values)]
        if len(np.unique(present)) < 2 or _equal(values[None], truth)[0]:
            return False
    return True


def _pair(first: str, sign: str, second: str, target: str) -> Sentence:
    values = {"first": first, "sign": sign, "second": second, "target": target}
    options = {"first_option": shlex.quote(first), "second_option": shlex.quote(second)}
    return Sentence("data.leak_pair", {**values, **options})
