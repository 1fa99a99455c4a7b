"""The options that the benchmarks share."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_options(
    parser: argparse.ArgumentParser, contestants: str, rounds: int, variants: int
) -> None:
    """Add the shared options.

    Args:
        parser: gets them.
        contestants: who takes part unless said otherwise, separated by commas.
        rounds: how many unless said otherwise.
        variants: how many are tried unless said otherwise.
    """
    parser.add_argument("--backend", default="native", help="pellucid's backend")
    parser.add_argument("--threads", type=int, default=2, help="for every contestant")
    parser.add_argument("--cores", default="", help="their numbers, separated by commas")
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument(
        "--seconds", type=float, default=0.2, help="each is timed in a round, at least"
    )
    parser.add_argument("--contestants", default=contestants, help="names separated by commas")
    parser.add_argument(
        "--variants", type=int, default=variants, help="how many are tried of a contestant's"
    )
    parser.add_argument(
        "--shuffle", default="given", help="whence peers have the order of rows: given, host or own"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="a JSON file for all numbers")
    parser.add_argument("--picture", type=Path, help="an SVG or PNG file")
