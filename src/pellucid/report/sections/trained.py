"""What was trained: the network as a picture and a table, and how it was trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from pellucid.errors import OptionError
from pellucid.graph.short import short_shape
from pellucid.language.number import short
from pellucid.report.canvas import Canvas, Picture
from pellucid.report.markup import details, escaped, pairs, paragraph, table, user
from pellucid.report.network import network_picture
from pellucid.report.section import Facts, Section, Sheet
from pellucid.report.words import Words, entry, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OPTIONS = (
    ("members", "{:,}"),
    ("optimizer", ""),
    ("loss", ""),
    ("learning_rate", "short"),
    ("schedule", ""),
    ("batch_size", "{:,}"),
    ("dropout", "short"),
    ("averaging", "short"),
)
_NARROW, _WIDE = 285.0, 700.0
_MOST_BOXES = 24


def trained(facts: Facts, sheet: Sheet) -> Section | None:
    """Return the network's picture, its options and its layers."""
    words = sheet.words
    known = facts.get("network")
    if not known:
        return None
    layers = known.get("layers") or []
    body = _pictures(layers, sheet) if layers else ""
    if known.get("own"):
        body += paragraph(words("network_own"))
    body += pairs(_options(known, layers, words))
    if layers:
        body += details(words("layers_table", count=len(layers)), _layers(layers, words))
    return Section("network", words("trained"), body)


def _pictures(layers: list[Mapping[str, Any]], sheet: Sheet) -> str:
    """Return the picture for a wide page and the same for a phone, of which one is shown."""
    words = sheet.words
    rows = [
        (
            plain(layer.get("path"), 80),
            plain(layer.get("kind"), 40),
            tuple(layer.get("shape") or ()),
            layer.get("parameters") or 0,
            layer.get("flops") or 0,
        )
        for layer in layers
    ]
    names = words("and").join(
        name or words.named("layer_kind", kind) for name, kind, *_ in rows[:6]
    )
    alternative = words("network_alternative", count=len(rows), layers=names)
    shown = []
    for name, widest in (("network", _WIDE), ("network-narrow", _NARROW)):
        try:
            width, height, paint = network_picture(rows, widest=widest, language=words.language)
        except OptionError:
            return ""
        picture = Picture(
            name,
            words("network_picture"),
            alternative,
            width,
            height,
            partial(_paint, paint=paint),
            {"layers": layers},
            largest=1.25,
        )
        narrow = widest == _NARROW
        shown.append(sheet.figure(picture, "network narrow" if narrow else "network wide", narrow))
    if len(rows) > _MOST_BOXES:
        return details(words("network_large", count=len(rows)), "".join(shown))
    return "".join(shown)


def _paint(canvas: Canvas, paint: Callable[[Axes], None]) -> None:
    paint(canvas.sheet())


def _options(
    known: Mapping[str, Any], layers: list[Mapping[str, Any]], words: Words
) -> list[tuple[str, str]]:
    listed = []
    if layers:
        listed.append((words("option_layers"), f"{len(layers):,}"))
    if known.get("parameters") is not None:
        listed.append((words("parameters"), f"{known['parameters']:,}"))
    for name, form in _OPTIONS:
        value = known.get(name)
        if value is None or (name == "members" and value == 1):
            continue
        if isinstance(value, str):
            value = words.named(name, value.replace("-", "_") if name == "loss" else value)
        listed.append((words(f"option_{name}"), _option(value, form)))
    return listed


def _option(value: Any, form: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return escaped(form.format(value) if form.startswith("{") else short(value))
    return user(value, 120)


def _layers(layers: list[Mapping[str, Any]], words: Words) -> str:
    heads = [words(f"layer_{name}") for name in ("path", "kind", "shape", "parameters", "flops")]
    rows = [
        [
            user(layer.get("path") or words.named("layer_kind", layer.get("kind"))),
            escaped(words.named("layer_kind", layer.get("kind"))),
            escaped(short_shape(tuple(layer.get("shape") or ()))),
            f"{layer.get('parameters') or 0:,}",
            f"{layer.get('flops') or 0:,}",
        ]
        for layer in layers
    ]
    return table(words("layers_label"), heads, rows, (3, 4))


def repeat(facts: Facts, sheet: Sheet) -> Section | None:
    """Return how to repeat the run."""
    words = sheet.words
    run = facts.get("run")
    if not run:
        return None
    body = ""
    command = run.get("command")
    if command:
        lead = escaped(words("repeat_lead"))
        body += f"<p>{lead}</p><pre><code>{escaped(plain(command, 2000))}</code></pre>"
    elif run.get("own_network"):
        body += paragraph(words("repeat_own"))
    versions = run.get("versions") or {}
    listed = [
        (words(f"run_{name}"), user(run[name], 120))
        for name in ("folder", "seed", "backend", "fingerprint")
        if run.get(name) is not None
    ]
    if run.get("seconds") is not None:
        listed.append((words("run_seconds"), escaped(f"{short(run['seconds'])} s")))
    listed += [
        (words.named("version", name), user(version, 40))
        for name, version in list(versions.items())[:20]
    ]
    best = entry(facts, "training", "best_epoch")
    if best is not None:
        listed.append((words("run_epoch"), f"{best:,}"))
    return Section("repeat", words("repeat"), body + pairs(listed))
