"""The linear baseline: logistic or ridge regression of scikit-learn with its default penalties.

Receives standardised features with categories as 0 and 1; gives a function that predicts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.scaling import Scaling
from pellucid.data.target import CLASSIFICATION
from pellucid.evaluation.aim import Aim
from pellucid.evaluation.budget import Cost

__all__ = ["ROUNDS", "fit_linear", "linear_cost"]

Array = npt.NDArray[Any]

ROUNDS = (200, 100, 50, 20)
"""Steps of the optimizer (L-BFGS)."""
MOST_COLUMNS = 2000
"""Up to so many columns, ridge regression solves the normal equations."""
STEPS_OF_LSQR = 50


def linear_cost(task: str, columns: int, classes: int) -> Cost:
    """Return what a fit costs."""
    if task == CLASSIFICATION:
        outputs = 1 if classes == 2 else classes
        each = outputs * (columns * 1e-9 + 5e-8)
        return Cost(each, 0.0, columns * 1e-8, 8.0 * (3 * columns + 5 * outputs))
    each = columns * (2e-10 * columns if columns <= MOST_COLUMNS else 3e-9 * STEPS_OF_LSQR)
    return Cost(0.0, 0.0, columns * 2e-8 + each, 24.0 * columns)


def fit_linear(
    aim: Aim, classes: int, features: Any, truth: Array, rounds: int
) -> tuple[Callable[[Any], Array], bool]:
    """Fit, and return what predicts and whether it had converged.

    Args:
        aim: what is predicted. Of numbers the mean is, whatever the aim.
        classes: the number of classes.
        features: float (rows, columns), or a sparse matrix of SciPy.
        truth: codes or numbers, (rows,).
        rounds: the most steps of the optimizer.
    """
    from sklearn.linear_model import LogisticRegression, Ridge

    if aim.classifies:
        logistic = LogisticRegression(max_iter=rounds)
        logistic.fit(features, truth, aim.row_weights(truth) if aim.balanced else None)

        def probabilities(rows: Any) -> Array:
            predicted = np.zeros((rows.shape[0], classes))
            predicted[:, logistic.classes_] = logistic.predict_proba(rows)
            return predicted

        return probabilities, bool(np.max(logistic.n_iter_) < rounds)
    scaling = Scaling.fit(truth)
    solver = "cholesky" if features.shape[1] <= MOST_COLUMNS else "lsqr"
    steps = {"max_iter": STEPS_OF_LSQR} if solver == "lsqr" else {}
    ridge = Ridge(solver=solver, **steps).fit(features, scaling.standardise(truth))
    return lambda rows: scaling.restore(ridge.predict(rows)), True
