"""Training on arrays, without tables or folders: for networks of one's own and looking inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.backends import DEFAULT_BACKEND, backend_named
from pellucid.backends.base import Array, DataSet
from pellucid.backends.rows import RowFunction, as_rows
from pellucid.dtypes import is_float
from pellucid.errors import DTypeError, NonFiniteError, OptionError, ShapeError
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
from pellucid.training.arrays import training_set, validation_set
from pellucid.training.metrics import Metric, metrics_from
from pellucid.training.program import (
    BEST,
    FEATURES,
    VALIDATION,
    Watch,
    build_program,
    row_type,
)
from pellucid.training.recipe import Recipe, whole_option
from pellucid.training.run import run_program
from pellucid.training.state import initial_state


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network.

    Attributes:
        network: the layers.
        parameters: values of the parameters and running statistics by path.
        initial: the same, as they were before training.
        steps: the scalars of each step by name: loss (of its batch, penalties included), penalty
            (where there are any: what l1, l2 and layers add), learning_rate and what was watched.
        epochs: the scalars of each epoch by name: train_loss (without penalties), validation_loss,
            the metrics of the validation rows, and learning_rate, that of the last step.
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

    def __repr__(self) -> str:
        """Return the network, how long it was trained and what came of it."""
        last = ", ".join(
            f"{name} {values[-1]:.4g}" for name, values in self.epochs.items() if values
        )
        epochs = len(self.epochs.get("train_loss", ()))
        return f"<Trained {self.network!r}: {epochs} epochs, {self.updates} updates, {last}>"

    def predict(self, features: Any) -> Array:
        """Return the network's output for rows of features, (rows, ..).

        Args:
            features: (any number, ..), 0 rows too. Numbers are converted to the floating-point type
                that the network was trained on.

        Raises:
            DataError: they are no rows of numbers.
            ShapeError: the network does not fit them.
            DTypeError: likewise.
        """
        features = as_rows("the features", features, empty=True)
        seen = self.program.steps[0].inputs[FEATURES]
        if is_float(seen.dtype):
            features = features.astype(seen.dtype, copy=False)
        leaves = {**self.network.parameters(), **self.network.states()}
        values: dict[Node, Array] = {leaf: self.parameters[name] for name, leaf in leaves.items()}
        backend = backend_named(self.backend)
        try:
            function = RowFunction(
                backend, self.network, features.shape[1:], features.dtype, values
            )
        except (ShapeError, DTypeError) as error:
            # The network speaks of a chunk of rows: say what the caller handed in.
            raise type(error)(
                f"the network was trained on rows of {_row(seen)} and does not fit features of "
                f"{features.dtype} {features.shape}, rows of {_row(features)}"
            ) from None
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
    metrics: str | Metric | Iterable[str | Metric] = (),
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
        target: (rows, ..), as the loss takes it; booleans are taken as 0 and 1.
        loss: what is lowered, or its name.
        optimizer: how gradients become updates, or its name.
        learning_rate: the highest rate of the schedule; the optimizer's own if None.
        schedule: how the rate changes, or its name.
        epochs: how often all rows are seen, at most.
        batch_size: rows an update; all if None.
        weights: how much each row counts in the loss, (rows,), numbers of at least 0; all the same
            if None.
        validation: features and target of rows that are not trained on.
        metrics: what is computed of the validation rows after each epoch beside the loss, or names
            of `METRICS`; each row counts as one.
        monitor: the scalar that decides on the best epoch; the validation loss if there is one.
        patience: epochs without a better value of it before the run stops.
        restore_best: whether the best epoch's parameters are returned, not the last ones.
        l1: strength of the penalty on absolute weights.
        l2: strength of the penalty on squared weights.
        seed: of the initial weights, the order of rows and dropout.
        shuffled: whether rows are reordered in each epoch.
        initial: first values of parameters and running statistics by path, such as those of an
            earlier `Trained`, in place of their initializers'.
        watch: gives scalars over the parameters by name, which are recorded at each step.
        backend: what runs it.

    Raises:
        DataError: the arrays are no rows of finite numbers, or differ in their number; a weight is
            below 0, or none is above.
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
    epochs = whole_option("epochs", epochs)
    data = _data_sets(features, target, weights, validation)
    rows = len(data["train"][FEATURES])
    size = rows if batch_size is None else whole_option("batch_size", batch_size)
    chosen = optimizer_from(optimizer)
    _refuse_second_rate(learning_rate, schedule)
    steps_per_epoch = batch_count(rows, size)
    recipe = Recipe(
        loss=loss_from(loss),
        optimizer=chosen,
        schedule=schedule_from(
            schedule,
            rate=chosen.rate if learning_rate is None else learning_rate,
            steps=epochs * steps_per_epoch,
            steps_per_epoch=steps_per_epoch,
        ),
        epochs=epochs,
        batch_size=size,
        seed=seed,
        metrics=metrics_from(metrics),
        monitor=monitor or ("train_loss" if validation is None else "validation_loss"),
        patience=patience,
        l1=l1,
        l2=l2,
        shuffled=shuffled,
    )
    columns = {name: row_type(values) for name, values in data["train"].items()}
    held = len(data[VALIDATION][FEATURES]) if VALIDATION in data else 0
    program = build_program(network, recipe, columns, rows, held, watch)
    _refuse_unknown(initial or {}, network)
    first = initial_state(program, recipe.seed, initial)
    executable = backend_named(backend).compile(program)
    run = run_program(program, executable, data, first, epochs)
    parameters = _kept(run.state, restore_best, recipe.monitor)
    return Trained(
        network,
        parameters,
        {name: first[name] for name in parameters},
        run.history.steps.columns,
        run.history.epochs.columns,
        int(run.state["stopping.best_epoch"]),
        program,
        run.state,
        backend,
    )


def _data_sets(
    features: Any, target: Any, weights: Any, validation: tuple[Any, Any] | None
) -> dict[str, DataSet]:
    """Return the rows that are trained on and, if there are any, those that are not."""
    train = training_set(features, target, weights)
    if validation is None:
        return {"train": train}
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise OptionError(
            f"validation must be a pair (features, target), got {type(validation).__name__}"
        )
    return {"train": train, VALIDATION: validation_set(*validation, train)}


def _refuse_second_rate(learning_rate: float | None, schedule: str | Schedule) -> None:
    if learning_rate is not None and isinstance(schedule, Schedule):
        raise OptionError(
            f"learning_rate={learning_rate!r} cannot be added to a schedule that is complete: "
            "choose the schedule by its name, or give it this when it is made"
        )


def _refuse_unknown(initial: Mapping[str, Array], network: Layer) -> None:
    """Raise OptionError if a first value is for no parameter of the network."""
    known = [*network.parameters(), *network.states()]
    unknown = [name for name in initial if name not in known]
    if unknown:
        raise OptionError(f"the network has no parameter {unknown[0]!r}: it has {', '.join(known)}")


def _kept(state: Mapping[str, Array], best: bool, monitor: str) -> dict[str, Array]:
    """Return the parameters of the best epoch, or else the last ones."""
    if best and not int(state["stopping.best_epoch"]):
        raise NonFiniteError(f"{monitor} was not finite after any epoch: none is the best")
    names = [name for name in state if BEST + name in state]
    return {name: state[BEST + name if best else name] for name in names}


def _row(rows: Array | Node) -> str:
    return f"{rows.dtype} {tuple(rows.shape[1:])}"
