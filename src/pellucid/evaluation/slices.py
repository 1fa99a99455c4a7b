"""Where the network errs more than elsewhere: the error by slices of each column.

A slice is a quarter of a column's numbers, one of its frequent categories, the other categories
together, or the rows where it is missing. Looking at many slices finds some that look bad by
chance. So the p-values are adjusted for their number.

- Of numbers, a slice is held against random sets of as many of the rows, by the mean that is shown
  (`random_sets.py`): one huge error proves no more than the chance that a set holds it.
- Of classes, it is held against rows of which the network is as sure (`expected_errors.py`): where
  a rare class is less rare, every network errs more often, and none is worse for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.evaluation.aim import Aim, aim_for
from pellucid.evaluation.discoveries import adjusted
from pellucid.evaluation.expected_errors import ExpectedErrors
from pellucid.evaluation.feature import NUMBER, Feature
from pellucid.evaluation.intervals import wilson_interval
from pellucid.evaluation.random_sets import RandomSets
from pellucid.evaluation.row_loss import mean_interval

Array = np.ndarray[Any, Any]

QUARTERS, CATEGORIES = 4, 8
SMALLEST = 20
"""Rows below which a slice is not looked at: its interval would say nothing."""
LEVEL = 0.05
ACCURACY = "accuracy"


@dataclass(frozen=True, eq=False)
class Slice:
    """Some rows of a column.

    Attributes:
        column: the name of the column.
        kind: "interval", "value", "category", "others" or "missing".
        text: such as "20 \N{LESS-THAN OR EQUAL TO} age < 31" or "job = cook".
        rows: which rows it has, bool (rows,).
    """

    column: str
    kind: str
    text: str
    rows: Array


def slice_errors(
    features: Sequence[Feature],
    truth: Array,
    predicted: Array,
    *,
    aim: Aim | None = None,
    smallest: int = SMALLEST,
) -> dict[str, Any]:
    """Return the error of each slice of each column.

    Args:
        features: the columns, rows in the order of `truth`.
        truth: class codes (rows,), or numbers (rows,).
        predicted: probabilities (rows, classes), or numbers (rows,).
        aim: what is predicted; if None the usual for predictions of this shape.
        smallest: the rows that a slice needs.

    Returns:
        "metric" ("accuracy" of classes, what the aim measures of numbers), its value "overall", and
        "rows", each with "column", "kind", "slice" (a text), "rows", "value", "low", "high" (95 %,
        of this slice alone), of classes "expected" (the value that other rows of which the network
        is as sure have), "p" (adjusted for the number of slices) and "differs" ("worse", "better",
        or None where chance explains it). The worse ones come first, the worst before all.
    """
    classes = predicted.ndim == 2
    aim = aim or aim_for(predicted)
    wrong = predicted.argmax(1) != truth if classes else None
    errors = aim.row_losses(truth, predicted) if wrong is None else wrong.astype(np.float64)
    overall = float(errors.mean()) if errors.size else 0.0
    held = RandomSets.of(errors) if wrong is None else ExpectedErrors.of(predicted, wrong)
    rows: list[dict[str, Any]] = []
    # One slice after the other: of a large table the sets of rows of all of them are many.
    for part in (part for feature in features for part in slices_of(feature, smallest)):
        own = errors[part.rows]
        further, chance = held.test(part.rows)
        expected = {}
        if isinstance(held, ExpectedErrors):
            expected["expected"] = 1.0 - float(held.expected[part.rows].mean())
        rows.append(
            {
                "column": part.column,
                "kind": part.kind,
                "slice": part.text,
                "rows": len(own),
                **_measured(own, None if classes else aim),
                **expected,
                "p": chance,
                "differs": "worse" if further > 0 else "better",
            }
        )
    for row, chance in zip(rows, adjusted(np.array([row["p"] for row in rows])), strict=True):
        row["p"] = float(chance)
        row["differs"] = row["differs"] if chance <= LEVEL else None
    badness = {"worse": 0, None: 1, "better": 2}
    rows.sort(
        key=lambda row: (
            badness[row["differs"]],
            row["value"] - row["expected"] if classes else -row["value"],
        )
    )
    shown_overall = 1.0 - overall if classes else aim.in_units(overall)
    return {"metric": ACCURACY if classes else aim.measure, "overall": shown_overall, "rows": rows}


def slices_of(feature: Feature, smallest: int = SMALLEST) -> Iterator[Slice]:
    """Walk the slices of a column that have enough rows; one that has all rows is none."""
    for part in _slices(feature):
        if smallest <= part.rows.sum() < len(feature):
            yield part


def _slices(feature: Feature) -> Iterator[Slice]:
    yield from _of_numbers(feature) if feature.kind == NUMBER else _of_categories(feature)
    yield Slice(feature.name, "missing", f"{_named(feature.name)} missing", feature.missing)


def _named(name: str) -> str:
    """Return the name of a column, in quotes where it could be taken for a number."""
    return name if any(letter.isalpha() for letter in name) else f"'{name}'"


def _of_numbers(feature: Feature) -> Iterator[Slice]:
    name, shown, values = feature.name, _named(feature.name), feature.values
    present = values[~feature.missing]
    distinct = np.unique(present)
    if len(distinct) <= QUARTERS:
        for value in distinct.tolist():
            yield Slice(name, "value", f"{shown} = {_number(value, 6)}", values == value)
        return
    inner = np.quantile(present, np.arange(1, QUARTERS) / QUARTERS, method="higher")
    # Where most values are the smallest, that one stands against the rest.
    edges, texts = _rounded(np.unique(np.maximum(inner, distinct[1])))
    for place in range(len(edges) + 1):
        rows = ~feature.missing
        if place:
            rows = rows & (values >= edges[place - 1])
        if place < len(edges):
            rows = rows & (values < edges[place])
        yield Slice(name, "interval", _between(shown, texts, place), rows)


def _between(name: str, texts: list[str], place: int) -> str:
    """Return the text of the interval before edge number `place`."""
    if place == len(texts):
        return f"{name} \N{GREATER-THAN OR EQUAL TO} {texts[-1]}"
    above = f"{texts[place - 1]} \N{LESS-THAN OR EQUAL TO} " if place else ""
    return f"{above}{name} < {texts[place]}"


def _rounded(edges: Array) -> tuple[list[float], list[str]]:
    """Return edges with as few digits as keep them apart, so that texts say what was done."""
    for digits in range(4, 18):
        texts = [_number(edge, digits) for edge in edges.tolist()]
        if len(set(texts)) == len(texts):
            break
    return [float(text) for text in texts], texts


def _number(number: float, digits: int) -> str:
    """Return a number with some digits, and without a power of ten where it has few more.

    Example:
        >>> _number(29634.2, 4), _number(0.123456, 4), _number(2.5e12, 4)
        ('29630', '0.1235', '2.5e12')
    """
    text = f"{number:.{digits}g}"
    if "e+" in text and abs(number) < 1e9:
        return f"{float(text):.0f}"
    digit, mark, power = text.partition("e")
    return f"{digit}e{int(power)}" if mark else text


def _of_categories(feature: Feature) -> Iterator[Slice]:
    assert feature.labels is not None
    codes = feature.values
    counts = np.bincount(codes[~feature.missing], minlength=len(feature.labels))
    frequent = np.argsort(-counts, kind="stable")[:CATEGORIES]
    for code in frequent[counts[frequent] > 0].tolist():
        text = f"{_named(feature.name)} = {feature.labels[code]}"
        yield Slice(feature.name, "category", text, codes == code)
    others = ~feature.missing & ~np.isin(codes, frequent)
    yield Slice(feature.name, "others", f"{_named(feature.name)} = \N{HORIZONTAL ELLIPSIS}", others)


def _measured(errors: Array, aim: Aim | None) -> dict[str, float]:
    if aim is None:
        hits = round(float((1.0 - errors).sum()))
        ends = wilson_interval(hits, len(errors))
        return {"value": hits / len(errors), "low": float(ends[0]), "high": float(ends[1])}
    low, high = mean_interval(errors)
    # The mean is in the interval's inside; a root keeps the order.
    means = {"value": float(errors.mean()), "low": max(low, 0.0), "high": high}
    return {end: aim.in_units(mean) for end, mean in means.items()}
