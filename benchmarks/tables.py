"""Judge pellucid's defaults on real tables, beside other libraries at theirs.

    python benchmarks/tables.py [--tables adult,diamonds] [--contestants pellucid,mlp,hgb,linear]
        [--variant ensemble=8] [--splits 5] [--threads 2] [--add FILE.json] [--out FILE.json]

Each split sets a fifth of a table's rows aside for testing; the contestants get the other rows, and
choose their own validation rows from them, if any. They take their turns split by split, in this
one process bound to as many cores as there are threads. The error is the share of rows classified
wrongly, or the RMSE; for classes the log loss is judged as well.

A difference to pellucid's over the splits has a 95 % interval from the t-test corrected for
training rows that the splits share (Nadeau, Bengio, "Inference for the generalization error",
2003); where it has 0 inside, nothing can be told. Ranks are of the mean error on each table.

`--add` takes the scores of an earlier run on the same splits, so that slow contestants need not run
again. Who took part in some tables or splits only is judged apart, on those.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contest.disturbance import Disturbance, warning
from contest.threads import describe_machine, hold_threads

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

TEST_SHARE = 0.2
DEFAULT = "pellucid,mlp,hgb,linear,realmlp,tabm"
OURS = "pellucid"
Scores = dict[str, float]
Results = dict[str, dict[str, list[Scores]]]
"""Table to contestant to the scores of each split."""


def split_rows(y: Array, classes: Array | None, seed: int) -> Array:
    """Return True for test rows, a fifth, of each class alike where there are classes."""
    import numpy as np

    random = np.random.default_rng([1, seed])
    test = np.zeros(len(y), bool)
    groups = [np.arange(len(y))] if classes is None else [np.flatnonzero(y == k) for k in classes]
    for rows in groups:
        test[random.permutation(rows)[: round(TEST_SHARE * len(rows))]] = True
    return test


def default_splits(rows: int) -> int:
    """Return how many splits tame the noise of a table of that size within a sensible time."""
    return 10 if rows <= 2000 else 5 if rows <= 12_000 else 3


def scores_of(y: Array, found: Array, classes: Array | None) -> Scores:
    """Return the error, and for classes the log loss."""
    import numpy as np

    if classes is None:
        return {"error": float(np.sqrt(np.mean(np.square(found - y))))}
    own = np.clip(found[np.arange(len(y)), y], 1e-15, 1.0)
    return {
        "error": float(np.mean(found.argmax(1) != y)),
        "log_loss": float(-np.log(own).mean()),
    }


def judge_table(name: str, contestants: dict[str, Any], splits: int | None) -> dict[str, Any]:
    """Return every contestant's scores on every split of a table."""
    import numpy as np
    from table_data import load

    frame, target, classify = load(name)
    features = frame.drop(columns=[target])
    classes, y = None, frame[target].to_numpy()
    if classify:
        y = np.unique(y.astype(str), return_inverse=True)[1]
        classes = np.arange(y.max() + 1)
    table: dict[str, list[Scores]] = {who: [] for who in contestants}
    for seed in range(splits or default_splits(len(frame))):
        test = split_rows(y, classes, seed)
        train_rows = features[~test].reset_index(drop=True)
        test_rows = features[test].reset_index(drop=True)
        # Whoever goes first differs from split to split.
        order = list(contestants)
        for who in order[seed % len(order) :] + order[: seed % len(order)]:
            started = time.perf_counter()
            found = contestants[who](train_rows, y[~test], test_rows, classes, seed)
            seconds = time.perf_counter() - started
            table[who].append({**scores_of(y[test], found, classes), "seconds": seconds})
    return {"rows": len(frame), "classes": 0 if classes is None else len(classes), "scores": table}


def difference(ours: list[float], theirs: list[float]) -> tuple[float, float]:
    """Return the mean of theirs - ours, and half the width of its 95 % interval."""
    from scipy.stats import t

    gaps = [b - a for a, b in zip(ours, theirs, strict=True)]
    if len(gaps) < 2:
        return gaps[0], math.inf
    spread = statistics.variance(gaps) * (1 / len(gaps) + TEST_SHARE / (1 - TEST_SHARE))
    return statistics.mean(gaps), float(t.ppf(0.975, len(gaps) - 1)) * math.sqrt(spread)


def ranks(means: dict[str, float]) -> dict[str, float]:
    """Return each contestant's rank, 1 for the least; equals share the mean of theirs."""
    return {
        who: 1
        + sum(m < mean for m in means.values())
        + (sum(m == mean for m in means.values()) - 1) / 2
        for who, mean in means.items()
    }


def added(tables: dict[str, Any], earlier: dict[str, Any]) -> None:
    """Put the scores of an earlier run's contestants beside those of this run's tables."""
    for name, table in earlier.items():
        if name in tables:
            same = all(table[key] == tables[name][key] for key in ("rows", "classes"))
            if not same:
                raise SystemExit(f"the table {name} was another one in the earlier run")
            tables[name]["scores"] = {**table["scores"], **tables[name]["scores"]}


def shared(tables: dict[str, Any], contestants: list[str]) -> dict[str, Any]:
    """Return the tables in which all of them took part, with the splits that all of them had."""
    found = {}
    for name, table in tables.items():
        if set(contestants) <= table["scores"].keys():
            scores = {who: table["scores"][who] for who in contestants}
            count = min(map(len, scores.values()))
            found[name] = {**table, "scores": {who: s[:count] for who, s in scores.items()}}
    return found


def judge_all(tables: dict[str, Any]) -> dict[str, Any]:
    """Return the judgement of who took part in all that pellucid did, and of each other apart."""
    everyone = list(dict.fromkeys(who for table in tables.values() for who in table["scores"]))
    counts = {who: [len(t["scores"].get(who, ())) for t in tables.values()] for who in everyone}
    wanted = counts.get(OURS, [1] * len(tables))
    whole = [
        who for who in everyone if all(a >= b for a, b in zip(counts[who], wanted, strict=True))
    ]
    summary = judge(shared(tables, whole), whole)
    for who in everyone:
        if who not in whole:
            some = shared(tables, [*whole, who])
            splits = {name: len(table["scores"][who]) for name, table in some.items()}
            summary.setdefault("beside", {})[who] = {"splits": splits, **judge(some, [*whole, who])}
    return summary


def judge(tables: dict[str, Any], contestants: list[str]) -> dict[str, Any]:
    """Return mean ranks, and for each peer on how many tables pellucid is better or worse."""
    summary: dict[str, Any] = {}
    for score in ("error", "log_loss"):
        placed: dict[str, list[float]] = {who: [] for who in contestants}
        verdicts: dict[str, dict[str, list[str]]] = {
            who: {"better": [], "worse": [], "cannot tell": []}
            for who in contestants
            if who != OURS
        }
        for name, table in tables.items():
            scores = {
                w: [s[score] for s in found]
                for w, found in table["scores"].items()
                if score in found[0]
            }
            if not scores:
                continue
            for who, rank in ranks({w: statistics.mean(s) for w, s in scores.items()}).items():
                placed[who].append(rank)
            for who in verdicts if OURS in scores else ():
                gap, width = difference(scores[OURS], scores[who])
                word = "cannot tell" if abs(gap) <= width else "better" if gap > 0 else "worse"
                verdicts[who][word].append(name)
        if any(placed.values()):
            mean_ranks = {who: statistics.mean(found) for who, found in placed.items()}
            summary[score] = {"mean_rank": mean_ranks, "pellucid_is": verdicts}
    times = {
        name: {
            w: statistics.median(s["seconds"] for s in found) for w, found in t["scores"].items()
        }
        for name, t in tables.items()
    }
    summary["seconds_over_ours"] = {
        who: statistics.geometric_mean([t[who] / t[OURS] for t in times.values()])
        for who in contestants
        if OURS in contestants
    }
    return summary


def print_table(name: str, table: dict[str, Any]) -> None:
    """Print a line for each contestant: means, the difference to ours, the median time."""
    print(f"{name}: {table['rows']} rows, {table['classes'] or 'numbers'}", flush=True)
    for who, found in table["scores"].items():
        parts = []
        for score in ("error", "log_loss"):
            if score in found[0]:
                values = [s[score] for s in found]
                text = f"{score} {statistics.mean(values):.4g}"
                if who != OURS and OURS in table["scores"]:
                    ours = [s[score] for s in table["scores"][OURS]]
                    count = min(len(ours), len(values))
                    gap, width = difference(ours[:count], values[:count])
                    text += f" ({gap:+.2g} +- {width:.2g})"
                parts.append(text)
        seconds = statistics.median(s["seconds"] for s in found)
        print(f"  {who:22} {seconds:8.2f} s  {'  '.join(parts)}", flush=True)


def print_summary(summary: dict[str, Any]) -> None:
    """Print ranks, verdicts and times."""
    for score in ("error", "log_loss"):
        if score not in summary:
            continue
        print(f"\n{score}: mean rank; pellucid better / cannot tell / worse on tables")
        verdicts = summary[score]["pellucid_is"]
        for who, rank in sorted(summary[score]["mean_rank"].items(), key=lambda pair: pair[1]):
            line = f"  {who:22} {rank:5.2f}"
            if who in verdicts:
                counts = [len(verdicts[who][w]) for w in ("better", "cannot tell", "worse")]
                worse = ", ".join(verdicts[who]["worse"])
                line += f"   {' / '.join(map(str, counts))}{'   worse: ' + worse if worse else ''}"
            print(line)
    for who, beside in summary.get("beside", {}).items():
        print(f"\nwith {who}, on {', '.join(beside['splits'])}:")
        print_summary({key: value for key, value in beside.items() if key != "seconds_over_ours"})
    if summary.get("seconds_over_ours"):
        pairs = summary["seconds_over_ours"].items()
        print("\ntime over ours: " + ", ".join(f"{who} {ratio:.2f}" for who, ratio in pairs))


def main() -> None:
    """Run the tables and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", default="", help="names separated by commas; all if empty")
    parser.add_argument("--contestants", default=DEFAULT, help="names separated by commas")
    parser.add_argument(
        "--variant", action="append", default=[], help="options of a further pellucid"
    )
    parser.add_argument(
        "--splits", type=int, help="of each table; more for small ones if not given"
    )
    parser.add_argument("--threads", type=int, default=2, help="for every contestant")
    parser.add_argument("--cores", default="", help="their numbers, separated by commas")
    parser.add_argument("--add", type=Path, help="the JSON file of an earlier run")
    parser.add_argument("--out", type=Path, help="a JSON file for all numbers")
    arguments = parser.parse_args()
    machine = describe_machine(arguments.threads, hold_threads(arguments.threads, arguments.cores))

    from table_contestants import find_contestants
    from table_data import SOURCES

    unknown = sorted(set(filter(None, arguments.tables.split(","))) - set(SOURCES))
    if unknown:
        raise SystemExit(f"there is no table {unknown[0]!r}: use some of {', '.join(SOURCES)}")
    names = arguments.tables.split(",") if arguments.tables else list(SOURCES)
    contestants = find_contestants(
        arguments.contestants.split(","), arguments.variant, arguments.threads
    )
    for table in ("iris", "boston"):  # loads libraries, which no split should pay for
        judge_table(table, contestants, 1)
    earlier = {} if arguments.add is None else json.loads(arguments.add.read_text())
    disturbance, tables = Disturbance(), {}
    for name in names:
        tables[name] = judge_table(name, contestants, arguments.splits)
        known = earlier.get("tables", {})
        added(tables, {name: known[name]} if name in known else {})
        print_table(name, tables[name])
        summary = judge_all(tables)
        share = disturbance.share()
        report = {"machine": machine, "disturbed": share}
        if earlier:
            report["added"] = {key: earlier[key] for key in report}
        report |= {"summary": summary, "tables": tables}
        if arguments.out is not None:
            arguments.out.write_text(json.dumps(report, indent=1) + "\n")
    print_summary(summary)
    print(warning(share))


if __name__ == "__main__":
    main()
