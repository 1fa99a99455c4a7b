"""What follows a product of matrices: maps on its tiles, one kernel with it.

A finished tile goes through memory to a function that applies the maps to it, so that the inner
loop is the same for all products of equal strides. Receives a product that is cut, its maps and
what they read; gives the names of functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from pellucid.backends.native.blocking import Blocking, swapped
from pellucid.backends.native.element_types import vector
from pellucid.backends.native.elements import (
    convert_float,
    load_elements,
    number,
    store_elements,
)
from pellucid.backends.native.emitted import load_table
from pellucid.backends.native.operations import Map, Operation, Source, Uniform
from pellucid.backends.native.sizes import CACHE_LINE, NEAR_BYTES
from pellucid.backends.native.text import Function, Module, Value
from pellucid.backends.native.tiles import DEPTH
from pellucid.backends.native.views import View, contiguous
from pellucid.backends.native.words import emit_formula

_NUMBERS = ("row", "column", "batch", "rows", "whole", "part")
_Key = tuple[Operation, int]
"""A map, and the position of one of its reads."""


class Epilogue:
    """The functions that apply maps to the tiles of a product.

    Where a tile has all columns, fewer than a vector, and everything that is read lies like the
    product, a tile is one line of elements.

    Attributes:
        pitch: elements from row to row of a tile in memory.
        fetch: the function (row, column, batch, rows, table) that asks for what the maps will
            read; None where that is near anyway.
    """

    def __init__(
        self,
        module: Module,
        blocking: Blocking,
        maps: Sequence[Map],
        stored: Sequence[Operation],
        buffers: Sequence[Source],
    ) -> None:
        """Find how the maps are applied, and write what asks ahead.

        Args:
            module: into which functions go.
            blocking: the product.
            maps: what follows it, operands first.
            stored: what is written to memory, the product or maps.
            buffers: the table of addresses that functions are handed.
        """
        self.module, self.blocking = module, blocking
        self.maps, self.stored, self.buffers = maps, stored, buffers
        first = self._open()
        few = blocking.columns < blocking.lanes and blocking.depth <= DEPTH
        self._is_flat = few and first.is_flat and bool(maps)
        whole = blocking.tile.vectors * blocking.lanes
        self.pitch = blocking.columns if self._is_flat else whole
        self.fetch = first.write_fetch()
        self._afters: dict[int, str] = {}

    def after(self, rows: int) -> str:
        """Return the function that applies the maps to a tile and stores what is kept.

        Its arguments are (tile, row, column, batch, rows, whole vectors, whether a part of one
        follows, table).
        """
        key = rows if self._is_flat else 0
        if key not in self._afters:
            one = self._open()
            self._afters[key] = one.write_flat(rows) if self._is_flat else one.write()
        return self._afters[key]

    def _open(self) -> _OnTile:
        numbers = ((name, "i64") for name in _NUMBERS)
        f = Function(self.module, [("tile", "ptr"), *numbers, ("table", "ptr")])
        return _OnTile(self, f)


class _OnTile:
    """The maps after a product on one tile, while a function of them is written."""

    def __init__(self, epilogue: Epilogue, f: Function) -> None:
        self.epilogue, self.blocking, self.f = epilogue, epilogue.blocking, f
        self.module, self.lanes = epilogue.module, epilogue.blocking.lanes
        self.stored, self.buffers = epilogue.stored, epilogue.buffers
        self.views: dict[_Key, View] = {}
        product = self.blocking.product
        inside = {product, *epilogue.maps}
        for member in epilogue.maps:
            for position, read in enumerate(member.reads):
                if read.source in inside or isinstance(read.source, Uniform):
                    continue
                view = read.view.reshaped(product.shape)
                assert view is not None
                self.views[member, position] = swapped(view) if self.blocking.swapped else view
        whole = contiguous(product.shape)
        self.whole = swapped(whole) if self.blocking.swapped else whole

    def write(self) -> str:
        blocking, f = self.blocking, self.f
        batch = f.argument("batch")
        pointers = load_table(f, self.buffers)
        self.bases = {
            key: blocking.matrix_at(f, key[0].reads[key[1]].source, view, batch, pointers)
            for key, view in self.views.items()
        }
        self.outputs = {
            op: blocking.matrix_at(f, op, self.whole, batch, pointers) for op in self.stored
        }
        self.constants = {
            key: self._load(key, self.bases[key], 0, None)
            for key, view in self.views.items()
            if view.strides[-1] == 0 and view.strides[-2] == 0
        }
        line = blocking.tile.vectors * self.lanes * blocking.size

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
                column = f.add(f.argument("column"), f.mul(q, self.lanes))
                type_ = vector(blocking.type, self.lanes)
                size = self.lanes * blocking.size
                total = f.load(type_, tile, f.mul(q, size), align=size)
                self._vector(total, column, lines, hoisted, targets, valid)

            if blocking.columns >= self.lanes:
                f.loop(0, f.argument("whole"), 1, lambda q, _: vectors(q, None))
            if blocking.columns % self.lanes:
                there = f.compare("icmp ne", f.argument("part"), Value("0", "i64"))
                rest = blocking.columns % self.lanes
                f.when(there, lambda: vectors(f.argument("whole"), rest))

        f.loop(0, f.argument("rows"), 1, row)
        return self.module.close(f, "after")

    @property
    def is_flat(self) -> bool:
        """Whether everything that is read lies like the product, or is one number."""
        whole = self.whole.strides
        return not self.blocking.swapped and all(
            view.strides == whole or not any(view.strides[-2:]) for view in self.views.values()
        )

    def write_flat(self, rows: int) -> str:
        """Write it for tiles that are one line of elements."""
        blocking, f = self.blocking, self.f
        self.lanes = blocking.widest
        batch = f.argument("batch")
        pointers = load_table(f, self.buffers)
        first = f.mul(f.argument("row"), blocking.columns)
        lines, hoisted = {}, {}
        for key, view in self.views.items():
            source = key[0].reads[key[1]].source
            base = blocking.matrix_at(f, source, view, batch, pointers)
            if view.strides[-1]:
                lines[key] = base
            else:
                hoisted[key] = self._load(key, base, 0, None)
        targets = {op: blocking.matrix_at(f, op, self.whole, batch, pointers) for op in self.stored}

        def vector_at(q: Value | int, valid: int | None) -> None:
            type_ = vector(blocking.type, self.lanes)
            total = f.load(type_, f.argument("tile"), f.mul(q, blocking.size))
            self._vector(total, f.add(first, q), lines, hoisted, targets, valid)

        count = rows * blocking.columns
        whole = count - count % self.lanes
        f.loop(0, whole, self.lanes, lambda q, _: vector_at(q, None))
        if count % self.lanes:
            vector_at(whole, count % self.lanes)
        return self.module.close(f, "after")

    def write_fetch(self) -> str | None:
        """Write the function (row, column, batch, rows, table) that asks for what is read."""
        blocking = self.blocking
        lines = {
            (key[0].reads[key[1]].source, view): key
            for key, view in self.views.items()
            if view.strides[-1] == 1 and view.strides[-2] != 0
        }
        bytes_ = sum(prod(blocking.product.shape) * s.dtype.itemsize for s, _ in lines)
        if bytes_ < NEAR_BYTES:
            return None
        numbers = ("row", "column", "batch", "rows")
        f = Function(self.module, [*((n, "i64") for n in numbers), ("table", "ptr")])
        pointers = load_table(f, self.buffers)
        wide = blocking.tile.vectors * self.lanes
        for source, view in lines:
            size = source.dtype.itemsize
            base = blocking.matrix_at(f, source, view, f.argument("batch"), pointers)
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
        return self.module.close(f, "fetch")

    def _load(self, key: _Key, place: Value, column: Value | int, valid: int | None) -> Value:
        stride = self.views[key].strides[-1]
        dtype = key[0].reads[key[1]].dtype
        at = self.f.at(place, self.f.mul(column, stride * dtype.itemsize))
        return load_elements(self.f, at, dtype, self.lanes, stride=stride, valid=valid)

    def _vector(
        self,
        total: Value,
        column: Value | int,
        lines: dict[_Key, Value],
        hoisted: dict[_Key, Value],
        targets: dict[Operation, Value],
        valid: int | None,
    ) -> None:
        product, f = self.blocking.product, self.f
        values: dict[Operation, Value] = {product: convert_float(f, total, product.dtype)}
        loaded: dict[tuple[Source, View], Value] = {}
        for member in self.epilogue.maps:
            arguments = []
            for position, read in enumerate(member.reads):
                source, key = read.source, (member, position)
                if isinstance(source, Uniform):
                    value = number(f, source.value, source.dtype, self.lanes)
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
            values[member] = emit_formula(f, member.expression, arguments, dtypes, self.lanes)
        for op in self.stored:
            place = f.at(targets[op], f.mul(column, op.dtype.itemsize))
            store_elements(f, values[op], place, op.dtype, valid)
