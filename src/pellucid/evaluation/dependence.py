"""What the network says as one column moves and all others stay: partial dependence.

For each value on a grid every row of a sample is given that value, and predicted. The curve is the
mean over rows; the band holds the middle 80 % of rows (from the 10 % to the 90 % quantile of the
single curves): a wide one says that the effect, or the level, differs between rows. It is no
interval of confidence. Where a column hangs together with others, the grid asks of combinations
that no row has.

Source: Friedman, "Greedy function approximation: a gradient boosting machine", Annals of
Statistics 29 (2001), section 8.2; Goldstein, Kapelner, Bleich, Pitkin, "Peeking inside the black
box", Journal of Computational and Graphical Statistics 24 (2015), for the single curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.evaluation.feature import NUMBER, Feature, Predict, Replaced, sample_rows

Array = np.ndarray[Any, Any]

GRID, LABELS, CLASSES, ROWS = 20, 12, 5, 500
BAND = (0.1, 0.9)
DISTINCT = 40
"""Up to so many different numbers are all in the grid, such as hours or months."""
ENDS = (0.01, 0.99)
"""Quantiles between which the grid lies: beyond them few rows could tell of the network."""


def partial_dependence(
    features: Sequence[Feature],
    predict: Predict,
    *,
    classes: Sequence[str] | None = None,
    positive: int = 1,
    rows: int = ROWS,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Return a curve of the mean prediction for each column.

    Args:
        features: the columns wanted, of the rows that `predict` knows.
        predict: gives predictions of these rows with replaced columns.
        classes: the labels of the classes; None for numbers. Of two the positive one has a curve,
            of more those five that are most probable on average.
        positive: of two classes, the code of the one that is looked for.
        rows: how many rows are averaged, at most.
        seed: of the sample of rows.

    Returns:
        For each column "column", "kind", "grid" (numbers, or labels), "curves" (each "class",
        "mean", "low", "high" on the grid) and "rows", how many values of the column are nearest to
        each place of the grid. A column without a value is left out.
    """
    found = []
    for feature in features:
        grid = _grid(feature)
        if not len(grid):
            continue
        chosen = sample_rows(len(feature), rows, seed)
        predicted = predict(
            np.tile(chosen, len(grid)), [Replaced(feature.name, np.repeat(grid, len(chosen)))]
        ).reshape(len(grid), len(chosen), -1)
        found.append(
            {
                "column": feature.name,
                "kind": feature.kind,
                "grid": _shown(feature, grid),
                "curves": [
                    {"class": label, **_curve(predicted[:, :, position])}
                    for position, label in _wanted(predicted, classes, positive)
                ],
                "rows": _nearest(feature, grid),
            }
        )
    return found


def _grid(feature: Feature) -> Array:
    """Return quantiles of a number's values, or the most frequent codes in their order."""
    present = feature.values[~feature.missing]
    if not present.size:
        return present
    if feature.kind != NUMBER:
        counts = np.bincount(present)
        frequent = np.argsort(-counts, kind="stable")[:LABELS]
        return np.sort(frequent[counts[frequent] > 0]).astype(feature.values.dtype)
    distinct = np.unique(present)
    if len(distinct) <= DISTINCT:
        return distinct
    return np.unique(np.quantile(present, np.linspace(*ENDS, GRID)))


def _shown(feature: Feature, grid: Array) -> list[Any]:
    if feature.labels is None:
        return [float(value) for value in grid]
    return [feature.labels[code] for code in grid]


def _wanted(
    predicted: Array, classes: Sequence[str] | None, positive: int
) -> list[tuple[int, str | None]]:
    """Return which outputs have a curve, with the label of their class."""
    if classes is None:
        return [(0, None)]
    if len(classes) == 2:
        return [(positive, classes[positive])]
    likely = np.argsort(-predicted.mean((0, 1)), kind="stable")[:CLASSES]
    return [(int(position), classes[position]) for position in np.sort(likely)]


def _curve(single: Array) -> dict[str, list[float]]:
    """Return mean and band of single curves, (grid, rows)."""
    low, high = np.quantile(single, BAND, axis=1)
    return {"mean": single.mean(1).tolist(), "low": low.tolist(), "high": high.tolist()}


def _nearest(feature: Feature, grid: Array) -> list[int]:
    """Return how many values lie nearest to each place of the grid; of labels those equal to it."""
    present = feature.values[~feature.missing]
    if feature.kind != NUMBER:
        return [int((present == code).sum()) for code in grid]
    between = (grid[1:] + grid[:-1]) / 2.0
    places = np.searchsorted(between, present, side="right")
    return np.bincount(places, minlength=len(grid)).tolist()
