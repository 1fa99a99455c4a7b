"""Time ten epochs of MNIST as whole processes, beside PyTorch and JAX.

    python benchmarks/mnist.py [--rounds 5] [--epochs 10] [--threads 2] [--caches cold]
        [--out FILE.json]

Each round runs every contestant once, with a seed of the round, in a process of its own: start,
imports, reading, compilation, training and testing all count. Images are taken from the folder
named by PELLUCID_DATA, then from ../shared/data. With `--caches cold` every process has an empty
folder for what compilers keep on disk, with `--caches warm` all rounds have the same.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from contest.threads import describe_machine, hold_threads

ROOT = Path(__file__).parent.parent
CONTESTANTS = {"pellucid": "pellucid", "torch": "PyTorch", "jax": "JAX"}
LARGEST_SHARES = {"torch": 0.5, "jax": 0.75}
"""Of a contestant's time, that ours may take."""
LARGEST_LOSS = 0.2
"""Percentage points of accuracy that ours may be below PyTorch's."""


class Finish(NamedTuple):
    """What one process came to; memory is its peak, in bytes."""

    seconds: float
    accuracy: float
    memory: int


def data_folder() -> Path:
    """Return the folder of the images."""
    for folder in (os.environ.get("PELLUCID_DATA"), ROOT.parent / "shared" / "data"):
        if folder and (Path(folder) / "mnist").is_dir():
            return Path(folder) / "mnist"
    raise SystemExit("MNIST was not found: name the folder that has mnist/ in PELLUCID_DATA")


def run(name: str, arguments: list[str], environment: dict[str, str]) -> Finish | str:
    """Run one contestant; return what it came to, or why it failed."""
    command = [sys.executable, "-m", f"contest.mnist.with_{name}", *arguments]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=errors, env=environment, cwd=Path(__file__).parent
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            lines = errors.read().decode(errors="replace").strip().splitlines()
            return lines[-1] if lines else f"exit status {process.returncode}"
        return Finish(seconds, float(output.read()), usage.ru_maxrss * 1024)


def describe(finishes: dict[str, list[Finish]]) -> str:
    """Return the table, and how ours compares with what is asked for."""
    lines, medians, accuracies = [], {}, {}
    for name, runs in finishes.items():
        seconds = [finish.seconds for finish in runs]
        medians[name] = statistics.median(seconds)
        accuracies[name] = 100 * statistics.mean(finish.accuracy for finish in runs)
        memory = statistics.median(finish.memory for finish in runs) / 2**20
        lines.append(
            f"{CONTESTANTS[name]:9} {medians[name]:7.2f} s ({min(seconds):.2f} to "
            f"{max(seconds):.2f}), accuracy {accuracies[name]:.2f} % "
            f"(mean of {len(runs)} seeds), {memory:.0f} MiB"
        )
    for name, largest in LARGEST_SHARES.items():
        if name in medians and "pellucid" in medians:
            share = medians["pellucid"] / medians[name]
            lines.append(f"ours over {CONTESTANTS[name]}'s: {share:.2f} (at most {largest})")
    if {"torch", "pellucid"} <= set(accuracies):
        difference = accuracies["pellucid"] - accuracies["torch"]
        lines.append(f"accuracy, ours less PyTorch's: {difference:+.2f} (at least -{LARGEST_LOSS})")
    return "\n".join(lines)


def main() -> None:
    """Run the rounds and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cores", default="", help="their numbers, separated by commas")
    parser.add_argument("--contestants", default=",".join(CONTESTANTS))
    parser.add_argument("--backend", default="native", help="pellucid's backend")
    parser.add_argument("--caches", choices=("cold", "warm"), default="cold")
    parser.add_argument("--out", type=Path, help="a JSON file for all numbers")
    arguments = parser.parse_args()
    machine = describe_machine(arguments.threads, hold_threads(arguments.threads, arguments.cores))
    from contest.disturbance import Disturbance, warning
    from contest.mnist.data import unpack

    left: dict[str, str] = {}
    finishes: dict[str, list[Finish]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        unpack(data_folder(), Path(scratch))
        disturbance = Disturbance()
        for number in range(arguments.rounds):
            numbers = [arguments.epochs, number, arguments.threads]
            for name in arguments.contestants.split(","):
                if name in left:
                    continue
                cache = f"cache-{name}-{number if arguments.caches == 'cold' else 'all'}"
                own = {
                    "XDG_CACHE_HOME": str(Path(scratch) / cache),
                    "PELLUCID_BENCHMARK_BACKEND": arguments.backend,
                }
                found = run(name, [scratch, *map(str, numbers)], {**os.environ, **own})
                if isinstance(found, str):
                    left[name] = found
                    print(f"{CONTESTANTS[name]} is left out: {found}", flush=True)
                else:
                    finishes.setdefault(name, []).append(found)
    share = disturbance.share()
    print(describe(finishes))
    if said := warning(share):
        print(said)
    if arguments.out is not None:
        runs = {name: [f._asdict() for f in found] for name, found in finishes.items()}
        report: dict[str, Any] = {"machine": machine, "disturbance": share}
        report |= {"left_out": left, "runs": runs}
        arguments.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
