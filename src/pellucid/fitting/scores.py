"""The metrics of a model's predictions, for one target or several."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.data.any_target import AnyTarget
from pellucid.data.target import Target
from pellucid.evaluation.metrics import Scores, score

Array = np.ndarray[Any, Any]


def by_target(target: AnyTarget, truth: Array, read: Array) -> list[tuple[Target, Array, Array]]:
    """Return each target with its truth and what was predicted of it.

    Args:
        target: what is predicted.
        truth: codes or numbers, (rows,) or (rows, targets).
        read: probabilities (rows, classes), or numbers (rows,) or (rows, targets).
    """
    return list(zip(target.each, target.split(truth), target.split(read), strict=True))


def scores_by_name(target: AnyTarget, truth: Array, read: Array) -> Scores:
    """Return the metrics; where there are several targets, with the target in their names.

    Args:
        target: what is predicted.
        truth: codes or numbers, (rows,) or (rows, targets).
        read: probabilities (rows, classes), or numbers (rows,) or (rows, targets).
    """
    found: Scores = {}
    for one, told, said in by_target(target, truth, read):
        suffix = f".{one.name}" if isinstance(target, Targets) else ""
        scores = score(one.task, one.name, told, said, positive=one.positive)
        found |= {name + suffix: value for name, value in scores.items()}
    return found
