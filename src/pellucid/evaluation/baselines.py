"""What a network has to beat: a constant, a linear model and gradient boosting on the same rows.

Receives two views of the rows (for linear models and for trees) and the truth, by part; gives the
predictions of each baseline, and a note where one saw fewer rows or could not be fitted. Fitting
uses training rows, validation rows choose among boosted trees; test rows are only predicted.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import DataError, OptionError
from pellucid.evaluation import boosting_baseline, linear_baseline
from pellucid.evaluation.aim import DISTRIBUTION, MEAN, MEDIAN, QUANTILE, Aim, aim_of
from pellucid.evaluation.budget import Plan, choose_rows, plan
from pellucid.language import Sentence

__all__ = ["BASELINES", "BOOSTING", "CONSTANT", "LINEAR", "Baseline", "Views", "fit_baselines"]

Array = npt.NDArray[Any]

CONSTANT, LINEAR, BOOSTING = "constant", "linear", "boosting"
BASELINES = (CONSTANT, LINEAR, BOOSTING)

CELLS_AT_ONCE = 10_000_000
"""Values that are predicted from, or predicted, in one call: 80 MB."""
LEAST_ROWS = 500
ERRORS = 50_000
"""Rows whose errors tell how far a mean is off."""


@dataclass(frozen=True, eq=False)
class Views:
    """The rows as baselines need them, by part.

    A part's features are whatever has a `shape` (rows, columns) and gives rows by their positions,
    `features[positions]`: an array, one mapped from a file, a sparse matrix of SciPy, or an
    encoding that does its work for the rows asked for.

    Attributes:
        linear: standardised numbers and categories as columns of 0 and 1, finite.
        tree: numbers as they are, nan where missing, and categories as codes from 0.
        categorical: which columns of `tree` are codes, bool (columns,).
    """

    linear: Mapping[str, Any]
    tree: Mapping[str, Any]
    categorical: Array


@dataclass(frozen=True, eq=False)
class Baseline:
    """One baseline, fitted.

    Attributes:
        predictions: by part: probabilities, float64 (rows, classes), or numbers (rows,), or what
            else the aim is; empty where it could not be fitted.
        note: what there is to say of it.
        rows: the training rows it was fitted on.
        of: the training rows that there are.
        seconds: how long fitting and predicting took.
    """

    predictions: Mapping[str, Array]
    note: Sentence | None
    rows: int
    of: int
    seconds: float

    def description(self) -> dict[str, Any]:
        """Return how this baseline was fitted, as plain JSON."""
        return {
            "rows": self.rows,
            "of": self.of,
            "seconds": round(self.seconds, 3),
            "note": None if self.note is None else self.note.description(),
        }


@dataclass(eq=False)
class _Setting:
    aim: Aim
    classes: int
    views: Views
    truth: Mapping[str, Array]
    restore: Callable[[Array], Array]
    parts: Sequence[str]
    seed: int
    seconds: float
    memory: float
    notes: list[Sentence] = field(default_factory=list)

    @property
    def predicted_rows(self) -> int:
        return sum(len(self.truth[part]) for part in self.parts)


def fit_baselines(
    aim: Aim | str,
    classes: int,
    views: Views,
    truth: Mapping[str, Array],
    *,
    restore: Callable[[Array], Array] | None = None,
    names: Sequence[str] = BASELINES,
    parts: Sequence[str] = ("test",),
    seed: int = 0,
    budget_seconds: float = 10.0,
    budget_bytes: float = 1e9,
) -> dict[str, Baseline]:
    """Fit every baseline and predict.

    The result depends on the data, the seed and the budget, not on the number of cores: what fits
    into the budget is worked out from known costs, and one thread does the work. (A second makes
    trees grow half as fast again on an idle machine, and many times slower on a busy one.)

    Args:
        aim: what is predicted, or a task, "classification" or "regression", for the usual. What
            the network is asked for, the baselines are: a quantile, classes that count the same.
        classes: the number of classes; 0 for numbers.
        views: the features.
        truth: by part, "train" at least: codes, int (rows,), or numbers in the user's units,
            float64 (rows,). Rows of "validation" choose among boosted trees.
        restore: gives predicted numbers in the user's units from those on the aim's scale; the
            inverse of the scale if None.
        names: which baselines.
        parts: what to predict.
        seed: of subsamples, at least 0.
        budget_seconds: for each baseline.
        budget_bytes: for each baseline, beside the views.

    Raises:
        OptionError: there is no baseline of a name.
        DataError: there are no training rows, or a view has another number of rows than the truth.
    """
    aim = aim_of(aim)
    for name in names:
        if name not in BASELINES:
            raise OptionError(f"baselines must be among {', '.join(BASELINES)}, got {name!r}")
    _require_rows(views, truth, parts)
    fits: dict[str, Callable[[_Setting], tuple[dict[str, Array], int]]] = {
        CONSTANT: _constant,
        LINEAR: _linear,
        BOOSTING: _boosting,
    }
    # What the network learns the logarithm of, the baselines learn the logarithm of.
    learned = {
        part: values if aim.classifies else aim.log.apply(values) for part, values in truth.items()
    }
    setting = _Setting(
        aim=aim,
        classes=classes,
        views=views,
        truth=learned,
        restore=restore or aim.log.undo,
        parts=tuple(parts),
        seed=seed,
        seconds=budget_seconds,
        memory=budget_bytes,
    )
    return {name: _fitted(name, fits[name], replace(setting, notes=[])) for name in names}


def _require_rows(views: Views, truth: Mapping[str, Array], parts: Sequence[str]) -> None:
    """Raise DataError without training rows, or where a view has other rows than the truth."""
    if not len(truth["train"]):
        raise DataError("baselines need training rows, got none")
    used = {"train", *parts, *(["validation"] if "validation" in truth else [])}
    for view, name in ((views.linear, LINEAR), (views.tree, BOOSTING)):
        for part in used:
            if view[part].shape[0] != len(truth[part]):
                raise DataError(
                    f"the features of the baseline '{name}' need {len(truth[part])} rows for the "
                    f"part '{part}', got {view[part].shape[0]}"
                )


def _fitted(
    name: str, fit: Callable[[_Setting], tuple[dict[str, Array], int]], setting: _Setting
) -> Baseline:
    start = time.perf_counter()
    predictions: dict[str, Array] = {}
    rows = 0
    try:
        with (
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            nullcontext() if name == CONSTANT else _one_thread(),
        ):
            warnings.simplefilter("ignore")
            predictions, rows = fit(setting)
            predictions = {part: _restored(setting, read) for part, read in predictions.items()}
        if not all(np.isfinite(values).all() for values in predictions.values()):
            predictions = {}
            setting.notes.append(Sentence("verdict.not_finite", {"name": _name(name)}))
    # A library's failure, of whatever kind, must not take the network's verdict away.
    except Exception as error:
        reason = (str(error) or type(error).__name__).strip().splitlines()[0][:200]
        values = {"name": _name(name), "reason": reason}
        setting.notes.append(Sentence("verdict.failed", values))
    note = None
    for each in setting.notes:
        note = each if note is None else Sentence("verdict.two", {"first": note, "second": each})
    seconds = time.perf_counter() - start
    return Baseline(predictions, note, rows, len(setting.truth["train"]), seconds)


def _one_thread() -> AbstractContextManager[Any]:
    """Return what keeps scikit-learn to one thread."""
    # Only libraries that are loaded already can be kept to it.
    import_module("sklearn.ensemble")
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)


def _name(name: str) -> Sentence:
    return Sentence(f"verdict.the_{name}")


def _constant(setting: _Setting) -> tuple[dict[str, Array], int]:
    """Return the classes' frequencies, or the mean, or what else the aim is."""
    training = setting.truth["train"]
    said = setting.aim.constant(training, setting.classes)
    predictions = {
        part: np.broadcast_to(said, (len(setting.truth[part]), *said.shape)).copy()
        for part in setting.parts
    }
    return predictions, len(training)


def _linear(setting: _Setting) -> tuple[dict[str, Array], int]:
    features = setting.views.linear
    cost = linear_baseline.linear_cost(
        setting.aim.task, features["train"].shape[1], setting.classes
    )
    choice = _plan(LINEAR, cost, linear_baseline.ROUNDS, setting)
    if choice is None:
        return {}, 0
    rows = _training_rows(setting, choice, LINEAR)
    known, truth = features["train"][rows], setting.truth["train"][rows]
    predict, converged = linear_baseline.fit_linear(
        setting.aim, setting.classes, known, truth, choice.rounds
    )
    if not converged:
        values = {"name": _name(LINEAR), "rounds": choice.rounds}
        setting.notes.append(Sentence("verdict.not_converged", values))
    if not setting.aim.classifies and setting.aim.kind != MEAN:
        some = slice(0, ERRORS)
        predict = _around(setting.aim, predict, truth[some] - predict(known[some]))
    if setting.aim.kind in (MEDIAN, QUANTILE):
        setting.notes.append(Sentence("verdict.moved", {"name": _name(LINEAR)}))
    return _predictions(setting, features, predict), len(rows)


def _boosting(setting: _Setting) -> tuple[dict[str, Array], int]:
    features, truth = setting.views.tree, setting.truth
    generator = np.random.Philox([setting.seed, 1])
    validation = None
    watched = 0
    if len(truth.get("validation", ())):
        most = boosting_baseline.MOST_VALIDATION_ROWS
        rows = choose_rows(setting.aim.task, truth["validation"], most, generator)
        validation = boosting_baseline.Validation(
            features["validation"][rows], truth["validation"][rows]
        )
        watched = len(rows)
    cost = boosting_baseline.boosting_cost(
        setting.aim.task,
        features["train"].shape[1],
        setting.classes,
        setting.predicted_rows + watched,
    )
    choice = _plan(BOOSTING, cost, boosting_baseline.ROUNDS, setting)
    if choice is None:
        return {}, 0
    if choice.rounds < boosting_baseline.ROUNDS[0]:
        values = {"name": _name(BOOSTING), "rounds": choice.rounds}
        values["of"] = boosting_baseline.ROUNDS[0]
        setting.notes.append(Sentence("verdict.fewer_rounds", values))
    rows = _training_rows(setting, choice, BOOSTING)
    known = features["train"][rows], truth["train"][rows]
    boosted = boosting_baseline.fit_boosting(
        setting.aim,
        setting.classes,
        *known,
        setting.views.categorical,
        validation,
        choice.rounds,
        setting.seed,
        boosting_baseline.rounds_within(cost, choice, setting.seconds),
    )
    if not boosted.rounds:
        setting.notes.append(Sentence("verdict.no_round", {"name": _name(BOOSTING)}))
    predict = boosted.predict
    if setting.aim.kind == DISTRIBUTION:
        # Trees know their training rows too well to tell from them how far they are off.
        some, told = known
        if validation is not None:
            some, told = validation.features, validation.truth
        predict = _around(setting.aim, predict, told[:ERRORS] - predict(some[:ERRORS]))
    return _predictions(setting, features, predict), len(rows)


def _around(aim: Aim, predict: Callable[[Any], Array], errors: Array) -> Callable[[Any], Array]:
    """Return what predicts a quantile, or a distribution, from a mean and the errors around it."""
    if aim.kind == DISTRIBUTION:
        spread = float(np.sqrt(np.square(errors).mean()))

        def distribution(rows: Any) -> Array:
            means = predict(rows)
            return np.stack([means, np.full(len(means), spread)], axis=1)

        return distribution
    shift = float(np.quantile(errors, aim.level))
    return lambda rows: predict(rows) + shift


def _restored(setting: _Setting, read: Array) -> Array:
    """Return predictions in the user's units; a standard deviation stays on the aim's scale."""
    if setting.aim.kind == DISTRIBUTION:
        return np.stack([setting.restore(read[:, 0]), read[:, 1]], axis=1)
    return read if setting.aim.classifies else setting.restore(read)


def _plan(name: str, cost: Any, rounds: Sequence[int], setting: _Setting) -> Plan | None:
    training = len(setting.truth["train"])
    least = max(LEAST_ROWS, 2 * setting.classes)
    choice = plan(cost, training, rounds, least, setting.seconds, setting.memory)
    if choice is None:
        values = {"name": _name(name), "seconds": setting.seconds}
        setting.notes.append(Sentence("verdict.left_out", values))
    return choice


def _training_rows(setting: _Setting, choice: Plan, name: str) -> Array:
    truth = setting.truth["train"]
    rows = choose_rows(setting.aim.task, truth, choice.rows, np.random.Philox([setting.seed, 0]))
    if len(rows) < len(truth):
        values = {"name": _name(name), "rows": len(rows), "all": len(truth)}
        setting.notes.append(Sentence("verdict.fitted_on_some", values))
    return rows


def _predictions(
    setting: _Setting, features: Mapping[str, Any], predict: Callable[[Any], Array]
) -> dict[str, Array]:
    """Predict block by block."""
    form = setting.aim.constant(setting.truth["train"], setting.classes).shape
    found = {}
    for part in setting.parts:
        rows, columns = features[part].shape
        read = np.empty((rows, *form))
        step = max(1, CELLS_AT_ONCE // max(columns + setting.classes, 1))
        for start in range(0, rows, step):
            block = np.arange(start, min(start + step, rows))
            read[block] = predict(features[part][block])
        found[part] = read
    return found
