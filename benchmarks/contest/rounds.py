"""Rounds: every contestant in turn, again and again, in one process.

Receives a problem and the list of contestants; gives for each its times per step, or why it was
left out. On a shared machine a slow minute then strikes all alike.
"""

from __future__ import annotations

import gc
import math
import statistics
import time
from dataclasses import dataclass, field

from contest import agreement
from contest.contestant import OURS, Contestant, Entry, LeftOutError, Maker
from contest.disturbance import Disturbance
from contest.memory import peak_memory
from contest.network import Network
from contest.problem import GIVEN, Problem, make_problem

TRIALS = 3
"""Epochs by which the fastest of several variants is found."""
LONG_EPOCH = 50e9
"""Operations of an epoch from which on it is its own warming."""
LONGEST_EPOCH = 60.0
"""Seconds from which on a contestant is left out: it would only hold up the others."""


@dataclass
class Result:
    """What one contestant came to on one problem.

    Attributes:
        name: of the contestant.
        variant: which was the fastest.
        ready_seconds: from nothing to the end of the first epoch, less the time of an epoch.
        memory: bytes above those before, at the height of getting ready; None if not known.
        deviation: of the first losses from the median's, 1 being the most that is tolerated.
        seconds: per step, one for each round.
        left_out: why it has no times; empty if it has.
    """

    name: str
    variant: str = ""
    ready_seconds: float = 0.0
    memory: int | None = None
    deviation: float = 0.0
    seconds: list[float] = field(default_factory=list)
    left_out: str = ""

    @property
    def median(self) -> float:
        """The median time of a step, in seconds."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """The distance of the quartiles, as a share of the median."""
        if len(self.seconds) < 2:
            return 0.0
        first, _, third = statistics.quantiles(self.seconds, n=4, method="inclusive")
        return (third - first) / self.median


@dataclass
class Match:
    """All results on one network.

    Attributes:
        network: what was trained.
        steps: of an epoch.
        results: one for each contestant.
        disturbance: the share of our cores that other processes had during the rounds.
    """

    network: Network
    steps: int
    results: list[Result]
    disturbance: float | None = None

    def timed(self) -> dict[str, Result]:
        """Return the results of those that were timed, by name."""
        return {result.name: result for result in self.results if result.seconds}

    @property
    def best_peer(self) -> Result | None:
        """The fastest of the others."""
        peers = [result for name, result in self.timed().items() if name != OURS]
        return min(peers, key=lambda result: result.median, default=None)

    @property
    def ratio(self) -> float | None:
        """The best peer's time over ours; None if one of them was not timed."""
        ours, best = self.timed().get(OURS), self.best_peer
        return None if ours is None or best is None else best.median / ours.median


@dataclass(frozen=True)
class Rules:
    """How a contest goes.

    Attributes:
        threads: for everybody.
        rounds: how many.
        seconds: how long each is timed in a round, at least.
        variants: how many variants of a contestant are tried, of which the fastest takes part.
        seed: of data and weights.
        shuffle: where the others have the order of rows from, as `contest.problem.SHUFFLES` says.
    """

    threads: int
    rounds: int
    seconds: float
    variants: int
    seed: int = 0
    shuffle: str = GIVEN


def hold_match(network: Network, entries: list[Entry], rules: Rules) -> Match:
    """Let all contestants train one network: agreement first, then rounds."""
    problem = make_problem(network, rules.seed, shuffle=rules.shuffle)
    results = {entry.name: Result(entry.name) for entry in entries}
    contestants: dict[str, Contestant] = {}
    for entry in entries:
        try:
            contestants[entry.name] = _prepare(problem, entry, rules, results[entry.name])
        except LeftOutError as error:
            results[entry.name].left_out = str(error)
        gc.collect()
    _check(problem, entries, contestants, rules, results)
    present = {n: c for n, c in contestants.items() if not results[n].left_out}
    epochs = {name: _calibrate(c, rules.seconds) for name, c in present.items()}
    warm = network.flops * problem.steps < LONG_EPOCH
    order = list(present)
    disturbance = Disturbance()
    for number in range(rules.rounds):
        start = number % max(len(order), 1)
        for name in order[start:] + order[:start]:
            seconds = _lap(present[name], epochs[name], warm)
            results[name].seconds.append(seconds / (epochs[name] * problem.steps))
    return Match(network, problem.steps, list(results.values()), disturbance.share())


def _prepare(problem: Problem, entry: Entry, rules: Rules, result: Result) -> Contestant:
    """Build every variant that is tried, and return the fastest."""
    names = list(entry.makers)[: rules.variants]
    built: dict[str, tuple[Contestant, float, int | None]] = {}
    for name in names:
        built[name] = _build(problem, entry.makers[name], rules.threads)
    chosen = names[0]
    if len(names) > 1:
        best: dict[str, float] = {}
        for _ in range(TRIALS):
            for name, (contestant, _, _) in built.items():
                best[name] = min(_lap(contestant, 1), best.get(name, math.inf))
        chosen = min(best, key=best.__getitem__)
    contestant, result.ready_seconds, result.memory = built[chosen]
    result.variant = chosen
    return contestant


def _build(problem: Problem, make: Maker, threads: int) -> tuple[Contestant, float, int | None]:
    """Return a contestant that has run one epoch, how long it took to be ready, and memory."""
    with peak_memory() as peak:
        started = time.perf_counter()
        contestant = make(problem, threads)
        contestant.run(1)
        ready = time.perf_counter() - started
    epoch = _timed(contestant, 1)
    if epoch > LONGEST_EPOCH:
        raise LeftOutError(f"too slow: {epoch / problem.steps:.3g} s a step")
    return contestant, max(0.0, ready - epoch), peak.bytes


def _check(
    problem: Problem,
    entries: list[Entry],
    contestants: dict[str, Contestant],
    rules: Rules,
    results: dict[str, Result],
) -> None:
    """Leave out whose first losses are not those of the others."""
    steps = min(agreement.STEPS, problem.steps)
    still = problem
    if problem.network.dropout:
        still = make_problem(problem.network.without_dropout(), rules.seed, problem.steps)
    losses = {}
    for entry in entries:
        if entry.name not in contestants:
            continue
        one = contestants[entry.name]
        if still is not problem:
            one = entry.makers[results[entry.name].variant](still, rules.threads)
        losses[entry.name] = one.losses(steps)
    for name, deviation in agreement.deviations(losses).items():
        results[name].deviation = deviation
        if deviation > 1:
            shown = ", ".join(f"{loss:.6g}" for loss in losses[name])
            results[
                name
            ].left_out = f"its losses differ, by {deviation:.3g} times what is tolerated: {shown}"


def _calibrate(contestant: Contestant, seconds: float) -> int:
    """Return how many epochs take at least that long."""
    epochs = 1
    while (taken := _lap(contestant, epochs)) < 0.7 * seconds:
        epochs = max(epochs + 1, min(20 * epochs, math.ceil(epochs * seconds / taken)))
    return max(1, math.ceil(epochs * seconds / taken))


def _lap(contestant: Contestant, epochs: int, warm: bool = True) -> float:
    """Return the seconds of some epochs from the start, after one that warms caches."""
    if warm:
        contestant.reset()
        contestant.run(1)
    contestant.reset()
    return _timed(contestant, epochs)


def _timed(contestant: Contestant, epochs: int) -> float:
    started = time.perf_counter()
    contestant.run(epochs)
    return time.perf_counter() - started
