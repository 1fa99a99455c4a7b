"""What `pellucid fit` prints: what it found, the network, the progress, and the verdict."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from pellucid.backends.base import Control
from pellucid.cli.console import open_console
from pellucid.cli.talk import Talk
from pellucid.fitting.fit import Fit
from pellucid.fitting.folder import RunFolder
from pellucid.fitting.observer import Observer
from pellucid.fitting.preparation import Preparation
from pellucid.graph.program import RunProgram
from pellucid.language import ENGLISH, say
from pellucid.language.number import Told
from pellucid.layers.summary import Summary
from pellucid.report.page import PAGE
from pellucid.report.words import Words
from pellucid.training.recipe import Recipe

REFRESH_SECONDS = 0.1
LINE_SECONDS = 2.0
FEATURE = "feature"


class Speaker(Observer):
    """Prints what happens during a fit."""

    def __init__(self, folder: RunFolder | None = None) -> None:
        """Print to standard output."""
        self._console = open_console()
        self._folder = folder
        self._talk = Talk()
        self._report = False

    def found(self, preparation: Preparation) -> None:
        """Print what the data are."""
        prepared, options = preparation.prepared, preparation.options
        self._talk, self._report = Talk(options.language), options.report
        talk, target = self._talk, prepared.target
        self._say(
            talk(
                "rows",
                source=f"[bold]{escape(prepared.source)}[/]",
                rows=sum(prepared.rows.values()),
                parts=talk.parts(prepared.rows),
            )
        )
        if prepared.file:
            settings = talk.listed(
                talk("setting", name=talk.named("understood", name), value=_shown(value, talk))
                for name, value in prepared.file.items()
            )
            self._say(escape(talk("read_as", settings=settings)))
        what = talk("number")
        if target.classes:
            what = talk("classes", count=len(target.classes))
        elif len(target.each) > 1:
            what = talk("numbers", count=len(target.each))
        used = {
            kind: [c["name"] for c in prepared.schema if (c["role"], c["kind"]) == (FEATURE, kind)]
            for kind in sorted({c["kind"] for c in prepared.schema if c["role"] == FEATURE})
        }
        kinds = talk.listed(
            talk("columns_of_kind", count=len(names), kind=talk.named("kind", kind))
            for kind, names in used.items()
        )
        count = sum(map(len, used.values()))
        columns = talk("columns", count=count, kinds=kinds)
        name = f"[bold]{escape(target.name)}[/]"
        self._say(talk("predict", target=name, what=what, columns=columns))
        for kind, names in used.items() if len(used) > 1 else ():
            listed = talk("names_of_kind", kind=talk.named("kind", kind), names=talk.names(names))
            self._say(f"  {escape(listed)}")
        self._say(escape(say(prepared.split, options.language)))
        for note in prepared.notes:
            self._note(say(note, options.language))
        self._say(talk("seed", seed=options.seed, backend=options.backend))

    def built(self, summary: Summary) -> None:
        """Print the network."""
        self._say("")
        self._say(escape(summary.text(self._talk.language)))

    @contextmanager
    def training(self, control: Control, recipe: Recipe, program: RunProgram) -> Iterator[None]:
        """Show a bar on a terminal and lines elsewhere, from another thread."""
        total = recipe.epochs * program.order.steps_per_epoch
        self._say("")
        show = self._bar if self._console.is_terminal else self._lines
        done = threading.Event()
        thread = threading.Thread(target=show, args=(control, recipe, total, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    @contextmanager
    def working(self, stage: str) -> Iterator[None]:
        """Say what goes on, where it takes its time."""
        slow = threading.Timer(LINE_SECONDS, self._say, [self._talk(stage)])
        slow.daemon = True
        slow.start()
        try:
            yield
        finally:
            slow.cancel()

    def _bar(self, control: Control, recipe: Recipe, total: int, done: threading.Event) -> None:
        columns = (
            TextColumn("{task.fields[epoch]}"),
            BarColumn(bar_width=16),
            TaskProgressColumn(),
            TextColumn("{task.fields[losses]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task("", total=total, epoch="", losses="")
            while True:
                ended = done.wait(REFRESH_SECONDS)
                progress.update(
                    task,
                    completed=control.step,
                    epoch=self._talk("epoch", epoch=control.epoch),
                    losses=_in_short(control, self._talk),
                )
                if ended:
                    return

    def _lines(self, control: Control, recipe: Recipe, total: int, done: threading.Event) -> None:
        started, shown = time.monotonic(), -1
        while True:
            ended = done.wait(LINE_SECONDS)
            if control.epoch != shown and control.epoch_scalars:
                shown = control.epoch
                spent = time.monotonic() - started
                left = spent * (total - control.step) / max(control.step, 1)
                losses = self._talk.listed(
                    f"{self._talk.scalar(name)} {number(value)}"
                    for name, value in control.epoch_scalars.items()
                )
                self._say(
                    self._talk("epoch_of", epoch=shown, most=recipe.epochs, losses=losses)
                    + ("" if ended else self._talk("time_left", seconds=left))
                )
            if ended:
                return

    def finished(self, fit: Fit) -> None:
        """Print the verdict."""
        result, talk = fit.result, self._talk
        self._say("")
        self._say(
            talk(
                "ended",
                epochs=result["epochs"],
                time=duration(result["seconds"]),
                ending=talk("stopped_early" if result["stopped_early"] else "all_done"),
                best=result["best_epoch"],
                monitor=monitor(result["monitor"], talk),
            )
        )
        for name, judged in result["verdict"].items():
            table = verdict_table(judged, name if len(result["verdict"]) > 1 else "", talk)
            self._console.print(table)
            self._say(escape(talk.sentence(judged["sentence"])))
            for baseline in judged["baselines"].values():
                if baseline["note"] is not None:
                    self._note(talk.sentence(baseline["note"]))
        for finding in result["diagnosis"]:
            level = f"[bold]{talk(finding['level'])}[/]"
            sentence = escape(talk.sentence(finding["sentence"]))
            self._say(talk("finding", level=level, sentence=sentence))
            self._say(f"  {escape(talk.sentence(finding['advice']))}")
        if self._folder is not None:
            path = str(self._folder.path)
            self._say(talk("folder", folder=f"[bold]{escape(path)}[/]"))
            if self._report:
                page = str(self._folder.path / PAGE)
                self._say(f"  {escape(talk('open', page=page))}")
            self._say(f"  pellucid predict {escape(path)} DATA --out predictions.csv")

    def _note(self, text: str) -> None:
        self._say(f"  {escape(self._talk('note', note=text))}")

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)


def verdict_table(judged: Mapping[str, Any], name: str = "", talk: Talk | None = None) -> Table:
    """Return the metrics of a verdict with their intervals, beside those of the baselines.

    Args:
        judged: an entry of "verdict" in `result.json`.
        name: the target, where there are several.
        talk: the words; English ones if None.
    """
    talk = talk or Talk()
    title = talk("on_rows", rows=judged["rows"], part=talk.named("part", judged["part"]))
    if name:
        title = talk("of_target", title=title, target=name)
    table = Table(title=escape(title), title_justify="left")
    baselines = list(next(iter(judged["metrics"].values()))["baselines"])
    table.add_column(talk("metric"), justify="left")
    for heading in (talk("network"), talk("interval")):
        table.add_column(heading, justify="right")
    for baseline in baselines:
        table.add_column(talk.named("baseline", baseline), justify="right")
    for metric, found in judged["metrics"].items():
        own = found["network"]
        others = [found["baselines"][baseline] for baseline in baselines]
        ends = _short(None)
        if own["low"] is not None and own["high"] is not None:
            ends = Words(talk.language)("range", low=_short(own["low"]), high=_short(own["high"]))
        table.add_row(
            talk.named("metric", metric),
            _value(metric, own["value"], talk),
            ends,
            *(
                f"{_value(metric, other['value'], talk)} {_MARKS[other['judgement']]}"
                for other in others
            ),
        )
    below = [talk("marks")] if baselines else []
    if judged.get("positive") is not None:
        below.append(escape(talk("positive", label=judged["positive"])))
    if below:
        table.caption, table.caption_justify = "\n".join(below), "left"
    return table


def _value(metric: str, value: float | None, talk: Talk) -> str:
    """Return the value of a metric, in words where no error shows above chance."""
    words = Words(talk.language)
    return words("not_above_chance") if words.is_by_chance(metric, value) else number(value)


def monitor(name: str, talk: Talk) -> str:
    """Return what decided on the best epoch: in English the scalar as options name it."""
    return name if talk.language == ENGLISH else talk.scalar(name)


def _short(value: float | None) -> str:
    return "-" if value is None else f"{Told(value):.3g}"


_MARKS = {"better": "+", "worse": "-", "cannot tell": "~", None: " "}
_SETTINGS = {"\t": "tab", " ": "blank", True: "yes", False: "no", None: "none"}


def _shown(value: Any, talk: Talk) -> str:
    """Return how a file was read in one respect, such as by which separator."""
    if isinstance(value, str | bool | None) and value in _SETTINGS:
        return talk(_SETTINGS[value])
    return f"'{value}'" if value in (",", ".") else str(value)


def number(value: float | None) -> str:
    """Return a number with four significant digits, and a dash for what is not defined."""
    return "-" if value is None else f"{Told(value):.4g}"


def duration(seconds: float) -> str:
    """Return a time as a person would say it.

    Example:
        >>> duration(0.0213), duration(3.21)
        ('21 ms', '3.2 s')
    """
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"


def _in_short(control: Control, talk: Talk) -> str:
    """Return losses and the first metric, short enough for one line with the bar."""
    scalars = control.epoch_scalars
    parts = {f"{part}_loss": part for part in ("train", "validation")}
    shown = [
        f"{talk.named('part', part)} {_short(scalars[name])}"
        for name, part in parts.items()
        if name in scalars
    ]
    others = [name for name in scalars if name not in parts and name != "learning_rate"]
    shown += [
        f"{talk.named('metric', name.partition('_')[2])} {_short(scalars[name])}"
        for name in others[:1]
    ]
    return " ".join(shown)
