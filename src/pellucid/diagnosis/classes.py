"""Classes that the network never says, what it thinks of their shares, and too few rows to tell."""

from __future__ import annotations

import numpy as np

from pellucid.diagnosis.evidence import DEVIATIONS, TEST, TRAIN, VALIDATION, Evidence
from pellucid.diagnosis.finding import HINT, PROBLEM, Finding, finding

FEWEST = 5
"""Rows of a class below which it may go unsaid by chance."""
NAMED = 5

LESS, MORE = 0.5, 1.5
"""The rows that a class is thought to have, in units of those that it has, from which on, beyond
chance, the network knows too little of it, or its probabilities are no shares."""
TOLD = 5
"""Rows of a class in a part below which they tell next to nothing: one of them is 20 % or more."""


def rare_classes(evidence: Evidence) -> Finding | None:
    """Tell whether a class has so few rows to stop or to test on that the numbers are luck."""
    held = {part: np.asarray(evidence.class_rows.get(part, ())) for part in (VALIDATION, TEST)}
    counted = {part: counts for part, counts in held.items() if counts.size and counts.sum()}
    if evidence.classes is None or not counted:
        return None
    fewest = np.min(list(counted.values()), axis=0)
    # Where every class has few rows, the part is small: that is said elsewhere.
    rare = np.flatnonzero(fewest < TOLD)
    if not rare.size or np.max(list(counted.values())) < 2 * TOLD:
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
    """Tell whether there are classes with rows, none of which the network ever predicts.

    Of a rare class that is as it must be: another one is more probable in every row. So it is a
    fault only where the network thinks the class rarer than it is, or where classes count the same.
    """
    if evidence.true_rows is None or evidence.said_rows is None or evidence.classes is None:
        return None
    there, predicted = np.asarray(evidence.true_rows), np.asarray(evidence.said_rows)
    silent = np.flatnonzero((there >= FEWEST) & (predicted == 0))
    if not silent.size:
        return None
    advice, level = "never_predicted", PROBLEM
    if evidence.balanced:
        advice = "never_predicted_balanced"
    elif evidence.expected is not None:
        thought = np.asarray(evidence.expected, np.float64)[silent]
        lost = there[silent] - thought
        unknown = (thought < LESS * there[silent]) & (lost > DEVIATIONS * np.sqrt(there[silent]))
        if unknown.any():
            silent = silent[unknown]
        else:
            advice, level = "never_predicted_rare", HINT
    names = [str(evidence.classes[code]) for code in silent[np.argsort(-there[silent])]]
    more = " \N{HORIZONTAL ELLIPSIS}" if len(names) > NAMED else ""
    values = {
        "classes": ", ".join(names[:NAMED]) + more,
        "count": len(names),
        "rows": int(there[silent].sum()),
        "of": int(there.sum()),
    }
    if evidence.expected is not None:
        values["expected"] = float(np.asarray(evidence.expected)[silent].sum())
    variant = "never_predicted_rare" if level == HINT else "never_predicted"
    return finding("never_predicted", level, values, variant=variant, advice=advice)


def balanced_probabilities(evidence: Evidence) -> Finding | None:
    """Tell whether classes were made to count the same, so that probabilities are no shares."""
    if not evidence.balanced or evidence.expected is None or evidence.true_rows is None:
        return None
    assert evidence.classes is not None
    there = np.asarray(evidence.true_rows)
    thought = np.asarray(evidence.expected, np.float64)
    over = (thought > MORE * there) & (thought - there > DEVIATIONS * np.sqrt(there + 1.0))
    if not over.any():
        return None
    code = int(np.argmax(np.where(over, thought / (there + 1.0), 0.0)))
    values = {
        "classes": str(evidence.classes[code]),
        "said": float(thought[code] / there.sum()),
        "share": float(there[code] / there.sum()),
    }
    return finding("balanced_probabilities", HINT, values)
