"""Warns of what would make the test easier than life will be.

Receives the rows of each part, what was learned of the target, what the columns are taken for
and how rows were split; gives sentences: columns that give the target away, rows that are both in
training and in the test, and a split by chance where rows have a time or belong together.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

import numpy as np

from pellucid.data.any_target import AnyTarget
from pellucid.data.duplicates import row_hashes, rows_seen_before
from pellucid.data.giveaway import giveaways, pairs_that_make, sampled_rows
from pellucid.data.kinds import Kind, Understood
from pellucid.data.name_words import name_words, names_group, names_year
from pellucid.data.split_choice import GROUP, RANDOM, TIME, Splitting
from pellucid.data.splitting import draw
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from pellucid.data.understanding import are_years
from pellucid.language import Sentence

__all__ = ["find_leaks", "given_away"]

FEWEST_DUPLICATES = 5
"""Fewer rows than this, ..."""

DUPLICATE_SHARE = 0.01
"""... or a smaller share of a part, may well be equal to training rows by chance."""

FEWEST_GROUPS = 10
"""A column of fewer values than this tells categories apart, not persons or things."""

SORTED_SHARE = 0.95
"""Rows are in order of time when this share of the steps from row to row goes one way."""

PANEL_SHARE = 0.1
"""A thing and a time name a row when such a share of the rows that would have both alike by chance
have, or fewer."""

_BIRTH = frozenset({"birth", "birthday", "birthdate", "born", "dob", "geburt", "geburtstag"})


def find_leaks(
    parts: Mapping[str, Table],
    target: AnyTarget,
    understood: Mapping[str, Understood],
    splitting: Splitting | None = None,
) -> tuple[Sentence, ...]:
    """What the user should know before trusting the test.

    Args:
        parts: the rows of 'train', and of 'validation' and 'test' where there are such, with
            the target.
        target: what was learned of the target.
        understood: what the columns, but for the target, are taken for.
        splitting: how rows were split; None where the user gave the parts as tables of their own.
    """
    train = parts["train"]
    features = [name for name, entry in understood.items() if entry.kind.is_used]
    # A smooth series is near its neighbours in time: that is a matter of the split.
    alone = [name for name in features if understood[name].kind is not Kind.DATE]
    found: list[Sentence] = []
    for each in target.each:
        given_away = giveaways(train, each, alone)
        named = {sentence.values["column"] for sentence in given_away}
        found += given_away
        found += pairs_that_make(train, each, [name for name in alone if name not in named])
    found += _duplicates(parts, features)
    if splitting is not None and splitting.way == RANDOM:
        panel = _panel(train, understood)
        found += [
            *_time_ignored(train, understood, panel),
            *_groups_ignored(train, understood, panel),
        ]
    return tuple(found)


def given_away(notes: Sequence[Sentence], target: str) -> tuple[str, ...]:
    """The columns that give a target away, as the notes of `find_leaks` say."""
    found: list[str] = []
    for note in notes:
        if note.key in GIVEAWAYS and note.values["target"] == target:
            found += [str(note.values[name]) for name in GIVEAWAYS[note.key]]
    return tuple(dict.fromkeys(found))


GIVEAWAYS: Mapping[str, tuple[str, ...]] = {
    "data.leak_column": ("column",),
    "data.leak_renamed": ("column",),
    "data.leak_pair": ("first", "second"),
}
"""The notes on columns that give the target away, and which of their values name columns."""


def _duplicates(parts: Mapping[str, Table], features: Sequence[str]) -> list[Sentence]:
    """What is to be said of the test rows, or of those for validation where there is no test."""
    other = next((name for name in ("test", "validation") if len(parts.get(name, ()))), None)
    if not features or other is None:
        return []
    train = row_hashes(parts["train"], features)
    seen = rows_seen_before(train, row_hashes(parts[other], features))
    count, rows = int(np.count_nonzero(seen)), len(seen)
    if count < FEWEST_DUPLICATES or count < DUPLICATE_SHARE * rows:
        return []
    if count < FEWEST_DUPLICATES + 2 * _duplicates_by_chance(
        parts["train"], parts[other], features
    ):
        return []
    values = {"count": count, "rows": rows, "share": count / rows}
    part = Sentence(f"data.leak_part_{other}")
    return [Sentence("data.leak_duplicates", {**values, "part": part})]


def _duplicates_by_chance(train: Table, part: Table, features: Sequence[str]) -> int:
    """How many rows would be equal to training rows if columns had nothing to do with each other.

    Values stay what they are, but each column of the training rows is shuffled by itself.
    """
    hashes = row_hashes(_shuffled(train, features), features)
    return int(np.count_nonzero(rows_seen_before(hashes, row_hashes(part, features))))


def _shuffled(rows: Table, names: Sequence[str]) -> Table:
    """These columns, each shuffled by itself."""
    return Table(
        rows[name].take(np.argsort(draw(len(rows), seed), kind="stable"))
        for seed, name in enumerate(names)
    )


def _panel(train: Table, understood: Mapping[str, Understood]) -> tuple[str, str] | None:
    """The columns that name the things and the times of a panel: countries and years; or None.

    A panel has one row for each thing at each time. Both come again and again, but, unlike in
    columns that have nothing to do with each other, hardly ever together.
    """
    used = {name: entry.kind for name, entry in understood.items() if entry.kind.is_used}
    times = [name for name, kind in used.items() if kind is Kind.DATE or are_years(train[name])]
    things = [name for name, kind in used.items() if kind is Kind.CATEGORY]
    if not times:
        return None
    named = dict.fromkeys((*things, *times))
    train = Table(train[name] for name in named).take(sampled_rows(len(train)))
    for thing in things:
        present = train[thing].values[~train[thing].missing()]
        if not FEWEST_GROUPS <= len(np.unique(present)) <= 0.9 * len(present):
            continue
        for time in times:
            pair = train.take(~train[thing].missing() & ~train[time].missing())
            alike = len(pair) - len(np.unique(row_hashes(pair, [thing, time])))
            by_chance = len(pair) - len(
                np.unique(row_hashes(_shuffled(pair, [thing, time]), [thing, time]))
            )
            if by_chance >= FEWEST_GROUPS and alike <= PANEL_SHARE * by_chance:
                return thing, time
    return None


def _time_ignored(
    train: Table, understood: Mapping[str, Understood], panel: tuple[str, str] | None
) -> list[Sentence]:
    dates = []
    for name, entry in understood.items():
        column = train[name]
        if entry.kind is Kind.DATE and _different(column) >= FEWEST_GROUPS:
            in_order = _in_order(column)
            if in_order or _BIRTH.isdisjoint(name_words(name)):
                dates.append((not in_order, name))
        elif names_year(name) and are_years(column) and _in_order(column):
            dates.append((False, name))
        elif panel is not None and name == panel[1]:
            dates.append((True, name))
    if not dates:
        return []
    _, name = min(dates, key=lambda date: date[0])
    return [Sentence("data.leak_time", {"column": name, "option": _option(TIME, name)})]


def _different(column: Column) -> int:
    """How many values differ, among some thousands of them."""
    return len(np.unique(column.values[:: max(1, len(column) // 5000)]))


def _in_order(column: Column) -> bool:
    """Whether the rows, as they stand in their source, go up or down in a column of numbers."""
    values = column.values
    if column.row_numbers is not None:
        values = values[np.argsort(column.row_numbers, kind="stable")]
    steps = np.diff(values[~np.isnan(values)])
    if not len(steps):
        return False
    share = max(np.mean(steps >= 0), np.mean(steps <= 0))
    return bool(share >= SORTED_SHARE) and bool(steps.any())


def _groups_ignored(
    train: Table, understood: Mapping[str, Understood], panel: tuple[str, str] | None
) -> list[Sentence]:
    for name, entry in understood.items():
        column = train[name]
        named = names_group(name) or (panel is not None and name == panel[0])
        if not named or entry.kind in (Kind.CONSTANT, Kind.BOOLEAN, Kind.DATE):
            continue
        present = column.values[~column.missing()]
        are_labels = column.storage is Storage.WORDS or bool((present == np.floor(present)).all())
        different = len(np.unique(present))
        if are_labels and FEWEST_GROUPS <= different <= 0.9 * len(present):
            values = {"column": name, "values": different, "rows": len(present)}
            return [Sentence("data.leak_group", {**values, "option": _option(GROUP, name)})]
    return []


def _option(way: str, name: str) -> str:
    return shlex.quote(f"{way}:{name}")
