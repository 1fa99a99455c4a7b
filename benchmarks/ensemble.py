"""Time several networks in one run beside as many runs of one network.

    python benchmarks/ensemble.py [--threads 1] [--rounds 9] [--tables small,middle,large]
        [--members 1,2,4,8,16] [--out FILE.json]

The networks are those that `pellucid fit` builds for a table of numbers by default (learned
cosines of each column, two hidden layers of 128 units, dropout), trained by the same recipe for the
same number of epochs, each with its evaluation. In a round each size of ensemble takes its turn:
one run of all its networks, and then as many runs of one network, each from weights of its own.
Reading, preparing and compiling, which an ensemble also does once, are not counted. One thread is
timed by the processor's time, so that waiting for a core does not count; several by the wall clock.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from contest.threads import describe_machine, empty_caches, hold_threads

if TYPE_CHECKING:
    from pellucid.fitting.preparation import Preparation


class Size(NamedTuple):
    """Rows and columns of a table."""

    rows: int
    columns: int


TABLES = {"small": Size(1_000, 8), "middle": Size(10_000, 16), "large": Size(40_000, 24)}


def draw_table(size: Size, seed: int) -> dict[str, Any]:
    """Return columns of numbers, and a number that depends on them."""
    import numpy as np

    random = np.random.default_rng(seed)
    x = random.normal(size=(size.rows, size.columns))
    y = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.3 * random.normal(size=size.rows)
    return {**{f"x{number}": column for number, column in enumerate(x.T)}, "y": y}


class Runs:
    """The compiled program of an ensemble, and states from which it starts."""

    def __init__(self, table: dict[str, Any], members: int, threads: int) -> None:
        """Prepare and compile."""
        from pellucid.fitting.configuration import Configuration
        from pellucid.fitting.preparation import prepare_fit

        options = Configuration(target="y", ensemble=members, threads=threads, patience=0)
        self.preparation: Preparation = prepare_fit(table, "y", options)
        recipe = self.preparation.recipe(self.preparation.learning_rate())
        self.program = self.preparation.program(recipe)
        self.executable = self.preparation.backend.compile(self.program)
        self.batch_size = recipe.batch_size
        self.steps_per_epoch = self.program.order.steps_per_epoch

    def run(self, epochs: int, seed: int = 0) -> None:
        """Train for some epochs."""
        from pellucid.training.state import initial_state

        first = initial_state(self.program, seed)
        self.executable.run(first, self.preparation.data, epochs * self.steps_per_epoch)


def timed(clock: Callable[[], float], work: Callable[[], None]) -> float:
    """Return the seconds that some work takes."""
    begun = clock()
    work()
    return clock() - begun


def measure(size: Size, counts: list[int], arguments: argparse.Namespace) -> dict[str, Any]:
    """Time a table's ensembles, round by round."""
    clock = time.process_time if arguments.threads == 1 else time.perf_counter
    table = draw_table(size, arguments.seed)
    every = {count: Runs(table, count, arguments.threads) for count in {1, *counts}}
    alone = every[1]
    for runs in every.values():
        runs.run(1)
    epochs = max(1, round(arguments.seconds / timed(clock, lambda: alone.run(1))))
    steps = epochs * alone.steps_per_epoch
    together: dict[int, list[float]] = {count: [] for count in counts}
    apart: dict[int, list[float]] = {count: [] for count in counts}

    def one_by_one(count: int) -> None:
        for seed in range(count):
            alone.run(epochs, seed)

    for _ in range(arguments.rounds):
        for count in counts:
            runs = every[count]
            together[count].append(timed(clock, lambda runs=runs: runs.run(epochs)))
            apart[count].append(timed(clock, lambda count=count: one_by_one(count)))
    return {
        **size._asdict(),
        "batch_size": alone.batch_size,
        "steps": steps,
        "microseconds_a_step": 1e6 * statistics.median(apart[counts[0]]) / counts[0] / steps,
        "ensembles": {str(n): compare(n, together[n], apart[n]) for n in counts},
    }


def compare(count: int, together: list[float], apart: list[float]) -> dict[str, Any]:
    """Return the seconds of each round, and what one run takes over runs of one network."""
    ratio = statistics.median(a / b for a, b in zip(together, apart, strict=True))
    return {
        "together": together,
        "apart": apart,
        "times_one_run": count * ratio,
        "times_as_many_runs": ratio,
    }


def describe(name: str, found: dict[str, Any]) -> str:
    """Return a table's numbers as lines."""
    lines = [
        f"{name}: {found['rows']:,} rows, {found['columns']} columns, batches of "
        f"{found['batch_size']}, {found['microseconds_a_step']:.1f} us a step of one network",
        "   networks   times one run   times as many runs",
    ]
    for count, times in found["ensembles"].items():
        one, many = times["times_one_run"], times["times_as_many_runs"]
        lines.append(f"  {count:>9} {one:15.2f} {many:20.2f}")
    return "\n".join(lines)


def main() -> None:
    """Run the rounds and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cores", default="", help="their numbers, separated by commas")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.05, help="of a run of one network")
    parser.add_argument("--tables", default=",".join(TABLES), help="names separated by commas")
    parser.add_argument("--members", default="1,2,4,8,16", help="separated by commas")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="a JSON file for all numbers")
    arguments = parser.parse_args()
    cores = hold_threads(arguments.threads, arguments.cores)
    empty_caches()

    # Only now: what follows loads NumPy, which reads the limits of threads once.
    from contest.disturbance import Disturbance, warning
    from contest.report import write_json

    machine = describe_machine(arguments.threads, cores)
    counts = [int(count) for count in arguments.members.split(",")]
    clock = "processor" if arguments.threads == 1 else "wall"
    tables = {}
    disturbance = Disturbance()
    for name in arguments.tables.split(","):
        tables[name] = measure(TABLES[name], counts, arguments)
        print(describe(name, tables[name]), flush=True)
    share = disturbance.share()
    if clock == "wall" and (said := warning(share)):
        print(said)
    if arguments.out is not None:
        write_json(arguments.out, machine, clock=clock, disturbance=share, tables=tables)


if __name__ == "__main__":
    main()
