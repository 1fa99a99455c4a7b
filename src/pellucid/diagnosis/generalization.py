"""Whether the network knows its training rows better than others, and whether more would help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.diagnosis.evidence import (
    CONSTANT,
    DEVIATIONS,
    RMSE,
    RMSLE,
    TEST,
    TRAIN,
    VALIDATION,
    Evidence,
    LearningCurve,
)
from pellucid.diagnosis.finding import HINT, PROBLEM, Finding, finding

Array = np.ndarray[Any, Any]

GAP = 0.3
"""The gap between the losses of other rows and training rows, in units of saying nothing, where it
is beyond chance. Healthy networks have up to 0.27 at any certainty and, on few rows, up to
0.9 at 2 standard errors; those that learned rows by heart 0.5 and more at 3 to 14."""
GAIN = 0.05
"""The share of the loss that the last doubling of the rows must have taken away, and from the
least loss before them."""


def overfitting(evidence: Evidence) -> Finding | None:
    """Tell whether the network learned its training rows by heart."""
    train, other = evidence.losses_of(TRAIN), evidence.losses_of(VALIDATION, TEST)
    nothing = evidence.baseline_loss(CONSTANT, VALIDATION, TEST)
    if len(train) < 2 or len(other) < 2 or not nothing:
        return None
    gap = float(other.mean() - train.mean())
    error = float(np.sqrt(train.var(ddof=1) / len(train) + other.var(ddof=1) / len(other)))
    if gap < GAP * nothing or gap < DEVIATIONS * error:
        return None
    better = [name for name in evidence.baselines if evidence.is_behind(name, VALIDATION, TEST)]
    values = {
        "train": evidence.shown(float(train.mean())),
        "other": evidence.shown(float(other.mean())),
        "rows": len(train),
        "other_rows": len(other),
        "gap": gap / nothing,
        "deviations": min(gap / error, 1e6) if error else 1e6,
    }
    level = PROBLEM if better else HINT
    return finding("overfitting", level, values, measure=evidence.measure)


def more_rows(evidence: Evidence) -> Finding | None:
    """Tell whether the error was still falling with the number of rows.

    It must have fallen below that of every smaller number of rows: what only comes down again from
    half of the rows goes up and down by chance.
    """
    curve = evidence.learning_curve
    if curve is None or len(curve.rows) < 3:
        return None
    errors, trained, low, high = (
        _losses(curve, values) for values in (curve.test, curve.train, curve.low, curve.high)
    )
    places = np.log2(np.asarray(curve.rows, np.float64))
    before = float(np.interp(places[-1] - 1.0, places, errors))
    gain = min(before, float(errors[:-1].min())) - float(errors[-1])
    noise = abs(high[-1] - low[-1]) / 4.0
    if gain < GAIN * before or gain < noise or errors[-1] - trained[-1] < gain:
        return None
    values = {
        "rows": int(curve.rows[-1]),
        "half": int(curve.rows[-1]) // 2,
        "before": evidence.shown(before),
        "after": evidence.shown(float(errors[-1])),
        "train": evidence.shown(float(trained[-1])),
        "gain": (before - float(errors[-1])) / before,
    }
    return finding("more_rows", HINT, values, measure=evidence.measure)


def _losses(curve: LearningCurve, values: Sequence[float]) -> Array:
    """Return the losses that numbers of a learning curve stand for."""
    found = np.asarray(values, np.float64)
    return np.square(found) if curve.metric in (RMSE, RMSLE) else found
