"""Several runs side by side: what was set differently, what came of it, how training went.

Receives the names and facts of runs, and which were judged by the same rows; gives one page, or
rows of text for a terminal. Runs judged by other rows are told apart: their numbers stand beside
each other, but are not comparable.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pellucid.atomic import write_atomically
from pellucid.errors import FolderError, OptionError
from pellucid.language import ENGLISH
from pellucid.language.number import NONE, short
from pellucid.report.axis import frame, intervals, lines_height, scale, thinned
from pellucid.report.canvas import PANEL, Canvas, Key, Picture
from pellucid.report.markup import escaped, paragraph, table, user
from pellucid.report.matching import (
    Difference,
    Matching,
    Run,
    difference_lines,
    difference_texts,
    same_data,
)
from pellucid.report.page import checked_language, whole_page
from pellucid.report.section import Facts, Section, Sheet, targets
from pellucid.report.sections.probabilities import COLOURS
from pellucid.report.words import Words, duration, entry, numbers_of, plain

_DATA = ("source", "target", "task", "positive", "split")
_TOLD = ("target", "task", "positive", "split", "seed", "backend", "monitor")
"""Options that stand among the settings as what came of them."""
_NETWORK = (
    "members",
    "optimizer",
    "loss",
    "learning_rate",
    "schedule",
    "batch_size",
    "dropout",
    "averaging",
)
_READING = (
    "source",
    *("columns", "drop", "missing", "separator", "decimal", "header", "skip_lines", "encoding"),
    *("query", "split", "validation", "test", "train_rows", "validation_rows", "features"),
)
"""What may be otherwise in how runs read their data, as their settings name it."""
_CHOICES = ("linear", "none", "balanced", "auto")
"""Values of options that are words of a language, not names."""
_NAMED = ("optimizer", "loss", "schedule")
_MOST_RUNS = 30
_MOST_CURVES = 8
_SHARES = ("accuracy", "balanced_accuracy")


def compare_runs(
    runs: Sequence[Run], path: Path, language: str = ENGLISH, matching: Matching | None = None
) -> Path:
    """Write a page that sets runs side by side.

    Args:
        runs: for each its name and its facts, as `write_report` takes them.
        path: of the page.
        language: "en" or "zh".
        matching: which runs were judged by the same rows; if None, those on the same data.

    Returns:
        the path.

    Raises:
        OptionError: there are fewer than two runs, or more than 30, or there is no such language.
        FolderError: the page cannot be written.
    """
    _check(runs, language)
    sheet = Sheet(Words(language))
    words = sheet.words
    title = words("compare_title", count=len(runs))
    sections = [
        Section("metrics", words("compare_metrics"), _metrics(runs, sheet, matching)),
        Section("settings", words("compare_settings"), _settings(runs, words)),
    ]
    curves = _curves(runs, sheet)
    if curves:
        sections.append(Section("training", words("compare_curves"), curves))
    alike, about_data = said_of_data(runs, words, matching)
    warned = paragraph(about_data) if alike else f'<p class="warning">{escaped(about_data)}</p>'
    warned += "".join(paragraph(line) for line in lacking(runs, words))
    above = f'<p class="above">{escaped(words("report"))}</p>'
    head = f'<header>{above}<h1 class="verdict">{escaped(title)}</h1>{warned}</header>'
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(f"{path.parent} cannot be made: {error.strerror}") from None
    content = whole_page(f"{title} · pellucid", head, sections, sheet, beside=False)
    write_atomically(path, content)
    return path


def comparison_table(
    runs: Sequence[Run], language: str = ENGLISH, matching: Matching | None = None
) -> list[list[str]]:
    """Return rows of text: the names of the runs, metrics, differences, settings that differ.

    The first cell of a row says what it is. Differences are those of metrics to the first run, of
    runs that were judged by the same rows.

    Raises:
        OptionError: as `compare_runs`.

    Example:
        >>> facts = {"verdict": {"y": {"metrics": {"rmse": {"network": {"value": 2.0}}}}}}
        >>> fast = {**facts, "network": {"learning_rate": 0.2}}
        >>> slow = {**facts, "network": {"learning_rate": 0.1}}
        >>> comparison_table([("a", fast), ("b", slow)])
        [['run', 'a', 'b'], ['RMSE', '2.00', '2.00'], ['learning rate', '0.2', '0.1']]
    """
    _check(runs, language)
    words = Words(language)
    rows = [[words("compare_run"), *(plain(name, 40) for name, _ in runs)]]
    for label, metric, values in _measured(runs, words):
        cells = []
        for value in values:
            shown = words.value(metric, value.get("value"))
            ends = words.interval(metric, value.get("low"), value.get("high"))
            cells.append(f"{shown} ({ends})" if ends else shown)
        rows.append([label, *cells])
    lines = [
        [label, *(_in_words(metric, one, words) for one in found)]
        for label, metric, found in difference_lines(runs, words, matching, len(_targets(runs)))
    ]
    settings = [[label, *texts] for _, label, texts in _different(runs, words)]
    return rows + lines + settings


def said_of_data(
    runs: Sequence[Run], words: Words, matching: Matching | None = None
) -> tuple[bool, str]:
    """Return whether runs can be set against each other, and what is to be said of their data."""
    named = [(name.partition("_")[2], label) for name, label, _ in _different(runs, words)]
    return same_data(runs, words, matching, [label for name, label in named if name in _READING])


def lacks_parts(facts: Facts) -> bool:
    """Return whether the facts are those of a run that was made without its report."""
    return facts.get("importance") is None


def lacking(runs: Sequence[Run], words: Words) -> list[str]:
    """Return what is to be said of runs that were made without their report."""
    parts = words("lacking")
    return [
        words("compare_lacks", run=plain(name, 40), parts=parts)
        for name, facts in runs
        if lacks_parts(facts)
    ]


def _check(runs: Sequence[Run], language: str) -> None:
    checked_language(language)
    if len(runs) < 2:
        raise OptionError(f"a comparison needs at least two runs, got {len(runs)}")
    if len(runs) > _MOST_RUNS:
        raise OptionError(f"a comparison shows at most {_MOST_RUNS} runs, got {len(runs)}")


def _targets(runs: Sequence[Run]) -> list[str]:
    return list(dict.fromkeys(name for _, facts in runs for name in targets(facts)))


def _measured(runs: Sequence[Run], words: Words) -> list[tuple[str, str, list[Mapping[str, Any]]]]:
    """Return for each metric of each target what it is called, its name, and one value a run."""
    names = _targets(runs)
    found = []
    for target in names:
        metrics = [entry(facts, "verdict", target, "metrics") or {} for _, facts in runs]
        for metric in dict.fromkeys(metric for one in metrics for metric in one):
            label = words.metric(metric)
            if len(names) > 1:
                label = words("compare_of", metric=label, target=plain(target, 40))
            found.append((label, metric, [entry(one, metric, "network") or {} for one in metrics]))
    return found


def _metrics(runs: Sequence[Run], sheet: Sheet, matching: Matching | None) -> str:
    words = sheet.words
    measured = _measured(runs, words)
    rows = []
    for label, metric, values in measured:
        cells = []
        for value in values:
            ends = words.interval(metric, value.get("low"), value.get("high"))
            small = f"<small>{escaped(ends)}</small>" if ends else ""
            cells.append(f"{escaped(words.value(metric, value.get('value')))}{small}")
        rows.append([escaped(label), *cells])
    lines = difference_lines(runs, words, matching, len(_targets(runs)))
    for label, metric, found in lines:
        rows.append([escaped(label), *(_marked(metric, one, words) for one in found)])
    heads = [words("metric"), *(plain(name, 30) for name, _ in runs)]
    shown = table(words("compare_metrics"), heads, rows, range(1, len(heads)))
    lead = words("compare_metrics_paired" if lines else "compare_metrics_lead")
    return paragraph(lead) + _main(runs, measured, sheet) + shown


def _in_words(metric: str, one: Difference | None, words: Words) -> str:
    if one is None:
        return NONE
    value, ends, judgement = difference_texts(metric, one, words)
    return words("compare_difference", value=value, interval=ends, judgement=judgement)


def _marked(metric: str, one: Difference | None, words: Words) -> str:
    if one is None:
        return NONE
    value, ends, judgement = map(escaped, difference_texts(metric, one, words))
    look = one.judgement if one.judgement in ("better", "worse") else "even"
    return f'{value}<small>{ends}</small><span class="badge {look}">{judgement}</span>'


def _main(
    runs: Sequence[Run],
    measured: list[tuple[str, str, list[Mapping[str, Any]]]],
    sheet: Sheet,
) -> str:
    """Draw the main metric of the first run for all of them."""
    words = sheet.words
    names = targets(runs[0][1])
    main = entry(runs[0][1], "verdict", names[0], "main") if names else None
    chosen = next((one for one in measured if one[1] == main), measured[0] if measured else None)
    if chosen is None:
        return ""
    label, metric, found = chosen
    values, lows, highs = (
        numbers_of([value.get(end) for value in found]) for end in ("value", "low", "high")
    )
    shown = [plain(name, 60) for name, _ in runs]

    def paint(canvas: Canvas) -> None:
        colours = [COLOURS[place % len(COLOURS)] for place in range(len(runs))]
        intervals(
            canvas,
            shown,
            values,
            lows,
            highs,
            name=label,
            colours=colours,
            shares=metric in _SHARES,
        )

    listed = words("and").join(
        f"{name} {words.measured(metric, value)}" for name, value in zip(shown, values, strict=True)
    )
    picture = Picture(
        "metric",
        label[:1].upper() + label[1:],
        words("comparison_alternative", metric=label, values=listed),
        PANEL,
        lines_height(len(runs)),
        paint,
        {"metric": metric, "values": found},
        largest=1.45,
    )
    return sheet.figure(picture, "wide")


def _described(facts: Facts, words: Words) -> dict[str, str]:
    """Return the settings of a run as texts."""
    found: dict[str, str] = {}
    for name in _DATA:
        value = entry(facts, "data", name)
        if name == "split":
            value = words.sentence(value) or None
        if name == "task" and value is not None:
            value = words.named("task", value)
        found[f"compare_{name}"] = _text(value)
    for part in ("train", "validation", "test"):
        found[f"compare_{part}_rows"] = _text(entry(facts, "data", "rows", part))
    columns = entry(facts, "data", "columns") or []
    features = [column for column in columns if column.get("role") == "feature"]
    found["compare_features"] = _text(len(features) if columns else None)
    layers = entry(facts, "network", "layers") or []
    found["compare_layers"] = _text(
        words("and").join(_layer(layer) for layer in layers) if layers else None
    )
    found["parameters"] = _text(entry(facts, "network", "parameters"))
    for name in _NETWORK:
        value = entry(facts, "network", name)
        if name in _NAMED and value is not None:
            value = words.named(name, value)
        found[f"option_{name}"] = _text(value)
    monitor = entry(facts, "training", "monitor")
    found["compare_monitor"] = _text(None if monitor is None else words.named("monitor", monitor))
    found["compare_best_epoch"] = _text(entry(facts, "training", "best_epoch"))
    for name, value in (facts.get("options") or {}).items():
        if name not in (*_TOLD, *_NETWORK):
            if value in _CHOICES:
                value = words.named("choice", value)
            found[f"setting_{name}"] = _text(value)
    found["compare_epochs"] = _text(entry(facts, "training", "stopped_epoch"))
    for name in ("seed", "backend"):
        found[f"run_{name}"] = _text(entry(facts, "run", name))
    versions = entry(facts, "run", "versions") or {}
    found["compare_versions"] = _text(
        words("and").join(f"{name} {version}" for name, version in versions.items()) or None
    )
    seconds = entry(facts, "training", "seconds")
    found["compare_training_seconds"] = duration(seconds)
    return found


def _layer(layer: Mapping[str, Any]) -> str:
    shape = "x".join(str(side) for side in layer.get("shape") or ())
    return f"{plain(layer.get('kind'), 30)} {shape}".strip()


def _text(value: Any) -> str:
    if value is None:
        return NONE
    if isinstance(value, float):
        return short(value, 4)
    if isinstance(value, list | tuple):
        return ", ".join(plain(one, 60) for one in value) or NONE
    if isinstance(value, Mapping):
        pairs = (f"{plain(name, 40)} {plain(one, 60)}" for name, one in value.items())
        return ", ".join(pairs) or NONE
    if isinstance(value, bool):
        return plain(value)
    return f"{value:,}" if isinstance(value, int) else plain(value, 400)


def _different(runs: Sequence[Run], words: Words) -> list[tuple[str, str, list[str]]]:
    """Return the settings that are not the same in all runs: key, label, and one text a run."""
    described = [_described(facts, words) for _, facts in runs]
    rows = []
    prints = {entry(facts, "run", "fingerprint") for _, facts in runs}
    for key in dict.fromkeys(key for one in described for key in one):
        if key == "compare_source" and len(prints) == 1 and None not in prints:
            # The same data, by another path.
            continue
        texts = [one.get(key, NONE) for one in described]
        if len(set(texts)) > 1:
            group, _, name = key.partition("_")
            rows.append((key, words.named(group, name) if name else words(key), texts))
    return rows


def _settings(runs: Sequence[Run], words: Words) -> str:
    rows = _different(runs, words)
    if not rows:
        return paragraph(words("compare_no_difference"))
    heads = [words("compare_setting"), *(plain(name, 30) for name, _ in runs)]
    cells = [[escaped(label), *(user(text, 160) for text in texts)] for _, label, texts in rows]
    return table(words("compare_settings"), heads, cells)


def _curves(runs: Sequence[Run], sheet: Sheet) -> str:
    """Draw the same curve of all runs into one picture."""
    words = sheet.words
    units: dict[str, None] = dict.fromkeys(_unit(facts, words) for _, facts in runs[:_MOST_CURVES])
    pictures = []
    for column in ("validation_loss", "validation_accuracy", "train_loss"):
        # Losses are drawn together where they count the same.
        groups: dict[str, list[tuple[Key, list[float], Any]]] = {}
        for place, (name, facts) in enumerate(runs[:_MOST_CURVES]):
            values = numbers_of(entry(facts, "training", "epochs", column))
            if values:
                best = entry(facts, "training", "best_epoch")
                unit = _unit(facts, words) if column.endswith("_loss") else ""
                line = (Key(plain(name, 60), COLOURS[place]), values, best)
                groups.setdefault(unit, []).append(line)
        if sum(map(len, groups.values())) < 2:
            continue
        for number, (unit, lines) in enumerate(groups.items()):
            suffix = f"-{number + 1}" if number else ""
            measured_in = unit if len(groups) > 1 else ""
            pictures.append(_overlaid(column, suffix, measured_in, lines, words))
    lead = paragraph(words("compare_units")) if len(units) > 1 else ""
    return lead + sheet.figures(pictures) if pictures else ""


def _unit(facts: Facts, words: Words) -> str:
    """Return what a run's loss is measured in: one text where losses can stand on one axis."""
    parts = [words.named("loss", entry(facts, "network", "loss") or NONE)]
    for name, usual in (("target_scale", "linear"), ("class_weight", "none"), ("quantile", 0.5)):
        value = entry(facts, "options", name)
        if value is not None and value != usual:
            parts.append(f"{words.named('setting', name)} {_text(value)}")
    if entry(facts, "data", "task") == "regression":
        parts.append(_text(entry(facts, "data", "target")))
    return words("and").join(parts)


def _overlaid(
    column: str, suffix: str, unit: str, lines: list[tuple[Key, list[float], Any]], words: Words
) -> Picture:
    part, _, quantity = column.partition("_")
    name = f"{words.metric(quantity)} · {words.named('part', part)}"
    name += f" · {unit}" if unit else ""
    count = max(len(values) for _, values, _ in lines)
    finite = [x for _, values, _ in lines for x in values if math.isfinite(x)]

    def paint(canvas: Canvas) -> None:
        across = scale([1, max(count, 2)], whole=True, room=0.02)
        up = scale(finite, log=quantity == "loss")
        axes = frame(canvas, across, up, across_name=words("epoch"), grid="y")
        for key, values, best in lines:
            places, kept = thinned(values)
            width = 1.6 if len(kept) == len(values) else 1.0
            axes.plot([place + 1 for place in places], kept, color=key.colour, linewidth=width)
            if best and best <= len(values):
                axes.plot([best], [values[best - 1]], "o", color=key.colour, markersize=5.5)

    return Picture(
        f"{column}{suffix}",
        name[:1].upper() + name[1:],
        words("compare_alternative", name=name, count=len(lines)),
        PANEL,
        235.0,
        paint,
        {key.label: values for key, values, _ in lines},
        [key for key, _, _ in lines],
        words("compare_dots"),
    )
