"""Views against NumPy's own strides."""

from __future__ import annotations

from itertools import pairwise
from math import prod

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

from pellucid import primitives as p
from pellucid.backends.native.views import (
    VIEWS,
    View,
    collapse,
    common_refinement,
    contiguous,
    through,
)
from pellucid.graph.node import Node, input_node
from tests.backends.native.comparison import Array


def read(view: View, buffer: Array) -> Array:
    """Return what a view reads of a flat buffer."""
    if prod(view.shape) == 0:
        return np.zeros(view.shape, buffer.dtype)
    low = view.offset + sum(
        min(0, (n - 1) * s) for n, s in zip(view.shape, view.strides, strict=True)
    )
    high = view.offset + sum(
        max(0, (n - 1) * s) for n, s in zip(view.shape, view.strides, strict=True)
    )
    assert low >= 0, view
    assert high < len(buffer), view
    steps = [stride * buffer.itemsize for stride in view.strides]
    return as_strided(buffer[view.offset :], view.shape, steps, writeable=False)


def moved(node: Node, random: np.random.Generator) -> Node:
    """Return a node of one of the primitives that become views."""
    rank = node.rank
    kind = int(random.integers(5))
    if kind == 0:
        return p.transpose(node, tuple(int(a) for a in random.permutation(rank)))
    if kind == 1 and rank:
        starts = tuple(int(random.integers(0, n)) for n in node.shape)
        steps = tuple(int(random.integers(1, 3)) for _ in node.shape)
        return p.take_slice(node, starts, node.shape, steps)
    if kind == 2 and rank:
        return p.flip(node, int(random.integers(rank)))
    if kind == 3 and prod(node.shape) < 200:
        return p.broadcast(node, (int(random.integers(1, 4)), *node.shape))
    shape = [*node.shape, 1]
    if len(shape) > 2 and random.random() < 0.5:
        joined = int(random.integers(len(shape) - 1))
        shape[joined : joined + 2] = [shape[joined] * shape[joined + 1]]
    return p.reshape(node, tuple(shape))


@pytest.mark.parametrize("first", range(0, 300, 100))
def test_chains_of_views_read_what_numpy_reads(first: int) -> None:
    copies = 0
    for seed in range(first, first + 100):
        random = np.random.default_rng(seed)
        shape = tuple(int(n) for n in random.integers(1, 5, int(random.integers(1, 4))))
        node = input_node("x", shape)
        buffer: Array = np.arange(prod(shape))
        value: Array = buffer.reshape(shape)
        view = contiguous(shape)
        for _ in range(6):
            before, node = node, moved(node, random)
            if node is before:
                continue
            assert node.primitive.name in VIEWS
            value = node.primitive.compute(value, **node.attributes)  # type: ignore[attr-defined]
            found = through(node, view)
            if found is None:
                assert node.primitive.name == "reshape"
                # What strides cannot say: a copy, which may be read from its beginning.
                copies += 1
                buffer, view = value.reshape(-1).copy(), contiguous(value.shape)
            else:
                view = found
            assert view.shape == node.shape
            assert np.array_equal(read(view, buffer), value), f"seed {seed}: {node!r}"
            whole = view.is_contiguous and prod(view.shape) == len(buffer)
            if whole:
                assert np.array_equal(value.reshape(-1), buffer), f"seed {seed}: {node!r}"
    assert copies > 2


def test_a_reshape_is_refused_only_where_strides_cannot_say_it() -> None:
    """NumPy copies in the same cases."""
    random = np.random.default_rng(0)
    for _ in range(500):
        shape = tuple(int(n) for n in random.choice([1, 2, 3, 4], 3))
        order = random.permutation(3)
        base = np.arange(prod(shape)).reshape(shape)
        array = base.transpose(order)
        flat = [n for n in array.shape if n != 1] or [1]
        wanted = (*(int(n) for n in random.permutation(flat)), 1)
        if random.random() < 0.5 and len(wanted) > 2:
            wanted = (wanted[0] * wanted[1], *wanted[2:])
        view = contiguous(shape).transposed([int(a) for a in order]).reshaped(wanted)
        attempt = array.view()
        try:
            attempt.shape = wanted
        except AttributeError:
            assert view is None, (shape, order, wanted)
        else:
            assert view is not None, (shape, order, wanted)
            assert np.array_equal(read(view, base.reshape(-1)), attempt)


def test_an_empty_view_keeps_its_shape() -> None:
    view = contiguous((3, 0, 2))
    assert view.reshaped((0, 7)) is not None
    assert view.transposed((2, 1, 0)).shape == (2, 0, 3)
    assert view.flipped((1,)).offset == 0


def test_axes_of_length_one_do_not_count() -> None:
    assert View((1, 3), (77, 1)).is_contiguous
    assert not View((2, 3), (77, 1)).is_contiguous
    assert not View((3,), (1,), 2).is_contiguous
    assert contiguous((4, 1)).broadcast((4, 5)).strides == (1, 0)


def test_common_refinements() -> None:
    assert common_refinement((6, 4), (2, 3, 4)) == (2, 3, 4)
    assert common_refinement((6, 4), (24,)) == (6, 4)
    assert common_refinement((6, 4), (4, 6)) is None
    assert common_refinement((1, 6), (6, 1)) == (6,)
    assert common_refinement((1,), ()) == ()
    random = np.random.default_rng(1)
    for _ in range(300):
        a = tuple(int(n) for n in random.choice([1, 2, 3, 4, 6], 3))
        b = tuple(int(n) for n in random.permutation(a))
        found = common_refinement(a, b)
        if found is not None:
            assert prod(found) == prod(a)
            for coarse in (a, b):
                # Every border of the coarse shape is one of the fine shape.
                assert borders(coarse) <= borders(found)


def borders(shape: tuple[int, ...]) -> set[int]:
    return {prod(shape[:axis]) for axis in range(len(shape) + 1)}


def test_collapsed_axes_walk_the_same_elements() -> None:
    random = np.random.default_rng(2)
    joined = 0
    for _ in range(300):
        shape = tuple(int(n) for n in random.choice([1, 2, 3, 4], 3))
        views = [
            contiguous(shape),
            contiguous(shape[1:]).broadcast(shape),
            contiguous(tuple(shape[a] for a in (1, 0, 2))).transposed((1, 0, 2)),
        ][: int(random.integers(1, 4))]
        classes = [bool(random.random() < 0.3) for _ in shape]
        lengths, kinds, strides = collapse(shape, [view.strides for view in views], classes)
        joined += len(lengths) < sum(n != 1 for n in shape)
        assert all(n != 1 for n in lengths)
        assert len(kinds) == len(lengths)
        for view, own in zip(views, strides, strict=True):
            buffer = np.arange(prod(shape))
            flat = read(view, buffer).reshape(-1)
            again = read(View(tuple(lengths), tuple(own)), buffer).reshape(-1)
            assert np.array_equal(flat, again)
        # Neighbours of one class stay apart only where a stride forbids to join them.
        for axis, (before, after) in enumerate(pairwise(kinds)):
            if before == after:
                assert any(own[axis] != own[axis + 1] * lengths[axis + 1] for own in strides)
