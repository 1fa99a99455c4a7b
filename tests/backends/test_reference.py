"""The reference backend runs programs as a plain loop would, wherever they are cut."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends.base import Segment
from pellucid.backends.reference import Plan, ReferenceBackend, compute
from pellucid.errors import BackendError, ExecutionError
from pellucid.graph.node import constant_node, input_node
from pellucid.graph.program import RunProgram
from tests.backends.programs import ROWS, data, first_state, loop, regression
from tests.naive import NaiveEvaluation, same_bits

Array = np.ndarray[Any, Any]


def run(
    program: RunProgram, until: int, state: dict[str, Array] | None = None, **more: Any
) -> Segment:
    executable = ReferenceBackend().compile(program)
    return executable.run(state or first_state(), data(), until, **more)


def equal(one: dict[str, Array], other: dict[str, Array]) -> bool:
    return list(one) == list(other) and all(same_bits(one[name], other[name]) for name in one)


def test_a_run_is_a_function_of_seed_and_data() -> None:
    program = regression(noise=0.3)
    assert equal(run(program, 12).state, run(program, 12).state)
    other = {**first_state(), "seed": np.array([8, 0], np.uint32)}
    assert not equal(run(program, 12, other).state, run(program, 12).state)


@pytest.mark.parametrize("rows", [1, 3, 4, 5, 8, 9])
def test_padding_does_not_change_sums(rows: int) -> None:
    program = regression()
    sets = data(validation_rows=rows)
    segment = ReferenceBackend().compile(program).run(first_state(), sets, 3)
    expected = loop(program, sets, 1)
    np.testing.assert_allclose(
        segment.record.epochs["validation loss"], expected["validation"], rtol=1e-13
    )


def test_step_values_are_those_of_the_next_step() -> None:
    program = regression(noise=0.3)
    executable = ReferenceBackend().compile(program)
    for until in (0, 2, 7):
        state = executable.run(first_state(), data(), until).state
        listed = executable.step_values(state, data())
        taken = program.order.batch_rows(until)
        graph = program.step_graph(len(taken))
        values = {v.leaf: state[v.name] for v in program.state}
        values |= {leaf: data()["train"][name][taken] for name, leaf in graph.inputs.items()}
        naive = NaiveEvaluation(values)
        nodes = [node for node, _ in listed]
        assert len(set(nodes)) == len(nodes)
        assert {*graph.updates.values(), *graph.scalars.values(), graph.guard} <= set(nodes)
        for place, (node, value) in enumerate(listed):
            assert set(node.inputs) <= set(nodes[:place])
            assert same_bits(value, naive(node)), node
        after = executable.run(state, data(), until + 1).state
        found = dict(listed)
        for name, node in graph.updates.items():
            assert same_bits(after[name], found[node])


def changed(**columns: Any) -> dict[str, dict[str, Array]]:
    sets = data()
    sets["train"] |= columns
    return sets


STATE_ERRORS = [
    ({"w": None}, "the input 'w' (2,) has no value"),
    ({"w": np.zeros(3)}, "the input 'w' must be float64 (2,), got float64 (3,)"),
    ({"b": np.float32(1)}, "the input 'b' must be float64 (), got float32 ()"),
    ({"step": np.array(0.0)}, "the input 'step' must be int64 (), got float64 ()"),
]
SHORT = {"x": np.zeros((9, 2)), "y": np.zeros(9)}
DATA_ERRORS: list[tuple[Any, str]] = [
    ({}, "the program needs a data set 'train', got none"),
    ({"train": data()["train"]}, "the program needs a data set 'validation', got 'train'"),
    ({**data(), "train": {"x": np.zeros((10, 2))}},
     "the column 'y' of the data set 'train' is missing"),
    (changed(x=np.zeros((10, 2), np.float32)),
     "the column 'x' of the data set 'train' must be float64 (rows, 2), got float32 (10, 2)"),
    (changed(x=np.zeros((10, 3))),
     "the column 'x' of the data set 'train' must be float64 (rows, 2), got float64 (10, 3)"),
    (changed(y=np.array(1.0)), "the column 'y' of the data set 'train' must be float64 (rows, )"),
    (changed(y=np.zeros(9)), "the columns of the data set 'train' differ in length: {'x': 10, 'y'"),
    (changed(**SHORT), "the data set 'train' must have 10 rows, got 9"),
    ({**data(), "validation": {"x": np.zeros((0, 2)), "y": np.zeros(0)}},
     "the column 'x' of the data set 'validation' has no rows"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "text"), STATE_ERRORS)
def test_states_that_are_refused(wrong: dict[str, Any], text: str) -> None:
    state = {k: v for k, v in {**first_state(), **wrong}.items() if v is not None}
    executable = ReferenceBackend().compile(regression())
    with pytest.raises(ExecutionError, match=re.escape(text)):
        executable.run(state, data(), 1)
    with pytest.raises(ExecutionError, match=re.escape(text)):
        executable.step_values(state, data())


@pytest.mark.parametrize(("sets", "text"), DATA_ERRORS)
def test_data_that_are_refused(sets: Any, text: str) -> None:
    executable = ReferenceBackend().compile(regression())
    with pytest.raises(ExecutionError, match=re.escape(text)):
        executable.run(first_state(), sets, 1)
    with pytest.raises(ExecutionError, match=re.escape(text)):
        executable.step_values(first_state(), sets)


def test_values_are_freed_after_their_last_use() -> None:
    x = input_node("x", (3,))
    chain = x
    for _ in range(10):
        chain = p.sin(chain)
    plan = Plan([chain], [x])
    assert sum(len(freed) for *_, freed, _ in plan._steps) == 9


def test_what_cannot_be_computed_alone() -> None:
    x = input_node("x", (3,))
    with pytest.raises(BackendError, match=r"nothing gives a value to the leaf 'x' \(3,\)"):
        compute(x)
    with pytest.raises(BackendError, match=r"the result of softmax \(3,\) has to be expanded befo"):
        compute(p.softmax(x))


@pytest.mark.parametrize("bad", [-1, 5])
def test_an_index_out_of_range_names_the_node(bad: int) -> None:
    indices = input_node("rows", (2,), "int32")
    table = constant_node(np.zeros((5, 2), np.float32))
    text = rf"gather: index {bad} is out of range for an axis of length 5"
    plan = Plan([p.gather(table, indices).named("embedded")], [indices])
    with pytest.raises(ExecutionError, match=text + r" of 'embedded' \(2, 2\)"):
        plan([np.array([1, bad], np.int32)])
    plan = Plan([p.scatter(table, indices, np.ones((2, 2), np.float32))], [indices])
    with pytest.raises(ExecutionError, match=text.replace("gather", "scatter") + "$"):
        plan([np.array([1, bad], np.int32)])


def test_rows_are_all_of_the_data() -> None:
    assert len(data()["train"]["x"]) == ROWS
