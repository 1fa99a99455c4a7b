"""Measure the memory that training takes at its height, against what it has to hold.

    python benchmarks/memory.py [--cases float32,uint8] [--backend native] [--threads 2]
        [--rounds 3] [--out FILE.json]

Each case trains for one epoch with `train` in a process of its own. What it has to hold is the data
as they are stored, the state (weights, the optimizer's averages, the best weights), and for one
batch its rows and each layer's values and gradients. What it takes is the highest resident memory
less that before the data were made. "above imports" leaves out what the native backend's libraries
take when they are loaded, as if they had been imported too; "private" leaves out the pages of
libraries' files, which processes share and the system can drop. A second process runs the stages
one by one, and prints how far each rises above what was resident when the data were there. Linux
alone tells all this.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from contest.threads import describe_machine, hold_threads

MIB = 2**20
LARGEST_RATIO = 1.3
"""Of what is taken to what has to be held: what was asked for."""
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
_LOOK = 0.002
"""Seconds between two looks at the private memory, of which the system keeps no peak."""


class Case(NamedTuple):
    """A network and its data."""

    rows: int
    widths: tuple[int, ...]
    batch_size: int
    dtype: str = "float32"
    validation: int = 0


CASES = {
    "float32": Case(60_000, (784, 256, 128, 10), 128),
    "uint8": Case(60_000, (784, 256, 128, 10), 128, "uint8"),
    "validation": Case(50_000, (784, 256, 128, 10), 128, validation=10_000),
    "wide": Case(2_000, (784, 2048, 2048, 10), 128),
}


class Job:
    """What a process of this benchmark trains."""

    def __init__(self, case: Case, backend: str) -> None:
        """Import what training needs, and remember how much that takes."""
        import numpy as np

        from pellucid.layers import Layer, Sequential
        from pellucid.models.mlp import multilayer_perceptron
        from pellucid.primitives import cast
        from pellucid.training.train import train

        class Scale(Layer):
            """From bytes to numbers of 0 to 1."""

            name = "scale"

            def call(self, x: Any, mode: Any) -> Any:
                return cast(x, "float32") * (1 / 255)

        self.case, self.backend, self.train, self._numpy = case, backend, train, np
        network = multilayer_perceptron(case.widths[-1], hidden=case.widths[1:-1])
        self.network = Sequential(Scale(), *network.items) if case.dtype == "uint8" else network
        self.bare = resident()

    def load(self) -> int:
        """Make the backend load its libraries, and return the bytes that they take."""
        from pellucid.backends import backend_named

        backend_named(self.backend)
        return resident() - self.bare

    def data(self, rows: int) -> tuple[Any, Any]:
        """Return features and labels, made without memory beside them."""
        np = self._numpy
        width, classes = self.case.widths[0], self.case.widths[-1]
        features = np.empty((rows, width), self.case.dtype)
        line = np.arange(width) * 7919
        for row in range(rows):
            # What looks like chance: no zero pages, and a loss that stays finite.
            features[row] = (line + row * 104_729) % 251 % (256 if features.dtype == "u1" else 2)
        return features, np.arange(rows, dtype=np.int32) * 31 % 97 % classes

    def needed(self, *parts: Any) -> int:
        """Return the bytes of arrays."""
        return sum(array.nbytes for part in parts for array in part)

    def batch_bytes(self) -> int:
        """Return the bytes of a batch's rows and of each layer's values and gradients."""
        first, *others = self.case.widths
        rows = first * self._numpy.dtype(self.case.dtype).itemsize
        return self.case.batch_size * (rows + 2 * 4 * sum(others))


def resident(field: str = "VmRSS") -> int:
    """Return a number of bytes that the system tells about this process."""
    for line in _STATUS.read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise OSError(f"the system does not tell {field}")


@contextmanager
def watched() -> Iterator[dict[str, int]]:
    """Fill in the highest resident ("peak") and private ("private") memory of the block."""
    peaks = {"private": resident("RssAnon")}
    done = threading.Event()

    def look() -> None:
        while not done.wait(_LOOK):
            peaks["private"] = max(peaks["private"], resident("RssAnon"))

    _CLEAR.write_text(_RESET_PEAK)
    watcher = threading.Thread(target=look)
    watcher.start()
    yield peaks
    done.set()
    watcher.join()
    peaks["peak"] = resident("VmHWM")


def measure(case: Case, backend: str) -> dict[str, Any]:
    """Train one epoch, and return what was held and taken, in bytes."""
    job = Job(case, backend)
    libraries = job.load()
    before, private = resident(), resident("RssAnon")
    rows = job.data(case.rows)
    held = job.data(case.validation) if case.validation else None
    with watched() as peaks:
        done = job.train(
            *(job.network, *rows),
            loss="softmax_cross_entropy",
            epochs=1,
            batch_size=case.batch_size,
            validation=held,
            backend=backend,
        )
    data = job.needed(rows, held or ())
    state = job.needed(done.state.values())
    return {
        "data": data,
        "state": state,
        "batch": job.batch_bytes(),
        "libraries": libraries,
        "taken": peaks["peak"] - before,
        "private": peaks["private"] - private,
        "loss": done.epochs["train_loss"][-1],
    }


def stages(case: Case, backend: str) -> dict[str, int]:
    """Run the stages one by one, and return how far each rises above what data and imports take."""
    from pellucid.backends import backend_named
    from pellucid.backends.finite import nonfinite_row
    from pellucid.losses import loss_from
    from pellucid.optimizers import optimizer_from
    from pellucid.schedules import schedule_from
    from pellucid.training.program import FEATURES, TARGET, VALIDATION, build_program, row_type
    from pellucid.training.recipe import Recipe
    from pellucid.training.run import run_program
    from pellucid.training.state import initial_state

    job = Job(case, backend)
    job.load()
    sets = {"train": dict(zip((FEATURES, TARGET), job.data(case.rows), strict=True))}
    if case.validation:
        rows = job.data(case.validation)
        sets[VALIDATION] = dict(zip((FEATURES, TARGET), rows, strict=True))
    optimizer = optimizer_from("adam")
    recipe = Recipe(
        loss=loss_from("softmax_cross_entropy"),
        optimizer=optimizer,
        schedule=schedule_from("constant", rate=optimizer.rate, steps=1),
        epochs=1,
        batch_size=case.batch_size,
        seed=0,
        monitor="validation_loss" if case.validation else "train_loss",
    )
    before, rises = resident(), {}

    def stage(name: str, work: Any) -> Any:
        with watched() as peaks:
            result = work()
        rises[name] = peaks["peak"] - before
        return result

    stage(
        "checking the data", lambda: [nonfinite_row(v) for s in sets.values() for v in s.values()]
    )
    columns = {name: row_type(values) for name, values in sets["train"].items()}
    shape = (case.rows, case.validation)
    program = stage("building", lambda: build_program(job.network, recipe, columns, *shape))
    first = stage("first state", lambda: initial_state(program, 0))
    compiled = stage("compiling", lambda: backend_named(backend).compile(program))
    stage("running", lambda: run_program(program, compiled, sets, first, 1))
    return rises


def run(what: str, case: str, arguments: argparse.Namespace, cache: str) -> dict[str, Any]:
    """Run one process, and return what it measured."""
    command = [sys.executable, __file__, "--process", what, "--cases", case]
    command += ["--backend", arguments.backend]
    environment = {**os.environ, "PELLUCID_CACHE": cache}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def describe(name: str, caches: str, found: dict[str, Any]) -> str:
    """Return the line of a case."""
    held = found["data"] + found["state"] + found["batch"]
    parts = (found["data"], found["state"], found["batch"], held, found["taken"])
    ratios = (found["taken"] + found["libraries"], found["taken"], found["private"])
    return (
        f"{name:11} {caches:5}"
        + "".join(f" {part / MIB:8.1f}" for part in parts)
        + "".join(f" {r / held:{n}.2f}" for r, n in zip(ratios, (8, 13, 8), strict=True))
    )


def main() -> None:
    """Run the cases and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--backend", default="native")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--process", choices=("measure", "stages"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.process:
        work = {"measure": measure, "stages": stages}[arguments.process]
        print(json.dumps(work(CASES[arguments.cases], arguments.backend)))
        return
    if not _CLEAR.exists():
        raise SystemExit("this system does not tell a process how much memory it took: use Linux")
    machine = describe_machine(arguments.threads, hold_threads(arguments.threads))
    report: dict[str, Any] = {}
    print(f"at most {LARGEST_RATIO} is asked for\n")
    print(
        f"{'MiB':17}     data    state    batch     held    taken    ratio above imports  private"
    )
    for name in arguments.cases.split(","):
        report[name] = {"case": CASES[name]._asdict()}
        with tempfile.TemporaryDirectory() as cache:
            for caches in ("cold", "warm"):
                found = []
                for number in range(arguments.rounds):
                    own = str(Path(cache) / ("0" if caches == "warm" else str(number)))
                    found.append(run("measure", name, arguments, own))
                middle = {key: statistics.median(f[key] for f in found) for key in found[0]}
                report[name][caches] = middle
                print(describe(name, caches, middle), flush=True)
            for caches in ("cold", "warm"):
                own = str(Path(cache) / ("0" if caches == "warm" else "stages"))
                rises = report[name][caches]["stages"] = run("stages", name, arguments, own)
                told = ", ".join(f"{stage} {rise / MIB:.1f}" for stage, rise in rises.items())
                print(f"{'':11} {caches:5} above data and imports: {told}")
    if arguments.out is not None:
        text = json.dumps({"machine": machine, "cases": report}, indent=1)
        arguments.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
