"""Finished runs set against each other on their test rows, which each run's folder holds.

Receives folders of runs; gives which of them were tested on the same rows, and for these the paired
difference of each leading metric to the first run. Two runs may have read one file otherwise, such
as with other kinds of columns, and still be tested on the same rows: what decides is the numbers of
the rows and their truths, not how the features were read.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data.target import Target
from pellucid.errors import FolderError, PellucidError
from pellucid.evaluation.aim import DISTRIBUTION, Aim
from pellucid.evaluation.bootstrap import bootstrap
from pellucid.evaluation.intervals import Interval
from pellucid.evaluation.judgement import CANNOT_TELL, judgement
from pellucid.evaluation.metrics import AIMED, METRICS
from pellucid.fitting.folder import TESTED, RunFolder
from pellucid.fitting.model import load_model
from pellucid.report.matching import SAME, Difference, Matching
from pellucid.report.words import entry

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class _Tested:
    """The test rows of a run: each column of its file as texts, by place and by name.

    Attributes:
        heads: the names of the columns; a target may be called as a column of ours is.
        columns: the texts of each.
        facts: what is known of the run.
    """

    heads: list[str]
    columns: list[tuple[str, ...]]
    facts: dict[str, Any]

    @property
    def targets(self) -> list[str]:
        return list(self.facts.get("verdict") or {})

    @property
    def judged(self) -> tuple[Any, ...]:
        """What two runs have in common that can be compared: rows, targets and truths."""
        rows = entry(self.facts, "data", "rows", "test")
        truths = self.columns[self._first_truth : self._first_truth + len(self.targets)]
        return rows, tuple(self.targets), self.columns[0], *truths

    @property
    def _first_truth(self) -> int:
        """Between the row's number and its truth there are columns that were kept."""
        return len(self.heads) - self._predicted_columns - len(self.targets)

    @property
    def _predicted_columns(self) -> int:
        """How many columns the prediction has."""
        if entry(self.facts, "data", "task") == "classification":
            labels = {f"probability_{label}" for label in entry(self.facts, "data", "classes")}
            return 1 + (len(labels) if self.heads[-1] in labels else 0)
        spread = "standard_deviation" in self.heads[-1]
        return len(self.targets) * (2 if spread else 1)

    def truth(self, place: int, target: Target) -> Array:
        """Return the truth of a target as codes or numbers."""
        texts = self.columns[self._first_truth + place]
        if not target.classes:
            return np.array(texts, np.float64)
        classes = [str(label) for label in target.classes]
        return np.array([classes.index(text) for text in texts], np.int32)

    def predicted(self, place: int, target: Target, aim: Aim) -> Array:
        """Return what was predicted of a target, as scores take it."""
        texts = self.columns[len(self.heads) - self._predicted_columns :]
        if not target.classes:
            numbers = np.array(texts[place], np.float64)
            if aim.kind != DISTRIBUTION:
                return numbers
            return np.stack([numbers, np.array(texts[len(self.targets) + place], np.float64)], 1)
        if len(texts) > 1:
            return np.array(texts[1:], np.float64).T.copy()
        classes = np.array([str(label) for label in target.classes])
        return (np.array(texts[0])[:, None] == classes).astype(np.float64)

    def groups(self) -> Array | None:
        """Return the group of each row, where rows were split by groups and the file has them."""
        columns = entry(self.facts, "data", "columns") or []
        names = [column["name"] for column in columns if column.get("role") == "group"]
        kept = self.heads[1 : self._first_truth]
        return np.array(self.columns[1 + kept.index(names[0])]) if set(names) & {*kept} else None


def matched(folders: Sequence[RunFolder]) -> Matching | None:
    """Return which runs were tested on the same rows, and how far they are from the first one.

    None where a run has no test rows, or its folder was made without them.
    """
    runs = [_tested(folder) for folder in folders]
    complete = [run for run in runs if run is not None]
    if len(complete) < len(runs):
        return None
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place, run in enumerate(complete):
        groups.setdefault(run.judged, []).append(place)
    first, *others = next(iter(groups.values()))
    try:
        found = _differences(folders, complete, [first, *others]) if others else {}
    except PellucidError:
        # Such as a network with layers of its maker's own, whose folder cannot say what they are.
        found = {}
    except ValueError:
        path = folders[first].path / TESTED
        raise FolderError(f"{path} is damaged: a value in it is no truth or prediction") from None
    rows = int(entry(complete[0].facts, "data", "rows", "test"))
    return Matching(tuple(tuple(places) for places in groups.values()), rows, found)


def _tested(folder: RunFolder) -> _Tested | None:
    facts = folder.read_facts()
    path = folder.path / TESTED
    if not path.is_file() or not entry(facts, "data", "rows", "test"):
        return None
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if len(rows) < 2 or len({len(row) for row in rows}) > 1:
        raise FolderError(f"{path} is damaged: it is not a table of the test rows")
    return _Tested(rows[0], list(zip(*rows[1:], strict=True)), facts)


def _differences(
    folders: Sequence[RunFolder], runs: Sequence[_Tested], places: Sequence[int]
) -> dict[tuple[str, str], dict[int, Difference]]:
    """Return the differences to the first of these runs, whose metrics decide."""
    first = places[0]
    objective = load_model(folders[first].require_model()).objective
    groups = runs[first].groups()
    if groups is None and entry(runs[first].facts, "verdict", runs[first].targets[0], "groups"):
        return {}
    found: dict[tuple[str, str], dict[int, Difference]] = {}
    targets = zip(objective.target.each, objective.aims, strict=True)
    for position, (target, aim) in enumerate(targets):
        own = runs[first].predicted(position, target, aim)
        predictions = {str(place): runs[place].predicted(position, target, aim) for place in places}
        predictions = {
            place: predicted
            for place, predicted in predictions.items()
            if predicted.shape == own.shape
        }
        drawn = bootstrap(
            aim,
            target.name,
            runs[first].truth(position, target),
            predictions,
            positive=target.positive,
            seed=int(entry(runs[first].facts, "run", "seed") or 0),
            groups=groups,
        )
        leading = entry(runs[first].facts, "verdict", target.name, "leading") or [aim.main]
        for metric in leading:
            better = METRICS[metric].better
            for place, gap in drawn.differences[metric].items():
                if better == AIMED or gap.value is None:
                    continue
                less = Interval(
                    -gap.value, *(None if x is None else -x for x in (gap.high, gap.low))
                )
                judged = judgement(less, better, drawn.units) or CANNOT_TELL
                difference = Difference(-gap.value, less.low, less.high, judged)
                # What was not seen yet, which an interval allows for, would be alike, too.
                if np.array_equal(predictions[place], own, equal_nan=True):
                    difference = Difference(0.0, 0.0, 0.0, SAME)
                found.setdefault((target.name, metric), {})[int(place)] = difference
    return found
