"""What a kernel computes, as text in the user's own names.

    line       = name = expression     the name of the user, %1 .. in memory, t1 .. in registers
    expression = name | number | word(expression, ..) | expression + expression | ..

A member of the kernel has a line of its own where it is stored, named by the user, read more than
once, a reduction, or long; the others stand where they are read. Operations of equal rank go from
left to right, so that the text has the order of the computation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from pellucid.backends.native.kernels import Kernel
from pellucid.backends.native.operations import (
    Contract,
    Fixed,
    Leaf,
    Map,
    Operation,
    Read,
    Reduce,
    Source,
    Uniform,
)
from pellucid.backends.native.plan import InSlot, Plan
from pellucid.dtypes import is_float
from pellucid.graph.formula import Word
from pellucid.graph.node import Node
from pellucid.graph.primitive import Elementwise
from pellucid.shapes import Shape

LONGEST = 60
"""An expression of so many letters has a line of its own."""
SYMBOLS = {
    "equal": ("==", 1),
    "not_equal": ("!=", 1),
    "less": ("<", 1),
    "less_equal": ("<=", 1),
    "add": ("+", 2),
    "subtract": ("-", 2),
    "multiply": ("*", 3),
    "divide": ("/", 3),
    "matmul": ("@", 3),
    "power": ("**", 5),
}
"""The primitives that are written between their operands, and how close they bind."""
UNNAMED = "%"
"""Begins the name of a value in memory that the user has not named."""
CLOSED = 9
NEGATED = 4


class Text(NamedTuple):
    """An expression, and how close its outermost operation binds."""

    text: str
    rank: int

    def within(self, rank: int) -> str:
        """Return the text, in parentheses if it binds less close than what it stands in."""
        return self.text if self.rank >= rank else f"({self.text})"


class ValueNames:
    """What the values of a planned graph are called."""

    def __init__(
        self, plan: Plan, leaves: Mapping[Node, str], outputs: Mapping[int, str] | None = None
    ) -> None:
        """Name them.

        Args:
            plan: the graph.
            leaves: the names of state and inputs.
            outputs: the names of outputs by their position.
        """
        self._names: dict[Source, str] = {}
        self._taken: dict[str, int] = {}
        self._unnamed = 0
        self._leaves = leaves
        given = {plan.outputs[position]: name for position, name in (outputs or {}).items()}
        for level in plan.levels:
            for kernel in level:
                for op in plan.stored[kernel]:
                    self._names[op] = self._unique(self._wanted(op, plan, given))
        self.stored = frozenset(self._names)

    def of(self, source: Source) -> str:
        """Return the name of a leaf, of a constant, or of a value that is stored."""
        if isinstance(source, Leaf):
            return self._leaves.get(source.node) or source.node.name or "input"
        if isinstance(source, Uniform):
            return number(source)
        if source not in self._names:
            assert isinstance(source, Fixed)
            self._names[source] = self._unique("constant")
        return self._names[source]

    def _wanted(self, op: Operation, plan: Plan, given: Mapping[Operation, str]) -> str | None:
        place = plan.places[op]
        if isinstance(place, InSlot) and isinstance(place.key, Node):
            return f"new {self._leaves.get(place.key) or place.key.name}"
        return op.node.name or given.get(op)

    def _unique(self, name: str | None) -> str:
        if name is None:
            self._unnamed += 1
            return f"{UNNAMED}{self._unnamed}"
        self._taken[name] = count = self._taken.get(name, 0) + 1
        return name if count == 1 else f"{name}#{count}"


def number(uniform: Uniform) -> str:
    """Return a number with as few digits as tell it from others of its type.

    Example:
        >>> number(Uniform(0.8999999761581421, np.dtype("float32")))
        '0.9'
    """
    if is_float(uniform.dtype):
        with np.errstate(over="ignore"):
            text = str(uniform.dtype.type(uniform.value))
        return text.removesuffix(".0")
    return str(uniform.value)


def kernel_lines(
    kernel: Kernel, stored: Sequence[Operation], names: ValueNames, reduced: str
) -> list[str]:
    """Return what a kernel computes.

    Args:
        kernel: its members are described in order.
        stored: those that are written to memory.
        names: of the values of its graph.
        reduced: the axes over which it reduces, in words.
    """
    return _Lines(kernel, stored, names, reduced).lines


class _Lines:
    """The lines of one kernel, and the text of each member where another reads it."""

    def __init__(
        self, kernel: Kernel, stored: Sequence[Operation], names: ValueNames, reduced: str
    ) -> None:
        self._names, self._reduced = names, reduced
        self._texts: dict[Operation, Text] = {}
        self._own = 0
        self.lines: list[str] = []
        uses: dict[Source, int] = {}
        for member in kernel.members:
            for read in member.reads:
                uses[read.source] = uses.get(read.source, 0) + 1
        for member in kernel.members:
            text = self._expression(member)
            if member in stored:
                name = names.of(member)
            elif member.node.name is not None and not _is_copy(member):
                name = member.node.name
            elif uses.get(member, 0) > 1 or isinstance(member, Reduce) or len(text.text) > LONGEST:
                self._own += 1
                name = f"t{self._own}"
            else:
                self._texts[member] = text
                continue
            self.lines.append(f"{name} = {text.text}")
            self._texts[member] = Text(quoted(name), CLOSED)

    def _expression(self, member: Operation) -> Text:
        operands = [self._operand(read) for read in member.reads]
        if isinstance(member, Reduce):
            return Text(f"{member.combine}({operands[0].text} over {self._reduced})", CLOSED)
        if isinstance(member, Contract):
            return _between("@", 3, *operands)
        if isinstance(member, Map) and not _is_own_formula(member):
            return _formula(member.expression, operands)
        return _applied(member.node, operands)

    def _operand(self, read: Read) -> Text:
        source = read.source
        if isinstance(source, Operation) and source in self._texts:
            text = self._texts[source]
        elif isinstance(source, Uniform):
            text = Text(number(source), NEGATED if number(source).startswith("-") else CLOSED)
        else:
            text = Text(quoted(self._names.of(source)), CLOSED)
        if isinstance(source, Uniform):
            return text
        how = _how_read(read, source.shape)
        return Text(f"{how}({text.text})", CLOSED) if how else text


def quoted(name: str) -> str:
    """Return a name as it stands in an expression: in quotes if it has spaces."""
    return f"'{name}'" if " " in name else name


def _how_read(read: Read, shape: Shape) -> str:
    """Return "" where a value is read in its own order or repeated, else what is done to it."""
    view = read.view
    axes = [
        (stride, length)
        for length, stride in zip(view.shape, view.strides, strict=True)
        if length != 1 and stride != 0
    ]
    if view.offset or any(stride < 0 for stride, _ in axes):
        return "part"
    extent = 1
    for stride, length in sorted(axes):
        if stride != extent:
            return "part"
        extent *= length
    if extent != prod(shape):
        return "part"
    return "" if axes == sorted(axes, reverse=True) else "transpose"


def _is_copy(op: Operation) -> bool:
    return isinstance(op, Map) and op.expression.operation == "argument"


def _is_own_formula(member: Map) -> bool:
    """Tell whether a map is just what its node says."""
    primitive = member.node.primitive
    if not isinstance(primitive, Elementwise) or _is_copy(member):
        return False
    return str(primitive.expression(member.node.attributes)) == str(member.expression)


def _between(symbol: str, rank: int, left: Text, right: Text) -> Text:
    # Sums and products go from left to right, comparisons and powers are not chained.
    first = rank if rank in (2, 3) else rank + 1
    return Text(f"{left.within(first)} {symbol} {right.within(rank + 1)}", rank)


def _applied(node: Node, operands: Sequence[Text]) -> Text:
    """Return a primitive on its operands."""
    name = node.primitive.name
    if name in SYMBOLS:
        return _between(*SYMBOLS[name], *operands)
    if name == "negative":
        return Text(f"-{operands[0].within(NEGATED + 1)}", NEGATED)
    if name == "cast":
        return Text(f"{node.dtype}({operands[0].text})", CLOSED)
    settings = [
        f"{key}={value}"
        for key, value in node.attributes.items()
        if isinstance(value, bool | int | float | str) or key in ("shape", "axes")
    ]
    return Text(f"{name}({', '.join([*(o.text for o in operands), *settings])})", CLOSED)


def _formula(word: Word, operands: Sequence[Text]) -> Text:
    """Return a formula on operands; formulas are not deep."""
    if word.operation == "argument":
        assert isinstance(word.value, int)
        return operands[word.value]
    if word.operation == "constant":
        text = repr(word.value)
        return Text(text, NEGATED if text.startswith("-") else CLOSED)
    inner = [_formula(argument, operands) for argument in word.arguments]
    if word.operation in SYMBOLS:
        return _between(*SYMBOLS[word.operation], *inner)
    if word.operation == "negate":
        return Text(f"-{inner[0].within(NEGATED + 1)}", NEGATED)
    if word.operation == "convert":
        return Text(f"{word.dtype}({inner[0].text})", CLOSED)
    return Text(f"{word.operation}({', '.join(text.text for text in inner)})", CLOSED)
