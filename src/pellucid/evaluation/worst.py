"""The rows that the network gets most wrong, as the user would look them up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.evaluation.aim import Aim
from pellucid.evaluation.feature import Feature

Array = np.ndarray[Any, Any]

COUNT = 20


def worst_rows(
    features: Sequence[Feature],
    aim: Aim,
    losses: Array,
    numbers: Array,
    in_words: Callable[[int], tuple[Any, Any, float | None]],
    *,
    count: int = COUNT,
) -> dict[str, Any]:
    """Return the rows of the largest loss, largest first; of equal ones the first.

    Args:
        features: the columns to be shown with them.
        aim: what is predicted, by which a loss is shown.
        losses: the loss of each row, float64 (rows,).
        numbers: the number of each row in its source, (rows,).
        in_words: gives a row's truth and prediction as people read them, and the probability of
            its prediction, None where it is no class.
        count: how many rows, at most.

    Returns:
        "columns", the names, "measure", as which a loss is shown, "scale", the name of the
        logarithm where errors are of logarithms, and "rows", each with "row", "truth",
        "prediction", "probability", "loss" of classes or "error" of numbers, how far off the
        prediction is, and "values", texts.
    """
    rows = []
    for position in np.argsort(-losses, kind="stable")[:count].tolist():
        truth, prediction, probability = in_words(position)
        rows.append(
            {
                "row": int(numbers[position]),
                "truth": truth,
                "prediction": prediction,
                "probability": probability,
                "loss" if aim.classifies else "error": aim.in_units(losses[position]),
                "values": [feature.text(position) for feature in features],
            }
        )
    return {
        "columns": [feature.name for feature in features],
        "measure": aim.measure,
        "scale": aim.log.name if aim.is_logarithmic else None,
        "rows": rows,
    }
