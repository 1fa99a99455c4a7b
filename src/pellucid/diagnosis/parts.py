"""Parts of the data that do not fit together, or are too small to be of use."""

from __future__ import annotations

import numpy as np

from pellucid.diagnosis.evidence import TEST, TRAIN, VALIDATION, Evidence
from pellucid.diagnosis.finding import HINT, PROBLEM, Finding, finding

FAR_SHIFT = 0.3
"""The distance of a column's two distributions from which on a shift is a problem: of a normal
column by about 0.8 of its standard deviation."""
FEWEST = 20
"""Validation rows below which their loss says little on when to stop: of 20 rows one is 5 %."""
NAMED = 5
ONE_SIDED, CERTAIN = 0.2, 5.0
"""The share of the mean squared error that is the square of the mean error, and the mean error in
its standard errors, from which on errors are on one side: of rows like the training rows the first
is about 1 / n, and the second beyond 5 in one of a million runs."""
OF_BOTH = 0.5
"""The mean error of training rows in units of that of test rows, from which on both have it: then
it says nothing of the test rows."""


def shifted_columns(evidence: Evidence) -> Finding | None:
    """Tell whether columns differ between training and test rows."""
    shifted = [entry for entry in evidence.drift if entry["shifted"]]
    if not shifted:
        return None
    largest = max(float(entry["statistic"]) for entry in shifted)
    more = " \N{HORIZONTAL ELLIPSIS}" if len(shifted) > NAMED else ""
    values = {
        "columns": ", ".join(str(entry["column"]) for entry in shifted[:NAMED]) + more,
        "count": len(shifted),
        "of": len(evidence.drift),
        "largest": largest,
    }
    return finding("shifted_columns", PROBLEM if largest >= FAR_SHIFT else HINT, values)


def one_sided(evidence: Evidence) -> Finding | None:
    """Tell whether the predictions of test rows are too high, or too low, by much of the error."""
    errors = np.asarray(evidence.errors.get(TEST, ()), np.float64)
    if len(errors) < FEWEST:
        return None
    mean, square = float(errors.mean()), float(np.square(errors).mean())
    deviation = float(errors.std()) / len(errors) ** 0.5
    if mean**2 < ONE_SIDED * square or abs(mean) < CERTAIN * deviation:
        return None
    train = np.asarray(evidence.errors.get(TRAIN, ()), np.float64)
    values = {
        "share": mean**2 / square,
        "same_side": float(((errors > 0) == (mean > 0)).mean()),
        "error": square**0.5,
        "train": float(np.sqrt(np.square(train).mean())) if train.size else 0.0,
        "rows": len(errors),
    }
    side = "high" if mean > 0 else "low"
    advice = "one_sided_time" if evidence.by_time else "one_sided"
    if train.size and float(train.mean()) / mean > OF_BOTH:
        advice = "one_sided_everywhere"
    return finding("one_sided", PROBLEM, values, variant=f"one_sided_{side}", advice=advice)


def small_validation(evidence: Evidence) -> Finding | None:
    """Tell whether the run was stopped on too few rows."""
    rows = evidence.rows.get(VALIDATION, 0)
    if not 0 < rows < FEWEST:
        return None
    values = {"rows": rows, "train": evidence.rows.get(TRAIN, 0)}
    return finding("small_validation", HINT, values)
