"""Inside the network: distributions of weights, activations and gradients, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from pellucid.drawing import BLUE, GREEN, INK, PURPLE, SOFT_INK
from pellucid.language.number import short
from pellucid.report.axis import TICK, Scale, frame, scale
from pellucid.report.canvas import PANEL, Canvas, Picture
from pellucid.report.markup import details, paragraph
from pellucid.report.section import Facts, Section, Sheet
from pellucid.report.words import Words, fitted, numbers_of, percent, plain

_NAMES = 96.0
_REMARKS = 78.0
_MOST_OPEN = 16
_MOST_LAYERS = 100


def inside(facts: Facts, sheet: Sheet) -> Section | None:
    """Return the distributions of what the facts have."""
    words = sheet.words
    known = facts.get("layers") or {}
    remarks: dict[str, tuple[str, Callable[[Mapping[str, Any], Words], str]]] = {
        "weights": (BLUE, _weights),
        "activations": (GREEN, _activations),
        "gradients": (PURPLE, _gradients),
    }
    pictures = []
    longest = 0
    for name, (colour, remark) in remarks.items():
        rows = [row for row in known.get(name) or [] if sum(row.get("counts") or ())]
        if rows:
            longest = max(longest, len(rows))
            pictures.append(_ridges(name, rows[:_MOST_LAYERS], colour, remark, words))
    if not pictures:
        return None
    shown = sheet.figures(pictures)
    if longest > _MOST_OPEN:
        shown = details(words("inside_large", count=longest), shown)
    return Section("inside", words("inside"), paragraph(words("inside_lead")) + shown)


def _weights(row: Mapping[str, Any], words: Words) -> str:
    if row.get("deviation") is None:
        return ""
    return words("deviation", value=short(row["deviation"], 2))


def _activations(row: Mapping[str, Any], words: Words) -> str:
    for name in ("dead", "saturated"):
        if row.get(name):
            return words(name, share=percent(row[name]))
    return ""


def _gradients(row: Mapping[str, Any], words: Words) -> str:
    if row.get("norm") is None:
        return ""
    return words("norm", value=short(row["norm"], 2))


def _ridges(
    name: str,
    rows: list[Mapping[str, Any]],
    colour: str,
    remark: Callable[[Mapping[str, Any], Words], str],
    words: Words,
) -> Picture:
    """Return one distribution a line, all on one scale."""
    step = 32.0 if len(rows) <= 12 else 22.0
    edges = [x for row in rows for x in numbers_of(row["edges"])]
    across = _powers(edges) if name == "gradients" else scale(edges, room=0.02)

    def paint(canvas: Canvas) -> None:
        lines = Scale(
            len(rows) - 0.7,
            -1.0,
            tuple(range(len(rows))),
            tuple(fitted(row["layer"], _NAMES, TICK) for row in rows),
        )
        axes = frame(
            canvas,
            across,
            lines,
            across_name=words(f"{name}_axis"),
            right=_REMARKS,
            grid="x",
        )
        axes.spines["left"].set_visible(False)
        for place, row in enumerate(rows):
            counts, sides = numbers_of(row["counts"]), numbers_of(row["edges"])
            most = max(counts)
            heights = [place - 0.82 * math.sqrt(count / most) for count in counts]
            axes.stairs(heights, sides, baseline=place, fill=True, facecolor=colour, alpha=0.35)
            axes.stairs(heights, sides, baseline=None, color=colour, linewidth=1.0)
            axes.axhline(place, color=SOFT_INK, linewidth=0.5, alpha=0.5)
            if note := remark(row, words):
                axes.annotate(
                    fitted(note, _REMARKS - 10, TICK - 0.5),
                    (1, place),
                    xycoords=axes.get_yaxis_transform(),
                    xytext=(6, 1.5),
                    textcoords="offset points",
                    fontsize=TICK - 0.5,
                    color=INK,
                    va="baseline",
                )

    return Picture(
        name,
        words(name),
        words(
            "inside_alternative",
            name=words(name),
            count=len(rows),
            layers=words("and").join(plain(row["layer"], 40) for row in rows[:8]),
        ),
        PANEL,
        52.0 + step * (len(rows) + 0.3),
        paint,
        rows,
        note=words(f"{name}_note"),
    )


def _powers(logarithms: list[float]) -> Scale:
    """Return a scale whose places are powers of ten, given their logarithms."""
    plain_scale = scale(logarithms, count=4, room=0.02, whole=True)
    labels = tuple(f"1e{place:.0f}" for place in plain_scale.places)
    return Scale(plain_scale.low, plain_scale.high, plain_scale.places, labels)
