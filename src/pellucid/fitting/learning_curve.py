"""The error after training on fewer rows: whether more rows would help.

Receives a preparation and the learning rate of its run; trains the same network on a part of the
training rows, each time a larger one, and gives the errors as plain JSON.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.data.splitting import draw
from pellucid.data.target import CLASSIFICATION
from pellucid.evaluation.row_loss import mean_interval
from pellucid.fitting.explanation import errors_of
from pellucid.fitting.model import Model
from pellucid.fitting.preparation import Preparation
from pellucid.fitting.verdict import Judged
from pellucid.training.run import run_program
from pellucid.training.state import best_values, initial_state

Array = np.ndarray[Any, Any]

SHARES = (0.125, 0.25, 0.5)
FEWEST_ROWS = 50
"""Fewer training rows than this tell nothing of what more would do."""
AFFORDABLE_SECONDS = 20.0
"""Training on fewer rows takes about as long again as the run: beyond this it is not done unasked.
"""


def learning_curve(
    preparation: Preparation, judged: Judged, learning_rate: float
) -> dict[str, Any] | None:
    """Return the error on the part that the network is judged on, and on the training rows.

    Returns:
        "metric" (what the aim measures: "log_loss", "rmse" in the target's units, ..),
        "standardised" (whether in standard units instead, since there are several targets), "rows",
        "train", "test", and "low" and "high", the 95 % interval of "test"; None where there are too
        few rows.
    """
    prepared = preparation.prepared
    counts = [int(prepared.rows["train"] * share) for share in SHARES]
    if prepared.block > 1 or counts[0] < FEWEST_ROWS or judged.part == "train":
        return None
    order = _order(preparation)
    entries = []
    for count in counts:
        rows = np.sort(order[:count])
        values = _trained(preparation, rows, learning_rate)
        model = Model(
            preparation.network,
            values,
            prepared.encoding,
            preparation.objective,
            preparation.backend,
        )
        entries.append((count, *_errors(preparation, judged, model, rows)))
    every = np.arange(prepared.rows["train"])
    entries.append((len(every), *_errors(preparation, judged, None, every)))
    intervals = [mean_interval(losses) for _, _, losses in entries]
    means = {
        "train": [losses.mean() for _, losses, _ in entries],
        "test": [losses.mean() for _, _, losses in entries],
        "low": [low for low, _ in intervals],
        "high": [high for _, high in intervals],
    }
    aim = preparation.objective.aim
    return {
        "metric": aim.measure,
        "standardised": len(prepared.target.each) > 1,
        "rows": [count for count, _, _ in entries],
        **{key: [aim.in_units(mean) for mean in found] for key, found in means.items()},
    }


def _order(preparation: Preparation) -> Array:
    """Return the training rows in a random order that begins with a row of each class."""
    truth = preparation.prepared.truths["train"]
    order = np.argsort(draw(len(truth), preparation.options.seed), kind="stable")
    if preparation.prepared.target.task != CLASSIFICATION:
        return order
    _, first = np.unique(truth[order], return_index=True)
    return np.concatenate([order[first], np.delete(order, first)])


def _trained(preparation: Preparation, rows: Array, rate: float) -> dict[str, Array]:
    """Return the network's best values after training on some of the rows."""
    fewer = preparation.with_fewer_rows(rows)
    recipe = fewer.recipe(rate)
    program = fewer.program(recipe)
    executable = preparation.backend.compile(program)
    first = initial_state(program, recipe.seed)
    run = run_program(program, executable, fewer.data, first, recipe.epochs)
    return best_values(run.state)


def _errors(
    preparation: Preparation, judged: Judged, model: Model | None, rows: Array
) -> tuple[Array, Array]:
    """Return the loss of each of the training rows, and of each row that is judged on."""
    prepared = preparation.prepared
    predictions = dict(judged.predictions)
    if model is not None:
        predictions = {part: model.read(prepared.features[part]) for part in ("train", judged.part)}
    own = replace(judged, predictions=predictions)
    found = []
    for part in ("train", judged.part):
        truth, predicted = errors_of(prepared, own, part)
        aim = preparation.objective.aim
        found.append(aim.row_losses(truth, predicted) * aim.row_weights(truth))
    return found[0][rows], found[1]
