"""Words and functions compiled alone: an array of each argument in, an array of results out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.backends.native.element_types import memory_type, vector
from pellucid.backends.native.machine import Machine, host_machine
from pellucid.backends.native.object_code import Library, build
from pellucid.backends.native.text import Function, Module, Value
from pellucid.backends.native.words import emit_formula
from pellucid.dtypes import DType, boolean
from pellucid.graph.formula import WORDS, Word, argument, word

Array = np.ndarray[Any, Any]
Emit = Callable[[Function, list[Value]], Value]

LANES = (1, 4, 8, 16)
WIDEST = max(LANES)


class Kernel:
    """What `emit` writes, as a function of arrays of equal length."""

    def __init__(
        self,
        emit: Emit,
        dtypes: Sequence[DType],
        result: DType,
        lanes: int,
        machine: Machine | None = None,
    ) -> None:
        """Compile it for vectors of `lanes` elements."""
        self._dtypes, self._result = list(dtypes), result
        names = [f"x{position}" for position in range(len(dtypes))]
        module = Module()
        numbers = [("count", "i64"), ("rounds", "i64")]
        f = Function(module, [*((name, "ptr") for name in (*names, "y")), *numbers])

        def one_vector(i: Value | int, _: list[Value]) -> None:
            pairs = zip(names, dtypes, strict=True)
            value = emit(f, [_load(f, f.argument(name), t, i, lanes) for name, t in pairs])
            if result == boolean:
                value = f.convert("zext", value, "i8")
            assert value.type == vector(memory_type(result), lanes)
            f.store(value, f.argument("y"), f.mul(i, result.itemsize))

        def one_round(_: Value | int, __: list[Value]) -> None:
            f.loop(0, f.argument("count"), lanes, one_vector)

        f.loop(0, f.argument("rounds"), 1, one_round)
        module.export(f, "apply")
        machine = machine or host_machine()
        self.text = module.text()
        library = Library([build(self.text, machine)], machine)
        self._run = library.function("apply", len(dtypes) + 3)

    def __call__(self, *arrays: Array) -> Array:
        """Return the results."""
        count = len(arrays[0])
        whole = -(-count // WIDEST) * WIDEST
        padded = [np.ones(whole, dtype) for dtype in self._dtypes]
        for target, source in zip(padded, arrays, strict=True):
            assert target.dtype == source.dtype
            target[:count] = source
        out = np.zeros(whole, self._result)
        self._run(*(array.ctypes.data for array in (*padded, out)), whole, 1)
        return out[:count]

    def seconds(self, rounds: int, *arrays: Array) -> float:
        """Return how long it takes to compute the results again and again."""
        out = np.zeros(len(arrays[0]), self._result)
        assert len(out) % WIDEST == 0
        places = [array.ctypes.data for array in (*arrays, out)]
        start = time.perf_counter()
        self._run(*places, len(out), rounds)
        return time.perf_counter() - start


def compile_word(
    name: str,
    dtypes: Sequence[DType],
    result: DType,
    lanes: int,
    to: DType | None = None,
    machine: Machine | None = None,
) -> Kernel:
    """Compile a word applied to arguments of these types; `convert` goes to `to`."""
    arguments = [argument(position) for position in range(WORDS[name])]
    return compile_formula(word(name, *arguments, dtype=to), dtypes, result, lanes, machine)


def compile_formula(
    formula: Word,
    dtypes: Sequence[DType],
    result: DType,
    lanes: int,
    machine: Machine | None = None,
) -> Kernel:
    """Compile a formula of arguments of these types."""

    def emit(f: Function, values: list[Value]) -> Value:
        return emit_formula(f, formula, values, dtypes, lanes)

    return Kernel(emit, dtypes, result, lanes, machine)


def _load(f: Function, pointer: Value, dtype: DType, i: Value | int, lanes: int) -> Value:
    value = f.load(vector(memory_type(dtype), lanes), pointer, f.mul(i, dtype.itemsize))
    if dtype == boolean:
        return f.compare("icmp ne", value, f.constant(0, value.type))
    return value


def bits_of(array: Array) -> Array:
    """Return the bits of floats, with one pattern for every nan; other arrays as they are."""
    if array.dtype.kind != "f":
        return array
    whole = {4: np.uint32, 8: np.uint64}[array.itemsize]
    return np.where(np.isnan(array), np.array(np.nan, array.dtype), array).view(whole)


def errors_in_ulps(result: Array, exact: Array) -> Array:
    """Return the errors of results in units in the last place of the exact ones.

    `exact` has a wider type. Infinite where the result is nan or infinite and the exact one,
    rounded, is not, or the other way round, and where a 0 has the wrong sign.
    """
    limits = np.finfo(result.dtype)
    with np.errstate(all="ignore"):
        rounded = exact.astype(result.dtype)
        exponent = np.maximum(np.frexp(exact)[1] - 1, limits.minexp)
        unit = np.ldexp(np.ones((), exact.dtype), exponent - limits.nmant)
        errors = np.abs(result.astype(exact.dtype) - exact) / unit
    is_plain = np.isfinite(result) & np.isfinite(rounded)
    is_same = (result == rounded) | (np.isnan(result) & np.isnan(rounded))
    errors = np.where(is_plain, errors, np.where(is_same, 0, np.inf))
    is_sign_wrong = (result == 0) & (exact == 0) & (np.signbit(result) != np.signbit(exact))
    return np.where(is_sign_wrong, np.inf, errors)
