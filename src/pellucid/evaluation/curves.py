"""The numbers behind the pictures of a verdict: the entry "curves" of a run's facts.

Receives the truth and the network's predictions on the rows of one part; gives for classes the ROC
and precision-recall curves, calibration and confusion, for numbers truth against prediction,
residuals and error quantiles, as plain JSON and with few enough points to be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import OptionError
from pellucid.evaluation.aim import DECISIONS, DISTRIBUTION, Aim, aim_of
from pellucid.evaluation.class_scores import ClassScores
from pellucid.evaluation.intervals import wilson_interval
from pellucid.evaluation.metrics import scores_of
from pellucid.evaluation.ranking import Ranking
from pellucid.evaluation.thinning import across, along

__all__ = ["curves"]

Array = npt.NDArray[Any]

MOST_POINTS = 200
MOST_CURVES = 8
"""Of more classes the most frequent have curves of their own."""
MOST_CONFUSED = 500
"""Of more classes the most frequent stand in the table, the others together in its last place."""
MOST_DOTS = 2000
MOST_BINS = 60
QUANTILES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def curves(
    aim: Aim | str,
    name: str,
    classes: Sequence[Any],
    truth: Array,
    predicted: Array,
    *,
    positive: int = 1,
    seed: int = 0,
) -> dict[str, Any] | None:
    """Return the curves of a network's predictions as plain JSON; None where there are no rows.

    Args:
        aim: what is predicted, or a task, "classification" or "regression", for the usual.
        name: the target's name, for messages.
        classes: the labels, in the order of the codes; empty for numbers.
        truth: codes, int (rows,), or numbers in the user's units, float64 (rows,).
        predicted: probabilities (rows, classes), or numbers (rows,).
        positive: of two classes, the code of the one that is looked for.
        seed: of the choice of dots, where there are more than 2000 rows.

    Returns:
        For classes "roc", "precision_recall" (of at most 8 classes, the most frequent; of more than
        two, the mean over all classes comes last, with the class None), "calibration" (None where
        scores are no probabilities) and "confusion" (rows true, columns predicted; of more than 500
        classes, the rest are together under None). Of two classes the curves are those of the
        positive one. A class has curves if it has rows and is not the only one. For numbers
        "scatter", "residuals" (truth less prediction; "below" and "above" count those beyond the
        edges) and "quantiles" of absolute errors.

    Raises:
        NonFiniteError, ShapeError, DataError: predictions do not suit the truth.
        OptionError: there are not as many labels as probabilities.
    """
    if not len(truth):
        return None
    aim = aim_of(aim)
    scores = scores_of(aim, name, truth, predicted, positive=positive)
    if not isinstance(scores, ClassScores):
        numbers = predicted[:, 0] if aim.kind == DISTRIBUTION else predicted
        return _of_numbers(np.asarray(truth, np.float64), np.asarray(numbers, np.float64), seed)
    labels = list(classes)
    if len(labels) != scores.classes:
        raise OptionError(
            f"'{name}' has {scores.classes} probabilities a row, but {len(labels)} labels"
        )
    roc, precision_recall = _rankings(scores, labels)
    return {
        "roc": roc,
        "precision_recall": precision_recall,
        "calibration": None if aim.kind == DECISIONS else _calibration(scores),
        "confusion": _confusion(scores, labels),
    }


def _rankings(
    scores: ClassScores, labels: list[Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    order = np.argsort(-scores.class_rows, kind="stable")
    chosen = set(order[:MOST_CURVES].tolist())
    roc: list[dict[str, Any]] = []
    precision_recall: list[dict[str, Any]] = []
    rates, levels = np.linspace(0.0, 1.0, MOST_POINTS), np.arange(1, MOST_POINTS) / MOST_POINTS
    mean_rate, mean_precision = np.zeros(len(rates)), np.zeros(len(levels))
    areas, precisions, shares = [], [], []
    for code, ranking in scores.rankings():
        false, true = ranking.roc()
        recall, precision = ranking.steps()
        mean_rate += np.interp(rates, false, true)
        mean_precision += precision[np.searchsorted(recall, levels).clip(0, len(recall) - 1)]
        areas.append(ranking.area)
        precisions.append(ranking.precision)
        shares.append(ranking.positives / ranking.rows)
        if code not in chosen:
            continue
        roc.append(_roc(labels[code], ranking))
        precision_recall.append(_precision_recall(labels[code], ranking))
    if scores.classes > 2 and areas:
        count = len(areas)
        # The mean leaves the corner where the false positive rate is 0 as an upright line.
        false, true = np.append(0.0, rates), np.append(0.0, mean_rate / count)
        roc.append(_roc_entry(None, false, true, float(np.mean(areas))))
        entry = _recall_entry(None, levels, mean_precision / count, float(np.mean(precisions)))
        precision_recall.append(entry | {"share": float(np.mean(shares))})
    return roc, precision_recall


def _roc(label: Any, ranking: Ranking) -> dict[str, Any]:
    false, true = ranking.roc()
    kept = along(false, true, MOST_POINTS)
    return _roc_entry(label, false[kept], true[kept], ranking.area)


def _roc_entry(label: Any, false: Array, true: Array, area: float) -> dict[str, Any]:
    rates = {"false_positive_rate": false.tolist(), "true_positive_rate": true.tolist()}
    return {"class": label, **rates, "area": area}


def _precision_recall(label: Any, ranking: Ranking) -> dict[str, Any]:
    recall, precision = ranking.precision_recall()
    kept = across(recall, precision, MOST_POINTS)
    entry = _recall_entry(label, recall[kept], precision[kept], ranking.precision)
    return entry | {"share": ranking.positives / ranking.rows}


def _recall_entry(label: Any, recall: Array, precision: Array, area: float) -> dict[str, Any]:
    both = {"recall": recall.tolist(), "precision": precision.tolist()}
    return {"class": label, **both, "area": area}


def _calibration(scores: ClassScores) -> dict[str, Any]:
    found = scores.calibration
    rows = np.bincount(found.bins, minlength=found.count)
    hits = np.bincount(found.bins, found.outcomes, found.count)
    means = np.bincount(found.bins, found.probabilities, found.count) / rows
    low, high = wilson_interval(hits, rows)
    lowest, highest = np.full(found.count, np.inf), np.full(found.count, -np.inf)
    np.minimum.at(lowest, found.bins, found.probabilities)
    np.maximum.at(highest, found.bins, found.probabilities)
    columns = {
        "low": lowest,
        "high": highest,
        "mean_probability": means,
        "frequency": hits / rows,
        "rows": rows,
        "frequency_low": low,
        "frequency_high": high,
    }
    values = zip(*(column.tolist() for column in columns.values()), strict=True)
    bins = [dict(zip(columns, line, strict=True)) for line in values]
    return {"bins": bins, "error": found.error()}


def _confusion(scores: ClassScores, labels: list[Any]) -> dict[str, Any]:
    predicted = scores.read.argmax(1)
    places, shown = np.arange(scores.classes), list(labels)
    if scores.classes > MOST_CONFUSED:
        frequent = np.sort(np.argsort(-scores.class_rows, kind="stable")[:MOST_CONFUSED])
        places = np.full(scores.classes, MOST_CONFUSED)
        places[frequent] = np.arange(MOST_CONFUSED)
        shown = [labels[code] for code in frequent.tolist()] + [None]
    size = len(shown)
    counts = np.bincount(places[scores.truth] * size + places[predicted], minlength=size * size)
    return {"classes": shown, "counts": counts.reshape(size, size).tolist()}


def _of_numbers(truth: Array, predicted: Array, seed: int) -> dict[str, Any]:
    rows = np.arange(len(truth))
    if len(truth) > MOST_DOTS:
        words = np.random.Philox(seed).random_raw(len(truth))
        rows = np.sort(np.argsort(words, kind="stable")[:MOST_DOTS])
    # Halves, so that the difference of two numbers of opposite sign stays in range.
    with np.errstate(over="ignore"):
        residuals = np.clip(2.0 * (0.5 * truth - 0.5 * predicted), -_LARGEST, _LARGEST)
    quantiles = np.quantile(np.abs(residuals), QUANTILES)
    return {
        "scatter": {"truth": truth[rows].tolist(), "prediction": predicted[rows].tolist()},
        "residuals": _histogram(residuals),
        "quantiles": [
            {"quantile": quantile, "error": error}
            for quantile, error in zip(QUANTILES, quantiles.tolist(), strict=True)
        ],
    }


_LARGEST = float(np.finfo(np.float64).max) / 64.0


def _histogram(values: Array) -> dict[str, Any]:
    """Return a histogram whose bins do not vanish beside a few far values."""
    low, first, third, high = np.quantile(values, [0.0, 0.25, 0.75, 1.0])
    reach = 10.0 * (third - first)
    if reach > 0.0:
        low, high = max(low, first - reach), min(high, third + reach)
    if low == high:
        half = max(0.5 * abs(low), np.finfo(np.float64).tiny) if low else 0.5
        low, high = low - half, high + half
    inside = values[(values >= low) & (values <= high)]
    # The rule of Freedman and Diaconis (1981).
    width = 2.0 * (third - first) * len(values) ** (-1.0 / 3.0)
    bins = int(np.clip(np.ceil((high - low) / width), 5, MOST_BINS)) if width > 0.0 else 10
    edges = np.linspace(low, high, bins + 1)
    counts, _ = np.histogram(inside, edges)
    return {
        "edges": edges.tolist(),
        "counts": counts.tolist(),
        "below": int((values < low).sum()),
        "above": int((values > high).sum()),
    }
