"""The reference backend: NumPy, one node at a time. It is the definition of every operation.

Values are freed after their last use unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.backends.base import (
    Array,
    Backend,
    Control,
    DataSet,
    Executable,
    Function,
    Outcome,
    Record,
    Segment,
    StateValues,
)
from pellucid.backends.checks import check_data, check_leaves, checked
from pellucid.backends.words import compile_formula
from pellucid.dtypes import is_float
from pellucid.errors import BackendError, ExecutionError
from pellucid.graph.node import CONSTANT, Node, describe
from pellucid.graph.primitive import Composite, Elementwise, Structural
from pellucid.graph.program import EPOCH, STEP, STOP, EvaluationGraph, RunProgram, StepGraph
from pellucid.graph.traversal import named_users, topological
from pellucid.simplify import simplify

Operation = Callable[[Sequence[Array]], Array]


def compute(node: Node) -> Operation:
    """Return the function that computes a node from the values of its inputs."""
    primitive, attributes = node.primitive, dict(node.attributes)
    if isinstance(primitive, Elementwise):
        floats = [source.dtype for source in node.inputs if is_float(source.dtype)]
        number_type = (floats or [node.inputs[0].dtype])[0]
        return compile_formula(primitive.expression(attributes), number_type)
    if isinstance(primitive, Structural):
        meaning = primitive.compute
        return lambda arguments: meaning(*arguments, **attributes)
    if isinstance(primitive, Composite):
        raise BackendError(f"{describe(node)} has to be expanded before it can be computed")
    raise BackendError(f"nothing gives a value to the leaf {describe(node)}")


class Plan:
    """A graph in the order in which it is computed, with a numbered slot for each value."""

    def __init__(self, outputs: Sequence[Node], leaves: Sequence[Node]) -> None:
        """Lower the graph and number its values; `leaves` are given at each call, in order."""
        lowered = self._outputs = simplify(outputs, lower=True)
        order = topological(lowered)
        slots = {node: slot for slot, node in enumerate(leaves)}
        self._initial: list[Any] = [None] * len(leaves)
        last_use: dict[Node, Node] = {}
        computed = []
        for node in order:
            if node in slots:
                continue
            slots[node] = len(self._initial)
            self._initial.append(None)
            if node.primitive is CONSTANT:
                self._initial[slots[node]] = node.attributes["value"]
                continue
            computed.append(node)
            for source in node.inputs:
                last_use[source] = node
        kept = {*lowered, *leaves}
        freed: dict[Node, list[int]] = {}
        for source, user in last_use.items():
            if source not in kept and source.primitive is not CONSTANT:
                freed.setdefault(user, []).append(slots[source])
        self._steps = [
            (
                compute(node),
                tuple(slots[source] for source in node.inputs),
                slots[node],
                freed.get(node, ()),
                node,
            )
            for node in computed
        ]
        self._results = [slots[node] for node in lowered]
        self._leaves = len(leaves)

    def __call__(self, leaf_values: Sequence[Array]) -> list[Array]:
        """Return the outputs' values."""
        values = [*leaf_values, *self._initial[self._leaves :]]
        for operation, sources, slot, freed, node in self._steps:
            try:
                values[slot] = operation([values[source] for source in sources])
            except ExecutionError as error:
                raise ExecutionError(f"{error}{self._place(node)}") from None
            for index in freed:
                values[index] = None
        return [values[slot] for slot in self._results]

    def _place(self, node: Node) -> str:
        """Return what to add to a message: the node's name, or what it leads to."""
        if node.name is not None:
            return f" of {describe(node)}"
        user = named_users(self._outputs).get(node)
        return "" if user is None else f", on the way to {describe(user)}"


class ReferenceFunction(Function):
    """A graph as a function of named arrays."""

    def __init__(
        self, inputs: Mapping[str, Node], outputs: Mapping[str, Node], threads: int = 0
    ) -> None:
        """Plan the graph."""
        check_leaves(inputs, outputs)
        self._threads = threads
        self._inputs = dict(inputs)
        self._names = list(outputs)
        self._plan = Plan(list(outputs.values()), list(inputs.values()))

    def __call__(self, values: Mapping[str, Array], at_once: int = 1) -> dict[str, Array]:
        """Return the outputs by name, given the inputs by name."""
        leaves = [checked(name, node, values) for name, node in self._inputs.items()]
        with np.errstate(all="ignore"), _limited(self._threads):
            results = self._plan(leaves)
        return {name: np.asarray(r) for name, r in zip(self._names, results, strict=True)}


class _PlannedStep:
    """A step graph, planned."""

    def __init__(self, graph: StepGraph, state: Mapping[str, Node]) -> None:
        self.columns = list(graph.inputs)
        self.updated = list(graph.updates)
        self.scalars = list(graph.scalars)
        self.guarded = graph.guard is not None
        guard = [] if graph.guard is None else [graph.guard]
        outputs = [*graph.updates.values(), *graph.scalars.values(), *guard]
        self.plan = Plan(outputs, [*state.values(), *graph.inputs.values()])

    def __call__(
        self, state: StateValues, data: DataSet, rows: Array
    ) -> tuple[StateValues, list[float], bool]:
        batch = (data[column][rows] for column in self.columns)
        values = self.plan([*state.values(), *batch])
        updates = dict(zip(self.updated, values, strict=False))
        scalars = [float(v) for v in values[len(updates) : len(updates) + len(self.scalars)]]
        return updates, scalars, not self.guarded or bool(values[-1])


class _PlannedEvaluation:
    """An evaluation graph, planned."""

    def __init__(self, graph: EvaluationGraph, state: Mapping[str, Node]) -> None:
        self.rows = graph.rows
        self.columns = list(graph.inputs)
        self.names = list(graph.sums)
        leaves = [*state.values(), *graph.inputs.values(), graph.present]
        self.plan = Plan(list(graph.sums.values()), leaves)

    def __call__(self, state: StateValues, data: DataSet) -> dict[str, Array]:
        count = len(data[self.columns[0]])
        totals: dict[str, Array] = {}
        for start in range(0, count, self.rows):
            there = min(self.rows, count - start)
            chunk = [self._padded(data[column][start : start + there]) for column in self.columns]
            present = np.zeros(self.rows, np.float32)
            present[:there] = 1
            for name, value in zip(
                self.names, self.plan([*state.values(), *chunk, present]), strict=True
            ):
                totals[name] = totals[name] + value if name in totals else value
        return totals

    def _padded(self, rows: Array) -> Array:
        missing = self.rows - len(rows)
        return np.pad(rows, [(0, missing)] + [(0, 0)] * (rows.ndim - 1)) if missing else rows


class ReferenceExecutable(Executable):
    """A run program, planned graph by graph."""

    def __init__(self, program: RunProgram, threads: int = 0) -> None:
        """Plan every graph of the program."""
        self._threads = threads
        program.verify("building the run program")
        self._program = program
        self._leaves = {variable.name: variable.leaf for variable in program.state}
        self._steps = {graph.rows: _PlannedStep(graph, self._leaves) for graph in program.steps}
        self._evaluations = {
            name: _PlannedEvaluation(graph, self._leaves)
            for name, graph in program.evaluations.items()
        }
        epoch = program.epoch
        outputs = [*epoch.updates.values(), *epoch.scalars.values()]
        self._epoch = Plan(outputs, [*self._leaves.values(), *epoch.inputs.values()])

    def run(
        self,
        state: Mapping[str, Array],
        data: Mapping[str, DataSet],
        until: int,
        control: Control | None = None,
    ) -> Segment:
        """Run a segment, as `Executable.run` says."""
        values = self._ordered(state)
        check_data(self._program, data)
        order = self._program.order
        control = control or Control()
        first_step, first_epoch = int(values[STEP]), int(values[EPOCH])
        steps: list[list[float]] = []
        epochs: list[list[float]] = []
        rows, rows_epoch = order.batch_rows(0)[:0], -1
        step_names = list(self._program.steps[0].scalars)
        epoch_names = list(self._program.epoch.scalars)
        last_step, last_epoch = control.open_scalars(step_names, epoch_names)
        with np.errstate(all="ignore"), _limited(self._threads):
            while (outcome := _ended(values, until, control)) is None:
                epoch, batch = divmod(int(values[STEP]), order.steps_per_epoch)
                if epoch != rows_epoch:
                    rows, rows_epoch = order.epoch_rows(epoch), epoch
                taken = rows[batch * order.batch_size : (batch + 1) * order.batch_size]
                updates, scalars, sound = self._steps[len(taken)](values, data["train"], taken)
                if not sound:
                    outcome = Outcome.NONFINITE
                    break
                values.update(updates)
                steps.append(scalars)
                if batch == order.steps_per_epoch - 1:
                    epochs.append(self._end_epoch(values, data))
                    last_epoch[:] = epochs[-1]
                last_step[:] = scalars
                control.cells[1:] = int(values[STEP]), int(values[EPOCH])
        record = Record(
            first_step, _columns(step_names, steps), first_epoch, _columns(epoch_names, epochs)
        )
        return Segment({n: np.asarray(v) for n, v in values.items()}, record, outcome)

    def _end_epoch(self, values: StateValues, data: Mapping[str, DataSet]) -> list[float]:
        """Evaluate, apply the epoch graph to `values`, and return its scalars."""
        sums = {
            f"{name}.{key}": total
            for name, evaluation in self._evaluations.items()
            for key, total in evaluation(values, data[name]).items()
        }
        inputs = [sums[key] for key in self._program.epoch.inputs]
        results = self._epoch([*values.values(), *inputs])
        names = list(self._program.epoch.updates)
        values.update(zip(names, results, strict=False))
        return [float(value) for value in results[len(names) :]]

    def step_values(
        self, state: Mapping[str, Array], data: Mapping[str, DataSet]
    ) -> list[tuple[Node, Array]]:
        """Compute the next step and return every node's value, as `Executable.step_values` says."""
        values = self._ordered(state)
        check_data(self._program, data)
        taken = self._program.order.batch_rows(int(values[STEP]))
        graph = self._program.step_graph(len(taken))
        guard = [] if graph.guard is None else [graph.guard]
        nodes = topological([*graph.scalars.values(), *guard, *graph.updates.values()])
        leaves = [*self._leaves.values(), *graph.inputs.values()]
        batch = [data["train"][column][taken] for column in graph.inputs]
        with np.errstate(all="ignore"), _limited(self._threads):
            results = Plan(nodes, leaves)([*values.values(), *batch])
        return [(node, np.asarray(value)) for node, value in zip(nodes, results, strict=True)]

    def _ordered(self, state: Mapping[str, Array]) -> StateValues:
        return {name: checked(name, leaf, state) for name, leaf in self._leaves.items()}


def _ended(values: StateValues, until: int, control: Control) -> Outcome | None:
    if bool(values[STOP]):
        return Outcome.STOPPED
    if int(values[STEP]) >= until:
        return Outcome.REACHED
    return Outcome.PAUSED if control.pause_requested else None


def _columns(names: Iterable[str], rows: list[list[float]]) -> dict[str, Array]:
    return {
        name: np.array([row[column] for row in rows], np.float64)
        for column, name in enumerate(names)
    }


@contextmanager
def _limited(threads: int) -> Iterator[None]:
    """Hold NumPy's matrix products to a number of threads; 0 leaves them alone."""
    if not threads:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(threads):
        yield


class ReferenceBackend(Backend):
    """NumPy, one node at a time."""

    name = "reference"

    def compile(self, program: RunProgram) -> ReferenceExecutable:
        """Plan a run program."""
        return ReferenceExecutable(program, self.threads)

    def compile_function(
        self, inputs: Mapping[str, Node], outputs: Mapping[str, Node]
    ) -> ReferenceFunction:
        """Plan a graph."""
        return ReferenceFunction(inputs, outputs, self.threads)
