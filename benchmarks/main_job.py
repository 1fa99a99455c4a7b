"""Time the main job, all included, beside scikit-learn's perceptron on the same rows.

    python benchmarks/main_job.py [--rounds 3] [--out FILE.json]

Each round runs every contestant once, in a process of its own, so that start, reading, encoding,
training, testing and writing all count; rounds are interleaved, since machines are noisy. Printed
are medians, the spread (largest over smallest), and the ratio to scikit-learn. Adult is taken from
the folder named by PELLUCID_DATA, then from ../shared/data, and is left out elsewhere.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
ADULT_COLUMNS = (
    "age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,"
    "sex,capital_gain,capital_loss,hours_per_week,native_country,income"
)

PEER = """
import sys
import numpy as np
from sklearn.metrics import accuracy_score
from sklearn.neural_network import MLPClassifier
from pellucid.data import prepare
prepared = prepare(sys.argv[1], sys.argv[2] or None, validation=0)
x, y = prepared.features, prepared.raw_targets
network = MLPClassifier((128, 64), early_stopping=True, n_iter_no_change=20, random_state=0)
network.fit(x["train"], y["train"])
print(accuracy_score(y["test"], network.predict(x["test"])))
"""


def data_folder() -> Path | None:
    """Return the folder of the shared data sets, if there is one."""
    for folder in (os.environ.get("PELLUCID_DATA"), ROOT.parent / "shared" / "data"):
        if folder and Path(folder).is_dir():
            return Path(folder)
    return None


def jobs(scratch: Path) -> dict[str, tuple[str, str]]:
    """Return the data sets: name to (data, target)."""
    found = {"breast-cancer": ("breast-cancer", "")}
    folder = data_folder()
    if folder is not None:
        path = scratch / "adult.csv"
        rows = (folder / "adult" / "adult-train.csv").read_text()
        path.write_text(f"{ADULT_COLUMNS}\n{rows}")
        found["adult"] = (str(path), "income")
    return found


def run_ours(data: str, target: str, out: Path) -> tuple[float, float]:
    """Return wall seconds and test accuracy of `pellucid fit`."""
    command = [sys.executable, "-m", "pellucid", "fit", data, "--out", str(out), "--quiet"]
    started = time.perf_counter()
    subprocess.run([*command, *(["--target", target] if target else [])], check=True)
    seconds = time.perf_counter() - started
    result = json.loads((out / "result.json").read_text())
    return seconds, result["metrics"]["test"]["accuracy"]


def run_peer(data: str, target: str) -> tuple[float, float]:
    """Return wall seconds and test accuracy of scikit-learn's perceptron of the same widths."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PEER, data, target],
        check=True,
        capture_output=True,
        text=True,
    )
    return time.perf_counter() - started, float(done.stdout)


def main() -> None:
    """Run the rounds and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    measured: dict[str, dict[str, list[tuple[float, float]]]] = {}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for number in range(arguments.rounds):
            for job, (data, target) in jobs(scratch).items():
                table = measured.setdefault(job, {"pellucid": [], "scikit-learn": []})
                table["pellucid"].append(run_ours(data, target, scratch / f"{job}-{number}"))
                table["scikit-learn"].append(run_peer(data, target))
    report = {}
    for job, table in measured.items():
        medians = {}
        for who, results in table.items():
            seconds = [result[0] for result in results]
            medians[who] = statistics.median(seconds)
            accuracy = statistics.median(result[1] for result in results)
            spread = max(seconds) / min(seconds)
            print(
                f"{job:14} {who:13} {medians[who]:7.2f} s (spread {spread:.2f}), "
                f"test accuracy {accuracy:.4f}"
            )
        ratio = medians["scikit-learn"] / medians["pellucid"]
        print(f"{job:14} scikit-learn's time over ours: {ratio:.2f}")
        report[job] = {"results": table, "ratio": ratio}
    if arguments.out is not None:
        machine = {"cores": os.cpu_count(), "system": platform.platform()}
        arguments.out.write_text(json.dumps({"machine": machine, "jobs": report}, indent=1) + "\n")


if __name__ == "__main__":
    main()
