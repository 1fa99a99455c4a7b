"""Which of several runs were judged by the same rows, and how far apart they are on these.

Receives the places of runs that go together and the differences between them; gives the sentence
that stands above a comparison and a line of its table for each metric. Without this, runs on data
with one fingerprint go together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.language.number import NONE
from pellucid.report.words import Words, entry, plain

Run = tuple[str, Mapping[str, Any]]

SAME = "same"
"""Of two runs that predict the same for each row."""


@dataclass(frozen=True)
class Difference:
    """How much more of a metric a run has than the first one, on the same rows.

    Attributes:
        value: this run's metric less the first run's.
        low: the lower end of its 95 % interval, paired by rows; None where nothing can be told.
        high: the upper end.
        judgement: "better", "worse", "cannot tell" or `SAME`, of this run.
    """

    value: float
    low: float | None
    high: float | None
    judgement: str


@dataclass(frozen=True)
class Matching:
    """What is known of the rows that runs were judged by.

    Attributes:
        groups: the places of runs that were judged by the same rows with the same truth.
        rows: how many rows the first run was judged by.
        differences: by target and metric, and by the place of the run, the difference to the first
            run, of those in its group.
    """

    groups: tuple[tuple[int, ...], ...]
    rows: int
    differences: Mapping[tuple[str, str], Mapping[int, Difference]]


def same_data(
    runs: Sequence[Run], words: Words, matching: Matching | None, differing: Sequence[str]
) -> tuple[bool, str]:
    """Return whether runs can be set against each other, and what is to be said of their data.

    Args:
        runs: the names and facts.
        words: of the language.
        matching: by which rows they were judged, where that is known.
        differing: what differs in how they read their data, as the comparison calls it.
    """
    prints = [entry(facts, "run", "fingerprint") for _, facts in runs]
    if len(set(prints)) == 1 and prints[0] is not None:
        return True, words("compare_same")
    if matching is None:
        if any(one is None for one in prints):
            return False, words("compare_unknown")
        order = list(dict.fromkeys(prints))
        groups = [[place for place, one in enumerate(prints) if one == own] for own in order]
        return False, _told_apart("compare_different", runs, groups, words)
    if len(matching.groups) == 1:
        settings = words("and").join(differing)
        difference = (
            words("compare_read", settings=settings) if differing else words("compare_learned")
        )
        return True, words("compare_matched", count=matching.rows, difference=difference)
    return False, _told_apart("compare_other_rows", runs, matching.groups, words)


def _told_apart(
    sentence: str, runs: Sequence[Run], groups: Sequence[Sequence[int]], words: Words
) -> str:
    """Return which runs go together, and whose numbers can be set against whose."""
    alone = [own[0] for own in groups if len(own) == 1]
    together = [own for own in groups if len(own) > 1]
    if not together:
        comparable = words("comparable_none")
    elif alone and len(together) == 1:
        names = {"alone": _names(runs, alone, words), "together": _names(runs, together[0], words)}
        comparable = words("comparable_but", **names)
    else:
        comparable = words("comparable_together")
    return words(sentence, groups=_grouped(runs, groups, words), comparable=comparable)


def _names(runs: Sequence[Run], places: Sequence[int], words: Words) -> str:
    return words("and").join(plain(runs[place][0], 40) for place in places)


def _grouped(runs: Sequence[Run], groups: Sequence[Sequence[int]], words: Words) -> str:
    """Return the names of the runs of each group, with their sources where these differ."""
    sources = [plain(entry(runs[places[0]][1], "data", "source") or NONE, 60) for places in groups]
    names = [_names(runs, own, words) for own in groups]
    if len(set(sources)) > 1:
        names = [
            words("compare_group", names=own, source=source)
            for own, source in zip(names, sources, strict=True)
        ]
    return words("then").join(names)


def difference_lines(
    runs: Sequence[Run], words: Words, matching: Matching | None, targets: int
) -> list[tuple[str, str, list[Difference | None]]]:
    """Return lines of a table: what is compared, the metric, and one difference a run.

    Args:
        runs: the names and facts; the first is what the others are compared with.
        words: of the language.
        matching: what the lines say; without it there are none.
        targets: how many targets the runs have between them.
    """
    lines = []
    for (target, metric), differences in () if matching is None else matching.differences.items():
        label = words("compare_less", metric=words.metric(metric), first=plain(runs[0][0], 30))
        if targets > 1:
            label = words("compare_of", metric=label, target=plain(target, 40))
        lines.append((label, metric, [differences.get(place) for place in range(len(runs))]))
    return lines


def difference_texts(metric: str, one: Difference, words: Words) -> tuple[str, str, str]:
    """Return a difference, its interval, and what that says of the run."""
    ends = words.difference_interval(metric, one.low, one.high)
    judgement = words.named("difference", one.judgement.replace(" ", "_"))
    return words.difference(metric, one.value), ends or NONE, judgement
