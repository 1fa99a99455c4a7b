"""The promise on bits: they are a function of the graph, the data and the seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends.native import NativeBackend
from pellucid.backends.native.machine import host_machine
from pellucid.backends.rows import CHUNK, RowFunction
from pellucid.dtypes import float32, float64
from pellucid.graph.node import Node, constant_node, input_node
from pellucid.graph.program import STEP
from pellucid.graph.traversal import topological
from tests.backends.native.comparison import Array, Batch, bits
from tests.backends.native.runs import SETTINGS, assert_same_bits, run_of
from tests.backends.programs import data as regression_data
from tests.backends.programs import first_state, regression
from tests.naive import same_bits
from tests.random_graphs import random_graph

NAMES = [setting.name for setting in SETTINGS]
WIDTHS = (4, 8, 16)
TEAMS = (1, 2, 3, 4, 8)


def large_graph(seed: int, dtype: Any = float32) -> tuple[list[Node], dict[Node, Array]]:
    """Return a network's loss and slopes, with shapes that are shared among threads."""
    random = np.random.default_rng(seed)
    rows, inner, depth = (int(n) for n in random.integers(40, 150, 3))
    shapes = {"x": (rows, depth), "v": (depth, inner), "b": (inner,), "w": (inner, 11)}
    values = {
        input_node(name, shape, dtype): np.asarray(random.normal(size=shape), dtype)
        for name, shape in shapes.items()
    }
    x, v, b, w = values
    hidden = p.gelu(x @ v * 0.1 + b)
    centred = (hidden - p.mean(hidden, 0)) / p.sqrt(p.variance(hidden, 0) + 1e-3)
    logits = centred @ w
    loss = p.mean(p.logsumexp(logits, 1) - logits[:, 0]) + p.sum(p.square(v)) * 1e-3
    return [loss, *gradients(loss, list(values))], values


def fill(batch: Batch, everything: bool) -> None:
    """Add graphs: of layers' sizes, and random ones; perhaps with every node an output."""
    for seed, dtype in ((1, float32), (2, float64), (3, float32)):
        nodes, values = large_graph(seed, dtype)
        batch.add(f"large {seed}", _all(nodes) if everything else nodes, values)
    for seed in range(30_000, 30_012):
        graph = random_graph(seed, float32 if seed % 2 else float64, 8)
        nodes = [graph.output, *gradients(graph.output, graph.leaves)]
        batch.add(f"random {seed}", _all(nodes) if everything else nodes, graph.values)


def _all(nodes: list[Node]) -> list[Node]:
    """Return some nodes, and behind them all that they are made of."""
    return [*nodes, *(node for node in topological(nodes) if not node.is_leaf)]


def of_first(
    batch: Batch, wanted: Batch, results: dict[str, list[Array]]
) -> dict[str, list[bytes]]:
    return {name: bits(results[name][: len(nodes)]) for name, nodes in wanted.groups.items()}


@pytest.fixture(scope="module")
def expected() -> tuple[Batch, dict[str, list[bytes]]]:
    batch = Batch()
    fill(batch, everything=False)
    return batch, of_first(batch, batch, batch.compute(NativeBackend(threads=1)))


def assert_equal(got: dict[str, list[bytes]], wanted: dict[str, list[bytes]], what: str) -> None:
    for name, values in wanted.items():
        for position, value in enumerate(values):
            assert got[name][position] == value, f"{what}: output {position} of {name}"


@pytest.mark.parametrize("threads", TEAMS)
def test_threads_do_not_change_a_bit(expected: Any, threads: int) -> None:
    batch, wanted = expected
    for _ in range(3):
        results = batch.compute(NativeBackend(threads=threads))
        assert_equal(of_first(batch, batch, results), wanted, f"{threads} threads")


@pytest.mark.parametrize("lanes", WIDTHS)
def test_the_width_of_vectors_does_not_change_a_bit(expected: Any, lanes: int) -> None:
    batch, wanted = expected
    results = batch.compute(NativeBackend(threads=2, lanes=lanes))
    assert_equal(of_first(batch, batch, results), wanted, f"{lanes} lanes")


def test_fusing_does_not_change_a_bit(expected: Any) -> None:
    batch, wanted = expected
    results = batch.compute(NativeBackend(threads=2, fuse=False))
    assert_equal(of_first(batch, batch, results), wanted, "not fused")


def test_looking_at_every_value_does_not_change_a_bit(expected: Any) -> None:
    batch, wanted = expected
    watched = Batch()
    fill(watched, everything=True)
    # The leaves are other nodes of the same values.
    results = watched.compute(NativeBackend(threads=3))
    assert_equal(of_first(watched, batch, results), wanted, "watched")


def test_the_test_sees_another_order_of_addition() -> None:
    batch = Batch()
    array = np.random.default_rng(0).normal(size=(200,)).astype(np.float32)
    batch.build("sum", lambda x: p.sum(x), array)
    batch.build("reversed", lambda x: p.sum(p.flip(x, 0)), array)
    results = batch.compute(NativeBackend())
    assert bits(results["sum"]) != bits(results["reversed"])


# Rows


@pytest.mark.parametrize(("width", "inner", "outputs"), [(65, 33, 7), (600, 40, 1), (1, 1, 2)])
def test_a_row_has_the_same_bits_alone_and_in_any_batch(
    width: int, inner: int, outputs: int
) -> None:
    random = np.random.default_rng(4)
    shapes = (width, inner), (inner, outputs)
    v, w = (random.normal(size=shape).astype(np.float32) for shape in shapes)
    data = random.normal(size=(67, width)).astype(np.float32)

    def predict(rows: Array) -> Array:
        x = input_node("x", rows.shape)
        hidden = p.normalize(p.tanh(x @ constant_node(v)), -1, 1e-5)
        y = hidden @ constant_node(w)
        return NativeBackend().compile_function({"x": x}, {"y": p.softmax(y) + y})({"x": rows})["y"]

    whole = predict(data)
    for count in (1, 2, 5, 16, 31, 66):
        assert predict(data[:count]).tobytes() == whole[:count].tobytes(), count
    assert predict(data[40:41]).tobytes() == whole[40:41].tobytes()


@pytest.mark.parametrize("units", [16, 700])
def test_a_row_has_the_same_bits_however_many_chunks_are_computed_at_once(units: int) -> None:
    random = np.random.default_rng(5)
    v, w = (random.normal(size=shape).astype(np.float32) for shape in ((200, units), (units, 3)))
    data = random.normal(size=(5 * CHUNK + 10, 200)).astype(np.float32)
    seen = {}
    for threads in (1, 2, 3, 4, 8):
        function = RowFunction(
            NativeBackend(threads=threads),
            lambda rows: p.tanh(rows @ constant_node(v)) @ constant_node(w),
            (200,),
            np.dtype(np.float32),
        )
        seen[threads] = [function(data[:rows]) for rows in (1, CHUNK, 300, len(data), 300)]
    assert len({b"".join(part.tobytes() for part in parts) for parts in seen.values()}) == 1
    assert seen[1][2].tobytes() == seen[1][4].tobytes() == seen[1][3][:300].tobytes()


def test_small_calls_are_put_together_and_large_ones_are_side_by_side() -> None:
    functions = {}
    for units in (8, 4000):
        x = input_node("x", (CHUNK, 100))
        hidden = x @ constant_node(np.ones((100, units), np.float32))
        functions[units] = NativeBackend(threads=4).compile_function({"x": x}, {"y": hidden})
    assert [functions[8].calls_at_once(calls) for calls in (1, 4, 8, 100)] == [1, 1, 2, 4]
    assert [functions[4000].calls_at_once(calls) for calls in (1, 2, 3, 100)] == [1, 2, 3, 4]


# Whole runs


@pytest.mark.parametrize("name", NAMES)
def test_runs_have_the_same_bits_however_they_are_compiled_and_cut(name: str) -> None:
    run = run_of(name)
    expected = NativeBackend(threads=1).compile(run.program).run(run.first, run.data, run.until)
    assert int(expected.state[STEP]) == run.until or bool(expected.state["stop"])
    others = [lanes for lanes in WIDTHS if lanes != host_machine().lanes]
    variants: list[dict[str, Any]] = [
        {"threads": 2},
        {"threads": 3},
        {"threads": 4},
        {"threads": 8},
        {"threads": 2, "lanes": others[NAMES.index(name) % len(others)]},
        {"threads": 3, "fuse": False},
    ]
    for options in variants:
        executable = NativeBackend(**options).compile(run.program)
        got = executable.run(run.first, run.data, run.until)
        assert_same_bits(got, expected, f"{name} with {options}")


@pytest.mark.parametrize("name", NAMES)
def test_runs_cut_anywhere_have_the_same_bits(name: str) -> None:
    run = run_of(name)
    executable = NativeBackend(threads=2).compile(run.program)
    expected = executable.run(run.first, run.data, run.until)
    steps = int(expected.state[STEP])
    draw = np.random.default_rng(len(name))
    cuts = sorted({*draw.integers(0, steps + 1, 7).tolist(), 1, steps - 1, steps})
    state, columns = run.first, []
    epochs = []
    for until in cuts:
        # As after a checkpoint: the state alone, in new arrays.
        segment = executable.run({k: v.copy() for k, v in state.items()}, run.data, until)
        assert segment.record.first_step == int(state[STEP])
        state = segment.state
        columns.append(segment.record.steps["loss"])
        epochs.append(segment.record.epochs["validation_loss"])
    for key, value in expected.state.items():
        assert state[key].tobytes() == value.tobytes(), f"{name}: {key}"
    assert np.concatenate(columns).tobytes() == expected.record.steps["loss"].tobytes()
    assert np.concatenate(epochs).tobytes() == expected.record.epochs["validation_loss"].tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_step_values_are_what_a_run_computes(name: str) -> None:
    run = run_of(name)
    executable = NativeBackend(threads=2).compile(run.program)
    per_epoch = run.program.order.steps_per_epoch
    for step in (0, per_epoch - 1, per_epoch + 1):
        if step >= run.until:
            continue
        state = executable.run(run.first, run.data, step).state
        listed = executable.step_values(state, run.data)
        found = dict(listed)
        assert len(found) == len(listed)
        for place, (node, value) in enumerate(listed):
            assert value.shape == node.shape
            assert value.dtype == node.dtype
            assert {*node.inputs} <= {other for other, _ in listed[:place]}
        after = executable.run(state, run.data, step + 1)
        graph = run.program.step_graph(len(run.program.order.batch_rows(step)))
        ends_epoch = step % per_epoch == per_epoch - 1
        touched = set(run.program.epoch.updates) if ends_epoch else set()
        for key, node in graph.updates.items():
            if key not in touched:
                assert same_bits(np.asarray(after.state[key]), found[node]), f"{name}: {key}"
        for key, node in graph.scalars.items():
            assert after.record.steps[key][0] == float(found[node]), f"{name}: {key}"


def test_step_values_of_a_program_written_by_hand() -> None:
    program = regression(noise=0.3)
    executable = NativeBackend().compile(program)
    for step in (0, 2, 7):
        state = executable.run(first_state(), regression_data(), step).state
        found = dict(executable.step_values(state, regression_data()))
        after = executable.run(state, regression_data(), step + 1).state
        graph = program.step_graph(len(program.order.batch_rows(step)))
        for name, node in graph.updates.items():
            assert same_bits(after[name], found[node])


def test_the_same_program_built_twice_and_kept_on_disk_has_the_same_bits() -> None:
    run = run_of("adam")
    one = NativeBackend(threads=2).compile(run.program).run(run.first, run.data, run.until)
    run_of.cache_clear()
    again = run_of("adam")
    assert again.program is not run.program
    other = NativeBackend(threads=2).compile(again.program).run(again.first, again.data, run.until)
    assert_same_bits(one, other, "built twice")
