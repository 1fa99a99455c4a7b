"""The matrix product, batched."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.dtypes import DType, as_dtype
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.node import Node, Operand, apply, describe
from pellucid.graph.primitive import (
    Array,
    Attributes,
    Structural,
    TensorType,
    in_rows,
    require_kind,
    require_same,
)
from pellucid.primitives.movement import expand_dims, reshape, squeeze, transpose
from pellucid.primitives.operands import as_nodes
from pellucid.primitives.reduction import sum
from pellucid.shapes import matmul_shape, size, stretched_axes


class MatMul(Structural):
    """The product of matrices (the last two axes) for every index of the axes before them.

    Vectors are taken as NumPy does: a row on the left, a column on the right. `accumulator` is the
    type in which products are added (the operands' own).

    Example:
        >>> from pellucid.graph.node import input_node
        >>> matmul(input_node("x", (5, 2, 3)), input_node("w", (3, 4))).shape
        (5, 2, 4)
    """

    name = "matmul"

    def __call__(self, x: Operand, y: Operand, accumulator: Any = None) -> Node:
        """Build the node."""
        x, y = as_nodes(x, y)
        _check_operands(x, y)
        wide = x.dtype if accumulator is None else as_dtype(accumulator)
        row, column = x.rank == 1, y.rank == 1
        x = expand_dims(x, 0) if row else x
        y = expand_dims(y, 1) if column else y
        if x.rank > 2 and y.rank == 2:
            flat = reshape(x, (size(x.shape[:-1]), x.shape[-1]))
            product = apply(self, flat, y, accumulator=wide)
            product = reshape(product, (*x.shape[:-1], y.shape[-1]))
        else:
            product = apply(self, x, y, accumulator=wide)
        product = squeeze(product, -1) if column else product
        return squeeze(product, -1 if column else -2) if row else product

    def result_type(self, inputs: tuple[TensorType, ...], attributes: Attributes) -> TensorType:
        """Return the shape of the product."""
        x, y = inputs
        require_same(self.name, (x.dtype, y.dtype))
        require_kind(self.name, x.dtype, "float")
        return TensorType(matmul_shape(x.shape, y.shape), x.dtype)

    def compute(self, x: Array, y: Array, *, accumulator: DType) -> Array:
        """Multiply with NumPy, in the accumulator's type."""
        wide = (in_rows(array).astype(accumulator, copy=False) for array in (x, y))
        return np.matmul(*wide).astype(x.dtype, copy=False)

    def derivative(self, node: Node, gradient: Node) -> tuple[Node | None, ...]:
        """Return (g y^T, x^T g), summed over repeated batches."""
        x, y = node.inputs
        wide = node.attributes["accumulator"]
        by_x = apply(self, gradient, swap_last(y), accumulator=wide)
        by_y = apply(self, swap_last(x), gradient, accumulator=wide)
        return _sum_to(by_x, x), _sum_to(by_y, y)

    def flops(self, node: Node) -> int:
        """Return two operations for each product."""
        return 2 * size(node.shape) * node.inputs[0].shape[-1]


def _check_operands(x: Node, y: Node) -> None:
    """Raise an error in the user's names, before vectors and batches are given other shapes."""
    columns, rows = x.shape[-1:], y.shape[-2:][:1]
    if not columns or not rows or columns != rows:
        needs = (
            f"equal inner lengths, got {columns[0]} columns against {rows[0]} rows"
            if columns and rows
            else "at least 1 axis each"
        )
        raise ShapeError(f"matmul({describe(x)}, {describe(y)}): a matrix product needs {needs}")
    try:
        require_same("matmul", (x.dtype, y.dtype))
        require_kind("matmul", x.dtype, "float")
    except DTypeError as error:
        raise DTypeError(f"matmul({describe(x)}, {describe(y)}): {error}") from None


def _sum_to(gradient: Node, like: Node) -> Node:
    return reshape(sum(gradient, stretched_axes(like.shape, gradient.shape)), like.shape)


def swap_last(x: Node) -> Node:
    """Return x with its last two axes exchanged.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> swap_last(input_node("x", (5, 2, 3))).shape
        (5, 3, 2)
    """
    return transpose(x, (*range(x.rank - 2), x.rank - 1, x.rank - 2))


matmul = MatMul()
