"""A run holds the state, and what one batch needs; data are read where they lie.

Counted is what NumPy takes, which is all that a run takes: it compiles nothing.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends.base import Array
from pellucid.backends.finite import is_finite, nonfinite_row
from pellucid.backends.native import NativeBackend
from pellucid.backends.native.executable import NativeExecutable
from pellucid.graph.node import Node
from pellucid.graph.program import RunProgram
from pellucid.layers import Dense, Layer, Mode, Sequential
from pellucid.losses import SoftmaxCrossEntropy
from pellucid.optimizers import optimizer_from
from pellucid.schedules import Constant
from pellucid.training.program import VALIDATION, build_program, row_type
from pellucid.training.recipe import Recipe
from pellucid.training.state import initial_state

ROWS, HELD, WIDTH, HIDDEN, CLASSES, BATCH = 12_000, 1000, 784, 32, 10, 64
KIB = 1024
BESIDES = 200 * KIB
"""For the record, the frames and the packed panels of two threads."""


class Scale(Layer):
    """Bytes as numbers of 0 to 1; other numbers as they are."""

    def call(self, x: Node, mode: Mode) -> Node:
        return p.cast(x, "float32") * (1 / 255) if x.dtype == "uint8" else x


def sets_of(dtype: str) -> dict[str, dict[str, Array]]:
    random = np.random.default_rng(3)
    return {
        name: {
            "features": random.integers(0, 256, (rows, WIDTH)).astype(dtype),
            "target": random.integers(0, CLASSES, rows).astype(np.int32),
        }
        for name, rows in (("train", ROWS), (VALIDATION, HELD))
    }


def compiled(
    sets: dict[str, dict[str, Array]], threads: int
) -> tuple[RunProgram, NativeExecutable]:
    recipe = Recipe(
        loss=SoftmaxCrossEntropy(),
        optimizer=optimizer_from("adam"),
        schedule=Constant(1e-4),
        epochs=1,
        batch_size=BATCH,
        seed=0,
        monitor="validation_loss",
    )
    columns = {name: row_type(values) for name, values in sets["train"].items()}
    network = Sequential(Scale(), Dense(HIDDEN, "relu"), Dense(CLASSES))
    program = build_program(network, recipe, columns, ROWS, HELD)
    return program, NativeBackend(threads=threads).compile(program)


def taken(work: Callable[[], object]) -> int:
    """Return the bytes that some work takes at its height."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_run_holds_the_state_and_a_batch(dtype: str, threads: int) -> None:
    sets = sets_of(dtype)
    program, executable = compiled(sets, threads)
    first = initial_state(program, 0)
    state = sum(value.nbytes for value in first.values())
    steps = program.order.steps_per_epoch
    executable.run(first, sets, steps)  # What is imported and kept at the first call.

    height = taken(lambda: executable.run(first, sets, steps))

    # An evaluation takes more rows than a step: as numbers, and those of a last, short chunk.
    features = sets["train"]["features"]
    row = WIDTH * (4 + features.itemsize) + 4 * (2 * HIDDEN + 4 * CLASSES)
    limit = state + program.evaluations[VALIDATION].rows * row + BESIDES
    assert height < limit < min(features.nbytes // 3, height + sets[VALIDATION]["features"].nbytes)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_looking_for_what_is_not_finite_takes_no_memory(number: float) -> None:
    rows = np.ones((1000, 1000), np.float32)
    assert taken(lambda: nonfinite_row(rows)) < 10 * KIB
    assert nonfinite_row(rows) is None
    rows[400, 7], rows[500, 3] = number, -1
    assert nonfinite_row(rows) == 401
    assert is_finite(rows[:0])
