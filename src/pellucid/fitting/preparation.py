"""From options and data to everything that a run needs, before anything is written or trained."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pellucid.backends import backend_named
from pellucid.backends.base import Array, Backend, DataSet
from pellucid.data.memory import Memory
from pellucid.data.prepared import PARTS, Prepared, prepare
from pellucid.data.seen_rows import SeenRows
from pellucid.data.target import CLASSIFICATION, REGRESSION
from pellucid.dtypes import float32, int64
from pellucid.errors import OptionError, ShapeError
from pellucid.fitting.applicable import require_applicable, without_network
from pellucid.fitting.configuration import Configuration
from pellucid.fitting.known_rows import known_by
from pellucid.fitting.lengths import for_fewer_rows, with_lengths
from pellucid.fitting.network import build_network
from pellucid.fitting.objective import Objective, objective_for
from pellucid.fitting.table_options import preparing_of, reading_of
from pellucid.graph.node import CONSTANT, input_node, key_node, state_node
from pellucid.graph.order import batch_count
from pellucid.graph.program import RunProgram
from pellucid.graph.text import text
from pellucid.graph.traversal import topological
from pellucid.layers.base import Layer
from pellucid.layers.mode import Mode
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

LEARNING_RATES = {"adamw": 0.004}
"""Highest rates that do well on tables where the optimizer's own, of its paper, is low."""
MOST_SMOOTHING, SMOOTHED_ROWS = 0.1, 4
"""Labels are smoothed as if so many training rows had one by chance: a network that has seen few
rows, and all of them right, is not to be sure of the next."""
DROPOUT = {CLASSIFICATION: 0.2, REGRESSION: 0.1}


def label_smoothing_for(options: Configuration, rows: int) -> float:
    """Return the label smoothing of the options, or what suits so many training rows."""
    if options.label_smoothing is not None:
        return options.label_smoothing
    return min(MOST_SMOOTHING, SMOOTHED_ROWS / rows)


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

    @property
    def training_rows(self) -> int:
        """The number of rows that are trained on."""
        return len(self.data["train"][TARGET])

    def recipe(self, learning_rate: float) -> Recipe:
        """Return how to train at a learning rate."""
        options = self.options
        batch_size, epochs = int(options.batch_size or 1), int(options.epochs or 1)
        steps_per_epoch = batch_count(self.training_rows, batch_size)
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
            averaging=options.averaging,
            l1=options.l1,
            l2=options.l2,
            block=min(self.prepared.block, self.training_rows),
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
        held = self.prepared.rows[VALIDATION]
        return build_program(self.network, recipe, columns, self.training_rows, held)

    def with_fewer_rows(self, rows: Array) -> Preparation:
        """Return this with some of the training rows only, and lengths that suit them."""
        train = {name: values[rows] for name, values in self.data["train"].items()}
        task = self.prepared.target.task
        return replace(
            self,
            options=for_fewer_rows(self.options, self.training_rows, len(rows), task),
            data={**self.data, "train": train},
        )

    def description(self) -> dict[str, Any]:
        """Return what the folder remembers of the data and the network."""
        prepared = self.prepared
        return {
            "source": prepared.source,
            "target": prepared.target.name,
            "columns": prepared.schema,
            "rows": prepared.rows,
            "split": str(prepared.split),
            "file": dict(prepared.file),
            "fingerprint": prepared.fingerprint,
            "network": self._network_fingerprint(),
        }

    def seen_rows(self) -> SeenRows:
        """Return a sample of the training rows, by which they are known again."""
        prepared = self.prepared
        return SeenRows.of(known_by(prepared.tables["train"], prepared.encoding, prepared.target))

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
    prepared = prepare(
        data,
        target,
        **given,
        preparing=preparing_of(options, embedding=network is None),
        reading=reading_of(options),
        memory=Memory(None if options.memory is None else int(options.memory * 1e9)),
    )
    if network is None and options.network is not None:
        raise OptionError(
            "the configuration is of a run whose network was the user's own, which no file "
            "describes: hand it in, in Python, with pellucid.fit(.., network=..)"
        )
    objective = _objective(options, prepared, own_network=network is not None)
    chosen = _choose(options, data, given, prepared, objective)
    if network is not None:
        chosen = without_network(chosen)
    _optimizer(chosen)
    if network is None:
        network = build_network(chosen, prepared.encoding, objective)
    else:
        _require_outputs(network, objective, prepared)
    columns = {part: _columns(prepared, objective, part) for part in PARTS}
    backend = backend_named(chosen.backend, chosen.threads)
    return Preparation(chosen, prepared, objective, network, columns, backend)


def _objective(options: Configuration, prepared: Prepared, *, own_network: bool) -> Objective:
    """Return the loss with what it needs; OptionError where an option does not apply to it."""
    codes = prepared.truths["train"]
    objective = objective_for(
        prepared.target,
        options.loss,
        options.class_weight,
        codes,
        options.quantile,
        label_smoothing_for(options, len(codes)),
        1 if own_network else options.ensemble,
    )
    require_applicable(
        options,
        prepared.target.task,
        prepared.target.name,
        objective.loss_name,
        own_network=own_network,
    )
    return objective


def _require_outputs(network: Layer, objective: Objective, prepared: Prepared) -> None:
    """Raise ShapeError unless a network of the user's own gives what the loss needs."""
    output = network(input_node("features", (2, prepared.encoding.width), float32))
    if output.shape != (2, objective.outputs):
        raise ShapeError(
            f"the network must give (rows, {objective.outputs}) to predict "
            f"'{prepared.target.name}' with the loss {objective.loss_name}, "
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
    watched = f"{VALIDATION}_{objective.judged_by}" if rows[VALIDATION] else "train_loss"
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
    return replace(
        with_lengths(options, rows["train"], prepared.target.task),
        learning_rate=rate,
        dropout=DROPOUT[prepared.target.task] if options.dropout is None else options.dropout,
        label_smoothing=objective.label_smoothing if objective.smooths else None,
        schedule=named_as("schedule", options.schedule, SCHEDULES),
        data=_lasting_name(data),
        target=prepared.target.named,
        task=prepared.target.task,
        validation=_lasting_part(prepared.fractions["validation"] or given["validation"]),
        test=_lasting_part(given["test"]),
        loss=objective.loss_name,
        monitor=options.monitor or watched,
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


def _columns(prepared: Prepared, objective: Objective, part: str) -> DataSet:
    codes = prepared.truths[part]
    columns = {FEATURES: prepared.features[part], TARGET: objective.encode(codes)}
    weights = objective.weights(codes)
    return columns if weights is None else columns | {WEIGHT: weights}


def _lasting_name(data: Any) -> str | None:
    """Return a path that does not depend on the working folder, a built-in name, or None."""
    if not isinstance(data, str | os.PathLike):
        return None
    path = Path(data)
    return str(path.resolve()) if path.is_file() else str(data)


def _lasting_part(part: Any) -> Any:
    if isinstance(part, float | int):
        return float(part)
    name = _lasting_name(part)
    return "in memory" if name is None else name
