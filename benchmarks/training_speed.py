"""Time training steps of five dense networks, beside other libraries.

    python benchmarks/training_speed.py [--threads 2] [--rounds 7] [--out FILE.json]
        [--picture FILE.svg] [--networks 0,1,2,3,4] [--contestants pellucid,torch,jax]

ReLU, Adam, softmax cross-entropy, float32; see README.md beside this file for what is measured.
"""

from __future__ import annotations

import argparse

from contest.command_line import add_options
from contest.threads import describe_machine, empty_caches, hold_threads

CONTESTANTS = "pellucid,torch,compile,autotune,jax,keras,sklearn"
NETWORKS = (
    ((2, 8, 2), 32),
    ((10, 32, 32, 2), 32),
    ((64, 256, 256, 10), 128),
    ((784, 128, 64, 10), 64),
    ((784, 512, 512, 10), 256),
)
"""Layers' widths and batch size."""
LEAST = (18.0, 5.0, 2.0, 1.6, 1.15)
AIM = (30.0, 7.0, 2.3, 1.9, 1.22)
"""The best peer's time over ours that is asked for with two threads, and that is aimed at."""


def main() -> None:
    """Run the rounds and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, CONTESTANTS, rounds=7, variants=4)
    every = ",".join(map(str, range(len(NETWORKS))))
    parser.add_argument("--networks", default=every, help="numbers from 0, separated by commas")
    arguments = parser.parse_args()
    cores = hold_threads(arguments.threads, arguments.cores)
    empty_caches()

    # Only now: what follows loads NumPy, which reads the limits of threads once.
    from contest.network import Network
    from contest.report import as_json, draw_matches, write_json
    from contest.run import hold_contest

    machine = describe_machine(arguments.threads, cores)
    numbers = [int(number) for number in arguments.networks.split(",")]
    chosen = [NETWORKS[number] for number in numbers]
    networks = [Network(w[0], w[1:-1], w[-1], batch) for w, batch in chosen]
    contest = hold_contest(networks, arguments)
    print("\nbest peer's time a step over ours")
    for number, match in zip(numbers, contest.matches, strict=True):
        if match.ratio is not None:
            wanted = f"at least {LEAST[number]:g}, aim for {AIM[number]:g}"
            print(f"  {match.network.title:24} {match.ratio:6.2f}   ({wanted})")
    if arguments.out is not None:
        found = [as_json(match, contest.peak) for match in contest.matches]
        beside = {**contest.beside(), "shuffle": arguments.shuffle, "seed": arguments.seed}
        write_json(arguments.out, machine, **beside, networks=found)
    if arguments.picture is not None:
        draw_matches(arguments.picture, contest.matches)


if __name__ == "__main__":
    main()
