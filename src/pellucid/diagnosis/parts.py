"""Parts of the data that do not fit together, or are too small to be of use."""

from __future__ import annotations

from pellucid.diagnosis.evidence import TRAIN, VALIDATION, Evidence
from pellucid.diagnosis.finding import HINT, PROBLEM, Finding, finding

FAR_SHIFT = 0.3
"""The distance of a column's two distributions from which on a shift is a problem: of a normal
column by about 0.8 of its standard deviation."""
FEWEST = 20
"""Validation rows below which their loss says little on when to stop: of 20 rows one is 5 %."""
NAMED = 5


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


def small_validation(evidence: Evidence) -> Finding | None:
    """Tell whether the run was stopped on too few rows."""
    rows = evidence.rows.get(VALIDATION, 0)
    if not 0 < rows < FEWEST:
        return None
    values = {"rows": rows, "train": evidence.rows.get(TRAIN, 0)}
    return finding("small_validation", HINT, values)
