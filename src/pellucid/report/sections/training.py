"""How training went: losses, metrics and the learning rate by epoch, with the best epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.drawing import BLUE, GREEN, PAPER, PURPLE, SOFT_INK, VERMILLION
from pellucid.language.number import short
from pellucid.report.axis import frame, scale, thinned
from pellucid.report.canvas import PANEL, Canvas, Key, Picture
from pellucid.report.markup import escaped, paragraph
from pellucid.report.section import Facts, Section, Sheet
from pellucid.report.words import Words, numbers_of

LEARNING_RATE = "learning_rate"
_PARTS = {"train": BLUE, "validation": VERMILLION, "test": GREEN}
_HEIGHT = 235.0
_MOST_QUANTITIES = 4
_LOSSES = ("loss", "ensemble_loss")
_LEAST_SHARE = 0.01
"""An axis of accuracies spans at least this, so that no row more or less looks like much."""
_FEW = 25
"""Up to so many epochs are marked one by one."""


def training(facts: Facts, sheet: Sheet) -> Section | None:
    """Return the curves and what they say of the end of training."""
    words = sheet.words
    known = facts.get("training") or {}
    epochs = known.get("epochs")
    if not epochs or not any(epochs.values()):
        return None
    quantities: dict[str, dict[str, list[float]]] = {}
    for column, values in epochs.items():
        part, _, quantity = column.partition("_")
        if column == LEARNING_RATE:
            if len(set(values)) < 2:
                # A rate that never changes stands among the options, and makes no curve.
                continue
            part, quantity = "", LEARNING_RATE
        elif part not in _PARTS or not quantity:
            continue
        if values:
            quantities.setdefault(quantity, {})[part] = numbers_of(values)
    usual = ["loss", *(name for name in quantities if name not in ("loss", LEARNING_RATE))]
    shown = [name for name in [*usual[:_MOST_QUANTITIES], LEARNING_RATE] if name in quantities]
    pictures = [_curves(name, quantities[name], known, words) for name in shown]
    body = paragraph(_lead(known, max(len(values) for values in epochs.values()), words))
    return Section("training", words("training"), body + sheet.figures(pictures))


def _lead(known: Mapping[str, Any], count: int, words: Words) -> str:
    best, stopped = known.get("best_epoch"), known.get("stopped_epoch") or count
    if best is None:
        return words("trained_epochs", count=stopped)
    monitor = words.named("monitor", known.get("monitor") or "validation_loss")
    name = "stopped_early" if known.get("stopped_early") else "stopped_late"
    return words(name, count=stopped, best=best, monitor=monitor)


def _curves(
    quantity: str, parts: Mapping[str, list[float]], known: Mapping[str, Any], words: Words
) -> Picture:
    count = max(len(values) for values in parts.values())
    finite = [x for values in parts.values() for x in values if math.isfinite(x)]
    name = words.metric(quantity)
    best, stopped = known.get("best_epoch"), known.get("stopped_epoch")
    stopped = stopped if known.get("stopped_early") and stopped != best else None
    least = _LEAST_SHARE if quantity == "accuracy" else 0.0
    up = scale(finite, log=quantity in (*_LOSSES, LEARNING_RATE), least=least)
    across = scale([1, max(count, 2)], whole=True, room=0.02)

    def paint(canvas: Canvas) -> None:
        axes = frame(canvas, across, up, across_name=words("epoch"), grid="y")
        for epoch, style in ((stopped, ":"), (best, "--")):
            if epoch is not None and epoch <= count and quantity != LEARNING_RATE:
                axes.axvline(epoch, color=SOFT_INK, linestyle=style, linewidth=1.1, zorder=1)
        for part, values in parts.items():
            colour = _PARTS.get(part, PURPLE)
            places, kept = thinned(values)
            axes.plot(
                [place + 1 for place in places],
                kept,
                color=colour,
                linewidth=1.8 if len(kept) == len(values) else 1.0,
                marker="o" if count <= _FEW else "",
                markersize=3.2,
            )
            if known.get("monitor") == f"{part}_{quantity}" and best and best <= len(values):
                axes.plot(
                    [best],
                    [values[best - 1]],
                    "o",
                    markersize=7.5,
                    markerfacecolor=PAPER,
                    markeredgecolor=colour,
                    markeredgewidth=2,
                    zorder=4,
                )

    keys = [Key(words.named("part", part), _PARTS[part]) for part in parts if part in _PARTS]
    if best is not None and best <= count and quantity != LEARNING_RATE:
        keys.append(Key(words("best_epoch", epoch=best), SOFT_INK, "dashed"))
    if stopped is not None and stopped <= count and quantity != LEARNING_RATE:
        keys.append(Key(words("stopped_epoch", epoch=stopped), SOFT_INK, "dotted"))
    return Picture(
        f"curve-{quantity.replace('_', '-')}",
        words.title("by_epoch", name=name),
        words(
            "by_epoch_alternative",
            name=name,
            count=count,
            ends=_ends(parts, words),
        ),
        PANEL,
        _HEIGHT,
        paint,
        {
            "epochs": {
                f"{part}_{quantity}" if part else quantity: _plain(values)
                for part, values in parts.items()
            },
            "best_epoch": best,
            "stopped_epoch": known.get("stopped_epoch"),
        },
        keys,
    )


def _plain(values: Sequence[float]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values]


def _ends(parts: Mapping[str, Sequence[float]], words: Words) -> str:
    pieces = []
    for part, values in parts.items():
        ends = words("from_to", first=short(values[0]), last=short(values[-1]))
        pieces.append(f"{words.named('part', part)} {ends}" if part else ends)
    return words("and").join(pieces)


def learning_curve(facts: Facts, sheet: Sheet) -> Section | None:
    """Return the error against the number of rows trained on."""
    words = sheet.words
    known = facts.get("learning_curve")
    if not known or not known.get("rows"):
        return None
    rows = numbers_of(known["rows"])
    lines = {part: numbers_of(known.get(part)) for part in ("train", "test")}
    lines = {part: values for part, values in lines.items() if values}
    low, high = numbers_of(known.get("low")), numbers_of(known.get("high"))
    name = words.metric(known.get("metric") or "loss")

    def paint(canvas: Canvas) -> None:
        everything = [x for values in (*lines.values(), low, high) for x in values]
        axes = frame(
            canvas,
            scale(rows, log=True),
            scale(everything),
            across_name=words("learning_rows"),
            grid="y",
        )
        if len(low) == len(high) == len(rows):
            axes.fill_between(rows, low, high, color=GREEN, alpha=0.18, linewidth=0)
        for part, values in lines.items():
            axes.plot(rows[: len(values)], values, "o-", color=_PARTS[part], markersize=4.5)

    keys = [Key(words.named("part", part), _PARTS[part]) for part in lines]
    picture = Picture(
        "learning-curve",
        words.title("learning_picture", name=name),
        words("learning_alternative", name=name, ends=_ends(lines, words)),
        PANEL,
        _HEIGHT,
        paint,
        known,
        keys,
        words("band_note") if low else "",
    )
    text = words("learning_lead")
    if known.get("standardised"):
        text += " " + words("standardised")
    lead = f"<p>{escaped(text)}</p>"
    return Section("learning", words("learning_curve"), lead + sheet.figures([picture]))
