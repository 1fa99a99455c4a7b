"""The metrics of a model's predictions, for one target or several."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.data.target import Target
from pellucid.evaluation.aim import Aim
from pellucid.evaluation.metrics import Scores, score
from pellucid.fitting.objective import Objective

Array = np.ndarray[Any, Any]


def by_target(
    objective: Objective, truth: Array, read: Array, deviations: Array | None = None
) -> list[tuple[Target, Aim, Array, Array]]:
    """Return each target with its aim, its truth and what was predicted of it.

    Args:
        objective: what is predicted.
        truth: codes or numbers, (rows,) or (rows, targets).
        read: probabilities (rows, classes), or numbers (rows,) or (rows, targets).
        deviations: of a distribution, of the shape of `read`: a target's prediction is then the
            mean and the standard deviation, (rows, 2).
    """
    target = objective.target
    said = target.split(read)
    if deviations is not None:
        pairs = zip(said, target.split(deviations), strict=True)
        said = tuple(np.stack(pair, axis=1) for pair in pairs)
    return list(zip(target.each, objective.aims, target.split(truth), said, strict=True))


def scores_by_name(
    objective: Objective, truth: Array, read: Array, deviations: Array | None = None
) -> Scores:
    """Return the metrics; where there are several targets, with the target in their names.

    The arguments are those of `by_target`.
    """
    found: Scores = {}
    for one, aim, told, said in by_target(objective, truth, read, deviations):
        suffix = f".{one.name}" if len(objective.target.each) > 1 else ""
        scores = score(aim, one.name, told, said, positive=one.positive)
        found |= {name + suffix: value for name, value in scores.items()}
    return found
