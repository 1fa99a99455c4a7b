"""Checks of what the host hands to a compiled graph: values of leaves, and columns of data sets.

Every backend does these before it runs, so that all of them say the same.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pellucid.backends.base import Array, DataSet
from pellucid.errors import ExecutionError, GraphError
from pellucid.graph.node import CONSTANT, Node, describe
from pellucid.graph.program import RunProgram
from pellucid.graph.traversal import topological


def check_leaves(inputs: Mapping[str, Node], outputs: Mapping[str, Node]) -> None:
    """Raise GraphError if an input is no leaf, or a leaf has no value."""
    for name, node in inputs.items():
        if not node.is_leaf or node.primitive is CONSTANT:
            raise GraphError(
                f"the input '{name}' is {describe(node)}: only leaves are given values"
            )
    given = set(inputs.values())
    for node in topological(outputs.values()):
        if node.is_leaf and node.primitive is not CONSTANT and node not in given:
            raise GraphError(f"nothing gives a value to the leaf {describe(node)}")


def checked(name: str, node: Node, values: Mapping[str, Array]) -> Array:
    """Return the value of an input, or raise an error that says what it should have been.

    Raises:
        ExecutionError: it is missing, or has another type or shape.
    """
    if name not in values:
        raise ExecutionError(f"the input '{name}' {node.shape} has no value")
    value = np.asarray(values[name])
    if value.shape != node.shape or value.dtype != node.dtype:
        raise ExecutionError(
            f"the input '{name}' must be {node.dtype} {node.shape}, got {value.dtype} {value.shape}"
        )
    return value


def check_data(program: RunProgram, data: Mapping[str, DataSet]) -> None:
    """Raise ExecutionError unless the data sets have the columns that the program reads."""
    for graph in program.steps:
        rows = _check_columns("train", graph.inputs, data)
        if graph.inputs and rows != program.order.rows:
            raise ExecutionError(
                f"the data set 'train' must have {program.order.rows} rows, got {rows}"
            )
    for name, evaluation in program.evaluations.items():
        _check_columns(name, evaluation.inputs, data)


def _check_columns(name: str, inputs: Mapping[str, Node], data: Mapping[str, DataSet]) -> int:
    """Return the number of rows of a data set."""
    if inputs and name not in data:
        known = ", ".join(f"'{known}'" for known in data) or "none"
        raise ExecutionError(f"the program needs a data set '{name}', got {known}")
    lengths = {}
    for column, leaf in inputs.items():
        who = f"the column '{column}' of the data set '{name}'"
        if column not in data[name]:
            raise ExecutionError(f"{who} is missing")
        value = np.asarray(data[name][column])
        wanted = f"{leaf.dtype} (rows, {', '.join(map(str, leaf.shape[1:]))})"
        if value.dtype != leaf.dtype or value.ndim == 0 or value.shape[1:] != leaf.shape[1:]:
            raise ExecutionError(f"{who} must be {wanted}, got {value.dtype} {value.shape}")
        if not len(value):
            raise ExecutionError(f"{who} has no rows")
        lengths[column] = len(value)
    if len(set(lengths.values())) > 1:
        raise ExecutionError(f"the columns of the data set '{name}' differ in length: {lengths}")
    return next(iter(lengths.values()), 0)
