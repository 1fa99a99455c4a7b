"""Time training steps of networks that nobody tuned: drawn from a fixed distribution.

    python benchmarks/random_networks.py [--count 60] [--seed 0] [--threads 2] [--rounds 5]
        [--only 3,17] [--out FILE.json] [--picture FILE.svg]

The distribution is `draw`; network n of a seed is the same whatever others are drawn. Printed are
the ratios of the best peer's time to ours by quartile of work, and the worst cases, with the number
that `--only` runs again.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from contest.command_line import add_options
from contest.threads import describe_machine, empty_caches, hold_threads

if TYPE_CHECKING:
    from contest.network import Network
    from contest.rounds import Match

CONTESTANTS = "pellucid,torch,jax,keras"
LEAST_MEDIANS = (10.0, 4.0, 1.7, 1.1)
"""The medians of the quartiles that are asked for, least work first."""
LEAST_RATIO = 0.95
WORST = 8
SMALLEST_NORMALIZED_BATCH = 8
"""Batch normalization over fewer rows is noise, in which no losses could agree."""


def draw(seed: int, number: int) -> Network:
    """Return network `number` of a seed."""
    import numpy as np
    from contest.network import ACTIVATIONS, OPTIMIZERS, SOFTMAX, SQUARED, Network, Table

    random = np.random.default_rng([seed, number])

    def log_uniform(low: int, high: int) -> int:
        return round(float(np.exp(random.uniform(np.log(low), np.log(high)))))

    def one_of(options: Sequence[Any], chances: Sequence[float] | None = None) -> Any:
        return options[random.choice(len(options), p=chances)]

    batch_size, depth = log_uniform(1, 4096), int(random.integers(1, 13))
    widths = [log_uniform(4, 1024) for _ in range(depth)]
    residual = bool(random.random() < 0.25)
    inputs, columns = log_uniform(4, 1024), log_uniform(1, 16)
    table = Table(log_uniform(10, 10_000), log_uniform(4, 64))
    embedded = bool(random.random() < 0.2)
    normalization = one_of((None, "batch", "layer"), (0.6, 0.2, 0.2))
    if normalization == "batch" and batch_size < SMALLEST_NORMALIZED_BATCH:
        normalization = "layer"
    dropout = float(random.uniform(0.05, 0.5)) if random.random() < 0.3 else 0.0
    classes, numbers = log_uniform(2, 100), log_uniform(1, 16)
    loss = one_of((SOFTMAX, SQUARED), (0.7, 0.3))
    return Network(
        columns if embedded else inputs,
        tuple([widths[0]] * depth if residual else widths),
        classes if loss == SOFTMAX else numbers,
        batch_size,
        activation=one_of(ACTIVATIONS),
        dropout=dropout,
        normalization=normalization,
        residual=residual,
        embedding=table if embedded else None,
        loss=loss,
        optimizer=one_of(OPTIMIZERS),
    )


def quartiles(matches: Sequence[Match]) -> list[list[Match]]:
    """Return the matches that have a ratio in four parts, least work first."""
    ordered = sorted((m for m in matches if m.ratio is not None), key=lambda m: m.network.flops)
    cuts = [round(len(ordered) * part / 4) for part in range(5)]
    return [ordered[low:high] for low, high in pairwise(cuts)]


def describe(numbers: Sequence[int], matches: Sequence[Match]) -> str:
    """Return the summary: quartiles of work, and the worst cases."""
    lines = ["\nbest peer's time a step over ours, by quartile of work"]
    for part, wanted in zip(quartiles(matches), LEAST_MEDIANS, strict=True):
        ratios = [match.ratio for match in part if match.ratio is not None]
        if ratios:
            low, high = (part[i].network.flops / 1e6 for i in (0, -1))
            lines.append(
                f"  {low:9.3g} to {high:9.3g} Mflop, {len(part):3} networks: "
                f"median {statistics.median(ratios):6.2f}, least {min(ratios):5.2f} "
                f"(median at least {wanted:g})"
            )
    rated = [
        (match.ratio, number, match)
        for number, match in zip(numbers, matches, strict=True)
        if match.ratio is not None
    ]
    rated.sort(key=lambda entry: entry[:2])
    below = sum(ratio < LEAST_RATIO for ratio, _, _ in rated)
    lines.append(f"  below {LEAST_RATIO}: {below} of {len(rated)}; the lowest ratios:")
    for ratio, number, match in rated[:WORST]:
        peer = match.best_peer
        assert peer is not None
        lines.append(f"  {ratio:6.2f} ({peer.name}) number {number}: {match.network.title}")
    unrated = len(matches) - len(rated)
    if unrated:
        lines.append(f"  without a ratio: {unrated}")
    return "\n".join(lines)


def main() -> None:
    """Run the rounds and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, CONTESTANTS, rounds=5, variants=2)
    parser.add_argument("--count", type=int, default=60, help="of networks")
    parser.add_argument("--only", default="", help="numbers of networks, separated by commas")
    arguments = parser.parse_args()
    cores = hold_threads(arguments.threads, arguments.cores)
    empty_caches()

    # Only now: what follows loads NumPy, which reads the limits of threads once.
    from contest.report import as_json, draw_ratios, write_json
    from contest.run import hold_contest

    machine = describe_machine(arguments.threads, cores)
    only = [int(number) for number in arguments.only.split(",") if number]
    numbers = only or list(range(arguments.count))
    networks = (draw(arguments.seed, number) for number in numbers)
    contest = hold_contest(networks, arguments)
    print(describe(numbers, contest.matches))
    if arguments.out is not None:
        found = [
            {"number": number, **as_json(match, contest.peak)}
            for number, match in zip(numbers, contest.matches, strict=True)
        ]
        beside = {**contest.beside(), "shuffle": arguments.shuffle, "seed": arguments.seed}
        write_json(arguments.out, machine, **beside, networks=found)
    if arguments.picture is not None:
        draw_ratios(arguments.picture, contest.matches)


if __name__ == "__main__":
    main()
