"""Special kernels as functions on arrays, for tests: every thread's share one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.backends.native.machine import host_machine
from pellucid.backends.native.object_code import Library, NativeFunction, build
from pellucid.backends.native.special import EMITTERS, scratch_bytes
from pellucid.backends.native.text import Function, Module
from pellucid.graph.node import Node
from pellucid.graph.primitive import Structural

Array = np.ndarray[Any, Any]
GUARD = 192
"""Bytes before and after what a kernel may write, which must not change."""


class Guarded:
    """Memory for an array between two guards, all of it filled with one byte."""

    def __init__(self, shape: tuple[int, ...], dtype: Any, filling: int) -> None:
        bytes_ = int(np.prod(shape)) * np.dtype(dtype).itemsize
        memory = np.full(bytes_ + 2 * GUARD + 64, filling, np.uint8)
        start = GUARD + -(memory.ctypes.data + GUARD) % 64
        self.array = memory[start : start + bytes_].view(dtype).reshape(shape)
        self._guards = memory[:start], memory[start + bytes_ :]
        self._filling = filling

    def check(self) -> None:
        for guard in self._guards:
            assert (guard == self._filling).all(), "written outside of the result"


def address(array: Array) -> int:
    assert array.flags.c_contiguous
    return array.ctypes.data


def aligned(array: Array) -> Array:
    """Return a copy that begins with a cache line, as the buffers of a plan do."""
    copy = Guarded(array.shape, array.dtype, 0).array
    copy[...] = array
    return copy


def functions(emitters: Sequence[Callable[[Module], str]]) -> list[NativeFunction]:
    """Return what each of some emitters writes, as functions that can be called."""
    module = Module()
    names = [emit(module) for emit in emitters]
    arguments: dict[str, list[tuple[str, str]]] = {}
    for line in module.text().splitlines():
        if line.startswith("define"):
            head, rest = line.split("(", 1)
            pairs = (part.split(" %") for part in rest.split(")")[0].split(", "))
            arguments[head.split("@")[1]] = [(name, type_) for type_, name in pairs]
    for i, name in enumerate(names):
        f = Function(module, arguments[name])
        f.call_function(name, *f.arguments)
        module.export(f, f"exported{i}")
    machine = host_machine()
    library = Library([build(module.text(), machine)], machine)
    return [library.function(f"exported{i}", len(arguments[name])) for i, name in enumerate(names)]


class Outcome(NamedTuple):
    """A kernel's result and its two words of fault."""

    value: Array
    fault: list[int]


class Kernel:
    """The kernel of one node."""

    def __init__(self, node: Node, function: NativeFunction) -> None:
        self.node = node
        self.function = function

    def __call__(
        self, operands: Sequence[Array], threads: int = 1, backwards: bool = False
    ) -> Outcome:
        node = self.node
        result = Guarded(node.shape, node.dtype, 0xA5)
        fault = np.zeros(2, np.int64)
        inputs = [aligned(operand) for operand in operands]
        extra = []
        if node.primitive.name == "argsort":
            extra = [Guarded((scratch_bytes(node, threads),), np.uint8, 0x5A)]
        order = range(threads)[::-1] if backwards else range(threads)
        for thread in order:
            arrays = [*inputs, result.array, *(e.array for e in extra), fault]
            self.function(*map(address, arrays), thread, threads)
        for guarded in [result, *extra]:
            guarded.check()
        for operand, copy in zip(operands, inputs, strict=True):
            assert operand.tobytes() == copy.tobytes(), "an operand was written to"
        return Outcome(result.array, fault.tolist())


def kernels(nodes: Sequence[Node], lanes: int) -> list[Kernel]:
    """Return the kernels of some nodes, made in one module."""

    def emitter(node: Node) -> Callable[[Module], str]:
        return lambda module: EMITTERS[node.primitive.name](module, node, lanes)

    made = functions([emitter(node) for node in nodes])
    return [Kernel(node, function) for node, function in zip(nodes, made, strict=True)]


def same(got: Array, wanted: Array) -> bool:
    """Tell whether two arrays are equal bit by bit, but for the bits of nan."""
    if got.dtype != wanted.dtype or got.shape != wanted.shape:
        return False
    if got.dtype.kind != "f":
        return got.tobytes() == wanted.tobytes()
    is_nan = np.isnan(wanted)
    equal = np.isnan(got) == is_nan
    equal &= is_nan | (got == wanted) & (np.signbit(got) == np.signbit(wanted))
    return bool(equal.all())


LANES = (1, 4, 8, 16)
THREADS = (1, 2, 3, 8)
SPECIALS = (0.0, -0.0, np.inf, -np.inf, np.nan, -np.nan, 1e-45, -1e-45, 3e38, 1.0, -1.0)


def draw(random: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> Array:
    """Draw elements with many ties and, among floats, many special values."""
    dtype = np.dtype(dtype)
    if dtype == np.bool_:
        return random.random(shape) < 0.5
    if dtype.kind == "f":
        plain = random.integers(-9, 9, shape) * random.choice([0.25, 1.1, 1e-3], shape)
        special = random.choice(SPECIALS, shape)
        chance = random.choice([0, 0.05, 0.5])
        return np.where(random.random(shape) < chance, special, plain).astype(dtype)
    limits = np.iinfo(dtype)
    wide = random.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    narrow = random.integers(0, 5, shape).astype(dtype)
    ends = random.choice(np.array([limits.min, limits.max], dtype), shape)
    kind = random.integers(0, 3, shape) if random.random() < 0.7 else np.ones(shape)
    return np.select([kind == 0, kind == 1], [wide, narrow], ends).astype(dtype)


def check(cases: Sequence[tuple[Node, Sequence[Array]]], lanes: int, note: str) -> None:
    """Require of each node the bits of its definition, whoever of the threads comes first."""
    for kernel, (node, operands) in zip(
        kernels([node for node, _ in cases], lanes), cases, strict=True
    ):
        with np.errstate(all="ignore"):
            assert isinstance(node.primitive, Structural)
            wanted = np.asarray(node.primitive.compute(*operands, **node.attributes))
        for threads in THREADS:
            for backwards in (False, True):
                value, fault = kernel(operands, threads, backwards)
                types = [f"{i.shape} {i.dtype}" for i in node.inputs]
                attributes = dict(node.attributes)
                about = f"{note}: {node.primitive} of {types}, {attributes}, {threads} threads"
                assert same(value, wanted), f"{about}: {operands}"
                assert fault == [0, 0], about
