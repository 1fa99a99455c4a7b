"""Training on arrays, without tables or folders: for networks of one's own and looking inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.backends import DEFAULT_BACKEND, backend_named
from pellucid.backends.base import Array, DataSet
from pellucid.backends.finite import nonfinite_row
from pellucid.backends.rows import RowFunction, as_rows
from pellucid.errors import DataError, NonFiniteError, OptionError
from pellucid.graph.node import Node
from pellucid.graph.order import batch_count
from pellucid.graph.program import STEP, RunProgram
from pellucid.layers.base import Layer
from pellucid.losses import loss_from
from pellucid.losses.base import Loss
from pellucid.optimizers import optimizer_from
from pellucid.optimizers.optimizer import Optimizer
from pellucid.schedules import schedule_from
from pellucid.schedules.base import Schedule
from pellucid.training.metrics import Metric
from pellucid.training.program import (
    BEST,
    FEATURES,
    TARGET,
    VALIDATION,
    WEIGHT,
    Watch,
    build_program,
    row_type,
)
from pellucid.training.recipe import Recipe
from pellucid.training.run import run_program
from pellucid.training.state import initial_state


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network.

    Attributes:
        network: the layers.
        parameters: values of the parameters and running statistics by path.
        initial: the same, as they were before training.
        steps: the scalars of each step by name: loss, learning_rate and what was watched.
        epochs: the scalars of each epoch by name: train_loss, validation_loss, ..
        best_epoch: the epoch (from 1) with the best monitored value.
        program: the run program, for looking inside.
        state: the last state, for looking inside.
        backend: the name of what ran it.
    """

    network: Layer
    parameters: dict[str, Array]
    initial: dict[str, Array]
    steps: dict[str, list[float]]
    epochs: dict[str, list[float]]
    best_epoch: int
    program: RunProgram
    state: dict[str, Array]
    backend: str

    @property
    def updates(self) -> int:
        """The number of updates made."""
        return int(self.state[STEP])

    def predict(self, features: Any) -> Array:
        """Return the network's output for rows of features, (rows, ..)."""
        features = as_rows("the features", features)
        leaves = {**self.network.parameters(), **self.network.states()}
        values: dict[Node, Array] = {leaf: self.parameters[name] for name, leaf in leaves.items()}
        function = RowFunction(
            backend_named(self.backend),
            self.network,
            features.shape[1:],
            features.dtype,
            values,
        )
        return function(features)


def train(
    network: Layer,
    features: Any,
    target: Any,
    *,
    loss: str | Loss,
    optimizer: str | Optimizer = "adam",
    learning_rate: float | None = None,
    schedule: str | Schedule = "constant",
    epochs: int = 100,
    batch_size: int | None = None,
    weights: Any = None,
    validation: tuple[Any, Any] | None = None,
    metrics: tuple[Metric, ...] = (),
    monitor: str | None = None,
    patience: int | None = None,
    restore_best: bool = False,
    l1: float = 0.0,
    l2: float = 0.0,
    seed: int = 0,
    shuffled: bool = True,
    initial: Mapping[str, Array] | None = None,
    watch: Watch | None = None,
    backend: str = DEFAULT_BACKEND,
) -> Trained:
    """Train a network on arrays, and return it with the record of every step.

    Args:
        network: the layers.
        features: (rows, ..), of the type that the network takes, such as float32.
        target: (rows, ..), as the loss takes it.
        loss: what is lowered, or its name.
        optimizer: how gradients become updates, or its name.
        learning_rate: the highest rate of the schedule; the optimizer's own if None.
        schedule: how the rate changes, or its name.
        epochs: how often all rows are seen, at most.
        batch_size: rows an update; all if None.
        weights: how much each row counts in the loss, (rows,); all the same if None.
        validation: features and target of rows that are not trained on.
        metrics: what is computed after each epoch beside the loss.
        monitor: the scalar that decides on the best epoch; the validation loss if there is one.
        patience: epochs without a better value of it before the run stops.
        restore_best: whether the best epoch's parameters are returned, not the last ones.
        l1: strength of the penalty on absolute weights.
        l2: strength of the penalty on squared weights.
        seed: of the initial weights, the order of rows and dropout.
        shuffled: whether rows are reordered in each epoch.
        initial: first values of parameters and running statistics by path, such as those of an
            earlier `Trained`, in place of their initializers'.
        watch: gives scalars over the parameters, which are recorded at each step.
        backend: what runs it.

    Raises:
        DataError: the arrays are no rows of finite numbers, or differ in their number.
        OptionError: an option is impossible.
        ShapeError: the arrays do not fit the network or the loss.
        NonFiniteError: a nan or an infinity appeared.

    Example:
        >>> import numpy as np
        >>> from pellucid.layers import Dense
        >>> x = np.linspace(-1, 1, 20, dtype=np.float32).reshape(-1, 1)
        >>> line = train(Dense(1, name="line"), x, 3 * x + 1, loss="squared_error",
        ...              optimizer="sgd", learning_rate=0.3, epochs=100)
        >>> [round(float(v.item()), 3) for v in line.parameters.values()]
        [3.0, 1.0]
    """
    data: dict[str, DataSet] = {"train": _data_set("training", features, target, weights)}
    if validation is not None:
        every = None if weights is None else [1.0] * len(validation[0])
        data[VALIDATION] = _data_set("validation", *validation, every)
    rows = len(data["train"][FEATURES])
    size = rows if batch_size is None else batch_size
    chosen = optimizer_from(optimizer)
    steps_per_epoch = batch_count(rows, max(size, 1))
    recipe = Recipe(
        loss=loss_from(loss),
        optimizer=chosen,
        schedule=schedule_from(
            schedule,
            rate=chosen.rate if learning_rate is None else learning_rate,
            # Recipe refuses what is below 1, in the user's names.
            steps=max(epochs, 1) * steps_per_epoch,
            steps_per_epoch=steps_per_epoch,
        ),
        epochs=epochs,
        batch_size=size,
        seed=seed,
        metrics=metrics,
        monitor=monitor or ("train_loss" if validation is None else "validation_loss"),
        patience=patience,
        l1=l1,
        l2=l2,
        shuffled=shuffled,
    )
    columns = {name: row_type(values) for name, values in data["train"].items()}
    held = len(validation[0]) if validation is not None else 0
    program = build_program(network, recipe, columns, rows, held, watch)
    known = [*network.parameters(), *network.states()]
    unknown = [name for name in initial or {} if name not in known]
    if unknown:
        raise OptionError(f"the network has no parameter {unknown[0]!r}: it has {', '.join(known)}")
    first = initial_state(program, seed, initial)
    executable = backend_named(backend).compile(program)
    run = run_program(program, executable, data, first, epochs)
    names = [name for name in run.state if BEST + name in run.state]
    if restore_best and not int(run.state["stopping.best_epoch"]):
        raise NonFiniteError(f"{recipe.monitor} was not finite after any epoch: none is the best")
    prefix = BEST if restore_best else ""
    return Trained(
        network,
        {name: run.state[prefix + name] for name in names},
        {name: first[name] for name in names},
        run.history.steps.columns,
        run.history.epochs.columns,
        int(run.state["stopping.best_epoch"]),
        program,
        run.state,
        backend,
    )


def _data_set(name: str, features: Any, target: Any, weights: Any) -> DataSet:
    columns = {FEATURES: features, TARGET: target}
    if weights is not None:
        columns[WEIGHT] = weights
    data = {column: as_rows(f"the {name} {column}", values) for column, values in columns.items()}
    for column, values in data.items():
        if len(values) != len(data[FEATURES]):
            raise DataError(
                f"the {name} features have {len(data[FEATURES])} rows, "
                f"the {column} has {len(values)}"
            )
        row = nonfinite_row(values)
        if row is not None:
            raise DataError(f"row {row} of the {name} {column} has a nan or an infinity")
    return data
