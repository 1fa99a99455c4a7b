"""What every backend does with a run program, wherever it is cut, paused or stopped."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

from pellucid.backends.base import Backend, Control, Outcome, Segment
from pellucid.backends.native import NativeBackend
from pellucid.backends.reference import ReferenceBackend
from pellucid.graph.program import RunProgram
from tests.backends.programs import data, descent, descent_state, first_state, loop, regression
from tests.naive import same_bits

Array = np.ndarray[Any, Any]
BACKENDS: dict[str, Backend] = {
    "reference": ReferenceBackend(),
    "native": NativeBackend(threads=1),
    "native of 2 threads": NativeBackend(threads=2),
    "native of 3 threads": NativeBackend(threads=3),
}


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    return BACKENDS[request.param]


def run(
    backend: Backend,
    program: RunProgram,
    until: int,
    state: dict[str, Array] | None = None,
    **more: Any,
) -> Segment:
    return backend.compile(program).run(state or first_state(), data(), until, **more)


def equal(one: dict[str, Array], other: dict[str, Array]) -> bool:
    return list(one) == list(other) and all(same_bits(one[name], other[name]) for name in one)


# The numbers


def test_descent_on_theta_squared_is_its_closed_form(backend: Backend) -> None:
    sets = {"train": {"x": np.zeros(1, np.float32)}}
    segment = backend.compile(descent(rate=0.1)).run(descent_state(), sets, 50)
    # theta <- theta - 0.1 * 2 theta = 0.8 theta.
    np.testing.assert_allclose(segment.record.steps["theta"], 10 * 0.8 ** np.arange(50), rtol=1e-13)
    assert float(segment.state["theta"]) == pytest.approx(10 * 0.8**50, rel=1e-13)
    assert int(segment.state["step"]) == int(segment.state["epoch"]) == 50
    assert all(len(column) == 0 for column in segment.record.epochs.values())


@pytest.mark.parametrize(
    ("batch_size", "block"), [(1, 1), (3, 1), (4, 1), (5, 1), (10, 1), (1, 3), (4, 3), (10, 2)]
)
def test_regression_is_a_plain_loop(backend: Backend, batch_size: int, block: int) -> None:
    """The program is written by hand, and so is the loop."""
    program, epochs = regression(batch_size, block=block), 6
    executable = backend.compile(program)
    for rows in (1, 4, 7):
        sets = data(rows)
        segment = executable.run(first_state(), sets, epochs * program.order.steps_per_epoch)
        expected = loop(program, sets, epochs)
        for name in ("w", "b", "best"):
            np.testing.assert_allclose(segment.state[name], expected[name], rtol=1e-12)
        np.testing.assert_allclose(segment.record.steps["loss"], expected["losses"], rtol=1e-12)
        np.testing.assert_allclose(
            segment.record.epochs["validation loss"], expected["validation"], rtol=1e-12
        )
        assert segment.outcome is Outcome.REACHED
        assert segment.record.first_step == segment.record.first_epoch == 0
        assert int(segment.state["epoch"]) == epochs


def test_ten_rows_in_batches_of_4_are_3_updates_an_epoch(backend: Backend) -> None:
    segment = run(backend, regression(4), 3)
    assert len(segment.record.steps["loss"]) == 3
    assert len(segment.record.epochs["validation loss"]) == 1


# Bits


@pytest.mark.parametrize("cuts", [[1, 2, 3, 4, 5, 17], [2, 7, 17], [3, 9, 17], [0, 16, 16, 17]])
def test_cutting_a_run_changes_no_bit(backend: Backend, cuts: list[int]) -> None:
    executable = backend.compile(regression(noise=0.3))
    whole = executable.run(first_state(), data(), 17)
    state, losses, validation = first_state(), [], []
    for until in cuts:
        # As after a checkpoint: the state alone, in new arrays.
        segment = executable.run({k: v.copy() for k, v in state.items()}, data(), until)
        assert segment.record.first_step == int(state["step"])
        assert segment.record.first_epoch == int(state["epoch"])
        state = segment.state
        losses.append(segment.record.steps["loss"])
        validation.append(segment.record.epochs["validation loss"])
    assert equal(state, whole.state)
    assert np.array_equal(np.concatenate(losses), whole.record.steps["loss"])
    assert np.array_equal(np.concatenate(validation), whole.record.epochs["validation loss"])


def test_how_data_lie_in_memory_changes_no_bit(backend: Backend) -> None:
    executable = backend.compile(regression())
    plain = executable.run(first_state(), data(), 9)
    turned = {
        name: {column: np.asfortranarray(array[::-1])[::-1] for column, array in columns.items()}
        for name, columns in data().items()
    }
    assert equal(executable.run(first_state(), turned, 9).state, plain.state)


def test_the_state_and_the_data_passed_in_are_not_changed(backend: Backend) -> None:
    state, before, sets = first_state(), first_state(), data()
    for array in state.values():
        array.flags.writeable = False
    segment = backend.compile(regression()).run(state, sets, 9)
    assert equal(state, before)
    assert not equal(segment.state, before)
    assert not any(np.shares_memory(segment.state[name], state[name]) for name in ("w", "step"))
    for name, columns in data().items():
        assert all(np.array_equal(sets[name][c], array) for c, array in columns.items())


@pytest.mark.parametrize("bad_value", [1e9, np.nan, np.inf])
def test_a_guard_that_is_false_undoes_the_step(backend: Backend, bad_value: float) -> None:
    program = regression(noise=0.3)
    sets = data()
    row = program.order.batch_rows(5)[1]
    sets["train"]["y"][row] = bad_value
    executable = backend.compile(program)
    segment = executable.run(first_state(), sets, 20)
    bad = next(step for step in range(20) if row in program.order.batch_rows(step))
    assert segment.outcome is Outcome.NONFINITE
    assert int(segment.state["step"]) == bad
    assert len(segment.record.steps["loss"]) == bad
    assert equal(segment.state, executable.run(first_state(), sets, bad).state)


# Ends and pauses


def test_the_stop_flag_ends_the_run(backend: Backend) -> None:
    program = regression(most_epochs=3)
    segment = run(backend, program, 1000)
    assert segment.outcome is Outcome.STOPPED
    assert int(segment.state["epoch"]) == 3
    assert int(segment.state["step"]) == 9
    again = run(backend, program, 1000, segment.state)
    assert again.outcome is Outcome.STOPPED
    assert equal(again.state, segment.state)
    assert len(again.record.steps["loss"]) == len(again.record.epochs["validation loss"]) == 0


def test_a_run_that_is_there_already(backend: Backend) -> None:
    segment = run(backend, regression(), 0)
    assert segment.outcome is Outcome.REACHED
    assert equal(segment.state, first_state())


def test_a_pause_asked_for_from_another_thread(backend: Backend) -> None:
    control = Control()
    # It must not end by itself, however late the other thread is served.
    program = regression(noise=0.3, most_epochs=10**9)

    def pause() -> None:
        while control.step < 20:
            time.sleep(0.001)
        control.request_pause()

    asking = threading.Thread(target=pause, daemon=True)
    asking.start()
    segment = run(backend, program, 10**9, control=control)
    asking.join()
    assert segment.outcome is Outcome.PAUSED
    step = int(segment.state["step"])
    assert step >= 20
    assert control.step == step == len(segment.record.steps["loss"])
    whole = run(backend, program, step)
    assert equal(segment.state, whole.state)
    for name, column in whole.record.steps.items():
        assert same_bits(segment.record.steps[name], column)


def test_a_pause_asked_for_before(backend: Backend) -> None:
    control = Control()
    control.request_pause()
    paused = run(backend, regression(), 5, control=control)
    assert paused.outcome is Outcome.PAUSED
    assert int(paused.state["step"]) == 0
    assert run(backend, regression(), 0, control=control).outcome is Outcome.REACHED


def test_progress_in_the_end(backend: Backend) -> None:
    control = Control()
    segment = run(backend, regression(), 7, control=control)
    assert (control.step, control.epoch) == (7, 2)
    assert control.step_scalars["loss"] == segment.record.steps["loss"][-1]
    assert control.epoch_scalars["validation loss"] == segment.record.epochs["validation loss"][-1]
