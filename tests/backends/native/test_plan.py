"""Where values lie and when kernels run: lives by brute force, and the state's new values."""

from __future__ import annotations

from itertools import combinations
from math import prod

import pytest

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.operations import Leaf, Operation, Source
from pellucid.backends.native.plan import Constants, InArena, InConstants, InSlot, Plan, plan_graph
from pellucid.dtypes import float32
from pellucid.graph.node import Node, constant_node, input_node, parameter_node
from pellucid.simplify import simplify
from tests.backends.native.runs import SETTINGS, run_of
from tests.random_graphs import random_graph

NAMES = [setting.name for setting in SETTINGS]


def planned(
    outputs: list[Node],
    updates: dict[int, Node] | None = None,
    guard: int | None = None,
    inputs: list[Node] | None = None,
    fuse: bool = True,
) -> Plan:
    lowered = simplify(outputs, lower=True)
    return plan_graph(lowered, updates or {}, guard, inputs or [], Constants(), fuse=fuse)


def level_of(plan: Plan, op: Operation) -> int:
    return next(
        number
        for number, level in enumerate(plan.levels)
        for kernel in level
        if op in kernel.members
    )


def bytes_of(source: Source) -> int:
    return prod(source.shape) * source.dtype.itemsize  # type: ignore[union-attr]


def lives(plan: Plan) -> dict[Source, tuple[int, int]]:
    """Return when each value of the arena is written first and read last, by its levels."""
    found: dict[Source, list[int]] = {}
    for number, level in enumerate(plan.levels):
        for kernel in level:
            for op in plan.stored[kernel]:
                found.setdefault(op, []).append(number)
            for _, read in kernel.reads():
                if isinstance(read.source, Leaf):
                    found.setdefault(read.source, []).append(-1)
                found.setdefault(read.source, []).append(number)
    for op in plan.outputs:
        found.setdefault(op, []).append(len(plan.levels))
    return {
        source: (min(times), max(times))
        for source, times in found.items()
        if isinstance(plan.places.get(source), InArena)
    }


def check_memory(plan: Plan, what: str) -> int:
    """Hold every two values that live at once to memory of their own; return how many share."""
    shared = 0
    spans = {}
    for source, (born, dies) in lives(plan).items():
        place = plan.places[source]
        assert isinstance(place, InArena)
        assert place.offset % 64 == 0
        assert place.offset + bytes_of(source) <= plan.arena, what
        spans[source] = (born, dies, place.offset, place.offset + bytes_of(source))
    for one, other in combinations(spans.values(), 2):
        in_one_place = one[2] < other[3] and other[2] < one[3]
        at_once = one[0] <= other[1] and other[0] <= one[1]
        assert not (in_one_place and at_once), f"{what}: two values in one place at once"
        shared += in_one_place
    return shared


def check_order(plan: Plan, what: str) -> None:
    """Hold every kernel to read only what levels before it have written."""
    written: set[Source] = set()
    for level in plan.levels:
        for kernel in level:
            for _, read in kernel.reads():
                if isinstance(read.source, Operation) and read.source.size:
                    assert read.source in written, f"{what}: a kernel reads what is not there"
        for kernel in level:
            written.update(plan.stored[kernel])
    for op in plan.outputs:
        assert not op.size or op in written, f"{what}: an output is not written"


def check_state(plan: Plan, updates: dict[int, Node], guard: int | None, what: str) -> None:
    """Hold the writing of new values to come after all that reads the old ones."""
    for leaf in updates.values():
        writers = [
            (number, kernel, op)
            for number, level in enumerate(plan.levels)
            for kernel in level
            for op in plan.stored[kernel]
            if plan.places[op] == InSlot(leaf)
        ]
        if prod(leaf.shape) == 0:
            continue
        assert len(writers) == 1, f"{what}: {leaf!r} is written {len(writers)} times"
        ((number, writer, op),) = writers
        for later, level in enumerate(plan.levels):
            for kernel in level:
                reads = [
                    (member, read)
                    for member, read in kernel.reads()
                    if isinstance(read.source, Leaf) and read.source.node is leaf
                ]
                if reads and kernel is not writer:
                    assert later < number, f"{what}: {leaf!r} is read after it is written"
                elif reads:
                    check_own_reads(kernel, op, [m for m, _ in reads], what)
                    assert all(read.is_whole for _, read in reads), what
        if guard is not None:
            known = level_of(plan, plan.outputs[guard])
            assert known < plan.guard_level <= number, f"{what}: written before the guard is known"


def check_own_reads(kernel: Kernel, op: Operation, readers: list[Operation], what: str) -> None:
    """An element may be overwritten by the kernel that reads it at the same index alone."""
    assert kernel.special is None, what
    for reader in readers:
        assert reader is not kernel.contraction, what
        assert (reader in kernel.outer) == (op in kernel.outer), what


@pytest.mark.parametrize("fuse", [True, False])
def test_random_graphs(fuse: bool) -> None:
    shared = 0
    for seed in range(200):
        graph = random_graph(seed, float32, 14 if seed % 4 == 0 else 7)
        nodes = [graph.output, *gradients(graph.output, graph.leaves)]
        plan = planned(nodes, inputs=graph.leaves, fuse=fuse)
        check_order(plan, f"seed {seed}")
        shared += check_memory(plan, f"seed {seed}")
    assert shared > 500


@pytest.mark.parametrize("fuse", [True, False])
@pytest.mark.parametrize("guarded", [True, False])
def test_descent_on_random_graphs(fuse: bool, guarded: bool) -> None:
    """The leaves are state; some new values are those of other leaves of the same shape."""
    for seed in range(1000, 1100):
        graph = random_graph(seed, float32, 7)
        leaves = graph.leaves
        slopes = gradients(graph.output, leaves)
        new = [leaf - 0.1 * slope for leaf, slope in zip(leaves, slopes, strict=True)]
        for i, j in combinations(range(len(leaves)), 2):
            if leaves[i].type == leaves[j].type and seed % 2:
                new[i], new[j] = leaves[j], leaves[i] + new[j]
        outputs = [*new, graph.output]
        guard = None
        if guarded:
            guard = len(outputs)
            outputs.append(p.isfinite(graph.output))
        updates = dict(enumerate(leaves))
        plan = planned(outputs, updates, guard, fuse=fuse)
        check_order(plan, f"seed {seed}")
        check_memory(plan, f"seed {seed}")
        check_state(plan, updates, guard, f"seed {seed}")


@pytest.mark.parametrize("fuse", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_steps_of_training(name: str, fuse: bool) -> None:
    program = run_of(name).program
    leaves = {variable.name: variable.leaf for variable in program.state}
    for graph in program.steps:
        outputs = [*graph.updates.values(), *graph.scalars.values()]
        guard = len(outputs)
        assert graph.guard is not None
        outputs.append(graph.guard)
        updates = {i: leaves[key] for i, key in enumerate(graph.updates)}
        plan = planned(outputs, updates, guard, list(graph.inputs.values()), fuse)
        check_order(plan, name)
        check_memory(plan, name)
        check_state(plan, updates, guard, name)


W, V = parameter_node("w", (6, 8)), parameter_node("v", (6, 8))


def place_of(plan: Plan, leaf: Node) -> Operation:
    (op,) = [
        op
        for level in plan.levels
        for kernel in level
        for op in plan.stored[kernel]
        if plan.places[op] == InSlot(leaf)
    ]
    return op


def test_a_plain_update_is_in_place() -> None:
    plan = planned([W - 0.1 * V], {0: W})
    assert len(plan.levels) == 1
    assert place_of(plan, W) is plan.outputs[0]


@pytest.mark.parametrize(
    "new",
    [
        W[::-1] * 2.0,
        p.reshape(p.transpose(W), (6, 8)) + 1.0,
        W @ p.transpose(V) @ V,
        W - p.mean(W, 1, keepdims=True),
        p.softmax(W),
        p.sort(W, 1),
        p.cumulative_sum(W, 0),
    ],
    ids=["flipped", "reshaped", "product", "centred", "softmax", "sorted", "running"],
)
def test_what_reads_other_elements_of_the_state_is_not_in_place_before_they_are_read(
    new: Node,
) -> None:
    plan = planned([new], {0: W})
    check_state(plan, {0: W}, None, "other elements")


def test_two_states_change_places() -> None:
    plan = planned([V * 1.5, W * 2.5], {0: W, 1: V})
    check_state(plan, {0: W, 1: V}, None, "swapped")
    plan = planned([V, W], {0: W, 1: V})
    check_state(plan, {0: W, 1: V}, None, "swapped")


def test_equal_constants_lie_in_one_place_and_unlike_ones_do_not() -> None:
    constants = Constants()
    x = input_node("x", (3,), "float64")
    first = constant_node([1.0, 2.0, 3.0])
    outputs = [x + first, x * constant_node([1.0, 2.0, 3.0]), x * constant_node([1.0, 2.0, -3.0])]
    plan = plan_graph(simplify(outputs, lower=True), {}, None, [], constants)
    places = {place for place in plan.places.values() if isinstance(place, InConstants)}
    assert len(places) == 2
    assert len(constants.content()) == 128


def test_outputs_that_are_handed_out_lie_in_slots() -> None:
    lowered = simplify([W + V, W * V], lower=True)
    plan = plan_graph(lowered, {}, None, [], Constants(), handed_out=True)
    assert [plan.places[op] for op in plan.outputs] == [InSlot(0), InSlot(1)]
    assert plan.arena == 0
