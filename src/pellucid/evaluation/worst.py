"""The rows that the network gets most wrong, as the user would look them up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.evaluation.feature import Feature
from pellucid.evaluation.row_loss import row_losses

Array = np.ndarray[Any, Any]

COUNT = 20


def worst_rows(
    features: Sequence[Feature],
    truth: Array,
    read: Array,
    numbers: Array,
    *,
    classes: Sequence[str] | None = None,
    count: int = COUNT,
) -> dict[str, Any]:
    """Return the rows of the largest loss, largest first; of equal ones the first.

    Args:
        features: the columns to be shown with them.
        truth: class codes (rows,), or numbers (rows,).
        read: probabilities (rows, classes), or numbers (rows,).
        numbers: the number of each row in its source, (rows,).
        classes: the labels of the classes; None for numbers.
        count: how many rows, at most.

    Returns:
        "columns", the names, and "rows", each with "row", "truth", "prediction", "probability"
        (that the network gave to its prediction; None for numbers), "loss" and "values", texts.
    """
    losses = row_losses(truth, read)
    order = np.argsort(-losses, kind="stable")[:count]
    rows = []
    for position in order.tolist():
        said: Any
        told: Any
        if classes is not None:
            guess = int(read[position].argmax())
            told, said = classes[int(truth[position])], classes[guess]
            probability: float | None = float(read[position, guess])
        else:
            told, said, probability = float(truth[position]), float(read[position]), None
        rows.append(
            {
                "row": int(numbers[position]),
                "truth": told,
                "prediction": said,
                "probability": probability,
                "loss": float(losses[position]),
                "values": [feature.text(position) for feature in features],
            }
        )
    return {"columns": [feature.name for feature in features], "rows": rows}
