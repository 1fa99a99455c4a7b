"""Tiles: the partial sums of a product that are held in registers, and the loop that makes them.

Source of the blocking in registers: Goto, van de Geijn, "Anatomy of high-performance matrix
multiplication", 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from pellucid.backends.native.element_types import vector
from pellucid.backends.native.text import Function, Module, Value

DEPTH = 512
"""Products are added in order within blocks of so much depth, and the blocks in order."""
NEAR_VECTORS = 512
"""So many vectors fill two thirds of the cache that is nearest to a core."""


@dataclass(frozen=True)
class Tile:
    """Rows and vectors of the partial sums that are held in registers."""

    rows: int
    vectors: int


def choose_tile(rows: int, vectors: int, depth: int, registers: int) -> Tile:
    """Return the best tile of a product, by a model of its cycles for each step of depth.

    Example:
        >>> choose_tile(128, 16, 256, 32), choose_tile(1, 16, 256, 32)
        (Tile(rows=14, vectors=2), Tile(rows=1, vectors=8))
    """
    best, cost = Tile(1, 1), float("inf")
    for wide in (1, 2, 3, 4, 6, 8):
        if wide > vectors:
            break
        most = min(rows, 24, (registers - 2 - wide) // wide)
        if most < 1:
            break
        tiles = ceil(rows / most)
        even = ceil(rows / tiles)
        total = 0.0
        for width, panels in ((wide, vectors // wide), (vectors % wide, 1)):
            if width and panels:
                sums = even * width
                # A panel that the nearest cache does not hold comes from the next one.
                far = width if min(depth, DEPTH) * width > NEAR_VECTORS else 0
                total += panels * tiles * (max(sums / 2, 4, (even + width) / 2) + 0.5 + far / 2)
        if total < cost - 1e-9:
            best, cost = Tile(most, wide), total
    return best


def emit_tile(
    module: Module,
    element: str,
    left_bits: int,
    rows: int,
    vectors: int,
    lanes: int,
    steps: tuple[int, int, int],
    pitch: int,
    has_fma: bool,
) -> str:
    """Write the inner loop: (left, lines, depth, tile).

    Args:
        module: into which it goes.
        element: the type of the sums.
        left_bits: of an element of the left operand.
        rows: of the tile.
        vectors: of the tile.
        lanes: of a vector.
        steps: bytes from row to row and from depth to depth on the left, and from depth to depth
            on the right.
        pitch: elements from row to row of the tile in memory.
        has_fma: whether products are added by fused multiply-adds.
    """
    f = Function(module, [("a", "ptr"), ("b", "ptr"), ("k", "i64"), ("c", "ptr")])
    a, b, depth, c = f.arguments
    row_step, left_step, right_step = steps
    type_ = vector(element, lanes)
    bytes_ = lanes * (4 if element == "float" else 8)
    left_type = "float" if left_bits == 32 else "double"

    def body(_: Value | int, carried: list[Value]) -> list[Value]:
        a, b, *sums = carried
        right = [f.load(type_, b, q * bytes_) for q in range(vectors)]
        result = []
        for i in range(rows):
            scalar = f.load(left_type, a, i * row_step)
            if left_type != element:
                scalar = f.convert("fpext" if element == "double" else "fptrunc", scalar, element)
            left = f.splat(scalar, lanes)
            for q in range(vectors):
                total = sums[i * vectors + q]
                if has_fma:
                    result.append(f.fma(left, right[q], total))
                else:
                    result.append(f.binary("fadd", total, f.binary("fmul", left, right[q])))
        return [f.at(a, left_step), f.at(b, right_step), *result]

    zero = f.constant(0.0, type_)
    sums = f.loop(0, depth, 1, body, [a, b, *([zero] * (rows * vectors))])[2:]
    for i in range(rows):
        for q in range(vectors):
            f.store(sums[i * vectors + q], c, i * pitch * bytes_ // lanes + q * bytes_)
    return module.close(f, "tile")
