"""The most arithmetic that the machine does with these threads: a large matrix product.

The faster of NumPy's and PyTorch's is taken, in float32, and the best of several rounds: what slows
a product down is other work on the machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

SIZE = 2048
ROUNDS = 12


def measure_peak(threads: int, rounds: int = ROUNDS) -> float:
    """Return floating-point operations a second."""
    random = np.random.default_rng(0)
    left, right = random.standard_normal((2, SIZE, SIZE), np.float32)
    result = np.empty_like(left)
    ours = _speed(lambda: np.matmul(left, right, out=result), rounds)
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
