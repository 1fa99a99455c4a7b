"""What a network has to beat: a constant, a linear model and gradient boosting on the same rows.

Receives two views of the rows (for linear models and for trees) and the truth, by part; gives the
predictions of each baseline, and a note where one saw fewer rows or could not be fitted. Fitting
uses training rows, boosting also looks at validation rows to stop; test rows are only predicted.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.scaling import Scaling
from pellucid.data.target import CLASSIFICATION
from pellucid.errors import DataError, OptionError
from pellucid.evaluation import boosting_baseline, linear_baseline
from pellucid.evaluation.budget import Plan, choose_rows, plan
from pellucid.evaluation.metrics import metrics_for
from pellucid.language import Sentence

__all__ = ["BASELINES", "BOOSTING", "CONSTANT", "LINEAR", "Baseline", "Views", "fit_baselines"]

Array = npt.NDArray[Any]

CONSTANT, LINEAR, BOOSTING = "constant", "linear", "boosting"
BASELINES = (CONSTANT, LINEAR, BOOSTING)

CELLS_AT_ONCE = 10_000_000
"""Values that are predicted from, or predicted, in one call: 80 MB."""
LEAST_ROWS = 500


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
        predictions: by part: probabilities, float64 (rows, classes), or numbers (rows,); empty
            where it could not be fitted.
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
    task: str
    classes: int
    views: Views
    truth: Mapping[str, Array]
    parts: Sequence[str]
    seed: int
    seconds: float
    memory: float
    notes: list[Sentence] = field(default_factory=list)

    @property
    def predicted_rows(self) -> int:
        return sum(len(self.truth[part]) for part in self.parts)


def fit_baselines(
    task: str,
    classes: int,
    views: Views,
    truth: Mapping[str, Array],
    *,
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
        task: "classification" or "regression".
        classes: the number of classes; 0 for numbers.
        views: the features.
        truth: by part, "train" at least: codes, int (rows,), or numbers, float64 (rows,). Rows of
            "validation" tell boosting when to stop.
        names: which baselines.
        parts: what to predict.
        seed: of subsamples, at least 0.
        budget_seconds: for each baseline.
        budget_bytes: for each baseline, beside the views.

    Raises:
        OptionError: there is no baseline of a name.
        DataError: there are no training rows, or a view has another number of rows than the truth.
    """
    metrics_for(task)
    for name in names:
        if name not in BASELINES:
            raise OptionError(f"baselines must be among {', '.join(BASELINES)}, got {name!r}")
    rows = len(truth["train"])
    if not rows:
        raise DataError("baselines need training rows, got none")
    for view, name in ((views.linear, LINEAR), (views.tree, BOOSTING)):
        for part in {"train", *parts, *(["validation"] if "validation" in truth else [])}:
            if view[part].shape[0] != len(truth[part]):
                raise DataError(
                    f"the features of the baseline '{name}' need {len(truth[part])} rows for the "
                    f"part '{part}', got {view[part].shape[0]}"
                )
    fits: dict[str, Callable[[_Setting], tuple[dict[str, Array], int]]] = {
        CONSTANT: _constant,
        LINEAR: _linear,
        BOOSTING: _boosting,
    }
    found = {}
    for name in names:
        setting = _Setting(
            task, classes, views, truth, tuple(parts), seed, budget_seconds, budget_bytes
        )
        found[name] = _fitted(name, fits[name], setting)
    return found


def _fitted(
    name: str, fit: Callable[[_Setting], tuple[dict[str, Array], int]], setting: _Setting
) -> Baseline:
    from threadpoolctl import threadpool_limits

    start = time.perf_counter()
    predictions: dict[str, Array] = {}
    rows = 0
    try:
        with (
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            threadpool_limits(limits=1),
        ):
            warnings.simplefilter("ignore")
            predictions, rows = fit(setting)
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


def _name(name: str) -> Sentence:
    return Sentence(f"verdict.the_{name}")


def _constant(setting: _Setting) -> tuple[dict[str, Array], int]:
    """Return the classes' frequencies, or the mean."""
    training = setting.truth["train"]
    if setting.task == CLASSIFICATION:
        said = np.bincount(training, minlength=setting.classes) / len(training)
    else:
        said = np.asarray(Scaling.fit(training).mean)
    predictions = {
        part: np.broadcast_to(said, (len(setting.truth[part]), *said.shape)).copy()
        for part in setting.parts
    }
    return predictions, len(training)


def _linear(setting: _Setting) -> tuple[dict[str, Array], int]:
    features = setting.views.linear
    cost = linear_baseline.linear_cost(setting.task, features["train"].shape[1], setting.classes)
    choice = _plan(LINEAR, cost, linear_baseline.ROUNDS, setting)
    if choice is None:
        return {}, 0
    rows = _training_rows(setting, choice, LINEAR)
    predict, converged = linear_baseline.fit_linear(
        setting.task,
        setting.classes,
        features["train"][rows],
        setting.truth["train"][rows],
        choice.rounds,
    )
    if not converged:
        values = {"name": _name(LINEAR), "rounds": choice.rounds}
        setting.notes.append(Sentence("verdict.not_converged", values))
    return _predictions(setting, features, predict), len(rows)


def _boosting(setting: _Setting) -> tuple[dict[str, Array], int]:
    features, truth = setting.views.tree, setting.truth
    generator = np.random.Philox([setting.seed, 1])
    validation = None
    watched = 0
    if len(truth.get("validation", ())):
        most = boosting_baseline.MOST_VALIDATION_ROWS
        rows = choose_rows(setting.task, truth["validation"], most, generator)
        validation = (features["validation"][rows], truth["validation"][rows])
        watched = len(rows)
    cost = boosting_baseline.boosting_cost(
        setting.task,
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
    predict = boosting_baseline.fit_boosting(
        setting.task,
        setting.classes,
        features["train"][rows],
        truth["train"][rows],
        setting.views.categorical,
        validation,
        choice.rounds,
        setting.seed,
    )
    return _predictions(setting, features, predict), len(rows)


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
    rows = choose_rows(setting.task, truth, choice.rows, np.random.Philox([setting.seed, 0]))
    if len(rows) < len(truth):
        values = {"name": _name(name), "rows": len(rows), "all": len(truth)}
        setting.notes.append(Sentence("verdict.fitted_on_some", values))
    return rows


def _predictions(
    setting: _Setting, features: Mapping[str, Any], predict: Callable[[Any], Array]
) -> dict[str, Array]:
    """Predict block by block."""
    form = (setting.classes,) if setting.task == CLASSIFICATION else ()
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
