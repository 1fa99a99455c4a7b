"""Many graphs compiled in one call, so that the time goes into what is compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.backends.base import Backend
from pellucid.backends.native import NativeBackend
from pellucid.backends.reference import ReferenceBackend
from pellucid.graph.node import Node, input_node

Array = np.ndarray[Any, Any]
Build = Callable[..., Node]

LENGTHS = (1, 2, 3, 7, 13, 15, 16, 17, 31, 33)
"""Lengths of axes: one, primes, and those around multiples of the width of vectors."""


class Batch:
    """Groups of nodes, each with the values of its leaves, for one call of `compile_function`."""

    def __init__(self) -> None:
        self.groups: dict[str, list[Node]] = {}
        self._inputs: dict[str, Node] = {}
        self._values: dict[str, Array] = {}

    def add(self, name: str, nodes: Sequence[Node], values: Mapping[Node, Array]) -> None:
        """Add a group; its leaves are its own."""
        assert name not in self.groups, name
        self.groups[name] = list(nodes)
        for position, (leaf, value) in enumerate(values.items()):
            self._inputs[f"{name} {position}"] = leaf
            self._values[f"{name} {position}"] = value

    def build(self, name: str, build: Build, *arrays: Array) -> None:
        """Add the node that `build` makes of leaves with the values of some arrays."""
        leaves = [input_node(f"x{i}", array.shape, array.dtype) for i, array in enumerate(arrays)]
        self.add(name, [build(*leaves)], dict(zip(leaves, arrays, strict=True)))

    def compute(self, backend: Backend) -> dict[str, list[Array]]:
        """Return the values of each group's nodes."""
        outputs = {
            f"{name} {position}": node
            for name, nodes in self.groups.items()
            for position, node in enumerate(nodes)
        }
        results = backend.compile_function(self._inputs, outputs)(self._values)
        return {
            name: [results[f"{name} {position}"] for position in range(len(nodes))]
            for name, nodes in self.groups.items()
        }


def native(nodes: Sequence[Node], values: Mapping[Node, Array], **options: Any) -> list[Array]:
    """Return the values of some nodes from the native backend."""
    return _compute(NativeBackend(**options), nodes, values)


def reference(nodes: Sequence[Node], values: Mapping[Node, Array]) -> list[Array]:
    """Return the values of some nodes from the reference."""
    return _compute(ReferenceBackend(), nodes, values)


def _compute(backend: Backend, nodes: Sequence[Node], values: Mapping[Node, Array]) -> list[Array]:
    batch = Batch()
    batch.add("only", nodes, values)
    return batch.compute(backend)["only"]


def assert_near(got: Array, expected: Array, what: str, units: float = 64) -> None:
    """Hold an array to another: so many units in the last place of its own largest element.

    What is not finite must be so in the same places; whole numbers and booleans must be equal.
    """
    assert got.dtype == expected.dtype, what
    assert got.shape == expected.shape, what
    if got.dtype.kind != "f":
        assert np.array_equal(got, expected), f"{what}: {got} is not {expected}"
        return
    finite = np.isfinite(expected)
    assert np.array_equal(np.isnan(got), np.isnan(expected)), f"{what}: nan elsewhere"
    assert np.array_equal(got[~finite & ~np.isnan(got)], expected[~finite & ~np.isnan(expected)]), (
        f"{what}: infinite elsewhere"
    )
    size = float(np.abs(expected[finite]).max(initial=0))
    allowed = units * np.finfo(got.dtype).eps * max(size, float(np.finfo(got.dtype).tiny))
    error = float(np.abs(got[finite] - expected[finite]).max(initial=0))
    assert error <= allowed, f"{what}: off by {error:.3g}, allowed {allowed:.3g}"


def bits(arrays: Sequence[Array]) -> list[bytes]:
    """Return arrays as bytes, every nan being like any other."""
    result = []
    for array in arrays:
        array = np.array(array)
        if array.dtype.kind == "f":
            array[np.isnan(array)] = np.nan
        result.append(array.tobytes())
    return result
