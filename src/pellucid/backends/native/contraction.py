"""The code of a product of matrices and of the maps that follow it.

    kernel   for each share of (batch, panel of columns, chunk of rows):
                 pack the panel, unless its rows can be read where they are
                 for each tile of rows: product, then the maps that follow
    tile     rows x vectors of partial sums, all in registers, over the depth

A sum runs in order of depth, in blocks of 512 that are added in order, by fused multiply-adds from
zero. So its bits depend on the operands alone, not on tiles, vectors or threads. The finished tile
goes through memory to a function that applies the maps to it, so that the inner loop is the same
for all products of equal strides.

Source of the blocking in registers: Goto, van de Geijn, "Anatomy of high-performance matrix
multiplication", 2008.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, prod

from pellucid.backends.native.elements import (
    convert_float,
    load_elements,
    number,
    store_elements,
)
from pellucid.backends.native.emitted import Emitted, load_table
from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.machine import Machine
from pellucid.backends.native.operations import Map, Operation, Source, Uniform
from pellucid.backends.native.packing import Panel, emit_pack
from pellucid.backends.native.sizes import CACHE_LINE
from pellucid.backends.native.text import Function, Module, Value, register_type, vector
from pellucid.backends.native.tiles import DEPTH, choose_tile, emit_tile
from pellucid.backends.native.views import View, contiguous
from pellucid.backends.native.words import emit_formula

SMALL_WORK = 1 << 16
SHARES = 16
FEW_ROWS = 48
AWKWARD = 2048
FEW_TILES = 3
NEAR_BYTES = 1 << 18
"""Less than this stays in a core's own caches from one use to the next."""


class ContractionWriter:
    """Writes one contraction kernel."""

    def __init__(
        self, module: Module, kernel: Kernel, stored: Sequence[Operation], machine: Machine
    ) -> None:
        """Choose the tile and open the function."""
        product = kernel.contraction
        assert product is not None
        self.module, self.kernel, self.stored = module, kernel, list(stored)
        self.product, self.machine = product, machine
        left, right = (read.view for read in product.reads)
        self.swapped = product.shape[-1] == 1 and left.has_lines
        self.operands = list(product.reads)
        if self.swapped:
            # A product with one column is one with one row, the other way round.
            left, right = _swapped(right), _swapped(left)
            self.operands.reverse()
        self.left, self.right = left, right
        self.rows, self.depth = left.shape[-2:]
        self.columns = right.shape[-1]
        self.batch = left.shape[:-2]
        self.type = register_type(product.accumulator)
        self.size = product.accumulator.itemsize
        self._widest = max(2, machine.lanes * 4 // self.size)
        self.lanes = self._lanes()
        self.vectors = ceil(self.columns / self.lanes)
        self.tile = choose_tile(self.rows, self.vectors, self.depth, machine.registers)
        self.tiles = ceil(self.rows / self.tile.rows)
        self.buffers: dict[Source, None] = {}
        for read in self.operands:
            self.buffers[read.source] = None
        self.maps = [m for m in kernel.members if isinstance(m, Map)]
        inside = set(kernel.members)
        for member in self.maps:
            for read in member.reads:
                if read.source not in inside and not isinstance(read.source, Uniform):
                    self.buffers[read.source] = None
        for op in self.stored:
            self.buffers[op] = None

    @property
    def workspace(self) -> int:
        """The bytes of memory that each thread needs for a packed panel."""
        return self.depth * self.tile.vectors * self.lanes * self.size

    def write(self) -> Emitted:
        """Write the function."""
        self._chosen_epilogue()
        f = Function(self.module, [("table", "ptr"), ("work", "ptr"), *_THREADS])
        self.pointers = load_table(f, list(self.buffers)[: len({r.source for r in self.operands})])
        panels = ceil(self.vectors / self.tile.vectors)
        small = self.rows * self.columns * self.depth <= SMALL_WORK
        chunks = 1 if small else min(self.tiles, ceil(SHARES / (panels * prod(self.batch))))
        tall = f.reserve(self._scratch_bytes())
        shares = prod(self.batch) * panels * chunks
        low, high = f.share(shares)

        def unit(u: Value | int, _: list[Value]) -> None:
            place, chunk = f.div(u, chunks), f.rem(u, chunks)
            if self.batch:
                batch, panel = f.div(place, panels), f.rem(place, panels)
            else:
                batch, panel = 0, place
            first = f.compare("icmp eq", f.index(u), f.index(low))
            begins = f.compare("icmp eq", f.index(chunk), Value("0", "i64"))
            fresh = f.binary("or", first, begins)
            span = self._tiles_of(f, chunk, chunks)
            widths = self._widths(panels)

            def run(width: tuple[int, int]) -> None:
                self._panel(f, tall, batch, panel, span, fresh, *width)

            if len(widths) == 1:
                run(widths[0])
            else:
                last = f.compare("icmp eq", f.index(panel), Value(str(panels - 1), "i64"))
                f.when(last, lambda: run(widths[1]), lambda: run(widths[0]))

        f.loop(low, high, 1, unit)
        name = self.module.close(f, "contraction", is_hot=small)
        return Emitted(name, tuple(self.buffers), self.workspace, shares)

    # The shape of things

    def _lanes(self) -> int:
        lanes = self._widest
        while lanes > 2 and lanes // 2 >= self.columns:
            lanes //= 2
        return lanes

    def _widths(self, panels: int) -> list[tuple[int, int]]:
        """Return (vectors, columns that are there) of the whole panels and of the last one."""
        wide = self.tile.vectors
        last = self.vectors - (panels - 1) * wide
        there = self.columns - (panels - 1) * wide * self.lanes
        final = (last, there)
        whole = (wide, wide * self.lanes)
        return [final] if panels == 1 or final == whole else [whole, final]

    def _tiles_of(
        self, f: Function, chunk: Value | int, chunks: int
    ) -> tuple[Value | int, Value | int]:
        each = ceil(self.tiles / chunks)
        low = f.mul(chunk, each)
        return f.minimum(low, self.tiles), f.minimum(f.add(low, each), self.tiles)

    def _scratch_bytes(self) -> int:
        blocks = 2 if self.depth > DEPTH else 1
        rows = self.tile.rows + 1  # A flat tile is written a vector at a time, its end as well.
        return blocks * rows * self.tile.vectors * max(self.lanes, self._widest) * self.size

    def _is_direct(self, there: int, vectors: int) -> bool:
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

    # The parts of the kernel

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
        left = self.batch_place(f, self.operands[0].source, self.left, batch, self.pointers)
        right = self.batch_place(f, self.operands[1].source, self.right, batch, self.pointers)
        column = f.mul(panel, self.tile.vectors * self.lanes)
        item = self.operands[1].dtype.itemsize
        source = f.at(right, f.mul(column, self.right.strides[-1] * item))
        ahead = None
        if self._is_direct(there, vectors):
            step = self.right.strides[-2] * item
            lines = source
        else:
            step = vectors * self.lanes * self.size
            lines = f.argument("work")
            panel_of = Panel(
                depth=self.depth,
                depth_stride=self.right.strides[-2],
                column_stride=self.right.strides[-1],
                vectors=vectors,
                there=there,
                lanes=self.lanes,
                dtype=self.operands[1].dtype,
                accumulator=self.product.accumulator,
            )
            pack = emit_pack(self.module, panel_of)
            f.when(fresh, lambda: f.call_function(pack, source, lines))
            ahead = self._ahead(vectors)
        base, larger = divmod(self.rows, self.tiles)
        low, high = span
        stride = self.left.strides[-2] * self.operands[0].dtype.itemsize
        whole, part = divmod(there, self.lanes)

        def run(rows: int, first: int, span: tuple[Value | int, Value | int], row: int) -> None:
            product = self._tile_function(rows, vectors, step)
            after = self._after(rows)

            def body(t: Value | int, _: list[Value]) -> None:
                index = f.add(f.mul(f.sub(t, first), rows), row)
                if ahead is not None:
                    following = f.at(source, vectors * self.lanes * self.right.strides[-1] * item)
                    f.call_function(ahead, following, f.index(t))
                if self.fetch is not None:
                    there = index, column, batch, rows
                    f.call_function(self.fetch, *(f.index(n) for n in there), f.argument("table"))
                rows_of = f.at(left, f.mul(index, stride))
                f.call_function(product, rows_of, lines, f.index(self.depth), tall)
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
        item = self.operands[1].dtype.itemsize
        if self.depth * self.columns * item < NEAR_BYTES or self.tiles < FEW_TILES:
            return None
        depth_step, column_step = (stride * item for stride in self.right.strides[-2:])
        columns = vectors * self.lanes
        if column_step == item:
            lines, line_step, line = self.depth, depth_step, columns * item
        else:
            lines, line_step, line = columns, column_step, self.depth * item
        f = Function(self.module, [("panel", "ptr"), ("tile", "i64")])
        tile = f.argument("tile")
        low = f.div(f.mul(tile, lines), self.tiles)
        high = f.div(f.mul(f.add(tile, 1), lines), self.tiles)

        def ask(i: Value | int, _: list[Value]) -> None:
            place = f.at(f.argument("panel"), f.mul(i, line_step))

            def ask_line(at: Value | int, _: list[Value]) -> None:
                f.prefetch(f.at(place, at))

            f.loop(0, line, CACHE_LINE, ask_line)

        f.loop(low, high, 1, ask)
        return self.module.close(f, "ahead")

    def batch_place(
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

    def _tile_function(self, rows: int, vectors: int, step: int) -> str:
        """Return the function that multiplies one tile: (left, lines, depth, tile)."""
        dtype = self.operands[0].dtype
        row_step, depth_step = (s * dtype.itemsize for s in self.left.strides[-2:])
        module = self.module
        inner = emit_tile(
            module,
            self.type,
            dtype.itemsize * 8,
            rows,
            vectors,
            self.lanes,
            (row_step, depth_step, step),
            self.pitch,
            self.machine.has_fma,
        )
        if self.depth <= DEPTH:
            return inner
        f = Function(module, [("a", "ptr"), ("b", "ptr"), ("k", "i64"), ("c", "ptr")])
        a, b, depth, c = f.arguments
        line = self.tile.vectors * self.lanes * self.size
        block = f.at(c, self.tile.rows * line)
        f.call_function(inner, a, b, Value(str(DEPTH), "i64"), c)

        def add_block(k: Value | int, _: list[Value]) -> None:
            length = f.minimum(f.sub(depth, k), DEPTH)
            place = f.at(a, f.mul(k, depth_step)), f.at(b, f.mul(k, step))
            f.call_function(inner, *place, f.index(length), block)
            type_ = vector(self.type, self.lanes)

            def add(i: Value | int, _: list[Value]) -> None:
                offset = f.mul(i, self.lanes * self.size)
                total = f.binary("fadd", f.load(type_, c, offset), f.load(type_, block, offset))
                f.store(total, c, offset)

            f.loop(0, rows * self.tile.vectors, 1, add)

        f.loop(DEPTH, depth, DEPTH, add_block)
        return module.close(f, "product")

    # What follows the product

    def _chosen_epilogue(self) -> None:
        """Find how the maps are applied to a tile, and what is asked for ahead.

        Where a tile has all columns, fewer than a vector, and everything that is read lies like the
        product, a tile is one line of elements.
        """
        first = self._new_epilogue()
        self.is_flat = (
            self.columns < self.lanes and self.depth <= DEPTH and first.is_flat and bool(self.maps)
        )
        self.pitch = self.columns if self.is_flat else self.tile.vectors * self.lanes
        self.fetch = first.write_fetch()
        self._afters: dict[int, str] = {}

    def _new_epilogue(self) -> _Epilogue:
        numbers = ((name, "i64") for name in _NUMBERS)
        return _Epilogue(self, Function(self.module, [("tile", "ptr"), *numbers, ("table", "ptr")]))

    def _after(self, rows: int) -> str:
        """Return the function that applies the maps to a tile and stores what is kept."""
        key = rows if self.is_flat else 0
        if key not in self._afters:
            epilogue = self._new_epilogue()
            self._afters[key] = epilogue.write_flat(rows) if self.is_flat else epilogue.write()
        return self._afters[key]


_NUMBERS = ("row", "column", "batch", "rows", "whole", "part")


class _Epilogue:
    """The maps after a product, on one tile."""

    def __init__(self, writer: ContractionWriter, f: Function) -> None:
        self.w, self.f = writer, f
        self.views: dict[tuple[Operation, int], View] = {}
        self.starts: dict[Source, Value] = {}
        shape = writer.product.shape
        inside = set(writer.kernel.members)
        for member in writer.maps:
            for position, read in enumerate(member.reads):
                if read.source in inside or isinstance(read.source, Uniform):
                    continue
                view = read.view.reshaped(shape)
                assert view is not None
                self.views[member, position] = _swapped(view) if writer.swapped else view
        whole = contiguous(shape)
        self.whole = _swapped(whole) if writer.swapped else whole

    def write(self) -> str:
        w, f = self.w, self.f
        batch = f.argument("batch")
        pointers = load_table(f, list(w.buffers))
        self.bases = {
            key: w.batch_place(f, key[0].reads[key[1]].source, view, batch, pointers)
            for key, view in self.views.items()
        }
        self.outputs = {op: w.batch_place(f, op, self.whole, batch, pointers) for op in w.stored}
        self.constants = {
            key: self._load(key, self.bases[key], 0, None)
            for key, view in self.views.items()
            if view.strides[-1] == 0 and view.strides[-2] == 0
        }
        line = w.tile.vectors * w.lanes * w.size

        def row(r: Value | int, _: list[Value]) -> None:
            index = f.add(f.argument("row"), r)
            tile = f.at(f.argument("tile"), f.mul(r, line))
            lines, hoisted = {}, dict(self.constants)
            for key, view in self.views.items():
                if key in hoisted:
                    continue
                size = key[0].reads[key[1]].dtype.itemsize
                lines[key] = f.at(self.bases[key], f.mul(index, view.strides[-2] * size))
                if view.strides[-1] == 0:
                    hoisted[key] = self._load(key, lines[key], 0, None)
            targets = {
                op: f.at(base, f.mul(index, self.whole.strides[-2] * op.dtype.itemsize))
                for op, base in self.outputs.items()
            }

            def vectors(q: Value | int, valid: int | None) -> None:
                column = f.add(f.argument("column"), f.mul(q, w.lanes))
                type_ = vector(w.type, w.lanes)
                total = f.load(type_, tile, f.mul(q, w.lanes * w.size), align=w.lanes * w.size)
                self._vector(total, column, lines, hoisted, targets, valid)

            if w.columns >= w.lanes:
                f.loop(0, f.argument("whole"), 1, lambda q, _: vectors(q, None))
            if w.columns % w.lanes:
                there = f.compare("icmp ne", f.argument("part"), Value("0", "i64"))
                rest = w.columns % w.lanes
                f.when(there, lambda: vectors(f.argument("whole"), rest))

        f.loop(0, f.argument("rows"), 1, row)
        return w.module.close(f, "after")

    @property
    def is_flat(self) -> bool:
        """Whether everything that is read lies like the product, or is one number."""
        whole = self.whole.strides
        return not self.w.swapped and all(
            view.strides == whole or not any(view.strides[-2:]) for view in self.views.values()
        )

    def write_flat(self, rows: int) -> str:
        """Write it for tiles that are one line of elements."""
        w, f = self.w, self.f
        w_lanes, narrow = w._widest, w.lanes
        batch = f.argument("batch")
        pointers = load_table(f, list(w.buffers))
        first = f.mul(f.argument("row"), w.columns)
        w.lanes = w_lanes
        lines, hoisted = {}, {}
        for key, view in self.views.items():
            source = key[0].reads[key[1]].source
            base = w.batch_place(f, source, view, batch, pointers)
            if view.strides[-1]:
                lines[key] = base
            else:
                hoisted[key] = self._load(key, base, 0, None)
        targets = {op: w.batch_place(f, op, self.whole, batch, pointers) for op in w.stored}

        def vector_at(q: Value | int, valid: int | None) -> None:
            type_ = vector(w.type, w_lanes)
            total = f.load(type_, f.argument("tile"), f.mul(q, w.size))
            self._vector(total, f.add(first, q), lines, hoisted, targets, valid)

        count = rows * w.columns
        whole = count - count % w_lanes
        f.loop(0, whole, w_lanes, lambda q, _: vector_at(q, None))
        if count % w_lanes:
            vector_at(whole, count % w_lanes)
        w.lanes = narrow
        return w.module.close(f, "after")

    def write_fetch(self) -> str | None:
        """Write the function (row, column, batch, rows, table) that asks for what is read."""
        w = self.w
        lines = {
            (key[0].reads[key[1]].source, view): key
            for key, view in self.views.items()
            if view.strides[-1] == 1 and view.strides[-2] != 0
        }
        bytes_ = sum(prod(w.product.shape) * s.dtype.itemsize for s, _ in lines)
        if bytes_ < NEAR_BYTES:
            return None
        numbers = ("row", "column", "batch", "rows")
        f = Function(w.module, [*((n, "i64") for n in numbers), ("table", "ptr")])
        pointers = load_table(f, list(w.buffers))
        wide = w.tile.vectors * w.lanes
        for source, view in lines:
            size = source.dtype.itemsize
            base = w.batch_place(f, source, view, f.argument("batch"), pointers)
            base = f.at(base, f.mul(f.argument("column"), size))
            base = f.at(base, f.mul(f.argument("row"), view.strides[-2] * size))

            def row(
                r: Value | int,
                _: list[Value],
                base: Value = base,
                step: int = view.strides[-2] * size,
                line: int = wide * size,
            ) -> None:
                place = f.at(base, f.mul(r, step))
                for offset in range(0, line, CACHE_LINE):
                    f.prefetch(f.at(place, offset))

            f.loop(0, f.argument("rows"), 1, row)
        return w.module.close(f, "fetch")

    def _load(
        self, key: tuple[Operation, int], place: Value, column: Value | int, valid: int | None
    ) -> Value:
        stride = self.views[key].strides[-1]
        dtype = key[0].reads[key[1]].dtype
        at = self.f.at(place, self.f.mul(column, stride * dtype.itemsize))
        return load_elements(self.f, at, dtype, self.w.lanes, stride=stride, valid=valid)

    def _vector(
        self,
        total: Value,
        column: Value | int,
        lines: dict[tuple[Operation, int], Value],
        hoisted: dict[tuple[Operation, int], Value],
        targets: dict[Operation, Value],
        valid: int | None,
    ) -> None:
        w, f = self.w, self.f
        values: dict[Operation, Value] = {w.product: convert_float(f, total, w.product.dtype)}
        loaded: dict[tuple[Source, View], Value] = {}
        for member in w.maps:
            arguments = []
            for position, read in enumerate(member.reads):
                source, key = read.source, (member, position)
                if isinstance(source, Uniform):
                    value = number(f, source.value, source.dtype, w.lanes)
                elif isinstance(source, Operation) and source in values:
                    value = values[source]
                elif key in hoisted:
                    value = hoisted[key]
                else:
                    same = (source, self.views[key])
                    if same not in loaded:
                        loaded[same] = self._load(key, lines[key], column, valid)
                    value = loaded[same]
                arguments.append(value)
            dtypes = [read.dtype for read in member.reads]
            values[member] = emit_formula(f, member.expression, arguments, dtypes, w.lanes)
        for op in w.stored:
            place = f.at(targets[op], f.mul(column, op.dtype.itemsize))
            store_elements(f, values[op], place, op.dtype, valid)


_THREADS = [("thread", "i64"), ("threads", "i64")]


def _swapped(view: View) -> View:
    axes = list(range(len(view.shape)))
    axes[-2:] = reversed(axes[-2:])
    return view.transposed(axes)
