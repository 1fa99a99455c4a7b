"""The values of a kernel's members in registers, where the code that is being written stands.

The innermost loop walks along one axis (`LoopDomain.walked`). Before it, `begin` finds where each
array starts, and `hoist` loads what does not change; inside it, `enter` says where it is, and
`full` gives the vector of a member there. Members at outer level have one value for the whole walk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from pellucid.backends.native.elements import (
    convert_float,
    load_elements,
    load_lines,
    number,
    store_elements,
)
from pellucid.backends.native.loops.domain import Access, LoopDomain
from pellucid.backends.native.loops.passes import Pass, Passes
from pellucid.backends.native.operations import Map, Operation, Read, Reduce, Source, Uniform
from pellucid.backends.native.text import Function, Value
from pellucid.backends.native.words import emit_formula

LARGEST_SCRATCH = 1 << 16
"""So many bytes of the stack a kernel may take for the values that it keeps."""

Index = Value | int


class LoopValues:
    """What is known of the members of a kernel at a place of its index space."""

    def __init__(
        self,
        f: Function,
        domain: LoopDomain,
        passes: Passes,
        pointers: Mapping[Source, Value],
        lanes: int,
    ) -> None:
        """Start with nothing known.

        Args:
            f: the function of the kernel.
            domain: its index space.
            passes: of its members.
            pointers: the addresses of its buffers.
            lanes: of the vectors of full members.
        """
        self.f, self.domain, self.passes, self.lanes = f, domain, passes, lanes
        self._pointers = pointers
        # Where vectors lie along the walk, what is outer is one number, and the values that are
        # kept are neighbours; elsewhere there is a vector of each for every place of the walk.
        self._is_along = domain.walked == domain.last
        self._outer_lanes = 1 if self._is_along else lanes
        self._outer: dict[Operation, Value] = {}
        self._kept: dict[Operation, Value] = {}
        self._starts: dict[Access, Value] = {}
        self._hoisted: dict[Access, Value] = {}
        self._lines: dict[Access, list[Value]] = {}

    def begin(self, indices: Sequence[Index], valid: int | None = None) -> None:
        """Find where each array starts; the walk is at index 0."""
        self._outer, self._kept, self._starts, self._hoisted, self._lines = {}, {}, {}, {}, {}
        self.enter(indices, valid)
        for access in self.domain.accesses.values():
            if access not in self._starts:
                self._starts[access] = self._at(access.source, access.strides, access.offset)

    def enter(
        self,
        indices: Sequence[Index],
        valid: int | None,
        known: dict[Operation, Value] | None = None,
    ) -> None:
        """Go to a place.

        Args:
            indices: one for each axis. Vectors begin there.
            valid: so many of their lanes are there; None for all.
            known: the full members that are in registers already, to which new ones are added.
        """
        self._indices, self._valid = indices, valid
        self._full = {} if known is None else known
        self._loaded: dict[Access, Value] = {}

    def place(self, op: Operation) -> Value:
        """Return the address of a stored member's element."""
        return self._at(op, self.domain.full if self.passes.is_full(op) else self.domain.outer)

    def _at(self, source: Source, strides: Sequence[int], first: int = 0) -> Value:
        f, size = self.f, source.dtype.itemsize
        offset: Index = first * size
        for index, stride in zip(self._indices, strides, strict=True):
            offset = f.add(offset, f.mul(index, stride * size))
        return f.at(self._pointers[source], offset)

    # Full members

    def hoist(self) -> None:
        """Load what does not change along the walk."""
        for access, read in self._full_accesses():
            if access not in self._hoisted and not access.strides[self.domain.walked]:
                self._hoisted[access] = self._load(access, read, self._starts[access], self.lanes)

    def load_lines(self, count: int) -> None:
        """Load the arrays in which a vector of rows of `count` elements lies as one block."""
        for access, read in self._full_accesses():
            strides = access.strides[self.domain.walked], access.strides[-1]
            if access not in self._lines and strides == (1, count):
                self._lines[access] = load_lines(
                    self.f, self._starts[access], read.dtype, count, self.lanes, self._valid
                )

    def _full_accesses(self) -> Iterator[tuple[Access, Read]]:
        for (member, read), access in self.domain.accesses.items():
            if self.passes.kernel.reads_full(member):
                yield access, read

    def full(self, member: Operation) -> Value:
        """Return the vector of a full member."""
        pending = [member]
        while pending:
            top = pending[-1]
            missing = [] if top in self._full else self._missing(top)
            if missing:
                pending.extend(missing)
                continue
            pending.pop()
            if top not in self._full:
                arguments = [self._argument(top, read) for read in top.reads]
                self._full[top] = self._formula(top, arguments, self.lanes)
        return self._full[member]

    def _missing(self, member: Operation) -> list[Operation]:
        sources = (read.source for read in member.reads)
        return [s for s in sources if self._is_full_member(s) and s not in self._full]

    def operand(self, reduce: Reduce) -> Value:
        """Return what a reduction takes in, in the type of its accumulator."""
        (read,) = reduce.reads
        if self._is_full_member(read.source):
            value = self.full(read.source)
        else:
            value = self._argument(reduce, read)
        return convert_float(self.f, value, reduce.accumulator)

    def _is_full_member(self, source: Source) -> TypeGuard[Operation]:
        return source in self.passes.number and self.passes.is_full(source)

    def _argument(self, member: Operation, read: Read) -> Value:
        f, source = self.f, read.source
        if isinstance(source, Uniform):
            return number(f, source.value, source.dtype, self.lanes)
        if source in self._full:
            return self._full[source]
        if source in self._outer:
            value = self._outer[source]
            return f.splat(value, self.lanes) if value.lanes == 1 else value
        access = self.domain.accesses[member, read]
        if access in self._hoisted:
            return self._hoisted[access]
        index = self._indices[self.domain.walked]
        if access in self._lines:
            assert isinstance(index, int)
            return self._lines[access][index]
        if access not in self._loaded:
            step = access.strides[self.domain.walked] * read.dtype.itemsize
            place = f.at(self._starts[access], f.mul(index, step))
            self._loaded[access] = self._load(access, read, place, self.lanes)
        return self._loaded[access]

    def _load(self, access: Access, read: Read, place: Value, lanes: int) -> Value:
        stride = access.strides[-1] if access.strides else 0
        return load_elements(self.f, place, read.dtype, lanes, stride=stride, valid=self._valid)

    def _formula(self, member: Operation, arguments: Sequence[Value], lanes: int) -> Value:
        assert isinstance(member, Map)
        dtypes = [read.dtype for read in member.reads]
        return emit_formula(self.f, member.expression, arguments, dtypes, lanes)

    # From pass to pass

    def keep(self, length: int) -> None:
        """Take memory for full members that are costly and that a later pass needs.

        Args:
            length: of the walk.
        """
        left = LARGEST_SCRATCH
        for member in self.passes.needed_later():
            if member in self.passes.stored:
                self._kept[member] = self._pointers[member]
            elif self.passes.is_costly(member):
                size = length * self._outer_lanes * member.dtype.itemsize
                if size <= left:
                    self._kept[member] = self.f.reserve(size)
                    left -= size

    def pass_at(self, number: int) -> Pass:
        """Return a pass."""
        return self.passes.at(number, self._kept)

    def reload(self, pass_: Pass) -> None:
        """Take the full members of earlier passes that were kept into registers."""
        for op in self._kept:
            if self.passes.number[op] < pass_.number and self.passes.is_needed(op, pass_.number):
                if op in self.passes.stored:
                    place, valid = self.place(op), self._valid
                else:
                    place, valid = self._kept_place(op)
                self._full[op] = load_elements(self.f, place, op.dtype, self.lanes, valid=valid)

    def write(self, pass_: Pass) -> None:
        """Write the full members that a pass stores or keeps."""
        for op in pass_.stores:
            value = self.full(op)
            store_elements(self.f, value, self.place(op), op.dtype, self._valid)
        for op in pass_.keeps:
            value = self.full(op)
            place, valid = self._kept_place(op)
            store_elements(self.f, value, place, op.dtype, valid)

    def _kept_place(self, op: Operation) -> tuple[Value, int | None]:
        """Return where a member is kept, and how many lanes are."""
        index, step = self._indices[self.domain.walked], self._outer_lanes * op.dtype.itemsize
        place = self.f.at(self._kept[op], self.f.mul(index, step))
        return place, self._valid if self._is_along else None

    # Members at outer level

    def complete(self, reduce: Reduce, total: Value) -> None:
        """Give the value of a reduction, in the type of its accumulator."""
        self._outer[reduce] = convert_float(self.f, total, reduce.dtype)

    def compute_outer(self, number: int) -> None:
        """Compute the maps at outer level that are known after so many passes."""
        for member, first in self.passes.number.items():
            is_map = isinstance(member, Map) and not self.passes.is_full(member)
            if is_map and first == number:
                self.compute_once(member)

    def compute_once(self, member: Operation) -> Value:
        """Compute a member that has one value for the whole walk."""
        arguments = []
        for read in member.reads:
            if isinstance(read.source, Uniform):
                value = number(self.f, read.source.value, read.dtype, self._outer_lanes)
            elif read.source in self._outer:
                value = self._outer[read.source]
            else:
                access = self.domain.accesses[member, read]
                value = self._load(access, read, self._starts[access], self._outer_lanes)
            arguments.append(value)
        self._outer[member] = result = self._formula(member, arguments, self._outer_lanes)
        return result

    def store_outer(self) -> None:
        """Write the members at outer level to their buffers."""
        for op in self.passes.stored:
            if not self.passes.is_full(op):
                store_elements(self.f, self._outer[op], self.place(op), op.dtype, self._valid)
