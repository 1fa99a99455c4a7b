"""A graph applied to any number of rows, in chunks of one size.

Since every row passes through the same graph, whatever number of rows comes with it, a row's result
does not depend on the others.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pellucid.backends.base import Array, Backend
from pellucid.dtypes import DType, is_float
from pellucid.errors import DataError
from pellucid.graph.node import Node, input_node
from pellucid.shapes import Shape

CHUNK = 256


def as_rows(what: str, values: object, empty: bool = False) -> Array:
    """Return values as an array of rows; lists of floats become float32, of integers int32.

    Args:
        what: they are called in messages.
        values: numbers, (rows, ..).
        empty: whether there may be no row.

    Raises:
        DataError: they are no numbers, or there is no row.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise DataError(f"{what} must be an array of numbers, got rows of unequal length") from None
    if not isinstance(values, np.ndarray):
        narrow = {"f": np.float32, "i": np.int32}.get(array.dtype.kind)
        array = array if narrow is None else array.astype(narrow)
    if array.dtype.kind not in "fiub":
        raise DataError(f"{what} must be an array of numbers, got elements of type {array.dtype}")
    if not array.ndim or not (len(array) or empty):
        raise DataError(f"{what} must be an array of rows, got shape {array.shape}")
    return array


def as_type(what: str, rows: Array, like: Array) -> Array:
    """Return rows in the element type of others, of whose shape each is.

    Raises:
        DataError: a row has another shape, or a number is none of that type.
    """
    if rows.shape[1:] != like.shape[1:]:
        raise DataError(
            f"the rows of {what} have shape {rows.shape[1:]}, those of the training data "
            f"{like.shape[1:]}"
        )
    with np.errstate(all="ignore"):
        converted = rows.astype(like.dtype, copy=False)
    same = np.isfinite(converted) if is_float(like.dtype) else converted == rows
    if not same.all():
        raise DataError(
            f"{what} have numbers that are no {like.dtype}, the type of the training data: "
            f"they are {rows.dtype}"
        )
    return converted


def as_weights(what: str, values: object, rows: int) -> Array:
    """Return the weight of each row as floats, (rows,); what is none becomes float32.

    Raises:
        DataError: there is not one for each row, one is below 0 or not finite, or none is above 0.
    """
    weights = as_rows(what, values)
    weights = weights if is_float(weights.dtype) else weights.astype(np.float32)
    if weights.shape != (rows,):
        raise DataError(
            f"{what} need one number for each of {rows} rows, shape ({rows},), got {weights.shape}"
        )
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if wrong.size:
        raise DataError(
            f"{what} must be numbers of at least 0, row {wrong[0] + 1} has {weights[wrong[0]]:g}"
        )
    if not weights.any():
        raise DataError(f"{what} are all 0: no row counts")
    return weights


class RowFunction:
    """A function of rows, compiled once.

    Example:
        >>> from pellucid.backends.reference import ReferenceBackend
        >>> double = RowFunction(ReferenceBackend(), lambda x: x * 2.0, (3,), np.dtype("float32"))
        >>> double(np.ones((1000, 3), np.float32)).shape
        (1000, 3)
    """

    def __init__(
        self,
        backend: Backend,
        build: Callable[[Node], Node],
        row_shape: Shape,
        dtype: DType,
        state: dict[Node, Array] | None = None,
    ) -> None:
        """Build and compile the graph.

        Args:
            backend: what compiles and runs it.
            build: from the node of a chunk of rows, (chunk, ..), to the result, (chunk, ..).
            row_shape: the shape of one row.
            dtype: the type of the rows.
            state: values of parameters and statistics, by leaf.
        """
        leaf = input_node("rows", (CHUNK, *row_shape), dtype)
        self._state = {f"state {i}": value for i, value in enumerate((state or {}).values())}
        leaves = {f"state {i}": node for i, node in enumerate(state or {})}
        self._result = build(leaf)
        self._function = backend.compile_function(
            {"rows": leaf, **leaves}, {"result": self._result}
        )
        self._leaf = leaf

    def __call__(self, rows: Array) -> Array:
        """Return the result for rows of shape (any number, ..)."""
        result = np.empty((len(rows), *self._result.shape[1:]), self._result.dtype)
        starts = range(0, len(rows), CHUNK)
        at_once = self._function.calls_at_once(len(starts))
        if at_once > 1:
            with ThreadPoolExecutor(at_once) as pool:
                for _ in pool.map(lambda start: self._fill(result, rows, start, at_once), starts):
                    pass
        else:
            for start in starts:
                self._fill(result, rows, start)
        return result

    def _fill(self, result: Array, rows: Array, start: int, at_once: int = 1) -> None:
        """Compute the results of one chunk; what is missing of the last one is zeros."""
        chunk = rows[start : start + CHUNK]
        there = len(chunk)
        if there < CHUNK:
            chunk = np.zeros(self._leaf.shape, self._leaf.dtype)
            chunk[:there] = rows[start:]
        values = self._function({"rows": chunk, **self._state}, at_once)
        result[start : start + there] = values["result"][:there]
