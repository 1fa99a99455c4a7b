"""What a network uses, where it errs, and how its rows differ: the explaining part of the facts.

Receives a prepared table, the model and its predictions; gives importance, dependence, slices, the
worst rows and drift, as plain JSON. Where several columns are predicted together, a row's error is
the mean of its squared errors in standard units; dependence and slices are those of each target.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.data.kinds import Kind
from pellucid.data.prepared import Prepared
from pellucid.evaluation.aim import DECISIONS, Aim
from pellucid.evaluation.dependence import partial_dependence
from pellucid.evaluation.drift import column_drift
from pellucid.evaluation.feature import Feature, Predict, Replaced
from pellucid.evaluation.importance import column_importance
from pellucid.evaluation.slices import slice_errors
from pellucid.evaluation.worst import worst_rows
from pellucid.fitting.columns import PartColumns
from pellucid.fitting.model import Model
from pellucid.fitting.objective import Objective
from pellucid.fitting.scores import by_target
from pellucid.fitting.verdict import Judged

Array = np.ndarray[Any, Any]
DRAWN = 6
"""Columns whose partial dependence is worth drawing."""


def explain(
    prepared: Prepared, model: Model, judged: Judged, seed: int, *, with_report: bool
) -> dict[str, Any]:
    """Return "importance", "dependence", "slices", "worst" and "drift" of the facts.

    Without a report only the last two, which cost little; the others are then None.
    """
    part = judged.part
    columns = PartColumns(prepared, model, part)
    features = columns.features()
    train = PartColumns(prepared, model, "train").features()
    found: dict[str, Any] = {
        "importance": None,
        "dependence": None,
        "slices": None,
        "worst": _worst(prepared, model.objective.aim, judged, columns.as_shown()),
        "drift": [] if part == "train" else _drift(train, features, prepared.split_by, seed),
    }
    if not with_report:
        return found
    truth, _ = errors_of(prepared, judged, part)
    predict = _predict_errors(prepared, columns, part)
    aim = model.objective.aim
    cost = sum(int(values.size) for values in model.values.values())
    importance = column_importance(
        features, truth, predict, aim=aim, part=part, cost=cost, seed=seed
    )
    first = [column["column"] for column in importance["columns"] if column["value"] > 0][:DRAWN]
    drawn = {
        feature.name: feature
        for feature in features
        if prepared.understood[feature.name].kind is not Kind.DATE
    }
    wanted = [drawn[name] for name in first if name in drawn]
    return found | {
        "importance": importance | {"standardised": len(prepared.target.each) > 1},
        "dependence": _dependence(prepared, columns, wanted, seed),
        "slices": _slices(prepared, model.objective, judged, list(drawn.values())),
    }


def errors_of(prepared: Prepared, judged: Judged, part: str) -> tuple[Array, Array]:
    """Return the truth and the prediction of a part's rows, of one target in effect.

    Several targets become one number: the root of a row's mean squared error in standard units,
    whose truth is 0.
    """
    return prepared.target.as_one(prepared.truths[part], judged.predictions[part])


def _predict_errors(prepared: Prepared, columns: PartColumns, part: str) -> Predict:
    """Return how to predict what `errors_of` gives, where columns are changed."""
    truth = prepared.truths[part]

    def predict(rows: Array, replaced: Sequence[Replaced] = ()) -> Array:
        return prepared.target.as_one(truth[rows], columns.predict(rows, replaced))[1]

    return predict


def _dependence(
    prepared: Prepared, columns: PartColumns, features: Sequence[Feature], seed: int
) -> Any:
    """Return a curve for each column; where there are several targets, that of each by its name."""
    target = prepared.target
    found = []
    for position, one in enumerate(target.each):

        def predict(
            rows: Array, replaced: Sequence[Replaced] = (), position: int = position
        ) -> Array:
            return target.split(columns.predict(rows, replaced))[position]

        classes = list(map(str, one.classes)) or None
        found.append(
            partial_dependence(features, predict, classes=classes, positive=one.positive, seed=seed)
        )
    return target.by_name(found)


def _slices(
    prepared: Prepared, objective: Objective, judged: Judged, features: Sequence[Feature]
) -> Any:
    """Return the errors by slice; where there are several targets, those of each by its name."""
    targets = by_target(objective, prepared.truths[judged.part], judged.predictions[judged.part])
    return prepared.target.by_name(
        [slice_errors(features, truth, predicted, aim=aim) for _, aim, truth, predicted in targets]
    )


def _worst(
    prepared: Prepared, aim: Aim, judged: Judged, features: Sequence[Feature]
) -> dict[str, Any]:
    part, target = judged.part, prepared.target
    truth, predicted = prepared.truths[part], judged.predictions[part]
    truth_as_one, predicted_as_one = errors_of(prepared, judged, part)
    # Of decisions, how far the scores are from the right one says more than that it is wrong.
    shown = Aim(aim.task) if aim.kind == DECISIONS else aim
    found = worst_rows(
        features,
        shown,
        shown.row_losses(truth_as_one, predicted_as_one),
        prepared.tables[part].row_numbers,
        lambda row: target.in_words(truth[row], predicted[row]),
    )
    return found | {"standardised": len(target.each) > 1}


def _drift(
    train: list[Feature], test: list[Feature], split_by: str | None, seed: int
) -> list[dict[str, Any]]:
    """Compare the parts, with the codes of categories made to mean the same.

    The column that rows were split by differs because it was to differ.
    """
    both = [pair for pair in zip(train, test, strict=True) if pair[0].name != split_by]
    pairs = [_alike(before, after) for before, after in both]
    return column_drift([one for one, _ in pairs], [other for _, other in pairs], seed=seed)


def _alike(before: Feature, after: Feature) -> tuple[Feature, Feature]:
    if before.labels is None or after.labels is None or before.labels == after.labels:
        return before, after
    labels = tuple(sorted({*before.labels, *after.labels}))
    code = {label: index for index, label in enumerate(labels)}

    def recoded(feature: Feature) -> Feature:
        own = np.array([*(code[label] for label in feature.labels or ()), -1], np.int32)
        return Feature(feature.name, own[feature.values], labels)

    return recoded(before), recoded(after)
