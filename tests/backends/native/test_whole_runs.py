"""Whole runs: step by step against the reference from its state, and against an independent one."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.backends.base import Outcome, Segment
from pellucid.backends.native import NativeBackend
from pellucid.backends.reference import ReferenceBackend
from pellucid.graph.program import EPOCH, STOP
from pellucid.training.state import initial_state
from tests.backends.native.runs import SETTINGS, run_of
from tests.training import test_whole_runs as independent

NAMES = [setting.name for setting in SETTINGS]
ALLOWED = {np.dtype(np.float32): 3e-5, np.dtype(np.float64): 1e-11}
"""Relative to the largest element of the array, and to 1e-3 where that is smaller."""


def assert_states_agree(got: Segment, expected: Segment, name: str, step: int) -> None:
    assert got.outcome is expected.outcome
    for key, theirs in expected.state.items():
        mine, what = got.state[key], f"{name}, step {step}: {key}"
        assert mine.dtype == theirs.dtype, what
        assert mine.shape == theirs.shape, what
        if theirs.dtype.kind != "f":
            assert np.array_equal(mine, theirs), what
            continue
        assert np.array_equal(np.isfinite(mine), np.isfinite(theirs)), what
        finite = np.isfinite(theirs)
        size = max(float(np.abs(theirs[finite]).max(initial=0)), 1e-3)
        error = float(np.abs(mine[finite] - theirs[finite]).max(initial=0))
        # The first state is float32 even where a counter of the progress is float64.
        allowed = max(ALLOWED[theirs.dtype], ALLOWED[np.dtype(run_of(name).setting.dtype)])
        assert error <= allowed * size, f"{what}: off by {error:.3g} of {size:.3g}"


@pytest.mark.parametrize("name", NAMES)
def test_each_step_is_the_references_from_the_same_state(name: str) -> None:
    run = run_of(name)
    slow = ReferenceBackend().compile(run.program)
    fast = NativeBackend(threads=2).compile(run.program)
    state = run.first
    for step in range(run.until):
        expected = slow.run(state, run.data, step + 1)
        got = fast.run(state, run.data, step + 1)
        assert_states_agree(got, expected, name, step)
        for mine, theirs in (
            (got.record.steps, expected.record.steps),
            (got.record.epochs, expected.record.epochs),
        ):
            assert list(mine) == list(theirs)
            for key, column in theirs.items():
                np.testing.assert_allclose(
                    mine[key], column, rtol=2e-5, atol=2e-6, err_msg=f"{name}, step {step}: {key}"
                )
        assert got.record.first_step == expected.record.first_step == step
        assert got.record.first_epoch == expected.record.first_epoch
        state = expected.state
        if bool(state[STOP]):
            break
    assert bool(state[STOP]) == ("patience" in run.setting.options)
    assert bool(state[STOP]) or int(state[EPOCH]) == run.setting.epochs


@pytest.mark.parametrize("optimizer", independent.PEERS)
def test_a_run_agrees_with_jax_and_optax(optimizer: str) -> None:
    classes = 3 if list(independent.PEERS).index(optimizer) % 2 else 0
    data = independent.make_data(5, classes)
    program, _ = independent.build(optimizer, classes, data)
    first = initial_state(program, 11)
    until = independent.EPOCHS * program.order.steps_per_epoch
    segment = NativeBackend().compile(program).run(first, data, until)
    assert segment.outcome is Outcome.REACHED
    peer = independent.peer_run(optimizer, classes, data, program, first)
    independent.assert_runs_agree(segment, peer)


def test_patience_stops_and_keeps_the_best_weights() -> None:
    independent.assert_patience_keeps_the_best_weights(NativeBackend())
