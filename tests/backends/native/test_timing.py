"""Clocks in compiled code: they time every kernel as often as it runs, and change nothing else."""

from __future__ import annotations

import re

import numpy as np
import pytest

from pellucid.backends.native import executable, timing
from pellucid.backends.native.clocks import Clocks
from pellucid.backends.native.compiler import plan_program, write_program
from pellucid.backends.native.describing import describe_graphs
from pellucid.backends.native.executable import NativeExecutable
from pellucid.backends.native.machine import host_machine
from pellucid.backends.native.profile import Profile, seconds_per_tick
from pellucid.backends.native.timing import BETWEEN, Measurement, measure_program
from pellucid.errors import ExecutionError
from tests.backends.native.small_programs import perceptron_program

EPOCHS = 4
STEPS = 3 * EPOCHS
pytestmark = pytest.mark.usefixtures("many_threads")
READS = ("readcyclecounter", "readsteadycounter")


@pytest.fixture
def many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let little work be shared by as many threads as are asked for."""
    monkeypatch.setattr(executable, "FLOPS_OF_A_MEETING", 0)


@pytest.fixture
def one_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "ROUNDS", 1)
    monkeypatch.setattr(timing, "ENOUGH", 0.0)
    monkeypatch.setattr(timing, "SECONDS", 0.001)


def measured(threads: int, steps: int = STEPS) -> Measurement:
    return measure_program(*perceptron_program(dropout=0.5), host_machine(), threads, steps)


@pytest.mark.usefixtures("one_round")
@pytest.mark.parametrize("threads", [1, 3])
def test_every_kernel_is_timed_as_often_as_it_runs(threads: int) -> None:
    measurement = measured(threads)
    program = perceptron_program(dropout=0.5)[0]
    graphs = describe_graphs(program, plan_program(program))
    assert measurement.threads == threads
    assert measurement.steps == STEPS
    # Of three steps in an epoch the last is short; the validation rows are one chunk.
    often = dict(zip((graph.title for graph in graphs), (2 / 3, 1 / 3, 1 / 3, 1 / 3), strict=True))
    for graph in graphs:
        mine = [one for one in measurement.timings if one.graph == graph.title]
        assert [one.kernel for one in mine if one.kernel] == graph.kernels
        assert all(one.times == pytest.approx(often[graph.title]) for one in mine)
        waits = [one for one in mine if one.what == timing.WAITING]
        assert len(waits) == len(graph.levels) + graph.title.startswith(("step", "short"))
    total = sum(one.microseconds for one in measurement.timings)
    assert total == pytest.approx(measurement.microseconds, rel=1e-6)
    assert min(one.microseconds for one in measurement.timings) >= 0
    text = "\n".join(line for _, line in measurement.lines())
    assert (f"the first of {threads} threads" in text) == (threads > 1)
    assert text.count("taking the rows of the batch") == 2


@pytest.mark.usefixtures("one_round")
def test_the_lines_of_a_graph_are_sorted_and_complete() -> None:
    measurement = measured(1)
    lines = [line for kind, line in measurement.lines() if kind in ("code", "cost")][1:]
    kernels = sum(1 for one in measurement.timings if one.kernel)
    graphs = len({one.graph for one in measurement.timings}) - 1
    others = sum(1 for one in measurement.timings if one.graph == BETWEEN) + graphs + 2
    assert len(lines) == kernels + others
    times: list[float] = []
    for kind, line in measurement.lines():
        if kind == "level":
            assert times == sorted(times, reverse=True)
            times = []
        elif found := re.match(r" *([\d.,]+) us +[\d.]+ %", line):
            times.append(float(found[1].replace(",", "")))


@pytest.mark.usefixtures("one_round")
def test_steps_are_chosen_in_whole_epochs() -> None:
    assert measured(1, steps=0).steps % 3 == 0


@pytest.mark.parametrize("has_details", [True, False])
@pytest.mark.parametrize("threads", [1, 2])
def test_clocks_change_no_bits(threads: int, has_details: bool) -> None:
    program, state, data = perceptron_program(dropout=0.5)
    machine = host_machine()
    profile = Profile(program, has_details)
    timed = NativeExecutable(program, machine, threads, profile=profile)
    plain = NativeExecutable(program, machine, threads).run(state, data, STEPS)
    for _ in range(2):
        segment = timed.run(state, data, STEPS)
        for name, value in plain.state.items():
            np.testing.assert_array_equal(segment.state[name], value)
    # The second run begins from 0, and every thread has its own numbers.
    counts = [profile.times(thread) for thread in range(threads)]
    assert all(count["whole",][1] == 1 for count in counts)
    assert {len(count) for count in counts} == {len(counts[0])}
    if has_details:
        assert all(count["record",][1] == STEPS for count in counts)
        assert all(count["decision",][1] == STEPS + 1 for count in counts)
    else:
        assert set(counts[0]) == {("whole",)}


def test_code_without_clocks_has_no_trace_of_them() -> None:
    program, _, _ = perceptron_program()
    planned = plan_program(program)
    plain, _ = write_program(planned, host_machine())
    again, _ = write_program(planned, host_machine())
    timed, _ = write_program(planned, host_machine(), Clocks())
    assert plain.text() == again.text()
    assert not any(word in plain.text() for word in READS)
    assert any(word in timed.text() for word in READS)
    assert kernels_of(timed.text()) == kernels_of(plain.text())


def kernels_of(text: str) -> set[str]:
    """Return the bodies of the functions that compute, without their names and what they call."""
    bodies = re.findall(r"define void @(loop|contraction|product)_\d+(.*?\n}\n)", text, re.DOTALL)
    assert bodies
    return {stem + re.sub(r"@(\w+?)_\d+", r"@\1", body) for stem, body in bodies}


def test_the_tick_is_that_of_a_clock() -> None:
    assert 1e-11 < seconds_per_tick(host_machine()) < 1e-6


@pytest.mark.usefixtures("one_round")
@pytest.mark.parametrize("steps", [0, 5])
def test_a_run_without_a_step_cannot_be_timed(steps: int) -> None:
    program, state, data = perceptron_program()
    nothing = np.full_like(data["train"]["features"], np.nan)
    broken = {**data, "train": {**data["train"], "features": nothing}}
    with pytest.raises(ExecutionError, match="nothing can be timed: the loss of the first step"):
        measure_program(program, state, broken, host_machine(), 1, steps)
