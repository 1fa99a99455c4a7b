"""The readable form of a program: computed as it is read, with places and costs that hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from pellucid.backends.native.compiler import plan_program
from pellucid.backends.native.describing import describe_graphs, describe_program
from pellucid.backends.native.description import (
    BufferDescription,
    Description,
    GraphDescription,
    KernelDescription,
    byte_count,
)
from pellucid.backends.native.machine import host_machine
from pellucid.backends.reference import ReferenceBackend
from pellucid.graph.program import Role
from tests.backends.native.runs import SETTINGS, Setting, run_of
from tests.backends.native.small_programs import (
    CLASSES,
    FEATURES,
    HIDDEN,
    ROWS,
    SHORT,
    VALIDATION,
    Array,
    perceptron_program,
)

QUOTED = re.compile(r"'([^']*)'")
OVER = re.compile(r" over (?:\w+ )?(\d+)\)")
WORD = re.compile(r"(?<![\w.])[%A-Za-z_][\w.#/%]*")


def reduce(name: str) -> Callable[[Array, int], Array]:
    def along(x: Array, length: int) -> Array:
        (axis,) = (axis for axis, n in enumerate(x.shape) if n == length)
        result: Array = getattr(np, name)(x, axis=axis, keepdims=True)
        return result

    return along


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sum": reduce("sum"),
    "max": reduce("max"),
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "where": np.where,
    "multiply_no_nan": lambda x, y: np.where(x == 0, 0, x * y),
    "square": np.square,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "isfinite": np.isfinite,
    "float32": np.float32,
    "float64": np.float64,
    "transpose": np.transpose,
}


class Reader:
    """Computes what lines say, as somebody would who reads them beside NumPy's handbook."""

    def __init__(self, values: Mapping[str, Array]) -> None:
        self.values = dict(values)

    def kernel(self, kernel: KernelDescription) -> None:
        own = {name for name in self.values if re.fullmatch(r"t\d+", name)}
        for name in own:
            del self.values[name]
        for line in kernel.lines:
            name, _, expression = line.partition(" = ")
            self.values[name] = self.expression(expression)

    def expression(self, text: str) -> Array:
        used: list[Array] = []

        def value(name: str) -> str:
            used.append(self.values[name])
            return f"used[{len(used) - 1}]"

        def word(match: re.Match[str]) -> str:
            is_call = text[match.end() : match.end() + 1] == "("
            return match[0] if match[0] == "used" or is_call else value(match[0])

        text = QUOTED.sub(lambda match: value(match[1]), OVER.sub(r", \1)", text))
        result: Array = eval(WORD.sub(word, text), {"used": used, **FUNCTIONS})
        return result


@cache
def described(dropout: float = 0.0, lanes: int | None = None) -> Description:
    return describe_program(perceptron_program(dropout)[0], host_machine(lanes))


def test_the_lines_compute_what_the_reference_does() -> None:
    program, state, data = perceptron_program()
    rows = program.order.batch_rows(0)
    batch = {name: column[rows] for name, column in data["train"].items()}
    reader = Reader({**state, **batch, "constant": np.arange(CLASSES)})
    # Rows stand in columns, so that NumPy repeats them as the program does.
    reader.values["target"] = batch["target"][:, None]
    for kernel in described().graphs[0].kernels:
        reader.kernel(kernel)
    expected = ReferenceBackend().compile(program).run(state, data, 1)
    changed = [name for name, value in expected.state.items() if (value != state[name]).any()]
    assert {"hidden_1.weight", "output.bias", "step", "progress.loss"} <= set(changed)
    for name in changed:
        new = np.reshape(reader.values[f"new {name}"], state[name].shape)
        np.testing.assert_allclose(new, expected.state[name], rtol=2e-5, atol=1e-7, err_msg=name)
    loss = float(np.reshape(reader.values["loss"], ()))
    assert loss == pytest.approx(expected.record.steps["loss"][0], rel=1e-5)


def test_the_lines_of_the_evaluation_sum_the_loss() -> None:
    _, state, data = perceptron_program()
    rows, targets = data["validation"]["features"], data["validation"]["target"]
    ones = np.ones((VALIDATION, 1))
    given = {"features": rows, "target": targets[:, None], "present": ones}
    reader = Reader({**state, **given, "constant": np.arange(CLASSES)})
    for kernel in described().graphs[2].kernels:
        reader.kernel(kernel)
    x = rows.astype(np.float64)
    for name in ("hidden_1", "hidden_2", "output"):
        x = x @ state[f"{name}.weight"] + state[f"{name}.bias"]
        x = x if name == "output" else np.maximum(x, 0)
    log_sums = np.log(np.exp(x).sum(1))
    loss = (log_sums - x[np.arange(VALIDATION), targets]).sum()
    assert np.reshape(reader.values["sum of loss"], ()) == pytest.approx(loss, rel=1e-5)
    assert np.reshape(reader.values["sum of weight of loss"], ()) == VALIDATION


def test_all_graphs_are_there() -> None:
    assert [graph.title for graph in described().graphs] == [
        f"step of {ROWS} rows",
        f"short step of {SHORT} rows",
        f"evaluation of {VALIDATION} rows of validation",
        "end of an epoch",
    ]


def test_a_contraction_says_all_of_it() -> None:
    kernel = described().graphs[0].kernels[0]
    hidden = HIDDEN[0]
    assert kernel.title == f"contraction, rows {ROWS} x hidden_1 {hidden}, over features {FEATURES}"
    assert kernel.lines[0] == "hidden_1 = relu(features @ hidden_1.weight + hidden_1.bias)"
    shapes = {buffer.name: (buffer.dtype, buffer.shape) for buffer in kernel.reads}
    assert shapes == {
        "features": ("float32", (ROWS, FEATURES)),
        "hidden_1.weight": ("float32", (FEATURES, hidden)),
        "hidden_1.bias": ("float32", (hidden,)),
    }
    assert [buffer.place for buffer in kernel.reads[1:]] == ["state", "state"]
    outputs = ROWS * hidden
    assert kernel.flops == 2 * outputs * FEATURES + outputs + outputs
    read = 4 * (ROWS * FEATURES + FEATURES * hidden + hidden)
    written = sum(np.dtype(b.dtype).itemsize * outputs for b in kernel.writes)
    assert kernel.writes[0].name == "hidden_1"
    assert kernel.bytes == read + written
    assert re.fullmatch(r"\d+ rows x 1 vector of 4", kernel.tile)
    assert kernel.shares >= 1


def test_gradients_and_updates_have_their_names() -> None:
    lines = [line for kernel in described().graphs[0].kernels for line in kernel.lines]
    names = [line.partition(" = ")[0] for line in lines]
    for path in ("hidden_1.weight", "hidden_2.bias", "output.weight"):
        assert names.count(f"gradient of {path}") == 1
        assert names.count(f"new {path}") == 1
        moment = next(line for line in lines if line.startswith("new optimizer.") and path in line)
        assert f"'gradient of {path}'" in moment


@pytest.mark.parametrize("position", range(4))
def test_buffers_lie_where_they_can(position: int) -> None:
    graph = described(dropout=0.5).graphs[position]
    known: set[str] = set()
    for level in graph.levels:
        for kernel in level:
            for buffer in kernel.reads:
                is_written = buffer.name in known
                handed_in = buffer.name in ("features", "target", "present", "constant")
                is_leaf = buffer.place in ("state", "sums")
                assert is_written or handed_in or is_leaf, buffer
        known |= {buffer.name for kernel in level for buffer in kernel.writes}
        for kernel in level:
            written = [spans(graph, b) for b in kernel.writes]
            others = [k for k in level if k is not kernel]
            for own in filter(None, written):
                for other in others:
                    for buffer in (*other.reads, *other.writes):
                        its = spans(graph, buffer)
                        assert its is None or own[1] <= its[0] or its[1] <= own[0]
    assert "new epoch" in known or "loss" in known or "sum of loss" in known


def spans(graph: GraphDescription, buffer: BufferDescription) -> tuple[int, int] | None:
    """Return the bytes of the arena that a buffer takes."""
    if not buffer.place.startswith("arena+"):
        return None
    start = int(buffer.place.removeprefix("arena+"))
    end = start + int(np.prod(buffer.shape)) * np.dtype(buffer.dtype).itemsize
    assert end <= graph.arena
    return start, end


def test_special_kernels_and_the_guard_are_named() -> None:
    graph = described(dropout=0.5).graphs[0]
    assert graph.kernels[0].title == f"special random_bits, rows {ROWS} x hidden_1 {HIDDEN[0]}"
    assert graph.guard_level is not None
    before, behind = (
        [buffer.name for level in levels for kernel in level for buffer in kernel.writes]
        for levels in (graph.levels[: graph.guard_level], graph.levels[graph.guard_level :])
    )
    assert "guard" in before
    assert not [name for name in before if name.startswith("new ")]
    assert {"new hidden_1.weight", "new step"} <= set(behind)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_every_kind_of_run_can_be_read(setting: Setting) -> None:
    program = run_of(setting.name).program
    planned = plan_program(program)
    graphs = describe_graphs(program, planned)
    for graph, plan in zip(graphs, planned.plans, strict=True):
        assert [len(level) for level in graph.levels] == [len(level) for level in plan.levels]
        assert [kernel.number for kernel in graph.kernels] == [
            number + 1 for number in range(len(graph.kernels))
        ]
        written = [buffer.name for kernel in graph.kernels for buffer in kernel.writes]
        assert len(set(written)) == len(written)
        said = {line.partition(" = ")[0] for kernel in graph.kernels for line in kernel.lines}
        assert set(written) <= said
        assert "None" not in " ".join(line for _, line in graph.lines())
    # Sums along axes of length 1 are counted by the nodes and cost nothing.
    assert 0.99 * planned.flops <= graphs[0].flops <= planned.flops
    updates = {name for name in written_by(graphs[0]) if name.startswith("new ")}
    assert {f"new {v.name}" for v in program.state if v.role is Role.PARAMETER} <= updates


def written_by(graph: GraphDescription) -> set[str]:
    return {buffer.name for kernel in graph.kernels for buffer in kernel.writes}


def test_narrow_vectors_are_said() -> None:
    totals = dict(described(lanes=4).totals)
    assert totals["vectors"].startswith("4 lanes of float32")


def test_the_text_has_all_of_it_and_short_lines() -> None:
    description = described(dropout=0.5)
    lines = str(description).split("\n")
    # The head of a graph is one line, however long.
    assert max(len(line) for line in lines if not re.match(r"\w", line)) <= 100
    text = " ".join(" ".join(lines).split())
    for graph in description.graphs:
        for kernel in graph.kernels:
            assert kernel.title in text
            for part in (*kernel.lines, *map(str, kernel.reads), *map(str, kernel.writes)):
                assert part in text, part
    for word in ("state", "arena", "LLVM text", "machine code", "threads"):
        assert f"  {word} " in str(description)


def test_the_brief_text_has_two_lines_a_kernel() -> None:
    (graph, *_) = described().graphs
    lines = list(graph.lines(brief=True))
    assert len(lines) == 1 + len(graph.levels) + 2 * len(graph.kernels)
    text = "\n".join(line for _, line in lines)
    assert ": new hidden_1.weight and 2 more" in text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB"),
     (999_950_000, "1.0 GB"), (5 * 10**12, "5000.0 GB")],
)  # fmt: skip
def test_bytes_have_the_unit_that_suits(count: int, text: str) -> None:
    assert byte_count(count) == text
