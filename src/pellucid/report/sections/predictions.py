"""What was predicted: the confusion matrix of classes, truth against prediction of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.drawing import BLUE, INK, ORANGE, SOFT_INK, VERMILLION
from pellucid.language.number import short
from pellucid.report.axis import frame, named, scale
from pellucid.report.canvas import PANEL, Canvas, Key, Picture
from pellucid.report.confusion import ConfusionGrid
from pellucid.report.markup import paragraph, table, user
from pellucid.report.section import Facts, Section, Sheet, by_target, each
from pellucid.report.words import Words, numbers_of, percent, plain

_MOST_CLASSES = 20
_MOST_CONFUSIONS = 10


def predictions(facts: Facts, sheet: Sheet) -> Section | None:
    """Return, for each target, predictions beside the truth."""
    words = sheet.words
    known = facts.get("curves") or {}
    found = by_target(facts, {name: one for name, one in known.items() if _has(one)}, None)

    def write(one: Mapping[str, Any], suffix: str, title: str) -> str:
        if one.get("confusion"):
            return _classes(one["confusion"], suffix, title, sheet)
        pictures = []
        if one.get("scatter"):
            pictures.append(_scatter(one["scatter"], suffix, title, words))
        if one.get("residuals"):
            pictures.append(_residuals(one["residuals"], suffix, title, words))
        if one.get("quantiles"):
            pictures.append(_quantiles(one["quantiles"], suffix, title, words))
        return sheet.figures(pictures)

    body = each(found, write, words)
    return Section("predictions", words("predictions"), body) if found else None


def _has(one: Mapping[str, Any] | None) -> bool:
    return any((one or {}).get(name) for name in ("confusion", "scatter", "residuals", "quantiles"))


def _classes(confusion: Mapping[str, Any], suffix: str, title: str, sheet: Sheet) -> str:
    words = sheet.words
    counts = confusion["counts"]
    others = words("confusion_others")
    classes = [others if one is None else plain(one, 80) for one in confusion["classes"]]
    order = list(range(len(classes)))
    lead, labels, cells = "", classes, counts
    if len(classes) > _MOST_CLASSES:
        known = [place for place in order if confusion["classes"][place] is not None]
        largest = sorted(known, key=lambda place: -sum(counts[place]))[:_MOST_CLASSES]
        shown = sorted(largest)
        lead = words("confusion_some", count=len(shown), whole=len(classes))
        labels = [*(classes[place] for place in shown), others]
        cells = _pooled(counts, [*([place] for place in shown), sorted({*order} - {*shown})])
    body = paragraph(lead) + sheet.figure(
        _matrix(labels, cells, confusion, suffix, title, words), "wide"
    )
    wrong = sorted(
        (
            (counts[row][column], row, column)
            for row in range(len(classes))
            for column in range(len(classes))
            if row != column and counts[row][column]
        ),
        key=lambda one: (-one[0], one[1:]),
    )
    if len(classes) > 2 and wrong:
        rows = [
            [
                user(classes[row]),
                user(classes[column]),
                f"{count:,}",
                percent(count / max(sum(counts[row]), 1)),
            ]
            for count, row, column in wrong[:_MOST_CONFUSIONS]
        ]
        heads = [words(f"confused_{name}") for name in ("truth", "taken", "rows", "share")]
        body += table(words("confused_table"), heads, rows, (2, 3))
    return body


def _pooled(counts: list[list[int]], groups: list[list[int]]) -> list[list[int]]:
    """Return a table whose lines and columns are those of groups of classes, added up."""
    return [
        [sum(counts[row][column] for row in rows for column in columns) for columns in groups]
        for rows in groups
    ]


def _matrix(
    labels: list[str],
    cells: list[list[int]],
    confusion: Mapping[str, Any],
    suffix: str,
    title: str,
    words: Words,
) -> Picture:
    grid = ConfusionGrid.of(labels, cells)
    count = len(labels)
    right = sum(cells[place][place] for place in range(count))
    return Picture(
        f"confusion{suffix}",
        words("confusion") + title,
        words("confusion_alternative", right=right, rows=sum(map(sum, cells)), count=count),
        PANEL,
        grid.height,
        lambda canvas: grid.paint(canvas, words),
        confusion,
        [
            Key(words("confusion_right"), BLUE, "box"),
            Key(words("confusion_wrong"), VERMILLION, "box"),
        ],
        words("confusion_note"),
        largest=1.45,
    )


def _scatter(scatter: Mapping[str, Any], suffix: str, title: str, words: Words) -> Picture:
    truth, prediction = numbers_of(scatter["truth"]), numbers_of(scatter["prediction"])
    both = scale([*truth, *prediction], count=5)

    def paint(canvas: Canvas) -> None:
        axes = frame(
            canvas,
            both,
            both,
            across_name=words("truth"),
            up_name=words("prediction"),
        )
        axes.plot(
            [both.low, both.high],
            [both.low, both.high],
            color=SOFT_INK,
            linewidth=1.1,
            linestyle="--",
            zorder=3,
        )
        few = len(truth) <= 300
        axes.plot(
            truth,
            prediction,
            "o",
            color=BLUE,
            markersize=4.2 if few else 3.0,
            alpha=0.55 if few else 0.35,
            markeredgewidth=0,
        )

    return Picture(
        f"scatter{suffix}",
        words("scatter") + title,
        words("scatter_alternative", count=len(truth)),
        PANEL,
        300.0,
        paint,
        scatter,
        [Key(words("scatter_row"), BLUE, "dot"), Key(words("scatter_line"), SOFT_INK, "dashed")],
    )


def _residuals(residuals: Mapping[str, Any], suffix: str, title: str, words: Words) -> Picture:
    edges, counts = numbers_of(residuals["edges"]), numbers_of(residuals["counts"])
    beyond = (residuals.get("below") or 0) + (residuals.get("above") or 0)
    note = words("residuals_note")
    if beyond:
        note += " " + words("residuals_beyond", count=beyond)

    def paint(canvas: Canvas) -> None:
        axes = frame(
            canvas,
            scale(edges, room=0.02),
            scale([0, *counts], whole=True, room=0.0),
            across_name=words("residual"),
            up_name=words("rows_axis"),
            grid="y",
        )
        axes.stairs(counts, edges, fill=True, facecolor=BLUE, alpha=0.55)
        axes.axvline(0.0, color=INK, linewidth=1.0, linestyle="--")

    return Picture(
        f"residuals{suffix}",
        words("residuals") + title,
        words("residuals_alternative", low=short(edges[0]), high=short(edges[-1])),
        PANEL,
        230.0,
        paint,
        residuals,
        note=note,
    )


def _quantiles(
    quantiles: list[Mapping[str, Any]], suffix: str, title: str, words: Words
) -> Picture:
    shares = [one["quantile"] for one in quantiles]
    errors = numbers_of([one["error"] for one in quantiles])
    labels = [words("quantile", share=percent(share)) for share in shares]

    def paint(canvas: Canvas) -> None:
        axes = frame(
            canvas,
            scale([0, *errors], count=4, room=0.03),
            named(labels, 150),
            across_name=words("absolute_error"),
            grid="x",
        )
        axes.spines["left"].set_visible(False)
        axes.barh(range(len(errors)), errors, 0.55, color=ORANGE, alpha=0.8, linewidth=0)

    return Picture(
        f"quantiles{suffix}",
        words("quantiles") + title,
        words("and").join(
            f"{label} {short(error)}" for label, error in zip(labels, errors, strict=True)
        ),
        PANEL,
        44.0 + 24.0 * len(labels),
        paint,
        quantiles,
    )
