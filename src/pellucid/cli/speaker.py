"""What `pellucid fit` prints: what it found, the network, the progress, and the verdict."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
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
from pellucid.data.table import counted, name_list
from pellucid.fitting.fit import Fit
from pellucid.fitting.folder import RunFolder
from pellucid.fitting.observer import Observer
from pellucid.fitting.preparation import Preparation
from pellucid.graph.program import RunProgram
from pellucid.language import ENGLISH, Sentence, say
from pellucid.layers.summary import Summary
from pellucid.report.page import PAGE
from pellucid.training.recipe import Recipe

REFRESH_SECONDS = 0.1
LINE_SECONDS = 2.0
NAMED = 8
"""So many columns of a kind are named."""


class Speaker(Observer):
    """Prints what happens during a fit."""

    def __init__(self, folder: RunFolder | None = None) -> None:
        """Print to standard output."""
        self._console = Console(highlight=False)
        self._folder = folder
        self._language = ENGLISH

    def found(self, preparation: Preparation) -> None:
        """Print what the data are."""
        prepared, options = preparation.prepared, preparation.options
        self._language = options.language
        target = prepared.target
        used = [column["kind"] for column in prepared.schema if column["role"] == "feature"]
        counts = ", ".join(f"{used.count(kind)} {kind}" for kind in sorted(set(used)))
        rows = ", ".join(f"{count} {part}" for part, count in prepared.rows.items() if count)
        what = "a number" if len(target.each) == 1 else f"{len(target.each)} numbers"
        if target.classes:
            what = f"{len(target.classes)} classes"
        self._say(
            f"[bold]{escape(prepared.source)}[/]: {sum(prepared.rows.values())} rows ({rows})"
        )
        if prepared.file:
            read = ", ".join(f"{name} {_shown(value)}" for name, value in prepared.file.items())
            self._say(f"read as {escape(read)}")
        columns = f"{counted(len(used), 'column')} ({counts})"
        self._say(f"predict [bold]{escape(target.name)}[/], {what}, from {columns}")
        for kind in sorted(set(used)) if len(set(used)) > 1 else ():
            names = [
                c["name"] for c in prepared.schema if (c["role"], c["kind"]) == ("feature", kind)
            ]
            self._say(f"  {kind}: {escape(name_list(names, NAMED))}")
        self._say(escape(say(prepared.split, options.language)))
        for note in prepared.notes:
            self._say(f"  note: {escape(say(note, options.language))}")
        self._say(f"seed {options.seed}, backend {options.backend}")

    def built(self, summary: Summary) -> None:
        """Print the network."""
        self._say("")
        self._say(escape(str(summary)))

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

    def _bar(self, control: Control, recipe: Recipe, total: int, done: threading.Event) -> None:
        columns = (
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=16),
            TaskProgressColumn(),
            TextColumn("{task.fields[losses]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task("", total=total, epoch=0, losses="")
            while True:
                ended = done.wait(REFRESH_SECONDS)
                progress.update(
                    task, completed=control.step, epoch=control.epoch, losses=_in_short(control)
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
                self._say(
                    f"epoch {shown} of at most {recipe.epochs}: {_losses(control)}"
                    + ("" if ended else f", at most {left:.0f} s left")
                )
            if ended:
                return

    def finished(self, fit: Fit) -> None:
        """Print the verdict."""
        result = fit.result
        ending = "stopped early" if result["stopped_early"] else "all epochs done"
        self._say("")
        self._say(
            f"{result['epochs']} epochs in {duration(result['seconds'])} ({ending}); "
            f"the best was epoch {result['best_epoch']} by {result['monitor']}"
        )
        for name, judged in result["verdict"].items():
            self._console.print(verdict_table(judged, name if len(result["verdict"]) > 1 else ""))
            self._say(escape(self._sentence(judged["sentence"])))
            for baseline in judged["baselines"].values():
                if baseline["note"] is not None:
                    self._say(f"  note: {escape(self._sentence(baseline['note']))}")
        for finding in result["diagnosis"]:
            self._say(f"[bold]{finding['level']}[/]: {escape(self._sentence(finding['sentence']))}")
            self._say(f"  {escape(self._sentence(finding['advice']))}")
        if self._folder is not None:
            path = self._folder.path
            self._say(f"everything is in [bold]{escape(str(path))}[/]; next:")
            if fit.facts:
                self._say(f"  open {escape(str(path / PAGE))} in a browser")
            self._say(f"  pellucid predict {escape(str(path))} DATA --out predictions.csv")

    def _sentence(self, description: Any) -> str:
        return say(Sentence.from_description(description), self._language)

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)


def verdict_table(judged: Mapping[str, Any], name: str = "") -> Table:
    """Return the metrics of a verdict with their intervals, beside those of the baselines.

    Args:
        judged: an entry of "verdict" in `result.json`.
        name: the target, where there are several.
    """
    title = f"on {judged['rows']} {judged['part']} rows" + (f": {name}" if name else "")
    table = Table(title=title, title_justify="left")
    baselines = list(next(iter(judged["metrics"].values()))["baselines"])
    for heading in ("metric", "network", "95 % interval", *baselines):
        table.add_column(heading, justify="left" if heading == "metric" else "right")
    for metric, found in judged["metrics"].items():
        own = found["network"]
        others = [found["baselines"][baseline] for baseline in baselines]
        table.add_row(
            metric.replace("_", " "),
            number(own["value"]),
            f"{_short(own['low'])} to {_short(own['high'])}",
            *(f"{number(other['value'])} {_MARKS[other['judgement']]}" for other in others),
        )
    if baselines:
        table.caption = "+ the network is better, - worse, ~ cannot tell"
        table.caption_justify = "left"
    return table


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


_MARKS = {"better": "+", "worse": "-", "cannot tell": "~"}


def _shown(value: Any) -> str:
    named = {
        "\t": "tab",
        " ": "blank",
        ",": "','",
        ".": "'.'",
        True: "yes",
        False: "no",
        None: "none",
    }
    return named[value] if value in named else str(value)


def number(value: float | None) -> str:
    """Return a number with four significant digits, and a dash for what is not defined."""
    return "-" if value is None else f"{value:.4g}"


def duration(seconds: float) -> str:
    """Return a time as a person would say it.

    Example:
        >>> duration(0.0213), duration(3.21)
        ('21 ms', '3.2 s')
    """
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"


def _losses(control: Control) -> str:
    parts = (f"{name.replace('_', ' ')} {number(v)}" for name, v in control.epoch_scalars.items())
    return ", ".join(parts)


def _in_short(control: Control) -> str:
    """Return losses and the first metric, short enough for one line with the bar."""
    scalars = control.epoch_scalars
    words = {"train_loss": "train", "validation_loss": "validation"}
    shown = [f"{word} {scalars[name]:.3g}" for name, word in words.items() if name in scalars]
    others = [name for name in scalars if name not in words and name != "learning_rate"]
    shown += [f"{name.partition('_')[2]} {scalars[name]:.3g}" for name in others[:1]]
    return " ".join(shown)
