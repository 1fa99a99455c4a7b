"""How much the network leans on each column: the loss that grows when the column is permuted.

A column whose values are handed to other rows still has its distribution, but no longer says
anything of its row. What the mean loss of test rows grows by is what the network drew from it.
Columns that carry the same information share it: permuting one leaves the other, so that each may
look unimportant though both together are not (the sentence "diagnosis.shared_importance").

Source: Breiman, "Random forests", Machine Learning 45 (2001); Fisher, Rudin, Dominici, "All models
are wrong, but many are useful", Journal of Machine Learning Research 20 (2019), which permutes for
any model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.evaluation.aim import ROOTED, Aim, aim_for
from pellucid.evaluation.feature import Feature, Predict, Replaced, sample_rows
from pellucid.evaluation.row_loss import mean_interval

Array = np.ndarray[Any, Any]

FEWEST_REPEATS, MOST_REPEATS = 5, 20
FEWEST_ROWS, MOST_ROWS = 200, 20_000
BUDGET = 2_000_000
"""Predicted rows in all: some seconds for the networks that tables have."""
ROWS_A_CALL, NUMBERS_A_CALL = 1 << 16, 1 << 23
"""What is predicted in one call, in rows and in values of all columns: enough for all threads."""
MOST_WORK = 400_000_000_000
"""Multiplications in all: some seconds likewise, of networks that are large."""
FEWEST_COLUMNS = 20


def column_importance(
    features: Sequence[Feature],
    truth: Array,
    predict: Predict,
    *,
    aim: Aim | None = None,
    part: str = "test",
    budget: int = BUDGET,
    cost: int = 1,
    seed: int = 0,
) -> dict[str, Any]:
    """Return by how much the error grows when each column is permuted, largest first.

    The error is what the aim measures, such as the mean log loss, or of numbers the root of the
    mean squared error.

    Rows are subsampled, and permutations are made fewer, until columns x permutations x rows are
    within the budget, as far as 5 permutations of 200 rows allow. Where a network is so large that
    not even these can be had for every column, only those are tried that go most with the
    predictions (by the correlation, of categories the correlation ratio).

    Args:
        features: the columns, rows of one part in the same order.
        truth: class codes (rows,), or numbers (rows,).
        predict: gives predictions of these rows with replaced columns.
        aim: what is predicted; if None the usual for predictions of this shape.
        part: which part of the data the rows are.
        budget: how many rows may be predicted.
        cost: the multiplications that predicting a row takes.
        seed: of sample and permutations.

    Returns:
        "metric" ("log_loss", "rmse", ..), "part", "rows" and "permutations" used, "loss" (the
        metric on these rows as they are), "columns", each with "column", "value", "low" and "high"
        (95 %, over rows and permutations; None for a single row), and "of" and "of_rows", how many
        columns and rows there are, tried or not.
    """
    budget = min(budget, MOST_WORK // max(cost, 1))
    least = FEWEST_REPEATS * max(min(len(truth), FEWEST_ROWS), 1)
    count = min(len(features), max(budget // least, FEWEST_COLUMNS))
    repeats, rows = _spend(budget, count, len(truth))
    chosen = sample_rows(len(truth), rows, seed)
    chosen_truth = truth[chosen]
    predicted = predict(chosen)
    of = len(features)
    if count < of:
        strengths = np.array([_association(feature, chosen, predicted) for feature in features])
        kept = np.sort(np.argsort(-strengths, kind="stable")[:count])
        features = [features[place] for place in kept.tolist()]
    aim = aim or aim_for(predicted)
    metric = aim.measure
    before = aim.row_losses(chosen_truth, predicted) * aim.row_weights(chosen_truth)
    draw = np.random.Generator(np.random.Philox(seed))
    # The same permutations for every column: what differs between columns is then not luck.
    orders = [draw.permutation(len(chosen)) for _ in range(repeats)]
    columns: list[dict[str, Any]] = []
    losses = _permuted_losses(features, chosen, chosen_truth, predict, orders, aim)
    for feature, after in zip(features, losses, strict=True):
        growth = _rooted(after) - _rooted(before) if metric in ROOTED else after - before
        low, high = mean_interval(_by_row(growth, orders))
        value = float(growth.mean())
        columns.append({"column": feature.name, "value": value, **_finite(low, high)})
    columns.sort(key=lambda column: -column["value"])
    return {
        "metric": metric,
        "part": part,
        "rows": len(chosen),
        "permutations": repeats,
        "loss": aim.in_units(float(before.mean())) if len(before) else None,
        "columns": columns,
        "of": of,
        "of_rows": len(truth),
    }


def _association(feature: Feature, rows: Array, predicted: Array) -> float:
    """Return how much predictions go with a column: the largest correlation (ratio) squared."""
    values, missing = feature.values[rows], feature.missing[rows]
    present = predicted.reshape(len(predicted), -1)[~missing]
    if len(present) < 2:
        return 0.0
    centred = present - present.mean(0)
    spread = np.square(centred).sum(0)
    if feature.labels is None:
        numbers = values[~missing].astype(np.float64)
        numbers = numbers - numbers.mean()
        explained = np.square(numbers @ centred) / max(float(np.square(numbers).sum()), _LEAST)
    else:
        _, groups = np.unique(values[~missing], return_inverse=True)
        counts = np.bincount(groups)
        sums = np.stack([np.bincount(groups, column) for column in centred.T], axis=1)
        explained = (np.square(sums) / counts[:, None]).sum(0)
        # As many groups as rows explain everything: what chance explains is taken off.
        explained = explained - spread * (len(counts) - 1) / max(len(present) - 1, 1)
    return float(np.max(explained / np.maximum(spread, _LEAST)))


_LEAST = float(np.finfo(np.float64).tiny)


def _spend(budget: int, columns: int, rows: int) -> tuple[int, int]:
    """Return how many permutations of how many rows a budget allows."""
    each = budget // max(columns, 1)
    used = min(rows, max(each // FEWEST_REPEATS, FEWEST_ROWS), MOST_ROWS)
    return min(max(each // max(used, 1), FEWEST_REPEATS), MOST_REPEATS), used


def _permuted_losses(
    features: Sequence[Feature],
    rows: Array,
    truth: Array,
    predict: Predict,
    orders: Sequence[Array],
    aim: Aim,
) -> Array:
    """Return the loss of each row under each permutation, (columns, permutations, rows)."""
    size = len(rows)
    trials = [(feature, order) for feature in features for order in orders]
    at_once = max(min(ROWS_A_CALL, NUMBERS_A_CALL // max(len(features), 1)) // max(size, 1), 1)
    weights = aim.row_weights(truth)
    losses = np.empty((len(trials), size))
    for first in range(0, len(trials), at_once):
        some = trials[first : first + at_once]
        replaced = [
            Replaced(feature.name, feature.values[rows[order]], place * size)
            for place, (feature, order) in enumerate(some)
        ]
        predicted = predict(np.tile(rows, len(some)), replaced)
        lost = aim.row_losses(np.tile(truth, len(some)), predicted)
        losses[first : first + len(some)] = lost.reshape(len(some), size) * weights
    return losses.reshape(len(features), len(orders), size)


def _rooted(squares: Array) -> Array:
    """Return what each square adds to the root of their mean, to first order: their mean is it."""
    root = float(squares.mean()) ** 0.5
    return 0.5 * (squares / root + root) if root else squares


def _by_row(growth: Array, orders: Sequence[Array]) -> Array:
    """Return what each row adds to the mean growth.

    A row counts as the one that is predicted and as the one whose value is handed on: a mean over
    pairs of rows varies with both (Hoeffding 1948).
    """
    handed = np.zeros_like(growth)
    for taken, order, grown in zip(handed, orders, growth, strict=True):
        taken[order] = grown
    added: Array = growth.mean(0) + handed.mean(0) - growth.mean()
    return added


def _finite(low: float, high: float) -> dict[str, float | None]:
    bounds = {"low": low, "high": high}
    return {name: bound if np.isfinite(bound) else None for name, bound in bounds.items()}
