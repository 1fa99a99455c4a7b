"""A few training rows that carry much of the loss: wrong labels, outliers, heavy tails."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.diagnosis.evidence import TRAIN, Evidence
from pellucid.diagnosis.finding import HINT, Finding, finding

Array = np.ndarray[Any, Any]

TOP = 0.01
FEWEST, NAMED = 3, 5
SHARE, LEAST_LOSS = 0.25, math.log(100.0)
"""The share of the loss that the top 1 % of rows carry, and their mean loss, that are odd: on
average they were given less than 1 % for the class that they are said to have. A network that fits
nearly all rows has a large share too (up to 0.8), but small losses (below 3.5)."""
NUMBER_SHARE, TYPICAL_ERRORS = 0.5, 8.0
"""Of numbers: normal errors have 0.08 of the loss in their top 1 %, healthy runs up to 0.2; and the
size of these errors, in standard deviations as the median error tells them."""


def heavy_rows(evidence: Evidence) -> Finding | None:
    """Tell whether 1 % of the training rows carry much of the loss, and name them."""
    losses = evidence.losses_of(TRAIN)
    count = math.ceil(TOP * len(losses))
    total = float(losses.sum())
    if count < FEWEST or not total > 0:
        return None
    order = np.argsort(-losses, kind="stable")[:count]
    share = float(losses[order].sum()) / total
    classes = evidence.classes is not None
    odd = _odd_labels if classes else _odd_numbers
    if not odd(losses, order, share):
        return None
    numbers = evidence.row_numbers.get(TRAIN)
    rows = (order if numbers is None else np.asarray(numbers)[order]).tolist()
    more = " \N{HORIZONTAL ELLIPSIS}" if count > NAMED else ""
    values = {
        "count": count,
        "of": len(losses),
        "share": share,
        "loss": float(losses[order].mean()),
        "rows": ", ".join(str(row) for row in rows[:NAMED]) + more,
    }
    variant = "heavy_rows_labels" if classes else "heavy_rows_numbers"
    return finding("heavy_rows", HINT, values, variant=variant, advice=variant)


def _odd_labels(losses: Array, order: Array, share: float) -> bool:
    return share >= SHARE and bool(losses[order].mean() >= LEAST_LOSS)


def _odd_numbers(losses: Array, order: Array, share: float) -> bool:
    typical = 1.4826 * float(np.median(np.sqrt(losses)))
    smallest = float(np.sqrt(losses[order]).mean())
    return share >= NUMBER_SHARE and smallest >= TYPICAL_ERRORS * typical
