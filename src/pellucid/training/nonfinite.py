"""Finding where a nan or an infinity came from, by running steps again.

A run that met one is replayed from a state that was sound: the step is found by halving, since any
stretch of a run can be run again to the same bits, and in that step the first node that is not
finite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pellucid.backends.base import DataSet, Executable, StateValues
from pellucid.backends.finite import first_nonfinite, is_finite
from pellucid.errors import NonFiniteError
from pellucid.graph.node import Node, describe
from pellucid.graph.program import STEP, Role, RunProgram
from pellucid.graph.traversal import named_users


@dataclass(frozen=True)
class Culprit:
    """The step (from 1) and the node in which a value that is not finite first appeared.

    `good` is the last state whose weights are known to give a finite loss: the one before the
    previous step. Where there is no previous step it is the state before this one.
    """

    epoch: int
    step: int
    node: str
    value: float
    good: StateValues

    def error(self) -> NonFiniteError:
        """Return the error that tells it."""
        return NonFiniteError(
            f"training stopped in epoch {self.epoch}, step {self.step}: {self.node} became "
            f"{self.value}. A lower learning rate, or clipping the gradient, is the likely remedy"
        )


def has_sound_weights(program: RunProgram, state: StateValues) -> bool:
    """Tell whether every parameter and running statistic is finite."""
    roles = (Role.PARAMETER, Role.STATISTIC)
    return all(is_finite(state[v.name]) for v in program.state if v.role in roles)


def find_culprit(
    program: RunProgram,
    executable: Executable,
    data: Mapping[str, DataSet],
    start: StateValues,
    end: StateValues,
) -> Culprit:
    """Return where the first value that is not finite appeared.

    Args:
        program: what was run.
        executable: what runs it.
        data: on which data.
        start: a state with sound weights.
        end: a later state: its weights are not finite, or the loss of the step after it is not.
    """
    sound = end
    if not has_sound_weights(program, end):
        sound = start
        low, high = int(start[STEP]), int(end[STEP])
        while high - low > 1:
            middle = (low + high) // 2
            state = executable.run(sound, data, middle).state
            if has_sound_weights(program, state):
                sound, low = state, middle
            else:
                high = middle
    found = first_nonfinite(executable.step_values(sound, data))
    step = int(sound[STEP])
    previous = max(step - 1, int(start[STEP]))
    return Culprit(
        epoch=step // program.order.steps_per_epoch + 1,
        step=step + 1,
        node="the update" if found is None else _call(program, found[0], step),
        value=float("nan") if found is None else found[1],
        good=executable.run(start, data, previous).state,
    )


def _call(program: RunProgram, node: Node, step: int) -> str:
    """Return what the user would call a node: its own name, or what it leads to."""
    for variable in program.state:
        if variable.leaf is node:
            return f"'{variable.name}' {node.shape}"
    if node.name is not None:
        return describe(node)
    graph = program.step_graph(len(program.order.batch_rows(step)))
    user = named_users([*graph.scalars.values(), *graph.updates.values()]).get(node)
    return describe(node) + (f", on the way to {describe(user)}," if user is not None else "")
