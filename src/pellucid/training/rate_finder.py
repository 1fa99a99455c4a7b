"""The learning-rate range test: raise the rate at each step and see where the loss stops falling.

The loss is smoothed inside the run program, which stops by itself when the loss has risen to four
times its lowest value; the suggestion is a tenth of the rate at the lowest loss.

Source: Smith, "Cyclical learning rates for training neural networks", 2017, section 3.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pellucid.backends.base import Array, Backend, DataSet
from pellucid.dtypes import float64
from pellucid.graph.node import state_node
from pellucid.graph.program import STEP, STOP, Role, RunProgram, StepGraph, Variable
from pellucid.layers.base import Layer
from pellucid.primitives import cast, less, logical_and, logical_or, power, where
from pellucid.schedules import Range
from pellucid.training.program import build_program, row_type
from pellucid.training.recipe import Recipe
from pellucid.training.state import initial_state

LOWEST_RATE, HIGHEST_RATE = 1e-6, 10.0
STEPS = 200
SMOOTHING = 0.9
SETTLING_STEPS = 10
DIVERGED = 4.0
SAFETY = 10.0


@dataclass(frozen=True)
class RateSearch:
    """What the range test found.

    Attributes:
        suggestion: the rate to train with.
        rates: the rate at each step.
        losses: the loss at each step, as it was before the step.
    """

    suggestion: float
    rates: Array
    losses: Array


def find_rate(
    network: Layer, recipe: Recipe, data: Mapping[str, DataSet], backend: Backend
) -> RateSearch:
    """Run the test on the training data; the network's initial weights stay what they are.

    Args:
        network: what would be trained.
        recipe: how it would be trained; its schedule is not used.
        data: the training data, under "train".
        backend: what runs it.
    """
    columns = {name: row_type(values) for name, values in data["train"].items()}
    rows = len(next(iter(data["train"].values())))
    schedule = Range(LOWEST_RATE, HIGHEST_RATE, STEPS)
    probe = replace(recipe, schedule=schedule, patience=None, monitor="train_loss")
    program = _watch_loss(build_program(network, probe, columns, rows))
    state = initial_state(program, recipe.seed)
    segment = backend.compile(program).run(state, data, STEPS)
    return RateSearch(
        suggestion=float(segment.state["rate.suggestion"]),
        rates=segment.record.steps["learning_rate"],
        losses=segment.record.steps["loss"],
    )


def _watch_loss(program: RunProgram) -> RunProgram:
    """Return the program with a smoothed loss, its lowest value and the suggestion in its state."""
    leaves = {
        "rate.smoothed": state_node("rate.smoothed", (), float64),
        "rate.lowest": state_node("rate.lowest", (), float64, initial=float("inf")),
        "rate.suggestion": state_node("rate.suggestion", (), float64, initial=LOWEST_RATE),
    }
    step, stop = program.variable(STEP).leaf, program.variable(STOP).leaf
    steps = []
    for graph in program.steps:
        loss, rate = (cast(graph.scalars[key], float64) for key in ("loss", "learning_rate"))
        smoothed = SMOOTHING * leaves["rate.smoothed"] + (1.0 - SMOOTHING) * loss
        level = smoothed / (1.0 - power(SMOOTHING, cast(step + 1, float64)))
        settled = less(SETTLING_STEPS, step)
        lower = logical_and(settled, less(level, leaves["rate.lowest"]))
        diverged = logical_and(settled, less(DIVERGED * leaves["rate.lowest"], level))
        updates = {
            "rate.smoothed": smoothed,
            "rate.lowest": where(lower, level, leaves["rate.lowest"]),
            "rate.suggestion": where(lower, rate / SAFETY, leaves["rate.suggestion"]),
            STOP: logical_or(stop, diverged),
        }
        steps.append(
            StepGraph(
                graph.rows, graph.inputs, {**graph.updates, **updates}, graph.scalars, graph.guard
            )
        )
    added = tuple(Variable(name, leaf, Role.COUNTER) for name, leaf in leaves.items())
    return replace(program, state=(*program.state, *added), steps=tuple(steps))
