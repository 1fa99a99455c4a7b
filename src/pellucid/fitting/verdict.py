"""The verdict on a fit: predictions of every part, baselines on the same rows, and the comparison.

Receives a prepared table and the trained model; gives metrics, the verdict and the curves of each
target, as plain JSON, and keeps the predictions for what explains them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data.leakage import given_away
from pellucid.data.prepared import PARTS, Prepared
from pellucid.data.table import Table
from pellucid.data.views import Views as TableViews
from pellucid.evaluation.aim import DISTRIBUTION
from pellucid.evaluation.baselines import BASELINES, Baseline, Views, fit_baselines
from pellucid.evaluation.curves import curves
from pellucid.evaluation.judgement import verdict
from pellucid.evaluation.metrics import Scores
from pellucid.fitting.configuration import Configuration
from pellucid.fitting.model import Model
from pellucid.fitting.objective import Objective
from pellucid.fitting.scores import by_target, scores_by_name

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Judged:
    """What a network was found to be worth.

    Attributes:
        predictions: what it predicts for each part: probabilities, or numbers in the user's units.
        deviations: by part the standard deviations of these numbers, where it predicts them.
        part: on which part it is judged: "test", else "validation", else "train".
        metrics: by part and name.
        baselines: by name and part the same of each baseline.
        fitted: the baselines of each target, by the target's name.
        verdicts: the verdict on each target.
        curves: the curves of each target.
    """

    predictions: Mapping[str, Array]
    deviations: Mapping[str, Array | None]
    part: str
    metrics: dict[str, Scores]
    baselines: dict[str, dict[str, Scores]]
    fitted: dict[str, dict[str, Baseline]]
    verdicts: dict[str, dict[str, Any]]
    curves: dict[str, Any]


def judge(prepared: Prepared, model: Model, options: Configuration) -> Judged:
    """Predict every part, fit the baselines, and compare.

    Raises:
        NonFiniteError: a prediction is not finite.
    """
    parts = [part for part in PARTS if prepared.rows[part]]
    predictions = {part: model.read(prepared.features[part]) for part in parts}
    deviations = {part: model.deviations(prepared.features[part]) for part in parts}
    objective = model.objective
    metrics = {
        part: scores_by_name(objective, prepared.truths[part], predictions[part], deviations[part])
        for part in parts
    }
    judged_on = next(part for part in ("test", "validation", "train") if part in parts)
    fitted = _fitted(prepared, objective, parts, options)
    groups = _groups(prepared, judged_on)
    verdicts, drawn = {}, {}
    targets = by_target(
        objective, prepared.truths[judged_on], predictions[judged_on], deviations[judged_on]
    )
    for target, aim, truth, predicted in targets:
        positive = target.positive_label
        verdicts[target.name] = verdict(
            aim,
            target.name,
            truth,
            predicted,
            fitted[target.name],
            part=judged_on,
            positive=target.positive,
            positive_label=None if positive is None else str(positive),
            given_away=given_away(prepared.notes, target.name),
            seed=options.seed,
            groups=groups,
        )
        verdicts[target.name]["positive"] = None if positive is None else str(positive)
        classes = [str(label) for label in target.classes]
        shown = curves(
            *(aim, target.name, classes, truth, predicted),
            positive=target.positive,
            seed=options.seed,
        )
        if shown is not None and shown.get("calibration"):
            interval = verdicts[target.name]["metrics"]["calibration_error"]["network"]
            shown["calibration"] |= {end: interval[end] for end in ("low", "high")}
        drawn[target.name] = shown
    return Judged(
        predictions,
        deviations,
        judged_on,
        metrics,
        _baseline_scores(prepared, objective, parts, fitted),
        fitted,
        verdicts,
        drawn,
    )


def _fitted(
    prepared: Prepared, objective: Objective, parts: list[str], options: Configuration
) -> dict[str, dict[str, Baseline]]:
    """Fit the baselines that are wanted, for each target."""
    targets = prepared.target.each
    names = BASELINES if options.baselines is None else options.baselines
    if not names:
        return {target.name: {} for target in targets}
    views = _views(prepared, parts)
    truths = {part: prepared.target.split(prepared.truths[part]) for part in parts}
    found = {}
    for position, target in enumerate(targets):
        found[target.name] = fit_baselines(
            objective.aims[position],
            len(target.classes),
            views,
            {part: own[position] for part, own in truths.items()},
            restore=target.undo_log,
            names=names,
            parts=parts,
            seed=options.seed,
            budget_seconds=options.baseline_seconds,
        )
    return found


def _views(prepared: Prepared, parts: list[str]) -> Views:
    views = TableViews.fit(prepared.tables["train"], prepared.understood)
    tables = {part: prepared.tables[part] for part in parts}
    first, categorical = views.tree_view(tables["train"].take(np.arange(1)))
    width, columns = len(views.linear_names), first.shape[1]
    return Views(
        linear={part: _Rows(table, views.linear_view, width) for part, table in tables.items()},
        tree={part: _Rows(table, _tree(views), columns) for part, table in tables.items()},
        categorical=categorical,
    )


def _tree(views: TableViews) -> Callable[[Table], Array]:
    return lambda table: views.tree_view(table)[0]


class _Rows:
    """The rows of a table in a form of numbers, which is made for the rows that are asked for."""

    def __init__(self, table: Table, view: Callable[[Table], Array], width: int) -> None:
        self._table, self._view = table, view
        self.shape = len(table), width

    def __getitem__(self, rows: Any) -> Array:
        return self._view(self._table.take(rows))


def _groups(prepared: Prepared, part: str) -> Array | None:
    """Return the group of each row of a part, where rows were split by groups."""
    names = [column["name"] for column in prepared.schema if column["role"] == "group"]
    return prepared.tables[part][names[0]].as_words().values if names else None


def _baseline_scores(
    prepared: Prepared,
    objective: Objective,
    parts: list[str],
    fitted: Mapping[str, Mapping[str, Baseline]],
) -> dict[str, dict[str, Scores]]:
    first = fitted[prepared.target.each[0].name]
    found: dict[str, dict[str, Scores]] = {}
    for name in first:
        found[name] = {}
        for part in parts:
            predictions = [baselines[name].predictions.get(part) for baselines in fitted.values()]
            given = [predicted for predicted in predictions if predicted is not None]
            if len(given) == len(predictions):
                truth, deviations = prepared.truths[part], None
                if objective.kind == DISTRIBUTION:
                    deviations = prepared.target.join([predicted[:, 1] for predicted in given])
                    given = [predicted[:, 0] for predicted in given]
                predicted = prepared.target.join(given)
                found[name][part] = scores_by_name(objective, truth, predicted, deviations)
    return found
