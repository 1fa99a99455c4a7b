"""From options and data to everything that a run needs, before anything is written or trained."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pellucid.backends import backend_named
from pellucid.backends.base import Backend, DataSet
from pellucid.data.prepared import PARTS, Prepared, prepare
from pellucid.dtypes import float32, int64
from pellucid.errors import DataError, OptionError, ShapeError
from pellucid.fitting.configuration import Configuration
from pellucid.fitting.objective import Objective, objective_for
from pellucid.graph.node import CONSTANT, input_node, key_node, state_node
from pellucid.graph.order import batch_count
from pellucid.graph.program import RunProgram
from pellucid.graph.text import text
from pellucid.graph.traversal import topological
from pellucid.layers.base import Layer
from pellucid.layers.mode import Mode
from pellucid.models.mlp import multilayer_perceptron
from pellucid.optimizers import OPTIMIZERS, Optimizer, optimizer_from
from pellucid.parts import named_as
from pellucid.schedules import SCHEDULES, schedule_from
from pellucid.training.program import (
    FEATURES,
    TARGET,
    VALIDATION,
    WEIGHT,
    build_program,
    row_type,
)
from pellucid.training.rate_finder import RateSearch, find_rate
from pellucid.training.recipe import Recipe

SMALLEST_BATCH, LARGEST_BATCH = 16, 256
BATCHES_AN_EPOCH = 40
FEWEST_EPOCHS, FEWEST_UPDATES = 200, 4000
LEAST_PATIENCE, LEAST_PATIENT_UPDATES = 16, 400
LEARNING_RATES = {"adamw": 0.002}
"""Rates that do well on tables where the optimizer's own, of its paper, is low."""


@dataclass(frozen=True, eq=False)
class Preparation:
    """Everything that a run needs.

    Attributes:
        options: with what was chosen from the data filled in.
        prepared: the encoded table.
        objective: the loss with what it needs around it.
        network: the layers, not yet trained.
        data: the columns of each data set, as the run program takes them.
        backend: what runs it.
    """

    options: Configuration
    prepared: Prepared
    objective: Objective
    network: Layer
    data: Mapping[str, DataSet]
    backend: Backend

    def recipe(self, learning_rate: float) -> Recipe:
        """Return how to train at a learning rate."""
        options = self.options
        batch_size, epochs = int(options.batch_size or 1), int(options.epochs or 1)
        steps_per_epoch = batch_count(self.prepared.rows["train"], batch_size)
        return Recipe(
            loss=self.objective.loss(),
            optimizer=_optimizer(options),
            schedule=schedule_from(
                options.schedule,
                rate=learning_rate,
                steps=epochs * steps_per_epoch,
                steps_per_epoch=steps_per_epoch,
            ),
            epochs=epochs,
            batch_size=batch_size,
            seed=options.seed,
            metrics=self.objective.metrics(),
            monitor=str(options.monitor),
            patience=options.patience or None,
            l1=options.l1,
            l2=options.l2,
        )

    def search_rate(self) -> RateSearch:
        """Run the learning-rate range test."""
        return find_rate(self.network, self.recipe(1.0), self.data, self.backend)

    def learning_rate(self) -> float:
        """Return the rate of the options, or find one."""
        rate = self.options.learning_rate
        return self.search_rate().suggestion if rate == "auto" else float(rate or 0.0)

    def program(self, recipe: Recipe) -> RunProgram:
        """Return the run program."""
        columns = {name: row_type(values) for name, values in self.data["train"].items()}
        rows = self.prepared.rows
        return build_program(self.network, recipe, columns, rows["train"], rows[VALIDATION])

    def description(self) -> dict[str, Any]:
        """Return what the folder remembers of the data and the network."""
        prepared = self.prepared
        return {
            "source": prepared.source,
            "target": prepared.target_name,
            "columns": prepared.schema,
            "rows": prepared.rows,
            "fingerprint": prepared.fingerprint,
            "network": self._network_fingerprint(),
        }

    def _network_fingerprint(self) -> str:
        """Return a hash of the network's graph in training, and of its parameters."""
        features = input_node("features", (2, self.prepared.encoding.width), float32)
        mode = Mode(training=True, key=key_node(), step=state_node("step", (), int64))
        outputs = [self.network(features, mode), *mode.updates.values()]
        leaves = [f"{name} {leaf.type}" for name, leaf in self.network.parameters().items()]
        found = hashlib.sha256("\n".join([text(outputs), *leaves]).encode())
        for node in topological(outputs):
            if node.primitive is CONSTANT:
                found.update(node.attributes["value"].tobytes())
        return found.hexdigest()


def prepare_fit(
    data: Any,
    target: Any,
    options: Configuration,
    network: Layer | None = None,
    parts: Mapping[str, Any] | None = None,
) -> Preparation:
    """Read the data, choose what the options leave open, and build the network.

    Args:
        data: whatever `load_table` takes.
        target: the column to be predicted, or its values.
        options: what the user chose.
        network: the layers; None builds a perceptron from the options.
        parts: tables in memory for "validation" and "test", in place of the options'.

    Raises:
        DataError: the data cannot be used.
        OptionError: an option is impossible.
    """
    given = {"validation": options.validation, "test": options.test, **(parts or {})}
    prepared = prepare(data, target, task=options.task, seed=options.seed, **given)
    codes = prepared.raw_targets["train"]
    objective = objective_for(
        prepared.target, options.loss, options.class_weight, codes, options.quantile
    )
    if not prepared.encoding.width:
        raise DataError(
            f"{prepared.source}: no column is left to predict '{prepared.target_name}' from"
        )
    chosen = _choose(options, data, given, prepared, objective)
    _optimizer(chosen)
    if network is None:
        network = multilayer_perceptron(
            objective.outputs,
            hidden=chosen.hidden,
            activation=chosen.activation,
            dropout=chosen.dropout,
            normalization=None if chosen.normalization == "none" else chosen.normalization,
        )
    else:
        _require_outputs(network, objective, prepared)
    columns = {part: _columns(prepared, objective, part) for part in PARTS}
    backend = backend_named(chosen.backend, chosen.threads)
    return Preparation(chosen, prepared, objective, network, columns, backend)


def _require_outputs(network: Layer, objective: Objective, prepared: Prepared) -> None:
    """Raise ShapeError unless a network of the user's own gives what the loss needs."""
    output = network(input_node("features", (2, prepared.encoding.width), float32))
    if output.shape != (2, objective.outputs):
        raise ShapeError(
            f"the network must give (rows, {objective.outputs}) to predict "
            f"'{prepared.target_name}' with the loss {objective.loss_name}, "
            f"but for 2 rows it gives {output.shape}"
        )


def _choose(
    options: Configuration,
    data: Any,
    given: Mapping[str, Any],
    prepared: Prepared,
    objective: Objective,
) -> Configuration:
    """Return the options with what was left open chosen."""
    rows = prepared.rows
    monitor = options.monitor or ("validation_loss" if rows[VALIDATION] else "train_loss")
    if options.batch_size is not None and options.batch_size > rows["train"]:
        raise OptionError(
            f"batch_size must be at most the {rows['train']} training rows, "
            f"got {options.batch_size}"
        )
    options = _spelled(options)
    rate = options.learning_rate
    if rate is None:
        own = optimizer_from(options.optimizer).rate
        rate = LEARNING_RATES.get(str(options.optimizer), own)
    batch_size = options.batch_size or default_batch_size(rows["train"])
    steps = batch_count(rows["train"], batch_size)
    epochs, patience = options.epochs, options.patience
    if epochs is None:
        epochs = max(FEWEST_EPOCHS, -(-FEWEST_UPDATES // steps))
    if patience is None:
        patience = max(LEAST_PATIENCE, -(-LEAST_PATIENT_UPDATES // steps))
    return replace(
        options,
        learning_rate=rate,
        schedule=named_as("schedule", options.schedule, SCHEDULES),
        epochs=epochs,
        patience=patience,
        data=_lasting_name(data),
        target=prepared.target_name,
        task=prepared.target.task,
        validation=_lasting_part(given["validation"]),
        test=_lasting_part(given["test"]),
        loss=objective.loss_name,
        batch_size=batch_size,
        monitor=monitor,
    )


def _spelled(options: Configuration) -> Configuration:
    """Return the options with the optimizer as it is called, or without what it says itself."""
    if isinstance(options.optimizer, str):
        return replace(options, optimizer=named_as("optimizer", options.optimizer, OPTIMIZERS))
    return replace(options, weight_decay=0.0, clip_global_norm=0.0, max_norm=0.0)


def _optimizer(options: Configuration) -> Optimizer:
    if not isinstance(options.optimizer, str):
        return optimizer_from(options.optimizer)
    return optimizer_from(
        options.optimizer,
        weight_decay=options.weight_decay,
        clip_global_norm=options.clip_global_norm or None,
        max_norm=options.max_norm or None,
    )


def default_batch_size(rows: int) -> int:
    """Return a power of two such that an epoch has about forty updates, from 16 to 256 rows.

    Example:
        >>> default_batch_size(341), default_batch_size(20_000), default_batch_size(5)
        (16, 256, 5)
    """
    power = 2 ** round(math.log2(max(rows, 1) / BATCHES_AN_EPOCH)) if rows else 1
    return int(min(max(power, SMALLEST_BATCH), LARGEST_BATCH, rows))


def _columns(prepared: Prepared, objective: Objective, part: str) -> DataSet:
    codes = prepared.raw_targets[part]
    columns = {FEATURES: prepared.features[part], TARGET: objective.encode(codes)}
    weights = objective.weights(codes)
    return columns if weights is None else columns | {WEIGHT: weights}


def _lasting_name(data: Any) -> str | None:
    """Return a path that does not depend on the working folder, a built-in name, or None."""
    if not isinstance(data, str | os.PathLike):
        return None
    path = Path(data)
    return str(path.resolve()) if path.exists() else str(data)


def _lasting_part(part: Any) -> Any:
    if isinstance(part, float | int):
        return float(part)
    name = _lasting_name(part)
    return "in memory" if name is None else name
