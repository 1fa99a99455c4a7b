"""The code of a loop kernel: maps and reductions over one index space.

The domain is collapsed to as few axes as the reads allow. Then there are three shapes of code:

    map      for each outer index: for each vector along the last axis
    rows     the last axis is reduced: for each outer index, passes along the row
    columns  another axis is reduced: for each outer index and each vector of columns, passes along
             the reduced axis
    short    the last axis is reduced and short: for each vector of rows, all elements of the rows
             in registers, each in a vector of its own

A pass ends where a reduction has to be complete before others can go on. A reduction adds in 16
virtual lanes and a fixed tree (`elements`), so that its bits depend on the order of the elements
alone. Threads share the longest axis that is not reduced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from pellucid.backends.native.elements import (
    VIRTUAL_LANES,
    combined,
    convert_float,
    identity,
    load_elements,
    load_lines,
    masked_identity,
    number,
    store_elements,
    store_lines,
    tree_of_lanes,
    tree_of_values,
)
from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.operations import Map, Operation, Read, Reduce, Source, Uniform
from pellucid.backends.native.text import Function, Module, Value, element_size, vector
from pellucid.backends.native.views import collapse, contiguous
from pellucid.backends.native.words import emit_formula
from pellucid.graph.formula import Word

SHARE_UNIT = 64
LARGEST_SCRATCH = 1 << 16
UNROLLED_BLOCKS = 2
LONGEST_SHORT = 16
FEWEST_SHORT = 8
"""Rows of up to 16 elements are taken a vector of rows at a time, if there are at least 8 rows."""
FEW_WORDS = 4
COSTLY = frozenset(
    [
        "exp",
        "expm1",
        "log",
        "log1p",
        "sin",
        "cos",
        "tanh",
        "erf",
        "power",
        "divide",
        "sqrt",
        "rsqrt",
        "remainder",
    ]
)


@dataclass(frozen=True)
class Emitted:
    """A function of the module, the buffers whose addresses it finds in its table, in order, the
    bytes of memory that each thread must bring along, and in how many parts the work can be shared
    (0 where that is not known)."""

    name: str
    buffers: tuple[Source, ...]
    workspace: int = 0
    shares: int = 0


def load_table(f: Function, buffers: Sequence[Source]) -> dict[Source, Value]:
    """Return the addresses of buffers out of the table that is the function's argument."""
    table = f.argument("table")
    return {source: f.load("ptr", table, 8 * i) for i, source in enumerate(buffers)}


@dataclass(frozen=True)
class _Access:
    """How one array is walked: its strides along the collapsed axes, and where it begins."""

    source: Source
    strides: tuple[int, ...]
    offset: int


class LoopWriter:
    """Writes one loop kernel."""

    def __init__(
        self, module: Module, kernel: Kernel, stored: Sequence[Operation], lanes: int
    ) -> None:
        """Collapse the domain and open the function.

        Args:
            module: into which the function goes.
            kernel: what to compute.
            stored: the members that are written to buffers.
            lanes: of a vector.
        """
        self.kernel, self.stored, self.module = kernel, list(stored), module
        self._collapse()
        self.buffers: dict[Source, None] = {}
        for access in self.accesses.values():
            self.buffers[access.source] = None
        for op in self.stored:
            self.buffers[op] = None
        self.f = Function(module, [("table", "ptr"), ("thread", "i64"), ("threads", "i64")])
        self.pointers = load_table(self.f, list(self.buffers))
        self.shares = 1
        self._stages()
        self.lanes = self._fitting_lanes(lanes)
        self.point: dict[Operation, Value] = {}
        self.row: dict[Operation, Value] = {}
        self.loaded: dict[_Access, Value] = {}
        self.starts: dict[_Access, Value] = {}
        self.hoisted: dict[_Access, Value] = {}
        self.lines: dict[_Access, list[Value]] = {}

    def write(self) -> Emitted:
        """Write the function."""
        if not self.lengths:
            self._only_first_thread(self._scalar)
        elif not self.has_reduction:
            self._nest(self._map_rows)
        elif self.classes[-1]:
            self._nest(self._row)
        else:
            self._nest(self._column_blocks)
        name = self.module.close(self.f, "loop")
        return Emitted(name, tuple(self.buffers), shares=self.shares)

    # What there is to do

    def _collapse(self) -> None:
        kernel = self.kernel
        members = {member: i for i, member in enumerate(kernel.members)}
        keys: list[tuple[Operation, int]] = []
        sources: list[tuple[Source, int]] = []
        strides: list[Sequence[int]] = []
        for member in kernel.members:
            full = isinstance(member, Reduce) or member not in kernel.outer
            for position, read in enumerate(member.reads):
                if isinstance(read.source, Uniform) or read.source in members:
                    continue
                view = kernel.view_of(member, read)
                assert view is not None
                keys.append((member, position))
                sources.append((read.source, view.offset))
                strides.append(view.strides if full else kernel.spread_strides(view))
        whole = contiguous(kernel.domain).strides
        outer = kernel.spread_strides(contiguous(kernel.outer_domain))
        self.lengths, self.classes, kept = collapse(
            kernel.domain, [whole, outer, *strides], kernel.reduced
        )
        self.accesses = {
            key: _Access(source, tuple(own), offset)
            for key, (source, offset), own in zip(keys, sources, kept[2:], strict=True)
        }
        self.whole, self.outer = tuple(kept[0]), tuple(kept[1])
        self.has_reduction = any(self.classes)
        self.is_short = (
            len(self.lengths) > 1
            and self.classes[-1]
            and self.lengths[-1] <= LONGEST_SHORT
            and self.lengths[-2] >= FEWEST_SHORT
        )
        if self.is_short:
            # Columns whose reduced axis is the inner one.
            self.lengths, self.classes = _exchanged(self.lengths), _exchanged(self.classes)
            self.whole, self.outer = tuple(_exchanged(self.whole)), tuple(_exchanged(self.outer))
            self.accesses = {
                key: _Access(a.source, tuple(_exchanged(a.strides)), a.offset)
                for key, a in self.accesses.items()
            }

    def _stages(self) -> None:
        """Find in which pass each member is computed, and after which an outer one is known."""
        self.stage: dict[Operation, int] = {}
        for member in self.kernel.members:
            stage = 0
            for read in member.reads:
                source = read.source
                if isinstance(source, Operation) and source in self.stage:
                    stage = max(stage, self.stage[source])
            self.stage[member] = stage + isinstance(member, Reduce)
        self.passes = 1 + max(self.stage.values())
        self.costly = {
            m: isinstance(m, Map) and bool(COSTLY & set(_words(m.expression)))
            for m in self.kernel.members
        }

    def _fitting_lanes(self, lanes: int) -> int:
        if not self.lengths:
            return 1
        if self.classes[-1]:
            return VIRTUAL_LANES
        while lanes > 4 and lanes // 2 >= self.lengths[-1]:
            lanes //= 2
        return lanes

    def _is_full(self, member: Operation) -> bool:
        return member not in self.kernel.outer

    # Walking the domain

    def _only_first_thread(self, body: Callable[[], None]) -> None:
        first = self.f.compare("icmp eq", self.f.argument("thread"), Value("0", "i64"))
        self.f.when(first, body)

    def _nest(
        self, inner: Callable[[list[Value | int], tuple[Value | int, Value | int]], None]
    ) -> None:
        """Loop over the outer axes, and hand the indices and the range of the last axis on."""
        f = self.f
        axes = [a for a in range(len(self.lengths)) if not self.classes[a]]
        last = len(self.lengths) - 1
        if not axes:
            self._only_first_thread(lambda: inner([0] * len(self.lengths), (0, self.lengths[-1])))
            return
        split = max(axes, key=lambda a: (self.lengths[a] // (SHARE_UNIT if a == last else 1), -a))
        unit = SHARE_UNIT if split == last else 1
        self.shares = -(-self.lengths[split] // unit)
        low, high = f.share(self.lengths[split], unit)
        looped = [a for a in axes if a != last]
        indices: list[Value | int] = [0] * len(self.lengths)

        def descend(depth: int) -> None:
            if depth == len(looped):
                span = (low, high) if split == last else (0, self.lengths[last])
                inner(list(indices), span)
                return
            axis = looped[depth]

            def body(i: Value | int, _: list[Value]) -> None:
                indices[axis] = i
                descend(depth + 1)

            bounds = (low, high) if axis == split else (0, self.lengths[axis])
            f.loop(*bounds, 1, body)

        descend(0)

    def _begin(self, indices: list[Value | int]) -> None:
        """Find where each array begins for some outer indices; load what does not vary."""
        self.starts, self.hoisted, self.row, self.point, self.loaded = {}, {}, {}, {}, {}
        for access in self.accesses.values():
            if access not in self.starts:
                self.starts[access] = self._start(access, indices)

    def _start(self, access: _Access, indices: list[Value | int]) -> Value:
        f, size = self.f, access.source.dtype.itemsize
        offset: Value | int = access.offset * size
        for index, stride in zip(indices, access.strides, strict=True):
            offset = f.add(offset, f.mul(index, stride * size))
        return f.at(self.pointers[access.source], offset)

    def _place(self, op: Operation, indices: list[Value | int]) -> Value:
        """Return where a stored member lies, for some indices."""
        f, size = self.f, op.dtype.itemsize
        strides = self.whole if self._is_full(op) else self.outer
        offset: Value | int = 0
        for index, stride in zip(indices, strides, strict=True):
            offset = f.add(offset, f.mul(index, stride * size))
        return f.at(self.pointers[op], offset)

    # Maps

    def _scalar(self) -> None:
        self._begin([])
        for member in self.kernel.members:
            if isinstance(member, Reduce):
                # Of one element; the lowering leaves none, but a domain may shrink to it.
                raise AssertionError("a reduction of one element is no operation")
            arguments = [self._scalar_read(member, i, r) for i, r in enumerate(member.reads)]
            self.point[member] = self._formula(member, arguments, 1)
        for op in self.stored:
            store_elements(self.f, self.point[op], self.pointers[op], op.dtype)

    def _scalar_read(self, member: Operation, position: int, read: Read) -> Value:
        if isinstance(read.source, Uniform):
            return number(self.f, read.source.value, read.dtype, 1)
        if read.source in self.point:
            return self.point[read.source]  # type: ignore[index]
        access = self.accesses[member, position]
        return load_elements(self.f, self.starts[access], read.dtype, 1)

    def _map_rows(self, indices: list[Value | int], span: tuple[Value | int, Value | int]) -> None:
        self._begin(indices)
        self._hoist(len(self.lengths) - 1, None)
        self._vectors(span, lambda j, valid: self._map_vector(indices, j, valid))

    def _map_vector(self, indices: list[Value | int], j: Value | int, valid: int | None) -> None:
        self.point, self.loaded = {}, {}
        # All is read before anything is written: an output may lie where a state was.
        values = [self._full(op, j, None, valid) for op in self.stored]
        for op, value in zip(self.stored, values, strict=True):
            store_elements(self.f, value, self._place(op, [*indices[:-1], j]), op.dtype, valid)

    def _vectors(
        self,
        span: tuple[Value | int, Value | int],
        body: Callable[[Value | int, int | None], None],
    ) -> None:
        """Run over the last axis in full vectors, and once more over what remains."""
        f, lanes, length = self.f, self.lanes, self.lengths[-1]
        low, high = span
        whole = length - length % lanes
        if whole:
            f.loop(low, f.minimum(high, whole), lanes, lambda j, _: body(j, None))
        if whole == length:
            return
        if isinstance(high, int):
            body(whole, length % lanes)
            return
        reaches = f.compare("icmp eq", high, Value(str(length), "i64"))
        some = f.compare("icmp slt", f.index(low), high)
        both = f.binary("and", reaches, some)
        f.when(both, lambda: body(whole, length % lanes))

    def _hoist(self, axis: int, valid: int | None) -> None:
        """Load what does not change along the axis that is walked inside."""
        last = len(self.lengths) - 1
        for (member, position), access in self.accesses.items():
            if access in self.hoisted or access.strides[axis]:
                continue
            if not self._is_full(member) and not isinstance(member, Reduce):
                continue
            dtype = member.reads[position].dtype
            stride = 0 if axis == last else access.strides[last]
            self.hoisted[access] = load_elements(
                self.f, self.starts[access], dtype, self.lanes, stride=stride, valid=valid
            )

    # Values

    def _formula(self, member: Operation, arguments: list[Value], lanes: int) -> Value:
        assert isinstance(member, Map)
        dtypes = [read.dtype for read in member.reads]
        return emit_formula(self.f, member.expression, arguments, dtypes, lanes)

    def _full(
        self, member: Operation, j: Value | int, r: Value | int | None, valid: int | None
    ) -> Value:
        """Return a full member at vector j (and, in columns, at place r of the reduced axis)."""
        pending = [member]
        while pending:
            top = pending[-1]
            if top in self.point:
                pending.pop()
                continue
            missing = [
                read.source
                for read in top.reads
                if isinstance(read.source, Operation)
                and read.source in self.stage
                and self._is_full(read.source)
                and read.source not in self.point
            ]
            if missing:
                pending.extend(missing)
                continue
            arguments = [
                self._argument(top, i, read, j, r, valid) for i, read in enumerate(top.reads)
            ]
            self.point[top] = self._formula(top, arguments, self.lanes)
            pending.pop()
        return self.point[member]

    def _argument(
        self,
        member: Operation,
        position: int,
        read: Read,
        j: Value | int,
        r: Value | int | None,
        valid: int | None,
    ) -> Value:
        source = read.source
        if isinstance(source, Uniform):
            return number(self.f, source.value, source.dtype, self.lanes)
        if isinstance(source, Operation) and source in self.stage:
            if self._is_full(source):
                return self.point[source]
            value = self.row[source]
            return self.f.splat(value, self.lanes) if value.lanes == 1 else value
        access = self.accesses[member, position]
        if access in self.hoisted:
            return self.hoisted[access]
        if access in self.lines:
            assert isinstance(r, int)
            return self.lines[access][r]
        f, size = self.f, read.dtype.itemsize
        last = access.strides[-1]
        if r is None:
            offset = f.mul(j, last * size)
        else:
            offset = f.mul(r, access.strides[self.reduced_axis] * size)
        if access not in self.loaded:
            place = f.at(self.starts[access], offset)
            self.loaded[access] = load_elements(
                f, place, read.dtype, self.lanes, stride=last, valid=valid
            )
        return self.loaded[access]

    def _operand(
        self, op: Reduce, j: Value | int, r: Value | int | None, valid: int | None
    ) -> Value:
        """Return what a reduction takes in at a point, in the type of its accumulator."""
        read = op.reads[0]
        if isinstance(read.source, Operation) and read.source in self.stage:
            value = self._full(read.source, j, r, valid)
        else:
            value = self._argument(op, 0, read, j, r, valid)
        return convert_float(self.f, value, op.accumulator)

    # Rows: the last axis is reduced

    def _row(self, indices: list[Value | int], span: tuple[Value | int, Value | int]) -> None:
        f, length = self.f, self.lengths[-1]
        del span
        self._begin(indices)
        last = len(self.lengths) - 1
        self._outer_members(0, indices, 1)
        self._hoist(last, None)
        whole, rest = length - length % self.lanes, length % self.lanes
        blocks: list[tuple[int, int | None]] = [(j, None) for j in range(0, whole, self.lanes)]
        if rest:
            blocks.append((whole, rest))
        unrolled = len(blocks) <= UNROLLED_BLOCKS
        points: dict[int, dict[Operation, Value]] = {j: {} for j, _ in blocks}
        kept = {} if unrolled else self._scratches(length)
        for stage in range(self.passes):
            reduces = self._reductions(stage)
            stores = [m for m in self.stored if self._is_full(m) and self.stage[m] == stage]
            keeps = [m for m in kept if self.stage[m] == stage and m not in self.stored]
            if reduces or stores or keeps:
                totals = [
                    number(f, identity(r.combine, r.accumulator), r.accumulator, self.lanes)
                    for r in reduces
                ]

                def block(
                    j: Value | int,
                    valid: int | None,
                    totals: list[Value],
                    point: dict[Operation, Value],
                ) -> list[Value]:
                    self.point = point
                    self.loaded = {}
                    if not unrolled:
                        self._reload(stage, kept, indices, j, valid)
                    result = []
                    for reduce, total in zip(reduces, totals, strict=True):
                        value = self._operand(reduce, j, None, valid)
                        value = masked_identity(f, reduce.combine, value, reduce.accumulator, valid)
                        result.append(combined(f, reduce.combine, total, value, reduce.accumulator))
                    for op in stores:
                        value = self._full(op, j, None, valid)
                        place = self._place(op, [*indices[:-1], j])
                        store_elements(f, value, place, op.dtype, valid)
                    for op in keeps:
                        value = self._full(op, j, None, valid)
                        place = f.at(kept[op], f.mul(j, op.dtype.itemsize))
                        store_elements(f, value, place, op.dtype, valid)
                    return result

                if unrolled:
                    for j, valid in blocks:
                        totals = block(j, valid, totals, points[j])
                else:
                    totals = f.loop(
                        0, whole, self.lanes, lambda j, t: block(j, None, t, {}), totals
                    )
                    if rest:
                        totals = block(whole, rest, totals, {})
                for reduce, total in zip(reduces, totals, strict=True):
                    one = tree_of_lanes(f, reduce.combine, total, reduce.accumulator)
                    self.row[reduce] = convert_float(f, one, reduce.dtype)
            self._outer_members(stage + 1, indices, 1)
        self._store_outer(indices, None)

    def _reductions(self, stage: int) -> list[Reduce]:
        """Return the reductions that a pass completes."""
        return [
            m for m in self.kernel.members if isinstance(m, Reduce) and self.stage[m] == stage + 1
        ]

    def _outer_members(
        self, stage: int, indices: list[Value | int], lanes: int, valid: int | None = None
    ) -> None:
        """Compute the maps at outer level that are known after so many passes."""
        for member in self.kernel.members:
            if (
                isinstance(member, Map)
                and member in self.kernel.outer
                and self.stage[member] == stage
            ):
                arguments = []
                for position, read in enumerate(member.reads):
                    if isinstance(read.source, Uniform):
                        value = number(self.f, read.source.value, read.dtype, lanes)
                    elif isinstance(read.source, Operation) and read.source in self.row:
                        value = self.row[read.source]
                    else:
                        access = self.accesses[member, position]
                        value = load_elements(
                            self.f,
                            self.starts[access],
                            read.dtype,
                            lanes,
                            stride=access.strides[-1],
                            valid=valid,
                        )
                    arguments.append(value)
                self.row[member] = self._formula(member, arguments, lanes)

    def _store_outer(self, indices: list[Value | int], valid: int | None) -> None:
        for op in self.stored:
            if not self._is_full(op):
                place = self._place(op, indices)
                store_elements(self.f, self.row[op], place, op.dtype, valid)

    def _scratches(self, elements: int) -> dict[Operation, Value]:
        """Return memory for members that are costly and needed in a later pass."""
        needed: dict[Operation, Value] = {}
        left = LARGEST_SCRATCH
        for member in self.kernel.members:
            later = max(
                (self.stage[m] - isinstance(m, Reduce) for m in self._users_of(member)),
                default=0,
            )
            if not self._is_full(member) or later <= self.stage[member]:
                continue
            if member in self.stored:
                needed[member] = self.pointers[member]
            elif self._costly_below(member):
                size = elements * element_size(vector("i8", 1)) * member.dtype.itemsize
                if size <= left:
                    needed[member] = self.f.reserve(size)
                    left -= size
        return needed

    def _users_of(self, member: Operation) -> list[Operation]:
        return [m for m in self.kernel.members if any(r.source is member for r in m.reads)]

    def _costly_below(self, member: Operation) -> bool:
        """Tell whether computing a member again would cost more than keeping it."""
        seen, stack = set(), [member]
        while stack:
            op = stack.pop()
            if op in seen or op not in self.stage or not self._is_full(op):
                continue
            seen.add(op)
            if self.costly[op]:
                return True
            stack.extend(r.source for r in op.reads if isinstance(r.source, Operation))
        return len(seen) > FEW_WORDS

    def _reload(
        self,
        stage: int,
        kept: dict[Operation, Value],
        indices: list[Value | int],
        j: Value | int,
        valid: int | None,
    ) -> None:
        """Take members of earlier passes from where they were kept."""
        for op, memory in kept.items():
            if self.stage[op] < stage and self._wanted(op, stage):
                if op in self.stored:
                    place = self._place(op, [*indices[:-1], j])
                else:
                    place = self.f.at(memory, self.f.mul(j, op.dtype.itemsize))
                self.point[op] = load_elements(self.f, place, op.dtype, self.lanes, valid=valid)

    def _wanted(self, op: Operation, stage: int) -> bool:
        """Tell whether a pass needs a member: whether one of its users is computed then."""
        stack = self._users_of(op)
        while stack:
            user = stack.pop()
            if isinstance(user, Reduce):
                if self.stage[user] == stage + 1:
                    return True
            elif self._is_full(user):
                if self.stage[user] == stage:
                    return True
                if self.stage[user] < stage:
                    stack.extend(self._users_of(user))
        return False

    # Columns: another axis is reduced

    def _column_blocks(
        self, indices: list[Value | int], span: tuple[Value | int, Value | int]
    ) -> None:
        self.reduced_axis = self.classes.index(True)

        def block(j: Value | int, valid: int | None) -> None:
            self._columns([*indices[:-1], j], valid)

        self._vectors(span, block)

    def _short(self, indices: list[Value | int], valid: int | None) -> None:
        """Compute a vector of short rows: element r of each of them is a vector."""
        f, count = self.f, self.lengths[self.reduced_axis]
        self._begin(indices)
        self._outer_members(0, indices, self.lanes, valid)
        self._hoist(self.reduced_axis, valid)
        self.lines = self._load_lines(count, valid)
        points: list[dict[Operation, Value]] = [{} for _ in range(count)]
        for stage in range(self.passes):
            reduces = self._reductions(stage)
            stores = [m for m in self.stored if self._is_full(m) and self.stage[m] == stage]
            partial: list[list[Value | None]] = [[None] * VIRTUAL_LANES for _ in reduces]
            kept: list[list[Value]] = [[] for _ in stores]
            for r in range(count):
                self.point, self.loaded = points[r], {}
                for reduce, values in zip(reduces, partial, strict=True):
                    values[r] = self._operand(reduce, 0, r, valid)
                for op, line in zip(stores, kept, strict=True):
                    line.append(self._full(op, 0, r, valid))
            for reduce, values in zip(reduces, partial, strict=True):
                one = tree_of_values(f, reduce.combine, values, reduce.accumulator)
                self.row[reduce] = convert_float(f, one, reduce.dtype)
            for op, line in zip(stores, kept, strict=True):
                store_lines(f, line, self._place(op, indices), op.dtype, valid)
            self._outer_members(stage + 1, indices, self.lanes, valid)
        self._store_outer(indices, valid)
        self.lines = {}

    def _load_lines(self, count: int, valid: int | None) -> dict[_Access, list[Value]]:
        """Load the arrays in which a vector of rows lies as one block."""
        lines: dict[_Access, list[Value]] = {}
        for (member, position), access in self.accesses.items():
            strides = access.strides[self.reduced_axis], access.strides[-1]
            full = self._is_full(member) or isinstance(member, Reduce)
            if full and access not in lines and strides == (1, count):
                dtype = member.reads[position].dtype
                lines[access] = load_lines(
                    self.f, self.starts[access], dtype, count, self.lanes, valid
                )
        return lines

    def _columns(self, indices: list[Value | int], valid: int | None) -> None:
        if self.is_short:
            self._short(indices, valid)
            return
        f, count = self.f, self.lengths[self.reduced_axis]
        self._begin(indices)
        self._outer_members(0, indices, self.lanes, valid)
        self._hoist(self.reduced_axis, valid)
        kept = self._column_scratches(count)
        for stage in range(self.passes):
            reduces = self._reductions(stage)
            stores = [m for m in self.stored if self._is_full(m) and self.stage[m] == stage]
            keeps = [m for m in kept if self.stage[m] == stage and m not in self.stored]
            if reduces or stores or keeps:

                def point(r: Value | int) -> list[Value]:
                    self.point, self.loaded = {}, {}
                    self._reload_column(stage, kept, indices, r, valid)
                    values = [self._operand(reduce, 0, r, valid) for reduce in reduces]
                    for op in stores:
                        value = self._full(op, 0, r, valid)
                        at = list(indices)
                        at[self.reduced_axis] = r
                        store_elements(f, value, self._place(op, at), op.dtype, valid)
                    for op in keeps:
                        value = self._full(op, 0, r, valid)
                        step = self.lanes * op.dtype.itemsize
                        store_elements(f, value, f.at(kept[op], f.mul(r, step)), op.dtype)
                    return values

                self._reduce_column(reduces, count, point)
            self._outer_members(stage + 1, indices, self.lanes, valid)
        self._store_outer(indices, valid)

    def _column_scratches(self, count: int) -> dict[Operation, Value]:
        return self._scratches(count * self.lanes)

    def _reload_column(
        self,
        stage: int,
        kept: dict[Operation, Value],
        indices: list[Value | int],
        r: Value | int,
        valid: int | None,
    ) -> None:
        for op, memory in kept.items():
            if self.stage[op] < stage and self._wanted(op, stage):
                if op in self.stored:
                    at = list(indices)
                    at[self.reduced_axis] = r
                    place = self._place(op, at)
                    self.point[op] = load_elements(self.f, place, op.dtype, self.lanes, valid=valid)
                else:
                    step = self.lanes * op.dtype.itemsize
                    place = self.f.at(memory, self.f.mul(r, step))
                    self.point[op] = load_elements(self.f, place, op.dtype, self.lanes)

    def _reduce_column(
        self, reduces: list[Reduce], count: int, point: Callable[[Value | int], list[Value]]
    ) -> None:
        """Run over the reduced axis: element r goes to partial result r % 16."""
        f = self.f
        words = sum(len(_words(m.expression)) for m in self.kernel.members if isinstance(m, Map))
        if not reduces:
            f.loop(0, count, 1, lambda r, _: point(r) and None)
        elif words <= FEW_WORDS and len(reduces) == 1:
            self._reduce_in_registers(reduces[0], count, point)
        else:
            self._reduce_in_memory(reduces, count, point)

    def _reduce_in_registers(
        self, op: Reduce, count: int, point: Callable[[Value | int], list[Value]]
    ) -> None:
        f = self.f
        whole = count - count % VIRTUAL_LANES

        def block(r: Value | int, partial: list[Value]) -> list[Value]:
            return [
                combined(f, op.combine, total, point(f.add(r, lane))[0], op.accumulator)
                for lane, total in enumerate(partial)
            ]

        partial: list[Value | None] = [None] * VIRTUAL_LANES
        if whole:
            start = number(f, identity(op.combine, op.accumulator), op.accumulator, self.lanes)
            partial = list(f.loop(0, whole, VIRTUAL_LANES, block, [start] * VIRTUAL_LANES))
        for lane in range(count - whole):
            value = point(whole + lane)[0]
            total = partial[lane]
            if total is not None:
                value = combined(f, op.combine, total, value, op.accumulator)
            partial[lane] = value
        one = tree_of_values(f, op.combine, partial, op.accumulator)
        self.row[op] = convert_float(f, one, op.dtype)

    def _reduce_in_memory(
        self, reduces: list[Reduce], count: int, point: Callable[[Value | int], list[Value]]
    ) -> None:
        f = self.f
        steps = [self.lanes * reduce.accumulator.itemsize for reduce in reduces]
        memories = [f.reserve(VIRTUAL_LANES * step) for step in steps]
        for reduce, memory, step in zip(reduces, memories, steps, strict=True):
            start = number(
                f, identity(reduce.combine, reduce.accumulator), reduce.accumulator, self.lanes
            )
            f.loop(
                0,
                VIRTUAL_LANES,
                1,
                lambda i, _, m=memory, s=step, v=start: f.store(v, m, f.mul(i, s)),
            )

        def body(r: Value | int, _: list[Value]) -> None:
            lane = f.rem(r, VIRTUAL_LANES)
            for reduce, memory, step, value in zip(reduces, memories, steps, point(r), strict=True):
                place = f.at(memory, f.mul(lane, step))
                total = f.load(value.type, place)
                f.store(combined(f, reduce.combine, total, value, reduce.accumulator), place)

        f.loop(0, count, 1, body)
        for reduce, memory, step in zip(reduces, memories, steps, strict=True):
            type_ = number(f, 0, reduce.accumulator, self.lanes).type
            partial = [f.load(type_, memory, i * step) for i in range(VIRTUAL_LANES)]
            one = tree_of_values(f, reduce.combine, partial, reduce.accumulator)
            self.row[reduce] = convert_float(f, one, reduce.dtype)


def _exchanged(axes: Sequence[Any]) -> list[Any]:
    """Return what belongs to axes with that of the last two exchanged."""
    return [*axes[:-2], axes[-1], axes[-2]]


def _words(expression: Word) -> list[str]:
    """Return the words of a formula."""
    found, stack = [], [expression]
    while stack:
        word = stack.pop()
        if word.operation not in ("argument", "constant"):
            found.append(word.operation)
        stack.extend(word.arguments)
    return found


def work(kernel: Kernel) -> int:
    """Return the number of elements that a loop kernel goes over."""
    return prod(kernel.domain)
