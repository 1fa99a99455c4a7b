"""Rewriting a graph so that less has to be kept in memory, with the same bits.

    less_equal(x, 0), where relu(x) is there  ->  less_equal(relu(x), 0)
    the element of each line at an index      ->  the sum over the line, of it and of -0 elsewhere
    formula(transpose(product), y)            ->  transpose(formula(product, transpose(y)))

The first lets the value before a rectifier be forgotten. The second lets the choice of a class's
logit be part of the pass over the logits; it stands only where the index is handed in, since the
host then checks the range of what it hands in (`Chosen`). The third lets what follows a product of
many matrices be computed with it, and lie as the next product reads it: networks side by side keep
the axis of the networks first. It stands where the last axis stays the last, so that lines of
neighbours stay such lines.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.dtypes import is_float, is_integer
from pellucid.graph.node import INPUT, Node
from pellucid.graph.primitive import Elementwise
from pellucid.graph.traversal import rebuild, topological, with_inputs
from pellucid.primitives import (
    broadcast,
    equal,
    iota,
    less_equal,
    reshape,
    transpose,
    where,
)
from pellucid.primitives import sum as sum_of
from pellucid.primitives.operands import constant_value
from pellucid.simplify import simplify

_PASSED = ("reshape", "broadcast", "transpose")


@dataclass(frozen=True)
class Chosen:
    """A leaf whose values are indices that must be from 0 to below `length`."""

    leaf: Node
    length: int


def rewrite(outputs: Sequence[Node]) -> tuple[list[Node], list[Chosen]]:
    """Return the rewritten outputs, and what the host has to check."""
    rectified = {
        node.inputs[0]: node for node in topological(outputs) if node.primitive.name == "relu"
    }
    chosen: list[Chosen] = []

    def replace(node: Node, inputs: tuple[Node, ...]) -> Node:
        new = with_inputs(node, inputs)
        name = node.primitive.name
        if name == "less_equal" and node.inputs[0] in rectified and _is_zero(node.inputs[1]):
            relu = rectified[node.inputs[0]]
            return less_equal(with_inputs(relu, (inputs[0],)), inputs[1])
        if name == "gather" and _is_of_lines(node):
            leaf = _handed_in(node.inputs[1])
            if leaf is not None:
                chosen.append(Chosen(leaf, node.inputs[0].shape[-1]))
                return _picked(*inputs)
        return new

    # Nodes that were built anew become one with those that are equal.
    return simplify(_in_order_of_products(rebuild(outputs, replace))), chosen


def _in_order_of_products(outputs: Sequence[Node]) -> list[Node]:
    """Return outputs with the transposes of products behind the formulas that follow them."""
    following: set[Node] = set()

    def replace(node: Node, inputs: tuple[Node, ...]) -> Node:
        axes = None
        if isinstance(node.primitive, Elementwise):
            axes = next((a for i in inputs if (a := _order_of(i, following)) is not None), None)
        if axes is not None:
            back = tuple(axes.index(axis) for axis in range(len(axes)))
            inputs = tuple(_transposed(i, back) for i in inputs)
        new = with_inputs(node, inputs)
        follows = isinstance(node.primitive, Elementwise) and not following.isdisjoint(inputs)
        if follows or node.primitive.name == "matmul":
            following.add(new)
        return new if axes is None else transpose(new, axes)

    return rebuild(outputs, replace)


def _order_of(node: Node, following: Container[Node]) -> tuple[int, ...] | None:
    """Return the order into which a node brings the axes of a product, if lines stay lines."""
    if node.primitive is not transpose or node.inputs[0] not in following:
        return None
    axes: tuple[int, ...] = node.attributes["axes"]
    return axes if axes[-1] == len(axes) - 1 else None


def _transposed(node: Node, axes: tuple[int, ...]) -> Node:
    """Return a node with its axes in another order: what a transpose is of, if it undoes that."""
    if node.primitive is transpose:
        axes = tuple(node.attributes["axes"][axis] for axis in axes)
        node = node.inputs[0]
    return transpose(node, axes)


def _is_zero(node: Node) -> bool:
    value = constant_value(node)
    return value is not None and bool((value == 0).all())


def _is_of_lines(node: Node) -> bool:
    x, indices = node.inputs
    last = x.rank - 1
    return bool(
        node.attributes["along"]
        and node.attributes["axis"] == last
        and indices.shape[-1] == 1
        and is_float(x.dtype)
        and x.shape[last] <= np.iinfo(indices.dtype).max
    )


def _handed_in(indices: Node) -> Node | None:
    """Return the input whose elements the indices are, if they are one's."""
    while indices.primitive.name in _PASSED or _is_widened(indices):
        indices = indices.inputs[0]
    return indices if indices.primitive is INPUT else None


def _is_widened(node: Node) -> bool:
    """Tell whether a node is of whole numbers, each as it was before the cast."""
    if node.primitive.name != "cast":
        return False
    before = node.inputs[0].dtype
    return is_integer(before) and is_integer(node.dtype) and np.can_cast(before, node.dtype)


def _picked(x: Node, indices: Node) -> Node:
    positions = iota(x.shape, -1, indices.dtype)
    there = equal(broadcast(indices, x.shape), positions)
    return reshape(sum_of(where(there, x, -0.0), -1, keepdims=True), indices.shape)
