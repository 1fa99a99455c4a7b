"""The verdict: the sentence first and large, then metrics beside those of the baselines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.drawing import BLUE, SOFT_INK, text_width
from pellucid.language.number import NONE
from pellucid.report.axis import intervals, lines_height
from pellucid.report.canvas import PANEL, Canvas, Picture
from pellucid.report.markup import escaped, heading, pairs, paragraph, table, user
from pellucid.report.section import MOST_TARGETS, Facts, Section, Sheet, targets
from pellucid.report.words import Words, duration, entry, numbers_of, plain

_LONG = 130.0
"""A sentence wider than this, in letters, is set smaller."""
_MOST_TILES = 4
"""So many targets have their leading metric among the most telling numbers."""
_SIGNS = {"better": "▲", "worse": "▼", "cannot tell": "≈"}
_CLASSES = {"better": "better", "worse": "worse", "cannot tell": "even"}
_SHARES = ("accuracy", "balanced_accuracy")
_OF_POSITIVE = ("average_precision", "calibration_error")
"""What is about one of two classes."""


def opening(facts: Facts, sheet: Sheet) -> str:
    """Return the head of the page: what was predicted, the verdict, the most telling numbers."""
    words = sheet.words
    names = targets(facts)
    source = entry(facts, "data", "source")
    title = words("title", target=", ".join(plain(name, 60) for name in names[:3]) or NONE)
    if len(names) > 3:
        title = words("title_many", target=plain(names[0], 60), count=len(names) - 1)
    above = words("report") + (f" · {plain(source, 80)}" if source else "")
    sentences = []
    for name in names:
        sentence = words.sentence(entry(facts, "verdict", name, "sentence"))
        if sentence:
            label = f'<span class="of">{user(name)}</span> ' if len(names) > 1 else ""
            look = "verdict long" if text_width(sentence, 1.0) > _LONG else "verdict"
            sentences.append(f'<p class="{look}">{label}{escaped(sentence)}</p>')
    return (
        f'<header><p class="above">{escaped(above)}</p><h1>{escaped(title)}</h1>'
        f"{''.join(sentences)}{_tiles(facts, words)}</header>"
    )


def _tiles(facts: Facts, words: Words) -> str:
    """Return the numbers that say most."""
    tiles: list[tuple[str, str]] = []
    names = targets(facts)
    known = None
    for target in names[:_MOST_TILES]:
        known = entry(facts, "verdict", target)
        metrics = entry(known, "metrics") or {}
        wanted = entry(known, "leading") or ["accuracy", entry(known, "main")]
        if len(names) > 1:
            wanted = wanted[:1]
        for name in dict.fromkeys(name for name in wanted if name in metrics):
            value = entry(metrics, name, "network") or {}
            interval = words.interval(name, value.get("low"), value.get("high"))
            small = f"<small>{escaped(interval)}</small>" if interval else ""
            shown = f"<b>{escaped(words.measured(name, value.get('value')))}</b>{small}"
            label = words.metric(name)
            if len(names) > 1:
                label = words("compare_of", metric=label, target=plain(target, 40))
            tiles.append((label, shown))
    rows = entry(facts, "data", "rows") or {}
    if rows:
        part = entry(known, "part") or "test"
        tested = rows.get(part)
        small = "" if tested is None else f"<small>{words('tested_on', count=tested)}</small>"
        tiles.append((words("trained_rows"), f"<b>{rows.get('train', 0):,}</b>{small}"))
    parameters = entry(facts, "network", "parameters")
    if parameters is not None:
        seconds = entry(facts, "training", "seconds")
        small = f"<small>{words('trained_in', time=duration(seconds))}</small>" if seconds else ""
        tiles.append((words("parameters"), f"<b>{parameters:,}</b>{small}"))
    return pairs(tiles, "tiles")


def measured(facts: Facts, sheet: Sheet) -> Section | None:
    """Return all metrics with their intervals, beside those of the baselines."""
    words = sheet.words
    parts = []
    names = targets(facts)
    for place, name in enumerate(names):
        known = entry(facts, "verdict", name)
        if not entry(known, "metrics"):
            continue
        if len(names) > 1:
            parts.append(heading(words("target_named", name=plain(name, 80))))
        if place < MOST_TARGETS:
            suffix = f"-{place + 1}" if place else ""
            parts.append(_comparison(known, suffix, sheet))
        parts.append(_metrics(known, words))
        parts.append(_notes(known, words))
    if not parts:
        return None
    return Section(
        "measured", words("measured"), paragraph(words("measured_lead")) + "".join(parts)
    )


def contenders(metrics: Mapping[str, Any]) -> list[str]:
    """Return the names of the baselines of any metric, in their usual order."""
    found = {name: None for one in metrics.values() for name in (one.get("baselines") or {})}
    usual = [name for name in ("constant", "linear", "boosting") if name in found]
    return usual + [name for name in found if name not in usual]


def _comparison(known: Mapping[str, Any], suffix: str, sheet: Sheet) -> str:
    """Draw the metrics that the verdict speaks of, for the network and each baseline."""
    metrics = known["metrics"]
    main = str(known.get("main"))
    if main not in metrics:
        main = next(iter(metrics))
    leading = [name for name in known.get("leading") or [] if _is_compared(metrics.get(name))]
    pictures: list[Picture] = []
    for name in dict.fromkeys(leading) if main in leading else [main]:
        rows = [metrics[name]["network"], *(metrics[name].get("baselines") or {}).values()]
        if any(math.isfinite(value) for value in numbers_of([row.get("value") for row in rows])):
            place = suffix if name == main else f"-{name}{suffix}"
            # What is to be known of such pictures is said once.
            note = "" if pictures else sheet.words("comparison_note")
            pictures.append(_picture(metrics, name, f"comparison{place}", note, sheet.words))
    return sheet.figure(pictures[0], "wide") if len(pictures) == 1 else sheet.figures(pictures)


def _is_compared(metric: Mapping[str, Any] | None) -> bool:
    return metric is not None and metric.get("better") != "aimed"


def _picture(
    metrics: Mapping[str, Any], metric: str, file: str, note: str, words: Words
) -> Picture:
    one = metrics[metric]
    baselines = one.get("baselines") or {}
    names = [name for name in contenders(metrics) if name in baselines]
    rows = [one["network"], *(baselines[name] for name in names)]
    labels = [words("network"), *(words.named("baseline", name) for name in names)]
    values, lows, highs = (
        numbers_of([row.get(end) for row in rows]) for end in ("value", "low", "high")
    )

    def paint(canvas: Canvas) -> None:
        intervals(
            canvas,
            labels,
            values,
            lows,
            highs,
            name=words.metric(metric),
            colours=[BLUE, *[SOFT_INK] * len(names)],
            line=values[0] if math.isfinite(values[0]) else None,
            shares=metric in _SHARES,
        )

    better = words(one.get("better") or "lower")
    return Picture(
        file,
        words.title("comparison", metric=words.metric(metric), better=better),
        words(
            "comparison_alternative",
            metric=words.metric(metric),
            values=_listed(labels, [words.measured(metric, value) for value in values], words),
        ),
        PANEL,
        lines_height(len(rows)),
        paint,
        {"metric": metric, **one},
        note=note,
        largest=1.45,
    )


def _listed(labels: Sequence[str], values: Sequence[str], words: Words) -> str:
    pieces = (f"{label} {value}" for label, value in zip(labels, values, strict=True))
    return words("and").join(pieces)


def _metrics(known: Mapping[str, Any], words: Words) -> str:
    metrics = known["metrics"]
    names = contenders(metrics)
    heads = [words("metric"), words("network"), *(words.named("baseline", name) for name in names)]
    rows = []
    positive = known.get("positive")
    for metric, one in metrics.items():
        hint = words(one.get("better") or "lower")
        if positive is not None and metric in _OF_POSITIVE:
            hint = words("of_class", hint=hint, label=plain(positive, 30))
        row = [f"{escaped(words.metric(metric))}<small>{escaped(hint)}</small>"]
        row.append(_value(metric, one.get("network") or {}, words))
        for name in names:
            baseline = (one.get("baselines") or {}).get(name)
            row.append(NONE if not baseline else _against(metric, baseline, words))
        rows.append(row)
    part = words.named("part", known.get("part") or "test")
    label = words("metrics_table", part=part)
    return table(label, heads, rows, range(1, len(heads)))


def _value(metric: str, value: Mapping[str, Any], words: Words) -> str:
    interval = words.interval(metric, value.get("low"), value.get("high"))
    small = f"<small>{escaped(interval)}</small>" if interval else ""
    return f"{escaped(words.value(metric, value.get('value')))}{small}"


def _against(metric: str, baseline: Mapping[str, Any], words: Words) -> str:
    """Return a baseline's value and how the network does against it."""
    judgement = baseline.get("judgement") or ""
    shown = _value(metric, baseline, words)
    if judgement not in _SIGNS:
        return shown
    difference = baseline.get("difference") or {}
    ends = words.difference_interval(metric, difference.get("low"), difference.get("high"))
    hint = escaped(words("difference", range=ends)) if ends else ""
    text = words.named("judgement", judgement.replace(" ", "_"))
    return (
        f'{shown}<span class="badge {_CLASSES[judgement]}" title="{hint}">'
        f'<span aria-hidden="true">{_SIGNS[judgement]}</span> {escaped(text)}</span>'
    )


def _notes(known: Mapping[str, Any], words: Words) -> str:
    """Return what the baselines were fitted on, where that has to be said."""
    lines = []
    for name, one in (known.get("baselines") or {}).items():
        if not one:
            continue
        note = words.sentence(one.get("note"))
        rows, in_all = one.get("rows"), one.get("of")
        if not note and rows is not None and in_all is not None and rows < in_all:
            note = words("fitted_on", rows=rows, whole=in_all)
        if note:
            label = words.named("baseline", name)
            lines.append(f"<li><strong>{escaped(label)}</strong> {escaped(note)}</li>")
    return f'<ul class="notes">{"".join(lines)}</ul>' if lines else ""
