"""The baseline of gradient boosting: histogram trees of scikit-learn, with its defaults.

Receives raw numbers, nan where missing, and categories as codes; gives a function that predicts.
With validation rows, trees are added until 10 in a row do not lower their loss.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.scaling import Scaling
from pellucid.data.target import CLASSIFICATION
from pellucid.evaluation.aim import MEDIAN, QUANTILE, Aim
from pellucid.evaluation.budget import Cost

__all__ = ["MOST_VALIDATION_ROWS", "ROUNDS", "boosting_cost", "fit_boosting"]

Array = npt.NDArray[Any]

ROUNDS = (100, 50, 25, 12)
"""Rounds of one tree for each class (of two classes, one)."""
MOST_CATEGORIES = 255
"""A column with more categories is taken for one of numbers."""
MOST_VALIDATION_ROWS = 50_000


def boosting_cost(task: str, columns: int, classes: int, predicted_rows: int) -> Cost:
    """Return what a fit costs, and predicting so many rows."""
    trees = classes if task == CLASSIFICATION and classes > 2 else 1
    return Cost(
        row_round=(1.5e-8 * columns + 2e-8) * trees,
        round=trees * (1e-3 + 4.5e-8 * predicted_rows),
        row=3e-7 * columns,
        memory=8.0 * (3 * columns + 5 * trees),
    )


def fit_boosting(
    aim: Aim,
    classes: int,
    features: Array,
    truth: Array,
    categorical: Array,
    validation: tuple[Array, Array] | None,
    rounds: int,
    seed: int,
) -> Callable[[Array], Array]:
    """Fit, and return what predicts.

    Args:
        aim: what is predicted; of a distribution the mean is.
        classes: the number of classes.
        features: float (rows, columns), nan where missing.
        truth: codes or numbers, (rows,).
        categorical: which columns are codes from 0, bool (columns,).
        validation: features and truth of the rows that say when to stop.
        rounds: the most rounds; fewer than the best learn faster, for as long a way.
        seed: of the sample that finds the edges of the histograms' bins.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    classifies = aim.classifies
    kind = HistGradientBoostingClassifier if classifies else HistGradientBoostingRegressor
    # Before scikit-learn 1.7 nothing but training rows could say when to stop.
    stops = validation is not None and "X_val" in inspect.signature(kind.fit).parameters
    model = kind(
        learning_rate=0.1 * (ROUNDS[0] / rounds) ** 0.5,
        max_iter=rounds,
        categorical_features=_categories(features, categorical),
        early_stopping=stops,
        # Leaves of 20 rows, the default, would make a constant of a model of so few.
        min_samples_leaf=min(20, max(len(truth) // 5, 1)),
        random_state=seed % 2**32,
        **_loss(aim),
    )
    scaling = None if classifies else Scaling.fit(truth)
    target = truth if scaling is None else scaling.standardise(truth)
    options: dict[str, Any] = {}
    if stops and validation is not None:
        rows = validation[0]
        wanted = validation[1] if scaling is None else scaling.standardise(validation[1])
        if classifies:
            known = np.isin(wanted, truth)
            rows, wanted = rows[known], wanted[known]
        options = {"X_val": bounded(rows), "y_val": wanted}
        if aim.balanced:
            options["sample_weight_val"] = aim.row_weights(wanted)
    if aim.balanced:
        options["sample_weight"] = aim.row_weights(truth)
    model.fit(bounded(features), target, **options)

    def predict(rows: Array) -> Array:
        if scaling is not None:
            return scaling.restore(model.predict(bounded(rows)))
        read = np.zeros((len(rows), classes))
        read[:, model.classes_] = model.predict_proba(bounded(rows))
        return read

    return predict


def bounded(features: Array) -> Array:
    """Return features without infinities, for which there is no bin: the largest numbers."""
    largest = np.finfo(np.float64).max
    return np.clip(np.asarray(features, dtype=np.float64), -largest, largest)


def _categories(features: Array, categorical: Array) -> Array | None:
    """Return which columns are categorical and have few enough categories; None for none."""
    few = np.array(categorical, dtype=bool)
    for column in np.flatnonzero(few):
        codes = features[:, column]
        few[column] = bool(np.nanmax(codes, initial=0.0) < MOST_CATEGORIES)
    return few if few.any() else None


def _loss(aim: Aim) -> dict[str, Any]:
    if aim.kind in (MEDIAN, QUANTILE):
        return {"loss": "quantile", "quantile": aim.level}
    return {}
