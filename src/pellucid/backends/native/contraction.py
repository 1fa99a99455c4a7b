"""The code of a product of matrices and of the maps that follow it.

    kernel   for each share of (batch, panel of columns, chunk of rows):
                 pack the panel, unless its rows can be read where they are
                 for each tile of rows: product, then the maps that follow
    tile     rows x vectors of partial sums, all in registers, over the depth

A sum runs in order of depth, in blocks of 512 that are added in order, by fused multiply-adds from
zero. So its bits depend on the operands alone, not on tiles, vectors or threads. How it is cut
stands in `blocking`, what follows a finished tile in `epilogue`.

Source of the blocking in registers: Goto, van de Geijn, "Anatomy of high-performance matrix
multiplication", 2008.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from pellucid.backends.native.blocking import Blocking
from pellucid.backends.native.element_types import vector
from pellucid.backends.native.emitted import Emitted, load_table
from pellucid.backends.native.epilogue import Epilogue
from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.machine import Machine
from pellucid.backends.native.operations import Map, Operation, Source
from pellucid.backends.native.packing import Panel, emit_pack
from pellucid.backends.native.sizes import CACHE_LINE, NEAR_BYTES
from pellucid.backends.native.text import Function, Module, Value
from pellucid.backends.native.tiles import DEPTH, emit_tile

FEW_TILES = 3
_THREADS = [("thread", "i64"), ("threads", "i64")]


class ContractionWriter:
    """Writes one contraction kernel."""

    def __init__(
        self, module: Module, kernel: Kernel, stored: Sequence[Operation], machine: Machine
    ) -> None:
        """Cut the product, and write what follows it."""
        product = kernel.contraction
        assert product is not None
        self.module, self.machine = module, machine
        self.blocking = blocking = Blocking(product, machine)
        operands = dict.fromkeys(read.source for read in blocking.operands)
        reads = (read.source for _, read in kernel.reads())
        self.buffers: list[Source] = list(dict.fromkeys([*operands, *reads, *stored]))
        self._operands = list(operands)
        maps = [member for member in kernel.members if isinstance(member, Map)]
        self.epilogue = Epilogue(module, blocking, maps, stored, self.buffers)

    def write(self) -> Emitted:
        """Write the function."""
        blocking = self.blocking
        f = Function(self.module, [("table", "ptr"), ("work", "ptr"), *_THREADS])
        self.pointers = load_table(f, self._operands)
        panels, chunks = blocking.panels, blocking.chunks
        tall = f.reserve(blocking.scratch)
        low, high = f.share(blocking.shares)

        def unit(u: Value | int, _: list[Value]) -> None:
            place, chunk = f.div(u, chunks), f.rem(u, chunks)
            if blocking.batch:
                batch, panel = f.div(place, panels), f.rem(place, panels)
            else:
                batch, panel = 0, place
            first = f.compare("icmp eq", f.index(u), f.index(low))
            begins = f.compare("icmp eq", f.index(chunk), Value("0", "i64"))
            fresh = f.binary("or", first, begins)
            span = self._tiles_of(f, chunk)
            widths = blocking.widths()

            def run(width: tuple[int, int]) -> None:
                self._panel(f, tall, batch, panel, span, fresh, *width)

            if len(widths) == 1:
                run(widths[0])
            else:
                last = f.compare("icmp eq", f.index(panel), Value(str(panels - 1), "i64"))
                f.when(last, lambda: run(widths[1]), lambda: run(widths[0]))

        f.loop(low, high, 1, unit)
        name = self.module.close(f, "contraction", is_hot=blocking.is_small)
        return Emitted(name, tuple(self.buffers), blocking.workspace, blocking.shares)

    # The parts of the kernel

    def _tiles_of(self, f: Function, chunk: Value | int) -> tuple[Value | int, Value | int]:
        """Return the first tile of a chunk, and the one after its last."""
        tiles = self.blocking.tiles
        each = ceil(tiles / self.blocking.chunks)
        low = f.mul(chunk, each)
        return f.minimum(low, tiles), f.minimum(f.add(low, each), tiles)

    def _panel(
        self,
        f: Function,
        tall: Value,
        batch: Value | int,
        panel: Value | int,
        span: tuple[Value | int, Value | int],
        fresh: Value,
        vectors: int,
        there: int,
    ) -> None:
        """Multiply the rows of a chunk with one panel of columns."""
        blocking, fetch = self.blocking, self.epilogue.fetch
        operands = blocking.operands
        left = blocking.matrix_at(f, operands[0].source, blocking.left, batch, self.pointers)
        right = blocking.matrix_at(f, operands[1].source, blocking.right, batch, self.pointers)
        column = f.mul(panel, blocking.tile.vectors * blocking.lanes)
        item = operands[1].dtype.itemsize
        source = f.at(right, f.mul(column, blocking.right.strides[-1] * item))
        ahead = None
        if blocking.is_direct(there, vectors):
            step = blocking.right.strides[-2] * item
            lines = source
        else:
            step = vectors * blocking.lanes * blocking.size
            lines = f.argument("work")
            panel_of = Panel(
                depth=blocking.depth,
                depth_stride=blocking.right.strides[-2],
                column_stride=blocking.right.strides[-1],
                vectors=vectors,
                there=there,
                lanes=blocking.lanes,
                dtype=operands[1].dtype,
                accumulator=blocking.product.accumulator,
            )
            pack = emit_pack(self.module, panel_of)
            f.when(fresh, lambda: f.call_function(pack, source, lines))
            ahead = self._ahead(vectors)
        base, larger = divmod(blocking.rows, blocking.tiles)
        low, high = span
        stride = blocking.left.strides[-2] * operands[0].dtype.itemsize
        whole, part = divmod(there, blocking.lanes)

        def run(rows: int, first: int, span: tuple[Value | int, Value | int], row: int) -> None:
            product = self._tile_function(rows, vectors, step)
            after = self.epilogue.after(rows)

            def body(t: Value | int, _: list[Value]) -> None:
                index = f.add(f.mul(f.sub(t, first), rows), row)
                if ahead is not None:
                    columns = vectors * blocking.lanes
                    following = f.at(source, columns * blocking.right.strides[-1] * item)
                    f.call_function(ahead, following, f.index(t))
                if fetch is not None:
                    there = index, column, batch, rows
                    f.call_function(fetch, *(f.index(n) for n in there), f.argument("table"))
                rows_of = f.at(left, f.mul(index, stride))
                f.call_function(product, rows_of, lines, f.index(blocking.depth), tall)
                numbers = (index, column, batch, rows, whole, int(part > 0))
                f.call_function(after, tall, *(f.index(n) for n in numbers), f.argument("table"))

            f.loop(*span, 1, body)

        # Tiles of two sizes that differ by one row: first the larger ones.
        if larger:
            run(base + 1, 0, (low, f.minimum(high, larger)), 0)
        run(base, larger, (f.maximum(low, larger), high), larger * (base + 1))

    def _ahead(self, vectors: int) -> str | None:
        """Write the function (panel, tile) that asks for a share of the panel after this one.

        It is worth its while where the operand is too large to be near, and there are tiles enough
        during which it can come. None otherwise.
        """
        blocking = self.blocking
        item = blocking.operands[1].dtype.itemsize
        if blocking.depth * blocking.columns * item < NEAR_BYTES or blocking.tiles < FEW_TILES:
            return None
        depth_step, column_step = (stride * item for stride in blocking.right.strides[-2:])
        columns = vectors * blocking.lanes
        if column_step == item:
            lines, line_step, line = blocking.depth, depth_step, columns * item
        else:
            lines, line_step, line = columns, column_step, blocking.depth * item
        f = Function(self.module, [("panel", "ptr"), ("tile", "i64")])
        tile = f.argument("tile")
        low = f.div(f.mul(tile, lines), blocking.tiles)
        high = f.div(f.mul(f.add(tile, 1), lines), blocking.tiles)

        def ask(i: Value | int, _: list[Value]) -> None:
            place = f.at(f.argument("panel"), f.mul(i, line_step))

            def ask_line(at: Value | int, _: list[Value]) -> None:
                f.prefetch(f.at(place, at))

            f.loop(0, line, CACHE_LINE, ask_line)

        f.loop(low, high, 1, ask)
        return self.module.close(f, "ahead")

    def _tile_function(self, rows: int, vectors: int, step: int) -> str:
        """Return the function that multiplies one tile: (left, lines, depth, tile)."""
        blocking = self.blocking
        dtype = blocking.operands[0].dtype
        row_step, depth_step = (s * dtype.itemsize for s in blocking.left.strides[-2:])
        module = self.module
        inner = emit_tile(
            module,
            blocking.type,
            dtype.itemsize * 8,
            rows,
            vectors,
            blocking.lanes,
            (row_step, depth_step, step),
            self.epilogue.pitch,
            self.machine.has_fma,
        )
        if blocking.depth <= DEPTH:
            return inner
        f = Function(module, [("a", "ptr"), ("b", "ptr"), ("k", "i64"), ("c", "ptr")])
        a, b, depth, c = f.arguments
        line = blocking.tile.vectors * blocking.lanes * blocking.size
        block = f.at(c, blocking.tile.rows * line)
        f.call_function(inner, a, b, Value(str(DEPTH), "i64"), c)

        def add_block(k: Value | int, _: list[Value]) -> None:
            length = f.minimum(f.sub(depth, k), DEPTH)
            place = f.at(a, f.mul(k, depth_step)), f.at(b, f.mul(k, step))
            f.call_function(inner, *place, f.index(length), block)
            type_ = vector(blocking.type, blocking.lanes)

            def add(i: Value | int, _: list[Value]) -> None:
                offset = f.mul(i, blocking.lanes * blocking.size)
                total = f.binary("fadd", f.load(type_, c, offset), f.load(type_, block, offset))
                f.store(total, c, offset)

            f.loop(0, rows * blocking.tile.vectors, 1, add)

        f.loop(DEPTH, depth, DEPTH, add_block)
        return module.close(f, "product")
