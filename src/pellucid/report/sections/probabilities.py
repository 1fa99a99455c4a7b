"""What the probabilities are worth: ROC, precision and recall, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.drawing import BLUE, GREEN, INK, ORANGE, PURPLE, SKY, SOFT_INK, VERMILLION
from pellucid.language.number import short
from pellucid.report.axis import Scale, frame, scale, thinned
from pellucid.report.canvas import PANEL, Canvas, Key, Picture
from pellucid.report.markup import paragraph
from pellucid.report.section import Facts, Section, Sheet, by_target, each
from pellucid.report.words import Words, numbers_of, percent, plain

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, INK, SOFT_INK)
"""One a curve; where there are more curves, they begin again, dashed."""
_MOST = 10
_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_SMALL = 0.4
"""Where no probability is larger than this, calibration is drawn up to the largest."""
UNIT = Scale(-0.02, 1.02, _SHARES, ("0", "0.2", "0.4", "0.6", "0.8", "1"))


def probabilities(facts: Facts, sheet: Sheet) -> Section | None:
    """Return the curves of each target that is a class."""
    words = sheet.words
    known = facts.get("curves") or {}
    having = {
        name: one
        for name, one in known.items()
        if any((one or {}).get(part) for part in ("roc", "precision_recall", "calibration"))
    }
    found = by_target(facts, having, None)

    def write(one: Mapping[str, Any], suffix: str, title: str) -> str:
        pictures = []
        if one.get("roc"):
            pictures.append(_roc(one["roc"], suffix, title, words))
        if one.get("precision_recall"):
            pictures.append(_precision(one["precision_recall"], suffix, title, words))
        if (one.get("calibration") or {}).get("bins"):
            pictures.append(_calibration(one["calibration"], suffix, title, words))
        return sheet.figures(pictures)

    if not found:
        return None
    body = paragraph(words("probabilities_lead")) + each(found, write, words)
    return Section("probabilities", words("probabilities"), body)


def _label(curve: Mapping[str, Any], words: Words) -> str:
    name = curve.get("class")
    shown = words("all_classes") if name is None else plain(name, 60)
    return words("with_area", name=shown, area=short(curve.get("area")))


def _lines(curves: list[Mapping[str, Any]], words: Words) -> list[tuple[Mapping[str, Any], Key]]:
    return [
        (
            curve,
            Key(
                _label(curve, words),
                COLOURS[place % len(COLOURS)],
                "line" if place < len(COLOURS) else "dashed",
            ),
        )
        for place, curve in enumerate(curves[:_MOST])
    ]


def _roc(curves: list[Mapping[str, Any]], suffix: str, title: str, words: Words) -> Picture:
    lines = _lines(curves, words)

    def paint(canvas: Canvas) -> None:
        axes = frame(
            canvas,
            UNIT,
            UNIT,
            across_name=words("false_positive_rate"),
            up_name=words("true_positive_rate"),
        )
        axes.plot([0, 1], [0, 1], color=SOFT_INK, linewidth=1.0, linestyle=":")
        for curve, key in lines:
            _line(axes, curve["false_positive_rate"], curve["true_positive_rate"], key)

    keys = [key for _, key in lines]
    return Picture(
        f"roc{suffix}",
        words("roc") + title,
        words("roc_alternative", areas=words("and").join(key.label for key in keys)),
        PANEL,
        300.0,
        paint,
        curves,
        [*keys, Key(words("by_chance"), SOFT_INK, "dotted")],
    )


def _precision(curves: list[Mapping[str, Any]], suffix: str, title: str, words: Words) -> Picture:
    lines = _lines(curves, words)

    def paint(canvas: Canvas) -> None:
        axes = frame(canvas, UNIT, UNIT, across_name=words("recall"), up_name=words("precision"))
        for curve, key in lines:
            share = curve.get("share")
            if share is not None and len(lines) <= 3:
                axes.axhline(share, color=key.colour, linewidth=1.0, linestyle=":")
            _line(axes, curve["recall"], curve["precision"], key)

    keys = [key for _, key in lines]
    return Picture(
        f"precision-recall{suffix}",
        words("precision_recall") + title,
        words("precision_alternative", areas=words("and").join(key.label for key in keys)),
        PANEL,
        300.0,
        paint,
        curves,
        keys,
        words("precision_note") if len(lines) <= 3 else "",
    )


def _line(axes: Any, across: Any, up: Any, key: Key) -> None:
    x, y = numbers_of(across), numbers_of(up)
    places, kept = thinned(y, 500)
    style = "--" if key.form == "dashed" else "-"
    axes.plot([x[place] for place in places], kept, color=key.colour, linestyle=style)


def _calibration(known: Mapping[str, Any], suffix: str, title: str, words: Words) -> Picture:
    bins = [
        one
        for one in known["bins"]
        if one.get("rows") and None not in (one["mean_probability"], one["frequency"])
    ]
    most = max((one["rows"] for one in bins), default=1)
    error = known.get("error")
    both = _seen(bins)

    def paint(canvas: Canvas) -> None:
        axes = frame(
            canvas,
            both,
            both,
            across_name=words("probability_said"),
            up_name=words("frequency_seen"),
        )
        axes.plot([0, both.high], [0, both.high], color=SOFT_INK, linewidth=1.1, linestyle="--")
        for one in bins:
            x, low, high = one["mean_probability"], one["frequency_low"], one["frequency_high"]
            if low is not None and high is not None:
                axes.plot(
                    [x, x],
                    [low, high],
                    color=BLUE,
                    linewidth=2.6,
                    alpha=0.4,
                    solid_capstyle="round",
                )
            size = 3.5 + 5.5 * (one["rows"] / most) ** 0.5
            axes.plot([x], [one["frequency"]], "o", color=BLUE, markersize=size)

    return Picture(
        f"calibration{suffix}",
        words("calibration") + title,
        words("calibration_alternative", error=short(error), count=len(bins)),
        PANEL,
        300.0,
        paint,
        known,
        [Key(words("calibration_bin"), BLUE, "dot"), Key(words("calibrated"), SOFT_INK, "dashed")],
        _calibration_note(known, words),
    )


def _seen(bins: Sequence[Mapping[str, Any]]) -> Scale:
    """Return a scale for both axes: of all probabilities, or of small ones where there are none."""
    ends = [one[name] for one in bins for name in ("mean_probability", "frequency")]
    ends += [one["frequency_high"] for one in bins if one["frequency_high"] is not None]
    most = max(ends, default=1.0)
    return UNIT if most > _SMALL else scale([0.0, most], room=0.04)


def _calibration_note(known: Mapping[str, Any], words: Words) -> str:
    """Return the calibration error with its interval, and what 0 means."""
    error, low, high = (known.get(name) for name in ("error", "low", "high"))
    if error is None:
        return ""
    shown = (
        words("not_above_chance")
        if words.is_by_chance("calibration_error", error)
        else percent(error)
    )
    if low is not None and high is not None:
        ends = words("range", low=percent(low), high=percent(high))
        shown = words("with_interval", value=shown, interval=ends)
    note = words("calibration_error_is", error=shown)
    return note if error else f"{note} {words('calibration_zero')}"
