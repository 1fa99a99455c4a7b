"""A few training rows that carry much of the loss: wrong labels, outliers, a value they lack."""

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
SHARED, CHANCE = 0.8, 1e-4
"""The share of such rows that lack a value of one column, and the probability that as many of so
many rows drawn by chance lack one of any column, at which that is the reason and not the rows."""


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
    lacking = _lacking(evidence, order)
    if lacking is not None:
        column, shared = lacking
        values |= {"column": column, "shared": shared}
        values["lacking"] = int(np.count_nonzero(evidence.missing[column]))
        variant = "heavy_rows_missing"
    level = HINT if classes or share < MOST_OF_IT else PROBLEM
    return finding("heavy_rows", level, values, variant=variant, advice=variant)


def _lacking(evidence: Evidence, rows: Array) -> tuple[str, int] | None:
    """Return the column of which nearly all of these rows have no value, and how many have none."""
    found = None
    for column, missing in evidence.missing.items():
        shared, all_of_them = int(missing[rows].sum()), int(missing.sum())
        if shared < SHARED * len(rows) or (found is not None and shared <= found[1]):
            continue
        if _as_many(len(missing), all_of_them, len(rows), shared) * len(evidence.missing) < CHANCE:
            found = column, shared
    return found


def _as_many(rows: int, of_kind: int, drawn: int, seen: int) -> float:
    """Return how often so many rows or more of a kind are drawn (the hypergeometric law)."""
    from scipy.stats import hypergeom

    return float(hypergeom.sf(seen - 1, rows, of_kind, drawn))


def _odd_labels(falling: Array) -> int:
    """Return how many rows, those of the largest losses, may have wrong labels."""
    count = math.ceil(TOP * len(falling))
    return count if falling[:count].mean() >= LEAST_LOSS else 0


def _odd_numbers(falling: Array) -> int:
    """Return how many rows, likewise, are outliers."""
    errors = np.sqrt(falling)
    odd = int(np.count_nonzero(errors >= TYPICAL_ERRORS * 1.4826 * np.median(errors)))
    return odd if odd <= AT_MOST * len(falling) else 0
