"""The most arithmetic that the machine does with these threads, in float32.

The fastest is taken of NumPy's and PyTorch's product of large matrices and of a loop of nothing but
fused multiply-adds in registers, and the best of several rounds: what slows them down is other work
on the machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

SIZE = 2048
ROUNDS = 12
COUNT = 2_000_000


def measure_peak(threads: int, rounds: int = ROUNDS) -> float:
    """Return floating-point operations a second."""
    random = np.random.default_rng(0)
    left, right = random.standard_normal((2, SIZE, SIZE), np.float32)
    result = np.empty_like(left)
    ours = _speed(lambda: np.matmul(left, right, out=result), rounds)
    ours = max(ours, _multiply_adds(threads, rounds))
    try:
        import torch
    except ModuleNotFoundError:
        return ours
    torch.set_num_threads(threads)
    first, second, third = (torch.from_numpy(array) for array in (left, right, result))
    return max(ours, _speed(lambda: torch.mm(first, second, out=third), rounds))


def _speed(product: Callable[[], object], rounds: int) -> float:
    product()
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        product()
        best = min(best, time.perf_counter() - started)
    return 2 * SIZE**3 / best


def _multiply_adds(threads: int, rounds: int) -> float:
    """Return operations a second of a loop that touches no memory; 0 where it cannot be made."""
    from pellucid.backends.native.machine import host_machine
    from pellucid.backends.native.object_code import Library, build
    from pellucid.backends.native.text import Function, Module, Value, vector
    from pellucid.errors import BackendError

    try:
        machine = host_machine()
        sums = 3 * machine.registers // 4
        type_ = vector("float", machine.lanes)
        module = Module()
        f = Function(module, [("out", "ptr"), ("count", "i64")])
        half = f.constant(0.5, type_)

        def body(_: Value | int, values: list[Value]) -> list[Value]:
            return [f.fma(value, half, half) for value in values]

        starts = [f.constant(float(i), type_) for i in range(sums)]
        for i, value in enumerate(f.loop(0, f.argument("count"), 1, body, starts)):
            f.store(value, f.argument("out"), i * machine.lanes * 4)
        module.export(f, "spin")
        spin = Library([build(module.text(), machine)], machine).function("spin", 2)
    except BackendError:
        return 0.0
    out = np.zeros((threads, sums * machine.lanes), np.float32)
    with ThreadPoolExecutor(threads) as pool:
        best = min(_seconds(pool, spin, out) for _ in range(rounds))
    return 2 * machine.lanes * sums * COUNT * threads / best


def _seconds(pool: ThreadPoolExecutor, spin: Callable[[int, int], object], out: Any) -> float:
    started = time.perf_counter()
    list(pool.map(lambda row: spin(row.ctypes.data, COUNT), out))
    return time.perf_counter() - started
