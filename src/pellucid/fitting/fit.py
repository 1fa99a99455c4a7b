"""The main job, end to end: prepare, train in a folder, test, and write the verdict."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid._version import __version__
from pellucid.backends.base import Array, Control, StateValues
from pellucid.data.prepared import PARTS
from pellucid.errors import NonFiniteError
from pellucid.fitting.configuration import Configuration
from pellucid.fitting.folder import RESULT, RunFolder
from pellucid.fitting.model import Model
from pellucid.fitting.observer import Observer
from pellucid.fitting.pictures import draw_run
from pellucid.fitting.preparation import Preparation, prepare_fit
from pellucid.fitting.scores import constant_prediction, score
from pellucid.graph.node import input_node
from pellucid.graph.program import EPOCH, STEP
from pellucid.layers.base import Layer
from pellucid.layers.summary import Summary, summarize
from pellucid.training.history import History
from pellucid.training.program import BEST
from pellucid.training.run import FinishedRun, UnsoundRunError, run_program
from pellucid.training.state import initial_state


@dataclass(frozen=True, eq=False)
class Fit:
    """A fit that has come to its end: the model, the record, and the verdict."""

    model: Model
    result: dict[str, Any]
    history: History


def fit_table(
    data: Any,
    target: Any,
    options: Configuration,
    folder: RunFolder | None = None,
    *,
    network: Layer | None = None,
    parts: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    resume: bool = False,
    observer: Observer | None = None,
) -> Fit | None:
    """Do the main job: prepare, train, test and write.

    Args:
        data: whatever `load_table` takes.
        target: the column to be predicted, or its values.
        options: what the user chose.
        folder: where the run is kept; None keeps it in memory.
        network: the layers; None builds a perceptron from the options.
        parts: tables in memory for "validation" and "test".
        overwrite: whether a run that is in the folder already may be replaced.
        resume: whether to go on with the run in the folder.
        observer: who is told what happens.

    Returns:
        The fit; None if `resume` meets this very run, finished: nothing was changed.

    Raises:
        DataError: the data cannot be used.
        FolderError: the folder cannot be used.
        OptionError: an option is impossible, or the folder's run is another one.
        NonFiniteError: a nan or an infinity appeared; weights that have a loss are kept.
    """
    if folder is not None:
        folder.require_usable(overwrite=overwrite, resume=resume)
    preparation = prepare_fit(data, target, options, network, parts)
    if folder is not None and resume and folder.is_finished:
        folder.require_same(preparation.options, preparation.description())
        return None
    return run_fit(preparation, folder, overwrite=overwrite, resume=resume, observer=observer)


def run_fit(
    preparation: Preparation,
    folder: RunFolder | None = None,
    *,
    overwrite: bool = False,
    resume: bool = False,
    observer: Observer | None = None,
) -> Fit:
    """Train, test and write what was prepared; arguments and errors as for `fit_table`."""
    observer = observer or Observer()
    if folder is None:
        return _run(preparation, None, False, observer)
    with folder.claimed():
        folder.require_usable(overwrite=overwrite, resume=resume)
        return _run(preparation, folder, resume and folder.holds_run, observer)


def _run(
    preparation: Preparation, folder: RunFolder | None, going_on: bool, observer: Observer
) -> Fit:
    observer.found(preparation)
    description = preparation.description()
    if folder is not None and going_on:
        folder.require_same(preparation.options, description)
        learning_rate = folder.learning_rate()
    else:
        learning_rate = preparation.learning_rate()
    recipe = preparation.recipe(learning_rate)
    program = preparation.program(recipe)
    executable = preparation.backend.compile(program)
    first = initial_state(program, recipe.seed)
    summary = summarize(preparation.network, (preparation.prepared.encoding.width,))
    observer.built(summary)
    if folder is not None:
        described = description | {"learning_rate": learning_rate}
        folder.begin(preparation.options, described, afresh=not going_on)
    control = Control()
    try:
        with observer.training(control, recipe, program):
            run = run_program(
                program,
                executable,
                preparation.data,
                first,
                recipe.epochs,
                folder=None if folder is None else folder.path,
                resume=going_on,
                control=control,
            )
        _require_best(preparation, run)
        fit = _finish(preparation, run, learning_rate)
    except UnsoundRunError as error:
        kept = ""
        if folder is not None:
            _model(preparation, best_values(error.state)).save(folder.model)
            kept = f". {_whose_weights(error.state)} are kept in {folder.model}"
        raise NonFiniteError(f"{error}{kept}") from None
    if folder is not None:
        _write(folder, fit, summary)
    observer.finished(fit)
    return fit


def best_values(state: StateValues) -> dict[str, Array]:
    """Return parameters and statistics of the best epoch, or the present ones if none is yet."""
    names = [name for name in state if BEST + name in state]
    return {name: state[BEST + name if _best_epoch(state) else name] for name in names}


def _best_epoch(state: StateValues) -> int:
    return int(state["stopping.best_epoch"])


def _whose_weights(state: StateValues) -> str:
    if _best_epoch(state):
        return f"The weights of epoch {_best_epoch(state)}, the best so far,"
    return f"The weights after {int(state[STEP])} steps"


def _require_best(preparation: Preparation, run: FinishedRun) -> None:
    """Raise an error if the monitored scalar was never finite, so that no epoch is the best."""
    if int(run.state[EPOCH]) and not _best_epoch(run.state):
        monitor = preparation.options.monitor
        error = NonFiniteError(f"{monitor} was not finite after any epoch: none is the best")
        raise UnsoundRunError(error, run.state, run.history)


def _model(preparation: Preparation, values: dict[str, Array]) -> Model:
    return Model(
        preparation.network,
        values,
        preparation.prepared.encoding,
        preparation.objective,
        preparation.backend,
    )


def _finish(preparation: Preparation, run: FinishedRun, learning_rate: float) -> Fit:
    """Return the fit with its verdict: metrics on every part, beside the constant baseline."""
    prepared, options = preparation.prepared, preparation.options
    model = _model(preparation, best_values(run.state))
    training = prepared.raw_targets["train"]
    metrics, constant = {}, {}
    for part in PARTS:
        truth = prepared.raw_targets[part]
        if len(truth):
            read = model.read(prepared.features[part])
            metrics[part] = score(model.target, truth, read)
            guess = constant_prediction(model.target, training, len(truth))
            constant[part] = score(model.target, truth, guess)
    result = {
        "task": prepared.target.task,
        "target": prepared.target_name,
        "classes": list(prepared.target.classes),
        "rows": prepared.rows,
        "metrics": metrics,
        "baselines": {"constant": constant},
        "epochs": int(run.state[EPOCH]),
        "best_epoch": int(run.state["stopping.best_epoch"]),
        "stopped_early": run.stopped_early,
        "monitor": options.monitor,
        "learning_rate": learning_rate,
        "parameters": sum(int(values.size) for values in model.values.values()),
        "resumed_from_step": run.resumed_from_step,
        "seconds": round(run.seconds, 3),
        "seed": options.seed,
        "backend": options.backend,
        "versions": _versions(),
        "notes": list(prepared.notes),
    }
    return Fit(model, json.loads(json.dumps(result, default=str)), run.history)


def _write(folder: RunFolder, fit: Fit, summary: Summary) -> None:
    fit.model.save(folder.model)
    features = input_node("features", (1, fit.model.encoding.width))
    draw_run(
        folder,
        fit.result,
        fit.history.epochs.columns,
        summary,
        fit.model.objective.read(fit.model.network(features)),
    )
    fit.history.finish()
    folder.write_json(RESULT, fit.result)
    fit.history.discard()


def _versions() -> dict[str, str]:
    return {
        "pellucid": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
