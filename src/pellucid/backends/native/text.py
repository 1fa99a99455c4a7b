"""Writing LLVM's text: a module, its functions, and values with their types.

    module    = declaration .. global .. function ..
    function  = name, arguments, body
    value     = name (a register or a literal), type

Numbers that Python knows are folded on the way: addresses are mostly sums of constants. Equal
functions are written once, whoever asks for them: `Module.function` compares their bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pellucid.backends.native.element_types import (
    Number,
    element_of,
    element_size,
    lanes_of,
    literal,
    name_in_intrinsics,
    vector,
)


class Value(NamedTuple):
    """A register or a literal, and its type as LLVM writes it."""

    name: str
    type: str

    @property
    def lanes(self) -> int:
        """The number of elements of a vector, 1 of a scalar."""
        return lanes_of(self.type)

    @property
    def element(self) -> str:
        """The type of one element."""
        return element_of(self.type)


Body = Callable[["Value | int", list[Value]], "Sequence[Value] | None"]


class Function:
    """One function, while it is written. Registers are in single static assignment."""

    def __init__(self, module: Module, arguments: Sequence[tuple[str, str]]) -> None:
        """Open a function of arguments (name, type) that returns nothing."""
        self.module = module
        self.arguments = [Value(f"%{name}", type_) for name, type_ in arguments]
        self._signature = ", ".join(f"{type_} %{name}" for name, type_ in arguments)
        self._lines: list[str] = []
        self._reserved: list[str] = []
        self._count = 0
        self._block = "entry"
        self.calls: set[str] = set()

    def argument(self, name: str) -> Value:
        """Return an argument by its name."""
        return next(value for value in self.arguments if value.name == f"%{name}")

    def body(self) -> str:
        """Return the text between the braces."""
        return "\n".join(["entry:", *self._reserved, *self._lines, "  ret void"])

    @property
    def signature(self) -> str:
        """The arguments as text."""
        return self._signature

    # Instructions

    def op(self, text: str, type_: str) -> Value:
        """Write an instruction and return its result."""
        self._count += 1
        name = f"%v{self._count}"
        self._lines.append(f"  {name} = {text}")
        return Value(name, type_)

    def emit(self, text: str) -> None:
        """Write an instruction that has no result."""
        self._lines.append("  " + text)

    def constant(self, number: Number, type_: str) -> Value:
        """Return a literal."""
        return Value(literal(number, type_), type_)

    def binary(self, operation: str, a: Value, b: Value) -> Value:
        """Return the result of an instruction on two values of one type."""
        return self.op(f"{operation} {a.type} {a.name}, {b.name}", a.type)

    def compare(self, relation: str, a: Value, b: Value) -> Value:
        """Return the answer of `fcmp ..` or `icmp ..`."""
        type_ = vector("i1", a.lanes)
        return self.op(f"{relation} {a.type} {a.name}, {b.name}", type_)

    def select(self, condition: Value, a: Value, b: Value) -> Value:
        """Return a where the condition holds, else b."""
        text = f"select {condition.type} {condition.name}, {a.type} {a.name}, {b.type} {b.name}"
        return self.op(text, a.type)

    def convert(self, operation: str, value: Value, element: str) -> Value:
        """Return a value converted (`fpext`, `zext`, `bitcast` ..) to elements of another type."""
        wanted = vector(element, value.lanes)
        if wanted == value.type:
            return value
        return self.op(f"{operation} {value.type} {value.name} to {wanted}", wanted)

    def intrinsic(self, name: str, *values: Value) -> Value:
        """Return the result of an intrinsic whose operands and result have one type."""
        return self.call(values[0].type, f"{name}.{name_in_intrinsics(values[0].type)}", *values)

    def saturate(self, value: Value, element: str, signed: bool) -> Value:
        """Return floats as whole numbers without their fractions; nan becomes 0.

        What is too large for the type becomes its largest number, what is too small its smallest.
        """
        operation = "llvm.fptosi.sat" if signed else "llvm.fptoui.sat"
        wanted = vector(element, value.lanes)
        return self.call(
            wanted,
            f"{operation}.{name_in_intrinsics(wanted)}.{name_in_intrinsics(value.type)}",
            value,
        )

    def fma(self, a: Value, b: Value, c: Value) -> Value:
        """Return a b + c, rounded once."""
        return self.intrinsic("llvm.fma", a, b, c)

    def call(self, result: str, name: str, *values: Value) -> Value:
        """Call a function that lives outside the module and return its result."""
        types = ", ".join(value.type for value in values)
        self.module.declare(f"declare {result} @{name}({types})")
        operands = ", ".join(f"{value.type} {value.name}" for value in values)
        if result == "void":
            self.emit(f"call void @{name}({operands})")
            return Value("", "void")
        return self.op(f"call {result} @{name}({operands})", result)

    def call_function(self, name: str, *values: Value) -> None:
        """Call a function of the module."""
        self.calls.add(name)
        operands = ", ".join(f"{value.type} {value.name}" for value in values)
        self.emit(f"call void @{name}({operands})")

    def splat(self, scalar: Value, lanes: int) -> Value:
        """Return a vector that repeats a scalar."""
        if lanes == 1:
            return scalar
        type_ = vector(scalar.type, lanes)
        text = f"insertelement {type_} poison, {scalar.type} {scalar.name}, i64 0"
        one = self.op(text, type_)
        return self.shuffle(one, one, [0] * lanes)

    def shuffle(self, a: Value, b: Value, order: Sequence[int]) -> Value:
        """Return elements out of the two vectors, counted on from the first to the second."""
        lanes = ", ".join(f"i32 {i}" for i in order)
        result = vector(a.element, len(order))
        text = f"shufflevector {a.type} {a.name}, {b.type} {b.name}, <{len(order)} x i32> <{lanes}>"
        return self.op(text, result)

    def extract(self, value: Value, lane: int) -> Value:
        """Return one element of a vector."""
        if value.lanes == 1:
            return value
        return self.op(f"extractelement {value.type} {value.name}, i64 {lane}", value.element)

    def insert(self, value: Value, scalar: Value, lane: int) -> Value:
        """Return a vector with one element replaced."""
        if value.lanes == 1:
            return scalar
        text = f"insertelement {value.type} {value.name}, {scalar.type} {scalar.name}, i64 {lane}"
        return self.op(text, value.type)

    # Whole numbers and addresses

    def add(self, a: Value | int, b: Value | int) -> Value | int:
        """Return the sum of two whole numbers."""
        if isinstance(a, int) and isinstance(b, int):
            return a + b
        if a == 0:
            return b
        if b == 0:
            return a
        return self.op(f"add i64 {_name(a)}, {_name(b)}", "i64")

    def sub(self, a: Value | int, b: Value | int) -> Value | int:
        """Return the difference of two whole numbers."""
        if isinstance(a, int) and isinstance(b, int):
            return a - b
        return a if b == 0 else self.op(f"sub i64 {_name(a)}, {_name(b)}", "i64")

    def mul(self, a: Value | int, b: Value | int) -> Value | int:
        """Return the product of two whole numbers."""
        if isinstance(a, int) and isinstance(b, int):
            return a * b
        if 0 in (a, b):
            return 0
        if a == 1:
            return b
        if b == 1:
            return a
        return self.op(f"mul i64 {_name(a)}, {_name(b)}", "i64")

    def div(self, a: Value | int, b: Value | int) -> Value | int:
        """Return the quotient of two whole numbers that are not negative."""
        if isinstance(a, int) and isinstance(b, int):
            return a // b
        return a if b == 1 else self.op(f"udiv i64 {_name(a)}, {_name(b)}", "i64")

    def rem(self, a: Value | int, b: Value | int) -> Value | int:
        """Return the remainder of two whole numbers that are not negative."""
        if isinstance(a, int) and isinstance(b, int):
            return a % b
        return 0 if b == 1 else self.op(f"urem i64 {_name(a)}, {_name(b)}", "i64")

    def minimum(self, a: Value | int, b: Value | int) -> Value | int:
        """Return the smaller of two whole numbers that are not negative."""
        if isinstance(a, int) and isinstance(b, int):
            return min(a, b)
        x, y = self.index(a), self.index(b)
        return self.select(self.compare("icmp ult", x, y), x, y)

    def maximum(self, a: Value | int, b: Value | int) -> Value | int:
        """Return the larger of two whole numbers that are not negative."""
        if isinstance(a, int) and isinstance(b, int):
            return max(a, b)
        x, y = self.index(a), self.index(b)
        return self.select(self.compare("icmp ugt", x, y), x, y)

    def index(self, number: Value | int) -> Value:
        """Return a whole number as a value of type i64."""
        return Value(str(number), "i64") if isinstance(number, int) else number

    def at(self, pointer: Value, offset: Value | int) -> Value:
        """Return an address some bytes on."""
        if offset == 0:
            return pointer
        return self.op(f"getelementptr i8, ptr {pointer.name}, i64 {_name(offset)}", "ptr")

    def share(self, count: Value | int, unit: int = 1) -> tuple[Value | int, Value | int]:
        """Return the first of `count` things that the thread has, and the one after its last.

        Shares are of whole units, as even as can be. The function has arguments `thread` and
        `threads`.
        """
        thread, threads = self.argument("thread"), self.argument("threads")
        units = self.div(self.add(count, unit - 1), unit)
        first = self.div(self.mul(units, thread), threads)
        after = self.div(self.mul(units, self.add(thread, 1)), threads)
        return (
            self.mul(first, unit) if unit == 1 else self.minimum(self.mul(first, unit), count),
            self.mul(after, unit) if unit == 1 else self.minimum(self.mul(after, unit), count),
        )

    # Memory

    def load(self, type_: str, pointer: Value, offset: Value | int = 0, align: int = 0) -> Value:
        """Return what lies at an address; by default aligned to one element."""
        align = align or element_size(type_)
        return self.op(f"load {type_}, ptr {self.at(pointer, offset).name}, align {align}", type_)

    def store(self, value: Value, pointer: Value, offset: Value | int = 0, align: int = 0) -> None:
        """Write a value to an address; by default aligned to one element."""
        align = align or element_size(value.type)
        place = self.at(pointer, offset).name
        self.emit(f"store {value.type} {value.name}, ptr {place}, align {align}")

    def load_masked(
        self, type_: str, pointer: Value, mask: Value, offset: Value | int = 0
    ) -> Value:
        """Return what lies at an address where the mask holds, and 0 elsewhere."""
        name = f"llvm.masked.load.{name_in_intrinsics(type_)}.p0"
        self.module.declare(f"declare {type_} @{name}(ptr, i32, {mask.type}, {type_})")
        place = self.at(pointer, offset).name
        text = (
            f"call {type_} @{name}(ptr {place}, i32 {element_size(type_)}, "
            f"{mask.type} {mask.name}, {type_} zeroinitializer)"
        )
        return self.op(text, type_)

    def store_masked(
        self, value: Value, pointer: Value, mask: Value, offset: Value | int = 0
    ) -> None:
        """Write a value to an address where the mask holds."""
        name = f"llvm.masked.store.{name_in_intrinsics(value.type)}.p0"
        self.module.declare(f"declare void @{name}({value.type}, ptr, i32, {mask.type})")
        place = self.at(pointer, offset).name
        self.emit(
            f"call void @{name}({value.type} {value.name}, ptr {place}, "
            f"i32 {element_size(value.type)}, {mask.type} {mask.name})"
        )

    def prefetch(self, pointer: Value) -> None:
        """Ask for the cache line at an address, which need not exist."""
        self.module.declare("declare void @llvm.prefetch.p0(ptr, i32, i32, i32)")
        self.emit(f"call void @llvm.prefetch.p0(ptr {pointer.name}, i32 0, i32 3, i32 1)")

    def reserve(self, bytes_: int, align: int = 64) -> Value:
        """Return the address of memory that lives as long as the call."""
        self._count += 1
        name = f"%v{self._count}"
        self._reserved.append(f"  {name} = alloca [{bytes_} x i8], align {align}")
        return Value(name, "ptr")

    # Control

    def loop(
        self,
        low: Value | int,
        high: Value | int,
        step: int,
        body: Body,
        carried: Sequence[Value] = (),
    ) -> list[Value]:
        """Run `body(i, values)` for i from low up to high; it gives the values carried on.

        A loop that Python knows to run once, or never, leaves no loop behind.
        """
        values = list(carried)
        if isinstance(low, int) and isinstance(high, int):
            if low >= high:
                return values
            if low + step >= high:
                return list(body(low, values) or values)
        head, inside, after = self.label("h"), self.label("l"), self.label("x")
        before = self._block
        self.emit(f"br label %{head}")
        self.open(head)
        at = len(self._lines)
        self._lines.extend([""] * (1 + len(values)))
        index = self._register("i64")
        inner = [self._register(value.type) for value in values]
        go_on = self.op(f"icmp slt i64 {index.name}, {_name(high)}", "i1")
        self.emit(f"br i1 {go_on.name}, label %{inside}, label %{after}")
        self.open(inside)
        results = list(body(index, inner) or inner)
        following = self.op(f"add i64 {index.name}, {step}", "i64")
        last = self._block
        self.emit(f"br label %{head}")
        self._lines[at] = _phi(index, _name(low), before, following.name, last)
        for position, (start, phi, end) in enumerate(zip(values, inner, results, strict=True)):
            self._lines[at + 1 + position] = _phi(phi, start.name, before, end.name, last)
        self.open(after)
        return inner

    def loop_while(self, body: Callable[[], Value]) -> None:
        """Run `body` again and again, until the condition that it gives is false."""
        inside, after = self.label("l"), self.label("x")
        self.emit(f"br label %{inside}")
        self.open(inside)
        condition = body()
        self.emit(f"br i1 {condition.name}, label %{inside}, label %{after}")
        self.open(after)

    def when(
        self,
        condition: Value,
        then: Callable[[], Any],
        otherwise: Callable[[], Any] | None = None,
    ) -> None:
        """Run `then` if a scalar condition holds, else `otherwise`."""
        yes, no, after = self.label("y"), self.label("n"), self.label("x")
        self.emit(f"br i1 {condition.name}, label %{yes}, label %{no}")
        self.open(yes)
        then()
        self.emit(f"br label %{after}")
        self.open(no)
        if otherwise is not None:
            otherwise()
        self.emit(f"br label %{after}")
        self.open(after)

    def choose(
        self, condition: Value, then: Callable[[], Sequence[Value]], otherwise: Sequence[Value]
    ) -> list[Value]:
        """Return what `then` gives if a scalar condition holds, else the values at hand."""
        yes, after = self.label("y"), self.label("x")
        before = self._block
        self.emit(f"br i1 {condition.name}, label %{yes}, label %{after}")
        self.open(yes)
        given = then()
        last = self._block
        self.emit(f"br label %{after}")
        self.open(after)
        results = [self._register(value.type) for value in otherwise]
        for result, one, other in zip(results, given, otherwise, strict=True):
            self._lines.append(_phi(result, one.name, last, other.name, before))
        return results

    def label(self, stem: str) -> str:
        """Return a new name for a block."""
        self._count += 1
        return f"{stem}{self._count}"

    def open(self, label: str) -> None:
        """Begin a block."""
        self._lines.append(f"{label}:")
        self._block = label

    def _register(self, type_: str) -> Value:
        self._count += 1
        return Value(f"%v{self._count}", type_)


class _Written(NamedTuple):
    """A function of a module: its name, the types of its arguments, its text, what it calls."""

    name: str
    types: str
    text: str
    calls: frozenset[str]


class Module:
    """Functions, written into one text, or into several that can be compiled side by side."""

    def __init__(self) -> None:
        """Start empty."""
        self._declarations: dict[str, None] = {}
        self._functions: dict[str, _Written] = {}
        self._names: dict[str, str] = {}

    def declare(self, text: str) -> None:
        """Declare a function that lives elsewhere; once, however often it is asked for."""
        self._declarations[text] = None

    def close(self, function: Function, stem: str, is_hot: bool = True) -> str:
        """Add a function and return its name: that of an equal one, if there is one.

        One that is not hot, since it does little beside calling others, is compiled as fast as can
        be.
        """
        effort = "nounwind" if is_hot else "nounwind noinline optnone"
        text = f"({function.signature}) {effort} {{\n{function.body()}\n}}"
        if text not in self._names:
            self._names[text] = name = f"{stem}_{len(self._names)}"
            self._add(function, name, text)
        return self._names[text]

    def export(self, function: Function, name: str) -> None:
        """Add a function that can be called from outside, under a name of its own."""
        self._add(function, name, f"({function.signature}) nounwind {{\n{function.body()}\n}}")

    def __len__(self) -> int:
        """Return the letters of its functions."""
        return sum(len(written.text) for written in self._functions.values())

    def _add(self, function: Function, name: str, text: str) -> None:
        types = ", ".join(value.type for value in function.arguments)
        calls = frozenset(function.calls)
        self._functions[name] = _Written(name, types, f"define void @{name}{text}", calls)

    def text(self) -> str:
        """Return the whole module."""
        (text,) = self.texts(1)
        return text

    def texts(self, parts: int) -> list[str]:
        """Return modules of about equal length that together are this one."""
        shares: list[list[_Written]] = [[] for _ in range(parts)]
        lengths = [0] * parts
        for written in sorted(self._functions.values(), key=lambda w: (-len(w.text), w.name)):
            shortest = lengths.index(min(lengths))
            shares[shortest].append(written)
            lengths[shortest] += len(written.text)
        return [self._joined(share) for share in shares if share]

    def _joined(self, share: Sequence[_Written]) -> str:
        defined = {written.name for written in share}
        wanted = {name for written in share for name in written.calls} - defined
        own = [f"declare void @{n}({self._functions[n].types})" for n in sorted(wanted)]
        bodies = [written.text for written in share]
        return "\n".join([*sorted(self._declarations), *own, *bodies]) + "\n"


def _name(number: Value | int) -> str:
    return str(number) if isinstance(number, int) else number.name


def _phi(value: Value, start: str, before: str, end: str, last: str) -> str:
    return f"  {value.name} = phi {value.type} [ {start}, %{before} ], [ {end}, %{last} ]"
