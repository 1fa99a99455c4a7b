"""The person's own columns: errors by slice, importance, drift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.drawing import BLUE, GREEN, SOFT_INK, VERMILLION
from pellucid.language.number import NONE, short
from pellucid.report.axis import intervals, lines_height
from pellucid.report.canvas import PANEL, Canvas, Key, Picture
from pellucid.report.markup import details, escaped, paragraph, split_table, table, user
from pellucid.report.section import Facts, Section, Sheet, by_target, each
from pellucid.report.words import Words, cut, numbers_of, plain

_MOST_SLICES = 14
_MOST_COLUMNS = 15
_FOLDED = 300
_LONGEST_NAME = 16
"""So many letters of a column's name stand in a picture of its slices."""
_STANDINGS = {"worse": VERMILLION, "better": GREEN, "apart": VERMILLION}
_SHARES = ("accuracy", "balanced_accuracy", "error_rate")


def slices(facts: Facts, sheet: Sheet) -> Section | None:
    """Return the error by slice."""
    words = sheet.words
    found = by_target(facts, facts.get("slices"), "rows")

    def write(known: Mapping[str, Any], suffix: str, title: str) -> str:
        rows = known["rows"]
        expected = [words("slice_expected")] if all("expected" in row for row in rows) else []
        return sheet.figure(_slices(known, suffix, title, words), "wide") + _more(
            words,
            [
                [
                    user(_slice(row, words)),
                    f"{row.get('rows') or 0:,}",
                    words.measured(known.get("metric") or "", row.get("value")),
                    words.interval(known.get("metric") or "", row.get("low"), row.get("high"))
                    or NONE,
                    *(words.measured(known.get("metric") or "", row["expected"]) for _ in expected),
                ]
                for row in rows[:_FOLDED]
            ],
            [
                words("slice"),
                words("rows_axis"),
                words.metric(known.get("metric") or "loss"),
                words("interval"),
                *expected,
            ],
            _all("slices", len(rows), words),
            _MOST_SLICES,
        )

    found = [(name, known) for name, known in found if known.get("rows")]
    if not found:
        return None
    lead = words("slices_lead")
    if all("expected" in row for _, known in found for row in known["rows"]):
        lead += " " + words("slices_by_confidence")
    body = paragraph(lead) + each(found, write, words)
    return Section("slices", words("slices"), body)


def _slice(row: Mapping[str, Any], words: Words, longest: int = 60) -> str:
    """Return what a slice is, its column's name cut so that what tells it from others stays."""
    column = plain(row.get("column"), 300)
    shown = cut(column, longest)
    if row.get("kind") in ("missing", "others"):
        return words(f"slice_{row['kind']}", column=shown)
    text = plain(row.get("slice") or column, 300)
    return plain(text.replace(column, shown, 1), 120)


def _all(name: str, count: int, words: Words) -> str:
    if count > _FOLDED:
        return words(f"first_{name}", count=_FOLDED, whole=count)
    return words(f"all_{name}", count=count)


def _more(words: Words, rows: list[list[str]], heads: list[str], label: str, shown: int) -> str:
    """Return the whole list, folded, where the picture has no room for it."""
    if len(rows) <= shown:
        return ""
    return details(label, table(label, heads, rows, range(1, len(heads))))


def _slices(known: Mapping[str, Any], suffix: str, title: str, words: Words) -> Picture:
    rows = known["rows"][:_MOST_SLICES]
    metric = known.get("metric") or "loss"
    values, lows, highs = (
        numbers_of([row.get(end) for row in rows]) for end in ("value", "low", "high")
    )
    overall = known.get("overall")

    standing = [_standing(row, overall) for row in rows]
    colours = [_STANDINGS.get(one, BLUE) for one in standing]
    labels = [_slice(row, words, _LONGEST_NAME) for row in rows]

    def paint(canvas: Canvas) -> None:
        intervals(
            canvas,
            labels,
            values,
            lows,
            highs,
            name=words.metric(metric),
            colours=colours,
            line=overall,
            shares=metric in _SHARES,
        )

    keys = [Key(words("slice_overall", value=words.measured(metric, overall)), SOFT_INK, "dashed")]
    keys += [
        Key(words(f"slice_{one}"), colour, "dot")
        for one, colour in _STANDINGS.items()
        if one in standing
    ]
    return Picture(
        f"slices{suffix}",
        words.title("slices_picture", metric=words.metric(metric)) + title,
        words("and").join(
            f"{label} {words.measured(metric, value)}"
            for label, value in list(zip(labels, values, strict=True))[:6]
        ),
        PANEL,
        lines_height(len(rows)),
        paint,
        known,
        keys,
        largest=1.45,
    )


def _standing(row: Mapping[str, Any], overall: float | None) -> str:
    """Return how a slice stands to all rows, "" where it cannot be told from them."""
    if "differs" in row:
        return row["differs"] or ""
    low, high = row.get("low"), row.get("high")
    if overall is None or low is None or high is None:
        return ""
    return "apart" if low > overall or high < overall else ""


def importance(facts: Facts, sheet: Sheet) -> Section | None:
    """Return how much worse predictions become without each column."""
    words = sheet.words
    found = by_target(facts, facts.get("importance"), "columns")

    def write(known: Mapping[str, Any], suffix: str, title: str) -> str:
        columns = known["columns"]
        rows = [
            [
                user(one["column"]),
                short(one.get("value")),
                words.interval("", one.get("low"), one.get("high")) or NONE,
            ]
            for one in columns[:_FOLDED]
        ]
        metric = words.metric(known.get("metric") or "loss")
        heads = [words("column_name"), words("importance_axis", metric=metric), words("interval")]
        label = _all("columns", len(columns), words)
        return sheet.figure(_importance(known, suffix, title, words), "wide") + _more(
            words, rows, heads, label, _MOST_COLUMNS
        )

    found = [(name, known) for name, known in found if known.get("columns")]
    if not found:
        return None
    lead = words("importance_lead", metric=words.metric(found[0][1].get("metric") or "loss"))
    if any(known.get("standardised") for _, known in found):
        lead += " " + words("standardised")
    tried, in_all = len(found[0][1]["columns"]), found[0][1].get("of")
    if in_all is not None and tried < in_all:
        lead += " " + words("importance_tried", count=tried, whole=in_all)
    used, rows = found[0][1].get("rows"), found[0][1].get("of_rows")
    if used is not None and rows is not None and used < rows:
        lead += " " + words("importance_sampled", count=used, whole=rows)
    body = paragraph(lead) + each(found, write, words)
    return Section("importance", words("importance"), body)


def _importance(known: Mapping[str, Any], suffix: str, title: str, words: Words) -> Picture:
    columns = known["columns"][:_MOST_COLUMNS]
    values, lows, highs = (
        numbers_of([one.get(end) for one in columns]) for end in ("value", "low", "high")
    )
    colours = [SOFT_INK if not low > 0 else BLUE for low in lows]
    labels = [plain(one["column"], 120) for one in columns]

    def paint(canvas: Canvas) -> None:
        intervals(
            canvas,
            labels,
            values,
            lows,
            highs,
            name=words("importance_axis", metric=words.metric(known.get("metric") or "loss")),
            colours=colours,
            line=0.0,
        )

    keys = [Key(words("important"), BLUE, "dot")]
    if SOFT_INK in colours:
        keys.append(Key(words("unimportant"), SOFT_INK, "dot"))
    return Picture(
        f"importance{suffix}",
        words("importance_picture") + title,
        words("and").join(
            f"{label} {short(value)}" for label, value in list(zip(labels, values, strict=True))[:6]
        ),
        PANEL,
        lines_height(len(columns)),
        paint,
        known,
        keys,
        largest=1.45,
    )


def drift(facts: Facts, sheet: Sheet) -> Section | None:
    """Return the columns that differ between training and test rows."""
    words = sheet.words
    known = [one for one in facts.get("drift") or [] if one.get("shifted", True)]
    if not known:
        return None
    heads = [words(f"drift_{name}") for name in ("measure", "statistic", "threshold")]
    heads.insert(0, words("column_name"))
    rows = [
        [
            user(one.get("column")),
            escaped(words.named("measure", one.get("measure") or NONE)),
            short(one.get("statistic")),
            short(one.get("threshold")),
        ]
        for one in known[:_FOLDED]
    ]
    more = words("more_columns", count=len(rows) - _MOST_COLUMNS)
    shown = split_table(words("drift"), heads, rows, (2, 3), _MOST_COLUMNS, more)
    return Section("drift", words("drift"), paragraph(words("drift_lead")) + shown)
