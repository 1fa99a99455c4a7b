"""Time predictions of a dense network, 64-256-256-10, beside other libraries.

    python benchmarks/prediction.py [--rows 1,256,10000] [--threads 2] [--rounds 9]
        [--out FILE.json] [--picture FILE.svg]

An array of NumPy's goes in and one comes out, of logits (scikit-learn's has probabilities).
Everybody is ready and warm; rounds are interleaved.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from contest.command_line import add_options
from contest.threads import describe_machine, empty_caches, hold_threads

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]
    Predictor = Callable[[Array], Array]

CONTESTANTS = "pellucid,torch,compile,jax,onnx,sklearn"
WIDTHS = (64, 256, 256, 10)
TOLERANCE = 1e-3
"""By which probabilities may differ."""
DIFFERENT_INPUTS = 16
LIMIT = 10.0
"""Microseconds that a call for one row of ours may take."""


def inputs_of(rows: int) -> list[Array]:
    """Return several inputs, so that no call sees the last one's again."""
    import numpy as np

    random = np.random.default_rng(rows)
    count = DIFFERENT_INPUTS if rows < 1000 else 2
    return [random.standard_normal((rows, WIDTHS[0]), np.float32) for _ in range(count)]


def time_call(predict: Predictor, inputs: list[Array], seconds: float) -> float:
    """Return the time of one call, over calls that last that long together."""
    calls, taken = len(inputs), 0.0
    while True:
        started = time.perf_counter()
        for number in range(calls):
            predict(inputs[number % len(inputs)])
        taken = time.perf_counter() - started
        if taken >= 0.5 * seconds:
            return taken / calls
        calls = max(calls + 1, min(20 * calls, math.ceil(calls * seconds / taken)))


def hold_match(
    predictors: dict[str, Predictor], rows: int, rounds: int, seconds: float
) -> dict[str, list[float]]:
    """Return the times of a call by contestant, for those who agree with the others."""
    import numpy as np

    inputs = inputs_of(rows)
    found = {name: probabilities(name, predict(inputs[0])) for name, predict in predictors.items()}
    middle = np.median(np.stack(list(found.values())), axis=0)
    times: dict[str, list[float]] = {}
    for name, values in found.items():
        difference = float(np.abs(values - middle).max())
        if difference <= TOLERANCE:
            times[name] = []
        else:
            print(f"{name} is left out: its probabilities differ by {difference:.3g}")
    for _ in range(rounds):
        for name, measured in times.items():
            measured.append(time_call(predictors[name], inputs, seconds))
    return times


def probabilities(name: str, outputs: Array) -> Array:
    """Return the softmax of a contestant's logits."""
    import numpy as np

    if name.startswith("scikit-learn"):
        return outputs
    powers = np.exp(outputs - outputs.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def describe(rows: int, times: dict[str, list[float]], peak: float) -> str:
    """Return the table for one number of rows."""
    flops = 2 * rows * sum(a * b for a, b in pairwise(WIDTHS))
    medians = {name: statistics.median(measured) for name, measured in times.items()}
    lines = [f"{rows} rows: microseconds a call, median (least to most), share of measured peak"]
    for name, median in medians.items():
        low, high = (1e6 * value for value in (min(times[name]), max(times[name])))
        share = flops / median / peak
        lines.append(f"  {name:26} {1e6 * median:9.2f} ({low:.2f} to {high:.2f}) {share:6.1%}")
    ours = min((m for n, m in medians.items() if n.startswith("pellucid")), default=None)
    peer = min((m for n, m in medians.items() if not n.startswith("pellucid")), default=None)
    if ours is not None and rows == 1:
        lines.append(f"  ours: {1e6 * ours:.2f} (below {LIMIT:g} is asked for)")
    if ours is not None and peer is not None:
        lines.append(f"  best peer over ours: {peer / ours:.2f}")
    return "\n".join(lines)


def main() -> None:
    """Run the rounds and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, CONTESTANTS, rounds=9, variants=1)
    parser.set_defaults(seconds=0.05)
    parser.add_argument("--rows", default="1,256,10000", help="separated by commas")
    arguments = parser.parse_args()
    cores = hold_threads(arguments.threads, arguments.cores)
    empty_caches()

    # Only now: what follows loads NumPy, which reads the limits of threads once.
    from contest.disturbance import Disturbance, warning
    from contest.peak import measure_peak
    from contest.predictors import find_predictors
    from contest.report import draw_bars, write_json

    machine = describe_machine(arguments.threads, cores)
    peak = measure_peak(arguments.threads)
    print(f"measured peak with {arguments.threads} threads: {peak / 1e9:.0f} Gflop/s", flush=True)
    every: dict[str, dict[str, list[float]]] = {}
    disturbances: list[float | None] = []
    for rows in map(int, arguments.rows.split(",")):
        names = arguments.contestants.split(",")
        options = (WIDTHS, rows, arguments.threads, arguments.backend)
        predictors, missing = find_predictors(names, *options)
        if not every:
            for name, why in missing.items():
                print(f"{name} is left out: {why}")
        disturbance = Disturbance()
        times = hold_match(predictors, rows, arguments.rounds, arguments.seconds)
        every[f"{rows} rows"] = times
        disturbances.append(disturbance.share())
        print(describe(rows, times, peak), flush=True)
        if said := warning(disturbances[-1]):
            print(f"  {said}")
    if arguments.out is not None:
        beside = {"peak_flops": peak, "missing": missing, "disturbances": disturbances}
        write_json(arguments.out, machine, **beside, seconds=every)
    if arguments.picture is not None:
        groups = {
            title: {name: 1e6 * statistics.median(m) for name, m in times.items()}
            for title, times in every.items()
        }
        draw_bars(arguments.picture, groups, "microseconds a call (less is better)")


if __name__ == "__main__":
    main()
