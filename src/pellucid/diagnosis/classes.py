"""Classes that the network never says."""

from __future__ import annotations

import numpy as np

from pellucid.diagnosis.evidence import Evidence
from pellucid.diagnosis.finding import PROBLEM, Finding, finding

FEWEST = 5
"""Rows of a class below which it may go unsaid by chance."""
NAMED = 5


def never_predicted(evidence: Evidence) -> Finding | None:
    """Tell whether there are classes with rows, none of which the network ever predicts."""
    if evidence.confusion is None or evidence.classes is None:
        return None
    counts = np.asarray(evidence.confusion)
    there, said = counts.sum(1), counts.sum(0)
    silent = np.flatnonzero((there >= FEWEST) & (said == 0))
    if not silent.size:
        return None
    names = [str(evidence.classes[code]) for code in silent[np.argsort(-there[silent])]]
    more = " \N{HORIZONTAL ELLIPSIS}" if len(names) > NAMED else ""
    values = {
        "classes": ", ".join(names[:NAMED]) + more,
        "count": len(names),
        "rows": int(there[silent].sum()),
        "of": int(counts.sum()),
    }
    return finding("never_predicted", PROBLEM, values)
