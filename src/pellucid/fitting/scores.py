"""The metrics of a model's predictions, for one target or several."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.data.target import Target
from pellucid.evaluation.aim import Aim
from pellucid.evaluation.bootstrap import bootstrap
from pellucid.evaluation.intervals import Interval
from pellucid.evaluation.judgement import NETWORK
from pellucid.evaluation.metrics import Scores, score
from pellucid.fitting.objective import Objective

Array = np.ndarray[Any, Any]


def by_target(
    objective: Objective, truth: Array, predicted: Array, deviations: Array | None = None
) -> list[tuple[Target, Aim, Array, Array]]:
    """Return each target with its aim, its truth and what was predicted of it.

    Args:
        objective: what is predicted.
        truth: codes or numbers, (rows,) or (rows, targets).
        predicted: probabilities (rows, classes), or numbers (rows,) or (rows, targets).
        deviations: of a distribution, of the shape of `predicted`: a target's prediction is then
            the mean and the standard deviation, (rows, 2).
    """
    target = objective.target
    predictions = target.split(predicted)
    if deviations is not None:
        pairs = zip(predictions, target.split(deviations), strict=True)
        predictions = tuple(np.stack(pair, axis=1) for pair in pairs)
    return list(zip(target.each, objective.aims, target.split(truth), predictions, strict=True))


def scores_by_name(
    objective: Objective, truth: Array, predicted: Array, deviations: Array | None = None
) -> Scores:
    """Return the metrics; where there are several targets, with the target in their names.

    The arguments are those of `by_target`.
    """
    found: Scores = {}
    for one, aim, own_truth, own_predictions in by_target(objective, truth, predicted, deviations):
        scores = score(aim, one.name, own_truth, own_predictions, positive=one.positive)
        found |= {name + _suffix(objective, one): value for name, value in scores.items()}
    return found


def intervals_by_name(
    objective: Objective,
    truth: Array,
    predicted: Array,
    deviations: Array | None = None,
    groups: Array | None = None,
) -> dict[str, Interval]:
    """Return the metrics with their 95 % intervals, as a verdict has them, by the same names.

    The arguments are those of `by_target`; `groups` says to which group each row belongs, (rows,),
    where groups are drawn and not rows.
    """
    found: dict[str, Interval] = {}
    for one, aim, own_truth, own_predictions in by_target(objective, truth, predicted, deviations):
        drawn = bootstrap(
            aim,
            one.name,
            own_truth,
            {NETWORK: own_predictions},
            positive=one.positive,
            groups=groups,
        )
        suffix = _suffix(objective, one)
        found |= {name + suffix: models[NETWORK] for name, models in drawn.metrics.items()}
    return found


def _suffix(objective: Objective, target: Target) -> str:
    return f".{target.name}" if len(objective.target.each) > 1 else ""
