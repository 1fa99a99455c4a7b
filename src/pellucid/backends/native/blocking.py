"""How a product of matrices is cut: tiles in registers, panels of columns, shares of threads.

Receives a contraction and a machine; gives numbers, of which the code is made.

    share  (matrix of the batch, panel of columns, chunk of tiles), the last running fastest
    panel  the columns of a tile, over the whole depth
    chunk  neighbouring tiles of rows
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, prod

from pellucid.backends.native.element_types import register_type
from pellucid.backends.native.machine import Machine
from pellucid.backends.native.operations import Contract, Source
from pellucid.backends.native.text import Function, Value
from pellucid.backends.native.tiles import DEPTH, choose_tile
from pellucid.backends.native.views import View

SMALL_WORK = 1 << 16
SHARES = 16
FEW_ROWS = 48
AWKWARD = 2048


class Blocking:
    """A product, cut.

    Attributes:
        product: what is cut.
        swapped: whether the operands, both transposed, are exchanged: a product with one column is
            one with one row, the other way round.
        operands: the reads, the left one first; `left` and `right` are their views.
        rows: of one matrix of the result; so are `columns`. `depth` is what is summed over.
        batch: the lengths of the axes before the matrices.
        type: of a sum, as LLVM writes it; `size` is its bytes.
        widest: the most lanes of a vector of sums.
        lanes: of a vector of sums.
        vectors: that a row of the result takes.
        tile: what is held in registers.
        tiles: of rows.
        panels: of columns.
        is_small: whether one matrix is too little work to be cut by rows.
        chunks: of tiles.
        shares: the parts of the work that threads can divide among them.
    """

    def __init__(self, product: Contract, machine: Machine) -> None:
        """Choose how a product is cut for a machine."""
        self.product = product
        left, right = (read.view for read in product.reads)
        self.swapped = product.shape[-1] == 1 and left.has_lines
        self.operands = list(product.reads)
        if self.swapped:
            left, right = swapped(right), swapped(left)
            self.operands.reverse()
        self.left, self.right = left, right
        self.rows, self.depth = left.shape[-2:]
        self.columns = right.shape[-1]
        self.batch = left.shape[:-2]
        self.type = register_type(product.accumulator)
        self.size = product.accumulator.itemsize
        self.widest = max(2, machine.lanes * 4 // self.size)
        self.lanes = self.widest
        while self.lanes > 2 and self.lanes // 2 >= self.columns:
            self.lanes //= 2
        self.vectors = ceil(self.columns / self.lanes)
        self.tile = choose_tile(self.rows, self.vectors, self.depth, machine.registers)
        self.tiles = ceil(self.rows / self.tile.rows)
        self.panels = ceil(self.vectors / self.tile.vectors)
        self.is_small = self.rows * self.columns * self.depth <= SMALL_WORK
        places = prod(self.batch) * self.panels
        self.chunks = 1 if self.is_small else min(self.tiles, ceil(SHARES / places))
        self.shares = places * self.chunks

    @property
    def workspace(self) -> int:
        """The bytes of memory that each thread needs for a packed panel."""
        return self.depth * self.tile.vectors * self.lanes * self.size

    @property
    def scratch(self) -> int:
        """The bytes of a tile in memory, and of a second one where blocks of depth are added."""
        blocks = 2 if self.depth > DEPTH else 1
        rows = self.tile.rows + 1  # A flat tile is written a vector at a time, its end as well.
        return blocks * rows * self.tile.vectors * max(self.lanes, self.widest) * self.size

    def widths(self) -> list[tuple[int, int]]:
        """Return (vectors, columns that are there) of the whole panels and of the last one."""
        wide = self.tile.vectors
        last = self.vectors - (self.panels - 1) * wide
        there = self.columns - (self.panels - 1) * wide * self.lanes
        final = (last, there)
        whole = (wide, wide * self.lanes)
        return [final] if self.panels == 1 or final == whole else [whole, final]

    def is_direct(self, there: int, vectors: int) -> bool:
        """Tell whether the rows of a panel are read where they are, without packing."""
        right = self.right
        if right.strides[-1] != 1 or there != vectors * self.lanes:
            return False
        if self.operands[1].dtype != self.product.accumulator:
            return False
        if self.rows <= FEW_ROWS:
            return True
        stride = abs(right.strides[-2]) * self.size
        return self.depth <= DEPTH and bool(stride % AWKWARD)

    def matrix_at(
        self,
        f: Function,
        source: Source,
        view: View,
        batch: Value | int,
        pointers: Mapping[Source, Value],
    ) -> Value:
        """Return where the matrix of a batch begins."""
        size = source.dtype.itemsize
        offset: Value | int = view.offset * size
        rest = batch
        for axis in reversed(range(len(self.batch))):
            index = f.rem(rest, self.batch[axis]) if axis else rest
            rest = f.div(rest, self.batch[axis])
            offset = f.add(offset, f.mul(index, view.strides[axis] * size))
        return f.at(pointers[source], offset)


def swapped(view: View) -> View:
    """Return a view with its last two axes exchanged."""
    axes = list(range(len(view.shape)))
    axes[-2:] = reversed(axes[-2:])
    return view.transposed(axes)
