"""The ways to run a graph, and computing a few nodes with one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

import numpy as np

from pellucid.backends.base import Array, Backend
from pellucid.backends.native import NativeBackend
from pellucid.backends.reference import ReferenceBackend
from pellucid.dtypes import DType, is_float
from pellucid.errors import ExecutionError, OptionError
from pellucid.graph.node import Node

BACKENDS: dict[str, type[Backend]] = {"native": NativeBackend, "reference": ReferenceBackend}

DEFAULT_BACKEND = "native"
"""What trains and predicts, unless another is asked for."""


def backend_named(name: str, threads: int = 0) -> Backend:
    """Return a backend that uses a number of threads; 0 lets it choose.

    Raises:
        OptionError: there is none of that name.

    Example:
        >>> backend_named("reference").name
        'reference'
    """
    if name not in BACKENDS:
        raise OptionError(f"there is no backend {name!r}: use one of {', '.join(BACKENDS)}")
    return BACKENDS[name](threads)


@overload
def evaluate(outputs: Node, values: Mapping[Node, Any], backend: str = ...) -> Array: ...


@overload
def evaluate(
    outputs: list[Node] | tuple[Node, ...], values: Mapping[Node, Any], backend: str = ...
) -> list[Array]: ...


def evaluate(
    outputs: Node | list[Node] | tuple[Node, ...],
    values: Mapping[Node, Any],
    backend: str = "reference",
) -> Array | list[Array]:
    """Return the value of a node, or of several, given values for the leaves.

    Args:
        outputs: a node, or a list of them.
        values: leaf to value; numbers and lists are taken in the leaf's element type.
        backend: the name of the backend that computes.

    Raises:
        OptionError: there is no such backend.
        GraphError: a leaf has no value, or something else than a leaf is given one.
        ExecutionError: a value has another shape than its leaf, or does not fit in its type.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> x = input_node("x", (2,))
        >>> evaluate(x * x, {x: [3, 4]})
        array([ 9., 16.], dtype=float32)
    """
    several = outputs if isinstance(outputs, list | tuple) else [outputs]
    names: dict[str, Node] = {}
    for position, leaf in enumerate(values):
        name = leaf.name or f"number {position}"
        names[name if name not in names else f"{name} (number {position})"] = leaf
    arrays = {name: _in_type(name, leaf.dtype, values[leaf]) for name, leaf in names.items()}
    function = backend_named(backend).compile_function(
        names, {str(position): node for position, node in enumerate(several)}
    )
    results = list(function(arrays).values())
    return results if isinstance(outputs, list | tuple) else results[0]


def _in_type(name: str, dtype: DType, value: Any) -> Array:
    """Return a value in the type of its leaf: floats may be rounded, whole numbers not."""
    array = np.asarray(value)
    with np.errstate(all="ignore"):
        converted = array.astype(dtype)
    if not is_float(dtype) and not np.array_equal(converted, array):
        raise ExecutionError(f"the value of '{name}' does not fit in elements of type {dtype}")
    return converted
