"""What goes wrong is said in words, before or while code runs."""

from __future__ import annotations

import importlib
import re
from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends.native import NativeBackend
from pellucid.errors import BackendError, ExecutionError
from pellucid.graph.node import constant_node, input_node
from tests.backends.native.runs import run_of
from tests.backends.programs import data, first_state, regression
from tests.backends.test_reference import DATA_ERRORS, STATE_ERRORS


@pytest.mark.parametrize("bad", [-1, 5, 2**31 - 1, -(2**31)])
@pytest.mark.parametrize("threads", [1, 2])
def test_an_index_out_of_range(bad: int, threads: int) -> None:
    rows = input_node("rows", (3,), "int32")
    table = np.arange(10, dtype=np.float32).reshape(5, 2)
    taken = p.gather(constant_node(table), rows)
    placed = p.scatter(constant_node(table), rows, np.ones((3, 2), np.float32))
    lines = p.gather(constant_node(table.T.copy()), p.broadcast(rows, (2, 3)), 1, True)
    for node in (taken, placed, lines):
        function = NativeBackend(threads=threads).compile_function({"rows": rows}, {"y": node})
        with pytest.raises(ExecutionError, match=rf"index {bad} is out of range"):
            function({"rows": np.array([1, bad, 0], np.int32)})
        # It can be called again.
        assert np.isfinite(function({"rows": np.array([4, 0, 4], np.int32)})["y"]).all()


def test_an_index_that_was_computed_out_of_range() -> None:
    x = input_node("x", (4,))
    rows = p.cast(x * 2.0, "int32")
    taken = p.gather(constant_node(np.ones((3, 33), np.float32)), rows)
    function = NativeBackend(threads=2).compile_function({"x": x}, {"y": p.sum(taken, 1)})
    with pytest.raises(ExecutionError, match="index 4 is out of range"):
        function({"x": np.array([0, 1, 2, 0], np.float32)})
    assert function({"x": np.array([0, 1, 0.4, 0], np.float32)})["y"].tolist() == [33.0] * 4


@pytest.mark.parametrize("part", ["train", "validation"])
@pytest.mark.parametrize("column", ["features", "target"])
def test_an_index_out_of_range_ends_a_run(part: str, column: str) -> None:
    """A word that the table does not have, and a class that the network does not know."""
    run = run_of("adadelta")
    sets = {name: dict(columns) for name, columns in run.data.items()}
    broken = sets[part][column].copy()
    broken[7] = 99
    sets[part][column] = broken
    for threads in (1, 2):
        compiled = NativeBackend(threads=threads).compile(run.program)
        with pytest.raises(ExecutionError, match="index 99 is out of range"):
            compiled.run(run.first, sets, run.until)
        assert int(compiled.run(run.first, run.data, 3).state["step"]) == 3


@pytest.mark.parametrize(("wrong", "text"), STATE_ERRORS)
def test_states_that_are_refused(wrong: dict[str, Any], text: str) -> None:
    state = {k: v for k, v in {**first_state(), **wrong}.items() if v is not None}
    compiled = NativeBackend().compile(regression())
    with pytest.raises(ExecutionError, match=re.escape(text)):
        compiled.run(state, data(), 1)
    with pytest.raises(ExecutionError, match=re.escape(text)):
        compiled.step_values(state, data())


@pytest.mark.parametrize(("sets", "text"), DATA_ERRORS)
def test_data_that_are_refused(sets: Any, text: str) -> None:
    compiled = NativeBackend().compile(regression())
    with pytest.raises(ExecutionError, match=re.escape(text)):
        compiled.run(first_state(), sets, 1)
    with pytest.raises(ExecutionError, match=re.escape(text)):
        compiled.step_values(first_state(), sets)


def test_inputs_that_are_refused() -> None:
    x = input_node("x", (2, 3))
    function = NativeBackend().compile_function({"x": x}, {"y": x * 2.0})
    with pytest.raises(ExecutionError, match=re.escape("the input 'x' (2, 3) has no value")):
        function({})
    with pytest.raises(ExecutionError, match="must be float32"):
        function({"x": np.zeros((2, 3))})
    with pytest.raises(ExecutionError, match="must be float32"):
        function({"x": np.zeros((3, 2), np.float32)})


def test_llvmlite_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(f"No module named {name!r}")

    x = input_node("x", (2,))
    backend = NativeBackend()
    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(BackendError, match="the native backend needs llvmlite, which cannot be im"):
        backend.compile_function({"x": x}, {"y": x + x})
    monkeypatch.undo()
    backend.compile_function({"x": x}, {"y": x + x})


@pytest.mark.parametrize("lanes", [0, 3, 32])
def test_a_width_that_there_is_not(lanes: int) -> None:
    with pytest.raises(BackendError, match="lanes"):
        NativeBackend(lanes=lanes)
