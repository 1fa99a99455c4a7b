"""What the benchmarks of training have in common: from options to matches on a list of networks."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contest.contestant import TITLES, find_entries
from contest.network import Network
from contest.peak import measure_peak
from contest.problem import SHUFFLES
from contest.report import describe_match
from contest.rounds import Match, Rules, hold_match


@dataclass
class Contest:
    """All matches, and what was found beside them.

    Attributes:
        matches: one for each network.
        missing: for contestants that are not there, why.
        peak: the best floating-point operations a second that were measured.
    """

    matches: list[Match]
    missing: dict[str, str]
    peak: float

    def beside(self) -> dict[str, Any]:
        """Return for a report what belongs to no network."""
        return {"peak_flops": self.peak, "missing": self.missing}


def hold_contest(networks: Iterable[Network], arguments: argparse.Namespace) -> Contest:
    """Hold a match on each network, and print its table.

    Args:
        networks: what is trained.
        arguments: the shared options.
    """
    if arguments.shuffle not in SHUFFLES:
        raise SystemExit(f"--shuffle must be one of {', '.join(SHUFFLES)}")
    names = arguments.contestants.split(",")
    entries, missing = find_entries(names, arguments.backend)
    for name, why in missing.items():
        print(f"{TITLES[name]} is left out: {why}")
    threads = arguments.threads
    contest = Contest([], missing, measure_peak(threads))
    print(f"measured peak with {threads} threads: {contest.peak / 1e9:.0f} Gflop/s", flush=True)
    options = (arguments.variants, arguments.seed, arguments.shuffle)
    rules = Rules(threads, arguments.rounds, arguments.seconds, *options)
    for network in networks:
        match = hold_match(network, entries, rules)
        contest.matches.append(match)
        # Again, since the machine may have been busy before.
        contest.peak = max(contest.peak, measure_peak(threads, rounds=3))
        print(describe_match(match, contest.peak), flush=True)
    return contest
