"""What is shown of a contest: a table for each network, a summary, JSON, and a picture."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contest.contestant import OURS, TITLES
from contest.disturbance import warning
from contest.rounds import Match, Result
from pellucid.drawing import BLUE, GREEN, LINE, ORANGE, PURPLE, SKY, VERMILLION, drawing

COLOURS = (BLUE, VERMILLION, ORANGE, PURPLE, GREEN, SKY, LINE)
MEBI = 2**20


def describe_match(match: Match, peak: float) -> str:
    """Return the table of one network; `peak` is in floating-point operations a second."""
    lines = [
        f"{match.network.title}: {match.network.flops / 1e6:.4g} Mflop a step, "
        f"{match.steps} steps an epoch",
        f"  {'':18} {'us/step':>9} {'IQR':>5} {'/ ours':>7} {'peak':>6} {'ready s':>8} "
        f"{'MiB':>6} {'differs':>8}",
    ]
    ours = match.timed().get(OURS)
    for result in match.results:
        title = TITLES[result.name]
        if result.left_out:
            lines.append(f"  {title:18} left out: {result.left_out}")
            continue
        lines.append(f"  {title:18} {_numbers(match, result, ours, peak)}")
    ratio, best = match.ratio, match.best_peer
    if ratio is not None and best is not None:
        lines.append(f"  best peer over ours: {ratio:.2f} ({TITLES[best.name]})")
    if said := warning(match.disturbance):
        lines.append(f"  {said}")
    return "\n".join(lines)


def _numbers(match: Match, result: Result, ours: Result | None, peak: float) -> str:
    share = match.network.flops / result.median / peak
    ratio = f"{result.median / ours.median:7.2f}" if ours else " " * 7
    memory = "" if result.memory is None else f"{result.memory / MEBI:.0f}"
    return (
        f"{result.median * 1e6:9.2f} {result.spread:5.0%} {ratio} {share:6.1%} "
        f"{result.ready_seconds:8.2f} {memory:>6} {result.deviation:8.2g}  {result.variant}"
    ).rstrip()


def as_json(match: Match, peak: float) -> dict[str, Any]:
    """Return everything about one network, as plain JSON."""
    best = match.best_peer
    return {
        "network": match.network.title,
        "batch_size": match.network.batch_size,
        "flops_per_step": match.network.flops,
        "steps_per_epoch": match.steps,
        "best_peer": None if best is None else best.name,
        "ratio": match.ratio,
        "disturbance": match.disturbance,
        "contestants": {r.name: _result_as_json(match, r, peak) for r in match.results},
    }


def _result_as_json(match: Match, result: Result, peak: float) -> dict[str, Any]:
    if result.left_out:
        return {"left_out": result.left_out, "deviation": result.deviation}
    return {
        "variant": result.variant,
        "median_microseconds": result.median * 1e6,
        "interquartile_share": result.spread,
        "share_of_peak": match.network.flops / result.median / peak,
        "ready_seconds": result.ready_seconds,
        "memory_bytes": result.memory,
        "deviation": result.deviation,
        "microseconds": [seconds * 1e6 for seconds in result.seconds],
    }


def write_json(path: Path, machine: Mapping[str, Any], **parts: Any) -> None:
    """Write a report, with the machine and its load as it is now."""
    after = {"load_after": list(os.getloadavg())} if hasattr(os, "getloadavg") else {}
    report = {"machine": {**machine, **after}, **parts}
    path.write_text(json.dumps(report, indent=1, default=float) + "\n")


def draw_bars(path: Path, groups: Mapping[str, Mapping[str, float]], unit: str) -> None:
    """Draw a group of bars for each key, on a logarithmic axis.

    Args:
        path: ending in .svg or .png.
        groups: title of a group to contestant's name to value.
        unit: what the axis says.
    """
    present = list(dict.fromkeys(name for group in groups.values() for name in group))
    # Contestants of training keep their colours, whoever else takes part.
    places = {name: list(TITLES if name in TITLES else present).index(name) for name in present}
    colours = {name: COLOURS[place % len(COLOURS)] for name, place in places.items()}
    height = 0.7 + 0.16 * sum(len(group) + 1 for group in groups.values())
    with drawing(path, 8.0, height) as figure:
        axes = figure.add_subplot()
        place, ticks = 0.0, []
        for group in groups.values():
            ticks.append(place + (len(group) - 1) / 2)
            for name, value in group.items():
                axes.barh(place, value, height=0.85, color=colours[name])
                axes.text(value, place, f" {_short(value)}", va="center", fontsize=7)
                place += 1
            place += 1
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(_plain)
        axes.set_yticks(ticks, list(groups))
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.margins(x=0.08)
        axes.set_xlabel(unit)
        handles = [axes.barh(0, 0, color=colours[name]) for name in present]
        titles = [TITLES.get(name, name) for name in present]
        axes.legend(handles, titles, loc="upper left", bbox_to_anchor=(1.01, 1.0))
        figure.tight_layout()


def _short(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _plain(value: float, place: float | None) -> str:
    """Return what stands at a mark of a logarithmic axis."""
    return f"{value:g}"


def _best_name(match: Match) -> str:
    return "" if match.best_peer is None else match.best_peer.name


def draw_matches(path: Path, matches: Sequence[Match]) -> None:
    """Draw the time of a step of every contestant on every network."""
    groups = {
        match.network.title: {n: r.median * 1e6 for n, r in match.timed().items()}
        for match in matches
    }
    draw_bars(path, groups, "microseconds a step (less is better)")


def draw_ratios(path: Path, matches: Sequence[Match]) -> None:
    """Draw the best peer's time over ours against the work of a step, a point a network."""
    with drawing(path, 7.0, 4.2) as figure:
        axes = figure.add_subplot()
        for name, colour in zip(TITLES, COLOURS, strict=True):
            points = [
                (match.network.flops / 1e6, match.ratio)
                for match in matches
                if match.ratio is not None and _best_name(match) == name
            ]
            if points:
                label = f"{TITLES[name]} is the best peer"
                work, ratios = zip(*points, strict=True)
                axes.scatter(work, ratios, s=18, color=colour, label=label)
        axes.axhline(1.0, color=LINE, linewidth=1.0)
        axes.set(xscale="log", yscale="log", xlabel="work of a step (Mflop)")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(_plain)
            axis.set_minor_formatter(lambda value, place: "")
        axes.set_ylabel("best peer's time over ours")
        axes.legend()
        figure.tight_layout()
