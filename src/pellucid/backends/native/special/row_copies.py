"""Rows of the data, copied side by side to make a batch."""

from __future__ import annotations

from pellucid.backends.native.special.layout import Whole, move
from pellucid.backends.native.text import Function, Module, Value

LONG = 512
"""Rows of so many bytes are asked for while another is copied. The processor itself looks far
enough ahead over shorter ones."""
AHEAD = 2
"""How many rows ahead a long one is asked for."""


def emit_copy_rows(module: Module, row_bytes: int, lanes: int) -> str:
    """Write the function that copies rows, and return its name.

    Its arguments are (ptr %data, ptr %rows, ptr %out, i64 %low, i64 %high): row rows[i] of the data
    (int32, and trusted) goes to row i of the result, for i from low up to high.
    """
    pointers = [(name, "ptr") for name in ("data", "rows", "out")]
    f = Function(module, [*pointers, ("low", "i64"), ("high", "i64")])
    high = f.argument("high")
    itemsize = 4 if row_bytes % 4 == 0 else 1

    def place_of(i: Whole) -> Value:
        row = f.convert("sext", f.load("i32", f.argument("rows"), f.mul(i, 4)), "i64")
        return f.at(f.argument("data"), f.mul(row, row_bytes))

    def copy(i: Whole, _: list[Value]) -> None:
        target = f.at(f.argument("out"), f.mul(i, row_bytes))
        ahead = None
        if row_bytes >= LONG and lanes > 1:
            ahead = place_of(f.minimum(f.add(i, AHEAD), f.sub(high, 1)))
        move(f, place_of(i), target, (0, row_bytes // itemsize), itemsize, lanes, ahead)

    if row_bytes:
        f.loop(f.argument("low"), high, 1, copy)
    return module.close(f, "copy_rows")
