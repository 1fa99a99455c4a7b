"""How many rows and rounds fit into a budget of time and memory, worked out before fitting.

Receives what a fit costs for each row and round; gives the rows and rounds to use. Costs were
measured with scikit-learn 1.9 on one core of a server processor, and hold within a factor of
about two on others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.target import CLASSIFICATION

__all__ = ["Cost", "Plan", "choose_rows", "plan"]

Array = npt.NDArray[Any]

ENOUGH_ROWS = 20_000
"""Rounds are given up only for at least so many rows, if there are so many."""


@dataclass(frozen=True)
class Cost:
    """What a fit costs.

    Attributes:
        row_round: seconds for each row and round.
        round: seconds for each round beside that, predictions among them.
        row: seconds for each row beside that.
        memory: bytes for each row.
    """

    row_round: float
    round: float
    row: float
    memory: float


@dataclass(frozen=True)
class Plan:
    """What a fit will use."""

    rows: int
    rounds: int


def plan(
    cost: Cost, rows: int, rounds: Sequence[int], least: int, seconds: float, memory: float
) -> Plan | None:
    """Return what to use within a budget; None where even the least costs too much.

    Args:
        cost: what it costs.
        rows: the rows that there are.
        rounds: numbers of rounds that would do, the best first, the last being the least.
        least: the fewest rows that make sense.
        seconds: the budget of time.
        memory: the budget of memory, bytes.

    Example:
        >>> plan(Cost(1e-6, 0.0, 0.0, 8.0), 1_000_000, (100, 50), 1000, 10.0, 1e9)
        Plan(rows=100000, rounds=100)
    """
    affordable = 0.0
    for count in rounds:
        left = seconds - count * cost.round
        affordable = min(left / (count * cost.row_round + cost.row), memory / cost.memory)
        if affordable >= min(rows, ENOUGH_ROWS):
            return Plan(min(rows, int(affordable)), count)
    if affordable >= min(rows, least):
        return Plan(min(rows, int(affordable)), rounds[-1])
    return None


def choose_rows(task: str, truth: Array, count: int, generator: np.random.Philox) -> Array:
    """Return rows chosen by chance, ascending: int64, about `count` of them.

    Each class keeps its share, and one row at least. The draws are raw output of NumPy's Philox
    generator, which no version of NumPy changes.
    """
    rows = len(truth)
    if count >= rows:
        return np.arange(rows)
    order = np.argsort(generator.random_raw(rows), kind="stable")
    if task != CLASSIFICATION:
        return np.sort(order[:count])
    order = order[np.argsort(truth[order], kind="stable")]
    sizes = np.bincount(truth)
    starts = np.cumsum(sizes) - sizes
    ranks = np.arange(rows) - starts[truth[order]]
    wanted = np.maximum(np.rint(sizes * (count / rows)), 1)
    return np.sort(order[ranks < wanted[truth[order]]])
