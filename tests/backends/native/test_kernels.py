"""What is computed together, and that what is needed comes before."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends.native.compiler import lower_graph
from pellucid.backends.native.fusion import Fusion
from pellucid.backends.native.kernels import MOST_MEMBERS, Kernel
from pellucid.backends.native.operations import Map, Operation, Reduce, lower
from pellucid.dtypes import float32
from pellucid.graph.node import Node, input_node, parameter_node
from pellucid.layers import MemberDense, Sequential
from pellucid.optimizers import adam
from pellucid.simplify import simplify
from tests.backends.native.runs import SETTINGS, run_of
from tests.random_graphs import random_graph


def fused(*nodes: Node) -> list[Kernel]:
    return [k for k in Fusion(lower(simplify(nodes, lower=True))).kernels if k.members]


X = input_node("x", (32, 20))
W, B = parameter_node("w", (20, 24)), parameter_node("b", (24,))


def test_bias_and_activation_go_with_the_product() -> None:
    for activation in (p.relu, p.tanh, p.gelu, p.silu):
        (kernel,) = fused(activation(X @ W + B))
        assert kernel.contraction is not None


def test_a_mask_and_a_derivative_go_with_the_product() -> None:
    slope, before = input_node("slope", (32, 24)), input_node("before", (32, 20))
    kernels = fused(p.where(p.less(0.0, before), slope @ p.transpose(W), 0.0) * before)
    assert len(kernels) == 1
    assert kernels[0].contraction is not None


def test_the_update_goes_with_the_product_that_gives_the_gradient() -> None:
    slope = input_node("slope", (32, 24))
    kernels = fused(W - 0.1 * (p.transpose(X) @ slope))
    assert len(kernels) == 1
    optimizer = adam()
    slots = optimizer.slots({"w": W})
    step = input_node("step", (), "int64")
    rate = input_node("rate", ())
    gradient = p.transpose(X) @ slope
    new, changed = optimizer.apply({"w": gradient}, slots, {"w": W}, step, rate)
    kernels = fused(*new.values(), *changed.values())
    (product,) = [k for k in kernels if k.contraction is not None]
    # What is left besides are numbers, such as the correction of the bias.
    assert all(not k.domain for k in kernels if k is not product)


def test_layers_side_by_side_are_a_kernel_each_forward_and_backward() -> None:
    members, rows, units = 3, 16, 24
    layers = [MemberDense(members, units, "silu"), MemberDense(members, units, "tanh")]
    network = Sequential(*layers, MemberDense(members, 2))
    x = input_node("x", (rows, 10))
    output = network(x)
    leaves = list(network.parameters().values())
    slopes = gradients(p.sum(output * input_node("slope", output.shape)), leaves)
    outputs, _ = lower_graph([p.subtract(a, b) for a, b in zip(leaves, slopes, strict=True)])
    kernels = [k for k in Fusion(lower(outputs)).kernels if k.members]
    large = [k for k in kernels if k.contraction is None and not any(k.reduced)]
    assert not [k for k in large if np.prod(k.domain) >= rows * members * units]
    # Two products forward, as the last one is needed by nothing; three for weights, two back.
    assert len([k for k in kernels if k.contraction is not None]) == 7


def test_softmax_loss_forward_and_backward_are_one_kernel_of_rows() -> None:
    logits = input_node("logits", (32, 10))
    shift = logits - p.max(logits, 1, keepdims=True)
    powers = p.exp(shift)
    total = p.sum(powers, 1, keepdims=True)
    target = input_node("target", (32, 10))
    error = p.log(p.reshape(total, (32,))) - p.sum(shift * target, 1)
    kernels = fused(error, powers / total - target)
    assert len(kernels) == 1
    assert kernels[0].reduced == (False, True)


def test_normalization_of_rows_and_of_columns_is_one_kernel_each() -> None:
    for axis in (0, 1):
        (kernel,) = fused(p.normalize(X, axis, 1e-5))
        assert kernel.reduced.count(True) == 1


def test_a_chain_of_maps_is_one_kernel_and_very_long_ones_are_cut() -> None:
    y = X
    for _ in range(3):
        y = p.sin(y) * y
    assert len(fused(y)) == 1
    for _ in range(2 * MOST_MEMBERS):
        y = p.cos(y)
    assert all(len(kernel.members) <= MOST_MEMBERS for kernel in fused(y))


def test_branches_that_wait_for_one_reader_are_in_its_kernel() -> None:
    a, b, c = (input_node(name, (32, 20)) for name in "abc")
    for reader in (
        p.where(p.less(a, b), a, -c),
        p.sum(p.where(p.less(a, b), a, -c), 1),
        p.maximum(p.square(a) + p.exp(b), p.sin(c) * p.cos(a)),
    ):
        (kernel,) = fused(reader)
        assert len(kernel.members) > 2


def test_branches_that_do_not_fit_their_reader_are_in_one_kernel() -> None:
    u, v, w = (input_node(name, (24,)) for name in "uvw")
    row = p.where(p.less(u, v), u, -w)
    for reader in (X @ W + row, (X + 1.0) @ p.transpose(p.exp(X))):
        kernels = fused(reader)
        assert sorted(kernel.contraction is None for kernel in kernels) == [False, True]


def test_numbers_share_a_kernel() -> None:
    a, b = input_node("a", ()), input_node("b", ())
    assert len(fused(p.exp(a) + 1.0, p.sin(b) * 2.0)) <= 2


def test_without_fusion_each_operation_has_a_kernel_of_its_own() -> None:
    outputs = lower(simplify([p.tanh(X @ W + B)], lower=True))
    kernels = Fusion(outputs, fuse=False).kernels
    assert all(len(kernel.members) == 1 for kernel in kernels)
    assert len(kernels) == 3


def check(kernels: list[Kernel], outputs: list[Operation], what: str) -> None:
    """Hold kernels to their grammar, by their members alone."""
    home = {member: kernel for kernel in kernels for member in kernel.members}
    assert sum(len(kernel.members) for kernel in kernels) == len(home), f"{what}: twice"
    for op in outputs:
        assert not op.size or op in home, f"{what}: an output is in no kernel"
    before: dict[Kernel, set[Kernel]] = {kernel: set() for kernel in kernels}
    for kernel in kernels:
        place = {member: i for i, member in enumerate(kernel.members)}
        for member in kernel.members:
            for read in member.reads:
                source = read.source
                if not isinstance(source, Operation) or not source.size:
                    continue
                if source in place:
                    assert place[source] < place[member], f"{what}: a member reads a later one"
                else:
                    before[kernel].add(home[source])
        if any(kernel.reduced):
            assert kernel.contraction is None
            assert kernel.special is None
            found = kernel.collapsed()
            assert found is not None, what
            assert found[1].count(True) == 1, what
        for member in kernel.members:
            if kernel.special is None and isinstance(member, Map | Reduce):
                level = kernel.outer_domain if member in kernel.outer else kernel.domain
                assert np.prod(level) == member.size, f"{what}: {member.node!r}"
    # The order that planning will use has all that is needed, and no circle.
    done: set[Kernel] = set()
    pending = list(kernels)
    while pending:
        ready = [kernel for kernel in pending if kernel.before & set(kernels) <= done]
        assert ready, f"{what}: kernels in a circle"
        for kernel in ready:
            assert before[kernel] <= done, f"{what}: a kernel reads one that is not done"
        done.update(ready)
        pending = [kernel for kernel in pending if kernel not in done]


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_random_graphs(first: int) -> None:
    shared = 0
    for seed in range(first, first + 100):
        graph = random_graph(seed, float32)
        nodes = [graph.output]
        if seed % 2:
            nodes += gradients(graph.output, graph.leaves)
        outputs = lower(simplify(nodes, lower=True))
        kernels = [k for k in Fusion(outputs).kernels if k.members]
        check(kernels, outputs, f"seed {seed}")
        shared += any(len(kernel.members) > 1 for kernel in kernels)
    assert shared > 80


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
def test_steps_of_training(name: str) -> None:
    for graph in run_of(name).program.steps:
        outputs = lower(simplify([*graph.updates.values(), *graph.scalars.values()], lower=True))
        check([k for k in Fusion(outputs).kernels if k.members], outputs, name)


def test_what_reads_a_waiting_value_at_another_place_comes_after_it() -> None:
    """A map waits for its reader; another reader, that reads it turned, must not come first."""
    y = input_node("y", (3, 4))
    turned = p.flip(y + y, 0) + X[:3, :4]
    outputs = lower(simplify([turned * p.sum(y, 1, keepdims=True)], lower=True))
    check([k for k in Fusion(outputs).kernels if k.members], outputs, "turned")
