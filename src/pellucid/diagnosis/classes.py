"""Classes that the network never says, and those with too few rows to tell."""

from __future__ import annotations

import numpy as np

from pellucid.diagnosis.evidence import TEST, TRAIN, VALIDATION, Evidence
from pellucid.diagnosis.finding import HINT, PROBLEM, Finding, finding

FEWEST = 5
"""Rows of a class below which it may go unsaid by chance."""
NAMED = 5

TOLD = 5
"""Rows of a class in a part below which they tell next to nothing: one of them is 20 % or more."""


def rare_classes(evidence: Evidence) -> Finding | None:
    """Tell whether a class has so few rows to stop or to test on that the numbers are luck."""
    held = {part: np.asarray(evidence.class_rows.get(part, ())) for part in (VALIDATION, TEST)}
    known = {part: counts for part, counts in held.items() if counts.size and counts.sum()}
    if evidence.classes is None or not known:
        return None
    fewest = np.min(list(known.values()), axis=0)
    # Where every class has few rows, the part is small: that is said elsewhere.
    rare = np.flatnonzero(fewest < TOLD)
    if not rare.size or np.max(list(known.values())) < 2 * TOLD:
        return None
    rare = rare[np.argsort(fewest[rare], kind="stable")]
    more = " \N{HORIZONTAL ELLIPSIS}" if len(rare) > NAMED else ""
    values = {
        "classes": ", ".join(str(evidence.classes[code]) for code in rare[:NAMED]) + more,
        "count": len(rare),
        **{
            part: int(np.asarray(evidence.class_rows.get(part, np.zeros(len(fewest))))[rare].sum())
            for part in (TRAIN, VALIDATION, TEST)
        },
    }
    variant = "rare_class" if len(rare) == 1 else "rare_classes"
    return finding("rare_classes", HINT, values, variant=variant)


def never_predicted(evidence: Evidence) -> Finding | None:
    """Tell whether there are classes with rows, none of which the network ever predicts."""
    if evidence.true_rows is None or evidence.said_rows is None or evidence.classes is None:
        return None
    there, said = np.asarray(evidence.true_rows), np.asarray(evidence.said_rows)
    silent = np.flatnonzero((there >= FEWEST) & (said == 0))
    if not silent.size:
        return None
    names = [str(evidence.classes[code]) for code in silent[np.argsort(-there[silent])]]
    more = " \N{HORIZONTAL ELLIPSIS}" if len(names) > NAMED else ""
    values = {
        "classes": ", ".join(names[:NAMED]) + more,
        "count": len(names),
        "rows": int(there[silent].sum()),
        "of": int(there.sum()),
    }
    return finding("never_predicted", PROBLEM, values)
