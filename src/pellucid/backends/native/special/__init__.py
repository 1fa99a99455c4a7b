"""Kernels that are loops of their own kind: sorting, choosing by index, joining, drawing.

Each takes a node and writes an internal function into a module of LLVM's text:

    (ptr %in0, ptr %in1, .., ptr %out, ptr %fault, i64 %thread, i64 %threads)

Operands and result lie row by row, in the node's static shapes and types, booleans as bytes. A
thread writes its own part of the result. `argsort` takes scratch memory between result and fault.
"""

from __future__ import annotations

from collections.abc import Callable

from pellucid.backends.native.special.extremes import emit_argmax, emit_argmin
from pellucid.backends.native.special.indexing import emit_gather, emit_scatter, repeated_base
from pellucid.backends.native.special.joining import emit_concatenate, emit_pad
from pellucid.backends.native.special.random_words import emit_random_bits
from pellucid.backends.native.special.row_copies import emit_copy_rows
from pellucid.backends.native.special.row_order import ORDER_BYTES, emit_rows, order_fields
from pellucid.backends.native.special.running import emit_cumulative_sum
from pellucid.backends.native.special.sorting import emit_argsort, scratch_bytes
from pellucid.backends.native.text import Module
from pellucid.graph.node import Node

EMITTERS: dict[str, Callable[[Module, Node, int], str]] = {
    "argmax": emit_argmax,
    "argmin": emit_argmin,
    "argsort": emit_argsort,
    "concatenate": emit_concatenate,
    "cumulative_sum": emit_cumulative_sum,
    "gather": emit_gather,
    "pad": emit_pad,
    "random_bits": emit_random_bits,
    "scatter": emit_scatter,
}
"""From a primitive's name to what writes its kernel and returns the kernel's name."""

__all__ = [
    "EMITTERS",
    "ORDER_BYTES",
    "emit_copy_rows",
    "emit_rows",
    "order_fields",
    "repeated_base",
    "scratch_bytes",
]
