"""The run program: all of training as graphs, which a backend runs without coming back for each
step.

    program     = state, steps, evaluations, epoch, order
    state       = variable, ..                 nothing else survives a step
    variable    = name, leaf, role
    steps       = step graph for the full batch [, step graph for the short last batch]
    step        = (state, rows of a batch) -> new state, scalars
    evaluation  = (state, a chunk of rows, which of them are there) -> sums; chunks are added up
    epoch       = (state, the sums) -> new state, scalars
    order       = which rows make which batch

A run in words:

    while not stop and step < until:
        rows  = order.batch_rows(step)
        state, scalars = step graph(state, training data[rows])
        where the step graph's guard is False: undo this step, stop, say so
        if the epoch is complete:
            sums  = sum over chunks of each evaluation graph
            state, scalars = epoch graph(state, sums)

Three variables are the backend's to read: `step` and `epoch` (int64, updated by the step graph and
the epoch graph as any other state) and `stop` (boolean). A variable that a graph does not update
keeps its value. All updates of a graph read the state from before it. The state between two steps
is a checkpoint: running from it gives the same values, wherever segments are cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pellucid.dtypes import boolean, float32, int64
from pellucid.errors import VerificationError
from pellucid.graph.node import INPUT, Node, describe
from pellucid.graph.order import RowOrder
from pellucid.graph.primitive import TensorType
from pellucid.graph.traversal import topological
from pellucid.graph.verify import verify

STEP, EPOCH, STOP = "step", "epoch", "stop"


class Role(StrEnum):
    """What a variable of the state is for."""

    PARAMETER = "parameter"
    SLOT = "slot"
    STATISTIC = "statistic"
    COUNTER = "counter"
    AVERAGE = "average"
    BEST = "best"
    SEED = "seed"


@dataclass(frozen=True)
class Variable:
    """One named part of the state: `leaf` is the node that stands for its value in every graph."""

    name: str
    leaf: Node
    role: Role


@dataclass(frozen=True)
class StepGraph:
    """One update, for a batch of `rows` rows.

    `inputs` maps columns of the training data to leaves of shape (rows, ..). `guard`, if there is
    one, is a boolean scalar: where it is False the step is undone and the run stops.
    """

    rows: int
    inputs: Mapping[str, Node]
    updates: Mapping[str, Node]
    scalars: Mapping[str, Node] = field(default_factory=dict)
    guard: Node | None = None


@dataclass(frozen=True)
class EvaluationGraph:
    """Sums over one data set, for chunks of `rows` rows.

    The last chunk is padded with zeros; `present` is a leaf of shape (rows,), float32, with 1 for a
    row that is there and 0 for padding, by which the sums must be weighted.
    """

    rows: int
    inputs: Mapping[str, Node]
    present: Node
    sums: Mapping[str, Node]


@dataclass(frozen=True)
class EpochGraph:
    """What happens after each epoch: `inputs` maps "data set.sum" to leaves."""

    inputs: Mapping[str, Node]
    updates: Mapping[str, Node]
    scalars: Mapping[str, Node] = field(default_factory=dict)


@dataclass(frozen=True)
class RunProgram:
    """A whole run of training, ready to be compiled.

    Example:
        >>> import numpy as np
        >>> from pellucid.autodiff import gradients
        >>> from pellucid.graph.node import input_node, parameter_node, state_node
        >>> theta = parameter_node("theta", ())
        >>> steps, epochs = state_node("step", (), "int64"), state_node("epoch", (), "int64")
        >>> x = input_node("x", (1,))
        >>> (slope,) = gradients((theta * theta), [theta])
        >>> program = RunProgram(
        ...     state=(
        ...         Variable("theta", theta, Role.PARAMETER),
        ...         Variable("step", steps, Role.COUNTER),
        ...         Variable("epoch", epochs, Role.COUNTER),
        ...         Variable("stop", state_node("stop", (), "bool"), Role.COUNTER),
        ...     ),
        ...     steps=(StepGraph(1, {"x": x}, {"theta": theta - 0.1 * slope, "step": steps + 1}),),
        ...     evaluations={},
        ...     epoch=EpochGraph({}, {"epoch": epochs + 1}),
        ...     order=RowOrder(rows=1, batch_size=1, seed=0),
        ... )
        >>> program.verify("building")
    """

    state: tuple[Variable, ...]
    steps: tuple[StepGraph, ...]
    evaluations: Mapping[str, EvaluationGraph]
    epoch: EpochGraph
    order: RowOrder

    def variable(self, name: str) -> Variable:
        """Return the variable of that name; KeyError if there is none."""
        for variable in self.state:
            if variable.name == name:
                return variable
        raise KeyError(name)

    def step_graph(self, rows: int) -> StepGraph:
        """Return the step graph for a batch of that many rows; KeyError if there is none."""
        for graph in self.steps:
            if graph.rows == rows:
                return graph
        raise KeyError(rows)

    def verify(self, after: str) -> None:
        """Raise VerificationError, naming the pass, if the program breaks its grammar."""
        types = {variable.name: variable.leaf.type for variable in self.state}
        if len(types) != len(self.state):
            raise VerificationError(f"after {after}: two variables of the state share a name")
        for name, wanted in ((STEP, int64), (EPOCH, int64), (STOP, boolean)):
            if types.get(name) != TensorType((), wanted):
                raise VerificationError(
                    f"after {after}: the state needs {name!r}, a scalar {wanted}"
                )
        leaves = {variable.leaf for variable in self.state}
        batches = sorted({self.order.batch_size, self.order.last_batch_size})
        given = sorted(graph.rows for graph in self.steps)
        if given != batches:
            raise VerificationError(
                f"after {after}: one step graph each is needed for batches of {batches} rows, "
                f"got {given}"
            )
        if len({tuple(graph.scalars) for graph in self.steps}) != 1:
            raise VerificationError(f"after {after}: step graphs must give the same scalars")
        for graph in self.steps:
            inner = f"{after}, step graph for {graph.rows} rows"
            outputs = [*graph.updates.values(), *graph.scalars.values()]
            if graph.guard is not None:
                outputs.append(graph.guard)
                _require(
                    graph.guard.type == TensorType((), boolean), inner, "guard", "a boolean scalar"
                )
            _verify_graph(inner, outputs, graph.inputs, leaves)
            _verify_rows(inner, graph.inputs, graph.rows)
            _verify_updates(inner, graph.updates, types)
            _require(STEP in graph.updates, inner, STEP, "updated: no step would be the last")
            _verify_scalars(inner, graph.scalars)
        sums: dict[str, TensorType] = {}
        for name, evaluation in self.evaluations.items():
            inner = f"{after}, evaluation of {name}"
            inputs = {**evaluation.inputs, "present": evaluation.present}
            _require(bool(evaluation.inputs), inner, "inputs", "at least one column of the rows")
            _verify_graph(inner, list(evaluation.sums.values()), inputs, leaves)
            _verify_rows(inner, inputs, evaluation.rows)
            present = evaluation.present.type == TensorType((evaluation.rows,), float32)
            _require(present, inner, "present", f"float32 ({evaluation.rows},)")
            sums |= {f"{name}.{key}": node.type for key, node in evaluation.sums.items()}
        inner = f"{after}, epoch graph"
        for key, node in self.epoch.inputs.items():
            _require(sums.get(key) == node.type, inner, key, "a sum that an evaluation gives")
        outputs = [*self.epoch.updates.values(), *self.epoch.scalars.values()]
        _verify_graph(inner, outputs, self.epoch.inputs, leaves)
        _verify_updates(inner, self.epoch.updates, types)
        _require(EPOCH in self.epoch.updates, inner, EPOCH, "updated")
        _verify_scalars(inner, self.epoch.scalars)


def _require(holds: bool, after: str, name: str, rule: str) -> None:
    if not holds:
        raise VerificationError(f"after {after}: {name!r} must be {rule}")


def _verify_graph(
    after: str, outputs: list[Node], inputs: Mapping[str, Node], state: set[Node]
) -> None:
    verify(outputs, after)
    given = set(inputs.values())
    for node in topological(outputs):
        if not node.is_leaf or node.primitive.name == "constant":
            continue
        if node not in (given if node.primitive is INPUT else state):
            raise VerificationError(
                f"after {after}: nothing gives a value to the leaf {describe(node)}"
            )


def _verify_rows(after: str, inputs: Mapping[str, Node], rows: int) -> None:
    for name, node in inputs.items():
        _require(node.shape[:1] == (rows,), after, name, f"a leaf of {rows} rows")


def _verify_updates(
    after: str, updates: Mapping[str, Node], types: Mapping[str, TensorType]
) -> None:
    for name, node in updates.items():
        _require(types.get(name) == node.type, after, name, "a variable, updated in its own type")


def _verify_scalars(after: str, scalars: Mapping[str, Node]) -> None:
    for name, node in scalars.items():
        _require(node.shape == (), after, name, "a scalar")
