"""The baseline of gradient boosting: histogram trees of scikit-learn, as they do best.

Receives raw numbers, nan where missing, and categories as codes; gives a function that predicts.
With validation rows, the trees are those up to the round with the lowest loss on them, and of a few
settings the one that does best on them; without, scikit-learn's defaults for a number of rounds.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from math import sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.scaling import Scaling
from pellucid.data.target import CLASSIFICATION
from pellucid.evaluation.aim import MEDIAN, QUANTILE, Aim, log_losses, pinball
from pellucid.evaluation.budget import Cost, Plan

__all__ = [
    "MOST_VALIDATION_ROWS",
    "ROUNDS",
    "SETTINGS",
    "Boosted",
    "Validation",
    "boosting_cost",
    "fit_boosting",
    "rounds_within",
]

Array = npt.NDArray[Any]

ROUNDS = (100, 50, 25, 12)
"""Rounds of one tree for each class (of two classes, one)."""
MOST_ROUNDS = 400
"""With validation rows, which say when they are too many."""
FEWEST_ROUNDS = 50
"""A further setting is tried where so many rounds are left in the budget."""
MOST_CATEGORIES = 255
"""A column with more categories is taken for one of numbers."""
MOST_VALIDATION_ROWS = 50_000

SETTINGS: tuple[Mapping[str, Any], ...] = (
    MappingProxyType({"max_leaf_nodes": 31, "min_samples_leaf": 20, "l2_regularization": 0.0}),
    MappingProxyType({"max_leaf_nodes": 8, "min_samples_leaf": 5, "l2_regularization": 1.0}),
    MappingProxyType({"max_leaf_nodes": 31, "min_samples_leaf": 5, "l2_regularization": 1.0}),
)
"""scikit-learn's defaults; small trees; and leaves of few rows, for steep dependences. The penalty
keeps a leaf without a row of a rare class from leaping."""


@dataclass(frozen=True, eq=False)
class Validation:
    """The rows that say when to stop: features, and codes or numbers."""

    features: Array
    truth: Array


@dataclass(frozen=True, eq=False)
class Boosted:
    """A fitted baseline.

    Attributes:
        predict: gives probabilities (rows, classes), or numbers (rows,), of features.
        rounds: whose trees it sums; with 0 it says the same of every row.
    """

    predict: Callable[[Array], Array]
    rounds: int


@dataclass(frozen=True, eq=False)
class _Tried:
    model: Any
    rounds: int
    losses: Array


def boosting_cost(task: str, columns: int, classes: int, predicted_rows: int) -> Cost:
    """Return what a fit costs, and predicting so many rows."""
    trees = classes if task == CLASSIFICATION and classes > 2 else 1
    return Cost(
        row_round=(1.5e-8 * columns + 2e-8) * trees,
        round=trees * (1e-3 + 4.5e-8 * predicted_rows),
        row=3e-7 * columns,
        memory=8.0 * (3 * columns + 5 * trees),
    )


def rounds_within(cost: Cost, choice: Plan, seconds: float) -> int:
    """Return how many rounds a budget of time has for the rows of a plan, the plan's at least.

    A plan that had to give up rounds has no more.

    Example:
        >>> rounds_within(Cost(1e-5, 0.0, 1e-3, 8.0), Plan(rows=1000, rounds=100), 4.0)
        300
    """
    if choice.rounds < ROUNDS[0]:
        return choice.rounds
    one = choice.rows * cost.row_round + cost.round
    return max(choice.rounds, int((seconds - choice.rows * cost.row) / one + 1e-9))


def fit_boosting(
    aim: Aim,
    classes: int,
    features: Array,
    truth: Array,
    categorical: Array,
    validation: Validation | None,
    rounds: int,
    seed: int,
    purse: int = 0,
) -> Boosted:
    """Fit, and return what predicts.

    Validation rows choose the round, and the setting: the defaults are left for another whose mean
    loss is lower by more than its standard error, so that few rows do not choose by chance
    (the rule of one standard error; Breiman et al., "Classification and regression trees", 1984).

    Args:
        aim: what is predicted; of a distribution the mean is.
        classes: the number of classes.
        features: float (rows, columns), nan where missing.
        truth: codes or numbers, (rows,).
        categorical: which columns are codes from 0, bool (columns,).
        validation: the rows that choose, if there are any.
        rounds: the rounds without them; fewer than the best learn faster, for as long a way.
        seed: of the sample that finds the edges of the histograms' bins.
        purse: the rounds that all settings may take together, where there are validation rows.
    """
    fit = _Fit(aim, classes, features, truth, categorical, validation, seed)
    rate = 0.1 * (ROUNDS[0] / rounds) ** 0.5
    if fit.wanted is None:
        model = fit.model(SETTINGS[0], rate, rounds)
        return Boosted(fit.prediction(model, rounds), rounds)
    best = None
    left = max(purse, rounds)
    for setting in SETTINGS:
        # As many rounds as were planned may be too few for another setting.
        if best is not None and left < FEWEST_ROUNDS:
            break
        model = fit.model(setting, rate, min(left, MOST_ROUNDS))
        left -= model.n_iter_
        tried = fit.tried(model)
        if best is None or _is_better(tried.losses - best.losses):
            best = tried
    assert best is not None
    return Boosted(fit.prediction(best.model, best.rounds), best.rounds)


def _is_better(differences: Array) -> bool:
    """Return whether losses are lower by more than the standard error of their mean."""
    rows = len(differences)
    error = float(differences.std(ddof=1)) / sqrt(rows) if rows > 1 else np.inf
    return float(differences.mean()) < -error


class _Fit:
    """Training and validation rows as scikit-learn takes them."""

    def __init__(
        self,
        aim: Aim,
        classes: int,
        features: Array,
        truth: Array,
        categorical: Array,
        validation: Validation | None,
        seed: int,
    ) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        self._aim, self._classes, self._truth = aim, classes, truth
        self._features = bounded(features)
        self._scaling = None if aim.classifies else Scaling.fit(truth)
        self._kind = (
            HistGradientBoostingClassifier if aim.classifies else HistGradientBoostingRegressor
        )
        self._fixed = {
            "categorical_features": _categories(features, categorical),
            "random_state": seed % 2**32,
            **_loss(aim),
        }
        self.wanted: Array | None = None
        # Before scikit-learn 1.7 nothing but training rows could say when to stop.
        if validation is not None and "X_val" in inspect.signature(self._kind.fit).parameters:
            known = np.ones(len(validation.truth), dtype=bool)
            if aim.classifies:
                known = np.isin(validation.truth, truth)
            wanted = self._standard(validation.truth[known])
            if len(wanted):
                self.wanted, self._watched = wanted, bounded(validation.features[known])

    def _standard(self, truth: Array) -> Array:
        return truth if self._scaling is None else self._scaling.standardise(truth)

    def model(self, setting: Mapping[str, Any], rate: float, rounds: int) -> Any:
        """Return a fitted model."""
        # Leaves of 20 rows, the default, would make a constant of a model of so few.
        least = min(setting["min_samples_leaf"], max(len(self._truth) // 5, 1))
        model = self._kind(
            learning_rate=rate,
            max_iter=rounds,
            early_stopping=self.wanted is not None,
            **{**setting, "min_samples_leaf": least},
            **self._fixed,
        )
        options: dict[str, Any] = {}
        if self.wanted is not None:
            options = {"X_val": self._watched, "y_val": self.wanted}
        if self._aim.balanced:
            options["sample_weight"] = self._aim.row_weights(self._truth)
            if self.wanted is not None:
                options["sample_weight_val"] = self._aim.row_weights(self.wanted)
        model.fit(self._features, self._standard(self._truth), **options)
        return model

    def tried(self, model: Any) -> _Tried:
        """Return a model at its best round, with its losses on the validation rows."""
        assert self.wanted is not None
        # The first score is that of no tree at all.
        rounds = int(np.argmax(model.validation_score_))
        predicted = self._predict(model, rounds, self._watched)
        if self._aim.classifies:
            losses = log_losses(self.wanted, predicted) * self._aim.row_weights(self.wanted)
        elif self._aim.kind in (MEDIAN, QUANTILE):
            losses = pinball(self.wanted - predicted, self._aim.level)
        else:
            losses = np.square(self.wanted - predicted)
        return _Tried(model, rounds, losses)

    def prediction(self, model: Any, rounds: int) -> Callable[[Array], Array]:
        """Return what predicts with the trees of so many rounds."""

        def predict(rows: Array) -> Array:
            predicted = self._predict(model, rounds, bounded(rows))
            return predicted if self._scaling is None else self._scaling.restore(predicted)

        return predict

    def _predict(self, model: Any, rounds: int, rows: Array) -> Array:
        if not rounds:
            constant = self._aim.constant(self._standard(self._truth), self._classes)
            constant = constant if self._aim.classifies else constant.flat[0]
            return np.broadcast_to(constant, (len(rows), *np.shape(constant))).copy()
        if not self._aim.classifies:
            numbers = model.staged_predict(rows)
            return np.asarray(next(islice(numbers, rounds - 1, None)))
        probabilities = np.zeros((len(rows), self._classes))
        scores = model.staged_decision_function(rows)
        probabilities[:, model.classes_] = _probabilities(next(islice(scores, rounds - 1, None)))
        return probabilities


def _probabilities(scores: Array) -> Array:
    """Return probabilities (rows, classes) of scores, (rows,) where there are two classes."""
    from scipy.special import expit, softmax

    if scores.ndim == 2 and scores.shape[1] > 1:
        return np.asarray(softmax(scores, axis=1))
    scores = scores.reshape(-1)
    return np.stack([expit(-scores), expit(scores)], axis=1)


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
