"""The grammar of run programs: each rule broken once, and the message."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pellucid import primitives as p
from pellucid.errors import VerificationError
from pellucid.graph.node import constant_node, input_node, parameter_node, state_node
from pellucid.graph.program import EvaluationGraph, Role, RunProgram, Variable
from tests.backends.programs import descent, regression

GOOD = regression()


def with_step(**fields: Any) -> RunProgram:
    """Change the first step graph."""
    return replace(GOOD, steps=(replace(GOOD.steps[0], **fields), *GOOD.steps[1:]))


def with_evaluation(**fields: Any) -> RunProgram:
    changed = replace(GOOD.evaluations["validation"], **fields)
    return replace(GOOD, evaluations={"validation": changed})


def with_epoch(**fields: Any) -> RunProgram:
    return replace(GOOD, epoch=replace(GOOD.epoch, **fields))


def without(name: str) -> RunProgram:
    return replace(GOOD, state=tuple(v for v in GOOD.state if v.name != name))


FIRST, EVALUATION, EPOCH = GOOD.steps[0], GOOD.evaluations["validation"], GOOD.epoch
STRANGER = parameter_node("stranger", (), "float64")
SCALAR = input_node("a scalar", ())
WIDE = input_node("w2", (2,), "float64")

BROKEN: list[tuple[Callable[[], RunProgram], str]] = [
    (lambda: replace(GOOD, state=(*GOOD.state, GOOD.state[0])),
     "after a pass: two variables of the state share a name"),
    (lambda: without("step"), "after a pass: the state needs 'step', a scalar int64"),
    (lambda: without("epoch"), "after a pass: the state needs 'epoch', a scalar int64"),
    (lambda: without("stop"), "after a pass: the state needs 'stop', a scalar bool"),
    (lambda: replace(without("stop"), state=(*without("stop").state,
                     Variable("stop", state_node("stop", (1,), "bool"), Role.COUNTER))),
     "after a pass: the state needs 'stop', a scalar bool"),
    (lambda: replace(GOOD, steps=GOOD.steps[:1]),
     "after a pass: one step graph each is needed for batches of [2, 4] rows, got [2]"),
    (lambda: replace(GOOD, steps=(*GOOD.steps, GOOD.steps[0])), "rows, got [2, 2, 4]"),
    (lambda: with_step(rows=3), "needed for batches of [2, 4] rows, got [3, 4]"),
    (lambda: with_step(scalars={}), "after a pass: step graphs must give the same scalars"),
    (lambda: with_step(guard=constant_node(1.0)),
     "after a pass, step graph for 2 rows: 'guard' must be a boolean scalar"),
    (lambda: with_step(guard=p.isfinite(constant_node([1.0, 2.0]))),
     "step graph for 2 rows: 'guard' must be a boolean scalar"),
    (lambda: with_step(inputs={"x": FIRST.inputs["x"]}),
     "step graph for 2 rows: nothing gives a value to the leaf 'y' (2,)"),
    (lambda: with_step(updates={**FIRST.updates, "b": STRANGER * 1.5}),
     "step graph for 2 rows: nothing gives a value to the leaf 'stranger' ()"),
    (lambda: with_step(inputs={**FIRST.inputs, "z": input_node("z", (3,))}),
     "step graph for 2 rows: 'z' must be a leaf of 2 rows"),
    (lambda: with_step(inputs={**FIRST.inputs, "z": SCALAR}), "'z' must be a leaf of 2 rows"),
    (lambda: with_step(updates={**FIRST.updates, "v": FIRST.updates["w"]}),
     "step graph for 2 rows: 'v' must be a variable, updated in its own type"),
    (lambda: with_step(updates={**FIRST.updates, "b": FIRST.updates["w"]}),
     "step graph for 2 rows: 'b' must be a variable, updated in its own type"),
    (lambda: with_step(updates={"w": FIRST.updates["w"]}),
     "step graph for 2 rows: 'step' must be updated: no step would be the last"),
    (lambda: with_step(scalars={**FIRST.scalars, "loss": FIRST.updates["w"]}),
     "step graph for 2 rows: 'loss' must be a scalar"),
    (lambda: with_evaluation(inputs={}),
     "after a pass, evaluation of validation: 'inputs' must be at least one column"),
    (lambda: with_evaluation(inputs={"x": EVALUATION.inputs["x"]}),
     "evaluation of validation: nothing gives a value to the leaf 'y' (4,)"),
    (lambda: with_evaluation(rows=5), "evaluation of validation: 'x' must be a leaf of 5 rows"),
    (lambda: with_evaluation(present=input_node("present", (4,), "float64"), sums={}),
     "evaluation of validation: 'present' must be float32 (4,)"),
    (lambda: with_epoch(inputs={"test.loss": EPOCH.inputs["validation.loss"], **EPOCH.inputs}),
     "after a pass, epoch graph: 'test.loss' must be a sum that an evaluation gives"),
    (lambda: with_epoch(inputs={**EPOCH.inputs, "validation.loss": WIDE}),
     "epoch graph: 'validation.loss' must be a sum that an evaluation gives"),
    (lambda: with_epoch(inputs={}), "epoch graph: nothing gives a value to the leaf 'loss' ()"),
    (lambda: with_epoch(updates={**EPOCH.updates, "best": GOOD.state[0].leaf}),
     "epoch graph: 'best' must be a variable, updated in its own type"),
    (lambda: with_epoch(updates={}, scalars={}, inputs={}), "epoch graph: 'epoch' must be updated"),
    (lambda: with_epoch(scalars={"w": GOOD.state[0].leaf}), "epoch graph: 'w' must be a scalar"),
]  # fmt: skip


def test_what_is_right_passes() -> None:
    for program in (GOOD, descent(), regression(1), regression(10)):
        program.verify("building")


@pytest.mark.parametrize(("build", "text"), BROKEN)
def test_each_rule(build: Callable[[], RunProgram], text: str) -> None:
    with pytest.raises(VerificationError, match=re.escape(text)):
        build().verify("a pass")


def test_a_broken_node_inside_names_graph_and_rule() -> None:
    node = p.exp(GOOD.state[1].leaf).named("growth")
    object.__setattr__(node, "shape", (2,))
    with pytest.raises(
        VerificationError,
        match=r"after fusing, epoch graph: 'growth' \(2,\) breaks the rule 'type'",
    ):
        with_epoch(scalars={"growth": node}).verify("fusing")


def test_looking_things_up() -> None:
    assert GOOD.variable("w").role is Role.PARAMETER
    assert GOOD.step_graph(4).rows == 4
    with pytest.raises(KeyError, match="momentum"):
        GOOD.variable("momentum")
    with pytest.raises(KeyError, match="3"):
        GOOD.step_graph(3)
    assert isinstance(GOOD.evaluations["validation"], EvaluationGraph)
