"""The main job, end to end: prepare, train in a folder, test, and write the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pellucid.atomic import write_atomically
from pellucid.backends.base import Array, Control, StateValues
from pellucid.errors import NonFiniteError
from pellucid.fitting.configuration import Configuration
from pellucid.fitting.facts import Finished, collect_facts, versions
from pellucid.fitting.folder import FACTS, RESULT, TESTED, RunFolder
from pellucid.fitting.model import Model
from pellucid.fitting.observer import Observer
from pellucid.fitting.pictures import draw_prediction
from pellucid.fitting.plain import plain
from pellucid.fitting.preparation import Preparation, prepare_fit
from pellucid.fitting.tested import tested_rows
from pellucid.fitting.verdict import judge
from pellucid.graph.program import EPOCH, STEP
from pellucid.layers.base import Layer
from pellucid.layers.summary import summarize
from pellucid.report.page import write_report
from pellucid.training.history import History
from pellucid.training.run import FinishedRun, UnsoundRunError, run_program
from pellucid.training.state import best_epoch, best_values, initial_state


@dataclass(frozen=True, eq=False)
class Fit:
    """A fit that has come to its end: the model, the verdict, the record, and all the facts.

    A run that is kept in memory, where many small networks may be trained, has no facts and so no
    diagnosis.
    """

    model: Model
    result: dict[str, Any]
    history: History
    facts: dict[str, Any]


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
        The fit; None if `resume` meets this very run, finished: nothing was changed. A finished
        run without a report gets one if it is wanted.

    Raises:
        DataError: the data cannot be used.
        FolderError: the folder cannot be used.
        OptionError: an option is impossible, or the folder's run is another one.
        NonFiniteError: a nan or an infinity appeared; weights that have a loss are kept.
    """
    if folder is not None:
        folder.require_usable(overwrite=overwrite, resume=resume)
        replaced_by = "--overwrite" if overwrite else "--out"
        folder.require_apart([data, options.validation, options.test], replaced_by)
    if folder is None and options.baselines is None:
        options = replace(options, baselines=("constant",))
    preparation = prepare_fit(data, target, options, network, parts)
    if folder is not None and resume and folder.is_finished:
        folder.require_same(preparation.options, preparation.description())
        if folder.is_told(report=options.report):
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
        described = description | {
            "learning_rate": learning_rate,
            "trained_on": preparation.seen_rows().description(),
        }
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
        model = _model(preparation, best_values(run.state))
        with observer.working("judging"):
            judged = judge(preparation.prepared, model, preparation.options)
    except UnsoundRunError as error:
        kept = ""
        if folder is not None:
            _model(preparation, best_values(error.state)).save(folder.model)
            kept = f". {_whose_weights(error.state)} are kept in {folder.model}"
        raise NonFiniteError(f"{error}{kept}") from None
    finished = Finished(preparation, summary, run, first, model, judged, learning_rate)
    has_page = folder is not None and preparation.options.report
    with observer.working("explaining" if has_page else "diagnosing"):
        fit = _finish(finished, folder)
    if folder is not None:
        with observer.working("drawing" if has_page else "keeping"):
            _write(folder, fit, finished)
    observer.finished(fit)
    return fit


def _whose_weights(state: StateValues) -> str:
    if best_epoch(state):
        return f"The weights of epoch {best_epoch(state)}, the best so far,"
    return f"The weights after {int(state[STEP])} steps"


def _require_best(preparation: Preparation, run: FinishedRun) -> None:
    """Raise an error if the monitored scalar was never finite, so that no epoch is the best."""
    if int(run.state[EPOCH]) and not best_epoch(run.state):
        monitor = preparation.options.monitor
        error = NonFiniteError(f"{monitor} was not finite after any epoch: none is the best")
        raise UnsoundRunError(error, run.state, run.history)


def _model(preparation: Preparation, values: dict[str, Array]) -> Model:
    prepared = preparation.prepared
    # A file without a header has rows only, whatever the first of them looks like.
    header = False if prepared.file.get("header") is False else None
    return Model(
        preparation.network,
        values,
        prepared.encoding,
        preparation.objective,
        preparation.backend,
        replace(prepared.reading, header=header),
        prepared.kept,
    )


def _finish(finished: Finished, folder: RunFolder | None) -> Fit:
    """Return the fit with its verdict, and in a folder with the facts."""
    preparation, judged, run = finished.preparation, finished.judged, finished.run
    prepared, options = preparation.prepared, preparation.options
    target = prepared.target
    facts = {} if folder is None else collect_facts(finished, folder)
    result: dict[str, Any] = {
        "task": target.task,
        "target": target.named,
        "classes": list(target.classes),
        "rows": prepared.rows,
        "metrics": judged.metrics,
        "baselines": judged.baselines,
        "verdict": judged.verdicts,
        "diagnosis": facts.get("diagnosis", []),
        "epochs": int(run.state[EPOCH]),
        "best_epoch": best_epoch(run.state),
        "stopped_early": run.stopped_early,
        "monitor": options.monitor,
        "learning_rate": finished.learning_rate,
        "parameters": sum(int(values.size) for values in finished.model.values.values()),
        "resumed_from_step": run.resumed_from_step,
        "seconds": round(run.seconds, 3),
        "seed": options.seed,
        "backend": options.backend,
        "versions": versions(),
        "notes": [str(note) for note in prepared.notes],
    }
    return Fit(finished.model, plain(result), run.history, plain(facts))


def _write(folder: RunFolder, fit: Fit, finished: Finished) -> None:
    options = finished.preparation.options
    fit.model.save(folder.model)
    folder.write_json(FACTS, fit.facts)
    tested = tested_rows(finished.preparation.prepared, fit.model, finished.judged)
    if tested is not None:
        write_atomically(folder.path / TESTED, tested)
    if options.report:
        write_report(folder.path, fit.facts, options.language)
        draw_prediction(folder.path, fit.model)
    fit.history.finish()
    folder.write_json(RESULT, fit.result)
    fit.history.discard()
