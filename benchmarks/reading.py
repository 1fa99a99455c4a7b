"""Time reading a large CSV file, beside DuckDB's own reading of it, and what memory it takes.

    python benchmarks/reading.py [--rows 1000000] [--rounds 5] [--out FILE.json]

The table has 30 columns: an identifier, 20 numbers (7 of them with one value in twenty missing), 6
categories of 3 to 2000 words, a date, a time and a boolean. DuckDB finds the dialect and the types
out by itself and gives either NumPy arrays (`fetchnumpy`, the categories as Python texts) or a
table of its own in memory (`CREATE TABLE`), which nothing has been taken out of yet. pellucid
verifies every field, codes the categories, and gives arrays; "ready to train" goes on to split,
understand, encode, look for leaks and take fingerprints. Each is compared with DuckDB on the same
file. Each turn is a process of its own, rounds are interleaved, imports are not counted; peak
memory is the whole process's.
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
from pathlib import Path
from typing import Any

LIMIT_TIMES, LIMIT_READY, LIMIT_BYTES = 2.0, 4.0, 2.5e9

START = """
import resource, sys, time
import duckdb
import numpy
path = sys.argv[1]
"""
END = """
print(time.perf_counter() - started, 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
PELLUCID = """
from pellucid.data.memory import Memory
from pellucid.data.sources import load_table
started = time.perf_counter()
table, _ = load_table(path, memory=Memory({budget}))
assert len(table.names) == 30
"""
READY = """
from pellucid.data.prepared import prepare
started = time.perf_counter()
prepared = prepare(path, "flag")
assert sum(prepared.rows.values()) == {rows}
"""
DUCKDB = """
started = time.perf_counter()
arrays = duckdb.connect().execute("SELECT * FROM read_csv(?)", [path]).fetchnumpy()
"""
CONTESTANTS = {
    "pellucid": PELLUCID.format(budget=""),
    "pellucid, 300 MB": PELLUCID.format(budget="300_000_000"),
    "pellucid, quoted file": "path = path.replace('.csv', '.quoted.csv')\n"
    + PELLUCID.format(budget=""),
    "pellucid, gzip": "path += '.gz'\n" + PELLUCID.format(budget=""),
    "pellucid, ready to train": READY,
    "DuckDB fetchnumpy": DUCKDB,
    "DuckDB fetchnumpy, quoted file": "path = path.replace('.csv', '.quoted.csv')\n" + DUCKDB,
    "DuckDB fetchnumpy, gzip": "path += '.gz'\n" + DUCKDB,
    "DuckDB CREATE TABLE": """
started = time.perf_counter()
connection = duckdb.connect()
connection.execute("CREATE TABLE t AS SELECT * FROM read_csv(?)", [path])
""",
}


def write_files(path: Path, rows: int) -> None:
    """Write the table, plain, with all words in quotes, and packed."""
    import duckdb

    shapes = (
        "round(sqrt(-2 * ln(1 - random())) * cos(6.283 * random()), 6)",
        "floor(random() * 100)::INTEGER",
        "round(exp(3 + random() * 2), 2)",
        "sqrt(-2 * ln(1 - random())) * cos(6.283 * random())",
        "round(random() * 1000, 3)",
    )
    columns = ["i AS id"]
    for number in range(20):
        value = shapes[number % 5]
        if number % 3 == 0:
            value = f"CASE WHEN random() < 0.05 THEN NULL ELSE {value} END"
        columns.append(f"{value} AS n{number}")
    for number, kinds in enumerate((3, 10, 30, 100, 500, 2000)):
        columns.append(f"'value ' || floor(random() * {kinds})::INTEGER AS c{number}")
    columns += [
        "DATE '2015-01-01' + floor(random() * 3000)::INTEGER AS day",
        "strftime(TIMESTAMP '2020-01-01' + to_seconds(floor(random() * 1e8)), "
        "'%Y-%m-%d %H:%M:%S') AS moment",
        "random() < 0.3 AS flag",
    ]
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute("SELECT setseed(0.5)")
        connection.execute(
            f"CREATE TABLE t AS SELECT {', '.join(columns)} FROM range({rows}) AS rows(i)"
        )
        words = ", ".join(f"c{number}" for number in range(6))
        quoted = path.with_suffix(".quoted.csv")
        for target, options in (
            (path, ""),
            (quoted, f", FORCE_QUOTE ({words}, day, moment, flag)"),
            (Path(f"{path}.gz"), ", COMPRESSION gzip"),
        ):
            connection.execute(f"COPY t TO '{target}' (FORMAT csv, HEADER{options})")


def file_of(name: str) -> str:
    """Which of the files a contestant reads: 'quoted file', 'gzip', or '' for the plain one."""
    what = name.partition(", ")[2]
    return what if what in ("quoted file", "gzip") else ""


def turn(code: str, path: Path) -> tuple[float, float]:
    """Seconds and peak bytes of one contestant in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", START + code + END, str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    # DuckDB may have shown its progress before.
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), float(peak)


def main() -> None:
    """Run the rounds and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    turns: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTESTANTS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        write_files(path, arguments.rows)
        size = path.stat().st_size
        for _ in range(arguments.rounds):
            for name, code in CONTESTANTS.items():
                turns[name].append(turn(code.replace("{rows}", str(arguments.rows)), path))
    medians = {name: statistics.median(s for s, _ in done) for name, done in turns.items()}
    report: dict[str, Any] = {}
    for name, done in turns.items():
        ratios = {
            own: round(medians[name] / medians[own], 3)
            for own in medians
            if own.startswith("Duck") and file_of(own) == file_of(name)
        }
        peak = max(bytes_ for _, bytes_ in done)
        seconds = [round(s, 3) for s, _ in done]
        report[name] = {
            "median": round(medians[name], 3),
            "seconds": seconds,
            "peak_bytes": peak,
            "times": ratios,
        }
        spread = max(seconds) / min(seconds)
        shown = ", ".join(f"{ratio:.2f} x {own}" for own, ratio in ratios.items())
        print(
            f"{name:22} {medians[name]:6.2f} s (spread {spread:.2f}), {peak / 1e9:.2f} GB; {shown}"
        )
    kept = all(
        report[name]["peak_bytes"] <= LIMIT_BYTES
        and max(report[name]["times"][own] for own in others) <= limit
        for name, others, limit in (
            ("pellucid", ("DuckDB fetchnumpy", "DuckDB CREATE TABLE"), LIMIT_TIMES),
            ("pellucid, quoted file", ("DuckDB fetchnumpy, quoted file",), LIMIT_TIMES),
            ("pellucid, gzip", ("DuckDB fetchnumpy, gzip",), LIMIT_TIMES),
            ("pellucid, ready to train", ("DuckDB fetchnumpy",), LIMIT_READY),
        )
    )
    limits = f"{LIMIT_TIMES} x, ready {LIMIT_READY} x, {LIMIT_BYTES / 1e9} GB"
    print(f"limits ({limits}) {'kept' if kept else 'NOT kept'}")
    if arguments.out is not None:
        machine = {"cores": os.cpu_count(), "system": platform.platform()}
        table = {"rows": arguments.rows, "bytes": size, "rounds": arguments.rounds}
        whole = {"machine": machine, "table": table, "readers": report, "kept": kept}
        arguments.out.write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    main()
