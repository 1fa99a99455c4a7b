"""The first state of a run, and what is kept of its last."""

from __future__ import annotations

from collections.abc import Mapping

from pellucid.backends.base import Array, StateValues
from pellucid.errors import OptionError
from pellucid.graph.node import KEY, PARAMETER, Node
from pellucid.graph.program import RunProgram
from pellucid.initializers.base import first_value, seed_words
from pellucid.training.program import BEST


def initial_state(
    program: RunProgram, seed: int, given: Mapping[str, Array] | None = None
) -> StateValues:
    """Return the first value of every variable.

    Args:
        program: whose leaves carry initializers and first values.
        seed: of the initial weights.
        given: values that stand in place of initial ones, by variable name.

    Raises:
        OptionError: a parameter has neither an initializer nor a given value.
        ShapeError: a given value does not fit.
    """
    values: StateValues = {}
    by_leaf: dict[Node, Array] = {}
    for variable in program.state:
        leaf, name = variable.leaf, variable.name
        if given is not None and name in given:
            value = first_value(leaf, given[name])
        elif leaf.primitive is KEY:
            value = seed_words(seed)
        elif leaf.primitive is PARAMETER:
            initializer = leaf.attributes["initializer"]
            if initializer is None:
                raise OptionError(
                    f"the parameter '{name}' has no initializer: make it with layers.parameter, "
                    "or hand in its first value"
                )
            value = initializer(leaf.shape, leaf.dtype, seed, name)
        else:
            initial = leaf.attributes["initial"]
            value = by_leaf[initial] if isinstance(initial, Node) else first_value(leaf, initial)
        values[name] = by_leaf[leaf] = value
    return values


def best_epoch(state: StateValues) -> int:
    """Return the epoch, from 1, whose monitored scalar was the best; 0 if none is yet."""
    return int(state["stopping.best_epoch"])


def best_values(state: StateValues) -> dict[str, Array]:
    """Return parameters and statistics of the best epoch, or the present ones if none is yet."""
    names = [name for name in state if BEST + name in state]
    return {name: state[BEST + name if best_epoch(state) else name] for name in names}
