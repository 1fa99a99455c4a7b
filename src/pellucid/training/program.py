"""The run program of supervised training, from a network and a recipe.

Receives layers, a recipe and the types of the data's columns; gives a `RunProgram`. The state's
names:

    hidden_1.weight                       a parameter, by its path
    norm_1.mean                           a running statistic
    optimizer.NAME                        a slot of the optimizer
    schedule.NAME                         a variable of the schedule
    step, epoch, stop                     the counters and the flag that every program has
    progress.loss, progress.weight        sums over the epoch that is under way
    average.hidden_1.weight               parameters and statistics, averaged over the last steps
    stopping.best, .wait, .best_epoch     the best monitored value, epochs since, its epoch from 1
    best.hidden_1.weight                  parameters and statistics of the best epoch
    seed                                  the seed of dropout

The step graph names what it makes of them: "gradient of hidden_1.weight", "new hidden_1.weight",
"new optimizer.NAME".

What is recorded. After each step: loss (of the batch, penalties included), penalty (their sum,
where there are any), learning_rate, and what was watched. After each epoch: train_loss (the mean of
the steps' losses without penalties, with dropout), validation_loss, validation_METRIC, and
learning_rate, that of the epoch's last step. Losses are weighted by the rows' and the classes'
weights; a metric counts rows, each as one, unless it says otherwise. Where the recipe averages, it
is the averages that are evaluated and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from pellucid.autodiff import gradients
from pellucid.backends.base import Array
from pellucid.backends.rows import CHUNK
from pellucid.dtypes import boolean, float32, float64, int32, int64
from pellucid.errors import OptionError
from pellucid.graph.node import Node, describe, input_node, key_node, state_node
from pellucid.graph.order import RowOrder
from pellucid.graph.primitive import TensorType
from pellucid.graph.program import (
    EPOCH,
    STEP,
    STOP,
    EpochGraph,
    EvaluationGraph,
    Role,
    RunProgram,
    StepGraph,
    Variable,
)
from pellucid.graph.traversal import substitute
from pellucid.layers.base import Layer
from pellucid.layers.mode import Mode
from pellucid.layers.unkept_parameters import refuse_unkept
from pellucid.losses import l1, l2
from pellucid.losses.checks import takes_labels
from pellucid.primitives import (
    add,
    cast,
    full,
    isfinite,
    less,
    logical_not,
    logical_or,
    where,
    zeros_like,
)
from pellucid.training.metrics import Metric, weighted_sum
from pellucid.training.recipe import Recipe

FEATURES, TARGET, WEIGHT = "features", "target", "weight"
LOSS, PENALTY, LEARNING_RATE = "loss", "penalty", "learning_rate"
VALIDATION = "validation"
AVERAGE, BEST = "average.", "best."
EVALUATION_ROWS = CHUNK

Watch = Callable[[Mapping[str, Node]], Mapping[str, Node]]
"""From the parameters by path to scalars by name."""


def row_type(values: Array) -> TensorType:
    """Return the type of one row of a column."""
    return TensorType(values.shape[1:], values.dtype)


def build_program(
    network: Layer,
    recipe: Recipe,
    columns: Mapping[str, TensorType],
    rows: int,
    validation_rows: int = 0,
    watch: Watch | None = None,
) -> RunProgram:
    """Return the run program that trains `network`.

    Args:
        network: its parameters are created here if it was not called before.
        recipe: how to train.
        columns: type of one row of each column: "features", "target" and perhaps "weight".
        rows: the number of training rows.
        validation_rows: the number of rows in the data set "validation"; 0 for none.
        watch: gives scalars over the parameters, which are recorded at each step as they were
            before its update.

    Raises:
        OptionError: the network is no layer; the recipe monitors what is not computed, or two of
            its metrics have one name; what is watched is no scalar, or has a name that is taken; or
            the batch is larger than the data.
        ShapeError: the network does not fit the data, or its output the loss.
        GraphError: the network calls layers that it does not keep.
    """
    if not isinstance(network, Layer):
        raise OptionError(
            "the network must be a layer, such as Sequential(Dense(8, 'relu'), Dense(1)), "
            f"got {network!r}"
        )
    order = RowOrder(rows, recipe.batch_size, recipe.seed, recipe.shuffled, recipe.block)
    sample = columns[FEATURES]
    refuse_unkept(network, input_node(FEATURES, (order.batch_size, *sample.shape), sample.dtype))
    builder = _Builder(network, recipe, columns)
    builder.watch(watch)
    steps = [builder.step_graph(order.batch_size)]
    if order.last_batch_size != order.batch_size:
        steps.append(builder.step_graph(order.last_batch_size))
    evaluations = {}
    if validation_rows:
        evaluations[VALIDATION] = builder.evaluation_graph(min(validation_rows, EVALUATION_ROWS))
    return RunProgram(
        state=tuple(builder.variables.values()),
        steps=tuple(steps),
        evaluations=evaluations,
        epoch=builder.epoch_graph(evaluations),
        order=order,
    )


class _Builder:
    """The variables of a run, and the graphs over them."""

    def __init__(self, network: Layer, recipe: Recipe, columns: Mapping[str, TensorType]) -> None:
        self.network, self.recipe, self.columns = network, recipe, columns
        self.variables: dict[str, Variable] = {}
        self.watched: dict[str, Node] = {}
        self.parameters = network.parameters()
        self.statistics = network.states()
        self._enter(self.parameters, Role.PARAMETER)
        self._enter(self.statistics, Role.STATISTIC)
        self.slots = {
            name: leaf.named(f"optimizer.{name}")
            for name, leaf in recipe.optimizer.slots(self.parameters).items()
        }
        self._enter(self.slots, Role.SLOT, "optimizer.")
        self.schedule = recipe.schedule.variables()
        self._enter(self.schedule, Role.COUNTER, "schedule.")
        _check_names(recipe.metrics)
        for metric in recipe.metrics:
            self._enter(metric.state(), Role.COUNTER, "metrics.")
        self.key = key_node("seed")
        self._enter({"seed": self.key}, Role.SEED)
        self.counters = {
            STEP: state_node(STEP, (), int64),
            EPOCH: state_node(EPOCH, (), int64),
            STOP: state_node(STOP, (), "bool", initial=False),
            "progress.loss": state_node("progress.loss", (), float64),
            "progress.weight": state_node("progress.weight", (), float64),
            "stopping.best": state_node("stopping.best", (), float64, initial=float("inf")),
            "stopping.wait": state_node("stopping.wait", (), int64),
            "stopping.best_epoch": state_node("stopping.best_epoch", (), int64),
        }
        self._enter(self.counters, Role.COUNTER)
        own = {**self.parameters, **self.statistics}
        self.averages = _copies(own, AVERAGE) if recipe.averaging else {}
        self._enter(self.averages, Role.AVERAGE, AVERAGE)
        self.kept = self.averages or own
        self.best = _copies(own, BEST)
        self._enter(self.best, Role.BEST, BEST)

    def _enter(self, leaves: Mapping[str, Node], role: Role, prefix: str = "") -> None:
        for name, leaf in leaves.items():
            self.variables[prefix + name] = Variable(prefix + name, leaf, role)

    def _inputs(self, rows: int) -> dict[str, Node]:
        return {
            name: input_node(name, (rows, *column.shape), column.dtype)
            for name, column in self.columns.items()
        }

    def watch(self, watch: Watch | None) -> None:
        """Take what is recorded at each step beside the rest."""
        if watch is None:
            return
        if not callable(watch):
            raise OptionError(
                f"watch must be a function from the parameters to scalars by name, got {watch!r}"
            )
        found = watch(self.parameters)
        if not isinstance(found, Mapping):
            raise OptionError(f"watch must give scalars by name, {{name: node}}, got {found!r}")
        for name, node in found.items():
            if name in (LOSS, PENALTY, LEARNING_RATE):
                raise OptionError(
                    f"watch gives {name!r}, a name that the record of steps has for its own: "
                    "choose another"
                )
            if not isinstance(name, str) or not isinstance(node, Node) or node.shape:
                what = describe(node) if isinstance(node, Node) else repr(node)
                raise OptionError(
                    "watch must give scalars by name, such as a weight's element or a sum; "
                    f"{name!r} is {what}"
                )
        self.watched = dict(found)

    def step_graph(self, rows: int) -> StepGraph:
        """Return one update for a batch of that many rows."""
        recipe, step = self.recipe, self.counters[STEP]
        inputs = self._inputs(rows)
        mode = Mode(training=True, key=self.key, step=step)
        prediction = self.network(inputs[FEATURES], mode)
        target, weights = _as_loss_takes(prediction, inputs)
        data_loss = recipe.loss(prediction, target, weights)
        penalties = list(mode.penalties)
        if recipe.l1:
            penalties.append(l1(self.parameters, recipe.l1))
        if recipe.l2:
            penalties.append(l2(self.parameters, recipe.l2))
        loss = reduce(add, penalties, data_loss)
        loss = loss if loss.name else loss.named("loss")
        slopes = gradients(loss, list(self.parameters.values()))
        rate = recipe.schedule.rate(step, self.schedule)
        named = {
            name: slope.named(f"gradient of {name}")
            for name, slope in zip(self.parameters, slopes, strict=True)
        }
        parameters, slots = recipe.optimizer.apply(named, self.slots, self.parameters, step, rate)
        paths = {leaf: name for name, leaf in self.statistics.items()}
        counted = self._counted(prediction, target, weights, rows)
        values = {
            **parameters,
            **{f"optimizer.{name}": value for name, value in slots.items()},
            **{paths[leaf]: value for leaf, value in mode.updates.items()},
        }
        new = {name: _named(value, f"new {name}") for name, value in values.items()}
        averages = self._averaged({**self.statistics, **new})
        updates = {
            **new,
            **{name: _named(value, f"new {name}") for name, value in averages.items()},
            STEP: step + 1,
            "progress.loss": self.counters["progress.loss"] + cast(data_loss, float64) * counted,
            "progress.weight": self.counters["progress.weight"] + counted,
        }
        scalars = {LOSS: loss, LEARNING_RATE: rate, **self.watched}
        if penalties:
            scalars[PENALTY] = reduce(add, penalties)
        return StepGraph(rows, inputs, updates, scalars, guard=isfinite(loss))

    def _averaged(self, new: Mapping[str, Node]) -> dict[str, Node]:
        """Return the averages after a step, of which the newest values are a share.

        The share falls with the steps taken, so that an average always reaches back over the same
        part of them, and the first values are soon forgotten.
        """
        taken = cast(self.counters[STEP], float64)
        share = 1.0 / (1.0 + self.recipe.averaging * taken)
        return {
            AVERAGE + name: old + cast(share, old.dtype) * (new[name] - old)
            for name, old in self.averages.items()
        }

    def _counted(
        self, prediction: Node, target: Node, weights: Node | None, rows: int
    ) -> Node | float:
        """Return by how much the batch counts in the mean loss of an epoch."""
        own = self.recipe.loss.row_weights(prediction, target)
        if own is None and weights is None:
            return float(rows)
        every = full((rows,), 1.0, prediction.dtype)
        return weighted_sum(every if own is None else own, every if weights is None else weights)

    def evaluation_graph(self, rows: int) -> EvaluationGraph:
        """Return the sums that the loss and the metrics are made of."""
        inputs = self._inputs(rows)
        present = input_node("present", (rows,), float32)
        prediction = self.network(inputs[FEATURES])
        target, given = _as_loss_takes(prediction, inputs)
        weights = present if given is None else present * cast(given, float32)
        own = self.recipe.loss.row_weights(prediction, target)
        counted = present if own is None else own
        sums = {
            "loss": weighted_sum(self.recipe.loss.per_row(prediction, target), weights),
            "weight of loss": weighted_sum(counted, weights),
        }
        for metric in self.recipe.metrics:
            counting = weights if metric.weighted else present
            sums[f"weight of {metric.name}"] = weighted_sum(present, counting)
            sums[metric.name] = weighted_sum(metric.per_row(prediction, target), counting)
        if self.averages:
            leaves = {**self.parameters, **self.statistics}
            averages = {leaf: self.averages[name] for name, leaf in leaves.items()}
            sums = dict(zip(sums, substitute(list(sums.values()), averages), strict=True))
        return EvaluationGraph(rows, inputs, present, sums)

    def epoch_graph(self, evaluations: Mapping[str, EvaluationGraph]) -> EpochGraph:
        """Return patience, plateau and best weights, from the sums over data sets."""
        inputs = {
            f"{name}.{key}": input_node(f"{name}.{key}", node.shape, node.dtype)
            for name, evaluation in evaluations.items()
            for key, node in evaluation.sums.items()
        }
        counters = self.counters
        scalars = {"train_loss": counters["progress.loss"] / counters["progress.weight"]}
        for name in evaluations:
            scalars[f"{name}_loss"] = inputs[f"{name}.loss"] / inputs[f"{name}.weight of loss"]
            for metric in self.recipe.metrics:
                mean = inputs[f"{name}.{metric.name}"] / inputs[f"{name}.weight of {metric.name}"]
                scalars[f"{name}_{metric.name}"] = metric.finish(mean)
        # The epoch graph comes after the last step: the count has gone on, the schedule has not.
        scalars[LEARNING_RATE] = self.recipe.schedule.rate(counters[STEP] - 1, self.schedule)
        monitored = self._monitored(scalars)
        improved = less(monitored, counters["stopping.best"])
        epochs = counters[EPOCH] + 1
        wait = where(improved, 0, counters["stopping.wait"] + 1)
        updates = {
            EPOCH: epochs,
            "progress.loss": zeros_like(counters["progress.loss"]),
            "progress.weight": zeros_like(counters["progress.weight"]),
            "stopping.best": where(improved, monitored, counters["stopping.best"]),
            "stopping.wait": wait,
            "stopping.best_epoch": where(improved, epochs, counters["stopping.best_epoch"]),
            **{BEST + n: where(improved, leaf, self.best[n]) for n, leaf in self.kept.items()},
        }
        if self.recipe.patience is not None:
            exhausted = logical_not(less(wait, self.recipe.patience))
            updates[STOP] = logical_or(counters[STOP], exhausted)
        changes = self.recipe.schedule.after_epoch(cast(monitored, float32), self.schedule)
        updates |= {f"schedule.{name}": value for name, value in changes.items()}
        return EpochGraph(inputs, updates, scalars)

    def _monitored(self, scalars: Mapping[str, Node]) -> Node:
        """Return the monitored scalar, negated where greater is better."""
        monitor = self.recipe.monitor
        known = [name for name in scalars if name != LEARNING_RATE]
        if monitor not in known:
            raise OptionError(
                f"monitor must be one of {', '.join(known)}: that is what this run computes "
                f"after each epoch; got {monitor!r}"
            )
        metric = self.recipe.metric_named(monitor.partition("_")[2])
        better = metric is not None and metric.greater_is_better
        return -scalars[monitor] if better else scalars[monitor]


def _copies(leaves: Mapping[str, Node], prefix: str) -> dict[str, Node]:
    """Return a variable for each leaf, which begins with the leaf's value."""
    return {
        name: state_node(prefix + name, leaf.shape, leaf.dtype, initial=leaf)
        for name, leaf in leaves.items()
    }


def _named(value: Node, name: str) -> Node:
    """Return a new value under a name; what has one, or is a leaf, keeps its own."""
    return value if value.is_leaf or value.name is not None else value.named(name)


def _as_loss_takes(prediction: Node, inputs: Mapping[str, Node]) -> tuple[Node, Node | None]:
    """Return target and weights of a batch in the types that losses take.

    Booleans become the labels 0 and 1 where there is an output for each class, and else numbers of
    the prediction's type, as weights do.
    """
    target, weights = inputs[TARGET], inputs.get(WEIGHT)
    if target.dtype == boolean:
        labels = cast(target, int32)
        numbers = cast(target, prediction.dtype)
        target = labels if labels.rank == 1 and takes_labels(prediction, labels) else numbers
    return target, None if weights is None else cast(weights, prediction.dtype)


def _check_names(metrics: Sequence[Metric]) -> None:
    """Refuse metrics that would be recorded under one name."""
    taken = {LOSS}
    for metric in metrics:
        if metric.name in taken:
            raise OptionError(
                "metrics need names of their own, since they are recorded as validation_NAME: "
                f"{metric.name!r} is taken"
            )
        taken.add(metric.name)
