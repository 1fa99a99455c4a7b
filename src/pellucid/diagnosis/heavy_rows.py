"""A few training rows that carry much of the loss: wrong labels, outliers, heavy tails."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.diagnosis.evidence import TRAIN, Evidence
from pellucid.diagnosis.finding import HINT, PROBLEM, Finding, finding

Array = np.ndarray[Any, Any]

TOP = 0.01
FEWEST, NAMED = 3, 5
SHARE, LEAST_LOSS = 0.25, math.log(100.0)
"""The share of the loss that the top 1 % of rows carry, and their mean loss, that are odd: on
average they were given less than 1 % for the class that they are said to have. A network that fits
nearly all rows has a large share too (up to 0.8), but small losses (below 3.5)."""
NUMBER_SHARE, MOST_OF_IT = 0.5, 0.7
TYPICAL_ERRORS, AT_MOST = 8.0, 0.05
"""Of numbers, rows are odd whose errors are as many standard deviations, as the median error tells
them, and at most so large a share of the rows: normal errors have none, healthy runs single ones;
the share of the loss that they carry, to be said at all, and from on which it is a problem, since
the errors of the others hardly count (2 % of targets multiplied by 10 or 50 had 0.78 to 0.97)."""


def heavy_rows(evidence: Evidence) -> Finding | None:
    """Tell whether a few of the training rows carry much of the loss, and name them."""
    losses = np.asarray(evidence.losses.get(TRAIN, ()), np.float64)
    order = np.argsort(-losses, kind="stable")
    total = float(losses.sum())
    classes = evidence.classes is not None
    # Of absolute errors no row carries much, and what is odd of them no one asked for.
    if not total > 0 or not (classes or evidence.is_rooted):
        return None
    order = order[: (_odd_labels if classes else _odd_numbers)(losses[order])]
    count, share = len(order), float(losses[order].sum()) / total
    if count < FEWEST or share < (SHARE if classes else NUMBER_SHARE):
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
    level = HINT if classes or share < MOST_OF_IT else PROBLEM
    return finding("heavy_rows", level, values, variant=variant, advice=variant)


def _odd_labels(falling: Array) -> int:
    """Return how many rows, those of the largest losses, may have wrong labels."""
    count = math.ceil(TOP * len(falling))
    return count if falling[:count].mean() >= LEAST_LOSS else 0


def _odd_numbers(falling: Array) -> int:
    """Return how many rows, likewise, are outliers."""
    errors = np.sqrt(falling)
    odd = int(np.count_nonzero(errors >= TYPICAL_ERRORS * 1.4826 * np.median(errors)))
    return odd if odd <= AT_MOST * len(falling) else 0
