"""All that is known of a finished fit, as plain JSON: what `facts.json` holds and the report shows.

run, options, data, network,       what was done
training
verdict, curves                    how good it is, for each target
importance, dependence, slices     what the page shows of the columns; None without a page
worst, drift
layers, learning_curve             what is inside, and whether more rows would help
diagnosis                          what is wrong, in words
"""

from __future__ import annotations

import platform
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid._version import __version__
from pellucid.data.kinds import Kind
from pellucid.data.prepared import Prepared
from pellucid.data.storage import Storage
from pellucid.data.table import Column, time_text
from pellucid.data.target import CLASSIFICATION
from pellucid.diagnosis import Evidence, LearningCurve, diagnose
from pellucid.evaluation.aim import DISTRIBUTION, PROBABILITIES, QUANTILE
from pellucid.evaluation.baselines import CONSTANT
from pellucid.evaluation.judgement import WORSE
from pellucid.fitting.constant_losses import of_codes
from pellucid.fitting.explanation import explain
from pellucid.fitting.folder import CONFIGURATION, RunFolder
from pellucid.fitting.learning_curve import AFFORDABLE_SECONDS, learning_curve
from pellucid.fitting.model import Model
from pellucid.fitting.preparation import Preparation
from pellucid.fitting.verdict import Judged
from pellucid.graph.program import EPOCH
from pellucid.inspection.layers import probe_layers
from pellucid.layers.summary import Summary
from pellucid.training.program import FEATURES, LOSS, PENALTY, TARGET, WEIGHT
from pellucid.training.run import FinishedRun
from pellucid.training.state import best_epoch, best_values

Array = np.ndarray[Any, Any]
Values = Mapping[str, Array]
COUNTED_ROWS = 200_000


@dataclass(frozen=True, eq=False)
class Finished:
    """A run that has come to its end.

    Attributes:
        preparation: what it was given.
        summary: the layers with their prices.
        run: its last state and its record.
        first: the state before its first step.
        model: the best network.
        judged: what it is worth.
        learning_rate: the highest rate.
    """

    preparation: Preparation
    summary: Summary
    run: FinishedRun
    first: Values
    model: Model
    judged: Judged
    learning_rate: float


def collect_facts(finished: Finished, folder: RunFolder | None) -> dict[str, Any]:
    """Return everything that is known of the run, as plain JSON.

    What takes many predictions or trainings, and only the page shows, is left out if there is none.
    """
    preparation, judged = finished.preparation, finished.judged
    prepared, options = preparation.prepared, preparation.options
    explained = explain(prepared, finished.model, judged, options.seed, with_report=options.report)
    layers = _layers(finished)
    curve = _learning_curve(finished)
    evidence = _evidence(finished, explained, layers, curve)
    return {
        "run": _run(finished, folder),
        "options": preparation.options.settings(),
        "data": _data(prepared),
        "network": _network(finished),
        "training": _training(finished),
        "verdict": judged.verdicts,
        "curves": judged.curves,
        **explained,
        "layers": layers,
        "learning_curve": curve,
        "diagnosis": [finding.description() for finding in diagnose(evidence)],
    }


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {
        "pellucid": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _run(finished: Finished, folder: RunFolder | None) -> dict[str, Any]:
    options = finished.preparation.options
    kept = None if folder is None else str(folder.path)
    again = None
    if kept is not None and options.data is not None and options.network is None:
        configuration = shlex.quote(f"{kept}/{CONFIGURATION}")
        again = f"pellucid fit --config {configuration} --out {shlex.quote(f'{kept}-again')}"
    return {
        "folder": kept,
        "command": again,
        "seed": options.seed,
        "backend": options.backend,
        "versions": versions(),
        "fingerprint": finished.preparation.prepared.fingerprint,
        "seconds": round(finished.run.seconds, 3),
        "language": options.language,
        "own_network": options.network is not None,
    }


def _data(prepared: Prepared) -> dict[str, Any]:
    target = prepared.target
    train = prepared.tables["train"]
    columns = []
    becomes = {each.name: each.becomes for each in prepared.encoding.columns}
    for entry in prepared.schema:
        found = prepared.understood.get(entry["name"])
        reason = (None if found is None else found.reason) or becomes.get(entry["name"])
        measured = {}
        if entry["name"] in train:
            column = train[entry["name"]]
            if target.classes and entry["name"] in target.names:
                entry, column = {**entry, "kind": Kind.CATEGORY.value}, column.as_words()
            measured = _column_facts(column)
        described = None if reason is None else reason.description()
        columns.append({**entry, **measured, "reason": described})
    return {
        "source": prepared.source,
        "target": target.named,
        "task": target.task,
        "classes": list(target.classes),
        "positive": target.each[0].positive_label,
        "rows": prepared.rows,
        "split": prepared.split.description(),
        "columns": columns,
        "notes": [note.description() for note in prepared.notes],
        "understood": dict(prepared.file),
    }


def _column_facts(column: Column) -> dict[str, Any]:
    """Return what the training rows hold in a column."""
    missing = int(np.count_nonzero(column.missing()))
    if column.storage is Storage.WORDS:
        counts = column.counts()
        order = np.argsort(-counts, kind="stable")[:5]
        common = {column.words[code]: int(counts[code]) for code in order if counts[code]}
        return {
            "missing": missing,
            "distinct": int(np.count_nonzero(counts)),
            "summary": {"most_common": common},
        }
    values = column.values[~np.isnan(column.values)]
    summary: dict[str, Any] = {}
    if len(values):
        found = np.quantile(values, (0.0, 0.5, 1.0)).tolist()
        times = column.storage is Storage.TIME
        shown = map(time_text, found) if times else found
        summary = dict(zip(("least", "median", "most"), shown, strict=True))
    # Counting what differs sorts the values, which is not worth its time on a large table.
    distinct = len(np.unique(values)) if len(values) <= COUNTED_ROWS else None
    return {"missing": missing, "distinct": distinct, "summary": summary}


def _network(finished: Finished) -> dict[str, Any]:
    options = finished.preparation.options
    optimizer = options.optimizer
    return {
        "layers": [
            {
                "path": row.path,
                "kind": row.kind,
                "shape": list((row.output_shape or ())[1:]),
                "parameters": row.parameters,
                "flops": row.flops,
            }
            for row in finished.summary.rows
            if row.path or len(finished.summary.rows) == 1
        ],
        "parameters": sum(int(values.size) for values in finished.model.values.values()),
        "members": options.ensemble,
        "optimizer": optimizer if isinstance(optimizer, str) else str(optimizer.get("optimizer")),
        "loss": options.loss,
        "learning_rate": finished.learning_rate,
        "batch_size": options.batch_size,
        "schedule": options.schedule,
        "dropout": options.dropout,
        "own": options.network is not None,
        "averaging": options.averaging,
    }


def _training(finished: Finished) -> dict[str, Any]:
    run = finished.run
    epochs = {
        name: [value if np.isfinite(value) else None for value in values]
        for name, values in run.history.epochs.columns.items()
    }
    return {
        "epochs": epochs,
        "best_epoch": best_epoch(run.state) or None,
        "stopped_epoch": int(run.state[EPOCH]),
        "stopped_early": run.stopped_early,
        "monitor": finished.preparation.options.monitor,
        "seconds": round(run.seconds, 3),
    }


def _layers(finished: Finished) -> dict[str, Any]:
    preparation = finished.preparation
    train = preparation.data["train"]
    return probe_layers(
        preparation.network,
        finished.first,
        best_values(finished.run.state),
        train[FEATURES],
        train[TARGET],
        preparation.objective.loss(),
        row_weights=train.get(WEIGHT),
        seed=preparation.options.seed,
    )


def _learning_curve(finished: Finished) -> dict[str, Any] | None:
    wanted = finished.preparation.options.learning_curve
    if wanted is None:
        wanted = finished.preparation.options.report and finished.run.seconds < AFFORDABLE_SECONDS
    if not wanted:
        return None
    return learning_curve(finished.preparation, finished.judged, finished.learning_rate)


def _evidence(
    finished: Finished,
    explained: Mapping[str, Any],
    layers: Mapping[str, Any],
    curve: Mapping[str, Any] | None,
) -> Evidence:
    preparation, judged, run = finished.preparation, finished.judged, finished.run
    prepared = preparation.prepared
    aim = preparation.objective.aim
    losses = _row_losses(preparation, judged.predictions)
    weights = {part: aim.row_weights(prepared.truths[part]) for part in losses}
    classes, true_rows, said_rows, expected = None, None, None, None
    target = prepared.target
    if target.task == CLASSIFICATION:
        classes = [str(label) for label in target.classes]
        if judged.part != "train":
            true_rows = np.bincount(prepared.truths[judged.part], minlength=len(classes))
            predicted = judged.predictions[judged.part].argmax(1)
            said_rows = np.bincount(predicted, minlength=len(classes))
            if aim.kind == PROBABILITIES:
                expected = judged.predictions[judged.part].sum(0)
    return Evidence(
        epochs=run.history.epochs.columns,
        steps=_step_losses(run),
        best_epoch=best_epoch(run.state),
        stopped_early=run.stopped_early,
        learning_rate=finished.learning_rate,
        dropout=preparation.options.dropout or 0.0,
        rows=prepared.rows,
        metric=aim.measure,
        losses=losses,
        weights=weights,
        constant_losses=_constant_losses(preparation),
        batch_size=int(preparation.options.batch_size or 1),
        missing=_Missing(prepared),
        row_numbers={part: prepared.tables[part].row_numbers for part in losses},
        baselines=_baseline_losses(preparation, judged),
        initial_loss=layers["loss_first"],
        constant_loss=preparation.objective.constant_loss(prepared.truths["train"]),
        least_loss=preparation.objective.least_loss(prepared.truths["train"]),
        targets=len(target.each),
        layers=layers,
        classes=classes,
        expected=expected,
        balanced=aim.balanced,
        class_rows={}
        if classes is None
        else {part: np.bincount(prepared.truths[part], minlength=len(classes)) for part in losses},
        errors=_signed_errors(preparation, judged),
        by_time=str(preparation.options.split).startswith("time:"),
        beaten=_beaten(judged),
        true_rows=true_rows,
        said_rows=said_rows,
        drift=explained["drift"],
        learning_curve=None
        if curve is None
        else LearningCurve(
            curve["metric"],
            *(curve[name] for name in ("rows", "train", "test", "low", "high")),
        ),
    )


class _Missing(Mapping[str, Array]):
    """Which training rows lack a value of a feature; found out when it is asked for."""

    def __init__(self, prepared: Prepared) -> None:
        self._table, self._understood = prepared.tables["train"], prepared.understood
        self._names = list(dict.fromkeys(column.name for column in prepared.encoding.columns))

    def __getitem__(self, name: str) -> Array:
        column = self._table[name]
        if self._understood[name].kind is Kind.NUMBER and column.storage is Storage.WORDS:
            return np.isnan(column.numbers())
        return column.missing()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _step_losses(run: FinishedRun) -> Array:
    """Return the loss of each step without penalties, as that before the first step has none."""
    steps = run.history.steps.columns
    losses = np.asarray(steps.get(LOSS, ()), np.float64)
    return losses - np.asarray(steps.get(PENALTY, 0.0), np.float64)


def _signed_errors(preparation: Preparation, judged: Judged) -> dict[str, Array]:
    """Return prediction less truth by part, of one number whose middle was learned."""
    aim, target = preparation.objective.aim, preparation.prepared.target
    if aim.classifies or len(target.each) > 1 or aim.kind == QUANTILE:
        return {}
    truths = preparation.prepared.truths
    if not aim.is_logarithmic:
        return {part: predicted - truths[part] for part, predicted in judged.predictions.items()}
    return {
        part: aim.log.apply(predicted) - aim.log.apply(truths[part])
        for part, predicted in judged.predictions.items()
    }


def _beaten(judged: Judged) -> list[dict[str, Any]]:
    """Return the baselines that are better by the main metric, for each target."""
    found = []
    for target, verdict in judged.verdicts.items():
        metric = verdict["main"]
        one = verdict["metrics"][metric]
        found += [
            {
                "target": target,
                "baseline": name,
                "metric": metric,
                "network": one["network"]["value"],
                "rival": baseline["value"],
            }
            for name, baseline in one["baselines"].items()
            if baseline["judgement"] == WORSE
        ]
    return found


def _constant_losses(preparation: Preparation) -> Array:
    """Return what always saying the same costs on each training row, as training counts it."""
    codes, objective = preparation.prepared.truths["train"], preparation.objective
    losses = objective.constant_losses(codes)
    # For the hinge loss too, how rare a row's class is tells which batches are heavy.
    return of_codes(codes, objective.weights(codes)) if losses is None else losses


def _baseline_losses(preparation: Preparation, judged: Judged) -> dict[str, dict[str, Array]]:
    """Return the losses of each baseline by part; of several targets only the constant's."""
    prepared = preparation.prepared
    found = {CONSTANT: _row_losses(preparation, _constant_predictions(preparation, judged))}
    if len(prepared.target.each) > 1:
        return found
    fitted = judged.fitted[prepared.target.name]
    return found | {name: _row_losses(preparation, one.predictions) for name, one in fitted.items()}


def _row_losses(preparation: Preparation, predictions: Mapping[str, Array]) -> dict[str, Array]:
    """Return what each row costs by part, of one target in effect."""
    prepared, aim = preparation.prepared, preparation.objective.aim
    return {
        part: aim.row_losses(*prepared.target.as_one(prepared.truths[part], predicted))
        for part, predicted in predictions.items()
    }


def _constant_predictions(preparation: Preparation, judged: Judged) -> dict[str, Array]:
    """Return what always saying the same says: the shares of the classes, or the mean, .."""
    prepared, objective = preparation.prepared, preparation.objective
    truth, target = prepared.truths["train"], prepared.target
    if len(target.each) > 1:
        constant = truth.mean(0)
    else:
        aim = objective.aim
        on_scale = truth if aim.classifies else aim.log.apply(truth)
        constant = aim.constant(on_scale, len(target.classes))
        if not aim.classifies:
            constant = aim.log.undo(constant[..., 0] if aim.kind == DISTRIBUTION else constant)
    return {
        part: np.broadcast_to(constant, (len(prepared.truths[part]), *constant.shape))
        for part in judged.predictions
    }
